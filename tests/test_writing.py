"""The page while a model writes: verified sentences appear, a click loses nothing, and stopping ends in the library's answer."""

import threading
import time
from pathlib import Path

import pytest
import streamlit as st
from cited import read
from model_server import Reply, model_server, number_of, pauses, says
from streamlit.testing.v1 import AppTest

from kb.assemble import open_library
from kb.render import GENERATED_LABEL
from kb.settings import Settings
from kb.types import Question
from views import session
from views.wording import CHINESE, ENGLISH

APP = str(Path(__file__).parent.parent / "app.py")
ASKED = "客户名单被员工带走怎么办"
BEGINS, REST = "可以要求停止侵害、返还或者销毁资料，并赔偿损失。", "资料是否属于商业秘密，由证据决定。"     # of one guide
PATIENCE_S = 60


@pytest.fixture
def hold():
    event = threading.Event()
    yield event
    event.set()


def writes(hold: threading.Event, cut: bool = False):
    """The first sentence, then nothing until `hold` is set, then the second; or the connection breaks in it."""
    def reply(request: dict[str, object]) -> Reply:
        n = number_of(request, BEGINS)
        return pauses(f"{BEGINS}[{n}]\n", f"{REST}[{n}]\n", hold, cut)
    return reply


@pytest.fixture
def page_of(library_data, clock, monkeypatch):
    def page(url: str) -> AppTest:
        opened = open_library(Settings(data=library_data, model="loopback-model", base_url=url, model_retries=0), clock)
        monkeypatch.setattr(session, "_open", lambda progress: opened)
        st.cache_resource.clear()
        return AppTest.from_file(APP, default_timeout=PATIENCE_S).run()
    yield page
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    assert not page.exception
    native = [element.value for kind in (page.caption, page.markdown, page.warning) for element in kind]
    return "\n".join([*native, read(page)])


def looks_until(page: AppTest, seen) -> AppTest:
    """The page drawn again, as the browser has it drawn, until `seen`."""
    end = time.monotonic() + PATIENCE_S
    while not seen(page.run()):
        assert time.monotonic() < end, words(page)
    return page


def finished(page: AppTest) -> bool:
    return "writing" not in page.session_state


def shows(text: str):
    return lambda page: text in words(page)


def ask(page: AppTest) -> AppTest:
    return page.chat_input[0].set_value(ASKED).run()


def test_a_sentence_is_on_the_page_before_the_answer_is_whole_and_marked_as_generated(page_of, hold):
    with model_server(writes(hold)) as server:
        page = looks_until(ask(page_of(server.url)), shows(f"{BEGINS}[1]"))
        assert GENERATED_LABEL in words(page)
        assert REST not in words(page)
        assert page.chat_input[0].disabled
        hold.set()
        looks_until(page, finished)
    turn, = page.session_state["turns"]
    assert [claim.text for claim in turn.answer.claims] == [BEGINS, REST]
    assert f"{REST}[1]" in words(page)
    assert "loopback-model" in words(page)
    assert not page.chat_input[0].disabled


def test_a_click_elsewhere_while_the_model_writes_loses_nothing(page_of, hold):
    with model_server(writes(hold)) as server:
        page = looks_until(ask(page_of(server.url)), shows(BEGINS))
        page.segmented_control(key="language_choice").set_value(ENGLISH.name).run()
        assert BEGINS in words(page)
        hold.set()
        looks_until(page, finished)
        assert len(server.requests) == 1
    assert [turn.question for turn in page.session_state["turns"]] == [ASKED]
    assert page.session_state["turns"][0].answer.model == "loopback-model"


def test_stopping_ends_in_the_answer_of_the_library_which_says_so(page_of, hold, bundled, clock):
    with model_server(writes(hold)) as server:
        page = looks_until(ask(page_of(server.url)), shows(BEGINS))
        page.button(key="stop").click().run()
        looks_until(page, finished)
    answer = page.session_state["turns"][0].answer
    assert answer.claims == bundled.ask(Question(ASKED, clock.today())).claims
    assert answer.model == ""
    assert words(page).count("已按您的要求停止由模型撰写") == 1
    assert GENERATED_LABEL not in words(page)


def test_what_was_shown_of_a_broken_answer_gives_way_to_the_answer_of_the_library(page_of, hold):
    with model_server(writes(hold, cut=True)) as server:
        page = looks_until(ask(page_of(server.url)), shows(BEGINS))
        hold.set()
        looks_until(page, finished)
    assert GENERATED_LABEL not in words(page)
    assert words(page).count("没有用上模型") == 1
    assert page.session_state["turns"][0].answer.claims


def test_the_name_the_service_gives_its_model_is_on_the_answer_and_on_the_page_about_it(page_of):
    with model_server(lambda request: says(f"{BEGINS}[{number_of(request, BEGINS)}]", model="loopback-2025")) as server:
        page = looks_until(ask(page_of(server.url)), finished)
    assert "loopback-model（服务返回：loopback-2025）" in words(page).replace("\\", "")
    about = AppTest.from_string("from views.about import page; page()", default_timeout=PATIENCE_S).run()
    assert CHINESE.served_by.format(served="loopback-2025") in words(about).replace("\\", "")


def test_clearing_the_conversation_stops_the_model_and_its_answer_comes_nowhere(page_of, hold):
    with model_server(writes(hold)) as server:
        hold.set()
        page = looks_until(ask(page_of(server.url)), finished)
        hold.clear()
        writing = ask(page).session_state["writing"]
        next(button for button in page.button if button.label == CHINESE.clear).click().run()
        assert writing.done.wait(PATIENCE_S)
    page.run()
    assert page.session_state["turns"] == []
    assert ASKED not in words(page)
