"""`zhiwen template`: the list, a blank one, one filled in from a file, and what is refused."""

import json
import sys
from io import BytesIO
from pathlib import Path

import docx
import pytest

from kb.cli import main
from kb.draft import ANNEX
from kb.templates import bundled_templates

VALUES = {"company": "某某灯具有限公司", "staff": "王某", "months": 24}


@pytest.fixture
def zhiwen(monkeypatch, capsys):
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["zhiwen", "template", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err
    return run


@pytest.fixture
def values(tmp_path):
    def written(given: object) -> Path:
        path = tmp_path / "values.json"
        path.write_text(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False), encoding="utf-8")
        return path
    return written


def test_without_a_name_all_are_listed(zhiwen):
    code, out, _ = zhiwen()
    assert code == 0
    assert all(f"{name} " in out and template.title in out for name, template in bundled_templates().items())
    code, out, _ = zhiwen("--json")
    assert [entry["name"] for entry in json.loads(out)] == list(bundled_templates())


def test_a_name_alone_prints_the_blank_paper(zhiwen):
    code, out, err = zhiwen("noncompete", "--as-of", "2026-11-22")
    assert (code, err) == (0, "")
    assert out.startswith("# 竞业限制协议\n") and "________" in out and ANNEX in out
    assert ANNEX not in zhiwen("noncompete", "--no-annex")[1]


def test_the_record_holds_values_that_can_be_filled_in_and_given_back(zhiwen, values):
    record = json.loads(zhiwen("noncompete", "--json")[1])
    code, out, err = zhiwen("竞业限制协议", "--values", values(record["values"] | VALUES), "--json")
    assert code == 0
    assert "二十四（24）个月" in out
    assert "还没有填写：" in err


def test_what_the_law_refuses_is_said_with_its_ground_and_the_exit_code_is_one(zhiwen, values):
    code, out, err = zhiwen("noncompete", "--values", values(VALUES | {"months": 36}))
    assert code == 1
    assert "没有写入：期限没有写入：离职后的竞业限制期限不得超过二年" in err
    assert "《劳动合同法》第二十四条第二款" in err
    assert "三十六" not in out.split("附：")[0]


@pytest.mark.parametrize("suffix", [".docx", ".md"])
def test_it_is_saved_and_nothing_is_overwritten_unasked(zhiwen, values, tmp_path, suffix):
    file = tmp_path / f"协议{suffix}"
    assert zhiwen("noncompete", "--values", values(VALUES), "--out", file)[0] == 0
    content = file.read_bytes()
    said = [p.text for p in docx.Document(BytesIO(content)).paragraphs] if suffix == ".docx" else content.decode().splitlines()
    assert "甲方（用人单位）：某某灯具有限公司" in said
    code, _, err = zhiwen("noncompete", "--out", file)
    assert code == 2 and "已经存在" in err
    assert zhiwen("noncompete", "--out", file, "--force")[0] == 0
    assert file.read_bytes() != content


@pytest.mark.parametrize(("given", "says"), [("[1]", "不是一个 JSON 对象"), ("{", "不是 UTF-8 编码的 JSON"), ("[" * 100_000, "不是 UTF-8 编码的 JSON")])
def test_a_file_that_holds_no_values_is_refused(zhiwen, values, given, says):
    code, _, err = zhiwen("noncompete", "--values", values(given))
    assert code == 2 and says in err


def test_wrong_names_and_places_are_told_before_anything_is_done(zhiwen, tmp_path):
    for arguments, says in ((("nda",), "没有这个模板"), (("noncompete", "--values", tmp_path / "none.json"), "没有这个文件"),
                            (("noncompete", "--out", tmp_path / "x.pdf"), ".docx（Word）或 .md（Markdown）结尾"),
                            (("noncompete", "--out", tmp_path / "none" / "x.md"), "--out"), (("noncompete", "--as-of", "昨天"), "看不懂日期")):
        code, _, err = zhiwen(*arguments)
        assert code == 2 and says in err
