"""Looking through the library, without a browser: the list and its filters, search, a text, its versions, what changed."""

import re
import shutil
from datetime import date
from types import SimpleNamespace

import pytest
import streamlit as st
from small_library import HOSTILE
from streamlit.testing.v1 import AppTest
from test_views import button
from test_views import words as plain_words

from kb.assemble import Library, open_library
from kb.comparison import Change
from kb.currency import Standing
from kb.render import DIGEST_MARK
from kb.settings import Settings
from kb.types import Kind, Status, Tier, Version
from views import session
from views.address import address
from views.browse_wording import WORDS
from views.wording import CHINESE, ENGLISH

PAGE = "from views.browse import page; page()"
SAID = WORDS[CHINESE.name]
TODAY = date(2026, 11, 22)


def shown_by(monkeypatch, library) -> AppTest:
    st.cache_resource.clear()
    monkeypatch.setattr(session, "_open", lambda progress: library)
    return AppTest.from_string(PAGE, default_timeout=60)


@pytest.fixture(scope="module")
def digests(library_data, clock) -> Library:
    return open_library(Settings(data=library_data), clock)


@pytest.fixture(scope="module")
def official(corpus_data, clock) -> Library:
    return open_library(Settings(data=corpus_data), clock)


@pytest.fixture
def page(monkeypatch, digests):
    yield shown_by(monkeypatch, digests)
    st.cache_resource.clear()


@pytest.fixture
def full_page(monkeypatch, official):
    yield shown_by(monkeypatch, official)
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    """Everything readable on the page, without the signs that keep Markdown from being read."""
    shown = plain_words(page) + "\n".join(element.value for element in page.subheader)
    return shown.replace("\\", "").replace("\u2060", "")


def links(page: AppTest) -> list[str]:
    return [element.proto.label.replace("\\", "").replace("*", "") for element in page.get("page_link")]


def held(library: Library, document: str, label: str, tier: Tier) -> Version:
    return next(v for v in library.catalogue.versions() if (v.document, v.label, v.tier) == (document, label, tier))


def opened_at(page: AppTest, version: Version, place: str = "", view: str = "") -> AppTest:
    for name, value in address(version, place, view).items():
        page.query_params[name] = value
    return page.run()


def seek(page: AppTest, typed: str) -> AppTest:
    return page.run().text_input(key="seek_field").set_value(typed).run()


# --- the list

def test_the_list_counts_what_the_library_holds_and_says_for_which_day(page, digests):
    shown = words(page.run())
    assert not page.exception
    versions = digests.catalogue.versions()
    assert f"{len({v.document for v in versions})} 份文件" in shown
    assert "**2026-11-22** 当日" in shown
    assert "中华人民共和国反不正当竞争法（2025修订）" in links(page)


def test_filters_combine(page):
    page.run().pills(key="filter_kinds").set_value([Kind.LAW]).run()
    page.pills(key="filter_statuses").set_value([Status.NOT_YET_IN_FORCE]).run()
    assert links(page) == ["中华人民共和国商标法（2026修订）"]
    page.text_input(key="filter_title").set_value("专利").run()
    assert links(page) == []
    assert SAID.nothing in words(page)
    button(page, SAID.reset).click().run()
    assert len(links(page)) > 10


def test_the_status_is_that_of_the_chosen_day(page):
    page.run().pills(key="filter_kinds").set_value([Kind.LAW]).run()
    page.text_input(key="filter_title").set_value("商标法").run()
    page.date_input(key="filter_day").set_value(date(2027, 1, 1)).run()
    page.checkbox(key="filter_in_force_only").check().run()
    assert links(page) == ["中华人民共和国商标法（2026修订）"]
    assert "**2027-01-01** 当日" in words(page)
    page.date_input(key="filter_day").set_value(date(2024, 5, 1)).run()
    assert links(page) == ["中华人民共和国商标法（2019修正）"]


def test_of_thousands_of_documents_a_page_is_drawn_and_more_on_request(monkeypatch, clock):
    many = [Version(f"v{n}", f"某法{n}", f"某法{n}", "2020", Kind.LAW, Tier.USER, in_force_from=date(2020, 1, 1),
                    status=Status.CURRENT) for n in range(3000)]
    library = SimpleNamespace(clock=clock, assistant=SimpleNamespace(standing=Standing(lambda: many, lambda: 1)))
    page = shown_by(monkeypatch, library).run()
    assert len(links(page)) == 20
    button(page, SAID.more).click().run()
    assert len(links(page)) == 40


def test_an_empty_library_says_how_texts_get_into_it(monkeypatch, clock):
    library = SimpleNamespace(clock=clock, assistant=SimpleNamespace(standing=Standing(list, lambda: 1)))
    assert SAID.empty_library in words(shown_by(monkeypatch, library).run())


# --- search

