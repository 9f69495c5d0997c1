"""The page, without a browser: what is on it and what is kept."""

import logging
import re
from pathlib import Path

import pytest
import streamlit as st
from cited import drawn, press, read
from small_library import HOSTILE, QUOTE, open_small_library
from streamlit.testing.v1 import AppTest

from kb.errors import ConfigError
from kb.export import CONVERSATION_FORMATS, FORMATS
from kb.render import COMPOSED_LABEL, DIGEST_MARK
from kb.types import Audience
from views import answered, session
from views.ask_wording import WORDS
from views.wording import CHINESE, ENGLISH

SAMPLES = WORDS[CHINESE.name].samples
APP = str(Path(__file__).parent.parent / "app.py")


@pytest.fixture
def library(monkeypatch):
    opened = open_small_library()
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield opened
    st.cache_resource.clear()


@pytest.fixture
def page(library):
    return AppTest.from_file(APP, default_timeout=30).run()


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    while "writing" in page.session_state:      # a slow machine: the browser, too, draws the page again until it is there
        page.run()
    return page


def markdown(page: AppTest) -> str:
    """Everything on the page that is read as Markdown."""
    shown = [page.title, page.header, page.subheader, page.caption, page.markdown, page.info, page.warning, page.error]
    return "\n".join(element.value for kind in shown for element in kind)


def words(page: AppTest) -> str:
    """Everything readable on the page."""
    return f"{markdown(page)}\n{read(page)}"


def button(page: AppTest, label: str):
    return next(b for b in page.button if b.label == label)


def test_an_empty_page_says_what_it_is_and_offers_questions(page):
    assert not page.exception
    assert CHINESE.tagline in words(page)
    assert CHINESE.local_only in words(page)
    assert [b.label for b in page.button] == list(SAMPLES[Audience.ENTERPRISE])


def test_a_question_is_answered_with_numbered_and_dated_sources(page):
    shown = words(ask(page, "能要求赔偿吗"))
    assert "可以要求赔偿损失。[1]" in shown
    assert f"“{QUOTE}”" in shown
    assert "《中华人民共和国反不正当竞争法》（2025修订）第二十二条第一款" in shown
    assert "官方文本 · 第 9 页 · 现行有效，2025-10-15 起施行" in shown
    assert CHINESE.verdicts["verbatim"] in shown
    assert DIGEST_MARK in shown
    assert COMPOSED_LABEL in shown
    assert "第十七条自2025-10-15起为第二十二条。" in shown


def test_a_sample_question_is_asked_with_one_click(page, library):
    page.button[1].click().run()
    assert [question.text for question in library.assistant.asked] == [SAMPLES[Audience.ENTERPRISE][1]]
    assert page.session_state["turns"][0].answer.claims


def test_the_answer_is_for_the_chosen_audience_and_the_day_of_the_clock(page, library):
    page.segmented_control(key="audience_choice").set_value(Audience.STATION).run()
    ask(page, "能要求赔偿吗")
    asked, = library.assistant.asked
    assert asked.audience is Audience.STATION
    assert asked.as_of == library.clock.today()


def test_a_follow_up_knows_the_earlier_question_and_shows_how_it_was_understood(page, library):
    ask(page, "能要求赔偿吗")
    shown = words(ask(page, "那赔偿多少"))
    assert library.assistant.asked[1].turns == ("能要求赔偿吗",)
    assert f"{CHINESE.understood_as}竞业限制的赔偿" in shown


def test_clearing_leaves_nothing_of_the_conversation(page):
    ask(page, "能要求赔偿吗")
    button(page, CHINESE.clear).click().run()
    assert page.session_state["turns"] == []
    assert "能要求赔偿吗" not in words(page)


def test_two_readers_do_not_see_each_other(page, library):
    ask(page, "能要求赔偿吗")
    other = AppTest.from_file(APP, default_timeout=30).run()
    assert "赔偿吗" not in words(other)


def test_pressing_a_number_opens_its_source_among_its_neighbours_with_the_quotation_marked(page):
    ask(page, "能要求赔偿吗")
    shown = words(press(page, "answer-1", 1))
    assert f"经营者违反本法规定，:yellow-background[{QUOTE}]" in shown.replace("\\", "")
    assert "第二十一条" in shown
    assert "第二十三条" in shown


@pytest.mark.parametrize("key", ["answer-1", "sources-1"])
def test_opening_a_digest_says_that_it_is_not_the_law_itself(page, key):
    ask(page, "能要求赔偿吗")
    assert CHINESE.digest_note in words(press(page, key, 2))


@pytest.mark.parametrize("n", [0, 9, "1", None])
def test_a_number_that_no_source_has_opens_nothing(page, n):
    ask(page, "能要求赔偿吗")
    page = press(page, "answer-1", n)
    assert not page.exception
    assert "beside" not in page.session_state


def test_an_unanswerable_question_says_so_prominently(page):
    assert CHINESE.outcomes["insufficient"] in words(ask(page, "量子计算机怎么造"))


def test_follow_up_questions_can_be_clicked(page, library):
    ask(page, "今天天气")
    button(page, "什么信息算商业秘密？").click().run()
    assert library.assistant.asked[-1].text == "什么信息算商业秘密？"


@pytest.mark.parametrize("words_of", [CHINESE, ENGLISH], ids=lambda language: language.name)
def test_each_answer_can_be_saved_as_word_markdown_or_json(page, words_of):
    page.segmented_control(key="language_choice").set_value(words_of.name).run()
    ask(page, "能要求赔偿吗")
    ask(page, "今天天气")
    saving = [words_of.formats[kind.suffix] for kind in FORMATS]
    whole = [words_of.formats[kind.suffix] for kind in CONVERSATION_FORMATS]
    assert not page.exception
    assert [b.label for b in page.download_button] == whole + saving
    button(page, WORDS[words_of.name].more_actions).click().run()      # of the first answer
    assert [b.label for b in page.download_button] == whole + saving * 2


