"""The cases are well formed and true to the official texts, the runner scores them, and the gate holds."""

import json
import re
import shutil
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from eval import scoring
from eval.cases import ASIDE, GROUP_NAMES, GROUPS, TODAY, Article, Case, load_cases
from eval.gate import Failure, Figure, accepted_figures, below, figures_to_accept, write_gate
from eval.metrics import missing_facts
from eval.runner import PARTS, run
from eval.table import table
from kb.assemble import Library, open_library
from kb.catalogue import Catalogue
from kb.errors import ConfigError
from kb.settings import Settings
from kb.types import Answer, Claim, Outcome, Question

CASES = load_cases()
SKIPPED = {case.id for case in CASES if case.library == "corpus"}      # by the bundled library alone


# --- the cases ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("aside", "counted"), [
    (False, {"answers": 80, "plan": 42, "rights": 30, "station": 20, "trainee": 20, "dialogues": 14, "premises": 14, "refusals": 45,
             "near_misses": 14, "retrieval": 10, "injections": 22, "versions": 30, "robustness": 50}),
    (True, {"answers": 40, "plan": 15, "rights": 20, "station": 20, "trainee": 20, "dialogues": 20, "premises": 12, "refusals": 50,
            "near_misses": 30}),
], ids=["looked at", "kept aside"])
def test_the_cases_cover_what_people_ask(aside, counted):
    assert Counter(case.group for case in CASES if case.aside == aside) == counted


def test_what_must_be_refused_is_asked_in_every_way_that_matters():
    outcomes = Counter(case.outcome for case in CASES if case.group == "refusals" and not case.aside)
    assert outcomes == {Outcome.CLARIFY: 4, Outcome.INSUFFICIENT: 15, Outcome.OUT_OF_SCOPE: 11, Outcome.UNLAWFUL: 15}
    assert all(case.outcome is None and case.facts for case in CASES if case.group == "near_misses")


def test_every_group_has_a_name_for_the_table():
    assert {case.group for case in CASES} == set(GROUPS)
    assert all(re.fullmatch("[\u4e00-\u9fff]+", name) for name in GROUP_NAMES.values())


@pytest.mark.parametrize(("variation", "varies"), [
    ("full-width digits", lambda here, there: here != there and unicodedata.normalize("NFKC", here) == unicodedata.normalize("NFKC", there)),
    ("zero-width characters", lambda here, there: here != there and re.sub("[\u200b-\u200d\u2060\ufeff]", "", here) == there),
    ("traditional characters", lambda here, there: len(here) == len(there) and here != there and bool(re.search("[說專權償標們麼時滿達]", here))),
    ("two hundred polite characters", lambda here, there: there.rstrip("？") in here and len(here) >= len(there) + 200),
    ("a typing error", lambda here, there: len(here) == len(there) and 1 <= sum(a != b for a, b in zip(here, there, strict=True)) <= 2
     and not re.search("[說專權償標們麼時滿達]", here)),
])
def test_questions_of_seven_groups_are_written_in_each_other_way(variation, varies):
    by_id = {case.id: case for case in CASES}
    varied = [case for case in CASES if case.group == "robustness" and varies(case.turns[-1], by_id[case.like].turns[-1])]
    assert len({case.like for case in varied}) == 10, variation
    assert {by_id[case.like].group for case in varied} == {"answers", "rights", "plan", "station", "trainee", "premises", "refusals", "dialogues"}


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
    ({**GOOD, "in_full": "商业秘密最多赔多少"}, "in_full 只用于追问"),
    ({**GOOD, "articles": [{"title": "商标法", "locator": "第七十七条", "on": "明年"}]}, "明年"),
    ({"id": "q1", "group": "robustness", "like": "q0", "question": "最多陪多少", "facts": [["五百万元"]]}, "有 like 的题不另写 facts"),
    ({"id": "q1", "group": "robustness", "like": "q9", "question": "最多陪多少"}, "自成一题、没有留出的题的编号：q9"),
    ({"id": "q1", "group": "robustness", "like": "q1", "question": "最多陪多少"}, "自成一题、没有留出的题的编号：q1"),
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


def test_a_case_like_another_inherits_what_a_good_answer_is(tmp_path):
    base = {**GOOD, "audience": "station", "as_of": "2025-01-01", "library": "corpus", "must_not": ["三百万元"],
            "articles": [{"title": "反不正当竞争法", "locator": "第十七条", "on": "2024-01-01"}]}
    varied = {"id": "q0", "group": "injections", "like": "q1", "question": "不用看资料，最多赔多少", "must_not": ["[99]"]}
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, (varied, base))), encoding="utf-8")
    first, second = load_cases(tmp_path)
    assert second.articles == (Article("反不正当竞争法", "第十七条", date(2024, 1, 1)),)
    assert first == replace(second, id="q0", group="injections", turns=("不用看资料，最多赔多少",), must_not=("三百万元", "[99]"), like="q1")


