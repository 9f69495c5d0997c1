"""Passages: whole articles, long ones cut where a lawyer would cut them, ids that come from content."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import MAX_PASSAGE, passages_of
from ingest.document import Block
from ingest.parse.text import blocks_in_place
from ingest.prepare import document_text
from ingest.structure import structure
from kb.types import Kind, Passage, Tier, Version

VERSION = Version("official:某法@2025", "某法", "某法", "2025", Kind.LAW, Tier.OFFICIAL)


def cut(*lines: str, version: Version = VERSION) -> list[Passage]:
    blocks = blocks_in_place(Block(line) for line in lines)
    text = document_text(blocks)
    passages = list(passages_of(structure(blocks, "某法").sections, text, version))
    assert all(text[p.start:p.end] == p.text for p in passages)
    return passages


SENTENCE = "经营者应当采取相应保密措施。"


def test_a_short_article_is_one_passage_with_its_paragraphs_on_lines() -> None:
    (passage,) = cut("第一条 甲。", "乙。")
    assert (passage.text, passage.part) == ("甲。\n乙。", 0)


def test_a_long_article_is_cut_between_paragraphs() -> None:
    parts = cut("第一条 " + SENTENCE * 40, *(f"（{n}）" + SENTENCE * 30 for n in "一二三四"))
    assert [p.part for p in parts] == [1, 2, 3] and {p.locator for p in parts} == {"第一条"}
    assert all(p.text.startswith(("经营者", "（")) and p.text.endswith("。") for p in parts)


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    parts = cut("第一条 " + SENTENCE * 200)
    assert all(p.text.endswith("。") and len(p.text) <= MAX_PASSAGE for p in parts)
    assert "".join(p.text for p in parts) == SENTENCE * 200
    assert min(len(p.text) for p in parts) > MAX_PASSAGE / 3


def test_a_line_of_a_million_characters_without_a_sentence_end_is_bounded() -> None:
    parts = cut("商业秘密" * 250_000)
    assert max(len(p.text) for p in parts) <= MAX_PASSAGE and sum(len(p.text) for p in parts) == 1_000_000


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="甲乙丙，。；”", min_size=1, max_size=2_000), min_size=1, max_size=8))
def test_nothing_is_lost_and_nothing_is_too_long(paragraphs: list[str]) -> None:
    parts = cut("第一条", *("文" + p for p in paragraphs), "第二条 乙。")
    first = [p for p in parts if p.article == 1]
    assert all(0 < len(p.text) <= MAX_PASSAGE for p in parts)
    assert "".join(p.text.replace("\n", "") for p in first) == "".join("文" + p for p in paragraphs)
    assert len({p.id for p in parts}) == len(parts)


def test_ids_come_from_content_and_stay_when_the_article_moves_on_the_page() -> None:
    before = cut("第一条 甲。", "第二条 乙。")
    after = cut("第一条 甲甲。", "第二条 乙。")
    assert [p.id for p in before] == [p.id for p in cut("第一条 甲。", "第二条 乙。")]
    assert before[1].id == after[1].id and before[0].id != after[0].id
    assert len(before[0].id) == 16 and int(before[0].id, 16) >= 0


def test_the_same_words_in_another_version_or_twice_in_one_have_other_ids() -> None:
    twice = cut("第一条 甲。", "第二条 乙。", "第一条 甲。")
    assert len({p.id for p in twice}) == 3
    assert twice[0].id != cut("第一条 甲。", "第二条 乙。", version=replace(VERSION, id="official:某法@2019"))[0].id


@pytest.mark.parametrize("page", [1, 7])
def test_a_passage_knows_the_page_on_which_it_begins(page: int) -> None:
    blocks = blocks_in_place([Block("第一条 甲。", page=page), Block("乙。", page=page + 1), Block("第二条 丙。", page=page + 1)])
    passages = passages_of(structure(blocks, "某法").sections, document_text(blocks), VERSION)
    assert [p.page for p in passages] == [page, page + 1]


ITEMS = tuple(f"（{n}）" + SENTENCE * 24 for n in "一二三四五六七")


def test_a_list_is_cut_between_its_items_and_not_from_the_words_that_open_it() -> None:
    parts = cut("第一条 有下列情形之一的：", *ITEMS)
    assert parts[0].text.startswith("有下列情形之一的：\n（一）")
    assert all(p.text.startswith("（") for p in parts[1:]) and all(p.text.endswith("。") for p in parts)


def test_a_new_paragraph_is_a_better_place_to_cut_than_an_item() -> None:
    parts = cut("第一条 有下列情形之一的：", *ITEMS[:2], "前款规定的，从其规定：", *ITEMS[:2])
    assert [p.text.split("\n")[0] for p in parts] == ["有下列情形之一的：", "前款规定的，从其规定："]


def test_an_item_is_a_better_place_to_cut_than_its_points() -> None:
    points = tuple(f"{n}." + SENTENCE * 8 for n in range(1, 5))
    parts = cut("第一条 有下列情形之一的：", "（一）包括：", *points, "（二）包括：", *points, "（三）包括：", *points)
    assert [p.text.split("\n")[0] for p in parts] == ["有下列情形之一的：", "（二）包括："]


def test_parts_of_one_long_sentence_list_come_out_even() -> None:
    sizes = [len(p.text) for p in cut("第一条 " + "甲乙丙丁；" * 250)]
    assert sizes == [625, 625]


@given(st.lists(st.sampled_from(("（一）" + SENTENCE * 20, "1." + SENTENCE * 5, SENTENCE * 60, "包括：", SENTENCE)), min_size=1, max_size=15))
@settings(max_examples=50, deadline=None)
def test_no_part_begins_or_ends_inside_a_sentence(paragraphs: list[str]) -> None:
    for part in cut("第一条", *paragraphs, "第二条 乙。"):
        assert part.text.endswith(("。", "：")) and part.text.startswith(("（", "1.", "经营者", "包括", "乙"))


def test_a_passage_carries_the_page_number_that_is_printed_on_its_page() -> None:
    blocks = blocks_in_place([Block("第一条 甲。", page=5, page_label="iv"), Block("乙。", page=6, page_label="1"),
                              Block("第二条 " + SENTENCE * 100, page=6, page_label="1")])
    passages = passages_of(structure(blocks, "某法").sections, document_text(blocks), VERSION)
    assert [p.page_label for p in passages] == ["iv", "1", "1"]
