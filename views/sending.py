"""What leaves for a model elsewhere: shown before the first question goes, chosen once a conversation, changeable any time."""

from typing import TYPE_CHECKING

import streamlit as st

from kb.confidential import Mark, marks, tally
from kb.errors import QuestionError
from kb.render import escape_markdown
from kb.route import proxy_host
from kb.types import Question, Sending
from views.session import endpoint, wording

if TYPE_CHECKING:
    from kb.assemble import Library
    from kb.outgoing import Outgoing

__all__ = ["chosen", "forget", "held_question", "needs_a_word", "show_choice", "show_held", "show_marks"]

_ICONS = {Sending.MASKED: ":material/visibility_off:", Sending.WHOLE: ":material/send:", Sending.LOCAL: ":material/lock:"}


def chosen(opened: "Library") -> Sending:
    """How much of a question may be sent: the reader's choice, or the operator's setting."""
    choice: Sending = st.session_state.get("sending", opened.settings.sending)
    return choice


def needs_a_word(opened: "Library", question: Question) -> bool:
    """Whether something would be sent and nobody has agreed to that in this conversation; the question is then held."""
    if opened.settings.model_stays_here or "sending" in st.session_state or opened.settings.sending is Sending.LOCAL:
        return False
    try:
        held = opened.assistant.would_send(question) is not None
    except QuestionError:        # answering it says why it cannot be taken
        return False
    if held:
        st.session_state["held"] = question.text
    return held


def held_question() -> str:
    """The question that waits for a word; empty where none does."""
    text: str = st.session_state.get("held", "")
    return text


def forget() -> None:
    """Back to the beginning: whoever comes next is asked anew."""
    for name in ("sending", "held"):
        st.session_state.pop(name, None)


def show_held(opened: "Library", question: Question) -> None:
    """What would be sent of the held question, masked, and what may be done with it."""
    outgoing = opened.assistant.would_send(question)
    if outgoing is None:         # the library has changed meanwhile: there is nothing to agree to
        _take(opened.settings.sending)
        st.rerun()
    words, settings = wording(), opened.settings
    with st.container(border=True):
        st.markdown(words.review.format(model=escape_markdown(settings.model), endpoint=escape_markdown(endpoint(settings))))
        st.markdown(f"> {escape_markdown(outgoing.question)}")
        st.caption(_beside(outgoing))
        with st.container(horizontal=True):
            for sending in (Sending.MASKED, Sending.WHOLE, Sending.LOCAL):
                st.button(words.sendings[sending], key=f"send-{sending}", icon=_ICONS[sending], on_click=_take, args=(sending,),
                          type="primary" if sending is settings.sending else "secondary")


def _beside(outgoing: "Outgoing") -> str:
    words = wording()
    lines = [words.with_passages.format(count=len(outgoing.passages))]
    lines += [words.with_added.format(count=outgoing.added)] if outgoing.added else []
    lines += [words.recognised.format(marks=_listed(outgoing.marks))] if outgoing.marks else []
    return "  \n".join(lines)


def _take(sending: Sending) -> None:
    st.session_state["sending"] = sending
    st.session_state["asked"] = st.session_state.pop("held")


def show_choice(opened: "Library") -> None:
    """The proxy on the way, and the choice made, to be changed."""
    words, settings = wording(), opened.settings
    if settings.model_stays_here:
        return
    if proxy := proxy_host(settings.base_url):
        st.caption(words.proxied.format(proxy=escape_markdown(proxy)))
    if "sending" in st.session_state or settings.sending is Sending.LOCAL:
        st.session_state["sending_choice"] = chosen(opened)
        st.segmented_control(words.model_gets, [Sending.MASKED, Sending.WHOLE, Sending.LOCAL], key="sending_choice", required=True,
                             format_func=lambda sending: words.sendings[sending], on_change=_change)


def _change() -> None:
    st.session_state["sending"] = st.session_state["sending_choice"]


def show_marks(opened: "Library", question: Question) -> None:
    """What in a question looks confidential, and what becomes of it; nothing while the model is on this machine."""
    if opened.settings.model_stays_here:
        return
    if found := marks(question.text, question.turns):
        st.caption(wording().marked[question.sending].format(marks=_listed(found)))


def _listed(found: tuple[Mark, ...]) -> str:
    kinds = wording().kinds
    return escape_markdown(tally(found, lambda kind: kinds[kind]))
