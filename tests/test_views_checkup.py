"""The page of the self-assessment, without a browser."""

from fractions import Fraction
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kb.assemble import open_library
from kb.checkup import Reply, bundled_checkup
from kb.render import NO_LEGAL_ADVICE
from kb.settings import Settings
from views import session
from views.checkup_wording import WORDS
from views.radar import radar_points, radar_shapes
from views.wording import CHINESE, ENGLISH

CHECKUP = bundled_checkup()
CN, EN = WORDS[CHINESE.name], WORDS[ENGLISH.name]
# The page as the app shows it; another page and back is a rerun that draws something else.
SCRIPT = """
import streamlit as st
from views import checkup
from views.session import guarded
if not st.session_state.get("elsewhere"):
    guarded(checkup.page)()
"""


@pytest.fixture
def page(library_data, clock, monkeypatch):
    opened = open_library(Settings(data=library_data), clock)
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield AppTest.from_string(SCRIPT, default_timeout=60).run()
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    shown = [page.title, page.header, page.subheader, page.caption, page.markdown, page.info, page.warning, page.success, page.error]
    return "\n".join(element.value for kind in shown for element in kind).replace("\\", "")


def button(page: AppTest, label: str):
    return next(b for b in page.button if b.label == label)


def answer(page: AppTest, id_: str, reply: Reply) -> AppTest:
    return page.segmented_control(key=f"checkup-{id_}").set_value(reply).run()


def step(page: AppTest, to: str) -> AppTest:
    return page.segmented_control(key="checkup_step").set_value(to).run()


def test_the_first_group_is_asked_and_not_applicable_is_offered_only_where_it_can_be(page):
    assert not page.exception
    assert CN.answered.format(answered=0, asked=len(CHECKUP.items)) in page.get("progress")[0].proto.text
    shown = words(page)
    for item in CHECKUP.of(CHECKUP.groups[0]):
        assert item.text in shown
        control = page.segmented_control(key=f"checkup-{item.id}")
        assert (CN.replies[Reply.INAPPLICABLE] in [option.content for option in control.proto.options]) == bool(item.applies)


def test_every_question_of_every_group_is_reached_by_going_on_and_the_result_comes_last(page):
    for number, group in enumerate(CHECKUP.groups):
        assert all(item.text in words(page) for item in CHECKUP.of(group))
        assert not page.exception
        button(page, CN.go_on if number + 1 < len(CHECKUP.groups) else CN.to_result).click().run()
    assert CN.nothing_yet in words(page)
    button(page, CN.to_questions).click().run()
    assert CHECKUP.items[0].text in words(page)


def test_going_back_leaving_the_page_and_coming_again_lose_nothing(page):
    answer(page, "listed", Reply.PARTLY)
    answer(page, "graded", Reply.FULL)
    button(page, CN.go_on).click().run()
    answer(page, "training", Reply.NONE)
    page.session_state["elsewhere"] = True
    page.run()
    page.session_state["elsewhere"] = False
    page.run()
    assert page.segmented_control(key="checkup-training").value is Reply.NONE
    button(page, CN.back).click().run()
    assert page.segmented_control(key="checkup-listed").value is Reply.PARTLY
    assert CN.answered.format(answered=3, asked=len(CHECKUP.items)) in page.get("progress")[0].proto.text


def test_an_answer_can_be_taken_back(page):
    answer(page, "listed", Reply.FULL)
    page.segmented_control(key="checkup-listed").set_value(None).run()
    assert page.session_state["checkup"] == {}


def test_the_result_has_level_chart_table_and_gaps_with_action_effort_sources_and_template(page):
    answer(page, "listed", Reply.NONE)
    answer(page, "graded", Reply.FULL)
    step(page, "result")
    assert not page.exception
    shown = words(page)
    assert [metric.value for metric in page.metric] == ["40%", "零散"]                # 2 / (3 + 2)
    assert "| 认清秘密 | 40% | 2 / 5 | 2 / 8 |" in shown
    assert f"| **{CN.sum}** | 40% | 2 / 5 | 2 / 48 |" in shown
    item = CHECKUP.items[0]
    assert f"**先做**：{item.action}" in shown
    assert "约 4 小时，不花钱 · 法院会看 · 权重 3 · 模板：商业秘密清单" in shown
    assert item.why in shown
    assert item.basis[0] in [b.label.replace("\\", "") for b in page.button]
    assert CN.unanswered.format(count=46) in shown
    assert NO_LEGAL_ADVICE in shown
    assert "商业秘密保护规定" in shown, "a rule whose text the library lacks is named"
    assert [b.label for b in page.download_button] == list(CN.formats.values())


