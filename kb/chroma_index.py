"""Vectors in Chroma, embedded only: ids and our own vectors, cosine space, no document text, no server.

Chroma keeps one client per path inside a process and writes to a folder when it is merely queried, so every path here
is used once: a writer's fresh generation, or a reader's private copy.

Searching compares with every vector, read from Chroma on first use (60,000 take a second, and 30 MB). Chroma's own graph
leaves a few of 150 neighbours out, other ones each time it is opened, so that a question would rank differently in two
processes; made wide enough to find them all it takes three times as long as comparing with everything.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

__all__ = ["VectorIndex"]

_PASSAGES, _ASKED = "passages", "questions"       # a question's id is its passage's with #0, #1, …
_BATCH = 5000              # Chroma refuses more than 5,461 at a time


class VectorIndex:
    """One Chroma folder. Close it before the folder is copied or published."""

    def __init__(self, folder: Path, *, embedder: str = "", dimension: int = 0) -> None:
        """Opens the collection; makes it when a dimension is given and it does not exist."""
        self._folder, self._client = folder, _client(folder)
        self._passages, self._asked = (_collection(self._client, name, embedder, dimension) for name in (_PASSAGES, _ASKED))

    def put(self, ids: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Add or replace by id. What was replaced loses its questions."""
        self._forget_asked(ids)
        self.__dict__.pop("_all_passages", None)
        for i in range(0, len(ids), _BATCH):
            self._passages.upsert(ids=list(ids[i:i + _BATCH]), embeddings=vectors[i:i + _BATCH])

    def put_asked(self, ids: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Add the questions of passages that have none: a vector each, `ids` the passages they lead to."""
        counts: Counter[str] = Counter()
        rows = []
        for passage_id in ids:
            rows.append(f"{passage_id}#{counts[passage_id]}")
            counts[passage_id] += 1
        for i in range(0, len(rows), _BATCH):
            self._asked.upsert(ids=rows[i:i + _BATCH], embeddings=vectors[i:i + _BATCH])
        self._questions_of |= counts
        self.__dict__.pop("_all_asked", None)

    def remove(self, ids: Sequence[str]) -> None:
        """Ids that are not there are ignored."""
        self._forget_asked(ids)
        self.__dict__.pop("_all_passages", None)
        for i in range(0, len(ids), _BATCH):
            self._passages.delete(ids=list(ids[i:i + _BATCH]))

    def nearest(self, vector: npt.NDArray[np.float32], top: int) -> list[tuple[str, float]]:
        """(passage id, cosine similarity), best first, equal values by id."""
        return self._all_passages.nearest(vector, top)

    def nearest_asked(self, vector: npt.NDArray[np.float32], top: int) -> list[tuple[str, float]]:
        """The same by the most similar question of each passage, among the `top` most similar questions."""
        best: dict[str, float] = {}
        for row, similarity in self._all_asked.nearest(vector, top):
            best.setdefault(row.rpartition("#")[0], similarity)
        return list(best.items())

    def digests(self, ids: Sequence[str]) -> dict[str, int]:
        """A number for each entry, made of its id, its vector and those of its questions as read back; unknown ids are
        absent."""
        asked = _read(self._asked, self._rows_of(ids))
        return {passage_id: int.from_bytes(sha256(b"\0".join((
                    passage_id.encode(), vector, *(asked[row] for row in self._rows_of([passage_id]))))).digest(), "big")
                for passage_id, vector in _read(self._passages, ids).items()}

    def ids(self) -> list[str]:
        """Every passage id, sorted."""
        return sorted(self._passages.get(include=[])["ids"])

    def asked_ids(self) -> set[str]:
        """The passages that have questions."""
        return {passage_id for passage_id, count in self._questions_of.items() if count}

    def __len__(self) -> int:
        return self._passages.count()

    @cached_property
    def _all_passages(self) -> "_Vectors":
        return _Vectors(self._passages)

    @cached_property
    def _all_asked(self) -> "_Vectors":
        return _Vectors(self._asked)

    @cached_property
    def _questions_of(self) -> Counter[str]:
        """How many questions each passage has."""
        return Counter(row.rpartition("#")[0] for row in self._asked.get(include=[])["ids"])

    def _rows_of(self, ids: Iterable[str]) -> list[str]:
        return [f"{passage_id}#{k}" for passage_id in ids for k in range(self._questions_of[passage_id])]

    def _forget_asked(self, ids: Sequence[str]) -> None:
        rows = self._rows_of(ids)
        for i in range(0, len(rows), _BATCH):
            self._asked.delete(ids=rows[i:i + _BATCH])
        for passage_id in ids:
            self._questions_of.pop(passage_id, None)
        self.__dict__.pop("_all_asked", None)

    def close(self) -> None:
        self._client.close()
        _blank_unused(self._folder)


def _collection(client: "Client", name: str, embedder: str, dimension: int) -> "Collection":
    if not dimension:
        return client.get_collection(name, embedding_function=None)
    return client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}, metadata={"embedder": embedder, "dimension": dimension})


class _Vectors:
    """Every vector of a collection, of length 1 each, in memory."""

    def __init__(self, collection: "Collection") -> None:
        self._ids = sorted(collection.get(include=[])["ids"])
        dimension = int((collection.metadata or {}).get("dimension", 0))
        self._rows = np.zeros((len(self._ids), dimension), dtype=np.float32)
        for i in range(0, len(self._ids), _BATCH):
            read = _read(collection, self._ids[i:i + _BATCH])
            for k, row in enumerate(self._ids[i:i + _BATCH], start=i):
                self._rows[k] = np.frombuffer(read[row], dtype="<f4")

    def nearest(self, vector: npt.NDArray[np.float32], top: int) -> list[tuple[str, float]]:
        if top < 1 or not self._ids or not vector.any():
            return []
        similarity = self._rows @ (vector / np.linalg.norm(vector))
        least = np.partition(similarity, -top)[-top] if top < len(similarity) else -np.inf
        near = np.flatnonzero(similarity >= least)
        best = near[np.argsort(-similarity[near], kind="stable")][:top]         # equal values stay in the order of ids
        return [(self._ids[i], float(similarity[i])) for i in best]


def _read(collection: "Collection", ids: Sequence[str]) -> dict[str, bytes]:
    """The vectors of those that are there."""
    found: dict[str, bytes] = {}
    for i in range(0, len(ids), _BATCH):
        read = collection.get(ids=list(ids[i:i + _BATCH]), include=["embeddings"])
        found |= {row: vector.tobytes() for row, vector in
                  zip(read["ids"], np.asarray(read["embeddings"], dtype="<f4"), strict=True)}
    return found


# The beginning of hnswlib's header.bin: format, offset of the lowest level, capacity, entries, bytes an entry.
_HEADER = struct.Struct("<iQQQQ")


def _blank_unused(folder: Path) -> None:
    """hnswlib may save its arrays at their capacity. What it has not filled yet is whatever stood in the memory of this
    process before, the text of documents too, and would stay on the disk when they are removed."""
    for header in folder.glob("*/header.bin"):
        _, _, capacity, entries, size = _HEADER.unpack_from(header.read_bytes())
        for name, width in (("data_level0.bin", size), ("length.bin", 4)):
            path = header.with_name(name)
            if path.stat().st_size == capacity * width and entries < capacity:
                with path.open("r+b") as file:
                    file.seek(entries * width)
                    file.write(bytes((capacity - entries) * width))


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)
