"""The self-assessment: what a file of questions must hold, what answers are worth, and in which order gaps are closed."""

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.checkup import ESSENTIAL, Checkup, Reply, bundled_checkup, overtaken
from kb.checkup_result import MONTH_HOURS, WEEK_HOURS, When, assess, read_replies
from kb.errors import QuestionError, SourceError
from kb.registry import Registry

SCHEME = """
version = "2026-11"
valid_from = 2025-01-01
checked = 2026-11-22
limits = "分数不是法律上的等级。"
limits_basis = ["《灯塔法》第一条"]
not_held = "浮标办法"
ceiling = "中"

[[group]]
id = "tower"
title = "灯塔"
short = "塔"

[[group]]
id = "boat"
title = "小船"
short = "船"

[[level]]
title = "低"
from = 0
meaning = "还早。"

[[level]]
title = "中"
from = 40
meaning = "过半。"

[[level]]
title = "高"
from = 80
meaning = "齐了。"

[templates]
log-book = "看护日志"
"""
TOWER = """
[[question]]
id = "lamp"
text = "灯有没有每晚点？"
partly = "有时点。"
why = "灯塔由登记人看护。"
action = "排一张值班表。"
weight = 3
hours = 2
cost = "none"
standing = "required"
basis = ["《灯塔法》第一条"]
templates = ["log-book"]

[[question]]
id = "paint"
text = "塔身有没有刷漆？"
partly = "刷了一面。"
why = "看得清。"
action = "买一桶漆。"
weight = 1
hours = 24
cost = "budget"
standing = "advised"
basis = ["《灯塔法》第二条"]
applies = "石塔选“不适用”。"
"""
BOAT = """
[[question]]
id = "oars"
text = "桨有没有备用？"
partly = "只有一支。"
why = "会丢。"
action = "再做一支。"
weight = 2
hours = 8
cost = "low"
standing = "court"
basis = ["《灯塔法》第三条"]
"""
FILES = {"scheme.toml": SCHEME, "tower.toml": TOWER, "boat.toml": BOAT}
SMALL = Checkup.load(FILES)
REGISTRY = """
[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2024"
kind = "law"
in_force_from = 2025-01-01
in_force_to = 2026-12-31
status = "current"

[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2026修订"
kind = "law"
in_force_from = 2027-01-01
status = "not_yet_in_force"
"""


def scored(**replies: str):
    return assess(SMALL, {id_: Reply(reply) for id_, reply in replies.items()})


# -- the files -----------------------------------------------------------------------------------------------------

def test_questions_stand_in_the_order_of_groups_and_files():
    assert [item.id for item in SMALL.items] == ["lamp", "paint", "oars"]
    assert SMALL.items[0].templates == ("log-book",)
    assert SMALL.of(SMALL.groups[1])[0].text == "桨有没有备用？"


