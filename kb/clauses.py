"""Inside an article: its 款, their 项, and the 目 below those, as spans of its text (立法法: 款、项、目).

A long article may be cut in the middle of a list; `lead_ins` gives the words that open it.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.text import parse_numeral

__all__ = ["Clause", "clauses", "lead_ins"]


@dataclass(frozen=True, slots=True)
class Clause:
    """A 款, 项 or 目 as `text[start:end]`, its number in its list, and the level below it.

    A 款 is a paragraph with the 项 that follow it; 款 have no printed number and are counted from 1.
    """

    number: int
    start: int
    end: int
    parts: tuple["Clause", ...] = ()

    @property
    def opening(self) -> tuple[int, int]:
        """The span before the first part: 有下列情形之一的，…："""
        return self.start, self.parts[0].start if self.parts else self.end


# A list may run on inside a line where a source has lost its line breaks; 第（一）项 is a reference.
_ITEM = re.compile(r"(?:(?<=\n)|(?<=[：；。:;])|^)[（(]([一二三四五六七八九十]{1,3})[）)]")
_POINT = re.compile(r"(?:(?<=\n)|(?<=[：；。:;]))([0-9０-９]{1,2})[.．、](?![0-9０-９])")


_Mark = tuple[int, int]      # position and number


def clauses(text: str) -> tuple[Clause, ...]:
    """The 款 of an article, each with its 项, each of these with its 目."""
    items = _counted(text, _ITEM, 0, len(text))
    listed = {position for position, _ in items}
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    starts = [start for start in lines if not start or not (start in listed or _POINT.match(text, start))]
    return tuple(replace(clause, parts=_items(text, items, clause))
                 for clause in _spans(text, [(start, k) for k, start in enumerate(starts, start=1)], len(text)))


def _items(text: str, items: Sequence[_Mark], clause: Clause) -> tuple[Clause, ...]:
    inside = items[bisect_left(items, (clause.start, 0)):bisect_left(items, (clause.end, 0))]
    found = [replace(item, parts=_points(text, item)) for item in _spans(text, inside, clause.end)]
    return tuple(found) or _points(text, clause)


def _points(text: str, item: Clause) -> tuple[Clause, ...]:
    return _spans(text, _counted(text, _POINT, item.start + 1, item.end), item.end)


def _spans(text: str, marks: Sequence[_Mark], end: int) -> tuple[Clause, ...]:
    """From each mark to the next one or the end, without the line break between them."""
    ends = [*(position for position, _ in marks[1:]), end]
    return tuple(Clause(number, position, stop - (stop < end and text[stop - 1] == "\n"))
                 for (position, number), stop in zip(marks, ends, strict=False))


def _counted(text: str, mark: re.Pattern[str], start: int, end: int) -> list[_Mark]:
    """Marks that begin a line or, inside one, count on from the one before."""
    found: list[_Mark] = []
    for match in mark.finditer(text, start, end):
        number = parse_numeral(match[1]) or 0
        begins_line = match.start() == 0 or text[match.start() - 1] == "\n"
        if begins_line or number == 1 or (found and number == found[-1][1] + 1):
            found.append((match.start(), number))
    return found


def lead_ins(text: str, positions: Sequence[int]) -> list[str]:
    """For each position in an article's text the words that open the lists around it, outermost first; empty where a 款
    begins."""
    level = clauses(text)
    return ["\n".join(_openings(text, level, position)) for position in positions]


def _openings(text: str, level: Sequence[Clause], position: int) -> list[str]:
    before = bisect_left(level, position, key=lambda clause: clause.start) - 1
    if before < 0:
        return []
    clause = level[before]
    start, end = clause.opening
    if not clause.parts or not end <= position < clause.end:
        return []
    return [text[start:end].strip(), *_openings(text, clause.parts, position)]