def test_what_is_searched_for_is_marked_and_stands_in_no_address(page):
    shown = words(seek(page, "客户名单算不算商业秘密"))
    assert re.search(r":yellow-background\[[^]]*商业秘密", shown)
    assert page.get("page_link")[0].proto.query_string.startswith("text=")
    assert dict(page.query_params) == {}


def test_search_keeps_to_the_filters(page):
    seek(page, "商业秘密").pills(key="filter_kinds").set_value([Kind.LAW]).run()
    assert links(page) and all(label.startswith("《中华人民共和国") for label in links(page))


def test_nothing_found_is_said_and_leads_back_to_the_list(page):
    seek(page, "商业秘密").pills(key="filter_statuses").set_value([Status.REPEALED]).run()
    assert SAID.found_none in words(page)
    button(page, SAID.reset).click().run()
    button(page, SAID.stop_seeking).click().run()
    assert "中华人民共和国反不正当竞争法（2025修订）" in links(page)


def test_a_reference_goes_straight_to_the_article(page):
    shown = words(seek(page, "反不正当竞争法第十条"))
    assert "10" in page.query_params["at"]
    assert "反不正当竞争法" not in str(dict(page.query_params))
    assert page.header[0].value.replace("\\", "") == "中华人民共和国反不正当竞争法（2025修订）"
    assert "**第十条**" in shown


def test_two_readers_do_not_see_each_others_search(page, digests):
    seek(page, "客户名单")
    other = AppTest.from_string(PAGE, default_timeout=60).run()
    assert other.text_input(key="seek_field").value == ""
    assert "sought" not in other.session_state and "sought_words" not in other.session_state


# --- a text

def test_a_digest_is_never_taken_for_the_law_itself(page, digests):
    shown = words(opened_at(page, held(digests, "反不正当竞争法", "2025修订", Tier.DIGEST), "10"))
    assert DIGEST_MARK in shown
    assert SAID.statuses[Status.CURRENT] in shown


def test_previous_and_next_lead_through_the_text(page, digests):
    opened_at(page, held(digests, "反不正当竞争法", "2025修订", Tier.DIGEST), "10")
    page.button(key="after").click().run()
    assert "**第十一条**" in words(page)
    page.button(key="before").click().run()
    page.button(key="before").click().run()
    assert "**第九条**" in words(page)


def test_a_version_that_is_not_yet_in_force_says_so_and_leads_to_the_one_that_is(page, digests):
    shown = words(opened_at(page, held(digests, "商标法", "2026修订", Tier.DIGEST)))
    assert "2027-01-01 才施行" in shown
    assert "打开《商标法》（2019修正）" in links(page)


def test_a_version_in_force_says_what_will_take_its_place(page, digests):
    shown = words(opened_at(page, held(digests, "商标法", "2019修正", Tier.DIGEST)))
    assert "**2027-01-01 起**由新版本取代" in shown
    assert "打开《商标法》（2026修订）" in links(page)


def test_an_address_that_names_nothing_is_said_to(page):
    page.query_params["text"] = "0123456789abcdef"
    assert SAID.unknown_text in words(page.run())
    assert not page.exception


def test_leaving_a_text_leads_to_the_list_as_it_was(page, digests):
    page.run().pills(key="filter_kinds").set_value([Kind.LAW]).run()
    before = links(page)
    opened_at(page, held(digests, "商标法", "2019修正", Tier.DIGEST), "10")
    button(page, SAID.back).click().run()
    assert dict(page.query_params) == {}
    assert links(page) == before


@pytest.mark.corpus
def test_an_old_article_says_which_one_it_has_become(full_page, official):
    shown = words(opened_at(full_page, held(official, "反不正当竞争法", "2019修正", Tier.OFFICIAL), "9"))
    assert "已不再施行" in shown
    assert "第九条相应为第十条" in shown
    assert "打开《反不正当竞争法》（2025修订）" in links(full_page)


@pytest.mark.corpus
def test_a_repealed_interpretation_says_what_replaced_it(full_page, official):
    shown = words(opened_at(full_page, held(official, "知识产权刑事解释", "法释〔2004〕19号", Tier.OFFICIAL)))
    assert SAID.statuses[Status.REPEALED] in shown and "已不再施行" in shown
    assert any("法释〔2025〕5号" in label for label in links(full_page))


# --- versions

def test_the_versions_of_a_law_are_a_picture_and_a_table_with_those_to_come(page, digests):
    shown = words(opened_at(page, held(digests, "商标法", "2019修正", Tier.DIGEST), view="history"))
    assert "| 2026修订 | 2027-01-01 | — | 尚未施行 |" in shown
    assert "| 2019修正 | 2019-11-01 | 2026-12-31 | 现行有效 |" in shown
    spec = page.get("vega_lite_chart")[0].proto.spec
    assert "2027-01-01" in spec and TODAY.isoformat() in spec
    assert "http" not in spec.replace("https://vega.github.io/schema", "")


