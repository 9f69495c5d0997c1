"""The self-assessment on paper, as data and on the command line."""

import json
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from test_checkup import REGISTRY, SMALL

from kb import cli
from kb.checkup import Reply, bundled_checkup
from kb.checkup_report import LABEL, questions_record, report, report_file, result_record
from kb.checkup_result import assess
from kb.document import paper_docx
from kb.paper import Bullets, Heading, Paper, Table, Text, paper_markdown, paper_text
from kb.registry import Registry
from kb.render import NO_LEGAL_ADVICE

TODAY = date(2026, 11, 22)
HOSTILE = "![x](http://beacon.example/a.png) <img src=x onerror=alert(1)> | 甲 | [点我](javascript:alert(1)) https://beacon.example"
ANSWERS = {"lamp": Reply.PARTLY, "paint": Reply.INAPPLICABLE, "oars": Reply.NONE}
RESULT = assess(SMALL, ANSWERS)
PAPER = report(SMALL, RESULT, Registry.load(REGISTRY), TODAY)


def texts(paper: Paper, style: str) -> list[str]:
    return [p.text for p in docx.Document(BytesIO(paper_docx(paper))).paragraphs if p.style.name == style]


# -- a paper -------------------------------------------------------------------------------------------------------

def test_a_paper_in_markdown_shows_its_words_and_nothing_acts():
    written = paper_markdown(Paper(HOSTILE, HOSTILE, TODAY, (Heading(HOSTILE), Text(HOSTILE), Bullets((HOSTILE,)),
                                                             Table(("甲", HOSTILE), ((HOSTILE, "乙"),), (50, 50))), (HOSTILE,)))
    assert "](" not in written.replace("\\]\\(", "")
    assert "<img" not in written.replace("\\<img", "")
    assert written.count("点我") == 8
    head, rule, row = [line for line in written.splitlines() if line.startswith("| ")]
    assert [line.replace("\\|", "").count("|") for line in (head, rule, row)] == [3, 3, 3]


def test_a_paper_for_the_terminal_has_no_backslashes():
    assert "\\" not in paper_text(PAPER)
    assert "先做：排一张值班表。" in paper_text(PAPER)


def test_a_table_in_word_has_its_head_on_every_page_and_keeps_rows_whole():
    table, = docx.Document(BytesIO(paper_docx(PAPER))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["组别", "得分", "得到 / 可得", "已答"], ["灯塔", "50%", "1.5 / 3", "2 / 2"], ["小船", "0%", "0 / 2", "1 / 1"],
        ["合计", "30%", "1.5 / 5", "3 / 3"]]
    assert len(list(table._tbl.iter(qn("w:tblHeader")))) == 1
    assert len(list(table._tbl.iter(qn("w:cantSplit")))) == 4


def test_a_control_character_or_half_a_character_makes_no_broken_file():
    paper = Paper("题\x00", "标\ud800", TODAY, (Text("甲\x0b乙"), Table(("a\x01",), (("\uffff",),), (1,))), ())
    assert texts(paper, "Title") == ["题"]


def test_equal_papers_give_equal_files():
    assert paper_docx(PAPER) == paper_docx(PAPER)


# -- the report ----------------------------------------------------------------------------------------------------

def test_the_report_says_label_day_scores_gaps_sources_and_that_it_is_no_legal_advice():
    opened = docx.Document(BytesIO(paper_docx(PAPER)))
    shown = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    assert texts(PAPER, "知问标识") == [LABEL]
    assert opened.core_properties.comments == LABEL
    assert LABEL in opened.sections[0].footer.paragraphs[0].text
    for said in ("答题日期：2026-11-22。总分 30%（1.5 / 5 分）。3 题答了 3 题，其中 1 题不适用。", "级别：低。还早。", "先做：再做一支。", "为什么：会丢。",
                 "回答：没有 · 权重 2 · 法院会看 · 约 1 天，小额采购", "依据：《灯塔法》第三条", "模板：看护日志", "分数不是法律上的等级。（《灯塔法》第一条）",
                 "按 2026-11-22 有效的文本编写", NO_LEGAL_ADVICE):
        assert said in shown
    assert "塔身有没有刷漆" not in shown