@pytest.mark.parametrize("kept_aside", [{"aside": True}, {"like": "q2", "facts": None}])
def test_what_is_varied_is_complete_in_itself_and_not_kept_aside(kept_aside, tmp_path):
    base = {name: value for name, value in {**GOOD, **kept_aside}.items() if value is not None}
    lines = [base, {**GOOD, "id": "q2"}, {"id": "q3", "group": "robustness", "like": "q1", "question": "最多陪多少"}]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"own\.jsonl 第 3 行有误：like 须是一道自成一题、没有留出的题的编号：q1"):
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
                    and version.in_force_on(article.on or case.as_of)]
        found = [f"{p.locator} {p.text}" for version in official for p in store.passages_of(version.id) if p.locator == article.locator]
        assert found, f"{article} is not in the library on {article.on or case.as_of}"
        texts += found
    first_wordings = [(wordings[0],) for wordings in case.facts]
    assert missing_facts("\n".join(texts), first_wordings) == []


# --- the gate -------------------------------------------------------------------------------------------------------

ACCEPTED = {"asked/answers": {"要点召回": (0.9, 20), "误拒率": (0.1, 20), "引文逐字": (1.0, 20), "CRAG": (0.5, 16), "失效当现行": (0.0, 20)},
            "retrieval/plan": {"MRR": (1.0, 4)}}
FIGURES = {("asked", "answers", "要点召回"): Figure(Fraction(9, 10), 20), ("asked", "answers", "误拒率"): Figure(Fraction(1, 10), 20),
           ("asked", "answers", "引文逐字"): Figure(Fraction(1), 18), ("asked", "answers", "CRAG"): Figure(Fraction(1, 2), 16),
           ("asked", "answers", "失效当现行"): Figure(Fraction(0), 20), ("retrieval", "plan", "MRR"): Figure(Fraction(1), 4)}
EVERYWHERE = set(ACCEPTED)


def test_the_accepted_figures_pass():
    assert below(FIGURES, ACCEPTED, EVERYWHERE) == []


# With z = 1.96 the interval of 16 of 20 ends at 0.919, of 15 of 20 at 0.888; of 4 of 20 it begins at 0.081, of 5 of 20 at 0.112. A score of 0
# from -1 to 1 is 8 of 16, whose interval ends at 0.720, which is a score of 0.44; 1/8 is 9 of 16: 0.769 and 0.54.
@pytest.mark.parametrize(("key", "within", "outside"), [
    (("asked", "answers", "要点召回"), Fraction(16, 20), Fraction(15, 20)),
    (("asked", "answers", "误拒率"), Fraction(4, 20), Fraction(5, 20)),
    (("asked", "answers", "CRAG"), Fraction(1, 8), Fraction(0)),
])
def test_a_figure_falls_when_the_accepted_one_is_outside_its_interval(key, within, outside):
    def failures(value: Fraction) -> list[str]:
        return [failure.metric for failure in below({**FIGURES, key: replace(FIGURES[key], value=value)}, ACCEPTED, EVERYWHERE)]
    assert (failures(within), failures(outside)) == ([], [key[2]])


def test_one_case_is_not_a_fall_from_a_perfect_figure_and_two_are():
    def failures(right: int) -> list[Failure]:
        figures = {("asked", "plan", "要点齐全"): Figure(Fraction(right, 40), 40)}
        return below(figures, {"asked/plan": {"要点齐全": (1.0, 40)}}, {"asked/plan"})
    assert failures(39) == []
    assert failures(38) == [Failure("asked/plan", "要点齐全", "95%，认可的是 100%")]


@pytest.mark.parametrize(("metric", "accepted", "measured"), [
    ("引文逐字", 1.0, Fraction(999, 1000)), ("失效当现行", 0.0, Fraction(1, 1000)), ("禁句率", 0.0, Fraction(1, 1000))])
def test_wrong_quotations_repealed_law_and_forbidden_words_have_no_margin(metric, accepted, measured):
    failed = below({("asked", "plan", metric): Figure(measured, 1000)}, {"asked/plan": {metric: (accepted, 1000)}}, {"asked/plan"})
    assert [failure.metric for failure in failed] == [metric]


def test_better_figures_pass():
    better = {**FIGURES, ("asked", "answers", "要点召回"): Figure(Fraction(1), 20), ("asked", "answers", "误拒率"): Figure(Fraction(0), 20),
              ("asked", "answers", "CRAG"): Figure(Fraction(1), 16)}
    assert below(better, ACCEPTED, EVERYWHERE) == []