def test_an_essential_gap_is_named_where_it_holds_the_level_down(page):
    page.session_state["checkup"] = {item.id: Reply.FULL for item in CHECKUP.items} | {"listed": Reply.NONE}
    step(page, "result")
    assert page.metric[1].value == CHECKUP.ceiling
    assert CHECKUP.items[0].text in page.warning[0].value


def test_a_whole_result_without_gaps_says_so(page):
    page.session_state["checkup"] = {item.id: Reply.FULL for item in CHECKUP.items}
    step(page, "result")
    assert CN.no_gaps in words(page)
    assert page.metric[1].value == CHECKUP.levels[-1].title


def test_a_source_opens_where_the_question_is_asked(page):
    step(page, "people")
    page.button(key="source-ask-nda-signed-0").click().run()
    assert not page.exception
    assert "《中华人民共和国劳动合同法》（2012修正）第二十三条第一款" in words(page)


def test_a_source_that_the_library_lacks_is_said_to_be_lacking(page):
    step(page, "it")
    page.button(key="source-ask-rights-1").click().run()         # 网络数据安全管理条例 has no digest
    assert CN.not_here in words(page)
    assert not page.exception


def test_clearing_leaves_nothing(page):
    answer(page, "listed", Reply.NONE)
    step(page, "result")
    page.button(key="clear-checkup").click().run()
    assert page.session_state["checkup"] == {}
    assert page.segmented_control(key="checkup-listed").value is None


def test_two_people_do_not_see_each_other(page):
    answer(page, "listed", Reply.NONE)
    other = AppTest.from_string(SCRIPT, default_timeout=60).run()
    assert other.segmented_control(key="checkup-listed").value is None


def test_the_labels_are_there_in_english_too(page):
    page.session_state["language"] = ENGLISH.name
    page.run()
    assert EN.title in words(page)
    answer(page, "listed", Reply.PARTLY)
    step(page, "result")
    assert "| Know your secrets | 50% |" in words(page)
    assert not page.exception


def test_both_languages_name_the_same_things():
    for words_ in (CN, EN):
        assert set(words_.formats) == {".docx", ".md", ".json"}
        assert set(words_.replies) == set(Reply)
    assert set(EN.groups) == {group.id for group in CHECKUP.groups}


def test_the_page_of_the_app_is_registered():
    assert 'url_path="checkup"' in (Path(__file__).parent.parent / "app.py").read_text(encoding="utf-8")


# -- the chart -----------------------------------------------------------------------------------------------------

def test_the_first_axis_points_up_the_others_follow_clockwise_and_a_group_without_a_score_has_no_corner():
    up, right, down, left = radar_points([Fraction(1), Fraction(1, 2), Fraction(0), None])
    centre_x, centre_y = down
    assert up[0] == pytest.approx(centre_x) and up[1] < centre_y
    assert right[1] == pytest.approx(centre_y)
    assert (right[0] - centre_x) * 2 == pytest.approx(centre_y - up[1])
    assert left is None


def test_the_chart_has_the_figures_beside_their_axes_and_takes_the_colours_of_the_page():
    shapes = radar_shapes([("秘密", Fraction(1, 2), "50%"), ("人员", None, "未计分"), ("场所", Fraction(1), "100%")])
    assert [words for tag, _, words in shapes if tag == "text"] == ["秘密", "50%", "人员", "未计分", "场所", "100%"]
    assert len([tag for tag, _, _ in shapes if tag == "circle"]) == 2
    colours = {attributes[name] for _, attributes, _ in shapes for name in ("fill", "stroke") if name in attributes}
    assert colours == {"none", "currentColor"}
    assert {tag for tag, _, _ in shapes} == {"polygon", "line", "circle", "text"}
