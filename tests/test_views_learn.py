"""The learning page, without a browser: an item answered, explained, opened, scored; sheets, courses, cases."""


import pytest
import streamlit as st
from small_library import ARTICLES, SmallStore, open_small_library
from streamlit.testing.v1 import AppTest

from kb.courses import bundled_courses
from kb.exercises import bundled_exercises
from kb.quiz import Form, Item, Topic, bundled_items, chosen
from kb.render import escape_markdown
from views import session
from views.learn_wording import WORDS

PAGE = "from views.learn import page\npage()\n"
ZH, EN = WORDS["中文"], WORDS["English"]
BANK = {item.id: item for item in bundled_items()}


@pytest.fixture
def page(monkeypatch):
    opened = open_small_library()
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield AppTest.from_string(PAGE, default_timeout=30).run()
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    """Everything readable on the page."""
    shown = [page.title, page.subheader, page.caption, page.markdown, page.info, page.success, page.warning, page.error]
    return "\n".join(element.value for kind in shown for element in kind)


def button(page: AppTest, label: str):
    return next(b for b in page.button if b.label == label)


def at_hand(page: AppTest) -> Item:
    going = page.session_state["quiz_round"]
    return BANK[going.ids[going.place]]


def answer(page: AppTest, letters: str) -> AppTest:
    item = at_hand(page)
    if item.form is Form.MULTIPLE:
        for letter in letters:
            page.checkbox(key=f"tick-{item.id}-{letter}").check()
    else:
        page.radio(key=f"pick-{item.id}").set_value(next(option for option in item.options if option.letter == letters))
    return button(page, ZH.submit).click().run()


def wrong_letters(item: Item) -> str:
    return next(option.letter for option in item.options if not option.right)


def begun(page: AppTest, count: int = 5, **choice) -> AppTest:
    for key, value in {"practice_count": count, **choice}.items():
        widget = page.segmented_control(key=key) if key == "practice_count" else page.pills(key=key)
        widget.set_value(value)
    page.run()
    return button(page, ZH.start).click().run()


def section(page: AppTest, name: str) -> AppTest:
    return page.segmented_control(key="learn_section_choice").set_value(name).run()


def test_the_page_says_how_many_items_match_and_that_nothing_is_kept(page):
    assert not page.exception
    assert ZH.available.format(count=len(BANK)) in words(page)
    assert ZH.kept in words(page)
    page.pills(key="practice_topics").set_value([Topic.DAMAGES]).run()
    page.pills(key="practice_levels").set_value([3]).run()
    assert ZH.available.format(count=len(chosen(BANK.values(), [Topic.DAMAGES], [3]))) in words(page)


def test_a_round_is_answered_explained_scored_and_its_mistakes_practised_again(page):
    begun(page, practice_topics=[Topic.STAFF])
    missed = []
    for place in range(5):
        item = at_hand(page)
        assert item.topic is Topic.STAFF
        assert f"**{escape_markdown(item.ask)}**" in words(page)
        assert escape_markdown(item.why) not in words(page), "the explanation comes after the answer"
        right = place % 2 == 0
        answer(page, item.key if right else wrong_letters(item))
        assert (ZH.right if right else ZH.wrong) in words(page)
        assert escape_markdown(item.why) in words(page)
        assert all(any(escape_markdown(reference) == b.label for b in page.button) for reference in item.basis)
        if not right:
            missed.append(item)
        button(page, ZH.see_score if place == 4 else ZH.following).click().run()
    assert ZH.score_line.format(answered=5, right=3) in words(page)
    assert ZH.wrong_ones.format(count=2) in words(page)
    assert [expander.label for expander in page.expander] == [escape_markdown(item.ask) for item in missed]
    button(page, ZH.again_wrong).click().run()
    assert page.session_state["quiz_round"].ids == tuple(item.id for item in missed)


def test_an_item_with_several_answers_counts_only_whole(page):
    begun(page, 40)
    while at_hand(page).form is not Form.MULTIPLE:
        answer(page, at_hand(page).key)
        button(page, ZH.following).click().run()
    item = at_hand(page)
    assert ZH.several in words(page)
    answer(page, item.key[0])
    assert ZH.wrong in words(page)
    assert ZH.missed in words(page)


def test_nothing_chosen_is_no_answer(page):
    begun(page)
    button(page, ZH.submit).click().run()
    assert ZH.choose_first in words(page)
    assert page.session_state["quiz_round"].responses == ()


def test_a_round_may_be_stopped_and_left(page):
    begun(page)
    answer(page, at_hand(page).key)
    button(page, ZH.stop).click().run()
    assert ZH.score_line.format(answered=1, right=1) in words(page)
    assert ZH.none_wrong in words(page)
    button(page, ZH.again).click().run()
    assert button(page, ZH.start)


def test_a_round_outlives_another_section_and_the_other_language(page):
    begun(page)
    asked = at_hand(page)
    section(page, "cases")
    page.segmented_control(key="language_choice").set_value("English").run()
    section(page, "practice")
    assert escape_markdown(asked.ask) in words(page)
    assert button(page, EN.submit)


def test_a_source_opens_over_the_item_and_the_answer_stays(page, monkeypatch):
    monkeypatch.setattr(SmallStore, "article", lambda *_: [ARTICLES[1]], raising=False)
    begun(page, practice_topics=[Topic.DAMAGES], practice_levels=[1])
    answer(page, at_hand(page).key)
    page.button(key=f"ground-{at_hand(page).id}-0").click().run()
    assert not page.exception
    assert f"《{ARTICLES[1].title}》" in words(page)
    assert ZH.right in words(page)


def test_a_source_that_the_library_lacks_is_said_to_be_missing(page, monkeypatch):
    monkeypatch.setattr(SmallStore, "article", lambda *_: [], raising=False)
    begun(page, practice_topics=[Topic.DAMAGES])
    answer(page, at_hand(page).key)
    page.button(key=f"ground-{at_hand(page).id}-0").click().run()
    assert not page.exception
    assert "资料库里没有" in words(page)


def test_a_class_sheet_and_its_key_have_one_number_and_one_order(page):
    section(page, "sheets")
    page.pills(key="sheets_topics").set_value([Topic.PATENT]).run()
    page.number_input(key="sheet_number").set_value(12).run()
    assert not page.exception
    questions, key = (expander.markdown[0].value for expander in page.expander)
    assert "卷号 12" in questions
    assert "卷号 12" in key
    assert ZH.questions_word in [each.label for each in page.get("download_button")]


def test_a_course_shows_its_blocks_and_a_case_says_it_is_invented(page):
    section(page, "courses")
    half, whole = bundled_courses()
    assert len(page.expander) == sum(bool(block.points) for block in half.blocks)
    page.segmented_control(key="course_choice").set_value(whole.name).run()
    assert len(page.expander) == sum(bool(block.points) for block in whole.blocks)
    section(page, "cases")
    assert ZH.invented in words(page)
    exercise = bundled_exercises()[1]
    page.selectbox(key="case_choice").set_value(exercise.id).run()
    assert not page.exception
    assert escape_markdown(exercise.story[0]) in words(page)
    assert len(page.expander) == len(exercise.tasks)


def test_two_learners_do_not_see_each_other(page):
    begun(page)
    other = AppTest.from_string(PAGE, default_timeout=30).run()
    assert "quiz_round" not in other.session_state
