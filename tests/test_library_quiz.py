"""The question bank, the course outlines and the cases: what they assert stands in the texts they name, in our own words.

The checks themselves are held to a made-up law: each fault below is put into an item that has none.
"""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kb.courses import bundled_courses
from kb.exercises import bundled_exercises
from kb.quiz import LEVELS, Form, Item, Option, Topic, bundled_items
from kb.registry import Registry, bundled_registry
from tests.library_pages import LIBRARY, front_matter, official_texts, sections, words_of
from tests.teaching_checks import (
    Said,
    TeachingChecks,
    form_faults,
    said_in_cases,
    said_in_courses,
    said_in_items,
)

TODAY = date(2026, 11, 22)
REGISTRY = Registry.load("""
[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2010修正"
kind = "law"
in_force_from = 2010-01-01
in_force_to = 2024-12-31
status = "amended"

[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2024修订"
kind = "law"
in_force_from = 2025-01-01
status = "current"
supersedes = "2010修正"

[[version]]
document = "航标条例"
title = "航标条例"
label = "2019修订"
kind = "administrative_regulation"
in_force_from = 2019-01-01
in_force_to = 2026-12-31
status = "current"

[[version]]
document = "航标条例"
title = "航标条例"
label = "2026修订"
kind = "administrative_regulation"
in_force_from = 2027-01-01
status = "not_yet_in_force"
supersedes = "2019修订"
""")
TEXTS = {
    ("灯塔法", "2024修订"): {"第一条": "灯塔由登记人看护。\n不看护的，处五万元以上十万元以下的罚款。", "第二条": "登记有效期为二年。"},
    ("灯塔法", "2010修正"): {"第三条": "灯塔不看护的，处一万元以下的罚款。"},
    ("航标条例", "2019修订"): {"第四条": "航标的登记费为百分之二十。"}, ("航标条例", "2026修订"): {"第四条": "航标的登记费为百分之十。"},
}
OPTIONS = (Option("A", "五万元以上十万元以下", True), Option("B", "一万元以下", False), Option("C", "三万元以下", False),
           Option("D", "五万元以下", False))
ITEM = Item("lamp-01", Topic.OTHER, 1, Form.SINGLE, "灯塔的登记人不看护，处多少罚款？", OPTIONS, "不看护的，处五万元以上10万元以下罚款。",
            ("《灯塔法》第一条第二款",))


@pytest.fixture(scope="module")
def beside_texts() -> TeachingChecks:
    return TeachingChecks(REGISTRY, TODAY, TEXTS, [text for articles in TEXTS.values() for text in articles.values()])


def faults(checks: TeachingChecks, item: Item) -> list[str]:
    said, = said_in_items([item])
    return checks.faults(said)


def test_an_item_that_is_right_has_no_fault(beside_texts):
    assert faults(beside_texts, ITEM) == []
    assert list(form_faults(ITEM)) == []
    older = replace(ITEM, ask="按照2010修正的灯塔法，不看护灯塔处多少罚款？", options=(OPTIONS[1], *OPTIONS[2:]), why="按2010修正，处一万元以下罚款。",
                    basis=("《灯塔法》（2010修正）第三条",))
    assert faults(beside_texts, older) == []


@pytest.mark.parametrize(("changed", "fault"), [
    ({"basis": ("《灯塔法》第九条",)}, "《灯塔法》第九条 does not exist"),
    ({"basis": ("《灯塔法》第一条第三款",)}, "《灯塔法》第一条第三款 does not exist"),
    ({"basis": ("《港口法》第一条",)}, "no text in force on 2026-11-22 is registered"),
    ({"basis": ("《灯塔法》（2011修正）第一条",)}, "no text 2011修正 is registered"),
    ({"basis": ("《灯塔法》第1条",)}, "is not written as 《灯塔法》第一条"),
    ({"basis": ("《灯塔法》第一条第二款", "《航标条例》第四条")}, "changes with 2026修订: name the version"),
    ({"basis": ("《灯塔法》第一条第二款", "《灯塔法》（2010修正）第三条")}, "an older or coming text is asked about, and 2010修正 is not said"),
    ({"basis": ("《灯塔法》第一条第一款",)}, "figure 50000元 stands in no text"),
    ({"basis": ("《灯塔法》第一条第二款", "《灯塔法》第二条")}, "《灯塔法》第二条 supports nothing"),
    ({"why": "处五万元以上20万元以下罚款。"}, "figure 200000元"),
    ({"why": "处五万元以上十万元以上罚款。"}, "十万元以上 stands so in no text"),
    ({"options": (replace(OPTIONS[0], text="六万元以上十万元以下"), *OPTIONS[1:])}, "figure 60000元"),
    ({"why": "登记人要看护灯塔；灯塔由登记人看护。\n不看护的，处五万元以上十万元以下的罚款。".replace("\n", "")}, "copied: 灯塔由登记人看护"),
    ({"form": Form.TRUE_FALSE, "ask": "不看护灯塔的，处六万元罚款。", "options": (Option("A", "对", True), Option("B", "错", False)),
      "why": "法律写明要罚。"}, "figure 60000元"),
])
def test_a_mistake_in_an_item_is_found_beside_the_official_texts(changed, fault, beside_texts):
    found = faults(beside_texts, replace(ITEM, **changed))
    assert any(fault in line for line in found), found


