"""Texts to vectors with the bundled model: a vector for every character uni- and bigram, added up. numpy alone.

`train/` makes the model from public statutes and the lay questions of this library; docs/embedding-model.md says how
good it is and what it cannot do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.errors import ConfigError
from kb.text import grams

__all__ = ["MODEL_FOLDER", "StaticEmbedder", "StaticModel", "meaning", "write_model"]

MODEL_FOLDER = Path(__file__).parent / "model"
_TOKENS_AT_ONCE = 1 << 16      # rows added up at once: 32 MB at 128 dimensions


@dataclass(frozen=True, eq=False)
class StaticModel:
    """`vectors` is int8 of shape (tokens, dimension); row i times `scales[i]` is the vector of token i with its weight."""

    name: str
    tokens: dict[str, int]
    vectors: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]

    @classmethod
    def load(cls, folder: Path) -> "StaticModel":
        """What `write_model` wrote; its name says the dimension and begins the digest of the files.

        Raises:
            ConfigError: a file is missing or the files do not belong together.
        """
        try:
            contents = {name: (folder / name).read_bytes() for name in _FILES}
            tokens = contents["tokens.txt"].decode("utf-8").splitlines()
            vectors, scales = np.load(folder / "vectors.npy"), np.load(folder / "scales.npy")
        except (OSError, ValueError, EOFError) as error:
            raise ConfigError(f"语义模型 {folder.name} 读不出来（{type(error).__name__}）", "请重新安装本程序，或用 train/ 重新制作模型") from None
        if vectors.dtype != np.int8 or vectors.ndim != 2 or not len(tokens) == len(vectors) == len(scales):
            raise ConfigError(f"语义模型 {folder.name} 的各个文件不是一套", "请重新安装本程序，或用 train/ 重新制作模型")
        digest = sha256(b"".join(sha256(contents[name]).digest() for name in _FILES)).hexdigest()
        return cls(f"zhiwen-static-{vectors.shape[1]}-{digest[:8]}", {token: i for i, token in enumerate(tokens)},
                   vectors, scales.astype(np.float32))


_FILES = ("tokens.txt", "vectors.npy", "scales.npy")


def write_model(folder: Path, tokens: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
    """Write weighted token vectors, shape (tokens, dimension), as int8 with one scale a row."""
    scales = np.abs(vectors).max(axis=1) / 127
    scales[scales == 0] = 1.0
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8")
    np.save(folder / "vectors.npy", np.rint(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / "scales.npy", scales.astype(np.float32))


class StaticEmbedder:
    """`kb.ports.Embedder`: the sum of the vectors of a text's terms, of length 1. Terms the model has not seen count nothing."""

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self._model = _loaded(folder)

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def dimension(self) -> int:
        return int(self._model.vectors.shape[1])

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shape (len(texts), dimension); a text without known terms has a zero row."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        known = self._model.tokens
        found: list[list[int]] = []
        first, size = 0, 0
        for i, text in enumerate(texts):
            found.append([known[gram] for gram in grams(text) if gram in known])
            size += len(found[-1])
            if size >= _TOKENS_AT_ONCE or i + 1 == len(texts):
                rows[first:i + 1] = self._sums(found)
                found, first, size = [], i + 1, 0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self.embed([text])[0]
        return vector

    def _sums(self, found: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        sums = np.zeros((len(found), self.dimension), dtype=np.float32)
        counts = np.array([len(tokens) for tokens in found])
        if counts.any():
            tokens = np.array([token for text in found for token in text], dtype=np.intp)
            weighted = self._model.vectors[tokens] * self._model.scales[tokens, None]
            starts = np.cumsum(counts) - counts
            sums[counts > 0] = np.add.reduceat(weighted, starts[counts > 0], axis=0)
        return sums


def meaning(text: str, others: Sequence[str]) -> list[float]:
    """`kb.relevance.Meaning` by the bundled model: cosine similarity of `text` to each of the others."""
    if not others:
        return []
    similarities: list[float] = (np.stack([_vector(other) for other in others]) @ _vector(text)).tolist()
    return similarities


@lru_cache(maxsize=16_384)         # 8 MB: the same sentences and lay questions are compared with many questions
def _vector(text: str) -> npt.NDArray[np.float32]:
    return StaticEmbedder().embed_query(text)


@cache
def _loaded(folder: Path) -> StaticModel:
    return StaticModel.load(folder)
