"""Templates as data: what a file may say, which conditions hold, and how a value becomes part of a document."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.conditions import Condition
from kb.document import paper_docx
from kb.draft import ANNEX, TEMPLATE_MARK, paper_of, to_record
from kb.errors import ConfigError, SourceError
from kb.export import template_formats
from kb.filling import BLANK, MOST_ROWS, fill
from kb.paper import paper_markdown
from kb.templates import Template, bundled_templates, template_named

DAY = date(2026, 11, 22)
FILE = """name = "lamp"
place = 1
title = "看护灯塔协议"
group = "灯塔"
form = "agreement"
purpose = "约定谁看护灯塔。"
use = ["有灯塔。"]
avoid = ["没有灯塔。"]
intro = '''
甲方：{owner}
'''
gaps = ["《港口法》没有收录。"]

[[field]]
key = "owner"
label = "登记人"
kind = "text"
required = true

[[field]]
key = "kind"
label = "灯塔种类"
kind = "choice"
choices = ["岸灯", "浮灯"]

[[field]]
key = "depth"
label = "水深（元）"
kind = "amount"
when = "kind = 浮灯"

[[field]]
key = "months"
label = "期限"
kind = "months"
required = true
at_least = 1

[[field]]
key = "first"
label = "开始"
kind = "date"

[[field]]
key = "last"
label = "结束"
kind = "date"

[[field]]
key = "story"
label = "经过"
kind = "long"

[[field]]
key = "lamps"
label = "灯的清单"
kind = "rows"
columns = ["名称", "位置"]
required = true

[[clause]]
heading = "看护"
text = '''
{owner}看护灯塔{months}，从{first}到{last}。
- 每天点灯；
- 水深{depth}。
'''
table = "lamps"
basis = ["《灯塔法》第一条"]
notes = ["看护人要登记。"]

[[clause]]
heading = "经过"
text = '''
{story}
'''
when = "story"

[[clause]]
heading = "没有经过"
text = '''
没有。
'''
when = "not story"

[[rule]]
when = "months > 24"
fields = ["months"]
refuse = true
says = "太长"
basis = ["《灯塔法》第二条"]

[[rule]]
when = "last < first"
fields = ["last"]
says = "结束在开始以前。"
basis = ["《灯塔法》第二条"]

