"""Two runs over the same cases: what changed, whether by more than chance, and which cases did it."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from eval_runs import results, score

from eval.cases import ASIDE
from eval.compared import as_json, compare, difference, refuse_unlike, table
from eval.intervals import Interval
from kb.errors import ConfigError


def many(value, count=20, metric="要点召回", group="answers", reason=""):
    return [score(f"a{n:02d}", value, metric, group, reason=reason) for n in range(count)]


def only_change(before, after):
    together, change = compare(results(*before), results(*after)).changes
    assert replace(together, group=change.group) == change           # one group is all there is
    return change


@pytest.mark.parametrize(("other", "said"), [
    ({"what": "refusals"}, "保存的是 all 的评测，这次是 refusals"),
    ({"cases": "d" * 64}, "题库变了（保存时 cccccccc，现在 dddddddd）"),
    ({"library": "bundled"}, "只有随程序附带的资料库"),
    ({"skipped": ("c01",)}, "因缺官方文件未测"),
    ({"groups": ("plan",)}, "这次有 1 组"),
])
def test_runs_that_did_not_ask_the_same_are_refused_with_what_to_do(other, said):
    with pytest.raises(ConfigError) as refused:
        compare(results(score("a01", 1)), results(score("a01", 1), **other))
    assert said in refused.value.problem
    assert "zhiwen eval" in refused.value.remedy or "--data" in refused.value.remedy


def test_another_model_or_version_of_the_library_is_what_a_comparison_is_for():
    refuse_unlike(results(model="qwen", library_version="1"), results(model="", library_version="2"))


def test_a_figure_is_compared_case_by_case():
    change = only_change([score("a01", 1), score("a02", "1/2"), score("a03", 0), score("a04", 1)],
                         [score("a01", 1), score("a02", 0), score("a03", 0), score("a04", 1)])
    assert (change.before, change.after, change.difference, change.cases) == (Fraction(5, 8), Fraction(1, 2), Fraction(-1, 8), 4)
    assert change.better is False
    assert not change.certain                        # one case of four: many samples draw it not once
    assert change.interval.high == 0


def test_what_every_case_shares_is_more_than_chance():
    change = only_change(many(1), many("1/2"))
    assert change.interval == Interval(-0.5, -0.5)
    assert change.certain


def test_nothing_changed_is_neither_better_nor_worse():
    change = only_change(many("1/3"), many("1/3"))
    assert (change.difference, change.certain, change.better) == (0, False, None)


@pytest.mark.parametrize(("metric", "before", "after", "better"), [
    ("要点召回", 0, 1, True), ("要点召回", 1, 0, False), ("误拒率", 0, 1, False), ("误拒率", 1, 0, True),
    ("失效当现行", 0, 1, False), ("答案字数", 300, 500, None),
])
def test_which_side_is_better_depends_on_the_metric(metric, before, after, better):
    assert only_change(many(before, metric=metric), many(after, metric=metric)).better is better


def test_cases_that_got_worse_and_better_come_with_their_reasons():
    found = compare(results(score("a01", 1), score("a02", 0, reason="缺要点：六个月"), score("a03", 1), score("a03", 300, "答案字数")),
                    results(score("a01", 0, reason="缺要点：五百万元"), score("a02", 1), score("a03", 1), score("a03", 400, "答案字数")))
    assert [(s.after.case, s.after.reason) for s in found.worse] == [("a01", "缺要点：五百万元")]
    assert [(s.after.case, s.before.reason) for s in found.better] == [("a02", "缺要点：六个月")]
    shown = table(found)
    assert "变差 1 题：\n  a01  要点召回（回答）100% → 0%：缺要点：五百万元" in shown
    assert "变好 1 题：\n  a02  要点召回（回答）0% → 100%：原来缺要点：六个月" in shown


def test_cases_kept_aside_are_compared_as_a_group_and_never_one_by_one():
    found = compare(results(*many(1, group=ASIDE)), results(*many(0, group=ASIDE, reason="缺要点：七天")))
    assert [change.certain for change in found.changes] == [True]
    assert found.shifts == ()
    assert "a01" not in table(found)
    assert "七天" not in json.dumps(as_json(found), ensure_ascii=False)


def test_all_groups_together_are_compared_first_without_what_is_kept_aside():
    found = compare(results(*many(1), score("b01", 1, group="plan"), score("x01", 0, group=ASIDE)),
                    results(*many(1), score("b01", 0, group="plan"), score("x01", 1, group=ASIDE)))
    assert [(change.group, change.cases) for change in found.changes] == [("overall", 21), ("answers", 20), ("plan", 1), (ASIDE, 1)]
    assert found.changes[0].difference == Fraction(-1, 21)


def test_what_is_more_than_chance_comes_first():
    found = compare(results(score("b01", 1), score("b02", 1), *many(1, group="plan")), results(score("b01", 1), score("b02", 0), *many(0, group="plan")))
    assert [change.group for change in found.moved] == ["overall", "plan", "answers"]


def test_a_case_without_the_metric_in_one_run_is_counted_and_not_compared():
    change = only_change([score("a01", 1), score("a02", 0)], [score("a01", "1/2"), score("a03", 1)])
    assert (change.cases, change.before, change.after, change.unpaired) == (1, Fraction(1), Fraction(1, 2), 2)


def test_a_metric_that_only_one_run_has_is_named():
    found = compare(results(score("a01", 1)), results(score("a01", 1), score("a01", 1, "nDCG@10")))
    assert found.one_sided == ("nDCG@10",)
    assert "只有一次测了：nDCG@10" in table(found)


def test_the_table_says_what_may_be_chance_and_how_much_was_compared():
    shown = table(compare(results(*many(1), *many(1, 4, "应引条文")), results(*many("1/2"), *many(1, 3, "应引条文"), score("a03", 0, "应引条文"))))
    rows = {line.split()[2]: line.split() for line in shown.splitlines() if line.startswith("回答")}
    assert rows["要点召回"][3:] == ["100%", "50%", "-50.0", "-50.0", "至", "-50.0", "20", "差了"]
    assert (rows["应引条文"][5], rows["应引条文"][-1]) == ("-25.0", "可能是偶然")
    assert "共比较 4 项，4 项有变化，2 项超出偶然" in shown


def test_two_equal_runs_say_so():
    shown = table(compare(results(*many(1)), results(*many(1))))
    assert "没有题目变差。" in shown
    assert "共比较 2 项，0 项有变化，0 项超出偶然。" in shown


def test_the_json_says_the_same():
    printed = as_json(compare(results(*many(1)), results(*many("1/2", reason="缺要点：三倍"))))
    assert json.loads(json.dumps(printed)) == printed
    assert printed["changes"][1:] == [{"part": "asked", "group": "answers", "metric": "要点召回", "cases": 20, "unpaired": 0, "before": 1.0,
                                   "after": 0.5, "difference": -0.5, "low": -0.5, "high": -0.5, "more_than_chance": True, "better": False}]
    assert len(printed["worse"]) == 20
    assert printed["worse"][0] == {"id": "a00", "part": "asked", "group": "answers", "metric": "要点召回", "before": 1.0, "after": 0.5,
                                   "reason_before": "", "reason": "缺要点：三倍"}
    assert printed["better"] == []


@pytest.mark.parametrize(("metric", "value", "written"), [
    ("要点召回", 0.125, "+12.5"), ("MRR", -0.25, "-0.25"), ("答案字数", 12.4, "+12"), ("误拒率", 0.0, "0.0"), ("答案字数", -0.2, "0")])
def test_a_difference_carries_its_sign(metric, value, written):
    assert difference(metric, value) == written