@pytest.mark.parametrize(("file", "right", "wrong", "fault"), [
    ("tower.toml", 'weight = 3', 'weigth = 3', "tower.toml 第 8 行：不认识的键 weigth"),
    ("tower.toml", 'applies = ', 'aplies = ', "tower.toml 第 26 行：不认识的键 aplies"),
    ("tower.toml", 'action = "买一桶漆。"\n', "", "tower.toml 第 15 行：缺少 action"),
    ("tower.toml", 'weight = 1', 'weight = "1"', "tower.toml 第 21 行：weight 的值不对"),
    ("tower.toml", 'weight = 3', 'weight = 4', "第 2 行：weight 要在 1 到 3 之间"),
    ("tower.toml", 'basis = ["《灯塔法》第二条"]', 'basis = []', "第 25 行：basis 的值不对或是空的"),
    ("tower.toml", "《灯塔法》第二条", "《灯塔法》", "第 15 行：依据“《灯塔法》”读不成条文"),
    ("tower.toml", '"log-book"', '"logbook"', "第 2 行：没有登记的模板 logbook"),
    ("tower.toml", '"required"', '"must"', "第 2 行：cost 或 standing 的值不认识"),
    ("tower.toml", '[[question]]\nid = "lamp"', '[[questions]]\nid = "lamp"', "tower.toml 第 2 行：不认识的键 questions"),
    ("boat.toml", '"oars"', '"lamp"', "boat.toml：编号 lamp 用了两次"),
    ("boat.toml", BOAT, "", "boat.toml 第 1 行：文件不存在或是空的"),
    ("scheme.toml", 'short = "船"', 'shrt = "船"', "scheme.toml 第 18 行：不认识的键 shrt"),
    ("scheme.toml", "from = 40", "from = 0", "scheme.toml 第 1 行：级别的 from"),
    ("scheme.toml", 'ceiling = "中"', 'ceiling = "顶"', "没有叫“顶”的级别"),
    ("scheme.toml", "[[group]]", "[[group", "scheme.toml 不是有效的 TOML"),
])
def test_a_faulty_file_is_refused_with_its_name_and_the_line(file, right, wrong, fault):
    assert right in FILES[file]
    with pytest.raises(SourceError) as refused:
        Checkup.load({**FILES, file: FILES[file].replace(right, wrong, 1)})
    assert fault in str(refused.value)


# -- what answers are worth ----------------------------------------------------------------------------------------

def test_a_share_is_the_weight_reached_of_the_weight_that_was_asked_for():
    result = scored(lamp="partly", paint="full", oars="none")
    assert [score.share for _, score in result.groups] == [Fraction(5, 8), Fraction(0)]      # (3/2 + 1) / 4
    assert result.total.share == Fraction(5, 12)                                             # (3/2 + 1 + 0) / (3 + 1 + 2)
    assert result.total.percent == 42


def test_what_does_not_apply_or_was_not_answered_counts_neither_way():
    result = scored(lamp="full", paint="inapplicable")
    assert [score.share for _, score in result.groups] == [Fraction(1), None]
    assert result.total.share == 1
    assert (result.total.answered, result.total.inapplicable, result.total.asked) == (2, 1, 3)


def test_without_an_answer_that_counts_there_is_no_score_and_no_level():
    for result in (scored(), scored(paint="inapplicable")):
        assert (result.total.share, result.total.percent, result.level, result.gaps) == (None, None, None, ())


@pytest.mark.parametrize(("replies", "level", "held_down"), [
    ({"lamp": "full", "paint": "full", "oars": "full"}, "高", False),           # 6/6
    ({"lamp": "full", "paint": "full", "oars": "partly"}, "高", False),         # 5/6, 83 %
    ({"lamp": "partly", "paint": "none", "oars": "partly"}, "中", False),       # 5/12, 42 %
    ({"lamp": "partly", "paint": "none", "oars": "none"}, "低", False),         # 1/4
    ({"lamp": "none", "paint": "full", "oars": "full"}, "中", False),           # 1/2: not above the ceiling anyway
])
def test_the_level_is_the_highest_whose_share_is_reached(replies, level, held_down):
    result = scored(**replies)
    assert (result.level.title, result.held_down) == (level, held_down)


def test_no_level_above_the_ceiling_while_an_essential_question_is_answered_no():
    light = Checkup.load({**FILES, "tower.toml": TOWER.replace("weight = 3", "weight = 2").replace("weight = 1", "weight = 3"),
                          "boat.toml": BOAT.replace("weight = 2", "weight = 3"),
                          "scheme.toml": SCHEME.replace("from = 80", "from = 60")})
    result = assess(light, {"lamp": Reply.FULL, "paint": Reply.NONE, "oars": Reply.FULL})
    assert result.total.share == Fraction(5, 8)
    assert (result.level.title, result.held_down, [item.id for item in result.missing]) == ("中", True, ["paint"])


