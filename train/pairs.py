"""Pairs of texts that belong together, for the contrastive training of the embedding: from the laws themselves, without
labels, and from the lay questions of this library.

A text is an array of token numbers; `Vocabulary.numbers` makes one.
"""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.document import RawFile
from ingest.pipeline import searched_pages
from ingest.prepare import prepare_bundled
from kb.index import index_entry
from kb.questions import QUESTIONS_FOLDER, AskedArticle, read_questions
from kb.registry import Registry
from kb.statute import short_title
from kb.text import fold, grams

__all__ = ["LIBRARY", "Article", "Asked", "LawPairs", "Text", "Vocabulary", "all_questions", "asked_pages", "asked_statutes",
           "read_statutes"]

LIBRARY = QUESTIONS_FOLDER.parent

Text = npt.NDArray[np.int32]
_FEWEST_ARTICLES, _FEWEST_QUESTIONS = 3, 2       # that must have a term for it to get a vector
_SHORTEST_CLAUSE = 8
# What a pair is made of, in this order: an article and one it cites, one or more clauses and the rest, the headings and
# the text, else two random halves. Shares of all draws.
_CITED, _CLAUSE, _HEADINGS = 0.12, 0.60, 0.78
_ONE_CLAUSE, _WITH_HEADINGS = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Article:
    """A line of the statutes file."""

    law: str
    locator: str
    heading: str
    text: str
    date: str

    @property
    def whole(self) -> str:
        """As the index embeds a passage."""
        return f"{self.law}\n{self.heading}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A lay question and the number of the text that answers it."""

    question: str
    answer: int


