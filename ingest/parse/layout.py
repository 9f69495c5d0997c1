"""Lines on pages to paragraphs: running headers and page numbers dropped, wrapped lines joined, across pages too."""

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

__all__ = ["Line", "in_reading_order", "paragraphs", "typed", "upright"]


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line; coordinates in points, the origin at the lower left of the page."""

    text: str
    page: int
    page_width: float
    page_height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def top_to_bottom(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class _Column:
    """The measure of the text: its left and right edge and the height of an ordinary line."""

    left: float
    right: float
    size: float


class _Measures:
    """The column every line stands in. A page too short to measure takes the measure of the whole document."""

    def __init__(self, lines: Sequence[Line]) -> None:
        by_page: dict[int, list[Line]] = {}
        for line in lines:
            by_page.setdefault(line.page, []).append(line)
        self._middles = {page: middle for page, here in by_page.items() if (middle := _gutter(here)) is not None}
        grouped: dict[tuple[int, int], list[Line]] = {}
        for line in lines:
            grouped.setdefault(self._place(line), []).append(line)
        whole = {side: _measure([line for (_, at), group in grouped.items() if at == side for line in group], alone=side == 0)
                 for side in {side for _, side in grouped}}
        self._columns = {place: _measure(group, alone=place[1] == 0) if len(group) >= 8 else whole[place[1]]
                         for place, group in grouped.items()}

    def column(self, line: Line) -> _Column:
        return self._columns[self._place(line)]

    def indent(self, line: Line) -> float:
        """In characters."""
        column = self.column(line)
        return (line.left - column.left) / column.size

    def _place(self, line: Line) -> tuple[int, int]:
        """(page, side): side 0 for a page set in one column, else 1 for the left and 2 for the right one."""
        middle = self._middles.get(line.page)
        return line.page, 0 if middle is None else 1 if line.left < middle - 4 else 2


def _gutter(here: Sequence[Line]) -> float | None:
    """Where a page set in two columns is divided; None for one column."""
    middle = (min(line.left for line in here) + max(line.right for line in here)) / 2
    left = sum(1 for line in here if line.right <= middle + 4)
    right = sum(1 for line in here if line.left >= middle - 4)
    return middle if min(left, right) >= 5 and left + right >= 0.8 * len(here) else None


def _measure(lines: Sequence[Line], *, alone: bool) -> _Column:
    # The commonest edges, not the extremes: a stray title or table does not widen the column.
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    size = statistics.median(line.top_to_bottom for line in lines)
    left, right = lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]
    # A page of short lines does not show its right edge; margins are much alike, so the left one tells.
    mirrored = max(line.page_width for line in lines) - left
    return _Column(left, mirrored if alone and right < 0.75 * mirrored else right, size)


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[int, str]]:
    """(page, text) of every paragraph, in reading order; the page is the one on which it begins."""
    lines = [line for page in _without_running_lines(pages) for line in page]
    if not lines:
        return
    measures = _Measures(lines)
    indented = _sets_in(lines, measures)
    text, page, last = "", 0, None
    for line in lines:
        if last is not None and _continues(last, line, measures, indented):
            text = _joined(text, line.text)
        else:
            if text:
                yield page, text
            text, page = line.text.strip(), line.page
        last = line
    if text:
        yield page, text


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Lines found in any order, each perhaps in pieces: columns from left to right, rows from the top, pieces of a row joined."""
    middle = _gutter(lines) if lines else None
    columns = [lines] if middle is None else [[line for line in lines if line.left < middle - 4],
                                              [line for line in lines if line.left >= middle - 4]]
    return [_as_one(row) for column in columns for row in _rows(column)]


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -(line.top + line.bottom)):
        height = min(line.top_to_bottom, rows[-1][0].top_to_bottom) if rows else 0.0
        if rows and abs(line.top + line.bottom - rows[-1][0].top - rows[-1][0].bottom) < height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _as_one(row: Sequence[Line]) -> Line:
    text = row[0].text
    for piece in row[1:]:
        text = f"{text} {piece.text}"
    return replace(row[0], text=text, right=max(line.right for line in row),
                   top=max(line.top for line in row), bottom=min(line.bottom for line in row))


def upright(lines: Sequence[Line]) -> list[Line]:
    """A page set in columns from right to left, turned so that every column is a line; any other page as it is."""
    standing = sum(len(line.text) for line in lines if len(line.text) > 2 and line.top_to_bottom > 2 * (line.right - line.left))
    if 2 * standing <= sum(len(line.text) for line in lines):
        return list(lines)
    return in_reading_order([
        replace(line, page_width=line.page_height, page_height=line.page_width, left=line.page_height - line.top,
                right=line.page_height - line.bottom, top=line.right, bottom=line.left) for line in lines])


