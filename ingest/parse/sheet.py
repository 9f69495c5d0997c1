"""Spreadsheets and comma-separated tables: every sheet a heading, every row readable alone, numbers as they are shown."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import Any

from ingest.document import Block, BlockKind, ParsedDocument, RawFile, SourceWarning
from ingest.package import check_package, damage_told, opened
from ingest.parse.encoding import decode
from ingest.parse.table import MAX_CELLS, Cell, table_blocks
from ingest.parse.text import blocks_in_place
from kb.errors import SourceError
from kb.text import chinese_date, clean

__all__ = ["parse_csv", "parse_xlsx"]

_SPLIT = "请拆分表格后再导入"


def parse_csv(raw: RawFile) -> ParsedDocument:
    """Each row with its header repeated; cells that begin with = + - @ are text like any other."""
    text = decode(raw.data)
    csv.field_size_limit(len(raw.data) + 1)
    try:
        rows = [[Cell(clean(value)) for value in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))]
    except csv.Error as error:
        raise SourceError("CSV 表格格式有误，无法读取", "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入") from error
    if sum(len(row) for row in rows) > MAX_CELLS:
        raise SourceError(f"表格超过 {MAX_CELLS // 10_000} 万格", _SPLIT)
    blocks = blocks_in_place(table_blocks(rows, headed=True))
    if not blocks:
        raise SourceError("表格里没有文字", "请换一个有内容的文件")
    return ParsedDocument(blocks)


def _delimiter(text: str) -> str:
    """The mark that splits the first lines into the same number of cells, and into the most."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    def evenness(mark: str) -> tuple[int, int]:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=mark))
        columns, often = counts.most_common(1)[0] if counts else (1, 0)
        return (often if columns > 1 else 0, columns)
    return max(",\t;|", key=evenness)


def parse_xlsx(raw: RawFile) -> ParsedDocument:
    """What a reader of the printed workbook sees: hidden sheets, rows and columns are left out and counted."""
    check_package(raw.data, "Excel 表格")
    reader = _Reader(raw.data)
    with damage_told("Excel 表格"):
        # A workbook has no title of its own: the names of its sheets are headings below the name of the file.
        title = Block(clean(PurePosixPath(raw.name).stem), BlockKind.HEADING, 1)
        blocks = blocks_in_place((title, *reader.blocks()))
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        raise SourceError("表格里没有可以看见的文字", "内容在隐藏的工作表或行列里时，请取消隐藏后再导入")
    return ParsedDocument(blocks, warnings=tuple(reader.warnings(raw.name)))


def _has_formulas(data: bytes) -> bool:
    """Without any, the workbook need not be read a second time."""
    with opened(data, "Excel 表格") as package:
        return any(re.search(rb"<(\w+:)?f[ >/]", package.read(name)) for name in package.namelist() if name.startswith("xl/worksheets/"))


def _opened(data: bytes, *, values: bool) -> Any:  # noqa: ANN401  (openpyxl has no types)
    """With `values` the results Excel last stored, else the formulas. Links to other workbooks are never followed."""
    import warnings

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with damage_told("Excel 表格", InvalidFileException), warnings.catch_warnings():
        warnings.simplefilter("ignore")        # on styles and extensions it does not know; none concerns text
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values, keep_links=False)


