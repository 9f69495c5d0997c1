"""Conditions on the values of a form, as the templates write them: `months > 24`, `pay < 0.3 * wage and stage = 期限内`.

A condition is terms joined by `and`. A term is a key (something is filled in), `not key`, or a comparison of a key:
`=` and `!=` with the words of a choice; `~` with words of which one occurs, separated by |; `<`, `<=`, `>`, `>=` with a
number, a day, another key, or a factor times another key. Of a value that is missing only `not` and `!=` hold.
"""

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["ALWAYS", "Condition", "Rows", "Value"]

Rows = tuple[tuple[str, ...], ...]
Value = str | date | Decimal | int | Rows

_TERM = re.compile(r"(?P<negated>not )?(?P<key>[a-z_]+)(?: (?P<sign>=|!=|~|<=?|>=?) (?P<other>.+))?")
_RIGHT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)|(?P<number>\d+(?:\.\d+)?)(?: \* (?P<of>[a-z_]+))?|(?P<key>[a-z_]+)")
_COMPARE: Mapping[str, Any] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class _Term:
    key: str
    sign: str = ""            # empty: the key has a value
    words: str = ""
    right: date | Decimal | None = None
    right_key: str = ""       # compared with its value, times `right` where there is one
    negated: bool = False

    def holds(self, values: Mapping[str, Value]) -> bool:
        if not self.sign:
            return bool(values.get(self.key)) is not self.negated
        if (left := values.get(self.key)) is None:
            return self.sign == "!="
        if self.sign == "~":
            text = _text(left)
            return any(word in text for word in self.words.split("|"))
        if self.sign in ("=", "!="):
            return (left == self.words) is (self.sign == "=")
        right = self._right(values)
        return _comparable(left, right) and bool(_COMPARE[self.sign](left, right))

    def _right(self, values: Mapping[str, Value]) -> Value | None:
        if not self.right_key:
            return self.right
        other = values.get(self.right_key)
        if self.right is None or other is None:
            return other
        return self.right * other if isinstance(self.right, Decimal) and isinstance(other, Decimal | int) else None


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where each of its terms does; the empty one always."""

    terms: tuple[_Term, ...] = ()

    @classmethod
    def parse(cls, written: str) -> "Condition":
        """Raises ValueError for anything that is no condition."""
        return cls(tuple(_term(part) for part in written.split(" and "))) if written else cls()

    def holds(self, values: Mapping[str, Value]) -> bool:
        return all(term.holds(values) for term in self.terms)

    @property
    def keys(self) -> frozenset[str]:
        """The keys it looks at."""
        return frozenset(key for term in self.terms for key in (term.key, term.right_key) if key)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(key, words) of every comparison with the words of a choice."""
        return tuple((term.key, term.words) for term in self.terms if term.sign in ("=", "!="))


ALWAYS = Condition()


def _term(written: str) -> _Term:
    match = _TERM.fullmatch(written.strip())
    if match is None or (match["negated"] and match["sign"]):
        raise ValueError(f"no condition: {written}")
    key, sign, other = match["key"], match["sign"] or "", match["other"] or ""
    if sign in ("", "=", "!=", "~"):
        return _Term(key, sign, other, negated=bool(match["negated"]))
    right = _RIGHT.fullmatch(other)
    if right is None:
        raise ValueError(f"nothing to compare with: {written}")
    if right["day"]:
        return _Term(key, sign, right=date.fromisoformat(right["day"]))
    return _Term(key, sign, right=Decimal(right["number"]) if right["number"] else None, right_key=right["of"] or right["key"] or "")


def _comparable(left: Value, right: Value | None) -> bool:
    return (isinstance(left, date) and isinstance(right, date)) or \
        (isinstance(left, Decimal | int) and isinstance(right, Decimal | int))


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return "\n".join(cell for row in value for cell in row)
    return str(value)