def test_gaps_come_by_what_they_cost_against_their_effort():
    result = scored(lamp="partly", paint="none", oars="none")
    # lamp (3/2)/1, oars 2/2, paint 1/3
    assert [(gap.item.id, gap.lost) for gap in result.gaps] == [("lamp", Fraction(3, 2)), ("oars", Fraction(2)), ("paint", Fraction(1))]


def test_gaps_are_laid_out_as_far_as_the_hours_go():
    result = scored(lamp="none", paint="none", oars="none")
    # 2 hours; 2 + (8 + 2 for buying); 12 + (24 + 16 for a budget)
    assert [(gap.item.id, gap.when) for gap in result.gaps] == [("lamp", When.WEEK), ("oars", When.WEEK), ("paint", When.MONTH)]
    assert result.due(When.QUARTER) == ()


@given(st.dictionaries(st.sampled_from([item.id for item in bundled_checkup().items]), st.sampled_from(Reply)))
def test_whatever_is_answered_the_shares_stay_between_nothing_and_all_and_no_gap_is_lost(replies):
    result = assess(bundled_checkup(), replies)
    for _, score in (*result.groups, ("", result.total)):
        assert score.share is None or 0 <= score.share <= 1
    assert {gap.item.id for gap in result.gaps} == {id_ for id_, reply in replies.items() if reply in (Reply.NONE, Reply.PARTLY)}
    assert sum(gap.lost for gap in result.gaps) == result.total.possible - result.total.reached
    order = list(When)
    assert [order.index(gap.when) for gap in result.gaps] == sorted(order.index(gap.when) for gap in result.gaps)
    assert sum(gap.item.whole_hours for gap in result.due(When.WEEK)) <= WEEK_HOURS
    assert sum(gap.item.whole_hours for gap in (*result.due(When.WEEK), *result.due(When.MONTH))) <= MONTH_HOURS


@given(st.sampled_from([item for item in bundled_checkup().items if item.weight == ESSENTIAL]))
def test_a_better_answer_never_lowers_the_total(item):
    shares = [assess(bundled_checkup(), {"marks": Reply.PARTLY, item.id: reply}).total.share
              for reply in (Reply.NONE, Reply.PARTLY, Reply.FULL)]
    assert shares == sorted(shares)


# -- answers from a file -------------------------------------------------------------------------------------------

def test_answers_are_read_in_either_spelling_bare_or_as_the_page_exports_them():
    assert read_replies(SMALL, '{"lamp": "有", "paint": "不适用"}') == {"lamp": Reply.FULL, "paint": Reply.INAPPLICABLE}
    assert read_replies(SMALL, '{"day": "2026-11-22", "answers": {"lamp": "partly"}}') == {"lamp": Reply.PARTLY}


@pytest.mark.parametrize(("text", "said"), [
    ("[]", "不是一份 JSON 对象"), ("{", "不是一份 JSON 对象"), ('{"answers": 3}', "不是一份 JSON 对象"), ("[" * 100_000, "不是一份 JSON 对象"),
    ('{"mast": "有"}', "没有这道题：mast"), ('{"lamp": "也许"}', "lamp 的回答看不懂。这道题可以答：没有、部分、有"),
    ('{"lamp": ["有"]}', "看不懂"), ('{"lamp": "不适用"}', "看不懂。这道题可以答：没有、部分、有"),
    (json.dumps({"答" * 5000: "有"}), "没有这道题：" + "答" * 40 + "。"),
], ids=lambda given: given[:24])
def test_a_wrong_file_of_answers_is_refused_with_what_to_do(text, said):
    with pytest.raises(QuestionError) as refused:
        read_replies(SMALL, text)
    assert said in str(refused.value)


# -- the law since -------------------------------------------------------------------------------------------------

def test_a_text_that_has_been_replaced_since_the_questions_were_written_is_named():
    registry = Registry.load(REGISTRY)
    assert overtaken(SMALL, registry, date(2026, 12, 31)) == ()
    assert overtaken(SMALL, registry, date(2027, 1, 1)) == ("灯塔法",)
