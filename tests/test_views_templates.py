"""The page of the templates, without a browser."""

import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kb.assemble import open_library
from kb.settings import Settings
from kb.templates import bundled_templates
from views import session
from views.templates_wording import WORDS
from views.wording import CHINESE, ENGLISH

CN, EN = WORDS[CHINESE.name], WORDS[ENGLISH.name]
HOSTILE = "![x](http://beacon.example/a.png) <img src=x onerror=alert(1)> [点](javascript:alert(1)) {company} :smile: $x^2$"
# The page as the app shows it; another page and back is a rerun that draws something else.
SCRIPT = """
import streamlit as st
from views import templates
from views.session import guarded
if not st.session_state.get("elsewhere"):
    guarded(templates.page)()
"""


@pytest.fixture
def page(library_data, clock, monkeypatch):
    opened = open_library(Settings(data=library_data), clock)
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield AppTest.from_string(SCRIPT, default_timeout=60)
    st.cache_resource.clear()


def chosen(page: AppTest, name: str) -> AppTest:
    page.query_params["template"] = name
    return page.run()


def words(page: AppTest) -> str:
    shown = [page.title, page.caption, page.markdown, page.info, page.warning, page.success, page.error]
    return "\n".join(element.value for kind in shown for element in kind).replace("\\", "").replace("\u2060", "")


def entry(page: AppTest, key: str, kind: str = "text_input"):
    return next(element for element in getattr(page, kind) if element.key == f"entry-{key}")


def button(page: AppTest, label: str):
    return next(b for b in page.button if b.label.replace("\\", "") == label)


def test_every_template_has_a_card_that_says_what_it_is_for(page):
    shown = words(page.run())
    assert not page.exception
    for template in bundled_templates().values():
        assert template.title in shown
        assert template.purpose in shown
    page.button(key="open-nda-staff").click().run()
    assert page.title[0].value == "员工保密协议"
    assert page.query_params["template"] in ("nda-staff", ["nda-staff"])
    button(page, CN.back).click().run()
    assert page.title[0].value == CN.title


def test_an_unknown_name_in_the_address_shows_the_list(page):
    assert chosen(page, "../../etc/passwd").title[0].value == CN.title
    assert "passwd" not in words(page)


@pytest.mark.parametrize("name", bundled_templates())
def test_each_form_opens_with_its_blanks_and_a_preview(page, name):
    template = bundled_templates()[name]
    shown = words(chosen(page, name))
    assert not page.exception and not page.error
    assert "________" in shown
    assert all(clause.heading in shown for clause in template.clauses if not clause.when.terms)
    assert CN.missing[:5] in shown


def test_what_is_typed_is_in_the_preview_at_once(page):
    chosen(page, "nda-staff")
    entry(page, "nda-staff-company").set_value("某某灯具有限公司").run()
    assert "甲方：某某灯具有限公司" in words(page)


def test_a_three_year_non_compete_is_answered_with_the_rule_whose_text_opens(page):
    chosen(page, "noncompete")
    entry(page, "noncompete-months", "number_input").set_value(36).run()
    assert any("离职后的竞业限制期限不得超过二年" in error.value for error in page.error)
    assert "从劳动合同解除或者终止之日起________" in words(page)
    page.button(key="source-problem-0-0").click().run()
    assert "第二十四条" in words(page)
    entry(page, "noncompete-months", "number_input").set_value(24).run()
    assert not page.error
    assert "从劳动合同解除或者终止之日起二十四（24）个月" in words(page)


def test_no_compensation_is_answered_and_the_questions_that_follow_from_a_choice_appear(page):
    chosen(page, "noncompete")
    assert not [element for element in page.number_input if element.key == "entry-noncompete-pay"]
    entry(page, "noncompete-pay_kind", "radio").set_value("按固定数额").run()
    entry(page, "noncompete-pay", "number_input").set_value(0.0).run()
    assert any("补偿为零没有写入" in error.value for error in page.error)
    entry(page, "noncompete-pay", "number_input").set_value(1000.0).run()
    entry(page, "noncompete-wage", "number_input").set_value(8000.0).run()
    assert any("低于前十二个月平均工资的30%" in warning.value.replace("\\", "") for warning in page.warning)
    assert "每月人民币1,000元（大写：壹仟元整）" in words(page)


def test_rows_are_added_and_removed_one_by_one(page):
    chosen(page, "secret-list")
    entry(page, "secret-list-items-0-0").set_value("1 配方").run()
    page.button(key="add-secret-list-items").click().run()
    entry(page, "secret-list-items-1-0").set_value("2 图纸").run()
    assert "| 1 配方 |" in words(page) and "| 2 图纸 |" in words(page)
    page.button(key="remove-secret-list-items-0").click().run()
    assert "1 配方" not in words(page) and "| 2 图纸 |" in words(page)


def test_hostile_text_is_shown_as_it_was_typed(page):
    chosen(page, "nda-staff")
    entry(page, "nda-staff-company").set_value(HOSTILE).run()
    assert f"甲方：{HOSTILE}" in words(page)
    raw = next(element.value for element in page.markdown if "beacon" in element.value)
    assert not re.search(r"[<\[!$]|\]\(", re.sub(r"\\.", "", raw)), "every active character is escaped"


def test_leaving_the_page_loses_nothing_and_clearing_leaves_nothing(page):
    chosen(page, "nda-staff")
    entry(page, "nda-staff-company").set_value("某某灯具有限公司").run()
    page.session_state["elsewhere"] = True
    page.run()
    page.session_state["elsewhere"] = False
    assert "甲方：某某灯具有限公司" in words(page.run())
    page.button(key="clear-template").click().run()
    assert "某某灯具" not in words(page)
    assert entry(page, "nda-staff-company").value == ""


def test_two_readers_do_not_see_each_other(page):
    chosen(page, "nda-staff")
    entry(page, "nda-staff-company").set_value("某某灯具有限公司").run()
    other = AppTest.from_string(SCRIPT, default_timeout=60)
    assert "某某灯具" not in words(chosen(other, "nda-staff"))


def test_the_notes_of_a_clause_are_there_on_demand(page):
    chosen(page, "nda-staff")
    assert "员工版不能写泄密违约金" in words(page)
    assert button(page, "《劳动合同法》第二十五条")


def test_the_labels_are_there_in_english_too(page):
    page.session_state["language"] = ENGLISH.name
    assert EN.title in words(page.run())
    assert set(EN.groups) == {template.group for template in bundled_templates().values()}
    assert EN.only_chinese in words(page)


def test_the_page_keeps_nothing_outside_the_session():
    source = (Path(__file__).parents[1] / "views" / "templates.py").read_text(encoding="utf-8")
    source += (Path(__file__).parents[1] / "views" / "form.py").read_text(encoding="utf-8")
    assert "cache_data" not in source and "cache_resource" not in source
