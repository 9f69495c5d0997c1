"""What a reader may tell the operator: whether an answer helped, and a question that found none. Nothing is kept unasked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

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
    words, what = spoken(WORDS), f"remark-{key}"
    if _told(what):
        st.caption(words.told)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.caption(words.helpful, width="content")
        helpful = st.feedback("thumbs", key=f"thumbs-{key}")
    if helpful is None:
        return

    def keep() -> None:
        said = st.session_state
        opened.notes.remark([citation.passage.id for citation in answer.citations], bool(helpful), said[f"comment-{key}"].strip())
        if said[f"with-question-{key}"]:
            opened.notes.submit(_question(answer), answer.outcome)

    with st.form(f"why-{key}"):
        st.text_area(words.why, max_chars=_LONGEST, key=f"comment-{key}", height=80)
        st.caption(words.remark_kept)
        st.checkbox(words.with_question, key=f"with-question-{key}")
        st.form_submit_button(words.send, icon=":material/send:", on_click=_tell, args=(what, keep))
    _show_problem(what)


@st.fragment
def show_submission(opened: "Library", answer: Answer, key: str) -> None:
    """For a question that found no answer: hand it over, after seeing what is kept of it."""
    words, what = spoken(WORDS), f"question-{key}"
    if answer.outcome not in _UNANSWERED:
        return
    if _told(what):
        st.caption(words.submitted)
        return
    with st.popover(words.submit, icon=":material/outgoing_mail:"):
        st.caption(words.submit_kept)
        st.markdown(f"> {escape_markdown(_question(answer)).replace(chr(10), chr(10) + '> ')}")
        st.button(words.submit, key=f"submit-{key}", type="primary", on_click=_tell,
                  args=(what, lambda: opened.notes.submit(_question(answer), answer.outcome)))
    _show_problem(what)


def _question(answer: Answer) -> str:
    """The question as it can be read alone: a follow-up as it was understood."""
    return answer.resolved or answer.question.text


def _told(what: str) -> bool:
    return what in st.session_state.get("told", set())


def _tell(what: str, keep: Callable[[], None]) -> None:
    """Before the page is drawn again. The second of two clicks keeps nothing again."""
    if _told(what):
        return
    try:
        keep()
    except Exception as error:          # a callback is outside the page's own guard
        st.session_state["not_told"] = what, explain(error)
    else:
        st.session_state.setdefault("told", set()).add(what)


def _show_problem(what: str) -> None:
    failed, problem = st.session_state.get("not_told", ("", ""))
    if failed == what:
        del st.session_state["not_told"]
        st.warning(escape_markdown(problem))
