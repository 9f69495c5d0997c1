"""The station's page, the kit's and the one about the program, without a browser: what is on them and what is kept."""

import pytest
import streamlit as st
from cited import read
from small_library import HOSTILE, QUOTE, open_small_library
from streamlit.testing.v1 import AppTest
from test_views import APP, button, markdown, words

from kb.answer import Assistant
from kb.clock import FixedClock
from kb.kit import bundled_kit
from kb.licences import LICENCE, program_version
from kb.registry import bundled_registry
from kb.render import COMPOSED_LABEL, GENERATED_LABEL
from kb.types import Audience, Outcome, Question, Sending
from views import session
from views.about_wording import WORDS as ABOUT
from views.handout import sheet_of_answer
from views.kit_wording import WORDS as KIT
from views.station_wording import TOPICS, WORDS
from views.wording import CHINESE, ENGLISH

STATION, ABOUT_ZH = WORDS[CHINESE.name], ABOUT[CHINESE.name]


@pytest.fixture
def opened(monkeypatch):
    """Opens a page over the small library with these settings."""
    def page(name: str = "station", hall: bool = False, **settings: object) -> tuple[AppTest, object]:
        library = open_small_library(**settings)
        monkeypatch.setattr(session, "_open", lambda progress: library)
        st.cache_resource.clear()
        app = (AppTest.from_file(APP, default_timeout=30) if hall else
               AppTest.from_string(f"from views.session import guarded\nfrom views.{name} import page\nguarded(page)()", default_timeout=30))
        if hall:
            app.query_params["kiosk"] = "1"
        return app.run(), library
    yield page
    st.cache_resource.clear()


def shown(page: AppTest) -> str:
    """What can be read, without the signs that keep Markdown from being read."""
    more = "\n".join(str(element.value) for kind in (page.subheader, page.text) for element in kind)
    return f"{words(page)}\n{more}".replace("\\", "").replace("\u2060", "")


def ask(page: AppTest, question: str) -> AppTest:
    return page.chat_input[0].set_value(question).run()


# -- the station ----------------------------------------------------------------------------------------------------------


def test_the_first_screen_has_a_box_and_a_button_for_each_topic_and_says_that_nothing_is_kept(opened):
    page, _ = opened()
    assert not page.exception
    assert [b.label for b in page.button] == list(STATION.topics.values())
    assert page.chat_input[0].placeholder == STATION.placeholder
    assert STATION.local in shown(page)


def test_a_topic_leads_to_its_questions_and_a_question_to_its_answer(opened):
    page, library = opened()
    page = button(page, STATION.topics["clients"]).click().run()
    assert [b.label for b in page.button] == [*TOPICS["clients"].questions, STATION.back]
    page.button[0].click().run()
    asked, = library.assistant.asked
    assert (asked.text, asked.audience, asked.as_of, asked.turns) == (TOPICS["clients"].questions[0], Audience.STATION, library.clock.today(), ())
    assert CHINESE.outcomes["insufficient"] in words(page) or asked.text in shown(page)


def test_an_answer_has_its_sources_its_label_and_nothing_of_the_question_before(opened):
    page, library = opened()
    ask(page, "能要求赔偿吗")
    assert f"“{QUOTE}”" in shown(page) and COMPOSED_LABEL in shown(page)
    assert not page.chat_input, "one question at a time"
    button(page, STATION.again).click().run()
    assert "能要求赔偿吗" not in shown(page)
    ask(page, "今天天气")
    assert [question.turns for question in library.assistant.asked] == [(), ()], "the second does not lean on the first"
    assert "能要求赔偿吗" not in shown(page)


def test_a_further_question_takes_the_place_of_the_answer(opened):
    page, library = opened()
    ask(page, "今天天气")
    button(page, "什么信息算商业秘密？").click().run()
    assert [question.text for question in library.assistant.asked] == ["今天天气", "什么信息算商业秘密？"]
    assert "今天天气" not in shown(page)


def test_a_problem_is_one_sentence_with_a_way_on(opened):
    page, _ = opened()
    assert "没有看到问题。请输入想问的事情" in shown(ask(page, " "))
    button(page, STATION.again).click().run()
    assert page.chat_input and "没有看到问题" not in shown(page)


def test_a_model_elsewhere_is_not_used_and_that_is_said(opened):
    page, library = opened(model="qwen-plus", base_url="https://llm.example.com/v1", sending="whole")
    assert STATION.no_model in shown(page)
    ask(page, "能要求赔偿吗")
    while not library.assistant.asked or "能要求赔偿吗" not in shown(page):
        page.run()
    assert [question.sending for question in library.assistant.asked] == [Sending.LOCAL]


def test_an_embedding_of_the_operator_s_choice_is_named(opened):
    page, _ = opened(embedding="ollama:bge-m3")
    assert "检索接入了 ollama:bge-m3" in shown(page)


def test_hostile_text_is_read_as_it_is(opened):
    page, _ = opened()
    ask(page, f"材料 {HOSTILE}")
    assert HOSTILE in read(page)           # the answer is drawn as text
    everything = markdown(page) + "".join(element.value for element in page.subheader)
    assert "点我" in everything
    assert ":red[红]" not in everything and "](javascript:" not in everything and ":smile:" not in everything


