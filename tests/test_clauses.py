"""款, 项 and 目 inside an article, and the words that open the list in which a part begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import passages_of
from ingest.document import Block
from ingest.parse.text import blocks_in_place
from ingest.prepare import document_text
from ingest.structure import structure
from kb.clauses import Clause, clauses
from kb.types import Kind, Passage, Tier, Version

VERSION = Version("v", "d", "某法", "2025", Kind.LAW, Tier.OFFICIAL)


def shape(found: tuple[Clause, ...]) -> list:
    return [(clause.number, shape(clause.parts)) if clause.parts else clause.number for clause in found]


@pytest.mark.parametrize(("text", "expected"), [
    ("甲。", [1]),
    ("甲。\n乙。", [1, 2]),
    ("有下列情形之一的：\n（一）甲；\n（二）乙。", [(1, [1, 2])]),
    ("有下列情形之一的：（一）甲；（二）乙。", [(1, [1, 2])]),
    ("甲：\n（一）甲；\n（二）乙。\n前款规定的除外：\n（一）丙；\n（二）丁。\n戊。", [(1, [1, 2]), (2, [1, 2]), 3]),
    ("甲：\n（一）乙：\n1.丙；\n2.丁；\n（二）戊。", [(1, [(1, [1, 2]), 2])]),
    ("第一款第（一）项规定的除外。", [1]),
    ("比例为1.5倍；2.5倍的除外。", [1]),
])
def test_clauses_items_and_points_are_told_apart(text: str, expected: list) -> None:
    assert shape(clauses(text)) == expected


@given(st.lists(st.sampled_from(("甲。", "乙：", "（一）丙；", "（二）丁。", "1.戊；", "2.己。")), min_size=1, max_size=12))
def test_clauses_cover_the_article_and_their_parts_lie_inside(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = clauses(text)
    assert "\n".join(text[clause.start:clause.end] for clause in found) == text
    for clause in found:
        for item in clause.parts:
            assert clause.start <= item.start < item.end <= clause.end
            assert all(item.start < point.start < point.end <= item.end for point in item.parts)


def parts_of(*lines: str) -> list[Passage]:
    blocks = blocks_in_place(Block(line) for line in lines)
    return list(passages_of(structure(blocks, "某法").sections, document_text(blocks), VERSION))


LONG = "经营者应当采取相应保密措施。" * 50


def test_a_part_that_begins_at_an_item_knows_the_words_that_open_the_list() -> None:
    parts = parts_of("第一条 甲。", "有下列情形之一的：", f"（一）{LONG}", f"（二）{LONG}", f"（三）{LONG}")
    assert [part.lead_in for part in parts] == ["", "有下列情形之一的：", "有下列情形之一的："]


def test_a_part_that_begins_at_a_point_knows_its_item_too() -> None:
    parts = parts_of("第一条 有下列情形之一的：", "（一）包括：", f"1.{LONG}", f"2.{LONG}")
    assert [part.lead_in for part in parts] == ["", "有下列情形之一的：\n（一）包括："]


def test_a_part_that_begins_a_paragraph_stands_alone() -> None:
    parts = parts_of(f"第一条 {LONG}", f"前款规定的除外。{LONG}")
    assert [part.lead_in for part in parts] == ["", ""]
