"""Which questions are taught and which are asked, so that nothing asked was taught."""

from collections.abc import Mapping, Sequence

import numpy as np

from eval.statutes import Asked

__all__ = ["folds", "halves"]


def halves(documents: Mapping[str, int]) -> tuple[frozenset[str], frozenset[str]]:
    """Documents with their numbers of questions in two parts of about the same size, the largest first to the smaller part."""
    parts: tuple[set[str], set[str]] = (set(), set())
    for name in sorted(documents, key=lambda name: (-documents[name], name)):
        min(parts, key=lambda part: sum(documents[n] for n in part)).add(name)
    return frozenset(parts[0]), frozenset(parts[1])


def folds(asked: Sequence[Asked], count: int, seed: int) -> list[tuple[list[Asked], list[Asked]]]:
    """(taught, asked) for each fold: of the others, those taught whose articles no question of the fold leads to."""
    order = np.random.default_rng(seed).permutation(len(asked))
    parts = [[asked[i] for i in order[k::count]] for k in range(count)]
    found = []
    for part in parts:
        led_to = frozenset().union(*(a.gold for a in part))
        found.append(([a for other in parts if other is not part for a in other if not a.gold & led_to], part))
    return found
