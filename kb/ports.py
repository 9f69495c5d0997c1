"""Seams where the world is slow, random, paid or remote. Each has a real adapter and, in tests, a fake."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from kb.types import Passage, Version

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["ChatModel", "Clock", "Embedder", "IndexEntry", "Message", "PassageIndex", "PassageIndexWriter",
           "PassageStore", "Reply", "Reranker", "TokenCounter", "never"]


class Clock(Protocol):
    """The day that decides which law is in force. Tests and evaluations fix it."""

    def now(self) -> datetime:
        """Aware, Asia/Shanghai."""
        ...

    def today(self) -> date: ...


class Embedder(Protocol):
    """Texts to unit vectors. `name` is recorded in the index; another name or dimension is refused on opening."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> "npt.NDArray[np.float32]":
        """Shape (len(texts), dimension); rows have length 1, or 0 for a text without characters."""
        ...

    def embed_query(self, text: str) -> "npt.NDArray[np.float32]":
        """The same of one question, shape (dimension,): some models treat questions in a way of their own."""
        ...


class Reranker(Protocol):
    """Reads question and text together; slower and more exact than comparing two vectors."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One for each text, higher is better; comparable only within one call."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat; `role` is system, user or assistant."""

    role: str
    text: str


class Reply(Protocol):
    """The pieces of one reply as they arrive. Iterating raises `ModelError` for every failure, with a reason for readers."""

    @property
    def model(self) -> str:
        """The name the server gave itself, known once the reply has ended; empty where it gave none."""
        ...

    def __iter__(self) -> Iterator[str]: ...

    def close(self) -> None:
        """Hang up; nothing more arrives."""
        ...


def never() -> bool:
    """For `stopped`, where nobody can stop anything."""
    return False


class ChatModel(Protocol):
    """A configured chat model."""

    @property
    def name(self) -> str: ...

    @property
    def served(self) -> str:
        """The name the server last gave itself; empty before the first reply."""
        ...

    @property
    def deadline_s(self) -> float:
        """Seconds that one question may take, queueing and second tries included."""
        ...

    def stream(self, messages: Sequence[Message], until: float | None = None,
               stopped: Callable[[], bool] = never) -> Reply:
        """A reply that ends or raises by `until` (`time.monotonic`; None: after `deadline_s`), and soon after `stopped`."""
        ...


class TokenCounter(Protocol):
    """Counts tokens for the context budget; never under-counts knowingly (a safety factor is included)."""

    def count(self, text: str) -> int: ...


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index needs of one passage. The text itself stays in the catalogue."""

    id: str
    title: str
    heading: str
    text: str
    questions: tuple[str, ...] = ()


class PassageIndex(Protocol):
    """Lexical and vector search over one generation. Scores are comparable only within one call."""

    def lexical(self, query: str, top: int) -> list[tuple[str, float]]:
        """BM25 over character uni- and bigrams of title, headings and text: (passage id, score), best first."""
        ...

    def asked(self, query: str, top: int) -> list[tuple[str, float]]:
        """The same over the lay questions of each passage."""
        ...

    def nearest(self, query: str, top: int) -> list[tuple[str, float]]:
        """Cosine similarity of the embedded query: (passage id, similarity in [-1, 1]), best first."""
        ...

    def nearest_asked(self, query: str, top: int) -> list[tuple[str, float]]:
        """The same to the lay questions, of each passage the most similar one."""
        ...

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term as BM25 uses it; the largest value for a term never seen."""
        ...

    def __len__(self) -> int: ...


class PassageIndexWriter(Protocol):
    """Builds a generation beside the one in use."""

    def put(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace by id."""
        ...

    def remove(self, ids: Sequence[str]) -> None: ...

    def commit(self) -> None: ...


class PassageStore(Protocol):
    """The read side of the catalogue, as answering needs it."""

    def passages(self, ids: Iterable[str]) -> Mapping[str, Passage]:
        """By id; unknown ids are absent."""
        ...

    def version_ids(self) -> Mapping[str, str]:
        """The id of the version that each passage belongs to, by passage id."""
        ...

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        """Every version's text of an article, all tiers, newest first; parts of a split article in order.

        `document` is a version group, a full title or a short title (without 中华人民共和国), compared after folding.
        """
        ...

    def located(self, document: str, locator: str) -> list[Passage]:
        """Passages with exactly this locator, for documents without articles (二、(三)7)."""
        ...

    def versions(self) -> list[Version]:
        """All versions, newest first within a document."""
        ...

    def passages_of(self, version_id: str) -> list[Passage]:
        """In order."""
        ...

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        """The passage with its neighbours in the same version, in order."""
        ...
