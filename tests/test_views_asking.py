"""The conversation without a browser: the day, editing, saving, telling the operator, and what a second click does."""

from dataclasses import replace
from datetime import date

import pytest
import streamlit as st
from cited import drawn
from small_library import open_small_library
from streamlit.testing.v1 import AppTest
from test_views import APP, ask, button, words

from kb.export import CONVERSATION_FORMATS
from kb.types import Audience, Outcome, Question
from views import session
from views.ask_wording import WORDS
from views.wording import CHINESE, ENGLISH

ZH = WORDS[CHINESE.name]
THEN = date(2024, 5, 1)


@pytest.fixture
def library(monkeypatch):
    return use(open_small_library(), monkeypatch)


def use(opened, monkeypatch):
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    return opened


@pytest.fixture
def page(library):
    yield AppTest.from_file(APP, default_timeout=30).run()
    st.cache_resource.clear()


# -- the first minute --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("audience", list(Audience))
def test_each_audience_is_offered_its_own_questions(page, audience):
    page.segmented_control(key="audience_choice").set_value(audience).run()
    assert [b.label for b in page.button] == list(ZH.samples[audience])


@pytest.mark.parametrize(("audience", "question"), [(a, q) for a, samples in ZH.samples.items() for q in samples])
def test_what_is_offered_is_answered_with_sources_by_the_bundled_library(bundled, clock, audience, question):
    answer = bundled.ask(Question(question, clock.today(), audience=audience))
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citations


def test_both_languages_offer_questions_to_everybody_and_name_every_effect():
    english = WORDS[ENGLISH.name]
    assert set(ZH.samples) == set(english.samples) == set(Audience)
    assert ZH.effects.keys() == english.effects.keys()


# -- the day -----------------------------------------------------------------------------------------------------------

def test_the_law_of_a_chosen_day_is_asked_for_and_said_on_the_page_and_in_the_answer(page, library):
    page.date_input(key="day_choice").set_value(THEN).run()
    ask(page, "能要求赔偿吗")
    assert library.assistant.asked[0].as_of == THEN
    assert ["info", "以 2024-05-01 的法律为准"] in drawn(page)["answer-1"]["chips"]
    assert "以 2024-05-01 当日有效的文本为准" in words(page)
    button(page, ZH.back_to_today).click().run()
    ask(page, "还能要求赔偿什么")
    assert library.assistant.asked[1].as_of == library.clock.today()
    assert drawn(page)["answer-2"]["chips"] == []


def test_a_chosen_day_stays_when_the_language_changes(page, library):
    page.date_input(key="day_choice").set_value(THEN).run()
    page.segmented_control(key="language_choice").set_value(ENGLISH.name).run()
    ask(page, "能要求赔偿吗")
    assert library.assistant.asked[0].as_of == THEN


# -- editing -----------------------------------------------------------------------------------------------------------

def edit(page: AppTest, text: str) -> AppTest:
    button(page, ZH.edit).click().run()
    page.text_area(key="edited_question").set_value(text)
    button(page, ZH.resend).click().run()
    return page


def test_the_last_question_is_asked_anew_in_place_of_the_old_one_and_of_nothing_else(page, library):
    ask(page, "今天天气")
    ask(page, "能要求什么")
    edit(page, "能要求赔偿吗")
    assert [turn.question for turn in page.session_state["turns"]] == ["今天天气", "能要求赔偿吗"]
    assert library.assistant.asked[-1].turns == ("今天天气",)
    assert "能要求什么" not in words(page)


def test_an_edit_is_called_off_or_left_empty_without_losing_anything(page, library):
    ask(page, "能要求赔偿吗")
    button(page, ZH.edit).click().run()
    assert page.text_area(key="edited_question").value == "能要求赔偿吗"
    button(page, ZH.cancel).click().run()
    edit(page, "  ")
    assert [turn.question for turn in page.session_state["turns"]] == ["能要求赔偿吗"]
    assert len(library.assistant.asked) == 1
    assert not page.text_area


def test_only_the_last_question_can_be_edited(page):
    ask(page, "能要求赔偿吗")
    ask(page, "今天天气")
    assert [b.label for b in page.button].count(ZH.edit) == 1


