"""One system, ours or another, at one size: what indexing and searching cost, in two fresh processes with a folder of their own.

The first process indexes and ends; the second opens what the first left, and is what a user starts. Reading the articles
is not timed, but they are part of the memory that indexing takes.
"""

import json
import os
import pickle
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench import percentile, times
from eval.cases import TODAY, load_cases
from eval.collection import Document, collection
from eval.metrics import recall_at_k
from eval.peers import SYSTEMS, TOP, System, asked_sample
from eval.process import Limit, resident_mb, run
from eval.statutes import Asked, documents_of, ranking_of, read_asked, text_of
from kb.answer import Assistant
from kb.catalogue import Catalogue
from kb.embedding import StaticEmbedder, meaning
from kb.errors import ConfigError
from kb.index import open_index
from kb.lexicon import bundled_lexicon
from kb.misuse import bundled_misuse
from kb.registry import bundled_registry
from kb.scope import bundled_scope
from kb.shelf import Shelf
from kb.store import store
from kb.tokens import word_bigrams
from kb.types import Question

__all__ = ["OURS", "Trial", "batches", "index", "search", "trial",
           "write_collection"]

OURS = "知问"
_SEARCHES = 100            # memory is looked at again after so many
_ANSWERS = 100
_AT_ONCE = 8_000           # passages written at once, or a quarter of what is there: as `zhiwen ingest` does
_RECALL = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """`values` by quantity (`eval.growth.QUANTITIES`); `problem` says why there are none."""

    system: str
    size: int
    values: Mapping[str, float]
    problem: str = ""


def write_collection(statutes: Path, questions: Path, size: int, path: Path) -> None:
    """The collection of a size, for `trial`; what the questions ask for is in it.

    Raises:
        ConfigError: a file cannot be read.
    """
    registry = bundled_registry()
    wanted = {id_ for asked in asked_sample(read_asked(questions)) for id_ in asked.gold}
    documents = collection(documents_of(statutes, registry), size, wanted,
                           lambda version: registry.version_of(version.title, version.issued) is not None)
    with path.open("wb") as file:
        pickle.dump(documents, file)


def trial(system: str, size: int, collected: Path, questions: Path, limit: Limit) -> Trial:
    """Index what `write_collection` wrote, then search it, each within `limit`; a step that fails is the trial's problem."""
    with tempfile.TemporaryDirectory(prefix="zhiwen-growth-", ignore_cleanup_errors=True) as parent:
        folder = Path(parent) / "data"
        folder.mkdir()
        given = [system, str(collected.resolve()), str(questions.resolve()), str(folder)]
        try:
            indexed = run(_CODE.format("index"), given, folder, name=f"{system} 入库", limit=limit)
            disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**2
            searched = run(_CODE.format("search"), [*given, str(time.time())], folder, name=f"{system} 检索", limit=limit)
        except ConfigError as error:
            return Trial(system, size, {}, error.problem)
        values = {**_last_line(indexed.output), "disk_mb": disk, **_last_line(searched.output)}
        if hasattr(os, "getloadavg"):
            values["load"] = os.getloadavg()[1]
        if indexed.peak_mb is not None:
            values["ingest_mb"] = indexed.peak_mb
        return Trial(system, size, values)


_CODE = "import json, sys\nfrom eval.trial import {0}\nprint(json.dumps({0}(*sys.argv[1:])))"


