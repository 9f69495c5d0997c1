"""What readers chose to send: questions without a good answer, to be asked again, and remarks on answers."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from kb.render import answer_markdown, escape_markdown, source_line
from kb.types import Answer, Outcome, Passage, Question, Sending
from views import admin_work
from views.admin_care_wording import NOTES
from views.admin_session import desk, head, tell
from views.admin_wording import TERMS
from views.session import library, spoken

if TYPE_CHECKING:
    from kb.administration import Desk
    from kb.notes import Gap, Remark

__all__ = ["page"]

_COLOUR = {Outcome.ANSWERED: "green", Outcome.PARTIAL: "orange", Outcome.INSUFFICIENT: "orange", Outcome.OUT_OF_SCOPE: "gray",
           Outcome.UNLAWFUL: "red", Outcome.CLARIFY: "blue"}
_SHOWN = 160                 # characters of a passage that a remark is about


def page() -> None:
    """Draw the page."""
    words = spoken(NOTES)
    head(words.title, words.intro)
    opened = desk()
    gaps, remarks = opened.notes.gaps(), opened.notes.remarks()
    asked, thought = st.tabs([words.questions.format(count=len(gaps)), words.remarks.format(count=len(remarks))])
    with asked:
        if gaps:
            st.caption(words.how)
        else:
            st.info(words.no_questions, icon=":material/inbox:")
        for gap in gaps:
            _show_gap(opened, gap)
    with thought:
        if not remarks:
            st.info(words.no_remarks, icon=":material/inbox:")
        passages = opened.catalogue.passages(remark.passage_id for remark in remarks if remark.passage_id)
        for remark in remarks:
            _show_remark(opened, remark, passages.get(remark.passage_id))


def _show_gap(opened: "Desk", gap: "Gap") -> None:
    words, outcomes, name = spoken(NOTES), spoken(TERMS).outcomes, f"ask-{gap.id}"
    with st.container(border=True, gap="small"):
        st.markdown(f"**{escape_markdown(gap.question)}**")
        st.caption(words.then.format(outcome=outcomes[gap.outcome], noted=escape_markdown(_moment(gap.noted))))
        admin_work.show_progress(name, words.asking)
        if done := admin_work.finished(name):
            _show_answer(done.result)
        with st.container(horizontal=True):
            if st.button(words.ask_again, key=name, icon=":material/replay:", disabled=admin_work.is_busy()):
                assistant, day = library().assistant, opened.tools.clock.today()
                # The reader agreed to tell the operator, not a model elsewhere.
                question = Question(gap.question, as_of=day, sending=Sending.LOCAL)
                admin_work.start(name, lambda work: assistant.ask(question, progress=work.say))
            st.button(words.settle, key=f"settle-{gap.id}", icon=":material/done_all:", on_click=_settle, args=(opened, gap.id))


def _show_answer(answer: Answer) -> None:
    words, outcomes = spoken(NOTES), spoken(TERMS).outcomes
    st.badge(words.now.format(outcome=outcomes[answer.outcome]), color=_COLOUR[answer.outcome])
    st.markdown(answer_markdown(answer, lambda n: f" :blue-badge[{n}]"))
    if answer.citations:
        with st.expander(words.sources):
            st.markdown("\n".join(f"- :blue-badge[{c.n}] {escape_markdown(source_line(c, answer.question.as_of))}" for c in answer.citations))


def _show_remark(opened: "Desk", remark: "Remark", passage: Passage | None) -> None:
    words = spoken(NOTES)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words.helpful if remark.helpful else words.wrong, color="green" if remark.helpful else "red",
                     icon=":material/thumb_up:" if remark.helpful else ":material/thumb_down:")
            st.caption(escape_markdown(_moment(remark.noted)), width="content")
        if remark.comment:
            st.markdown(escape_markdown(remark.comment))
        st.caption(escape_markdown(_subject(remark, passage)))
        if passage:
            text = passage.text if len(passage.text) <= _SHOWN else passage.text[:_SHOWN] + "…"
            st.markdown(f":gray[{escape_markdown(text)}]")
        st.button(words.dismiss, key=f"dismiss-{remark.id}", icon=":material/done_all:", on_click=_dismiss, args=(opened, remark.id))


def _subject(remark: "Remark", passage: Passage | None) -> str:
    words = spoken(NOTES)
    if passage is None:
        return words.passage_gone if remark.passage_id else words.about_nothing
    label = f"（{passage.version.label}）" if passage.version.label else ""
    return words.about.format(source=f"《{passage.title}》{label}{passage.locator}")


def _moment(noted: str) -> str:
    """2026-11-22 12:00, Shanghai."""
    return noted[:16].replace("T", " ")


def _settle(opened: "Desk", gap_id: int) -> None:
    _then(partial(opened.notes.settle, gap_id), spoken(NOTES).settled)
    admin_work.forget(f"ask-{gap_id}")


def _dismiss(opened: "Desk", remark_id: int) -> None:
    _then(partial(opened.notes.dismiss, remark_id), spoken(NOTES).dismissed)


def _then(change: "partial[None]", sentence: str) -> None:
    change()
    tell(sentence)