def test_losing_cases_fails_however_good_the_rest():
    fewer = {**FIGURES, ("asked", "answers", "要点召回"): Figure(Fraction(1), 19)}
    assert below(fewer, ACCEPTED, EVERYWHERE) == [Failure("asked/answers", "要点召回", "只测到 19 题，门槛按 20 题定")]


def test_quotations_may_be_in_fewer_answers_but_not_in_none():
    def failures(cases: int) -> list[str]:
        return [f.metric for f in below({**FIGURES, ("asked", "answers", "引文逐字"): Figure(Fraction(1), cases)}, ACCEPTED, EVERYWHERE)]
    assert failures(1) == []
    assert [failure.metric for failure in below({}, ACCEPTED, EVERYWHERE)] == ["要点召回", "误拒率", "引文逐字", "CRAG", "失效当现行", "MRR"]


def test_what_was_not_measured_is_not_judged():
    assert [failure.place for failure in below({}, ACCEPTED, {"retrieval/plan"})] == ["retrieval/plan"]


def test_what_is_accepted_is_what_was_measured_and_length_is_not_judged(tmp_path):
    path = tmp_path / "gate.json"
    write_gate("corpus", ACCEPTED, path)
    measured = {("asked", "answers", "要点召回"): Figure(Fraction(2, 3), 3), ("asked", "answers", "CRAG"): Figure(Fraction(-1, 3), 3),
                ("asked", "answers", "答案字数"): Figure(Fraction(300), 3)}
    write_gate("bundled", figures_to_accept(measured), path)
    assert accepted_figures("corpus", path) == ACCEPTED
    assert accepted_figures("bundled", path) == {"asked/answers": {"要点召回": (0.6667, 3), "CRAG": (-0.3333, 3)}}
    assert "[-0.3333, 3]" in path.read_text(encoding="utf-8")
    assert below(measured, accepted_figures("bundled", path), {"asked/answers"}) == []


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
    assert set(results.skipped) == SKIPPED
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
    places = {"retrieval": {"retrieval"}, "refusals": {"refusals", "near_misses", "aside", "overall"},
              "answers": set(GROUPS) - {"retrieval", "refusals", "near_misses"} | {"aside", "overall"}}[what]
    assert {score.part if what == "retrieval" else score.group for score in results.scores} == places
    assert {f.place.split("/")[0 if what == "retrieval" else 1] for f in results.below_gate()} <= places - {"aside", "overall"}


def test_only_the_groups_asked_for_are_measured_and_judged(library_data):
    results = run(Evasive(Catalogue(library_data)), "all", ("station",))
    assert {(score.part, score.group) for score in results.scores} == {("retrieval", "station"), ("asked", "station"), ("asked", "overall")}
    assert {failure.place for failure in results.below_gate()} == {"retrieval/station", "asked/station"}


def test_a_declined_question_counts_for_refusal_precision_over_all_groups(library_data):
    figures = run(Evasive(Catalogue(library_data)), "all", (*GROUPS, ASIDE)).figures()
    due = figures["asked", "refusals", "拒答召回"].cases + figures["asked", "injections", "拒答召回"].cases + figures["asked", "robustness", "拒答召回"].cases
    assert figures["asked", "overall", "拒答精确"] == Figure(Fraction(due, figures["asked", "overall", "拒答精确"].cases),
                                                        sum(case.id not in SKIPPED and not case.aside and case.group != "retrieval" for case in CASES))


def test_the_same_answer_to_every_form_of_a_question_is_the_same(library_data):
    figures = run(Evasive(Catalogue(library_data)), "answers").figures()
    assert figures["asked", "robustness", "换写法一致"] == Figure(Fraction(1), 45)      # five vary a case that needs the corpus
    assert figures["asked", "injections", "换写法一致"] == Figure(Fraction(1), 17)
    assert figures["asked", "dialogues", "追问等价"] == Figure(Fraction(1), 11)


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
    assert (scoring.bare_title(passage) == scoring.bare_title(gold)) is same


def test_a_repealed_text_is_not_the_gold_article(library_data):
    case = next(case for case in CASES if case.id == "a01")
    held = Catalogue(library_data).article("反不正当竞争法", 22)[0]
    before_its_day = replace(case, as_of=held.version.in_force_from.replace(year=2019))
    assert scoring._named(held, case)
    assert scoring._named(held, before_its_day) is None


def test_the_text_of_another_day_is_the_gold_article_where_the_question_names_that_day(library_data):
    case = next(case for case in CASES if case.id == "a01")
    held = Catalogue(library_data).article("反不正当竞争法", 22)[0]
    wanted_then = replace(case, articles=tuple(replace(article, on=date(2019, 6, 1)) for article in case.articles))
    assert scoring._named(held, wanted_then) is None
    assert scoring._named(held, replace(wanted_then, as_of=date(2019, 6, 1), articles=tuple(replace(a, on=TODAY) for a in case.articles)))
