"""The page with a model elsewhere: what would leave is shown first, chosen once, and can be changed."""

import pytest
import streamlit as st
from small_library import open_small_library
from streamlit.testing.v1 import AppTest
from test_views import APP, ask, button, markdown, words

from kb.types import Sending
from views import session
from views.wording import CHINESE, ENGLISH

ELSEWHERE = "https://llm.example.com/v1"
SECRET = "员工张三（13812345678）带走图纸，能要求赔偿吗"
MASKED = "员工〔姓名1〕（〔电话1〕）带走图纸，能要求赔偿吗"


@pytest.fixture
def opened(monkeypatch):
    """Opens the page over a library with these settings."""
    def page(**settings: str) -> tuple[AppTest, object]:
        library = open_small_library(**{"model": "qwen-plus", "base_url": ELSEWHERE, **settings})
        monkeypatch.setattr(session, "_open", lambda progress: library)
        st.cache_resource.clear()
        return AppTest.from_file(APP, default_timeout=30).run(), library.assistant
    yield page
    st.cache_resource.clear()


def readable(page: AppTest) -> str:
    """The words of the page without the signs that keep Markdown from being read."""
    return words(page).replace("\\", "").replace("\u2060", "")


def choices(page: AppTest) -> list[str]:
    return [b.label for b in page.button if b.label in CHINESE.sendings.values()]


def choose(page: AppTest, sending: Sending) -> AppTest:
    page = button(page, CHINESE.sendings[sending]).click().run()
    while "writing" in page.session_state:
        page.run()
    return page


def test_nothing_is_asked_of_the_model_before_what_would_be_sent_was_shown(opened):
    page, assistant = opened()
    shown = readable(ask(page, SECRET))
    assert not page.exception
    assert f"> {MASKED}" in shown
    assert "qwen-plus（llm.example.com）" in shown
    assert "姓名 1、电话 1" in shown
    assert CHINESE.with_passages.format(count=4) in shown and CHINESE.with_added.format(count=1) in shown
    assert choices(page) == ["发送遮盖后的文字", "原样发送", "只在本机回答"]
    assert assistant.asked == []


@pytest.mark.parametrize("sending", list(Sending))
def test_the_question_goes_as_the_reader_says_and_so_do_the_next(opened, sending):
    page, assistant = opened()
    page = choose(ask(page, SECRET), sending)
    assert [(q.text, q.sending) for q in assistant.asked] == [(SECRET, sending)]
    assert CHINESE.marked[sending].format(marks="姓名 1、电话 1") in readable(page)
    ask(page, "还能要求赔偿什么")
    assert [q.sending for q in assistant.asked] == [sending] * 2
    assert choices(page) == []


def test_the_choice_can_be_changed(opened):
    page, assistant = opened()
    page = choose(ask(page, SECRET), Sending.WHOLE)
    page.segmented_control(key="sending_choice").set_value(Sending.LOCAL).run()
    ask(page, "还能要求赔偿什么")
    assert [q.sending for q in assistant.asked] == [Sending.WHOLE, Sending.LOCAL]


def test_a_question_of_which_nothing_would_be_sent_is_answered_at_once(opened):
    page, assistant = opened()
    page = ask(page, "今天天气")
    assert choices(page) == []
    assert len(assistant.asked) == 1
    ask(page, SECRET)
    assert len(choices(page)) == 3                  # nobody has been asked yet


def test_another_question_takes_the_place_of_the_one_that_waits(opened):
    page, assistant = opened()
    ask(page, SECRET)
    page = choose(ask(page, "能要求赔偿吗"), Sending.MASKED)
    assert [q.text for q in assistant.asked] == ["能要求赔偿吗"]


def test_clearing_forgets_the_choice_and_the_question_that_waits(opened):
    page, assistant = opened()
    ask(page, SECRET)
    button(page, CHINESE.clear).click().run()
    assert "张三" not in readable(page) and choices(page) == []
    page = choose(ask(page, "能要求赔偿吗"), Sending.WHOLE)
    button(page, CHINESE.clear).click().run()
    ask(page, SECRET)
    assert len(choices(page)) == 3                  # the next reader is asked again
    assert len(assistant.asked) == 1


@pytest.mark.parametrize("settings", [
    {"model": "", "base_url": ""}, {"base_url": "http://127.0.0.1:11434/v1"}, {"base_url": "http://localhost:8000/v1"},
], ids=["no model", "a model here", "a model at localhost"])
def test_with_nothing_elsewhere_there_is_nothing_to_ask_and_nothing_to_list(opened, settings):
    page, assistant = opened(**settings)
    page = ask(page, SECRET)
    assert len(assistant.asked) == 1
    assert assistant.shown == []
    assert "姓名 1" not in readable(page)


def test_the_operator_can_keep_every_question_here(opened):
    page, assistant = opened(sending="local")
    page = ask(page, SECRET)
    assert [q.sending for q in assistant.asked] == [Sending.LOCAL]
    page.segmented_control(key="sending_choice").set_value(Sending.MASKED).run()
    ask(page, "还能要求赔偿什么")
    assert assistant.asked[1].sending is Sending.MASKED


def test_a_proxy_on_the_way_is_named(opened, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pw@proxy.example:8080")
    page, _ = opened()
    line = CHINESE.proxied.format(proxy="proxy.example:8080")
    assert line in readable(page)
    assert "pw" not in readable(page)
    about = readable(AppTest.from_string("from views.about import page; page()", default_timeout=30).run())
    assert line in about and CHINESE.leaves_masked in about


def test_no_proxy_is_named_to_a_model_on_this_machine(opened, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:8080")
    page, _ = opened(base_url="http://127.0.0.1:11434/v1")
    assert "proxy.example" not in readable(page)


def test_hostile_text_is_escaped_where_it_is_shown_before_sending(opened):
    page, _ = opened()
    ask(page, "赔偿 ![x](http://beacon.example/a.png) <img src=x onerror=alert(1)> [点我](javascript:alert(1))")
    assert not page.exception
    assert "](" not in markdown(page) and "<img" not in markdown(page).replace("\\<", "")


def test_both_languages_name_every_way_to_send_and_every_kind_of_mark():
    for language in (CHINESE, ENGLISH):
        assert set(language.sendings) == set(language.marked) == set(Sending)
    assert CHINESE.kinds.keys() == ENGLISH.kinds.keys()
