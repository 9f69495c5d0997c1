"""Whether a question is about our field, by its words: naive Bayes over its terms, learned by `train/scope.py`.

Pairs of characters speak for the field or against it; a question of none that is known is nobody's. The words of
`kb.lexicon` alone miss two in five of the questions that lay people ask about their drawings, shops and inventions.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.relevance import asked_terms

__all__ = ["SCOPE_FILE", "Scope", "bundled_scope"]

SCOPE_FILE = Path(__file__).parent / "model" / "scope.tsv"
# Without a word of the field, and with one; picked on questions left out of an earlier training (ARCHITECTURE, section 3).
_OURS, _WITH_A_WORD = 0.45, -1.5
# What the words say and six times how near a lay question of the library is in meaning; the least that it must be near.
_NEARNESS, _NEAR_A_QUESTION, _NEAR = 6.0, 3.0, 0.55


@dataclass(frozen=True)
class Scope:
    """`weight` is the log-odds of each known term, positive where questions of our field use it."""

    weight: Mapping[str, float]

    def score(self, text: str) -> float:
        """Sum of the log-odds, divided by the root of the number of terms; -1.0 where no term is known."""
        terms = [term for term in asked_terms(text) if not term.isascii()]
        known = [self.weight[term] for term in terms if term in self.weight]
        return sum(known) / math.sqrt(len(terms) + 1) if known else -1.0

    def ours(self, text: str, *, uses_our_words: bool) -> bool:
        """Whether it is about our field; `uses_our_words` where it has a word of it (资料, 合同, 证据 are words of others too)."""
        return self.score(text) >= (_WITH_A_WORD if uses_our_words else _OURS)

    def like_one_of_ours(self, text: str, nearness: float) -> bool:
        """Whether it is so near a lay question of the library (cosine) that words of other fields do not matter."""
        return nearness >= _NEAR and self.score(text) + _NEARNESS * nearness >= _NEAR_A_QUESTION


@cache
def bundled_scope() -> Scope:
    """The shipped one, read once."""
    lines = (line.split("\t") for line in SCOPE_FILE.read_text(encoding="utf-8").splitlines())
    return Scope({term: int(weight) / 10 for term, weight in lines})
