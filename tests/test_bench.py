"""The bench measures what it says it measures. No time is asserted: machines differ, the order of events does not."""

import os

import pytest

from eval import bench
from eval.bench import Figure, answer_times, measure, percentile, table
from eval.cases import load_cases
from kb.errors import ConfigError
from kb.types import Answer, Outcome

TARGETS = {"zhiwen --help": 0.5, "启动网页到第一个答案": 8.0, "网页进程常驻内存": 600.0, "不用模型的回答 p95": 150.0}


@pytest.mark.parametrize(("values", "share", "rank"), [
    ([30.0, 10.0, 20.0], 0.5, 20.0),
    ([float(n) for n in range(1, 101)], 0.95, 95.0),
    ([float(n) for n in range(1, 11)], 0.95, 10.0),
    ([7.0], 0.5, 7.0),
])
def test_a_percentile_is_a_value_that_was_measured(values, share, rank):
    assert percentile(values, share) == rank


@pytest.mark.parametrize(("figure", "met", "line"), [
    (Figure("入库", 60.0, "秒", 60.0, "120 份"), True, "入库：60 秒  目标 ≤ 60 秒，达到  （120 份）"),
    (Figure("内存", 612.3, "MB", 600.0), False, "内存：612 MB  目标 ≤ 600 MB，未达到"),
    (Figure("回答 p50", 44.4, "毫秒"), None, "回答 p50：44 毫秒"),
    (Figure("Python", "3.11.7"), None, "Python：3.11.7"),
])
def test_a_figure_stands_beside_its_target(figure, met, line):
    assert table([figure]) == line
    assert figure.as_json() == {"name": figure.name, "value": figure.value, "unit": figure.unit, "target": figure.target,
                                "how": figure.how, "met": met}


def test_every_question_of_the_cases_is_timed_once_after_all_were_asked():
    asked = []

    class Listening:
        def ask(self, question):
            asked.append(question)
            return Answer(question, Outcome.INSUFFICIENT)

    questions = [case.asked for case in load_cases()]
    assert len(answer_times(Listening())) == len(questions)
    assert asked == questions + questions


def test_a_folder_without_official_documents_is_refused_before_anything_runs(tmp_path):
    said = []
    with pytest.raises(ConfigError, match="regulations"):
        measure(tmp_path, said.append)
    assert said == []


def test_settings_of_the_person_measuring_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("ZHIWEN_MODEL", "some-model")
    monkeypatch.setenv("ZHIWEN_DATA", "/elsewhere")
    settings = {name: value for name, value in bench._environment(tmp_path).items() if name.startswith("ZHIWEN_")}
    assert settings == {"ZHIWEN_DATA": str(tmp_path)}


def test_a_command_that_fails_is_reported_with_its_words(tmp_path):
    with pytest.raises(ConfigError, match="退出码 2"):
        bench._command(["no-such-command"], tmp_path / "data")


def test_everything_is_measured_without_a_browser(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "_browser", lambda: None)
    monkeypatch.setattr(bench, "_STARTS", 1)
    monkeypatch.setattr(bench, "load_cases", lambda: load_cases()[:3])
    monkeypatch.chdir(tmp_path)
    figures = {figure.name: figure for figure in measure(None, lambda step: None)}
    expected = TARGETS if os.path.exists("/proc/self/status") else TARGETS.keys() - {"网页进程常驻内存"}
    assert set(expected) <= figures.keys()
    for name in expected:
        assert figures[name].target == TARGETS[name]
        assert isinstance(figures[name].value, float) and figures[name].value > 0
    assert "没有浏览器" in figures["启动网页到第一个答案"].how
    assert "官方文件入库" not in figures
