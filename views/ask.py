"""The conversation: a question, its answer, and the sources that carry it."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from kb.export import CONVERSATION_FORMATS, FORMATS
from kb.render import escape_markdown
from kb.types import Answer, Audience, Citation, Outcome, Question
from kb.understand import LONGEST_QUESTION
from views import asking, sending
from views.answered import show_answer, show_draft, show_sources
from views.ask_wording import WORDS
from views.beside import lay_beside, show_beside
from views.days import choose_day
from views.session import Turn, choose_language, endpoint, library, scroll_to_answer, spoken, turns, wording
from views.telling import show_remark, show_submission
from views.writing import Writing

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["page"]

_LOOK_EVERY_S = 0.4      # at an answer that is being written


def page() -> None:
    """Take what was asked, then draw the conversation."""
    words = wording()
    st.session_state.setdefault("audience", Audience.ENTERPRISE)
    asking.collect()
    st.title("知问", anchor=False)
    st.caption(words.tagline)
    # Before the library: a question can be typed while that is still being opened.
    typed = st.chat_input(words.placeholder, max_chars=LONGEST_QUESTION, disabled=asking.writing() is not None)
    opened = library()
    asking.take(opened, typed)
    _controls(opened)
    _where_it_goes(opened)
    sending.show_choice(opened)
    _show_conversation(opened)
    show_beside(opened)


def _controls(opened: "Library") -> None:
    words = wording()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.session_state["audience_choice"] = st.session_state["audience"]
        st.segmented_control(words.i_am, list(Audience), key="audience_choice", required=True,
                             format_func=lambda audience: words.audiences[audience], on_change=_take_audience)
        choose_day(opened)
        choose_language()
        if turns() or sending.held_question():
            _show_saving([turn.answer for turn in turns() if turn.answer])
            st.button(words.clear, icon=":material/delete:", on_click=asking.clear)


def _take_audience() -> None:
    st.session_state["audience"] = st.session_state["audience_choice"]


def _show_saving(answers: list[Answer]) -> None:
    """The whole conversation as a file, written when clicked."""
    words = spoken(WORDS)
    if not answers:
        return
    with st.popover(words.save_all, icon=":material/save:"):
        for kind in CONVERSATION_FORMATS:
            st.download_button(wording().formats[kind.suffix], partial(kind.write, answers), file_name=f"知问对话{kind.suffix}",
                               mime=kind.media_type, key=f"save-all{kind.suffix}", type="tertiary", on_click="ignore")
        st.caption(words.save_all_help)


def _where_it_goes(opened: "Library") -> None:
    """Said before the first question, and kept in sight while a model is configured."""
    words, settings = wording(), opened.settings
    if settings.uses_model:
        st.warning(words.sent_to.format(model=escape_markdown(settings.model),
                                        endpoint=escape_markdown(endpoint(settings))), icon=":material/cloud_upload:")
    if settings.plugins:
        st.warning(words.read_by.format(names=escape_markdown("、".join(settings.plugins))), icon=":material/cloud_upload:")
    if not settings.uses_model and not settings.plugins and not turns():
        st.info(words.local_only, icon=":material/lock:")
    if opened.warning:
        st.caption(escape_markdown(opened.warning))


# --- the conversation ----------------------------------------------------------------------------------------------------

def _show_conversation(opened: "Library") -> None:
    busy, held = asking.writing(), sending.held_question()
    for turn in turns():
        _show(opened, turn, latest=turn is turns()[-1] and not busy and not held)
    if busy:
        _show_question(opened, busy.question)
        _show_writing(opened)
    elif held:
        _show_question(opened, held)
        sending.show_held(opened, asking.question_of(opened, held))
    elif not turns():
        st.markdown(spoken(WORDS).begin)
        _suggest(wording().samples, spoken(WORDS).samples[st.session_state["audience"]], "sample")
        scroll_to_answer()
    if st.session_state.pop("fresh", False):
        scroll_to_answer()


def _suggest(label: str, questions: tuple[str, ...], key: str) -> None:
    st.caption(label)
    for number, question in enumerate(questions):
        st.button(escape_markdown(question), key=f"{key}-{number}", on_click=asking.ask_next, args=(question, len(turns())),
                  width="stretch")


def _show_question(opened: "Library", asked: Question | str, editable: bool = False) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        if editable and asking.editing():
            _show_editing(asked if isinstance(asked, str) else asked.text)
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(escape_markdown(asked if isinstance(asked, str) else asked.text), width="content")
            if editable:
                st.button(spoken(WORDS).edit, key="edit", icon=":material/edit:", type="tertiary", on_click=asking.edit)
        if isinstance(asked, Question):
            sending.show_marks(opened, asked)


def _show_editing(text: str) -> None:
    words = spoken(WORDS)
    with st.form("edit-question"):
        st.text_area(words.edited, text, key="edited_question", max_chars=LONGEST_QUESTION)
        with st.container(horizontal=True):
            st.form_submit_button(words.resend, type="primary", on_click=asking.resend)
            st.form_submit_button(words.cancel, on_click=asking.stop_editing)


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_writing(opened: "Library") -> None:
    """An answer in the making: sentences once they are verified, and a way to stop a model."""
    busy = asking.writing()
    if busy is None or busy.done.is_set():
        st.rerun()
    with st.chat_message("assistant", avatar=":material/balance:"):
        st.status(_step_of(busy))
        if busy.draft and busy.draft.claims:
            show_draft(opened, Answer(busy.question, Outcome.ANSWERED, busy.draft.claims, busy.draft.citations), "writing")
        if opened.settings.uses_model:
            st.button(wording().stop, key="stop", icon=":material/stop_circle:", on_click=busy.stopping.set,
                      disabled=busy.stopping.is_set())


def _step_of(busy: Writing) -> str:
    return f"{escape_markdown(busy.step)}…" if busy.step else wording().working


def _show(opened: "Library", turn: Turn, latest: bool) -> None:
    _show_question(opened, turn.answer.question if turn.answer else turn.question, editable=latest)
    with st.chat_message("assistant", avatar=":material/balance:"):
        if turn.answer is None:
            st.warning(escape_markdown(turn.problem))
            return
        key, choose = str(turn.number), partial(_lay_beside, turn.answer)
        show_answer(opened, turn.answer, key, choose)
        show_sources(opened, turn.answer, key, expanded=False, choose=choose)
        _show_actions(opened, turn.answer, key, latest)
        if latest and turn.answer.followups:
            _suggest(wording().more, turn.answer.followups, "followup")


def _lay_beside(answer: Answer, citation: Citation) -> None:
    lay_beside(citation, answer.question.as_of)


def _show_actions(opened: "Library", answer: Answer, key: str, latest: bool) -> None:
    """What can be done with an answer. Of an earlier one it is drawn when asked for, which keeps a long conversation quick."""
    words = wording()
    if not latest and st.session_state.get("acting") != key:
        st.button(spoken(WORDS).more_actions, key=f"act-{key}", icon=":material/more_horiz:", type="tertiary", on_click=_act, args=(key,))
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.popover(words.save, icon=":material/download:", type="tertiary"):
            for kind in FORMATS:    # written when clicked
                st.download_button(words.formats[kind.suffix], partial(kind.write, answer), file_name=f"知问回答{kind.suffix}",
                                   mime=kind.media_type, key=f"save-{key}{kind.suffix}", type="tertiary", on_click="ignore")
        show_submission(opened, answer, key)
    show_remark(opened, answer, key)


def _act(key: str) -> None:
    st.session_state["acting"] = key
