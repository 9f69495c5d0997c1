"""`zhiwen eval` with its options together, on a handful of cases and the bundled library."""

import json
import shutil
import sys
from dataclasses import replace
from datetime import date

import pytest
from model_server import model_server, says

from eval import cases, runner
from eval.cases import TODAY, Article, Case
from eval.record import read_record, write_record
from kb import cli
from kb.types import Outcome

AUCL = "中华人民共和国反不正当竞争法"
FEW = [
    Case("q1", "answers", ("商业秘密的侵权赔偿，损失难以确定的最多判多少？",), facts=(("五百万元", "500万元"),), articles=(Article(AUCL, "第二十二条"),)),
    Case("q2", "refusals", ("今天武汉天气怎么样？",), outcome=Outcome.OUT_OF_SCOPE),
    Case("q3", "near_misses", ("离职后竞业限制最长几年？",), facts=(("两年", "二年", "2年"),)),
]


@pytest.fixture
def zhiwen(monkeypatch, capsys, library_data, tmp_path):
    """The command as its entry point runs it, over `FEW`: exit code, output and error stream."""
    shutil.copytree(library_data, tmp_path / "library")
    for module in (cases, runner):
        monkeypatch.setattr(module, "load_cases", lambda: FEW)

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["zhiwen", "eval", *map(str, args), "--data", str(tmp_path / "library")])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err
    return run


def test_a_run_is_saved_and_the_next_compared_with_it_in_every_form(zhiwen, tmp_path):
    run, page = tmp_path / "run.json", tmp_path / "report.html"
    code, out, err = zhiwen("all", "--save", run)
    assert code == 0
    assert "开头即答" in out
    assert [line for line in err.splitlines() if line.startswith("已测")] == ["已测 1 / 3 题", "已测 2 / 3 题", "已测 3 / 3 题"]
    kept = read_record(run)
    assert (kept.results.what, kept.results.as_of, kept.results.cases) == ("all", TODAY, cases.digest(FEW))
    assert kept.measured_on >= date(2026, 1, 1)

    code, out, _ = zhiwen("all", "--compare", run, "--save", run, "--html", page, "--json", "--gate")
    printed = json.loads(out)
    assert code == 1                                 # three cases are fewer than the gate was set on
    assert printed["below_gate"]
    assert printed["comparison"]["worse"] == printed["comparison"]["better"] == []
    assert printed["cases"] == kept.results.cases
    assert "0 项有变化" in page.read_text(encoding="utf-8")


def test_the_table_says_what_changed(zhiwen, tmp_path):
    run = tmp_path / "run.json"
    zhiwen("refusals", "--save", run)
    assert "没有题目变差。" in zhiwen("refusals", "--compare", run)[1]


@pytest.mark.parametrize(("args", "said"), [
    (("refusals", "--compare", "{run}"), "保存的是 answers 的评测，这次是 refusals"),
    (("answers", "--compare", "{other}"), "题库变了"),
    (("answers", "--compare", "{none}"), "读不了评测记录"),
    (("answers", "--save", "{none}/run.json"), "所在的文件夹不存在"),
    (("answers", "--html", "{folder}"), "它是文件夹"),
    (("answers", "--judge"), "--judge 需要对话模型"),
    (("lexicon", "--html", "{none}"), "只用于题库的评测"),
    (("speed",), "没有这种评测：speed"),
])
def test_what_would_spoil_a_run_is_said_before_the_first_case(args, said, zhiwen, tmp_path):
    run, other = tmp_path / "run.json", tmp_path / "other.json"
    zhiwen("answers", "--save", run)
    kept = read_record(run)
    write_record(replace(kept, results=replace(kept.results, cases="0" * 64)), other)
    places = {"run": run, "other": other, "none": tmp_path / "none", "folder": tmp_path}
    code, out, err = zhiwen(*(arg.format(**places) for arg in args))
    assert (code, out) == (2, "")
    assert said in err
    assert "已测" not in err


def test_a_judge_comes_first_and_changes_no_figure(zhiwen, monkeypatch):
    with model_server(says("支持")) as server:
        monkeypatch.setenv("ZHIWEN_MODEL", "loopback-model")
        monkeypatch.setenv("ZHIWEN_BASE_URL", server.url)
        code, out, err = zhiwen("refusals", "--judge")
    assert code == 0
    assert out.startswith("评判模型 loopback-model 与已知答案一致 27 / 54 句（50%；其中 54 句有结论，Cohen κ 0.00）")
    assert "请 loopback-model 先判断 54 句已知答案的句子" in err


def test_a_model_elsewhere_that_may_be_sent_nothing_does_not_judge(zhiwen, monkeypatch):
    monkeypatch.setenv("ZHIWEN_MODEL", "m")
    monkeypatch.setenv("ZHIWEN_BASE_URL", "https://model.example/v1")
    monkeypatch.setenv("ZHIWEN_SENDING", "local")
    code, _, err = zhiwen("answers", "--judge")
    assert code == 2
    assert "ZHIWEN_SENDING=local" in err
