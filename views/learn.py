"""Learning: practice with the question bank, sheets for a class, course outlines, case exercises."""

import streamlit as st

from views.learn_wording import WORDS
from views.lessons import show_cases, show_courses
from views.practice import show_practice
from views.session import choose_language, spoken
from views.sheets import show_sheets

__all__ = ["page"]

_SECTION = "learn_section"      # session key
_SECTIONS = {"practice": show_practice, "sheets": show_sheets, "courses": show_courses, "cases": show_cases}


def page() -> None:
    """Draw the page."""
    words = spoken(WORDS)
    st.title(words.title, anchor=False)
    st.caption(words.tagline)
    st.session_state.setdefault(_SECTION, "practice")
    st.session_state["learn_section_choice"] = st.session_state[_SECTION]
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.segmented_control(words.section, list(_SECTIONS), key="learn_section_choice", required=True, label_visibility="collapsed",
                             format_func=lambda section: words.sections[section], on_change=_take_section)
        choose_language()
    _SECTIONS[st.session_state[_SECTION]]()


def _take_section() -> None:
    st.session_state[_SECTION] = st.session_state["learn_section_choice"]
