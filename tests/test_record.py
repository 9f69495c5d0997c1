"""A saved run is read back as it was, or refused with a reason; what is kept aside stays unread."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from eval_runs import results, score

from eval.cases import ASIDE, Case, digest
from eval.record import Measured, Record, measured, overall, program, read_record, summary, write_record
from kb.errors import ConfigError

RUN = results(
    score("a01", 1), score("a01", 420, "答案字数"), score("a02", 1), score("a02", 380, "答案字数"), score("a03", 1),
    score("a04", 0, reason="缺要点：五百万元"), score("r01", "1/3", "Recall@10", "plan", "retrieval", "前 10 条没有二、(三)7"),
    score("x01", "1/2", group=ASIDE), skipped=("c09",), elapsed_ms={"a01": 41.5, "a02": 12.0})
RECORD = Record(RUN, date(2026, 11, 27), {"知问": "0.1.0", "Python": "3.11.7"})


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "run.json"
    write_record(RECORD, path)
    return path


def test_a_run_is_read_back_as_it_was(saved):
    assert read_record(saved) == RECORD


def test_a_run_is_replaced_whole(saved):
    again = replace(RECORD, measured_on=date(2026, 12, 1))
    write_record(again, saved)
    assert read_record(saved) == again
    assert [path.name for path in saved.parent.glob("run.json*")] == ["run.json"]


def test_what_is_wrong_with_cases_kept_aside_is_not_written(tmp_path):
    path = tmp_path / "run.json"
    write_record(replace(RECORD, results=results(score("x01", 0, group=ASIDE, reason="缺要点：七天"))), path)
    assert "七天" not in path.read_text(encoding="utf-8")
    assert read_record(path).results.scores == (score("x01", 0, group=ASIDE),)


def test_figures_are_means_with_wilson_intervals():
    # Three of four: centre (3/4 + z²/8) / (1 + z²/4) with z = 1.96 is 0.62753, half the width 0.32689.
    by_key = {(f.group, f.metric): f for f in measured(RUN)}
    recalled = by_key["answers", "要点召回"]
    assert (recalled.value, recalled.cases) == (Fraction(3, 4), 4)
    assert recalled.as_json() == {"part": "asked", "group": "answers", "metric": "要点召回", "cases": 4, "value": 0.75,
                                  "low": 0.3006, "high": 0.9544}
    assert by_key["answers", "答案字数"] == Measured("asked", "answers", "答案字数", Fraction(400), 2, None)


def test_figures_over_all_groups_count_each_case_once_and_leave_out_what_is_kept_aside():
    both = results(score("a01", 1), score("b01", 0, group="plan"), score("b02", 0, group="plan"), score("x01", 1, group=ASIDE))
    assert [(f.group, f.value, f.cases) for f in overall(both)] == [("overall", Fraction(1, 3), 3)]


def test_the_summary_is_plain_json_with_the_figures_of_the_record(saved):
    printed = summary(RECORD)
    assert json.loads(json.dumps(printed)) == printed
    assert printed["figures"] == json.loads(saved.read_text(encoding="utf-8"))["figures"]
    assert [failure["id"] for failure in printed["failures"]] == ["a04", "r01"]
    assert printed["skipped"] == ["c09"]


def test_versions_are_named():
    assert set(program()) == {"知问", "Python", "系统"}


@pytest.mark.parametrize(("harm", "said"), [
    (lambda raw: raw.pop("library"), "library"),
    (lambda raw: raw.update(question="老板能看我的微信吗"), "question"),
    (lambda raw: raw.update(format=2), "格式是 2"),
    (lambda raw: raw.update(skipped=["c09", 9]), "skipped"),
    (lambda raw: raw.update(as_of="昨天"), "昨天"),
    (lambda raw: raw.update(scores={}), "scores 不是 list"),
    (lambda raw: raw["scores"].append(raw["scores"][0]), "a01 出现两次"),
    (lambda raw: raw["scores"][0]["scores"].append(raw["scores"][0]["scores"][0]), "a01 的得分有重复"),
    (lambda raw: raw["scores"][0].update(scores=[]), "没有得分"),
    (lambda raw: raw["scores"][0].update(elapsed_ms="41"), "elapsed_ms 不是 float"),
    (lambda raw: raw["scores"][0]["scores"][0].update(value="2/4"), "2/4 不是约到最简的分数"),
    (lambda raw: raw["scores"][0]["scores"][0].update(value="1e999999999"), "不是约到最简的分数"),
    (lambda raw: raw["scores"][0]["scores"][0].update(value=1), "value 不是 str"),
    (lambda raw: raw["scores"][0]["scores"][0].update(value="1/2"), "figures 与逐题得分不符"),
    (lambda raw: raw["figures"].pop(), "figures 与逐题得分不符"),
])
def test_a_record_that_is_not_whole_is_refused_with_what_is_wrong(harm, said, saved):
    raw = json.loads(saved.read_text(encoding="utf-8"))
    harm(raw)
    saved.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"run\.json") as refused:
        read_record(saved)
    assert said in str(refused.value)


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"format": 1}', "[" * 100_000, '{"format": NaN}', "\xff"])
def test_anything_else_is_no_record(content, tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"run\.json"):
        read_record(path)


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="zhiwen eval --save"):
        read_record(tmp_path / "run.json")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ConfigError, match="写不了"):
        write_record(RECORD, tmp_path / "none" / "run.json")


def test_the_digest_is_of_the_cases_not_of_their_order():
    one, other = Case("q1", "answers", ("最多赔多少",)), Case("q2", "answers", ("最少赔多少",))
    assert digest([one, other]) == digest([other, one])
    assert len({digest([one]), digest([one, other]), digest([replace(one, facts=(("五百万元",),)), other])}) == 3