def test_a_problem_is_one_sentence_in_the_conversation(page):
    assert "没有看到问题。请输入想问的事情" in words(ask(page, " "))
    assert not page.exception


def test_an_unexpected_error_is_an_incident_whose_log_holds_no_words_of_the_user(page, caplog):
    with caplog.at_level(logging.ERROR, logger="zhiwen"):
        shown = words(ask(page, "崩：客户名单张三"))
    assert "ValueError" in shown
    assert not page.exception
    incident = shown.split("编号 ")[1][:8]
    assert incident in caplog.text
    assert "small_library.py" in caplog.text
    assert "张三" not in caplog.text


def test_a_library_that_cannot_be_opened_is_one_sentence(monkeypatch):
    def broken(progress):
        raise ConfigError("数据文件夹不可用", "请用 --data 指定另一个文件夹")

    st.cache_resource.clear()
    monkeypatch.setattr(session, "_open", broken)
    page = AppTest.from_file(APP, default_timeout=30).run()
    assert "数据文件夹不可用。请用 \\-\u2060\\-data 指定另一个文件夹" in words(page)
    assert not page.exception


def test_a_configured_model_is_named_before_the_first_question(monkeypatch):
    opened = open_small_library(model="qwen3", base_url="https://user:secret@llm.example.com:8443/v1?key=secret")
    st.cache_resource.clear()
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    shown = words(AppTest.from_file(APP, default_timeout=30).run()).replace("\\", "").replace("\u2060", "")
    assert "qwen3" in shown
    assert "llm.example.com:8443" in shown
    assert "secret" not in shown
    assert CHINESE.local_only not in shown


def test_an_embedding_of_the_operator_s_choice_is_named_in_place_of_the_promise(monkeypatch):
    opened = open_small_library(embedding="ollama:bge-m3", embedding_options={"base_url": "http://10.0.0.9", "key": "secret"})
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    for script in (APP, None):
        st.cache_resource.clear()
        page = AppTest.from_file(script) if script else AppTest.from_string("from views.about import page; page()")
        page.default_timeout = 30
        shown = words(page.run()).replace("\\", "").replace("\u2060", "")
        assert "检索接入了 ollama:bge-m3" in shown
        assert not [said for said in (CHINESE.local_only, CHINESE.leaves_nothing, "secret") if said in shown]


def test_hostile_text_is_escaped_wherever_markdown_is_read_and_data_to_the_component(page):
    """Q09, Q10 and I06 of the catalogue of bad inputs."""
    ask(page, f"材料 {HOSTILE}")
    press(page, "answer-1", 1)
    shown = markdown(page)
    assert "点我" in shown
    assert not re.search(r"(?<!\\)[<!$]|\]\(|https?\\?:|:smile|:material", shown)
    answer, sources = drawn(page)["answer-1"], drawn(page)["sources-1"]
    assert answer["blocks"][0]["lines"][0]["runs"][0]["text"] == HOSTILE
    assert sources["sources"][0]["quote"] == f"“{HOSTILE}”"
    assert CHINESE.verdicts["unverified"] in words(page)


def test_the_component_makes_text_of_its_data_and_asks_nobody():
    """What it is given is somebody else's words: no way of its script to make markup, code, addresses or requests of them."""
    script = Path(answered.__file__).with_name("cited.js").read_text(encoding="utf-8")
    assert "document.createElement" in script
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|setHTML|createContextualFragment|DOMParser|document\.write|srcdoc|eval\(|Function\("
                      r"|href|src=|fetch|XMLHttp|sendBeacon|WebSocket|Storage|import\(|url\(", script) == []
    style = Path(answered.__file__).with_name("cited.css").read_text(encoding="utf-8")
    assert re.findall(r"url\(|@import|@font-face", style) == []


def test_the_labels_are_there_in_english_too(page):
    page.segmented_control(key="language_choice").set_value(ENGLISH.name).run()
    assert ENGLISH.tagline in words(page)
    shown = words(ask(page, "能要求赔偿吗"))
    assert ENGLISH.verdicts["verbatim"] in shown
    assert f"“{QUOTE}”" in shown


def test_the_about_page_says_what_leaves_the_machine_and_lists_the_texts(library):
    shown = words(AppTest.from_string("from views.about import page; page()", default_timeout=30).run())
    assert CHINESE.leaves_nothing in shown
    assert "《中华人民共和国反不正当竞争法》（2025修订）" in shown


def test_both_languages_name_every_outcome_verdict_and_audience():
    assert CHINESE.outcomes.keys() == ENGLISH.outcomes.keys()
    assert CHINESE.verdicts.keys() == ENGLISH.verdicts.keys()
    assert set(CHINESE.audiences) == set(ENGLISH.audiences) == set(Audience)
    assert set(CHINESE.formats) == set(ENGLISH.formats) == {kind.suffix for kind in FORMATS}


def test_the_eleventh_question_at_once_is_asked_to_wait_and_another_session_is_not(page, library):
    session._shelf().askers.rate = 1e-3       # however slow the machine is, no turn comes back meanwhile
    for _ in range(10):
        assert CHINESE.too_fast[:6] not in words(ask(page, "能要求赔偿吗"))
    assert re.search(r"请过 \d+ 秒再问", words(ask(page, "能要求赔偿吗")))
    another = ask(AppTest.from_file(APP, default_timeout=30).run(), "能要求赔偿吗")
    assert CHINESE.too_fast[:6] not in words(another)