def typed(text: str, page: int) -> list[Line]:
    """Text of which only the line breaks are known, as if typed on A4: a Chinese character is one measure wide, a Latin half."""
    rows = [row for row in text.splitlines() if row.strip()]
    step = _PAPER_HEIGHT * 0.9 / max(len(rows), 1)
    size = min(10.0, 0.8 * step)
    width = 2 * _MARGIN + size * max(map(_measures, rows), default=0.0)       # the longest row reaches the right margin
    lines = []
    for number, row in enumerate(rows):
        left = _MARGIN + size * _measures(row[:len(row) - len(row.lstrip())])
        top = _PAPER_HEIGHT * 0.95 - number * step
        lines.append(Line(row.strip(), page, width, _PAPER_HEIGHT, left, left + size * _measures(row.strip()), top, top - size))
    return lines


_PAPER_HEIGHT, _MARGIN = 842.0, 72.0


def _measures(text: str) -> float:
    return sum(0.5 if c.isascii() else 1.0 for c in text)


# A dash beside the number comes out of text recognition as 一.
_PAGE_NUMBER = re.compile(r"[-—–―·.一\s]*第?\s*\d{1,4}\s*页?\s*(([/／,，]|共)\s*共?\s*\d{1,4}\s*页?)?[-—–―·.一\s]*")
_EDGE = 0.12


def _is_page_number(text: str) -> bool:
    return len(text) <= 40 and bool(_PAGE_NUMBER.fullmatch(text.strip()))


def _without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """What stands at the top or bottom edge of most pages, numbers aside, is furniture and not text."""
    seen = Counter(key for page in pages for key in {_furniture(line) for line in page if _at_edge(line)})
    often = max(2, -(-len([page for page in pages if page]) // 3))
    return [[line for line in page
             if not (_at_edge(line) and (seen[_furniture(line)] >= often or _is_page_number(line.text)))]
            for page in pages]


def _at_edge(line: Line) -> bool:
    return line.bottom > line.page_height * (1 - _EDGE) or line.top < line.page_height * _EDGE


def _furniture(line: Line) -> tuple[str, bool]:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", line.text)), line.bottom > line.page_height / 2


def _sets_in(lines: Sequence[Line], measures: _Measures) -> bool:
    """Chinese documents set in two characters; converted web pages often do not, and then only short lines tell."""
    return sum(1 for line in lines if 1.0 <= measures.indent(line) <= 3.5) >= 0.15 * len(lines)


_NUMERAL = "零〇○一二三四五六七八九十百千两0-9０-９"
_OPENS = re.compile(rf"第\s?[{_NUMERAL}]{{1,9}}\s?(条(之[一二三四五六七八九十]+)?|分?编|章|节)([\s　]|$)"
                    rf"|[（(][{_NUMERAL}]{{1,3}}[)）]|[一二三四五六七八九十]{{1,3}}、|[0-9０-９]{{1,3}}[.．、](?![0-9０-９])|[①-⑳]")
_SENTENCE_ENDS = ("。", "；", "：", ";", ":")
_HEADING = re.compile(rf"第\s?[{_NUMERAL}]{{1,5}}\s?(分?编|章|节)([\s　]|$)|目\s*录$")


def _continues(last: Line, line: Line, measures: _Measures, indented: bool) -> bool:
    """Whether `line` goes on with the paragraph of `last`."""
    if _HEADING.match(last.text.strip()) or abs(last.top_to_bottom - line.top_to_bottom) > 0.35 * last.top_to_bottom:
        return False
    ended = last.text.rstrip().endswith(_SENTENCE_ENDS) or measures.indent(last) >= 4
    if ended and _OPENS.match(line.text.strip()):
        return False
    column = measures.column(last)
    to_edge = (column.right - last.right) / column.size
    if indented:
        # A centred title may be broken anywhere; any other line that stops well before the edge ends its paragraph.
        return measures.indent(line) < 0.7 and (to_edge < 4 or measures.indent(last) >= 4)
    return to_edge < 2.5 and not _OPENS.match(line.text.strip())


def _joined(before: str, after: str) -> str:
    before, after = before.rstrip(), after.strip()
    latin = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalnum()
    return before + (" " if latin else "") + after