def test_the_files_say_the_same(tmp_path):
    registry = Registry.load(REGISTRY)
    markdown = report_file(".md", SMALL, ANSWERS, registry, TODAY).decode()
    assert "| 合计 | 30\\% |" in markdown
    record = json.loads(report_file(".json", SMALL, ANSWERS, registry, TODAY))
    assert record["total"] == {"percent": 30, "points": 1.5, "possible": 5, "answered": 3, "inapplicable": 1, "questions": 3}
    assert [(gap["id"], gap["when"], gap["basis"]) for gap in record["gaps"]] == [
        ("lamp", "week", ["《灯塔法》第一条"]), ("oars", "week", ["《灯塔法》第三条"])]
    assert record["answers"] == {id_: reply.value for id_, reply in ANSWERS.items()}
    assert report_file(".docx", SMALL, ANSWERS, registry, TODAY) == paper_docx(PAPER)


def test_a_report_after_the_law_has_changed_says_which():
    late = report(SMALL, RESULT, Registry.load(REGISTRY), date(2027, 1, 1))
    assert "《灯塔法》在 2027-01-01 有效的文本，不是编写题目时的那一个；有关题目请先核对。" in late.closing


def test_nothing_answered_is_a_report_too():
    paper = report(SMALL, assess(SMALL, {}), Registry.load(REGISTRY), TODAY)
    assert "—" in paper_text(paper)
    assert result_record(SMALL, {}, assess(SMALL, {}), TODAY)["total"]["percent"] is None


# -- the command ---------------------------------------------------------------------------------------------------

@pytest.fixture
def zhiwen(monkeypatch, capsys):
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["zhiwen", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err
    return run


def answers_file(folder: Path, given: object) -> Path:
    file = folder / "答案.json"
    file.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return file


def test_the_command_prints_the_questions_as_json(zhiwen):
    code, out, _ = zhiwen("checkup", "--json")
    record = json.loads(out)
    assert code == 0
    assert record == json.loads(json.dumps(questions_record(bundled_checkup())))
    assert len(record["questions"]) == len(bundled_checkup().items)
    assert {"id", "group", "text", "weight", "action", "basis", "templates", "answers"} <= set(record["questions"][0])


def test_the_command_prints_the_questions_for_people(zhiwen):
    code, out, _ = zhiwen("checkup")
    assert code == 0
    assert all(item.text in out for item in bundled_checkup().items)


def test_the_command_scores_a_file_of_answers_and_saves_the_report(zhiwen, tmp_path):
    file = answers_file(tmp_path, {"listed": "有", "graded": "没有"})
    code, out, _ = zhiwen("checkup", "--answers", file, "--as-of", "2026-11-22", "--json")
    assert code == 0
    assert json.loads(out)["total"]["percent"] == 60                   # 3 / (3 + 2)
    code, out, _ = zhiwen("checkup", "--answers", file, "--as-of", "2026-11-22")
    assert "总分 60%（3 / 5 分）" in out
    saved = tmp_path / "报告.docx"
    assert zhiwen("checkup", "--answers", file, "--export", saved)[0] == 0
    assert "商业秘密保护自测报告" in [p.text for p in docx.Document(saved).paragraphs]
    assert zhiwen("checkup", "--answers", file, "--export", saved)[0] == 2       # exists
    assert zhiwen("checkup", "--answers", file, "--export", saved, "--force")[0] == 0


@pytest.mark.parametrize(("given", "extra", "said"), [
    ({"listed": "大概"}, (), "listed 的回答看不懂"),
    ({"mast": "有"}, (), "没有这道题"),
    ({"listed": "有"}, ("--export", "报告.pdf"), "不能导出成这种文件：.pdf"),
    ({"listed": "有"}, ("--export", "没有的文件夹/报告.md"), "没有这个文件夹"),
    (None, ("--export", "报告.md"), "没有答题文件"),
])
def test_wrong_use_is_one_sentence_and_exit_code_2(zhiwen, tmp_path, given, extra, said):
    file = () if given is None else ("--answers", answers_file(tmp_path, given))
    code, out, err = zhiwen("checkup", *file, *extra)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe\x00", "不是 UTF-8 文字"), (b"{" + b" " * (1 << 20), "答题文件太大"), (b"", "不是一份 JSON 对象")],
                         ids=["bytes", "huge", "empty"])
def test_a_file_that_is_no_file_of_answers_is_said_to_be_none(zhiwen, tmp_path, content, said):
    (tmp_path / "x.json").write_bytes(content)
    code, _, err = zhiwen("checkup", "--answers", tmp_path / "x.json")
    assert code == 2
    assert said in err
    assert zhiwen("checkup", "--answers", tmp_path / "没有.json")[0] == 2