def _last_line(output: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


# --- in the child -----------------------------------------------------------------------------------------------------

def index(system: str, collected: str, questions: str, folder: str) -> dict[str, float]:
    """Seconds to index the collection, those of the processor, and passages a second."""
    with Path(collected).open("rb") as file:
        documents: list[Document] = pickle.load(file)      # noqa: S301  (written by `write_collection`)
    size = sum(len(passages) for _, passages in documents)
    if system == OURS:
        began, busy = time.perf_counter(), time.process_time()
        _index_ours(documents, Path(folder))
    else:
        ids = [passage.id for _, passages in documents for passage in passages]
        texts = [text_of(passage) for _, passages in documents for passage in passages]
        del documents
        began, busy = time.perf_counter(), time.process_time()
        _peer(system).build(ids, texts, Path(folder))
    seconds = time.perf_counter() - began
    return {"ingest_s": seconds, "ingest_cpu_s": time.process_time() - busy, "ingest_rate": size / seconds}


def search(system: str, collected: str, questions: str, folder: str, started: str) -> dict[str, float]:
    """Open and search; `started` is when the process was asked for, in seconds since the epoch.

    Memory is that of the process (VmRSS), and absent where there is no /proc.
    """
    asked, assistant = asked_sample(read_asked(Path(questions))), None
    if system == OURS:
        assistant = _assistant(Path(folder))
    else:
        find = _peer(system).opened(Path(folder))
    opened_mb = resident_mb("self")
    found, busy = [], time.process_time()
    for number, question in enumerate(asked):
        began = time.perf_counter()
        ranking = _ranked(assistant, question) if assistant else find(question.text)
        found.append(((time.perf_counter() - began) * 1000, recall_at_k(ranking, question.gold, _RECALL)))
        if number == 0:
            start_s = time.time() - float(started)
        if number < _SEARCHES:
            searched_mb = resident_mb("self")
    busy_ms = (time.process_time() - busy) * 1000 / len(found)
    taken = [milliseconds for milliseconds, _ in found]
    recalled = [float(recall) for _, recall in found if recall is not None]
    values = {"start_s": start_s, "first_ms": taken[0], **_percentiles("search", taken[1:] or taken),
              "search_cpu_ms": busy_ms, "recall10": sum(recalled) / len(recalled)}
    if opened_mb and searched_mb:
        values |= {"opened_mb": opened_mb, "searched_mb": searched_mb}
    return values | (_only_ours(assistant, asked) if assistant else {})


def _only_ours(assistant: Assistant, asked: Sequence[Asked]) -> dict[str, float]:
    """Answers, which the others have no way to give without a model, and the scan over the vectors by itself."""
    questions = [case.asked for case in load_cases() if case.group in ("answers", "rights") and not case.aside]
    questions = random.Random(0).sample(questions, min(_ANSWERS, len(questions)))
    scans = times(lambda question: assistant.index.nearest(question.text, TOP), [Question(question.text, TODAY) for question in asked])
    answers = times(assistant.ask, questions)
    return {**_percentiles("answer", answers), "answered": sum(not assistant.ask(q).outcome.refused for q in questions) / len(questions),
            "scan_ms": percentile(scans, 0.5), "scanned_mb": len(assistant.index) * StaticEmbedder().dimension * 4 / 1024**2}


def _percentiles(what: str, taken: Sequence[float]) -> dict[str, float]:
    return {f"{what}_p50_ms": percentile(taken, 0.5), f"{what}_p95_ms": percentile(taken, 0.95)}


def _peer(name: str) -> System:
    return next(system for system in SYSTEMS if system.name == name)


# --- ours -------------------------------------------------------------------------------------------------------------

def batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Whole laws, until there are 8,000 passages or a quarter of what came before."""
    batch: list[Document] = []
    held = waiting = 0
    for document in documents:
        batch.append(document)
        waiting += len(document[1])
        if waiting >= max(_AT_ONCE, held // 4):
            yield batch
            batch, held, waiting = [], held + waiting, 0
    if batch:
        yield batch


def _index_ours(documents: Sequence[Document], data: Path) -> None:
    embedder = StaticEmbedder()
    with Catalogue(data) as catalogue:
        for batch in batches(documents):
            store(catalogue, catalogue.plan(batch), embedder)


def _assistant(data: Path) -> Assistant:
    """As `kb.assemble.open_library`, but over these articles alone, without the shipped library."""
    catalogue, generation = Catalogue(data), open_index(data, StaticEmbedder())
    return Assistant(
        store=Shelf(catalogue, lambda: ""), index=generation, registry=bundled_registry(), lexicon=bundled_lexicon(), scope=bundled_scope(),
        misuse=bundled_misuse(), library_version=catalogue.library_version, meaning=meaning, words=word_bigrams(), library_state=lambda: "")


def _ranked(assistant: Assistant, question: Asked) -> list[str]:
    return ranking_of(assistant.search(Question(question.text, TODAY), TOP), question.gold)
