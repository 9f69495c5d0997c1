"""Tables of every format: captions, headers and rows that can each be read alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.document import Block, BlockKind
from kb.errors import SourceError

__all__ = ["MAX_CELLS", "Cell", "Grid", "grid_of", "row_text", "table_blocks"]

MAX_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A cell, cleaned, with its spans. A merged cell is one object, which stands at every place of the grid it covers."""

    text: str = ""
    columns: int = 1
    rows: int = 1


Row = Sequence[Cell]
Grid = Sequence[Row]


def grid_of(rows: Sequence[Row]) -> Grid:
    """Cells written once with their spans, as HTML does, put wherever they reach. Raises SourceError over a million."""
    grid: list[Row] = []
    above: dict[int, tuple[int, Cell]] = {}        # by column: the rows a cell from above still covers
    cells = 0
    for row in rows:
        placed = {column: cell for column, (_, cell) in above.items()}
        above = {column: (left - 1, cell) for column, (left, cell) in above.items() if left > 1}
        cells += len(placed)
        column = 0
        for cell in row:
            while column in placed:
                column += 1
            for reached in range(column, column + max(1, min(cell.columns, MAX_CELLS + 1))):
                if reached in placed:
                    break        # a span ends where another cell stands: nothing is overwritten
                placed[reached] = cell
                if cell.rows > 1:
                    above[reached] = (cell.rows - 1, cell)
                cells += 1
            if cells > MAX_CELLS:
                raise SourceError(f"表格超过 {MAX_CELLS // 10_000} 万格", "请拆分表格后再导入")
        grid.append([placed.get(column, Cell()) for column in range(max(placed, default=-1) + 1)])
    return grid


def table_blocks(grid: Grid, *, stated: int = 0, headed: bool = False, page: int | None = None) -> Iterator[Block]:
    """Captions as paragraphs, then each row with the names of its columns repeated. No text of the grid vanishes.

    `stated` is how many of the first rows the format marks as header, captions included; 0 where it marks none, and
    then the header is told by what stands in it. `headed` says that by custom a first row of words is one.
    """
    stated -= sum(1 for row in grid[:stated] if not _filled(row))
    rows = _unrepeated([row for row in grid if _filled(row)])
    captions = _captions(rows)
    for row in rows[:captions]:
        yield Block(_filled(row)[0].text.replace("\n", " "), page=page)
    rows = rows[captions:]
    if not rows:
        return
    depth = min(stated - captions, len(rows) - 1) if stated > captions else _header_rows(rows, headed=headed)
    header, body = rows[:depth], rows[depth:]
    names = [_name(header, column) for column in range(_width(rows))]
    named = {column for row in body if not _fills(row, len(names)) for column, cell in enumerate(row) if cell.text}
    if any(name and column not in named for column, name in enumerate(names)):
        body = [*header, *body]        # the name of a column without values would stand nowhere
    for row in body:
        yield Block(_read_alone(names, row), BlockKind.ROW, page=page)


def row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """A table row that can be read alone: 指标：满意度；数值：83.5；单位：分. Cells without a column name stand alone."""
    named = [*header, *[""] * len(row)]
    return "；".join(f"{name}：{cell}" if name and name != cell else cell
                    for name, cell in zip(named, row, strict=False) if cell)


def _filled(row: Row) -> list[Cell]:
    """The cells that say something, a merged one once."""
    return [cell for cell in dict.fromkeys(row) if cell.text]


def _width(rows: Grid) -> int:
    return max((len(row) for row in rows), default=0)


def _unrepeated(rows: Grid) -> Grid:
    """Without rows that only continue the merged cells of the row above."""
    return [next(same) for _, same in groupby(rows, key=_filled)]


def _captions(rows: Grid) -> int:
    """How many rows at the top hold a single cell, where others hold more. Two such cells may be a list of two."""
    count = next((i for i, row in enumerate(rows) if len(_filled(row)) > 1), 0)
    return count if _width(rows) > 1 else 0


_NUMBER = re.compile(r"[+-]?[\d,.]+\s?[%‰]?$")
_YEAR = re.compile(r"(19|20)\d\d$")
_SENTENCE_MARK = re.compile(r"[。；！？]")
_LONGEST_LABEL = 30


def _header_rows(rows: Grid, *, headed: bool) -> int:
    """Rows that name columns: short words in every column, and a second row where the first one groups columns."""
    if len(rows) < 2 or not _names_columns(rows[0], _width(rows)):
        return 0
    if _width(rows) == 2 and not headed and not _is_measured(rows):
        return 0
    grouped = any(cell in rows[1] for cell in rows[0] if cell.text) or len(_filled(rows[0])) < len(rows[0])
    return 2 if grouped and len(rows) > 2 and _names_columns(rows[1], _width(rows)) else 1


def _names_columns(row: Row, width: int) -> bool:
    corner, *others = row
    return len(row) == width > 1 and all(_is_label(cell.text) for cell in others) and (not corner.text or _is_label(corner.text))


def _is_label(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_LABEL and not _SENTENCE_MARK.search(text) \
        and (not _NUMBER.match(text) or bool(_YEAR.match(text)))


def _is_measured(rows: Grid) -> bool:
    """Two columns are names and values (姓名 | 张三) unless the second holds figures under a word."""
    first, *below = (row[1].text if len(row) > 1 else "" for row in rows)
    return len(first) <= 12 and not re.search(r"\d", first) and all(re.search(r"\d", text) for text in below if text)


def _name(header: Grid, column: int) -> str:
    """The words above a column, group first: 目标·数值."""
    cells = dict.fromkeys(row[column] for row in header if column < len(row))
    return "·".join(dict.fromkeys(cell.text.replace("\n", "") for cell in cells if cell.text))


def _fills(row: Row, width: int) -> bool:
    return len(row) == width > 1 and len(set(row)) == 1


def _read_alone(names: Sequence[str], row: Row) -> str:
    """A cell merged across columns stands once, under the names of all of them; one that fills the row needs none."""
    if _fills(row, len(names)):
        return row[0].text
    if len(row) == len(names) == 2 and not any(names) and _is_label(row[0].text):
        return row_text([row[0].text.replace("\n", "")], [row[1].text]) if row[1].text else row[0].text
    over: dict[Cell, list[str]] = {}
    for name, cell in zip(names, row, strict=False):
        over.setdefault(cell, []).append(name)
    return row_text(["、".join(dict.fromkeys(name for name in above if name)) for above in over.values()],
                    [cell.text for cell in over])
