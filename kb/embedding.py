"""Texts to vectors without a model: character n-grams hashed into buckets. Deterministic, no download, microseconds."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from kb.text import grams

__all__ = ["CharNgramEmbedder"]

_ROWS_AT_ONCE = 2048


class CharNgramEmbedder:
    """Character uni- and bigrams, signed feature hashing into 256 buckets, sublinear term frequency, unit rows.

    It measures shared wording, not meaning: the lexical index's second opinion until the trained model takes this seam.
    """

    name = "char-ngram-256"
    dimension = 256

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shape (len(texts), 256); a text without characters has a zero row."""
        slices = [self._rows(texts[i:i + _ROWS_AT_ONCE]) for i in range(0, len(texts), _ROWS_AT_ONCE)]
        return np.concatenate(slices) if slices else np.zeros((0, self.dimension), dtype=np.float32)

    def _rows(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        cells: list[int] = []
        weights: list[float] = []
        for row, text in enumerate(texts):
            for gram, count in Counter(grams(text)).items():
                bucket, sign = _bucket(gram)
                cells.append(row * self.dimension + bucket)
                weights.append(sign * (1.0 + math.log(count)))
        size = len(texts) * self.dimension
        sums = np.bincount(np.asarray(cells, dtype=np.int64), np.asarray(weights, dtype=np.float64), size)
        rows = sums.reshape(len(texts), self.dimension)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


@lru_cache(maxsize=200_000)
def _bucket(gram: str) -> tuple[int, float]:
    """crc32 and not hash(), which is salted per process; the top bit is the sign, so collisions cancel on average."""
    code = crc32(gram.encode("utf-8"))
    return code % CharNgramEmbedder.dimension, 1.0 if code >> 31 else -1.0