def read_statutes(path: Path) -> list[Article]:
    """Each line has law, article, heading, text, date."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Article(row["law"], row["article"], row["heading"], row["text"], row["date"]) for row in map(json.loads, lines)]


def all_questions() -> list[AskedArticle]:
    """The lay questions of the library, article by article."""
    return [asked for path in sorted(QUESTIONS_FOLDER.glob("*.jsonl")) for asked in read_questions(path)]


def asked_pages(library: Path, registry: Registry, without: Collection[str] = ()) -> list[tuple[str, tuple[str, ...]]]:
    """The sections of our own pages, as they are embedded, with the questions that lead to them; none of the documents
    `without`."""
    pages = [(path, path.read_bytes()) for path in searched_pages(library)]
    prepared = [prepare_bundled(RawFile(path.name, data, sha256(data).hexdigest()), registry) for path, data in pages]
    entries = [index_entry(passage) for document in prepared if document.version.document not in without
               for passage in document.passages]
    return [(f"{entry.title}\n{entry.heading}\n{entry.text}", entry.questions) for entry in entries if entry.questions]


def asked_statutes(articles: Sequence[Article], questions: Iterable[AskedArticle], registry: Registry) -> list[Asked]:
    """The questions whose article, in the same version, is in the statutes file."""
    at = {(registry.document(short_title(a.law)), a.date, a.locator): number for number, a in enumerate(articles)}
    days = {(v.document, v.label): v.issued.isoformat() for v in registry.entries if v.issued}
    return [Asked(question, at[key]) for asked in questions
            if (key := (asked.document, days.get((asked.document, asked.version), ""), asked.locator)) in at
            for question in asked.questions]


class Vocabulary:
    """Character uni- and bigrams that enough articles or questions have, the most frequent first."""

    def __init__(self, articles: Iterable[str], questions: Iterable[str]) -> None:
        frequency: Counter[str] = Counter()
        total = 0
        for text in articles:
            frequency.update(set(grams(text)))
            total += 1
        asked = Counter(gram for question in questions for gram in set(grams(question)))
        kept = {gram for gram, count in frequency.items() if count >= _FEWEST_ARTICLES}
        kept |= {gram for gram, count in asked.items() if count >= _FEWEST_QUESTIONS}
        self.tokens = sorted(kept, key=lambda gram: (-frequency[gram], gram))
        self._number = {gram: number for number, gram in enumerate(self.tokens)}
        counts = np.array([max(frequency[gram], 1) for gram in self.tokens], dtype=np.float32)
        self.rarity = np.log1p((total - counts + 0.5) / (counts + 0.5)).astype(np.float32)

    def __len__(self) -> int:
        return len(self.tokens)

    def numbers(self, text: str) -> Text:
        return np.array([self._number[gram] for gram in grams(text) if gram in self._number], dtype=np.int32)


class LawPairs:
    """Draws pairs from the laws alone."""

    def __init__(self, articles: Sequence[Article], vocabulary: Vocabulary, seed: int) -> None:
        self._draw = random.Random(seed)
        self._clauses = [[vocabulary.numbers(clause) for clause in _clauses(article.text)] for article in articles]
        self._headings = [vocabulary.numbers(f"{article.law}\n{article.heading}") for article in articles]
        self._cited = _citations(articles)

    def pair(self, number: int) -> tuple[Text, Text]:
        """Two texts about the same rule, starting from an article; either may be empty."""
        draw, chance = self._draw, self._draw.random()
        if chance < _CITED and self._cited:
            citing, cited = draw.choice(self._cited)
            return self._with_headings(citing, _joined(self._clauses[citing])), self._with_headings(cited, _joined(self._clauses[cited]))
        clauses = self._clauses[number]
        if chance < _CLAUSE and len(clauses) > 1:
            count = 1 if draw.random() < _ONE_CLAUSE or len(clauses) < 4 else draw.randint(1, len(clauses) // 2)
            first = draw.randrange(len(clauses) - count + 1)
            rest = _joined(clauses[:first] + clauses[first + count:])
            return _joined(clauses[first:first + count]), self._with_headings(number, rest)
        text = _joined(clauses)
        if chance < _HEADINGS and len(self._headings[number]):
            return self._headings[number], text
        half = np.array([draw.random() < 0.5 for _ in range(len(text))], dtype=bool)
        return text[half], self._with_headings(number, text[~half])

    def _with_headings(self, number: int, text: Text) -> Text:
        return _joined([self._headings[number], text]) if self._draw.random() < _WITH_HEADINGS else text


def _joined(texts: Sequence[Text]) -> Text:
    return np.concatenate(texts) if texts else np.zeros(0, dtype=np.int32)


def _clauses(text: str) -> list[str]:
    """Cut at punctuation, pieces too short to say anything put together."""
    found, piece = [], ""
    for part in re.findall(r"[^，。；：\n]+[，。；：\n]?", text):
        piece += part
        if len(piece) >= _SHORTEST_CLAUSE:
            found.append(piece)
            piece = ""
    if piece:
        found[-1:] = [found[-1] + piece] if found else [piece]
    return found


_NUMBER = r"(第[一二三四五六七八九十百千零]+条(?:之[一二三四五六七八九十])?)"
_OTHER_LAW = re.compile(rf"《([^》]{{2,40}})》[^第《]{{0,6}}{_NUMBER}")
_THIS_LAW = re.compile(rf"本(?:法|条例|规定|办法|解释){_NUMBER}")


def _citations(articles: Sequence[Article]) -> list[tuple[int, int]]:
    """Numbers of an article and one that it cites."""
    at: dict[str, dict[str, int]] = {}
    for number, article in enumerate(articles):
        at.setdefault(_name(article.law), {})[article.locator] = number
    nothing: Mapping[str, int] = {}
    found = [(number, at.get(_name(law), nothing).get(locator, number)) for number, article in enumerate(articles)
             for law, locator in (*_OTHER_LAW.findall(article.text), *((article.law, n) for n in _THIS_LAW.findall(article.text)))]
    return [(citing, cited) for citing, cited in found if citing != cited]


def _name(law: str) -> str:
    return fold(short_title(law))