class _Reader:
    """Reads sheet after sheet, counting what it leaves out."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._formulas: Any = None
        self._calculates = _has_formulas(data)
        self._sheets = self._lines = 0
        self._uncounted: list[str] = []

    def blocks(self) -> Iterator[Block]:
        for sheet in _opened(self._data, values=True).worksheets:
            if sheet.sheet_state != "visible":
                self._sheets += bool(_said(sheet))
            elif rows := list(table_blocks(self._grid(sheet))):
                yield Block(clean(sheet.title), BlockKind.HEADING, 2)
                yield from rows

    def _grid(self, sheet: Any) -> list[list[Cell]]:  # noqa: ANN401
        """The rows and columns that are seen and say something; a merged area is one cell at all its places."""
        if self._calculates:
            self._note_uncounted(sheet)
        said = _said(sheet)
        rows, columns = sorted({row for row, _ in said}), sorted({column for _, column in said})
        unseen_rows = {row for row in rows if sheet.row_dimensions[row].hidden}
        unseen_columns = _hidden_columns(sheet) & set(columns)
        self._lines += len(unseen_rows) + len(unseen_columns)
        rows = [row for row in rows if row not in unseen_rows]
        columns = [column for column in columns if column not in unseen_columns]
        if len(rows) * len(columns) > MAX_CELLS:
            raise SourceError(f"表格超过 {MAX_CELLS // 10_000} 万格", _SPLIT)
        cells = {place: Cell(clean(_as_shown(cell.value, str(cell.number_format)))) for place, cell in said.items()}
        for area in sheet.merged_cells.ranges:
            if whole := cells.get((area.min_row, area.min_col)):
                cells |= {(row, column): whole for row in rows if area.min_row <= row <= area.max_row
                          for column in columns if area.min_col <= column <= area.max_col}
        return [[cells.get((row, column)) or Cell() for column in columns] for row in rows]

    def _note_uncounted(self, sheet: Any) -> None:  # noqa: ANN401
        """Formulas whose result was never stored, as in files that a program wrote: nothing can be shown for them."""
        self._formulas = self._formulas or _opened(self._data, values=False)
        self._uncounted += [f"{sheet.title}!{cell.coordinate}" for (row, column), cell in _said(self._formulas[sheet.title]).items()
                            if cell.data_type == "f" and sheet.cell(row, column).value is None]

    def warnings(self, file: str) -> Iterator[SourceWarning]:
        if self._sheets or self._lines:
            yield SourceWarning(file, f"隐藏的 {self._sheets} 个工作表、{self._lines} 行或列没有收录", "需要其中内容时请取消隐藏后重新导入")
        if self._uncounted:
            named = "、".join(self._uncounted[:5]) + ("等" if len(self._uncounted) > 5 else "")
            yield SourceWarning(file, f"{len(self._uncounted)} 个公式没有保存计算结果，没有收录（{named}）",
                                "请用 Excel 或 WPS 打开、重新计算并保存后再导入")


def _said(sheet: Any) -> dict[tuple[int, int], Any]:  # noqa: ANN401
    """Cells with a value, by row and column. Asking for rows instead would make every cell up to the last one."""
    return {place: cell for place, cell in sorted(sheet._cells.items()) if cell.value is not None}


def _hidden_columns(sheet: Any) -> set[int]:  # noqa: ANN401
    """Numbers of hidden columns; one entry of the file may stand for many columns."""
    return {column for dimension in sheet.column_dimensions.values() if dimension.hidden
            for column in range(dimension.min or 0, min(dimension.max or 0, sheet.max_column) + 1)}


def _as_shown(value: object, number_format: str) -> str:
    """A value as Excel shows it: 83.5, 15%, 1,234.50, 2025年12月, 是 for TRUE."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return _date(value, number_format)
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, number_format.split(";")[0])
    return str(value)


def _date(value: datetime | date, number_format: str) -> str:
    shown = re.sub(r"\[[^\]]*\]|\"|\\", "", number_format.lower())
    if "d" not in shown and "y" in shown and "m" in shown:
        return f"{value.year}年{value.month}月"
    if "年" in shown:
        return chinese_date(value)
    clock = f" {value:%H:%M}" if isinstance(value, datetime) and (value.hour or value.minute) else ""
    return f"{value:%Y-%m-%d}{clock}"


def _number(value: float, number_format: str) -> str:
    """Decimals, per cent, thousands and unit as the format says; without one, the 11 digits a cell of Excel shows."""
    number_format = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', number_format)
    before, pattern, after = re.fullmatch(r"([^0#?]*)([0#?,.% ]*)(.*)", number_format, re.DOTALL).groups()     # type: ignore[union-attr]
    places = re.search(r"\.(0*)", pattern)
    value = value * 100 if "%" in number_format else value
    thousands = "," if re.search(r"[#0],[#0]", pattern) else ""
    if pattern.strip() and (places is None or "#" not in pattern.partition(".")[2]):
        shown = f"{value:{thousands}.{len(places[1]) if places else 0}f}"
    elif isinstance(value, int) or value.is_integer():
        shown = f"{value:{thousands}.0f}"
    else:
        shown = f"{value:{thousands}.11g}"
    literal = ["".join(re.findall(r'"([^"]*)"|([¥￥$€])', text)[0]) if re.search(r'"[^"]*"|[¥￥$€]', text) else "" for text in (before, after)]
    return literal[0] + shown + ("%" if "%" in number_format else "") + literal[1]
