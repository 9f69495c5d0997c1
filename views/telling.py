"""What a reader may tell the operator: whether an answer helped, and a question that found none. Nothing is kept unasked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from kb.errors import KbError
from kb.render import escape_markdown
from kb.types import Answer, Outcome
from views.ask_wording import WORDS
from views.session import explain, spoken

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["show_remark", "show_submission"]

_LONGEST = 500      # characters of a reason
_UNANSWERED = (Outcome.INSUFFICIENT, Outcome.OUT_OF_SCOPE)


@st.fragment
def show_remark(opened: "Library", answer: Answer, key: str) -> None:
    """Thumbs; then why, what is kept of it, and whether the question goes along."""
    words = spoken(WORDS)
    if _told(f"remark-{key}"):
        st.caption(words.told)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.caption(words.helpful, width="content")
        helpful = st.feedback("thumbs", key=f"thumbs-{key}")
    if helpful is None:
        return
    with st.form(f"why-{key}"):
        comment = st.text_area(words.why, max_chars=_LONGEST, key=f"comment-{key}", height=80)
        with_question = st.checkbox(words.with_question, key=f"with-question-{key}")
        st.caption(words.remark_kept)
        sent = st.form_submit_button(words.send, icon=":material/send:")

    def keep() -> None:
        opened.notes.remark([citation.passage.id for citation in answer.citations], bool(helpful), comment.strip())
        if with_question:
            opened.notes.submit(_question(answer), answer.outcome)

    if sent:
        _tell(f"remark-{key}", keep)


@st.fragment
def show_submission(opened: "Library", answer: Answer, key: str) -> None:
    """For a question that found no answer: hand it over, after seeing what is kept of it."""
    words = spoken(WORDS)
    if answer.outcome not in _UNANSWERED:
        return
    if _told(f"question-{key}"):
        st.caption(words.submitted)
        return
    with st.popover(words.submit, icon=":material/outgoing_mail:"):
        st.caption(words.submit_kept)
        st.markdown(f"> {escape_markdown(_question(answer)).replace(chr(10), chr(10) + '> ')}")
        sent = st.button(words.submit, key=f"submit-{key}", type="primary")
    if sent:
        _tell(f"question-{key}", lambda: opened.notes.submit(_question(answer), answer.outcome))


def _question(answer: Answer) -> str:
    """The question as it can be read alone: a follow-up as it was understood."""
    return answer.resolved or answer.question.text


def _told(what: str) -> bool:
    return what in st.session_state.get("told", set())


def _tell(what: str, keep: Callable[[], None]) -> None:
    try:
        if not _told(what):              # the second of two clicks keeps nothing again
            keep()
    except KbError as error:
        st.warning(escape_markdown(explain(error)))
        return
    st.session_state.setdefault("told", set()).add(what)
    st.rerun(scope="fragment")