def test_the_labels_are_there_in_english_too(opened):
    page, _ = opened()
    page.segmented_control(key="language_choice").set_value(ENGLISH.name).run()
    assert [b.label for b in page.button] == list(WORDS[ENGLISH.name].topics.values())
    assert all(set(language.topics) == set(TOPICS) for language in WORDS.values())


# -- the hall -------------------------------------------------------------------------------------------------------------


def test_a_hall_screen_shows_the_station_first_and_offers_to_end_the_visit(opened):
    page, _ = opened(hall=True)
    assert not page.exception
    assert page.title[0].value == STATION.title
    assert STATION.hall not in shown(page)
    ask(page, "能要求赔偿吗")
    assert button(page, STATION.finish)


def test_the_setting_makes_every_address_a_hall_screen(opened, monkeypatch):
    monkeypatch.setenv("ZHIWEN_KIOSK", "true")
    library = open_small_library()
    monkeypatch.setattr(session, "_open", lambda progress: library)
    st.cache_resource.clear()
    page = AppTest.from_file(APP, default_timeout=30).run()
    assert page.title[0].value == STATION.title


def test_a_setting_that_cannot_be_read_does_not_take_the_page_down(opened, monkeypatch):
    page, _ = opened()
    monkeypatch.setenv("ZHIWEN_KIOSK_IDLE_S", "bald")
    assert not page.run().exception


def test_ending_a_visit_leaves_nothing_of_it_in_the_session(opened):
    page, _ = opened(hall=True)
    page.session_state["turns"] = ["另一页上的话"]
    page.segmented_control(key="language_choice").set_value(ENGLISH.name).run()
    ask(page, "能要求赔偿吗")
    button(page, WORDS[ENGLISH.name].finish).click().run()
    assert page.title[0].value == STATION.title, "the next visitor is spoken to in Chinese"
    kept = repr(page.session_state)
    assert "_Visit(number=1" in kept and "能要求赔偿吗" not in kept and "另一页上的话" not in kept
    assert "能要求赔偿吗" not in shown(page)


# -- what the topics promise --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [question for topic in TOPICS.values() for question in topic.questions])
def test_every_offered_question_is_answered_by_the_bundled_library(bundled: Assistant, clock: FixedClock, question: str):
    answer = bundled.ask(Question(question, clock.today(), audience=Audience.STATION))
    assert answer.outcome is Outcome.ANSWERED, (answer.outcome, answer.notices)
    assert answer.citations


def test_a_printed_answer_has_label_sources_day_and_a_code_without_the_question(bundled: Assistant, clock: FixedClock):
    sheet = sheet_of_answer(bundled.ask(Question("竞业限制最长几年", clock.today(), audience=Audience.STATION)))
    assert sheet.title == "竞业限制最长几年" and sheet.label == COMPOSED_LABEL
    assert any("二年" in line for _, lines in sheet.blocks for line in lines)
    assert any("第二十四条" in name for name, _ in sheet.sources)
    assert any("2026-11-22" in line for line in sheet.closing) and any("不是法律意见" in line for line in sheet.closing)
    assert sheet.code.startswith(b"\x89PNG")


# -- the kit and the page about the program -----------------------------------------------------------------------------------


def test_each_piece_of_the_kit_can_be_chosen_and_shows_its_sources(opened):
    page, _ = opened("kit")
    assert KIT[CHINESE.name].intro.format(count=len(bundled_kit())) in shown(page)
    for number, piece in enumerate(bundled_kit()):
        page.selectbox(key="kit-piece").select_index(number).run()
        assert not page.exception
        assert piece.title in "".join(header.value for header in page.header).replace("\\", "")
        assert piece.parts[0].lines[0].removeprefix("- ") in shown(page)
        assert f"{KIT[CHINESE.name].sources.partition('（')[0]}（" in shown(page)


def test_the_page_about_the_program_says_how_answers_come_about_and_what_it_is_made_of(opened):
    page, _ = opened("about")
    assert not page.exception
    assert COMPOSED_LABEL in shown(page) and GENERATED_LABEL in shown(page)
    assert f"{ABOUT_ZH.program}：**{program_version()}**" in shown(page) and f"{ABOUT_ZH.library}：**2026.11**" in shown(page)
    day, by = bundled_registry().last_checked()
    assert f"{ABOUT_ZH.checked}：**{day}**" in shown(page) and by in shown(page)
    assert LICENCE in shown(page) and "Apache License" in shown(page)
    assert "streamlit" in shown(page) and "segno" in shown(page)


@pytest.mark.parametrize(("settings", "said", "unsaid"), [
    ({}, ABOUT_ZH.complain_to_operator, "请联系"),
    ({"complaints": "江城路1号 [点我](http://beacon.example)"}, "请联系本机的运营者：江城路1号 [点我](http://beacon.example)。", ABOUT_ZH.complain_to_operator),
])
def test_complaints_go_where_the_operator_says_and_to_nobody_made_up(opened, settings, said, unsaid):
    page, _ = opened("about", **settings)
    assert said in shown(page) and unsaid not in shown(page)
    assert "](http" not in words(page)


def test_a_help_line_is_named_where_there_is_one(opened):
    assert "遇到难处" not in shown(opened("about")[0])
    assert "12345" in shown(opened("about", help_line="12345")[0])
