"""From what was typed to a turn of the conversation. What the reader clicks meanwhile loses nothing and asks nothing twice."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.types import Question
from views import beside, sending
from views.session import Turn, explain, seconds_to_wait, turns, wording
from views.writing import Writing, begin

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["ask_next", "chosen_day", "clear", "collect", "edit", "editing", "question_of", "resend", "stop_editing", "take", "take_day",
           "writing"]

_REMEMBERED = 6          # earlier questions that a follow-up may lean on
_AT_ONCE_S = 0.4         # a model's answer that is there by then is shown at once, without a page of its making;
_SOON_S = 1.5            # without a model nearly every answer is, and drawing that page would only delay it


def writing() -> Writing | None:
    """The answer that is being written."""
    found: Writing | None = st.session_state.get("writing")
    return found


def collect() -> None:
    """An answer that has come joins the conversation, whatever brought the reader to the page."""
    done = writing()
    if done is None or not done.done.is_set():
        return
    del st.session_state["writing"]
    _add(done.question.text, done)
    st.session_state["fresh"] = True


def _add(question: str, done: Writing | None = None, problem: str = "") -> None:
    number = st.session_state["turns_taken"] = st.session_state.get("turns_taken", 0) + 1
    if done and done.error:
        problem = explain(done.error)
    turns().append(Turn(question, done.answer if done else None, problem, number))


def take(opened: "Library", typed: str | None) -> None:
    """Begin to answer what was typed or clicked. Called before anything is drawn, so that an answer found soon is drawn
    at once; for one that takes longer the page is drawn again and shows how far it is."""
    if typed:
        st.session_state["asked"] = typed
    if writing():
        return                           # what was asked waits until that is written
    asked: str | None = st.session_state.pop("asked", None)
    if not asked:
        return
    stop_editing()
    question = question_of(opened, asked)
    if wait := seconds_to_wait():
        _add(asked, problem=wording().too_fast.format(seconds=wait))
    elif not sending.needs_a_word(opened, question):
        # In the session before anything else: whatever the reader clicks from here on, the answer is found there.
        begun = st.session_state["writing"] = begin(opened.assistant, question)
        st.session_state["fresh"] = True
        if not begun.done.wait(_AT_ONCE_S if opened.settings.uses_model else _SOON_S):
            st.rerun()
        collect()


def ask_next(question: str, seen: int) -> None:
    """Ask `question` once this page is drawn again. `seen` is how many turns there were when it was offered: a second click
    on it comes after that has changed."""
    if seen == len(turns()) and not writing():
        st.session_state["asked"] = question


def question_of(opened: "Library", asked: str) -> Question:
    remembered = [(turn.answer.resolved, turn.question) for turn in turns() if turn.answer][-_REMEMBERED:]
    # The first as it was understood, because what it leans on is forgotten.
    earlier = tuple((n == 0 and resolved) or said for n, (resolved, said) in enumerate(remembered))
    return Question(asked, as_of=chosen_day(opened), turns=earlier, audience=st.session_state["audience"],
                    sending=sending.chosen(opened))


def chosen_day(opened: "Library") -> date:
    """The day whose law is asked about: today, and the new day after midnight, unless the reader chose one."""
    day: date = st.session_state.get("law_of") or opened.clock.today()
    return day


def take_day(day: date | None) -> None:
    """None: today."""
    st.session_state["law_of"] = day


def clear() -> None:
    """Forget the conversation and whatever belongs to it."""
    st.session_state["turns"] = []
    for name in ("asked", "told"):
        st.session_state.pop(name, None)
    beside.close()
    stop_editing()
    sending.forget()
    if stopped := st.session_state.pop("writing", None):
        stopped.stopping.set()


# --- the last question, edited -------------------------------------------------------------------------------------------

def editing() -> bool:
    return bool(st.session_state.get("editing"))


def edit() -> None:
    st.session_state["editing"] = True


def stop_editing() -> None:
    st.session_state.pop("editing", None)


def resend() -> None:
    """Ask the edited question in place of the last one; a second click finds nothing to send any more."""
    text = st.session_state.get("edited_question", "").strip()
    if editing() and text and turns():
        turns().pop()
        beside.close()
        st.session_state["asked"] = text
    stop_editing()