def test_what_a_wrong_statement_says_needs_no_article_and_what_a_story_invents_may_come_back(beside_texts):
    wrong = replace(ITEM, form=Form.TRUE_FALSE, ask="不看护灯塔的，处六万元罚款。", options=(Option("A", "对", False), Option("B", "错", True)),
                    why="处五万元以上十万元以下罚款。")
    assert faults(beside_texts, wrong) == []
    told = Said("case", "丢了七万元，处五万元以上罚款。", "丢了七万元，处五万元以上罚款。", ("《灯塔法》第一条第二款",), given="他丢了七万元。")
    assert beside_texts.faults(told) == []
    assert any("70000元" in fault for fault in beside_texts.faults(replace(told, given="")))


@pytest.mark.parametrize(("changed", "fault"), [
    ({"ask": "灯塔的登记人不看护，处多少罚款"}, "asks"), ({"why": "要罚"}, "explains"),
    ({"why": "前三种都在条文里，最后一种不在。"}, "'前三种' points at options by their place"),
    ({"options": OPTIONS[:3]}, "has 3 options"), ({"form": Form.MULTIPLE}, "has the key A"),
    ({"options": (*OPTIONS[:3], Option("D", "以上都对", False))}, "points at options by their place"),
    ({"options": (*OPTIONS[:3], Option("D", "不罚。", False))}, "ends like a sentence"),
    ({"options": (*OPTIONS[:3], Option("D", "由登记机关在三十日以内责令改正，拒不改正的再处罚款", False))}, "has options of"),
])
def test_what_a_reader_would_stumble_over_is_found(changed, fault):
    found = list(form_faults(replace(ITEM, **changed)))
    assert any(fault in line for line in found), found


# -- what ships --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped_beside_texts(corpus: Path) -> TeachingChecks:
    registry = bundled_registry()
    return TeachingChecks(registry, TODAY, official_texts(corpus, registry), words_of(corpus))


def everything() -> list[Said]:
    return [*said_in_items(bundled_items()), *said_in_courses(), *said_in_cases()]


def test_every_reference_is_registered_held_and_in_force_and_every_item_has_its_form():
    checks = TeachingChecks(bundled_registry(), TODAY)
    assert [fault for said in everything() for fault in checks.faults(said)] == []
    assert [f"{item.id} {fault}" for item in bundled_items() for fault in form_faults(item)] == []


@pytest.mark.corpus
@pytest.mark.xdist_group("library beside the official texts")
def test_everything_taught_is_true_to_its_articles_and_in_our_own_words(shipped_beside_texts):
    assert [fault for said in everything() for fault in shipped_beside_texts.faults(said)] == []


def test_the_bank_covers_every_topic_at_every_level():
    items = bundled_items()
    assert len(items) >= 200
    by_topic = Counter(item.topic for item in items)
    assert min(by_topic[topic] for topic in Topic) >= 15
    assert {(item.topic, item.level) for item in items} >= {(topic, level) for topic in Topic for level in (1, 2)}
    assert {item.level for item in items} == set(LEVELS)
    assert min(Counter(item.form for item in items).values()) >= 40


def test_no_question_is_asked_twice():
    assert [ask for ask, times in Counter(item.ask for item in bundled_items()).items() if times > 1] == []


def test_the_key_is_given_away_by_no_habit():
    """Neither its letter nor its length, nor how often a statement holds, nor how many options are right."""
    items = bundled_items()
    single = [item for item in items if item.form is Form.SINGLE]
    letters = Counter(item.key for item in single)
    assert max(letters.values()) < 0.34 * len(single)
    assert min(letters[letter] for letter in "ABCD") > 0.18 * len(single)
    longest = [item for item in single if _stands_out(item)]
    assert len(longest) < 0.35 * len(single)
    judged = Counter(item.key for item in items if item.form is Form.TRUE_FALSE)
    assert 0.4 < judged["A"] / sum(judged.values()) < 0.6
    many = Counter(len(item.key) for item in items if item.form is Form.MULTIPLE)
    assert 0.3 < many[2] / sum(many.values()) < 0.7


def _stands_out(item: Item) -> bool:
    right = next(option for option in item.options if option.right)
    return all(len(option.text) < len(right.text) for option in item.options if option is not right)


def test_of_every_item_a_source_opens_with_the_shipped_library_alone():
    registry, held = bundled_registry(), set()
    for folder in ("regulations", "plan"):
        for path in (LIBRARY / folder).glob("*.md"):
            head = front_matter(path)
            held |= {(registry.document(head["document"]), section.locator) for section in sections(path)}
    from kb.basis import place_of
    from kb.statute import parse_ref

    def opens(written: str) -> bool:
        ref, place = parse_ref(written), place_of(written)
        return ((registry.document(ref.document), ref.locator) if ref else place) in held

    assert [item.id for item in bundled_items() if not any(map(opens, item.basis))] == []


def test_courses_last_half_a_day_and_a_day_and_use_what_there_is():
    guides = {front_matter(path)["title"] for path in (LIBRARY / "guides").rglob("*.md")}
    cases = {exercise.id for exercise in bundled_exercises()}
    half, whole = bundled_courses()
    assert 180 <= half.minutes <= 240
    assert 360 <= whole.minutes <= 480
    for course in (half, whole):
        assert {guide for block in course.blocks for guide in block.guides} <= guides
        assert {case for block in course.blocks for case in block.cases} <= cases
        assert all(block.minutes <= 60 for block in course.blocks)


def test_there_are_six_cases_each_with_several_questions_and_an_invented_story():
    exercises = bundled_exercises()
    assert len(exercises) >= 6
    assert all(exercise.story[0].startswith("假设") and len(exercise.tasks) >= 3 for exercise in exercises)