def test_a_day_that_nobody_registered_is_said_to_be_unknown(page, digests):
    shown = words(opened_at(page, held(digests, "市场监督管理投诉举报处理暂行办法", "2022修正", Tier.DIGEST), view="history"))
    assert f"| 2022修正 | {SAID.no_dates} |" in shown


# --- what changed

def test_digests_are_not_compared_word_by_word_but_the_registered_map_is_shown(page, digests):
    shown = words(opened_at(page, held(digests, "反不正当竞争法", "2025修订", Tier.DIGEST), view="compare"))
    assert SAID.digests_only in shown
    assert "| 第九条 | → | 第十条 |" in shown
    assert "反不正当竞争法新旧对照（2019与2025）" in links(page)


@pytest.mark.corpus
def test_what_changed_is_marked_with_colour_and_with_signs(full_page, official):
    law = held(official, "反不正当竞争法", "2025修订", Tier.OFFICIAL)
    shown = words(opened_at(full_page, law, "1", "compare"))
    assert "**第一条 → 第一条**" in shown
    assert re.search(r":green-background\[\*\*＋", shown)
    assert "| 第九条 | → | 第十条 |" in shown
    assert SAID.legend in shown


@pytest.mark.corpus
def test_all_changes_are_sorted_and_can_be_set_side_by_side(full_page, official):
    law = held(official, "反不正当竞争法", "2025修订", Tier.OFFICIAL)
    opened_at(full_page, law, view="compare")
    assert Change.UNCHANGED not in full_page.pills[0].value
    full_page.pills[0].set_value([Change.NEW]).run()
    new = words(full_page)
    assert "**— → 第" in new and ":red-background" not in new
    full_page.pills[0].set_value([Change.MOVED_AND_REWORDED]).run()
    full_page.segmented_control(key="beside").set_value(True).run()
    assert not full_page.exception
    assert ":red-background[~~－" in words(full_page) and ":green-background[**＋" in words(full_page)


# --- safety and languages

def test_hostile_text_is_escaped_wherever_it_is_shown(monkeypatch, library_data, clock, embedder, tmp_path):
    from ingest.pipeline import ingest_paths
    from kb.registry import bundled_registry

    data, file = tmp_path / "copy", tmp_path / "内部材料.txt"
    shutil.copytree(library_data, data)
    file.write_text(f"内部材料\n\n第一条 {HOSTILE}\n\n第二条 样品{HOSTILE}\n", encoding="utf-8")
    ingest_paths([file], data, registry=bundled_registry(), embedder=embedder, clock=clock)
    library = open_library(Settings(data=data), clock)
    added = next(v for v in library.catalogue.versions() if v.tier is Tier.USER)
    for place in ("", "1"):
        page = opened_at(shown_by(monkeypatch, library), added, place)
        assert not page.exception
        shown = plain_words(page).replace(SAID.user_note, "")
        assert "点我" in shown
        assert not re.search(r"(?<!\\)<(?!/?$)|\]\(|https?\\?:|:smile", shown)
        assert SAID.user_note in words(page)
    shown = plain_words(seek(shown_by(monkeypatch, library), "样品 点我"))
    assert not re.search(r"\]\(|https?\\?:|:smile", shown)


def test_both_languages_name_everything():
    for said in WORDS.values():
        assert set(said.kinds) == set(Kind) and set(said.statuses) == set(Status)
        assert set(said.tiers) == set(Tier) and set(said.changes) == set(Change)
    assert WORDS.keys() == {CHINESE.name, ENGLISH.name}


def test_the_page_is_there_in_english(page, digests):
    page.session_state["language"] = ENGLISH.name
    english = WORDS[ENGLISH.name]
    assert english.statuses[Status.CURRENT] in words(page.run())
    law = held(digests, "商标法", "2026修订", Tier.DIGEST)
    for view in ("", "whole", "history", "compare"):
        assert not opened_at(page, law, "10", view).exception
    assert english.digests_only in words(page)


def differing(old: str, new: str) -> str:
    page = AppTest.from_string(f"from views.difference import show_difference; show_difference({old!r}, {new!r})", default_timeout=60)
    return plain_words(page.run())


def test_a_difference_is_read_without_colour_too():
    shown = differing("违反本法规定的，由监督检查部门处一万元以下的罚款。", "违反本法规定的，由监督检查部门处十万元以下的罚款。")
    assert ":red-background[~~－一~~]:green-background[**＋十**]" in shown
    assert SAID.legend in shown


def test_wordings_with_little_in_common_are_set_side_by_side():
    shown = differing("样品应当保密五年。", "经营者不得实施混淆行为，引人误认。")
    assert SAID.other_words in shown and "－" not in shown.replace(SAID.legend, "")


def test_nothing_in_a_difference_becomes_markup():
    shown = differing(f"样品应当保密五年，到期后可以公开。{HOSTILE}", f"样品应当保密五年，到期后可以公开。{HOSTILE[::-1]}{HOSTILE}")
    assert not re.search(r"(?<!\\)<(?!/?$)|(?<!\\)\]\(|https?\\?:|:smile", shown)