[[signature]]
party = "甲方"
lines = ["签字", "日期"]
"""
TEMPLATE = Template.load(FILE, "lamp.toml")
FULL = {"owner": "某某公司", "kind": "浮灯", "depth": "12000", "months": 12, "first": "2026-01-01", "last": "2026-12-31",
        "story": "先登记。\n再点灯。", "lamps": [["东灯", "东岸"], {"名称": "西灯", "位置": "西岸"}]}
HOSTILE = ("![x](http://beacon.example/a.png) <img src=x onerror=alert(1)> # 标题\n- 列表 | 表格 ${owner} {owner} {{months}} "
           "**粗** `码` $x^2$ :smile: \u202e反\u200b向\x00\x1b[31m \ud800 ﷽")


def text_of(filled) -> str:
    return paper_markdown(paper_of(filled)).replace("\\", "").replace("\u2060", "")


# -- the file ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ('group = "灯塔"', 'gruop = "灯塔"', "lamp.toml 第 4 行有误：不认识的键 gruop"),
    ('form = "agreement"', 'form = "letter"', "第 5 行有误：form 不认识：letter"),
    ('use = ["有灯塔。"]', 'use = [1]', "第 7 行有误：use 的值不是约定的类型"),
    ('kind = "text"\nrequired = true', 'kind = "text"\nrequired = "yes"', "第 18 行有误：required 的值不是约定的类型"),
    ('label = "登记人"\n', "", "第 14 行有误：缺少 label"),
    ('kind = "amount"', 'kind = "money"', "第 29 行有误：kind 不认识：money"),
    ('choices = ["岸灯", "浮灯"]\n', "", "第 23 行有误：choices 只用于、也必须用于 choice"),
    ('key = "kind"', 'key = "owner"', "两个 field 用了同一个 key"),
    ("kind = 浮灯", "kind = 沉灯", "第 30 行有误：kind 没有“沉灯”这一项"),
    ("kind = 浮灯", "KIND 浮灯", "第 30 行有误：条件读不懂"),
    ("{owner}看护", "{keeper}看护", "没有这个 field：keeper"),
    ('table = "lamps"', 'table = "lights"', "没有这个 field：lights"),
    ('fields = ["months"]', 'fields = ["weeks"]', "没有这个 field：weeks"),
    ("last < first", "last < begin", "没有这个 field：begin"),
    ('basis = ["《灯塔法》第一条"]', 'basis = ["灯塔的第一条款项"]', "读不成条文"),
    ("[[signature]]", "[[signature]", "不是有效的 TOML"),
])
def test_a_mistake_in_a_file_is_named_with_its_line(right, wrong, fault):
    assert right in FILE
    with pytest.raises(SourceError) as raised:
        Template.load(FILE.replace(right, wrong, 1), "lamp.toml")
    assert fault in str(raised.value)


def test_the_shipped_templates_are_found_by_name_and_by_title():
    assert template_named("nda-staff") is template_named("员工保密协议") is bundled_templates()["nda-staff"]
    with pytest.raises(ConfigError, match="没有这个模板"):
        template_named("../../etc/passwd")


# -- conditions ----------------------------------------------------------------------------------------------------

VALUES = {"months": 36, "pay": Decimal(900), "wage": Decimal(4000), "day": date(2025, 10, 14), "end": date(2025, 1, 1),
          "kind": "浮灯", "rows": (("全体员工", "图纸"),), "today": DAY}


@pytest.mark.parametrize(("written", "holds"), [
    ("", True), ("months", True), ("none", False), ("not none", True), ("not months", False),
    ("months > 24", True), ("months > 36", False), ("months >= 36", True), ("months <= 35.5", False),
    ("pay < 0.3 * wage", True), ("pay < 0.2 * wage", False), ("pay < wage", True), ("pay < 0.3 * none", False), ("none < 3", False),
    ("day < 2025-10-15", True), ("day < end", False), ("end < day", True), ("day > today", False),
    ("kind = 浮灯", True), ("kind != 浮灯", False), ("none != 浮灯", True), ("none = 浮灯", False),
    ("rows ~ 所有人|全体员工", True), ("rows ~ 公开", False), ("none ~ 公开", False),
    ("months > 24 and kind = 浮灯", True), ("months > 24 and kind = 岸灯", False),
    ("months < end", False), ("kind < 3", False),
])
def test_a_condition_holds_as_it_reads(written, holds):
    assert Condition.parse(written).holds(VALUES) is holds


@pytest.mark.parametrize("written", ["months >", "months ? 3", "not months > 3", "months > 2025-13-01", "pay < many", " and ", "MONTHS > 1"])
def test_what_is_no_condition_is_refused(written):
    try:
        condition = Condition.parse(written)
    except ValueError:
        return
    assert written == "pay < many" and condition.keys == {"pay", "many"}, "a name alone is another field"


# -- filling in ----------------------------------------------------------------------------------------------------

def test_a_full_form_has_no_blank_and_nothing_is_missing():
    filled = fill(TEMPLATE, FULL, DAY)
    assert (filled.problems, filled.missing) == ((), ())
    shown = text_of(filled).split("附：")[0]
    assert "某某公司看护灯塔十二（12）个月，从2026年1月1日到2026年12月31日。" in shown
    assert "（二）水深人民币12,000元（大写：壹万贰仟元整）。" in shown
    assert "| 西灯 | 西岸 |" in shown
    assert "先登记。\n\n再点灯。" in shown
    assert "没有经过" not in shown
    assert shown.count(BLANK) == 2, "only the lines to sign"


def test_an_empty_form_shows_its_blanks_and_names_what_is_missing():
    filled = fill(TEMPLATE, {}, DAY)
    assert filled.missing == ("登记人", "期限", "灯的清单")
    assert filled.problems == ()
    assert f"{BLANK}看护灯塔{BLANK}" in text_of(filled)
    assert text_of(filled).count("| 　 | 　 |") == 3, "room to write by hand"


@pytest.mark.parametrize(("given", "says"), [
    ({"months": 0}, "不能小于 1"), ({"months": -1}, "不能是负数"), ({"months": 1.5}, "应当是整数"), ({"months": "十二"}, "应当是数字"),
    ({"months": True}, "应当是数字"), ({"months": 99999}, "不能大于"), ({"months": float("nan")}, "应当是数字"), ({"months": "9" * 999}, "应当是数字"),
    ({"kind": "浮灯", "depth": "-0.01"}, "不能是负数"),
    ({"kind": "浮灯", "depth": "0.001"}, "最多 2 位小数"), ({"kind": "浮灯", "depth": 1e300}, "不能大于"),
    ({"first": "2026-02-30"}, "应当是 2026-11-22 这样的日期"), ({"first": "1599-01-01"}, "年份应当在"), ({"first": 5}, "应当是文字"),
    ({"kind": "沉灯"}, "只能是“岸灯”“浮灯”之一"), ({"owner": ["x"]}, "应当是文字"), ({"owner": "长" * 201}, "有 201 个字，最多 200 个"),
    ({"story": "长" * 4001}, "有 4001 个字"), ({"lamps": "东灯"}, "应当是若干行"), ({"lamps": ["东灯"]}, "每行是 2 栏"),
    ({"lamps": [["a", "b", "c"]]}, "每行是 2 栏"), ({"lamps": [{"颜色": "红"}]}, "没有“颜色”这一栏"), ({"lamps": [["a", ["b"]]]}, "每一格应当是文字"),
    ({"lamps": [["x", "长" * 401]]}, "每一格最多"), ({"lamps": [["x", "y"]] * (MOST_ROWS + 1)}, "最多 100 行"), ({"weeks": 3}, "没有“weeks”这一项"),
])
def test_what_a_field_cannot_hold_is_not_written_and_said(given, says):
    filled = fill(TEMPLATE, given, DAY)
    problem, = filled.problems
    assert problem.refused and problem.basis == ()
    assert says in problem.says


def test_a_refused_value_leaves_its_place_blank_and_a_doubtful_one_is_written():
    filled = fill(TEMPLATE, FULL | {"months": 36, "last": "2025-01-01"}, DAY)
    refused, doubtful = filled.problems
    assert (refused.refused, refused.says, refused.basis) == (True, "太长", ("《灯塔法》第二条",))
    assert (doubtful.refused, doubtful.says) == (False, "结束在开始以前。")
    assert filled.missing == ("期限",)
    shown = text_of(filled)
    assert f"看护灯塔{BLANK}，从2026年1月1日到2025年1月1日" in shown
    assert "- 太长。依据：《灯塔法》第二条" in shown


def test_what_is_not_asked_is_not_written():
    filled = fill(TEMPLATE, FULL | {"kind": "岸灯"}, DAY)
    assert "depth" not in {field.key for field in filled.asked}
    assert f"水深{BLANK}。" in text_of(filled)


def test_a_value_is_text_and_is_looked_at_for_nothing():
    filled = fill(TEMPLATE, {"owner": HOSTILE, "story": HOSTILE, "lamps": [[HOSTILE, "x"]]}, DAY)
    first, second = HOSTILE.replace("\u202e", "").replace("\u200b", "").replace("\x00", "").replace("\x1b", "").replace("\ud800", "?").split("\n")
    story = filled.clauses[1]
    assert [line.text for line in story.lines] == [first, second]
    assert not any(line.item for line in story.lines), "a value begins no item of a list"
    assert filled.intro[0].text == f"甲方：{first} {second}"
    markdown = paper_markdown(paper_of(filled))
    bare = re.sub(r"\\.", "", markdown)
    assert not re.search(r"[<\[!`*$]|\n- 列表", bare), "every active character is escaped"
    assert "{owner}" in markdown.replace("\\", ""), "braces in a value stay braces"
    for kind in template_formats(with_annex=True):
        assert kind.write(filled)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*(field.key for field in TEMPLATE.fields), "other"]),
                       st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
                                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                                    max_leaves=6), max_size=9))
def test_whatever_json_brings_a_paper_comes_of_it(values):
    filled = fill(TEMPLATE, values, DAY)
    assert all(problem.says for problem in filled.problems)
    assert docx.Document(BytesIO(paper_docx(paper_of(filled)))).paragraphs[0].text == "看护灯塔协议"
    assert paper_markdown(paper_of(filled)).startswith("# ")


# -- the files -----------------------------------------------------------------------------------------------------

def opened(filled, with_annex: bool = True):
    return docx.Document(BytesIO(paper_docx(paper_of(filled, with_annex))))


def test_the_word_file_has_headings_items_tables_and_places_to_sign():
    document = opened(fill(TEMPLATE, FULL, DAY), with_annex=False)
    assert [(p.style.name, p.text) for p in document.paragraphs if p.text] == [
        ("Title", "看护灯塔协议"), ("知问标识", TEMPLATE_MARK), ("Normal", "甲方：某某公司"), ("Heading 1", "第一条　看护"),
        ("Normal", "某某公司看护灯塔十二（12）个月，从2026年1月1日到2026年12月31日。"), ("知问列项", "（一）每天点灯；"),
        ("知问列项", "（二）水深人民币12,000元（大写：壹万贰仟元整）。"), ("Heading 1", "第二条　经过"), ("Normal", "先登记。"), ("Normal", "再点灯。")]
    listed, signed = document.tables
    assert [[cell.text for cell in row.cells] for row in listed.rows] == [["名称", "位置"], ["东灯", "东岸"], ["西灯", "西岸"]]
    assert [cell.text for cell in signed.columns[0].cells] == ["甲方", f"签字：{BLANK}", f"日期：{BLANK}"]
    assert TEMPLATE_MARK in document.sections[0].footer.paragraphs[0].text


def test_the_annex_has_grounds_notes_and_gaps_on_a_page_of_its_own_and_can_be_left_out():
    filled = fill(TEMPLATE, FULL, DAY)
    paragraphs = opened(filled).paragraphs
    annex = next(n for n, p in enumerate(paragraphs) if p.text == ANNEX)
    assert paragraphs[annex].paragraph_format.page_break_before
    said = [p.text for p in paragraphs[annex:]]
    assert {"看护人要登记。", "依据：《灯塔法》第一条", "《港口法》没有收录。", "依据以 2026-11-22 有效的文本为准。"} <= set(said)
    assert ANNEX not in paper_markdown(paper_of(filled, with_annex=False))


def test_equal_forms_give_equal_files():
    first, second = (paper_docx(paper_of(fill(TEMPLATE, FULL, DAY))) for _ in range(2))
    assert first == second


def test_the_record_has_the_fields_and_what_became_of_them():
    record = to_record(fill(TEMPLATE, {"months": 36}, DAY))
    assert record["values"]["lamps"] == [] and record["values"]["owner"] is None
    assert record["problems"] == [{"fields": ["months"], "says": "太长", "basis": ["《灯塔法》第二条"], "refused": True}]
    assert record["clauses"][0]["heading"] == "第一条　看护"
    assert record["missing"] == ["登记人", "期限", "灯的清单"]
