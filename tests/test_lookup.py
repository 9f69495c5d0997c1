"""A reference typed into the search field goes straight to the text; words do not."""

from datetime import date

import pytest

from kb.answer import Assistant
from kb.lookup import named

TODAY = date(2026, 11, 22)


def found(assistant: Assistant, typed: str, day: date = TODAY) -> tuple[str, str, str, str] | None:
    got = named(assistant.store, assistant.registry, typed, day)
    return got and (got.version.document, got.version.label, got.version.tier.value, got.passage.locator if got.passage else "")


@pytest.mark.corpus
@pytest.mark.parametrize(("typed", "expected"), [
    ("反不正当竞争法第十条", ("反不正当竞争法", "2025修订", "official", "第十条")),
    ("《反不正当竞争法》（2019修正）第九条", ("反不正当竞争法", "2019修正", "official", "第九条")),
    ("专利法22条3款", ("专利法", "2020修正", "official", "第二十二条")),
    ("刑法第二百一十九条之一", ("刑法", None, "official", "第二百一十九条之一")),
    ("法释〔2025〕5号", ("知识产权刑事解释", "法释〔2025〕5号", "official", "")),
    ("法释[2025]5号", ("知识产权刑事解释", "法释〔2025〕5号", "official", "")),
    ("法释〔2004〕19号", ("知识产权刑事解释", "法释〔2004〕19号", "official", "")),
    ("商标法", ("商标法", "2019修正", "official", "")),
    ("中华人民共和国反不正当竞争法", ("反不正当竞争法", "2025修订", "official", "")),
])
def test_a_reference_leads_to_the_official_text_in_force_or_to_the_version_it_names(full, typed, expected):
    got = found(full, typed)
    assert got is not None
    assert [mine for mine, theirs in zip(got, expected, strict=True) if theirs is not None] == [e for e in expected if e is not None]


@pytest.mark.corpus
def test_the_text_in_force_is_that_of_the_day(full):
    assert found(full, "商标法", date(2027, 1, 1))[1] == "2026修订"
    assert found(full, "反不正当竞争法第九条", date(2024, 5, 1))[1] == "2019修正"


def test_without_official_texts_it_leads_to_our_digest(bundled):
    assert found(bundled, "反不正当竞争法第十条") == ("反不正当竞争法", "2025修订", "digest", "第十条")


def test_a_guide_is_found_by_its_title(bundled):
    assert found(bundled, "客户名单怎么保护")[2] == "guide"


@pytest.mark.parametrize("typed", ["", "  ", "客户名单", "反不正当竞争法第十条说了什么内容", "商标法和专利法", "第十条", "海商法第四条",
                                   "反不正当竞争法第九百条", "法释〔1900〕1号", "《", "《》第条", "1" * 300])
def test_words_and_what_the_library_does_not_hold_are_no_reference(bundled, typed):
    assert found(bundled, typed) is None
