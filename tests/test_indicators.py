"""The figures of the demonstration-zone plan: every one is a row, every row a sentence of the digest, and answers use them."""

from datetime import date

import pytest

from kb.errors import SourceError
from kb.indicators import Indicator, alike, bundled_indicators, counted, read_indicators, stated
from kb.types import Outcome, Part, Question
from tests.library_pages import LIBRARY, figures, sections

ROWS = bundled_indicators()
DIGESTED = {section.locator: section for section in sections(LIBRARY / "plan" / "wuhan-demonstration-zone.md")}
STATIONS, EXEMPLARY = (next(row for row in ROWS if row.indicator == name)
                       for name in ("知识产权保护工作站", "商业秘密保护示范点企业"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.indicator)
def test_each_row_is_one_sentence_of_its_task_with_its_comparator_and_deadline(row):
    sentences = [line.removeprefix("- ") for line in DIGESTED[row.task].body.splitlines() if stated(line, [row])]
    assert len(sentences) == 1
    comparators = row.comparator.split("…") if row.comparator != "达到" else []
    assert all(word in sentences[0] for word in (*comparators, row.deadline))
    assert row.deadline or not any(mark in sentences[0] for mark in ("2025年", "每年"))


def test_every_figure_of_the_digest_is_a_row():
    listed = {figure for row in ROWS for figure in figures(row.figure)}
    spans = {"2024年", "2025年", "2026年", "1月", "2月", "8月", "9月", "7日"}      # days of issue, deadline and stages
    assert set().union(*(figures(section.body) for section in DIGESTED.values())) - spans == listed


@pytest.mark.parametrize(("text", "names"), [
    ("200家是什么", {"知识产权保护工作站", "商业秘密保护示范点企业"}), ("两百家", {"知识产权保护工作站", "商业秘密保护示范点企业"}),
    ("2000人次", {"知识产权培训基地"}), ("2000家", set()), ("三千家", {"商业秘密保护联系点企业"}), ("50", set()),
])
def test_a_figure_leads_to_its_rows_however_it_is_written(text, names):
    assert {row.indicator for row in counted(text, ROWS)} == names


def test_two_rows_with_one_figure_know_of_each_other():
    assert alike(STATIONS, ROWS) == (EXEMPLARY,)
    assert alike(EXEMPLARY, ROWS) == (STATIONS,)


@pytest.mark.parametrize(("table", "fault"), [
    ("indicator,value\n工作站,200\n", "指标表的列应为"),
    ("indicator,value,unit,comparator,deadline,task\n工作站,,家,超过,,一\n", "第 2 行缺项"),
    ("indicator,value,unit,comparator,deadline,task\n工作站,200,家,超过,,一,多\n", "第 2 行缺项或多项"),
])
def test_a_table_with_a_fault_is_refused_by_line(table, fault):
    with pytest.raises(SourceError, match=fault):
        read_indicators(table)


def test_a_deadline_may_be_missing_because_the_plan_sets_none():
    assert read_indicators("indicator,value,unit,comparator,deadline,task\n工作站,200,家,超过,,一\n") == (
        Indicator("工作站", "200", "家", "超过", "", "一"),)


def asked(assistant, text):
    return assistant.ask(Question(text, date(2026, 11, 22)))


@pytest.mark.parametrize(("question", "said"), [
    ("50家是什么？", ["商业秘密服务站目标是50家"]),
    ("2400家是指什么", ["服务备案主体的目标是突破2400家"]),
    ("示范区方案里200家是指什么", ["知识产权保护工作站目标是超过200家", "商业秘密保护示范点企业的设立目标是200家"]),
    ("方案中3000家是什么企业", ["商业秘密保护联系点企业的设立目标是3000家"]),
])
def test_asked_what_a_figure_stands_for_the_answer_names_every_target_that_has_it(question, said, bundled):
    answer = asked(bundled, question)
    direct = [claim.text for claim in answer.claims if claim.part is Part.DIRECT]
    assert answer.outcome is Outcome.ANSWERED
    assert len(direct) == len(said)
    assert all(any(words in text for text in direct) for words in said)


def test_an_answer_warns_of_another_target_with_the_same_figure(bundled):
    notes = [claim.text for claim in asked(bundled, "示范区要建多少家知识产权保护工作站").claims if claim.part is Part.NOTES]
    assert notes == ["数字相同的另一项：方案提出，商业秘密保护示范点企业的设立目标是200家。"]


def test_a_planned_figure_is_told_as_planned_and_the_period_as_ended(bundled):
    notices = [notice.text for notice in asked(bundled, "50家是什么？").notices]
    assert any("实施期已于2026年2月结束" in text and "计划目标，不代表已经完成" in text for text in notices)


@pytest.mark.parametrize("question", ["合同里写的10%违约金是什么意思？", "百分之三十是什么意思"])
def test_a_figure_of_another_matter_is_not_taken_for_the_plans(question, bundled):
    assert all(citation.passage.version.title != "武汉市国家知识产权保护示范区建设方案" for citation in asked(bundled, question).citations)
