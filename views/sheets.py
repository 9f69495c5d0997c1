"""Sheets for a class: the questions and, under the same number, the key; as Word files, on the screen and on paper."""

from functools import partial

import streamlit as st

from kb.class_sheet import key_sheet, question_sheet
from kb.clock import SystemClock
from kb.document import MEDIA_TYPE, paper_docx
from kb.paper import Paper, paper_markdown
from kb.quiz import drawn
from views.learn_wording import WORDS
from views.printing import print_button
from views.selection import choose_items
from views.session import spoken

__all__ = ["show_sheets"]

_MOST_SHEETS = 9999


def show_sheets() -> None:
    """Choose, number, hand out."""
    words = spoken(WORDS)
    st.markdown(words.sheet_hint)
    selection = choose_items("sheets")
    if not selection.items:
        return
    kept = st.session_state.get("sheet_kept", 1)
    number = st.number_input(words.number, min_value=1, max_value=_MOST_SHEETS, value=kept, help=words.number_help, key="sheet_number", width=180)
    st.session_state["sheet_kept"] = number
    items, day = drawn(selection.items, selection.count, int(number)), SystemClock().today()
    questions, key = question_sheet(items, int(number), day), key_sheet(items, int(number), day)
    with st.container(horizontal=True):
        _download(words.questions_word, questions, f"试卷-{number}.docx")
        _download(words.key_word, key, f"答案-{number}.docx")
    with st.container(horizontal=True):
        print_button(questions, words.print_questions, "print-questions")
        print_button(key, words.print_key, "print-key")
    with st.expander(words.preview, expanded=True):
        st.markdown(paper_markdown(questions))
    with st.expander(words.preview_key):
        st.markdown(paper_markdown(key))


def _download(label: str, paper: Paper, name: str) -> None:
    st.download_button(label, partial(paper_docx, paper), file_name=name, mime=MEDIA_TYPE, icon=":material/download:", on_click="ignore")
