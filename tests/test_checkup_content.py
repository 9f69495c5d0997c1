"""The self-assessment that ships: plain, complete, in our own words, and true to the articles it names."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kb.basis import place_of
from kb.checkup import ESSENTIAL, Standing, bundled_checkup
from kb.checkup_report import full_titles
from kb.registry import bundled_registry
from kb.show import source_of
from kb.statute import parse_ref
from kb.types import Tier
from tests.library_checks import Checks
from tests.library_pages import LIBRARY, Section, front_matter, official_texts, words_of

TODAY = date(2026, 11, 22)
CHECKUP = bundled_checkup()
TEMPLATES = {"nda-staff", "nda-partner", "noncompete", "noncompete-release", "secret-list", "access-rules", "exit-interview",
             "materials-return", "visitor-undertaking", "evidence-list", "regulator-complaint", "crime-report"}
every_question = pytest.mark.parametrize("item", CHECKUP.items, ids=lambda item: item.id)


def piece(item) -> Section:
    return Section(item.id, [], "\n".join((item.text, item.partly, item.why, item.action, item.applies)).strip(), list(item.basis))


LIMITS = Section("limits", [], CHECKUP.limits, list(CHECKUP.limits_basis))


@pytest.fixture(scope="module")
def checks() -> Checks:
    return Checks(bundled_registry(), TODAY)


@pytest.fixture(scope="module")
def beside_texts(corpus: Path) -> Checks:
    registry = bundled_registry()
    return Checks(registry, TODAY, official_texts(corpus, registry), words_of(corpus))


# -- shape ---------------------------------------------------------------------------------------------------------

def test_there_are_forty_questions_or_more_and_six_to_nine_in_each_of_the_six_groups():
    assert len(CHECKUP.items) >= 40
    assert [group.id for group in CHECKUP.groups] == ["identify", "people", "places", "it", "partners", "response"]
    assert all(6 <= len(CHECKUP.of(group)) <= 9 for group in CHECKUP.groups)


def test_no_group_decides_the_total_alone_and_each_has_something_essential():
    weights = {group.id: sum(item.weight for item in CHECKUP.of(group)) for group in CHECKUP.groups}
    assert max(weights.values()) * 4 <= sum(weights.values())
    assert min(weights.values()) * 10 >= sum(weights.values())
    assert all(any(item.weight == ESSENTIAL for item in CHECKUP.of(group)) for group in CHECKUP.groups)


def test_what_a_firm_may_lack_altogether_can_be_left_out_but_never_a_whole_group():
    assert all(any(not item.applies for item in CHECKUP.of(group)) for group in CHECKUP.groups if group.id != "partners")
    assert all("不适用" in item.applies for item in CHECKUP.items if item.applies)


def test_every_template_is_one_of_those_there_are_and_each_is_led_to():
    assert set(CHECKUP.templates) == TEMPLATES
    assert {name for item in CHECKUP.items for name in item.templates} == TEMPLATES


def test_every_guide_named_is_a_page_of_the_library():
    titles = {front_matter(path)["title"] for path in (LIBRARY / "guides").glob("*.md")}
    assert {item.guide for item in CHECKUP.items} <= titles


@every_question
def test_a_question_is_short_plain_and_answered_by_yes(item):
    assert len(item.text) <= 40
    assert "有没有" in item.text and item.text.endswith("？")
    assert all(said.endswith("。") for said in (item.partly, item.why, item.action, *filter(None, [item.applies])))
    assert "条" not in re.sub(r"条款|一条", "", item.text), "an owner does not know articles"
    longest = max(re.split(r"(?<=[。；])", "".join((item.partly, item.why, item.action))), key=len)
    assert len(longest) <= 90, longest


@every_question
def test_what_the_law_requires_rests_on_a_law_regulation_or_interpretation(item):
    if item.standing is Standing.REQUIRED:
        assert not any(place_of(reference) for reference in item.basis)


def test_no_two_questions_ask_the_same():
    assert [text for text, times in Counter(item.text for item in CHECKUP.items).items() if times > 1] == []
    assert [action for action, times in Counter(item.action for item in CHECKUP.items).items() if times > 1] == []


# -- the law -------------------------------------------------------------------------------------------------------

@every_question
def test_every_reference_is_registered_and_in_force(item, checks):
    assert checks.piece_faults(piece(item)) == []


@pytest.mark.corpus
@pytest.mark.xdist_group("library beside the official texts")
@every_question
def test_every_question_is_true_to_its_articles_and_in_our_own_words(item, beside_texts):
    assert beside_texts.piece_faults(piece(item)) == []


@pytest.mark.corpus
@pytest.mark.xdist_group("library beside the official texts")
def test_what_is_said_of_the_limits_is_true_to_its_article(beside_texts):
    assert beside_texts.piece_faults(LIMITS) == []


@pytest.mark.corpus
@pytest.mark.xdist_group("library beside the official texts")
@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("不得超过二年", "不得超过三年", "figure 3年"),
    ("30%", "50%", "figure 50%"),
    ("前十二个月", "前六个月", "6个月"),
])
def test_a_wrong_figure_in_a_question_would_be_found(right, wrong, fault, beside_texts):
    item = next(item for item in CHECKUP.items if item.id == "noncompete-terms")
    told = piece(item)
    assert right in told.body
    assert any(fault in line for line in beside_texts.piece_faults(told._replace(body=told.body.replace(right, wrong))))


def test_no_question_rests_on_a_text_older_than_the_first_day_of_the_questionnaire():
    registry = bundled_registry()
    named = {ref.document for item in CHECKUP.items for reference in item.basis if (ref := parse_ref(reference))}
    for document in named:
        assert registry.in_force(document, CHECKUP.valid_from) == registry.in_force(document, CHECKUP.checked) == registry.in_force(document, TODAY)


def test_the_rule_whose_text_is_missing_is_still_missing():
    """Once it is held, questions must be checked against it."""
    assert [version.held for version in bundled_registry().versions(CHECKUP.not_held)] == [False]
    assert not any(CHECKUP.not_held in reference for item in CHECKUP.items for reference in item.basis)


def test_short_names_of_interpretations_are_written_out_with_their_numbers():
    assert full_titles(("《商业秘密司法解释》第六条", "《反不正当竞争法》第十条", "《商业秘密司法解释》第五条"), bundled_registry()) == (
        "《商业秘密司法解释》：《最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定》（法释〔2020〕7号）",)


@pytest.mark.corpus
@every_question
def test_every_source_opens_the_text_itself_at_the_part_that_is_named(item, full):
    for reference in item.basis:
        found, ref = source_of(full.store, full.registry, reference, TODAY), parse_ref(reference)
        if ref:
            assert found.passage.version.tier is Tier.OFFICIAL
            assert found.passage.version.in_force_on(TODAY)
            assert found.passage.locator == ref.locator
            assert bool(found.quote) == bool(ref.paragraph or ref.item)
            assert found.quote in found.passage.text
