"""Tables: in whatever format they come, no cell vanishes and each row can be read alone."""

import csv
import io
from dataclasses import dataclass

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import BlockKind, RawFile
from ingest.parse import parse
from ingest.parse.table import MAX_CELLS, Cell, grid_of, table_blocks
from kb.errors import SourceError


@dataclass(frozen=True)
class Table:
    """Texts by row and column, and merged areas (first row, first column, last row, last column), which do not overlap."""

    texts: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def visible(self) -> list[str]:
        """A merged area shows only its first cell."""
        covered = {(r, c) for top, left, bottom, right in self.merged for r in range(top, bottom + 1)
                   for c in range(left, right + 1)} - {area[:2] for area in self.merged}
        return [text for r, row in enumerate(self.texts) for c, text in enumerate(row) if (r, c) not in covered and text]


@st.composite
def tables(draw, *, merges: bool) -> Table:
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    kinds = st.sampled_from(("指标", "第{}条", "{}.5", "{}%", "已经完成；逾期处罚。", "", "满意,度", "=SUM(A1)", "20{}"))
    # The mark in brackets makes each text unlike any other, so that one cannot stand in for another.
    texts = tuple(tuple(kind.format(r) + f"[{r}-{c}]" if (kind := draw(kinds)) else "" for c in range(width)) for r in range(height))
    areas: list[tuple[int, int, int, int]] = []
    taken: set[tuple[int, int]] = set()
    for _ in range(draw(st.integers(0, 3)) if merges else 0):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        bottom, right = draw(st.integers(top, height - 1)), draw(st.integers(left, width - 1))
        places = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if len(places) > 1 and not places & taken:
            taken |= places
            areas.append((top, left, bottom, right))
    return Table(texts, tuple(areas))


def as_xlsx(table: Table) -> bytes:
    book = openpyxl.Workbook()
    for r, row in enumerate(table.texts, start=1):
        for c, text in enumerate(row, start=1):
            cell = book.active.cell(r, c, text)
            cell.data_type = "s"
    for top, left, bottom, right in table.merged:
        book.active.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_docx(table: Table) -> bytes:
    document = docx.Document()
    grid = document.add_table(rows=len(table.texts), cols=len(table.texts[0]))
    hidden = {(r, c) for top, left, bottom, right in table.merged for r in range(top, bottom + 1)
              for c in range(left, right + 1)} - {area[:2] for area in table.merged}
    for r, row in enumerate(table.texts):
        for c, text in enumerate(row):
            if (r, c) not in hidden:
                grid.cell(r, c).text = text
    for top, left, bottom, right in table.merged:
        grid.cell(top, left).merge(grid.cell(bottom, right))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def as_html(table: Table) -> bytes:
    first = {area[:2]: area for area in table.merged}
    shown = set(table.visible())
    rows = ""
    for r, row in enumerate(table.texts):
        rows += "<tr>"
        for c, text in enumerate(row):
            top, left, bottom, right = first.get((r, c), (r, c, r, c))
            covered = any(t <= r <= b and le <= c <= ri for t, le, b, ri in table.merged) and (r, c) not in first
            assert not (covered and text in shown)
            rows += "" if covered else f"<td rowspan={bottom - top + 1} colspan={right - left + 1}>{text}</td>"
        rows += "</tr>"
    return f"<meta charset=utf-8><p>下表列出各项指标。</p><table>{rows}</table>".encode()


def as_csv(table: Table) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(table.texts)
    return target.getvalue().encode()


def as_markdown(table: Table) -> bytes:
    lines = ["| " + " | ".join(row) + " |" for row in table.texts]
    return "\n".join([lines[0], "|---" * len(table.texts[0]) + "|", *lines[1:]]).encode()


def read(name: str, data: bytes) -> str:
    try:
        return "\n".join(block.text for block in parse(RawFile(name, data, "0" * 64)).blocks)
    except SourceError as error:
        assert "没有" in error.problem
        return ""


