"""The page of a run: one file that asks for nothing, in which text is only ever text, with the figures of the JSON."""

import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_runs import results, score
from small_library import HOSTILE

from eval.cases import ASIDE, GROUP_NAMES, Case
from eval.compared import compare
from eval.gate import shown
from eval.intervals import Interval
from eval.judge import Agreement, Judgement, Sentence, Verdict
from eval.plots import Bar, Dot, Scale, bars, dot_row, histogram
from eval.record import Record, summary
from eval.report import report
from eval.runner import Results
from eval.table import quantile

DAY = date(2026, 11, 27)
CASES = [Case("a01", "answers", ("偷拿客户名单要赔多少？",)), Case("a02", "answers", ("罚款最多多少？", "那个人呢？")),
         Case("x01", "answers", ("留出的题目文字",), aside=True)]
RUN = results(
    score("r01", 1, "Recall@10", "plan", "retrieval"), score("r02", "1/2", "Recall@10", "plan", "retrieval", "前 10 条没有第二条"),
    score("a01", 1), score("a01", 0, "误拒率"), score("a01", 320, "答案字数"),
    score("a02", "1/2", reason="缺要点：五百万元"), score("a02", 1, "误拒率", reason="不该拒答"), score("a02", 180, "答案字数"),
    score("u01", 1, "拒答召回", "refusals"), score("u01", 90, "答案字数", "refusals"),
    score("x01", 0, reason="留出的原因", group=ASIDE), elapsed_ms={"a01": 40.0, "a02": 80.0, "u01": 12.0})
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "div", "span", "b", "strong", "small", "ul", "li",
        "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "code", "dl", "dt", "dd", "svg", "line", "circle", "rect"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "scope", "tabindex", "open",
              "x1", "x2", "y1", "y2", "x", "y", "cx", "cy", "r", "width", "height"}


