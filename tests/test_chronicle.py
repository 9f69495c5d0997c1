"""A document's own dates come from the register; its articles and contents are looked up exactly."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from kb.assemble import Library, open_library
from kb.chronicle import LOCATOR, chronicle
from kb.clock import FixedClock
from kb.errors import QuestionError
from kb.registry import Registry, bundled_registry
from kb.settings import Settings
from kb.show import contents, located_text
from kb.statute import short_title
from kb.text import fold
from kb.types import Passage, Tier

TODAY = date(2026, 11, 22)
PLAN = "武汉市国家知识产权保护示范区建设方案"
DOCUMENTS = sorted({entry.document for entry in bundled_registry().entries})


# -- the register speaks -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("document", "day", "labels"), [
    ("商标法", date(2026, 12, 31), ["2019修正", "2026修订"]), ("商标法", date(2027, 1, 1), ["2026修订"]),
    ("反不正当竞争法", date(2025, 10, 14), ["2019修正", "2025修订"]), ("反不正当竞争法", date(2025, 10, 15), ["2025修订"]),
    (PLAN, TODAY, ["2024"]),
])
def test_the_version_in_force_comes_first_then_those_to_come(document, day, labels):
    assert [p.version.label for p in chronicle(bundled_registry(), document, day)] == labels


@pytest.mark.parametrize(("document", "dates"), [
    ("反不正当竞争法", ("2025年6月27日公布", "自2025年10月15日起施行")), (PLAN, ("2024年9月7日公布",)),
])
def test_it_says_when_a_document_was_issued_and_took_effect(document, dates):
    text = chronicle(bundled_registry(), document, TODAY)[0].text
    assert [written for written in dates if written not in text] == []


def test_a_text_that_is_to_come_is_said_not_to_be_in_force_and_one_that_will_end_until_when():
    now, later = chronicle(bundled_registry(), "商标法", TODAY)
    assert "适用到2026年12月31日" in now.text
    assert "尚未施行" not in now.text
    assert "自2027年1月1日起施行" in later.text
    assert "尚未施行" in later.text


def test_a_note_warns_where_the_dates_of_a_text_that_is_not_held_are_second_hand():
    passage, = chronicle(bundled_registry(), "商业秘密保护规定", TODAY)
    assert "二手来源" in passage.text


def test_an_unknown_document_has_no_dates():
    assert chronicle(bundled_registry(), "没有的法", TODAY) == []


def written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_registered_document_gives_its_own_dates_and_no_others(document):
    registry = bundled_registry()
    registered = {(v.title, v.label): v for v in registry.versions(document)}
    found = chronicle(registry, document, TODAY)
    for passage in found:
        version = registered[passage.title, passage.version.label]
        assert version.in_force_from is not None
        assert f"自{written(version.in_force_from)}起施行" in passage.text
        assert (passage.locator, passage.version.tier) == (LOCATOR, Tier.DIGEST)
        assert short_title(version.title) in passage.text
    assert len({p.id for p in found}) == len(found)
    assert [p.version.in_force_from for p in found] == sorted(p.version.in_force_from for p in found)


REPLACED = [(entry.document, entry.supersedes, entry.label) for entry in bundled_registry().entries
            if entry.supersedes in {v.label for v in bundled_registry().versions(entry.document)} - {entry.label}]


@pytest.mark.parametrize(("document", "old", "new"), REPLACED)
def test_a_text_applies_until_the_day_before_the_one_that_replaces_it(document, old, new):
    versions = {v.label: v for v in bundled_registry().versions(document)}
    first = versions[new].in_force_from
    assert first is not None
    assert versions[old].in_force_to == first - timedelta(days=1)
    assert not versions[old].in_force_on(first)


def test_the_register_knows_which_texts_were_replaced():
    assert {("反不正当竞争法", "2019修正", "2025修订"), ("商标法", "2019修正", "2026修订")} <= set(REPLACED)


# -- show ----------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def registry() -> Registry:
    return bundled_registry()


@pytest.fixture(scope="module")
def bundled(library_data: Path, clock: FixedClock) -> Library:
    return open_library(Settings(data=library_data), clock)


@pytest.fixture(scope="module")
def full(corpus_data: Path, clock: FixedClock) -> Library:
    return open_library(Settings(data=corpus_data), clock)


def shown(library: Library, document: str, locator: str, day: date = TODAY, every: bool = False) -> list[Passage]:
    return located_text(library.catalogue, library.registry, document, locator, day, every)


@pytest.mark.parametrize(("document", "locator", "found"), [
    ("反不正当竞争法", "10", "第十条"), ("反不正当竞争法", "第10条", "第十条"), ("中华人民共和国反不正当竞争法", "十", "第十条"),
    ("反法", "第十条", "第十条"), ("刑法", "219之一", "第二百一十九条之一"), ("刑法", "219", "第二百一十九条"),
    (PLAN, "二、(三)7", "二、(三)7"), ("法释〔2025〕5号", "17", "第十七条"),
])
def test_an_article_or_a_task_is_found_however_it_is_written(bundled: Library, document, locator, found):
    assert {p.locator for p in shown(bundled, document, locator)} == {found}


@pytest.mark.corpus
@pytest.mark.parametrize(("day", "label", "words"), [
    (date(2024, 5, 1), "2019修正", "经营者不得实施下列侵犯商业秘密的行为"), (TODAY, "2025修订", "虚假或者引人误解的商业宣传"),
])
def test_the_same_number_is_another_article_after_the_revision(full: Library, day, label, words):
    passages = shown(full, "反不正当竞争法", "第九条", day)
    assert {p.version.label for p in passages} == {label}
    assert words in "".join(p.text for p in passages)


@pytest.mark.corpus
def test_the_official_text_is_shown_without_its_digest_unless_all_versions_are_asked_for(full: Library):
    assert {p.version.tier for p in shown(full, "反不正当竞争法", "10")} == {Tier.OFFICIAL}
    every = shown(full, "反不正当竞争法", "10", every=True)
    assert {p.version.label for p in every} >= {"2019修正", "2025修订"}
    assert Tier.DIGEST in {p.version.tier for p in every}


@pytest.mark.corpus
def test_contents_are_those_of_one_version_in_the_order_of_its_articles(full: Library):
    passages = contents(full.catalogue, full.registry, "反不正当竞争法", TODAY)
    assert {(p.version.label, p.version.tier) for p in passages} == {("2025修订", Tier.OFFICIAL)}
    numbers = [p.article for p in passages if p.article is not None]
    assert sorted(set(numbers)) == list(range(1, 42))
    assert numbers == sorted(numbers)


def test_contents_of_the_plan_are_its_22_tasks_between_targets_and_organisation(bundled: Library):
    locators = [p.locator for p in contents(bundled.catalogue, bundled.registry, PLAN, TODAY)]
    assert (locators[0], locators[-1]) == ("一、建设目标", "四、组织保障")
    assert len([locator for locator in locators if fold(locator).startswith(fold("二、"))]) == 22


@pytest.mark.parametrize(("document", "locator", "day"), [
    ("反不正当竞争法", "999", TODAY), ("没有的法", "1", TODAY), ("反不正当竞争法", "10", date(2020, 1, 1)), (PLAN, "二、(九)99", TODAY),
])
def test_what_is_not_held_or_not_in_force_is_said_with_the_day(bundled: Library, document, locator, day):
    with pytest.raises(QuestionError) as caught:
        shown(bundled, document, locator, day)
    assert document in caught.value.problem
    assert day.isoformat() in caught.value.problem
    assert "--all-versions" in caught.value.remedy


@pytest.mark.parametrize("document", ["没有的法", "商业秘密保护规定"])
def test_contents_of_a_document_that_is_not_held_are_refused(bundled: Library, document):
    with pytest.raises(QuestionError):
        contents(bundled.catalogue, bundled.registry, document, TODAY)