@pytest.mark.parametrize(("ending", "written"), [("xlsx", as_xlsx), ("docx", as_docx), ("html", as_html)])
@given(table=tables(merges=True))
@settings(max_examples=60, deadline=None)
def test_no_cell_of_a_table_with_merged_cells_vanishes(ending: str, written, table: Table) -> None:
    text = read(f"表.{ending}", written(table)).replace("\n", " ")
    assert [shown for shown in table.visible() if " ".join(shown.split()) not in text] == []


@pytest.mark.parametrize(("ending", "written"), [("csv", as_csv), ("md", as_markdown)])
@given(table=tables(merges=False))
@settings(max_examples=100, deadline=None)
def test_no_cell_of_a_plain_table_vanishes(ending: str, written, table: Table) -> None:
    text = read(f"表.{ending}", written(table))
    assert [shown for shown in table.visible() if " ".join(shown.split()) not in text] == []


def rows_of(*rows: tuple[str | Cell, ...], stated: int = 0, headed: bool = False) -> list[str]:
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    return [block.text for block in table_blocks(grid_of(cells), stated=stated, headed=headed)]


def test_a_header_of_two_rows_names_the_group_and_the_column() -> None:
    assert rows_of((Cell("指标", rows=2), Cell("目标", columns=2)), ("数值", "单位"), ("满意度", "83.5", "分")) == [
        "指标：满意度；目标·数值：83.5；目标·单位：分"]


def test_a_cell_merged_across_stands_once_under_all_its_names() -> None:
    assert rows_of(("指标", "数值", "单位"), ("满意度", Cell("不适用", columns=2))) == ["指标：满意度；数值、单位：不适用"]


def test_a_cell_merged_down_stands_in_every_row() -> None:
    assert rows_of(("类", "项", "值"), (Cell("目标", rows=2), "甲", "1"), ("乙", "2")) == ["类：目标；项：甲；值：1", "类：目标；项：乙；值：2"]


def test_a_title_over_the_table_is_a_caption_and_years_may_head_columns() -> None:
    rows = [[Cell("主要指标", columns=3)], [Cell(""), Cell("2024"), Cell("2025")], [Cell("登记数"), Cell("80000"), Cell("85000")]]
    blocks = list(table_blocks(grid_of(rows)))
    assert [(b.kind, b.text) for b in blocks] == [(BlockKind.PARAGRAPH, "主要指标"), (BlockKind.ROW, "登记数；2024：80000；2025：85000")]


@pytest.mark.parametrize(("rows", "headed", "expected"), [
    ((("姓名", "张三"), ("性别", "男")), False, ["姓名：张三", "性别：男"]),
    ((("来源", "国务院"), ("时限", "2025年底")), True, ["来源：时限；国务院：2025年底"]),
    ((("指标", "数值"), ("满意度", "83.5分")), False, ["指标：满意度；数值：83.5分"]),
    ((("1", "2", "3"), ("4", "5", "6")), False, ["1；2；3", "4；5；6"]),
    ((("指标", "数值", "备注"), ("满意度", "83.5", "")), False, ["指标；数值；备注", "指标：满意度；数值：83.5"]),
], ids=["names and values", "headed by custom", "figures under a word", "figures only", "a column without values"])
def test_the_header_is_told_by_what_stands_in_it(rows, headed: bool, expected: list[str]) -> None:
    assert rows_of(*rows, headed=headed) == expected


def test_spans_that_would_fill_the_memory_are_refused() -> None:
    with pytest.raises(SourceError, match="超过 100 万格"):
        grid_of([[Cell("甲", columns=10**9)]])
    with pytest.raises(SourceError, match="超过 100 万格"):
        grid_of([[Cell("甲", columns=1_000, rows=10**6)], *([Cell("乙")] for _ in range(MAX_CELLS // 1_000))])


def test_what_merged_cells_repeat_is_bounded() -> None:
    page = "<table><tr><td rowspan=2000>" + "甲" * 10_000 + "</td><td>1</td></tr>" + "<tr><td>2</td></tr>" * 2_000 + "</table>"
    with pytest.raises(SourceError, match="超过 500 万字"):
        parse(RawFile("表.html", page.encode(), "0" * 64))