class Parsed(HTMLParser):
    """Which tags and attributes there are, all text, and the tables' cells by row and column."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.cells: dict[tuple[str, str], str] = {}
        self._heads: list[str] = []
        self._row: list[str] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "table":
            self._heads = []
        if tag == "tr":
            self._row = []
        if tag in ("th", "td"):
            self._row.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._in_cell = False
        if tag == "thead":
            self._heads = self._row
        elif tag == "tr":
            self.cells |= {(self._row[0], head): cell for head, cell in zip(self._heads[1:], self._row[1:], strict=False) if cell != "·"}

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_cell:
            self._row[-1] += data


def page(run: Results = RUN, cases: Sequence[Case] = CASES, **more: object) -> str:
    return report(Record(run, DAY, {"知问": "0.1.0"}), cases, **more)          # type: ignore[arg-type]


# --- one file -------------------------------------------------------------------------------------------------------

def test_nothing_is_asked_of_the_network():
    written = page(compared=compare(RUN, RUN))
    assert re.findall(r"https?:|//|url\(|@import|src=|href=|<script|<link|javascript:", written) == []


def test_the_policy_allows_the_own_style_sheet_and_nothing_else():
    written = page()
    style = re.search(r"<style>(.*?)</style>", written, re.S)[1]
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', written)[1])
    hashed = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    assert " style=" not in written


# --- text is text ---------------------------------------------------------------------------------------------------

def test_whatever_a_case_a_passage_or_a_model_says_is_shown_as_text():
    run = replace(results(score("a01", "1/2", reason=HOSTILE), score(HOSTILE, 0, HOSTILE, reason=HOSTILE)), model=HOSTILE, library_version=HOSTILE)
    cases = [Case("a01", "answers", (HOSTILE, HOSTILE)), Case(HOSTILE, "answers", (HOSTILE,))]
    before = results(score("a01", 1), score(HOSTILE, 1, HOSTILE), model=HOSTILE)
    judgement = Judgement(HOSTILE, Agreement(2, 1, 1, None), (Verdict(Sentence("a01", "answers", HOSTILE, ""), False),), {HOSTILE: 1})
    written = page(run, cases, compared=compare(before, run), judgement=judgement)
    parsed = Parsed(written)
    assert parsed.tags <= TAGS
    assert parsed.attributes <= ATTRIBUTES
    assert "".join(parsed.text).count(HOSTILE) >= 12
    assert HOSTILE not in written


def test_cases_kept_aside_are_a_figure_and_nothing_more():
    before = replace(RUN, scores=tuple(replace(s, value=Fraction(1)) for s in RUN.scores))
    text = "".join(Parsed(page(compared=compare(before, RUN))).text)
    assert GROUP_NAMES[ASIDE] in text
    assert not any(secret in text for secret in ("x01", "留出的题目文字", "留出的原因"))


# --- what it says ---------------------------------------------------------------------------------------------------

def test_the_figures_of_the_tables_are_those_of_the_json():
    printed = summary(Record(RUN, DAY, {}))
    expected = {}
    for figure in [*printed["figures"], *printed["overall"]]:
        name, metric = GROUP_NAMES[figure["group"]], figure["metric"]
        expected[name, metric] = shown(metric, Fraction(str(figure["value"]))) + (
            f"{shown(metric, Fraction(str(figure['low']))).removesuffix('%')}–{shown(metric, Fraction(str(figure['high'])))}，"
            if figure["low"] is not None else "") + f"{figure['cases']} 题"
    found = Parsed(page()).cells
    assert found == expected
    assert found["商业秘密", "要点召回"] == "75%20–97%，2 题"


def test_what_fell_short_is_folded_beside_its_question():
    written = page().partition("没有做到的")[2]
    folded = re.findall(r"<details><summary>(.*?)</summary>(.*?)</details>", written, re.S)
    assert [summary for summary, _ in folded] == ["示范区方案：1 题", "商业秘密：1 题"]
    assert "罚款最多多少？ → 那个人呢？" in folded[1][1]
    assert "要点召回 50%：缺要点：五百万元" in folded[1][1]
    assert "误拒率 100%：不该拒答" in folded[1][1]


def test_a_comparison_shows_cases_that_got_worse_first():
    before = replace(RUN, scores=tuple(replace(s, value=Fraction(1), reason="") if (s.case, s.metric) == ("a02", "要点召回") else s
                                       for s in RUN.scores))
    written = page(compared=compare(before, RUN))
    assert "<details open><summary>变差 1 题</summary>" in written
    assert "要点召回 100% → 50%：缺要点：五百万元" in written
    assert "没有题目变好。" in written
    assert "100% → 75%（-25.0，" in written
    assert "可能是偶然" in written


def test_the_gate_stands_at_the_top():
    written = page()
    assert re.search(r'<div class="gate missed"><strong>低于门槛 \d+ 项</strong>', written)
    assert written.index("低于门槛") < written.index("<h2>")


def test_the_judge_says_how_far_it_can_be_trusted():
    judgement = Judgement("qwen", Agreement(54, 50, 45, Fraction(3, 5)), (), {"超时": 4}, unasked=7)
    text = "".join(Parsed(page(judgement=judgement)).text)
    assert "qwen 与已知答案一致 45 / 54 句（83%，50 句有结论，Cohen κ 0.60）" in text
    assert "没有算数的票 4 张：超时" in text
    assert "7 句没有问" in text


@pytest.mark.parametrize("what", ["retrieval", "answers", "refusals", "all"])
def test_a_part_alone_makes_a_page_too(what):
    assert Parsed(page(results(score("r01", 1, "Recall@10", "plan", "retrieval"), what=what), [])).tags <= TAGS


# --- the plots ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("value", "percent"), [(0, 2), (1, 98), (0.5, 50), (-3, 2), (7, 98)])
def test_a_value_has_its_place_between_the_ends(value, percent):
    assert Scale(0, 1).at(value) == percent


def test_a_row_has_a_dot_where_the_value_is_and_a_line_as_long_as_the_interval():
    drawn = dot_row([Dot(0.5, Interval(0.25, 0.75))], Scale(0, 1), "一半")
    assert 'cx="50.00%"' in drawn
    assert '<line x1="26.00%" x2="74.00%"' in drawn
    assert 'aria-label="一半"' in drawn


def test_two_dots_are_joined():
    drawn = dot_row([Dot(0, kind="before"), Dot(1, kind="better")], Scale(0, 1), "")
    assert '<line x1="2.00%" x2="98.00%" y1="50.00%" y2="50.00%" class="joined"/>' in drawn
    assert drawn.count("<circle") == 2


def test_every_value_is_in_one_class_and_the_last_holds_the_rest():
    assert bars([0, 4.9, 5, 9, 10, 300], top=10, classes=2) == [Bar(0, 5, 2), Bar(5, 10, 4)]


def test_the_highest_bar_is_full_and_empty_classes_are_not_drawn():
    drawn = histogram([Bar(0, 5, 2), Bar(5, 10, 0), Bar(10, 15, 4)], [7.5], "")
    assert re.findall(r'height="([\d.]+)%"', drawn) == ["48.00", "96.00"]
    assert 'x1="50.00%"' in drawn


@pytest.mark.parametrize(("share", "value"), [(Fraction(1, 2), 20), (Fraction(95, 100), 40), (Fraction(1, 100), 10), (Fraction(1), 40)])
def test_a_quantile_is_a_value_that_was_measured(share, value):
    assert quantile([40, 10, 30, 20], share) == value


# --- in a browser ---------------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_loads_it_alone_and_it_fits(browser, tmp_path: Path, width, scheme):
    file = tmp_path / "报告.html"
    file.write_text(page(compared=compare(replace(RUN, scores=tuple(replace(s, value=Fraction(1)) for s in RUN.scores)), RUN)), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, complained = [], []
    try:
        shown_page = context.new_page()
        shown_page.on("request", lambda request: asked.append(request.url))
        shown_page.on("console", lambda message: complained.append(message.text))
        shown_page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert complained == []                                # the policy blocks nothing of ours
        assert shown_page.evaluate("document.documentElement.scrollWidth") <= width
        ground = shown_page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(252, 251, 248)", "dark": "rgb(20, 24, 31)"}[scheme]
        shown_page.get_by_text("商业秘密：1 题").click()
        assert shown_page.get_by_text("缺要点：五百万元").last.is_visible()
    finally:
        context.close()
