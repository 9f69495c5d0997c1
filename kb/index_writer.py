"""Building the next generation of the index beside the one in use: what is there, and the difference."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged
from kb.generations import (
    REPAIR,
    Manifest,
    check_embedder,
    checksum,
    copy_files,
    current_manifest,
    current_name,
    file_digests,
    sweep,
)
from kb.lexical import asked_of, write_lexical
from kb.ports import Embedder, IndexEntry

if TYPE_CHECKING:
    from kb.chroma_index import VectorIndex

__all__ = ["GenerationWriter"]

_STALE_SHARE = 0.25        # vectors Chroma only marks as deleted; beyond this the graph is built anew


class GenerationWriter:
    """`kb.ports.PassageIndexWriter`: collects a difference and builds the next generation from it.

    Hold the writer lock from construction to `publish`. `everything` yields all entries as they will be, for a part
    that must be built whole; `kept` yields single entries that stay as they are (see `kb.lexical.write_lexical`).
    """

    def __init__(self, data: Path, embedder: Embedder, *, library_version: str,
                 everything: Callable[[], Iterable[IndexEntry]],
                 kept: Callable[[Sequence[str]], Iterable[IndexEntry]] = lambda ids: (), whole: bool = False) -> None:
        self._data, self._embedder, self._version = data, embedder, library_version
        self._everything, self._kept = everything, kept
        self._base = None if whole else current_manifest(data)
        if self._base:
            check_embedder(self._base, embedder)
        self._put: dict[str, IndexEntry] = {}
        self._removed: dict[str, None] = {}

    def put(self, entries: Sequence[IndexEntry]) -> None:
        self._put |= {entry.id: entry for entry in entries}

    def remove(self, ids: Sequence[str]) -> None:
        self._removed |= dict.fromkeys(ids)

    def commit(self) -> None:
        """Build the generation, count and read back what is new in it, write its manifest. Not in use until published.

        What is taken over unchanged was read back when it was new; `zhiwen library verify` reads everything back.
        """
        sweep(self._data, damaged=self._base is not None)     # a repair leaves what it repairs to be looked into
        folder = self._data / "index" / self._next_name()
        folder.mkdir(parents=True)
        stale = self._base.stale + len(self._removed) if self._base else 0
        if self._base and stale <= _STALE_SHARE * self._base.passages:
            passages, summed = self._extend(self._base, folder)
        else:
            stale = 0
            passages, summed = self._build_whole(folder)
        self.manifest = Manifest(folder.name, self._embedder.name, self._embedder.dimension, passages, summed,
                                 self._version, stale, file_digests(folder)).write(folder)

    def _extend(self, base: Manifest, folder: Path) -> tuple[int, str]:
        """Entries held and their checksum."""
        copy_files(self._data, base, folder, "chroma/")
        with self._vectors(folder) as vectors:
            before = vectors.digests(list(self._put | self._removed))
            vectors.remove(list(self._removed))
            after = self._put_vectors(vectors, list(self._put.values()))
            held = len(vectors)
        words = self._write_words(folder, list(self._put.values()), self._data / "index" / base.generation)
        _check_counts(base.passages - len(before) + len(after), held, words)
        return held, checksum(after.values(), before.values(), base.checksum)

    def _build_whole(self, folder: Path) -> tuple[int, str]:
        """Entries held and their checksum."""
        entries = list({entry.id: entry for entry in self._everything()}.values())
        with self._vectors(folder) as vectors:
            after = self._put_vectors(vectors, entries)
            held = len(vectors)
        _check_counts(len(entries), held, self._write_words(folder, entries, None))
        return held, checksum(after.values())

    def _write_words(self, folder: Path, entries: Sequence[IndexEntry], base: Path | None) -> int:
        """The words of the texts, and those of the lay questions in an index of their own: in a field that most entries
        lack, BM25 would take every question for a long text. Returns the number of texts."""
        gone = [*self._removed, *(entry.id for entry in entries)] if base else []
        write_lexical(folder / "asked", [entry for entry in entries if entry.questions], removed=gone, kept=self._kept,
                      base=base / "asked" if base else None, terms_of=asked_of)
        return write_lexical(folder / "lexical", entries, removed=self._removed, kept=self._kept,
                             base=base / "lexical" if base else None)

    def _put_vectors(self, vectors: "VectorIndex", entries: list[IndexEntry]) -> dict[str, int]:
        """Only what is new is embedded. Returns the digests of the entries as read back."""
        ids = [entry.id for entry in entries]
        vectors.put(ids, self._embedder.embed([f"{e.title}\n{e.heading}\n{e.text}" for e in entries]))
        asked = [(entry.id, question) for entry in entries for question in entry.questions]
        vectors.put_asked([passage_id for passage_id, _ in asked], self._embedder.embed([question for _, question in asked]))
        return vectors.digests(ids)

    def _vectors(self, folder: Path) -> "closing[VectorIndex]":
        from kb.chroma_index import VectorIndex

        return closing(VectorIndex(folder / "chroma", embedder=self._embedder.name, dimension=self._embedder.dimension))

    def _next_name(self) -> str:
        """Never a name used before, because Chroma remembers paths within a process."""
        number = current_name(self._data).partition("-")[0]
        return f"{int(number) + 1 if number.isdecimal() else 1:06d}-{secrets.token_hex(4)}"


def _check_counts(expected: int, vectors: int, words: int) -> None:
    if (vectors, words) != (expected, expected):
        raise IndexDamaged(f"写入的索引读回时不全（应有 {expected} 条，向量 {vectors} 条，词项 {words} 条）", REPAIR)
