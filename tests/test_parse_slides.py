"""Slides: where each sentence stands, in which order, and what the audience does not see."""

import io

import pptx
import pytest
from pptx.util import Inches

from ingest.document import BlockKind, ParsedDocument, RawFile
from ingest.parse import parse
from kb.errors import SourceError


def read(show) -> ParsedDocument:
    target = io.BytesIO()
    show.save(target)
    return parse(RawFile("课件.pptx", target.getvalue(), "0" * 64))


def slide(show, title: str = "", layout: int = 5):
    made = show.slides.add_slide(show.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(shapes, left: float, top: float, text: str) -> None:
    shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text


def test_each_slide_is_a_heading_with_its_number_as_page() -> None:
    show = pptx.Presentation()
    box(slide(show, "商业秘密").shapes, 1, 3, "不为公众所知悉\n具有商业价值")
    box(slide(show, layout=6).shapes, 1, 3, "没有标题")
    assert [(b.kind, b.page, b.text) for b in read(show).blocks] == [
        (BlockKind.HEADING, 1, "商业秘密"), (BlockKind.PARAGRAPH, 1, "不为公众所知悉"), (BlockKind.PARAGRAPH, 1, "具有商业价值"),
        (BlockKind.HEADING, 2, "第2页"), (BlockKind.PARAGRAPH, 2, "没有标题")]


def test_text_is_read_from_top_to_bottom_and_left_to_right_also_in_groups() -> None:
    show = pptx.Presentation()
    shapes = slide(show, "顺序").shapes
    box(shapes, 1, 5, "四")
    group = shapes.add_group_shape()
    box(group.shapes, 5, 2.05, "二")
    box(group.shapes, 5, 3, "三")
    box(shapes, 1, 2, "一")
    assert [b.text for b in read(show).blocks] == ["顺序", "一", "二", "三", "四"]


def test_tables_are_rows_and_merged_cells_stand_in_each() -> None:
    show = pptx.Presentation()
    table = slide(show, "表").shapes.add_table(4, 3, 0, Inches(2), Inches(6), Inches(2)).table
    for r, row in enumerate((("主要指标", "", ""), ("类别", "指标", "数值"), ("目标", "满意度", "83.5分"), ("", "登记数", "85000件"))):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    table.cell(0, 0).merge(table.cell(0, 2))
    table.cell(2, 0).merge(table.cell(3, 0))
    assert [b.text for b in read(show).blocks] == ["表", "主要指标", "类别：目标；指标：满意度；数值：83.5分", "类别：目标；指标：登记数；数值：85000件"]


def test_notes_are_kept_and_marked() -> None:
    show = pptx.Presentation()
    slide(show, "赔偿").notes_slide.notes_text_frame.text = "讲三个案例。\n留五分钟。"
    assert [b.text for b in read(show).blocks] == ["赔偿", "备注：讲三个案例。", "备注：留五分钟。"]


def test_hidden_slides_are_left_out_and_counted_and_the_others_keep_their_numbers() -> None:
    show = pptx.Presentation()
    for text in ("一", "二", "三"):
        box(slide(show, text).shapes, 1, 3, text * 3)
    show.slides[1].element.set("show", "0")
    parsed = read(show)
    assert [(b.page, b.text) for b in parsed.blocks] == [(1, "一"), (1, "一一一"), (3, "三"), (3, "三三三")]
    assert [w.problem for w in parsed.warnings] == ["1 张隐藏的幻灯片没有收录"]


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(SourceError, match="没有文字"):
        read(pptx.Presentation())
    with pytest.raises(SourceError, match="已损坏"):
        parse(RawFile("坏.pptx", b"PK\x03\x04ppt/presentation.xml", ""))


def test_a_broken_part_that_is_met_only_while_reading_is_refused_too() -> None:
    show = pptx.Presentation()
    box(slide(show, "商业秘密").shapes, 1, 3, "不为公众所知悉")
    show.slides[0].shapes[1].element.find(".//{*}off").set("x", "不是数")
    with pytest.raises(SourceError, match="演示文稿已损坏"):
        read(show)
