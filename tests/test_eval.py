"""The cases are well formed and true to the official texts, the runner scores them, and the gate holds."""

import json
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from eval import runner
from eval.cases import TODAY, Case, load_cases
from eval.gate import Failure, Figure, accepted_figures, below, limits_from, write_gate
from eval.metrics import missing_facts
from eval.runner import PARTS, run
from eval.table import table
from kb.assemble import Library, open_library
from kb.catalogue import Catalogue
from kb.errors import ConfigError
from kb.settings import Settings
from kb.types import Answer, Claim, Outcome, Question

CASES = load_cases()


# --- the cases ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("aside", "counted"), [
    (False, {"answers": 80, "plan": 42, "rights": 30, "station": 20, "trainee": 20, "dialogues": 14, "premises": 14, "refusals": 45,
             "near_misses": 14, "retrieval": 10}),
    (True, {"answers": 40, "plan": 15, "rights": 20, "station": 20, "trainee": 20, "dialogues": 20, "premises": 12, "refusals": 50,
            "near_misses": 30}),
], ids=["looked at", "kept aside"])
def test_the_cases_cover_what_people_ask(aside, counted):
    assert Counter(case.group for case in CASES if case.aside == aside) == counted


def test_what_must_be_refused_is_asked_in_every_way_that_matters():
    outcomes = Counter(case.outcome for case in CASES if case.group == "refusals" and not case.aside)
    assert outcomes == {Outcome.CLARIFY: 4, Outcome.INSUFFICIENT: 15, Outcome.OUT_OF_SCOPE: 11, Outcome.UNLAWFUL: 15}
    assert all(case.outcome is None and case.facts for case in CASES if case.group == "near_misses")


GOOD = {"id": "q1", "group": "answers", "question": "最多赔多少", "facts": [["五百万元"]]}


@pytest.mark.parametrize(("line", "said"), [
    ({**GOOD, "must": ["五百万元"]}, "不认识的字段 must"),
    ({**GOOD, "articles": [{"title": "专利法", "article": 42}]}, "article"),
    ({**GOOD, "turns": ["那它呢"]}, "question 和 turns"),
    ({**GOOD, "facts": [["五百万元"], []]}, "一列不空的文字"),
    ({**GOOD, "facts": ["五百万元"]}, "一列不空的文字"),
    ({**GOOD, "outcome": "refused"}, "refused"),
    ({**GOOD, "group": "other"}, "other"),
    ({**GOOD, "as_of": "2024年"}, "2024年"),
    ({"id": "q1", "group": "answers", "question": "最多赔多少"}, "没有可以评判的内容"),
    (["q1"], ""),
])
def test_a_damaged_line_is_named_with_its_file(line, said, tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps({**GOOD, "id": "q0"}) + "\n" + json.dumps(line), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"own\.jsonl 第 2 行") as refused:
        load_cases(tmp_path)
    assert said in str(refused.value)


def test_two_cases_do_not_share_an_id(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(GOOD), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"b\.jsonl 第 1 行有误：编号 q1 重复"):
        load_cases(tmp_path)


def test_a_dialogue_is_graded_on_its_last_question():
    case = next(case for case in CASES if len(case.turns) > 1)
    assert case.asked == Question(case.turns[-1], TODAY, case.turns[:-1])


@pytest.mark.corpus
@pytest.mark.parametrize("case", [case for case in CASES if case.articles], ids=lambda case: case.id)
def test_every_key_fact_stands_in_its_gold_articles(case: Case, corpus_data):
    texts = []
    store = Catalogue(corpus_data)
    for article in case.articles:
        official = [version for version in store.versions() if version.title == article.title and not version.bundled
                    and version.in_force_on(case.as_of)]
        found = [p.text for version in official for p in store.passages_of(version.id) if p.locator == article.locator]
        assert found, f"{article} is not in the library on {case.as_of}"
        texts += found
    first_wordings = [(wordings[0],) for wordings in case.facts]
    assert missing_facts("\n".join(texts), first_wordings) == []


# --- the gate -------------------------------------------------------------------------------------------------------

LIMITS = {"asked/answers": {"要点召回": (0.6, 3), "误拒率": (0.1, 3), "引文逐字": (1.0, 0)}, "retrieval/plan": {"MRR": (0.5, 2)}}
FIGURES = {("asked", "answers", "要点召回"): Figure(Fraction(3, 5), 3), ("asked", "answers", "误拒率"): Figure(Fraction(1, 10), 3),
           ("asked", "answers", "引文逐字"): Figure(Fraction(1), 2), ("retrieval", "plan", "MRR"): Figure(Fraction(1, 2), 2)}
EVERYWHERE = set(LIMITS)


def test_figures_at_their_limits_pass():
    assert below(FIGURES, LIMITS, EVERYWHERE) == []


@pytest.mark.parametrize(("key", "figure", "failure"), [
    (("asked", "answers", "要点召回"), Figure(Fraction(59, 100), 3), Failure("asked/answers", "要点召回", "59%，门槛 60%")),
    (("asked", "answers", "误拒率"), Figure(Fraction(1, 3), 3), Failure("asked/answers", "误拒率", "33%，门槛 10%")),
    (("asked", "answers", "引文逐字"), Figure(Fraction(9, 10), 2), Failure("asked/answers", "引文逐字", "90%，门槛 100%")),
    (("retrieval", "plan", "MRR"), Figure(Fraction(1, 4), 2), Failure("retrieval/plan", "MRR", "0.25，门槛 0.50")),
])
def test_a_worse_figure_fails(key, figure, failure):
    assert below({**FIGURES, key: figure}, LIMITS, EVERYWHERE) == [failure]


