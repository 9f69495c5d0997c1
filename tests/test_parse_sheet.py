"""Spreadsheets as they are shown: sheets, captions, headers, numbers, and what is hidden from the reader."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from ingest.document import BlockKind, ParsedDocument, RawFile
from ingest.parse import parse
from kb.errors import SourceError


def book(*rows: tuple, title: str = "指标", formats: dict[str, str] | None = None) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    for place, shown in (formats or {}).items():
        made.active[place].number_format = shown
    return made


def read(made: openpyxl.Workbook) -> ParsedDocument:
    target = io.BytesIO()
    made.save(target)
    return parse(RawFile("表.xlsx", target.getvalue(), "0" * 64))


def csv(text: str, name: str = "表.csv", encoding: str = "utf-8") -> list[str]:
    blocks = parse(RawFile(name, text.encode(encoding), "0" * 64)).blocks
    return [block.text for block in blocks if block.kind is not BlockKind.HEADING]


def test_every_sheet_is_a_heading_and_a_merged_title_a_caption() -> None:
    made = book(("主要指标", None, None), ("指标", "数值", "单位"), ("满意度", 83.5, "分"))
    made.active.merge_cells("A1:C1")
    made.create_sheet("说明").append(("来源", "建设方案"))
    made.create_sheet("空")
    assert [(b.kind, b.text) for b in read(made).blocks] == [
        (BlockKind.HEADING, "表"), (BlockKind.HEADING, "指标"), (BlockKind.PARAGRAPH, "主要指标"), (BlockKind.ROW, "指标：满意度；数值：83.5；单位：分"),
        (BlockKind.HEADING, "说明"), (BlockKind.ROW, "来源：建设方案")]


@pytest.mark.parametrize(("value", "number_format", "shown"), [
    (83.5, "General", "83.5"), (0.1 + 0.2, "General", "0.3"), (83.49999999999999, "General", "83.5"), (85000, "General", "85000"),
    (85000.0, "General", "85000"), (123456789012345, "General", "123456789012345"), (0.00001, "General", "1e-05"),
    (83.499999, "0.0", "83.5"), (2, "0.00", "2.00"), (1234567.5, "#,##0.00", "1,234,567.50"), (85000, "#,##0", "85,000"),
    (0.15, "0%", "15%"), (0.1234, "0.0%", "12.3%"), (83.5, '0.0"分"', "83.5分"), (5000, '"约"0"元"', "约5000元"),
    (30, "[$¥-804]#,##0.00", "¥30.00"), (30, "¥#,##0", "¥30"),
    (-5, "0.0_ ;[Red]-0.0", "-5.0"), (True, "General", "是"), ("=1+1", "@", None), ("  已  完成 ", "@", "已 完成"),
    (date(2025, 12, 31), "yyyy-mm-dd", "2025-12-31"), (date(2025, 12, 1), 'yyyy"年"m"月"', "2025年12月"),
    (date(2025, 12, 1), 'yyyy"年"m"月"d"日"', "2025年12月1日"), (datetime(2025, 12, 1, 9, 30), "yyyy-mm-dd hh:mm", "2025-12-01 09:30"),
], ids=str)
def test_values_are_written_as_the_cell_shows_them(value, number_format: str, shown: str | None) -> None:
    parsed = read(book(("指标", "数值", "单位"), ("甲", value, "乙"), formats={"B2": number_format}))
    assert parsed.blocks[-1].text == (f"指标：甲；数值：{shown}；单位：乙" if shown else "指标：甲；单位：乙")


def test_a_formula_without_a_stored_result_is_named() -> None:
    parsed = read(book(("指标", "数值", "单位"), ("甲", "=SUM(B3:B9)", "家")))
    assert [w.problem for w in parsed.warnings] == ["1 个公式没有保存计算结果，没有收录（指标!B2）"]


def test_hidden_sheets_rows_and_columns_are_left_out_and_counted() -> None:
    made = book(("指标", "底数", "数值"), ("甲", 111, 5), ("乙", 222, 6), ("丙", 333, 7))
    made.active.column_dimensions["B"].hidden = True
    made.active.row_dimensions[3].hidden = True
    made.create_sheet("草稿").append(("秘密", "内部"))
    made["草稿"].sheet_state = "hidden"
    parsed = read(made)
    assert [b.text for b in parsed.blocks] == ["表", "指标", "指标：甲；数值：5", "指标：丙；数值：7"]
    assert [w.problem for w in parsed.warnings] == ["隐藏的 1 个工作表、2 行或列没有收录"]


def test_a_cell_at_the_far_end_of_the_sheet_costs_nothing() -> None:
    made = book(("指标", "数值", "单位"), ("甲", 5, "家"))
    made.active["XFD1048576"] = "末"
    assert read(made).blocks[-1].text == "末"


def test_a_sheet_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parse.sheet.MAX_CELLS", 5)
    with pytest.raises(SourceError, match="表格超过"):
        read(book(("指标", "数值", "单位"), ("甲", 5, "家")))
    with pytest.raises(SourceError, match="表格超过"):
        csv("a,b,c\n1,2,3\n")


@pytest.mark.parametrize(("text", "name"), [
    ("指标,数值,单位\n满意度,83.5,分\n", "表.csv"), ("指标\t数值\t单位\n满意度\t83.5\t分\n", "表.tsv"), ("指标;数值;单位\r\n满意度;83.5;分\r\n", "表.csv"),
    ('"指标","数值","单位"\n"满意度","83.5","分"\n', "表.csv"), ("主要指标,,\n指标,数值,单位\n满意度,83.5,分\n", "表.csv"),
], ids=["comma", "tab", "semicolon", "quoted", "title row"])
def test_the_mark_between_cells_is_found_out(text: str, name: str) -> None:
    assert csv(text, name)[-1] == "指标：满意度；数值：83.5；单位：分"


def test_quoted_cells_keep_commas_line_breaks_and_quotation_marks() -> None:
    assert csv('指标,说明\n甲,"一，二,三\n""四"""\n') == ['指标：甲；说明：一，二,三\n"四"']


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_mark_of_the_encoding_is_no_part_of_the_first_header(encoding: str) -> None:
    assert csv("指标,数值,单位\n满意度,83.5,分\n", encoding=encoding) == ["指标：满意度；数值：83.5；单位：分"]


def test_a_table_without_a_title_is_named_by_its_file() -> None:
    first, second = parse(RawFile("包.zip/示范区指标表.csv", "指标,数值\n甲,5\n".encode(), "")).blocks
    assert (first.kind, first.text, second.start) == (BlockKind.HEADING, "示范区指标表", len("示范区指标表") + 1)


def test_cells_that_look_like_formulas_are_text() -> None:
    assert csv("企业,说明\n=1+1,@SUM(A1)\n-2+3,+4\n") == ["企业：=1+1；说明：@SUM(A1)", "企业：-2+3；说明：+4"]


@pytest.mark.parametrize(("name", "data"), [
    ("空.csv", b" \n,,\n"), ("坏.xlsx", b"PK\x03\x04xl/workbook.xml"), ("假.xlsx", b"abc")], ids=["empty", "broken", "false"])
def test_a_table_that_cannot_be_read_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        parse(RawFile(name, data, ""))
    assert refused.value.remedy
    with pytest.raises(SourceError, match="没有可以看见的文字"):
        read(openpyxl.Workbook())
