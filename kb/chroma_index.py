"""Vectors in Chroma, embedded only: ids and our own vectors, cosine space, no document text, no server.

Chroma keeps one client per path inside a process and writes to a folder when it is merely queried, so every path here
is used once: a writer's fresh generation, or a reader's private copy.
"""

import struct
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

__all__ = ["VectorIndex"]

_COLLECTION = "passages"
# Chroma's default graph (ef_search 100) loses a few of 150 neighbours, and which ones differs each time it is opened:
# the same question would rank differently in two processes. Wider than any list asked for, it finds them all.
_CONSTRUCTION, _NEIGHBOURS, _SEARCH = 200, 32, 600
_BATCH = 5000              # Chroma refuses more than 5,461 at a time


class VectorIndex:
    """One Chroma folder. Close it before the folder is copied or published."""

    def __init__(self, folder: Path, *, embedder: str = "", dimension: int = 0) -> None:
        """Opens the collection; makes it when a dimension is given and it does not exist."""
        self._folder, self._client = folder, _client(folder)
        if dimension:
            self._collection: Collection = self._client.get_or_create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": {
                    "space": "cosine", "ef_construction": _CONSTRUCTION, "max_neighbors": _NEIGHBOURS,
                    "ef_search": _SEARCH}},
                metadata={"embedder": embedder, "dimension": dimension})
        else:
            self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)

    def put(self, ids: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Add or replace by id."""
        for i in range(0, len(ids), _BATCH):
            self._collection.upsert(ids=list(ids[i:i + _BATCH]), embeddings=vectors[i:i + _BATCH])

    def remove(self, ids: Sequence[str]) -> None:
        """Ids that are not there are ignored."""
        for i in range(0, len(ids), _BATCH):
            self._collection.delete(ids=list(ids[i:i + _BATCH]))

    def nearest(self, vector: npt.NDArray[np.float32], top: int) -> list[tuple[str, float]]:
        """(passage id, cosine similarity), best first, equal values by id."""
        top = min(top, len(self))
        if top < 1 or not vector.any():
            return []
        found = self._collection.query(query_embeddings=vector[np.newaxis, :], n_results=top, include=["distances"])
        distances = found["distances"] or [[]]
        hits = zip(found["ids"][0], distances[0], strict=True)
        return sorted(((passage_id, 1.0 - float(distance)) for passage_id, distance in hits),
                      key=lambda hit: (-hit[1], hit[0]))

    def digests(self, ids: Sequence[str]) -> dict[str, int]:
        """A number for each entry, made of its id and its vector as read back; unknown ids are absent."""
        found: dict[str, int] = {}
        for i in range(0, len(ids), _BATCH):
            read = self._collection.get(ids=list(ids[i:i + _BATCH]), include=["embeddings"])
            vectors = np.asarray(read["embeddings"], dtype="<f4")
            found |= {passage_id: int.from_bytes(sha256(passage_id.encode() + b"\0" + vector.tobytes()).digest(), "big")
                      for passage_id, vector in zip(read["ids"], vectors, strict=True)}
        return found

    def ids(self) -> list[str]:
        """Every passage id, sorted."""
        return sorted(self._collection.get(include=[])["ids"])

    def __len__(self) -> int:
        return self._collection.count()

    def close(self) -> None:
        self._client.close()
        _blank_unused(self._folder)


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
