"""Retrieval among all statutes of a file, with real lay questions: the index and the retriever of the product.

The file holds an article a line (id, law, article, heading, kind, date, text), the questions a line each (id, question,
articles: ids of those that answer). Everything is indexed into a temporary data folder; nothing of either is kept.
"""

import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval import metrics
from eval.cases import TODAY
from kb.catalogue import Catalogue
from kb.currency import Standing
from kb.embedding import StaticEmbedder
from kb.errors import ConfigError
from kb.index import open_index
from kb.lexicon import bundled_lexicon
from kb.ports import Embedder
from kb.questions import bundled_questions, with_questions
from kb.registry import Registry, bundled_registry
from kb.retrieve import Retriever, Weights
from kb.shelf import Shelf
from kb.statute import parse_ref
from kb.store import store
from kb.types import Hit, Kind, Passage, Question, Status, Tier, Version
from kb.understand import Inquiry, understand

__all__ = ["VARIANTS", "Asked", "Measured", "Questions", "documents_of", "interval", "joined", "measure", "ranking_of", "read_asked", "record",
           "table", "text_of", "values_of"]

_KINDS = {"行政法规": Kind.ADMINISTRATIVE_REGULATION, "司法解释": Kind.JUDICIAL_INTERPRETATION, "部门规章": Kind.DEPARTMENTAL_RULE}
Questions = Mapping[tuple[str, str, str], tuple[str, ...]]     # by document, version label and locator
_TOP = 100
_RESAMPLED = 1000
METRICS = ("Recall@5", "Recall@10", "Recall@100", "nDCG@10", "MRR")
# Each row adds one thing to the row before.
VARIANTS: Mapping[str, Weights] = {
    "字面（BM25，单字和双字）": Weights(asked=0, terms=0, meaning=0, asked_meaning=0, authority=0),
    "＋语义": Weights(asked=0, terms=0, asked_meaning=0, authority=0),
    "＋法律用语": Weights(asked=0, asked_meaning=0, authority=0),
    "＋效力层级": Weights(asked=0, asked_meaning=0),
    "＋问法": Weights(asked_meaning=0),
    "＋近似问法（全部）": Weights(),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A lay question and the ids of the articles that answer it."""

    text: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One variant: `values` has a row for each question and a column for each of `METRICS`; times in milliseconds."""

    name: str
    values: npt.NDArray[np.float64]
    times: tuple[float, ...]


def read_asked(path: Path) -> list[Asked]:
    """The questions of a file.

    Raises:
        ConfigError: it is missing or a line is something else.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Asked(str(row["question"]), frozenset(map(str, row["articles"]))) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"读不了问题集 {path.name}（{type(error).__name__}）", "需要每行一条的 .jsonl，字段有 question、articles") from None


def documents_of(path: Path, registry: Registry,
                 questions: Questions | None = None) -> list[tuple[Version, tuple[Passage, ...]]]:
    """Each law with its articles as official passages, which keep their ids of the file, and their lay questions.

    Raises:
        ConfigError: the file is missing or holds something else.
    """
    laws: dict[str, list[dict[str, str]]] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                laws.setdefault(row["law"], []).append(row)
        chosen = bundled_questions() if questions is None else questions
        return [_document(law, rows, registry, chosen) for law, rows in laws.items()]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"读不了法规集 {path.name}（{type(error).__name__}）",
                          "需要每行一条的 .jsonl.gz，字段有 id、law、article、heading、kind、date、text") from None


def articles_of(path: Path) -> list[tuple[str, str]]:
    """(id, title with headings and text) of every article, as other systems are given them.

    Raises:
        ConfigError: the file is missing or holds something else.
    """
    return [(passage.id, text_of(passage)) for _, passages in documents_of(path, bundled_registry(), {}) for passage in passages]


def text_of(passage: Passage) -> str:
    """Title with headings and text in one, as other systems are given it."""
    return f"{passage.title}\n{' '.join(passage.heading_path)}\n{passage.text}"


def _document(law: str, rows: Sequence[Mapping[str, str]], registry: Registry,
              questions: Questions) -> tuple[Version, tuple[Passage, ...]]:
    """A registered version under its registered name, so that the lay questions for its articles find it."""
    day = date.fromisoformat(rows[0]["date"]) if rows[0]["date"][:1].isdigit() else None
    known = registry.version_of(law, day)
    version = Version(
        id=f"{Tier.OFFICIAL}:{law}@{rows[0]['date']}", document=known.document if known else law, title=law,
        label=known.label if known else rows[0]["date"], kind=_KINDS.get(rows[0]["kind"], Kind.LAW), tier=Tier.OFFICIAL,
        issued=day, status=Status.CURRENT)
    passages = []
    for ordinal, row in enumerate(rows):
        ref = parse_ref(row["article"])
        passages.append(Passage(str(row["id"]), version, row["article"], row["text"], tuple(filter(None, row["heading"].split(" > "))),
                                article=ref.article if ref else None, sub=ref.sub if ref else 0, ordinal=ordinal))
    return version, with_questions(passages, questions)


def measure(statutes: Path, asked: Sequence[Asked], say: Callable[[str], None], variants: Mapping[str, Weights] = VARIANTS, *,
            embedder: Embedder | None = None, questions: Questions | None = None) -> list[Measured]:
    """Index the statutes, ask every question of every variant; with the bundled model and questions unless told otherwise.

    Raises:
        ConfigError: the file cannot be read.
    """
    registry, embedder = bundled_registry(), embedder or StaticEmbedder()
    documents = documents_of(statutes, registry, questions)
    with tempfile.TemporaryDirectory(prefix="zhiwen-statutes-") as folder, Catalogue(Path(folder)) as catalogue:
        say(f"为 {sum(len(passages) for _, passages in documents)} 条法条建立索引")
        store(catalogue, catalogue.plan(documents), embedder)
        lexicon = bundled_lexicon()
        inquiries = [replace(understand(Question(a.text, TODAY), lexicon, registry.names), refs=()) for a in asked]
        shelf, standing = Shelf(catalogue, lambda: folder), Standing(catalogue.versions, lambda: folder)    # nothing changes
        with open_index(Path(folder), embedder) as index:
            found = []
            for name, weights in variants.items():
                say(f"检索 {len(asked)} 个问题：{name}")
                found.append(_measured(name, Retriever(index, shelf, standing, weights=weights), inquiries, asked))
            return found


def joined(parts: Sequence[Sequence[Measured]]) -> list[Measured]:
    """The same variants measured on several sets of questions, as one."""
    return [Measured(same[0].name, np.concatenate([m.values for m in same]), tuple(t for m in same for t in m.times))
            for same in zip(*parts, strict=True)]


def _measured(name: str, retriever: Retriever, inquiries: Sequence[Inquiry], asked: Sequence[Asked]) -> Measured:
    rows, times = [], []
    retriever.search(inquiries[0], _TOP)                   # the first search opens what it needs
    for inquiry, question in zip(inquiries, asked, strict=True):
        began = time.perf_counter()
        hits = retriever.search(inquiry, _TOP)
        times.append((time.perf_counter() - began) * 1000)
        rows.append(values_of(ranking_of(hits, question.gold), question.gold))
    return Measured(name, np.array(rows), tuple(times))


def ranking_of(hits: Sequence[Hit], gold: frozenset[str]) -> list[str]:
    """The ids found, best first. The same words in two laws are one hit; it counts for whichever of them was meant."""
    same = [[passage.id for passage in (hit.passage, *hit.also)] for hit in hits]
    return [next((id_ for id_ in alike if id_ in gold), alike[0]) for alike in same]


def values_of(ranking: Sequence[str], gold: frozenset[str]) -> list[float]:
    """One question's `METRICS`."""
    values = (metrics.recall_at_k(ranking, gold, 5), metrics.recall_at_k(ranking, gold, 10), metrics.recall_at_k(ranking, gold, 100),
              metrics.ndcg_at_k(ranking, gold, 10), metrics.mrr(ranking, gold))
    return [float(value or 0) for value in values]


def interval(values: npt.NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """95 % of the means of resampled questions (Efron 1979); of differences, a paired bootstrap."""
    draw = np.random.default_rng(seed)
    means = values[draw.integers(len(values), size=(_RESAMPLED, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def record(found: Iterable[Measured]) -> list[dict[str, object]]:
    """The same as data: means, intervals and times of every variant."""
    return [{"name": variant.name, "questions": len(variant.values),
             "metrics": {name: {"mean": round(float(variant.values[:, i].mean()), 4),
                                "interval": [round(end, 4) for end in interval(variant.values[:, i])]}
                         for i, name in enumerate(METRICS)},
             "p50_ms": round(float(np.percentile(variant.times, 50)), 1), "p95_ms": round(float(np.percentile(variant.times, 95)), 1)}
            for variant in found]


def table(found: Iterable[Measured]) -> str:
    """A line for each variant: every metric in percent with its interval, the gain in Recall@10 over the row before, and
    the time of one search."""
    lines, before = ["  ".join(("方法", *METRICS, "Recall@10 比上一行", "每次检索 p50 / p95 毫秒"))], None
    for variant in found:
        cells = [f"{variant.values[:, i].mean():.1%} [{low:.1%}, {high:.1%}]" for i in range(len(METRICS))
                 for low, high in (interval(variant.values[:, i]),)]
        gain = variant.values[:, 1] - before.values[:, 1] if before else None
        cells.append("·" if gain is None else "{:+.1%} [{:+.1%}, {:+.1%}]".format(gain.mean(), *interval(gain)))
        p50, p95 = np.percentile(variant.times, [50, 95])
        lines.append("  ".join((variant.name, *cells, f"{p50:.1f} / {p95:.1f}")))
        before = variant
    return "\n".join(lines)
