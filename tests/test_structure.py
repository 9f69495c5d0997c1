"""Articles, tasks and headings: which paragraphs carry a number of their own and which only mention one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import passages_of
from ingest.document import Block, BlockKind
from ingest.load import SourceFile, read_file
from ingest.numerals import article_mark, chapter_rank, item_mark, tidy_heading
from ingest.parse import parse
from ingest.parse.text import blocks_in_place
from ingest.prepare import document_text
from ingest.structure import Structure, structure
from ingest.titlepage import is_front_line
from kb.text import fold
from kb.types import Kind, Passage, StatuteRef, Tier, Version
from tests.golden_trees import FOLDER, TREES, passages_in, tree

VERSION = Version("v", "d", "某法", "2025", Kind.LAW, Tier.OFFICIAL)


def blocks(*lines: str) -> tuple[Block, ...]:
    """`# ` marks a heading, `| ` a table row."""
    made = []
    for line in lines:
        level = len(line) - len(line.lstrip("#"))
        kind = BlockKind.HEADING if level else BlockKind.ROW if line.startswith("| ") else BlockKind.PARAGRAPH
        made.append(Block(line.lstrip("#| "), kind, level))
    return blocks_in_place(made)


def shape(title: str, *lines: str) -> tuple[Structure, list[Passage]]:
    made = blocks(*lines)
    found = structure(made, title)
    return found, list(passages_of(found.sections, document_text(made), VERSION))


def locators(title: str, *lines: str) -> list[str]:
    return [passage.locator for passage in shape(title, *lines)[1]]


@pytest.mark.parametrize(("written", "number", "sub"), [
    ("第九条 经营者", 9, 0), ("第一千一百八十五条　故意", 1185, 0), ("第二百一十九条之一 为境外", 219, 1), ("第二百零四条 本法", 204, 0),
    ("第二〇四条 本法", 204, 0), ("第 九 条 经营者", 9, 0), ("第１０条 经营者", 10, 0), ("第22条 经营者", 22, 0), ("第两百条 本法", 200, 0),
])
def test_article_numbers_are_read_however_they_are_set(written: str, number: int, sub: int) -> None:
    mark = article_mark(written)
    assert mark is not None and mark.key == (number, sub) and mark.plain


@given(st.integers(1, 1999), st.integers(0, 9))
def test_every_article_number_is_read_back(number: int, sub: int) -> None:
    mark = article_mark(StatuteRef("", number, sub).locator + " 本法")
    assert mark is not None and mark.key == (number, sub)


def test_chapters_stand_above_articles_and_the_number_is_not_part_of_the_text() -> None:
    _, passages = shape("某法", "# 某法", "第一编 总 则", "第一章 一般规定", "第一条 为了保护商业秘密，制定本法。", "第二条", "本法适用于经营者。",
                        "第二章罚则", "第三条 违者罚款。", "（一）五万元；", "（二）十万元。")
    assert [(p.locator, p.heading_path, p.text) for p in passages] == [
        ("第一条", ("第一编 总则", "第一章 一般规定"), "为了保护商业秘密，制定本法。"),
        ("第二条", ("第一编 总则", "第一章 一般规定"), "本法适用于经营者。"),
        ("第三条", ("第一编 总则", "第二章 罚则"), "违者罚款。\n（一）五万元；\n（二）十万元。")]
    assert [(p.article, p.sub, p.ordinal) for p in passages] == [(1, 0, 0), (2, 0, 1), (3, 0, 2)]


def test_a_paragraph_that_begins_with_a_reference_is_not_an_article() -> None:
    found, passages = shape(
        "某法", "第一条 甲。", "第十条规定的情形除外。", "第二条 乙。", "第二十条、第二十一条所称经营者，包括个人。", "第三条 丙。",
        "第四条规定的罚款，由法院执行。", "第四条 丁。")
    assert [p.locator for p in passages] == ["第一条", "第二条", "第三条", "第四条"] and not found.doubts
    assert passages[0].text == "甲。\n第十条规定的情形除外。"
    assert passages[1].text.endswith("包括个人。")


def test_a_bare_reference_to_a_later_article_waits_for_its_turn() -> None:
    assert locators("某法", "第一条 甲。", "第五条 所列情形，从其规定。", "第二条 乙。", "第三条 丙。") == ["第一条", "第二条", "第三条"]


def test_the_rest_of_a_wrapped_line_is_not_an_article() -> None:
    wrapped = "经营者在生产经营活动中违反保密义务，情节严重，致使权利人遭受重大损失的，由监督检查部门依照"
    assert locators("某法", "第一条 甲。", "第二条 乙。", "第三条 " + wrapped, "第二条 处罚。", "第四条 丁。") == [
        "第一条", "第二条", "第三条", "第四条"]


def test_a_text_that_has_a_first_article_does_not_begin_at_an_earlier_mention() -> None:
    assert locators("某法", "为了正确适用下列条文，现作说明如下。", "第九条 甲类。", "第一条 甲。", "第二条 乙。") == ["引言", "第一条", "第二条"]


def test_articles_without_a_blank_after_the_number_count_when_they_continue() -> None:
    assert locators("某法", "第一条为了保护商业秘密，制定本法。", "第二条经营者应当保密。", "第三条规定的罚款除外。") == ["第一条", "第二条"]


def test_inserted_articles_follow_their_number() -> None:
    assert locators("某法", "第二百一十九条 甲。", "第二百一十九条之一 乙。", "第二百二十条 丙。") == [
        "第二百一十九条", "第二百一十九条之一", "第二百二十条"]


@pytest.mark.parametrize(("lines", "doubt"), [
    (("第一条 甲。", "第二条 乙。", "第四条 丁。"), "缺第三条，"),
    (("第一条 甲。", "第二条 乙。", "第五条 丁。", "第七条 丁。"), "缺第三条、第四条、第六条，"),
    (("第一条 甲。", "第二条 乙。", "第十条 丁。"), "缺第三条至第九条（7条），"),
    (("第三条 甲。", "第四条 乙。"), "缺第一条、第二条，"),
    (("第一条 甲。", "第二条 乙。", "第二条之三 丁。"), "缺第二条之一、第二条之二，"),
    (("第一条 甲。", "第二条 乙。", "第二条 丙。"), "第二条出现了2次"),
    (("第一条 甲。", "第二条 乙。", "第一条 丙。", "第三条 丙。", "第一条 丁。"), "第一条出现了3次"),
    (("第二十条 甲。", "第二十一条 乙。", "第十九条 丙。"), "第十九条排在第二十一条之后"),
])
def test_gaps_and_doubles_are_doubts_and_lose_nothing(lines: tuple[str, ...], doubt: str) -> None:
    found, passages = shape("某法", *lines)
    assert any(doubt in said for said in found.doubts), found.doubts
    assert [p.text for p in passages] == [line.partition(" ")[2] for line in lines]
    assert len({p.id for p in passages}) == len(passages)


def test_the_preamble_is_kept_when_it_says_something_beyond_title_and_dates() -> None:
    front = ("# 某规定", "2020年8月24日最高人民法院审判委员会第1810次会议通过", "法释〔2020〕7号", "目 录", "第一章 总则")
    assert locators("某规定", *front, "第一条 甲。", "第二条 乙。") == ["第一条", "第二条"]
    assert locators("某规定", *front, "为正确审理侵犯商业秘密民事案件，根据有关法律规定，制定本规定。", "第一条 甲。", "第二条 乙。") == [
        "引言", "第一条", "第二条"]


def test_groups_of_articles_numbered_with_one_two_three_are_headings() -> None:
    _, passages = shape("某解释", "一、一般规定", "第一条 甲。", "二、技术合同", "第二条 乙。")
    assert [(p.locator, p.heading_path) for p in passages] == [("第一条", ("一、一般规定",)), ("第二条", ("二、技术合同",))]


def test_what_follows_the_last_article_as_an_attachment_is_not_part_of_it() -> None:
    assert locators("某法", "第一条 甲。", "第二条 乙。", "附件1：", "主要指标表如下。") == ["第一条", "第二条", "附件1："]


PLAN = ("各区人民政府：", "# 某市方案", "为全面推进示范区建设，结合我市实际，特制定本方案。", "一、建设目标", "到2025年底，满意度在83.5分以上。",
        "二、工作任务", "（一）加强统筹", "１．加强调度。每年研究2次以上。", "2.强化督导。列入重点。", "(二)法治化", "3.优化法规。修订条例。",
        "三、进度安排", "(一)动员阶段(2024年8月—9月)。召开会议。", "四、组织保障", "建立联席会议机制。")


def test_the_locator_of_a_task_joins_its_marks_in_one_width() -> None:
    _, passages = shape("某市方案", *PLAN)
    assert [(p.locator, p.text) for p in passages][2:] == [
        ("一、建设目标", "到2025年底，满意度在83.5分以上。"), ("二、(一)1", "加强调度。每年研究2次以上。"), ("二、(一)2", "强化督导。列入重点。"),
        ("二、(二)3", "优化法规。修订条例。"), ("三、(一)", "动员阶段(2024年8月—9月)。召开会议。"), ("四、组织保障", "建立联席会议机制。")]
    assert passages[3].heading_path == ("二、工作任务", "(一)加强统筹")


def test_a_decision_that_changes_other_texts_keeps_its_own_numbers_only() -> None:
    assert locators(
        "关于修改《某规定》等十八件司法解释的决定",
        "一、修改《某规定》", "1.将第一条修改为：", "“受理下列案件：", "1.专利案件；", "2.商标案件；", "3.其他案件。”",
        "2.删除第二条。", "二、修改《某解释》", "将引言修改为：", "“为了正确审理案件，制定本解释。”",
    ) == ["一、1", "一、2", "二、修改《某解释》"]
    assert locators("刑法修正案（十一）", "一、将刑法第十七条修改为：“第十七条 已满十六周岁的人犯罪，应当负刑事责任。", "“前款规定从轻。”",
                    "二、增加一条。") == ["一、", "二、"]


def test_items_below_a_numbered_sentence_belong_to_it() -> None:
    assert locators("某批复", "一、有下列情形之一的，应当受理：", "（一）甲；", "（二）乙。", "二、本批复自公布之日起施行。") == ["一、", "二、"]


def test_a_heading_with_nothing_under_it_is_not_lost() -> None:
    _, passages = shape("某清单", "一、营业执照", "二、身份证明", "三、授权委托书")
    assert [p.text for p in passages] == ["一、营业执照", "二、身份证明", "三、授权委托书"]


def test_other_documents_are_cut_at_their_headings() -> None:
    _, passages = shape("指南", "# 指南", "开头的话。", "## 步骤", "先固定证据。", "### 细节", "1. 拍照", "## 误区", "| 项：甲；值：1", "| 项：乙；值：2")
    assert [(p.locator, p.part, p.text) for p in passages] == [
        ("全文", 0, "开头的话。"), ("步骤", 0, "先固定证据。"), ("步骤 > 细节", 0, "1. 拍照"), ("误区", 1, "项：甲；值：1"), ("误区", 2, "项：乙；值：2")]


def test_a_short_reply_is_one_passage() -> None:
    _, passages = shape("某批复", "# 某批复", "法释〔2021〕11号", "2021年6月3日 施行", "上海市高级人民法院：", "经研究，批复如下：依法予以支持。")
    assert [(p.locator, p.text) for p in passages] == [("全文", "上海市高级人民法院：\n经研究，批复如下：依法予以支持。")]


@pytest.mark.parametrize(("text", "rank"), [
    ("第一编 总则", 10), ("第一分编 通则", 15), ("第二十章 技术合同", 20), ("第一章总则", 20), ("第七节 侵犯知识产权罪", 30),
    ("第二章规定的情形", 0), ("第一章 总则，适用于本法。", 0), ("第一条 总则", 0)])
def test_chapter_headings_are_told_from_mentions(text: str, rank: int) -> None:
    assert chapter_rank(text) == rank


@pytest.mark.parametrize(("text", "marker"), [
    ("一、建设目标", "一、"), ("（三）强化", "(三)"), ("(三)强化", "(三)"), ("７．完善", "7"), ("12.深化", "12"), ("3、其他", "3"),
    ("83.5分以上", None), ("2024年8月", None), ("一次性", None)])
def test_marks_of_plans(text: str, marker: str | None) -> None:
    mark = item_mark(text)
    assert (mark.marker if mark else None) == marker


def test_the_heading_that_opens_a_file_is_its_title_even_if_worded_differently() -> None:
    _, passages = shape("刑法（第七节，节选）", "# 刑法（节选）", "### 第七节 侵犯知识产权罪", "第二百一十九条 甲。", "第二百二十条 乙。")
    assert {p.heading_path for p in passages} == {("第七节 侵犯知识产权罪",)}


def test_spaced_headings_are_tidied() -> None:
    assert tidy_heading("第一章 总 则") == tidy_heading("第一章总则") == "第一章 总则"
    assert tidy_heading("第二章 商业秘密 保护") == "第二章 商业秘密 保护"


def outline_of(title: str, *lines: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(p.locator, p.heading_path, p.text) for p in shape(title, *lines)[1]]


@pytest.mark.parametrize("mention", [
    "第四十一条第一款第（二）项规定的人，从其规定。", "第十条 规定的情形除外。", "第一百条之一的规定，参照适用。", "第三条、第四条所称个人，包括居民。",
    "第三条至第五条适用本条。", "第三条和第四条规定的期限", "第 三 条 第二款所列物品，予以没收。", "第三条中的“以上”包括本数。"])
def test_a_paragraph_that_mentions_the_next_article_does_not_open_it(mention: str) -> None:
    assert locators("某法", "第一条 甲。", "第二条 乙。", mention, "第三条 丙。", "第四条 丁。") == ["第一条", "第二条", "第三条", "第四条"]


@pytest.mark.parametrize("heading", [
    "第三条【商业秘密】经营者", "第三条 规定本行政区域事项的", "第三条：经营者", "第三条、经营者", "第三条中国公民", "第三条所得收益", "第三条　与本案有关的"])
def test_an_article_may_begin_with_words_that_mentions_begin_with(heading: str) -> None:
    assert locators("某法", "第一条 甲。", "第二条 乙。", heading + "，应当登记。", "第四条 丁。")[2] == "第三条"


def test_the_bracketed_name_of_an_article_stays_in_its_text() -> None:
    assert outline_of("某法", "第一条【商业秘密】经营者不得侵犯。", "第二条 乙。")[0][2] == "【商业秘密】经营者不得侵犯。"


@pytest.mark.parametrize("lines", [
    ("第一章", "总 则", "第一条 甲。", "第二条 乙。"), ("第一章总则", "第一条 甲。", "第二条 乙。"), ("# 第 一 章 总则", "第一条 甲。", "第二条 乙。")])
def test_the_name_of_a_chapter_may_stand_on_the_next_line(lines: tuple[str, ...]) -> None:
    assert {path for _, path, _ in outline_of("某法", *lines)} == {("第一章 总则",)}


def test_supplementary_provisions_without_a_number_leave_the_last_part() -> None:
    assert outline_of("某法", "第一编 总则", "第一章 甲", "第一条 甲。", "第五节 生活、卫生。", "第二条 乙。", "附 则", "第三条 丙。") == [
        ("第一条", ("第一编 总则", "第一章 甲"), "甲。"), ("第二条", ("第一编 总则", "第一章 甲", "第五节 生活、卫生。"), "乙。"),
        ("第三条", ("附则",), "丙。")]


@pytest.mark.parametrize("entries", [
    ("第一章 总则", "第二章 附则"), ("第一章 总则（第一条—第二条）", "第二章 附则（第三条）"), ("第一章 总则 ………… 1", "第二章 附则 ………… 2"),
    ("第一章 总 则 1", "第二章 附 则 2", "附件 3")])
def test_the_table_of_contents_is_not_part_of_the_text(entries: tuple[str, ...]) -> None:
    assert outline_of("某法", "某法", "目 录", *entries, "第一章 总则", "第一条 甲。", "第二条 乙。", "第二章 附则", "第三条 丙。") == [
        ("第一条", ("第一章 总则",), "甲。"), ("第二条", ("第一章 总则",), "乙。"), ("第三条", ("第二章 附则",), "丙。")]


def test_articles_listed_in_the_contents_are_counted_once() -> None:
    assert outline_of("某手册", "目录", "第一条 目的……1", "第二条 范围……2", "第一条 目的", "为了甲。", "第二条 范围", "乙。") == [
        ("第一条", (), "目的\n为了甲。"), ("第二条", (), "范围\n乙。")]


def test_prices_behind_dots_are_not_a_table_of_contents() -> None:
    assert shape("收费表", "培训费……200", "检索费……300")[1][0].text == "培训费……200\n检索费……300"


NOTICE = ("某市人民政府关于印发某市办法的通知", "各区人民政府：", "《某市办法》已经市人民政府同意，现印发给你们，请遵照执行。", "某市人民政府", "2024年9月7日")


def test_the_notice_that_issues_rules_stands_before_their_articles() -> None:
    found = outline_of("某市办法", *NOTICE, "某市办法", "第一章 总则", "第一条 甲。", "第二条 乙。")
    assert found[-2:] == [("第一条", ("第一章 总则",), "甲。"), ("第二条", ("第一章 总则",), "乙。")]
    assert {locator for locator, _, _ in found[:-2]} == {"印发通知"}
    assert "\n".join(text for _, _, text in found[:-2]).startswith(NOTICE[0])


def test_a_notice_keeps_its_own_numbers() -> None:
    assert locators("某通知", *NOTICE[1:3], "一、提高认识。", "二、抓好落实。", "附件：某市办法", "第一条 甲。", "第二条 乙。") == [
        "印发通知", "印发通知 一、", "印发通知 二、", "印发通知 附件：某市办法", "第一条", "第二条"]


def test_a_second_set_of_articles_carries_the_name_of_its_text() -> None:
    found, passages = shape("某制度", "保密制度", "第一条 甲。", "第二条 乙。", "附件2：", "竞业限制办法（试行）", "为了规范，制定本办法。", "第一章 总则",
                            "第一条 丙。", "第三条 丁。")
    name = "附件2 竞业限制办法（试行）"
    assert [(p.locator, p.heading_path, p.article, p.text) for p in passages] == [
        ("第一条", (), 1, "甲。"), ("第二条", (), 2, "乙。"), (f"{name} 引言", (name,), None, "为了规范，制定本办法。"),
        (f"{name} 第一条", (name, "第一章 总则"), None, "丙。"), (f"{name} 第三条", (name, "第一章 总则"), None, "丁。")]
    assert name in found.doubts[0] and found.doubts[1] == f"{name}：条号不连续，缺第二条，可能缺了条文"


def test_an_amended_law_printed_after_the_decision_keeps_plain_articles() -> None:
    found = locators("关于修改《某法》的决定", "一、将第二条修改为：“第二条 乙。”", "二、删去第三条。", "《某法》根据本决定重新公布。", "某某法",
                     "（2020年1月1日通过）", *(f"第{n}条 甲。" for n in "一二三四五"))
    assert found == ["一、", "二、", "第一条", "第二条", "第三条", "第四条", "第五条"]


def test_the_closing_words_of_a_decision_are_not_part_of_its_last_change() -> None:
    assert outline_of("关于修改《某法》的决定", "一、将第二条修改为：“本决定。”", "二、删去第三条。", "本决定自公布之日起施行。",
                      "根据本决定，重新公布。")[1:] == [
        ("二、", (), "删去第三条。"), ("结语", (), "本决定自公布之日起施行。\n根据本决定，重新公布。")]


@pytest.mark.parametrize("signed", [
    ("某市人民政府", "2024年1月1日"), ("二〇二四年一月一日",), ("市 长 张三", "2024年1月1日"), ("抄送：市委各部门，市人大常委会办公厅。",),
    ("某市人民政府办公厅", "2024年1月1日印发"), ("（此件公开发布）",)])
def test_signature_and_date_leave_the_last_article(signed: tuple[str, ...]) -> None:
    last = "\n".join(signed)
    assert outline_of("某法", "第一条 甲。", "第二条 乙。", *signed)[1:] == [("第二条", (), "乙。"), ("落款", (), last)]
    assert outline_of("某方案", "一、甲。", "二、乙。", *signed)[1:] == [("二、", (), "乙。"), ("落款", (), last)]


def test_a_list_of_bodies_that_ends_an_article_is_no_signature() -> None:
    assert locators("某法", "第一条 甲。", "第二条 下列机关可以解释本法：", "某市人民政府", "某市人民法院") == ["第一条", "第二条"]


@pytest.mark.parametrize("head", ["附：收费标准", "附件1：", "附表一 收费标准", "附录 收费标准", "附件"])
def test_attachments_stand_apart_even_when_only_their_head_is_there(head: str) -> None:
    assert outline_of("某法", "第一章 总则", "第一条 甲。", "第二条 乙。", head)[-1] == (head, (), head)
    assert outline_of("某法", "第一章 总则", "第一条 甲。", "第二条 乙。", head, "每件十元。")[-1] == (head, (), "每件十元。")


def test_numbers_that_start_again_in_each_part_are_told_apart() -> None:
    assert outline_of("某指南", "第一部分 总则", "一、目的", "写明目的。", "二、范围", "写明范围。", "第二部分 措施", "一、人员", "（一）培训。每年一次。",
                      "一是入职，二是离职。", "A. 甲", "Ⅱ. 乙", "附件：", "一、表格", "填表。") == [
        ("第一部分 一、目的", ("第一部分 总则",), "写明目的。"), ("第一部分 二、范围", ("第一部分 总则",), "写明范围。"),
        ("第二部分 一、(一)", ("第二部分 措施", "一、人员"), "培训。每年一次。\n一是入职，二是离职。\nA. 甲\nⅡ. 乙"),
        ("附件 一、表格", ("附件",), "填表。")]


def test_handbooks_are_cut_at_their_decimal_numbers() -> None:
    assert outline_of("某规范", "1 范围", "本文件规定了甲。", "2 术语", "2.1 商业秘密", "不为公众所知悉的信息。", "2.1.1 技术信息", "结构、原料。",
                      "2.2 密级应当标明。", "83.5分以上为合格。", "3 管理", "3.1 人员", "应当培训。") == [
        ("1 范围", (), "本文件规定了甲。"), ("2.1 商业秘密", ("2 术语",), "不为公众所知悉的信息。"),
        ("2.1.1 技术信息", ("2 术语", "2.1 商业秘密"), "结构、原料。"), ("2.2", ("2 术语",), "密级应当标明。\n83.5分以上为合格。"),
        ("3.1 人员", ("3 管理",), "应当培训。")]


def test_a_guide_that_quotes_articles_is_not_a_law() -> None:
    before = "根据下列规定处理本案，需要仔细核对，确认全部要件齐备后再行提交材料，以免遗漏。"
    assert locators("某指南", "一、依据", before, "第九条 甲。", "第十条 乙。", "二、步骤", "先取证。") == ["一、依据", "二、步骤"]


# The real documents

def documents(corpus: Path) -> list[dict]:
    return json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]


def real(corpus: Path, file: str, title: str) -> tuple[Structure, tuple[Passage, ...], str]:
    parsed = parse(read_file(SourceFile(corpus / file, file)))
    text = document_text(parsed.blocks)
    found = structure(parsed.blocks, title)
    return found, passages_of(found.sections, text, VERSION), text


@pytest.mark.corpus
def test_every_official_document_has_exactly_its_articles(corpus: Path) -> None:
    wrong = []
    for entry in documents(corpus):
        found, passages, text = real(corpus, entry["file"], entry["title"])
        articles = [section.locator for section in found.sections if section.article]
        expected = (entry["articles"], entry["first_article"], entry["last_article"])
        counted = (len(articles), articles[0] if articles else "", articles[-1] if articles else "")
        if counted != expected or found.doubts or len(set(articles)) != len(articles):
            wrong.append((entry["file"], counted, found.doubts))
        assert all(text[p.start:p.end] == p.text and p.text for p in passages), entry["file"]
        assert all(len(p.text) <= 1_200 for p in passages) and len({p.id for p in passages}) == len(passages)
    assert wrong == []


@pytest.mark.corpus
def test_only_title_pages_and_headings_stay_out_of_the_passages(corpus: Path) -> None:
    lost = []
    for entry in documents(corpus):
        blocks = parse(read_file(SourceFile(corpus / entry["file"], entry["file"]))).blocks
        _, passages, _ = real(corpus, entry["file"], entry["title"])
        kept = {k for p in passages for k in range(p.start, p.end)}
        shown = {fold(words) for p in passages for words in (*p.heading_path, p.locator)}
        lost += [(entry["file"], block.text) for block in blocks
                 if block.start + len(block.text) - 1 not in kept and fold(block.text) not in shown
                 and not (block.start == 0 or chapter_rank(block.text) or is_front_line(block.text, entry["title"]))]
    assert lost == []


@pytest.mark.corpus
def test_the_plan_has_twenty_two_tasks_under_their_numbers(corpus: Path) -> None:
    entry = next(entry for entry in documents(corpus) if entry["kind"] == "policy_plan")
    _, passages, _ = real(corpus, entry["file"], entry["title"])
    parts = {1: "一", 3: "二", 6: "三", 10: "四", 13: "五", 15: "六", 17: "七"}
    expected, part = [], ""
    for task in range(1, 23):
        part = parts.get(task, part)
        expected.append(f"二、({part}){task}")
    assert [p.locator for p in passages] == [
        "引言", "引言", "一、建设目标", *expected, "三、(一)", "三、(二)", "三、(三)", "四、组织保障"]


@pytest.mark.corpus
@pytest.mark.parametrize("name", TREES)
def test_the_tree_of_a_document_is_as_it_was_reviewed(corpus: Path, name: str) -> None:
    assert tree(passages_in(corpus, TREES[name])) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
