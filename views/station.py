"""The station: one question at a time, in large type, for whoever stands before the screen; nothing of it stays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from kb.render import answer_blocks, escape_markdown
from kb.types import Answer, Audience, Question, Sending
from kb.understand import LONGEST_QUESTION
from views import kiosk
from views.answered import show_answer
from views.handout import print_button, sheet_of_answer
from views.reading import read_aloud
from views.session import choose_language, explain, library, seconds_to_wait, spoken, wording
from views.station_wording import TOPICS, WORDS, StationWording
from views.writing import Writing, begin

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from kb.assemble import Library

__all__ = ["page"]

_AT_ONCE_S = 0.4       # an answer that is there by then is shown without the page of its making
_LOOK_EVERY_S = 0.5    # at an answer that a model is writing
_KEPT = ("kiosk", "asker")     # what outlives a visitor: that this is a hall screen, and how fast it may ask


@dataclass
class _Visit:
    """One visitor before the screen, from the first touch until it is cleared. `number` names the widgets of the visit."""

    number: int = 0
    topic: str = ""
    writing: Writing | None = None
    answer: Answer | None = None
    problem: str = ""

    @property
    def begun(self) -> bool:
        return bool(self.topic or self.writing or self.answer or self.problem)


def page() -> None:
    """Draw the topics, the questions of one, or an answer."""
    words, visit, hall = spoken(WORDS), _visit(), kiosk.is_kiosk()
    if hall:
        kiosk.dress()
    _heading(words)
    opened = library()
    _collect(visit)
    if visit.writing:
        _show_writing(words)
    elif visit.answer:
        _show(opened, visit.answer, words, hall)
    elif visit.problem:
        st.warning(escape_markdown(visit.problem), icon=":material/error:")
        _ends(words, hall)
    elif visit.topic:
        _questions(words, visit.topic)
    else:
        _start(opened, words, hall)
    if asked := st.session_state.pop("station-asked", ""):
        _answer(opened, visit, asked)
    if hall:
        kiosk.watch(opened.settings.kiosk_idle_s, words.leaving, visit.number, visit.begun, _leave)


def _visit() -> _Visit:
    visit: _Visit = st.session_state.setdefault("visit", _Visit())
    return visit


def _heading(words: StationWording) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(words.title, anchor=False, width="content")
        with st.container(width="content"):
            choose_language()


def _start(opened: "Library", words: StationWording, hall: bool) -> None:
    st.markdown(words.welcome)
    with st.container():       # within the page, not at the foot of a tall screen
        if typed := st.chat_input(words.placeholder, key=f"station-box-{_visit().number}", max_chars=LONGEST_QUESTION):
            st.session_state["station-asked"] = typed
    st.subheader(words.choose, anchor=False)
    names = list(TOPICS)
    with st.container(key="topics"):
        for row in range(0, len(names), 3):
            for column, name in zip(st.columns(3), names[row:row + 3], strict=False):
                column.button(words.topics[name], key=f"topic-{name}", icon=f":material/{TOPICS[name].icon}:", width="stretch",
                              on_click=_choose, args=(name,))
    st.caption(words.local)
    if not opened.settings.model_stays_here:
        st.caption(words.no_model)
    if opened.settings.plugins:
        st.warning(wording().read_by.format(names=escape_markdown("、".join(opened.settings.plugins))), icon=":material/cloud_upload:")
    if not hall:
        st.caption(words.hall)


def _choose(topic: str) -> None:
    _visit().topic = topic


def _questions(words: StationWording, topic: str) -> None:
    st.subheader(words.topics[topic], anchor=False)
    st.markdown(words.which)
    _offer(TOPICS[topic].questions, "of-topic")
    st.button(words.back, icon=":material/arrow_back:", on_click=_choose, args=("",))


def _offer(questions: tuple[str, ...], key: str) -> None:
    for number, question in enumerate(questions):
        st.button(escape_markdown(question), key=f"station-{key}-{number}", on_click=_ask, args=(question,), width="stretch")


def _ask(question: str) -> None:
    visit = _visit()
    visit.answer, visit.problem = None, ""
    st.session_state["station-asked"] = question


def _answer(opened: "Library", visit: _Visit, asked: str) -> None:
    """Have it answered; only a model on this machine takes longer than the page waits."""
    if wait := seconds_to_wait():
        visit.problem = wording().too_fast.format(seconds=wait)
        st.rerun()
    settings = opened.settings
    # A hall is no place to agree to sending something elsewhere: such a model is left out.
    sending = settings.sending if settings.model_stays_here else Sending.LOCAL
    visit.writing = writing = begin(opened.assistant, Question(asked, opened.clock.today(), audience=Audience.STATION, sending=sending))
    with st.status(spoken(WORDS).working):
        while not writing.done.wait(_AT_ONCE_S) and not settings.uses_model:
            pass
    st.rerun()


def _collect(visit: _Visit) -> None:
    if visit.writing is None or not visit.writing.done.is_set():
        return
    writing, visit.writing = visit.writing, None
    visit.answer, visit.problem = writing.answer, explain(writing.error) if writing.error else ""


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_writing(words: StationWording) -> None:
    writing = _visit().writing
    if writing is None or writing.done.is_set():
        st.rerun()
    st.markdown(f"**{escape_markdown(writing.question.text)}**")
    st.status(words.working)
    st.button(words.stop, icon=":material/stop_circle:", on_click=writing.stopping.set, disabled=writing.stopping.is_set())


def _show(opened: "Library", answer: Answer, words: StationWording, hall: bool) -> None:
    number = _visit().number
    st.subheader(escape_markdown(answer.question.text).replace("\n", " "), anchor=False)
    paper, *ends = st.columns(3 if hall else 2)
    with paper:
        print_button(sheet_of_answer(answer), words.printing, key=f"print-{number}")
    _ends(words, hall, *ends)
    read_aloud(_to_be_read(answer), words.reading, key=f"read-{number}")
    show_answer(opened, answer, f"station-{number}")
    if answer.followups:
        st.caption(words.more)
        _offer(answer.followups, "more")


def _to_be_read(answer: Answer) -> str:
    """The answer without the numbers of its sources, each line a sentence."""
    return "\n".join(said for block in answer_blocks(answer)
                     for said in ([f"{block.heading}。"] if block.heading else []) + [line.words for line in block.lines])


def _ends(words: StationWording, hall: bool, *places: "DeltaGenerator") -> None:
    """Another question; and, in a hall, the end of the visit."""
    others = [(words.again, ":material/restart_alt:", _again), *([(words.finish, ":material/delete:", _leave)] if hall else [])]
    for place, (label, icon, act) in zip(places or st.columns(2), others, strict=False):
        place.button(label, icon=icon, on_click=act, width="stretch")


def _again() -> None:
    """To the topics; what the session holds of other pages is left alone."""
    _stop()
    st.session_state["visit"] = _Visit(_visit().number + 1)


def _leave() -> None:
    """Nothing of this visitor stays in the session, on whatever page it was typed."""
    _stop()
    number = _visit().number + 1
    for name in [name for name in st.session_state if name not in _KEPT]:
        del st.session_state[name]
    st.session_state["visit"] = _Visit(number)


def _stop() -> None:
    for writing in (_visit().writing, st.session_state.get("writing")):
        if writing is not None:
            writing.stopping.set()
