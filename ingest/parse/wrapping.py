"""Plain text whose lines an editor wrapped at one width: the paragraphs put together again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

from ingest.numerals import article_mark, chapter_rank, item_mark

__all__ = ["unwrapped"]

_NARROWEST = 20        # characters; short lines of one length are a list
_ENDING = re.compile(r"[。！？；：.!?;:][”’』」）)]?\s*$")
_TABLE = re.compile(r"\t|[|｜│┃]|\S[ \u3000]{2,}\S")
_REFERENCE = re.compile(r"[（(][^（()）]{1,4}[)）](项|目|款|种|、|至|和|或)|第[^条，。；]{1,9}条(之[一二三四五六七八九十]{1,3})?(?![ \u3000之])")
_HISTORY = re.compile(r"(根据)?\d{4}年\d{1,2}月\d{1,2}日[^，。；]{0,30}(会议|委员会)")      # each line under the title of a law is whole


@dataclass(frozen=True, slots=True)
class _Measure:
    """The width at which lines were broken, in characters, or in columns where a Chinese character takes two."""

    width: int
    columns: bool

    def of(self, line: str) -> int:
        return sum(2 if east_asian_width(c) in "WFA" else 1 for c in line) if self.columns else len(line)

    def is_full(self, line: str) -> bool:
        """An editor may break one character early or late, to keep punctuation from the edge."""
        return self.of(line) >= self.width - (2 if self.columns else 1)


def unwrapped(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs where nearly all lines end at one width, else the lines as they are. Blank lines are left out.

    A line runs on only where it is full, so headings and what ends early stay alone; never into a line with a number
    of its own; and never where either looks like the row of a table.
    """
    lines = [line.rstrip() for line in lines]
    measure = _measure(lines)
    separated = measure is not None and _separates_paragraphs(lines, measure)
    paragraph = ""
    for line, following in pairwise([*lines, ""]):
        paragraph += line.strip() if paragraph else line
        if measure and measure.is_full(line) and _runs_on(line, following, separated=separated):
            continue
        if paragraph:
            yield paragraph
        paragraph = ""


def _measure(lines: Sequence[str]) -> _Measure | None:
    """None where lines are not wrapped: they then end anywhere, and some are much longer than most."""
    said = [line for line in lines if line]
    found: list[tuple[int, _Measure]] = []
    for columns in (False, True):
        lengths = [_Measure(0, columns).of(line) for line in said]
        common = Counter(length for length in lengths if length >= _NARROWEST * (1 + columns)).most_common(1)
        if not common:
            continue
        measure = _Measure(common[0][0], columns)
        full = [line for line in said if measure.is_full(line)]
        beyond = sum(1 for length in lengths if length > measure.width + 2)
        broken = sum(1 for line in full if not _ENDING.search(line))
        if len(full) >= max(3, 0.3 * len(said)) and beyond <= 0.02 * len(said) and broken >= 0.6 * len(full):
            found.append((common[0][1], measure))
    return max(found, key=lambda candidate: candidate[0])[1] if found else None


def _separates_paragraphs(lines: Sequence[str], measure: _Measure) -> bool:
    """Whether blank lines or indents stand where paragraphs plainly end; then a full line with 。 has not ended one."""
    after = [following for line, following in pairwise(lines)
             if line and not measure.is_full(line) and _ENDING.search(line)]
    return sum(1 for line in after if not line or _is_indented(line)) > 0.8 * len(after) > 0


def _is_indented(line: str) -> bool:
    return line[0] in " \u3000\t"


def _runs_on(line: str, following: str, *, separated: bool) -> bool:
    if not following or _is_indented(following) or _TABLE.search(line.strip()) or _TABLE.search(following):
        return False
    ended = bool(_ENDING.search(line))
    # What follows a ； without a number of its own is the same item.
    if (ended and not separated and line[-1] != "；") or following.startswith("#") or _HISTORY.match(following):
        return False
    numbered = chapter_rank(following) or article_mark(following) or item_mark(following)
    return not numbered or (not ended and bool(_REFERENCE.match(following)))