# -- a second click ------------------------------------------------------------------------------------------------------

def test_the_second_of_two_clicks_on_an_offered_question_asks_nothing(page, library):
    def click():
        from views import asking

        asking.ask_next("今天天气", seen=0)

    ask(page, "能要求赔偿吗")
    late = AppTest.from_function(click, default_timeout=30)
    late.session_state["turns"] = page.session_state["turns"]
    assert "asked" not in late.run().session_state
    late.session_state["turns"] = []
    assert late.run().session_state["asked"] == "今天天气"      # the first one does


# -- saving --------------------------------------------------------------------------------------------------------------

def test_nothing_is_offered_for_saving_before_there_is_an_answer(page):
    assert not page.download_button
    ask(page, " ")
    assert not page.download_button


def test_the_whole_conversation_can_be_saved_as_word_or_markdown(page):
    ask(page, "能要求赔偿吗")
    ask(page, "今天天气")
    offered = [b.key for b in page.download_button if b.key.startswith("save-all")]
    assert offered == [f"save-all{kind.suffix}" for kind in CONVERSATION_FORMATS]


# -- telling the operator ------------------------------------------------------------------------------------------------

def remark(page: AppTest, helpful: int, comment: str = "", with_question: bool = False) -> AppTest:
    page.feedback[0].set_value(helpful).run()
    page.text_area(key="comment-1").set_value(comment)
    if with_question:
        page.checkbox[0].check()
    return button(page, ZH.send).click().run()


def test_a_thumb_alone_keeps_nothing(page, library):
    ask(page, "能要求赔偿吗")
    page.feedback[0].set_value(0).run()
    assert ZH.remark_kept in words(page)
    assert library.notes.remarks == []


def test_a_verdict_is_kept_with_its_reason_and_the_passages_and_without_the_question(page, library):
    ask(page, "能要求赔偿吗")
    page = remark(page, 0, "条号旧了")
    assert library.notes.remarks == [(["p22", "d10"], False, "条号旧了")]
    assert library.notes.gaps == []
    assert ZH.told in words(page)
    assert not page.feedback


def test_the_question_goes_along_only_where_that_is_ticked(page, library):
    ask(page, "能要求赔偿吗")
    remark(page, 1, with_question=True)
    assert library.notes.remarks == [(["p22", "d10"], True, "")]
    assert library.notes.gaps == [("能要求赔偿吗", Outcome.ANSWERED)]


@pytest.mark.parametrize(("question", "outcome"), [("量子计算机怎么造", Outcome.INSUFFICIENT), ("今天天气", Outcome.OUT_OF_SCOPE)])
def test_a_question_without_an_answer_is_handed_over_after_a_look_at_what_is_kept(page, library, question, outcome):
    ask(page, question)
    shown = words(page)
    assert ZH.submit_kept in shown and f"> {question}" in shown
    assert library.notes.gaps == []
    button(page, ZH.submit).click().run()
    assert library.notes.gaps == [(question, outcome)]
    assert ZH.submitted in words(page)


def test_a_question_with_an_answer_is_not_offered_for_handing_over(page):
    ask(page, "能要求赔偿吗")
    assert ZH.submit not in [b.label for b in page.button]


def test_where_nothing_can_be_kept_that_is_one_sentence_and_may_be_tried_again(monkeypatch):
    small = open_small_library()
    use(replace(small, notes=replace(small.notes, read_only=True)), monkeypatch)
    page = AppTest.from_file(APP, default_timeout=30).run()
    ask(page, "量子计算机怎么造")
    button(page, ZH.submit).click().run()
    assert "数据文件夹不可写。请联系管理员" in words(page)
    assert ZH.submitted not in words(page)
    assert not page.exception


def test_clearing_forgets_what_was_told_edited_and_opened(page):
    ask(page, "能要求赔偿吗")
    remark(page, 1)
    button(page, CHINESE.clear).click().run()
    ask(page, "能要求赔偿吗")
    assert ZH.told not in words(page)
    assert page.feedback