def test_losing_cases_fails_however_good_the_rest():
    fewer = {**FIGURES, ("asked", "answers", "要点召回"): Figure(Fraction(1), 2)}
    assert below(fewer, LIMITS, EVERYWHERE) == [Failure("asked/answers", "要点召回", "只测到 2 题，门槛按 3 题定")]
    assert [failure.metric for failure in below({}, LIMITS, EVERYWHERE)] == ["要点召回", "误拒率", "MRR"]


def test_what_was_not_measured_is_not_judged():
    assert [failure.place for failure in below({}, LIMITS, {"retrieval/plan"})] == ["retrieval/plan"]


def test_accepted_limits_leave_a_margin_but_none_for_quotations_and_length_is_not_judged(tmp_path):
    path = tmp_path / "gate.json"
    write_gate("corpus", LIMITS, path)
    write_gate("bundled", limits_from({**FIGURES, ("asked", "answers", "答案字数"): Figure(Fraction(300), 3)}), path)
    assert accepted_figures("corpus", path) == LIMITS
    assert accepted_figures("bundled", path) == {
        "asked/answers": {"要点召回": (0.55, 3), "误拒率": (0.15, 3), "引文逐字": (1.0, 0)}, "retrieval/plan": {"MRR": (0.0, 2)}}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"bundled": {"asked/answers": {"要点召回": 1}}}'])
def test_a_damaged_gate_says_so(content, tmp_path):
    path = tmp_path / "gate.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"gate\.json"):
        accepted_figures("bundled", path)


# --- the runner -----------------------------------------------------------------------------------------------------

@pytest.fixture
def opened(tmp_path, clock):
    def open_copy(data: Path) -> Library:
        shutil.copytree(data, tmp_path / "copy")
        return open_library(Settings(data=tmp_path / "copy"), clock)
    return open_copy


def test_the_bundled_library_alone_holds_the_gate(opened, library_data):
    results = run(opened(library_data).assistant, "all")
    assert results.library == "bundled"
    assert set(results.skipped) == {case.id for case in CASES if case.library == "corpus"}
    assert results.below_gate() == [], table(results)


@pytest.mark.corpus
def test_the_library_with_the_official_texts_holds_the_gate(opened, corpus_data):
    results = run(opened(corpus_data).assistant, "all")
    assert (results.library, results.skipped) == ("corpus", ())
    assert results.below_gate() == [], table(results)


@dataclass(frozen=True)
class Evasive:
    """Finds nothing and declines everything."""

    store: object
    model: None = None

    def library_version(self) -> str:
        return "none"

    def search(self, question, top):
        return []

    def ask(self, question):
        return Answer(question, Outcome.INSUFFICIENT, (Claim("资料不足。", ()),))


def test_an_assistant_that_declines_everything_is_caught(library_data):
    results = run(Evasive(Catalogue(library_data)), "all")
    failed = {failure.place for failure in results.below_gate()}
    assert {"asked/answers", "asked/plan", "asked/near_misses", "asked/refusals", "retrieval/plan"} <= failed
    assert results.figures()["asked", "refusals", "拒答召回"] == Figure(Fraction(1), 41)
    assert results.figures()["asked", "refusals", "结论一致"] == Figure(Fraction(15, 45), 45)
    assert results.figures()["asked", "plan", "误拒率"] == Figure(Fraction(1), 42)
    shown = table(results)
    assert "a01  要点召回（回答）0%：缺要点：五百万元以下" in shown
    assert "低于门槛" in shown


@pytest.mark.parametrize("what", PARTS)
def test_a_part_measures_and_judges_only_itself(what, library_data):
    results = run(Evasive(Catalogue(library_data)), what)
    places = {"retrieval": {"retrieval"}, "refusals": {"refusals", "near_misses", "aside"},
              "answers": {"answers", "rights", "plan", "station", "trainee", "dialogues", "premises", "aside"}}[what]
    assert {score.part if what == "retrieval" else score.group for score in results.scores} == places
    assert {f.place.split("/")[0 if what == "retrieval" else 1] for f in results.below_gate()} <= places - {"aside"}


def test_an_unknown_part_is_refused(library_data):
    with pytest.raises(ConfigError, match="没有这种评测：speed"):
        run(Evasive(Catalogue(library_data)), "speed")


@pytest.mark.parametrize(("passage", "gold", "same"), [
    ("中华人民共和国刑法", "中华人民共和国刑法（第二编第三章第七节 侵犯知识产权罪，节选）", True),
    ("最高人民法院关于审理劳动争议案件适用法律问题的解释(一)", "最高人民法院关于审理劳动争议案件适用法律问题的解释（一）", True),
    ("最高人民法院关于审理劳动争议案件适用法律问题的解释（二）", "最高人民法院关于审理劳动争议案件适用法律问题的解释（一）", False),
    ("专利法", "中华人民共和国专利法", True),
])
def test_titles_are_compared_as_readers_would(passage, gold, same):
    assert (runner._bare(passage) == runner._bare(gold)) is same


def test_a_repealed_text_is_not_the_gold_article(library_data):
    case = next(case for case in CASES if case.id == "a01")
    held = Catalogue(library_data).article("反不正当竞争法", 22)[0]
    before_its_day = replace(case, as_of=held.version.in_force_from.replace(year=2019))
    assert runner._named(held, case, held.locator)
    assert runner._named(held, before_its_day, held.locator) is None
