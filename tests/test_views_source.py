"""An opened source beside the conversation: is it in force, what stands before and after it, what the other versions say."""

from dataclasses import replace

import pytest
import streamlit as st
from cited import press
from small_library import QUOTE, open_small_library
from streamlit.testing.v1 import AppTest
from test_views import APP, ask, button, words

from views import session
from views.ask_wording import WORDS
from views.wording import CHINESE

ZH = WORDS[CHINESE.name]


@pytest.fixture
def library(monkeypatch):
    opened = open_small_library()
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield opened
    st.cache_resource.clear()


@pytest.fixture
def beside(library):
    """The page with the first source of an answer beside it."""
    page = AppTest.from_file(APP, default_timeout=30).run()
    return press(ask(page, "能要求赔偿吗"), "answer-1", 1)


def readable(page: AppTest) -> str:
    return words(page).replace("\\", "")


def cited(page: AppTest) -> str:
    return f":yellow-background[{QUOTE}]"


def test_it_is_plain_at_a_glance_that_the_text_is_in_force(beside):
    assert ":green-badge[✓ 现行有效 · 2025-10-15 起施行]" in readable(beside)
    assert not [b for b in beside.button if b.key == "read-instead"]


def test_the_source_stays_beside_the_conversation_while_the_next_question_is_asked(beside):
    ask(beside, "还能要求赔偿什么")
    assert cited(beside) in readable(beside)
    assert len(beside.session_state["turns"]) == 2


def test_it_is_put_away_by_its_button_and_with_the_conversation(beside):
    button(beside, ZH.close).click().run()
    assert cited(beside) not in readable(beside)
    press(beside, "sources-1", 1)
    button(beside, CHINESE.clear).click().run()
    assert "beside" not in beside.session_state


def test_one_reads_on_and_back_and_returns_to_what_was_cited(beside):
    button(beside, ZH.next_passage).click().run()
    assert "第二十三条" in beside.subheader[0].value
    assert cited(beside) not in readable(beside)
    assert button(beside, ZH.next_passage).disabled
    button(beside, ZH.previous_passage).click().run()
    button(beside, ZH.previous_passage).click().run()
    assert "第二十一条" in beside.subheader[0].value
    assert button(beside, ZH.previous_passage).disabled
    button(beside, ZH.to_cited).click().run()
    assert cited(beside) in readable(beside)


def test_another_source_is_read_from_where_it_is_cited(beside):
    button(beside, ZH.next_passage).click().run()
    press(beside, "answer-1", 2)
    assert "第十条" in beside.subheader[0].value
    press(beside, "answer-1", 1)
    assert cited(beside) in readable(beside)


def test_the_same_article_in_another_version_under_its_old_number_with_what_changed(beside):
    beside.toggle(key="other-versions").set_value(True).run()
    shown = readable(beside)
    assert "**2019修正 第十七条**" in shown
    assert "2019修正 第十七条 → 2025修订 第二十二条" in shown
    button(beside, ZH.read).click().run()
    assert "第十七条" in beside.subheader[0].value


def test_of_a_replaced_text_it_is_said_and_the_one_in_force_is_one_click_away(beside):
    beside.toggle(key="other-versions").set_value(True).run()
    button(beside, ZH.read).click().run()
    assert ":red-badge[已不再施行 · 2019-04-23 起施行]" in readable(beside)
    assert "已不再施行，自2025年10月15日起施行2025修订，第十七条相应为第二十二条" in readable(beside)
    beside.button(key="read-instead").click().run()
    assert "第二十二条" in beside.subheader[0].value
    assert ":green-badge[✓ 现行有效" in readable(beside)


def test_for_a_day_in_the_past_the_text_of_that_day_is_named_so_and_today_s_is_offered(library):
    def script():
        from datetime import date

        from small_library import BEFORE

        from kb.types import Citation, Verdict
        from views.session import library
        from views.source import show_source

        show_source(library(), Citation(1, BEFORE, BEFORE.text, "第十七条", Verdict.VERBATIM), date(2024, 5, 1))

    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception
    assert "2024-05-01 当日有效，现在已不是现行文本" in readable(page)
    page.button(key="read-instead").click().run()
    assert "第二十二条" in page.subheader[0].value


def test_a_page_that_cannot_be_shown_leaves_the_words(library, monkeypatch):
    monkeypatch.setattr(session, "_open", lambda progress: replace(library, printed=b"%PDF-1.7 broken"))
    st.cache_resource.clear()
    page = AppTest.from_file(APP, default_timeout=30).run()
    press(ask(page, "能要求赔偿吗"), "answer-1", 1)
    assert "原件无法作为 PDF 打开" in readable(page)
    assert cited(page) in readable(page)
    assert not page.exception
