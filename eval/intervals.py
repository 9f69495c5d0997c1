"""How far a measured share can be trusted: the Wilson interval of one run, the paired bootstrap of the difference of two."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Interval", "paired_bootstrap", "wilson"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends belong to it."""

    low: float
    high: float


def wilson(successes: float, n: int, z: float = 1.96) -> Interval:
    """Where the true share lies after `successes` in `n` cases; 0 to 1 without cases. `z` = 1.96 is a level of 95 %.

    Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927). Successes may be
    fractional, so that a mean of shares has an interval too: of all means over values from 0 to 1 that of plain yes and no varies
    most, so the interval is then too wide rather than too narrow.

    Raises:
        ValueError: more successes than cases, or a negative number of either.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} cases")
    if n == 0:
        return Interval(0.0, 1.0)
    share, spread = successes / n, z * z / n
    centre = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return Interval(max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread)))


def paired_bootstrap(before: Sequence[float], after: Sequence[float], resamples: int = 2000, seed: int = 0) -> Interval:
    """95 % percentile interval of the mean of after - before, cases drawn with replacement; 0 to 0 without cases.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; paired because both runs answer the same cases.

    Raises:
        ValueError: the runs do not have the same number of cases.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} cases before, {len(after)} after")
    if not before:
        return Interval(0.0, 0.0)
    import numpy as np

    differences = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    drawn = np.random.default_rng(seed).integers(len(differences), size=(resamples, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return Interval(float(low), float(high))
