"""The conversation: a question, its answer, and the sources that carry it."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from kb.answer import SAMPLE_QUESTIONS
from kb.export import FORMATS
from kb.render import (
    GENERATED_LABEL,
    answer_markdown,
    escape_markdown,
    origin_label,
    quotation,
    source_facts,
    source_heading,
)
from kb.types import Answer, Audience, Citation, Outcome, Question, Verdict
from kb.understand import LONGEST_QUESTION
from views import sending
from views.session import (
    Turn,
    choose_language,
    endpoint,
    explain,
    library,
    scroll_to_answer,
    seconds_to_wait,
    turns,
    wording,
)
from views.source import open_source
from views.writing import Writing, begin

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["page"]

_REMEMBERED = 6          # earlier questions that a follow-up may lean on
_LOOK_EVERY_S = 0.4      # at an answer that a model is writing
_AT_ONCE_S = 0.4         # an answer that is there by then is shown without the page of its making
_OUTCOME_COLOUR = {Outcome.PARTIAL: "orange", Outcome.INSUFFICIENT: "orange", Outcome.OUT_OF_SCOPE: "gray",
                   Outcome.UNLAWFUL: "red", Outcome.CLARIFY: "blue"}


def page() -> None:
    """Draw the conversation, then take the next question."""
    words = wording()
    _collect()
    st.title("知问", anchor=False)
    st.caption(words.tagline)
    _controls()
    opened = library()
    _where_it_goes(opened)
    sending.show_choice(opened)
    for number, turn in enumerate(turns()):
        _show(opened, turn, number, latest=number == len(turns()) - 1)
    if st.session_state.pop("fresh", False):
        scroll_to_answer()
    writing: Writing | None = st.session_state.get("writing")
    if not turns() and not writing and not sending.held_question():
        _suggest(words.samples, SAMPLE_QUESTIONS, "sample")
    if typed := st.chat_input(words.placeholder, max_chars=LONGEST_QUESTION, disabled=writing is not None):
        st.session_state["asked"] = typed
    if writing:
        _show_question(opened, writing.question)
        _show_writing()
    elif asked := st.session_state.pop("asked", None):
        question = _question(opened, asked)
        if wait := seconds_to_wait():
            turns().append(Turn(asked, problem=words.too_fast.format(seconds=wait)))
        elif not sending.needs_a_word(opened, question):
            _answer(opened, question)
        st.rerun()
    elif held := sending.held_question():
        _show_question(opened, held)
        sending.show_held(opened, _question(opened, held))


def _controls() -> None:
    words = wording()
    st.session_state.setdefault("audience", Audience.ENTERPRISE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.session_state["audience_choice"] = st.session_state["audience"]
        st.segmented_control(words.i_am, list(Audience), key="audience_choice", required=True,
                             format_func=lambda audience: words.audiences[audience], on_change=_take_audience)
        choose_language()
        if turns() or sending.held_question():
            st.button(words.clear, icon=":material/delete:", on_click=_clear)


def _take_audience() -> None:
    st.session_state["audience"] = st.session_state["audience_choice"]


def _clear() -> None:
    st.session_state["turns"] = []
    sending.forget()
    if writing := st.session_state.pop("writing", None):
        writing.stopping.set()


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


def _suggest(label: str, questions: tuple[str, ...], key: str) -> None:
    st.caption(label)
    for number, question in enumerate(questions):
        st.button(escape_markdown(question), key=f"{key}-{number}", on_click=_ask_next, args=(question,),
                  width="stretch")


def _ask_next(question: str) -> None:
    st.session_state["asked"] = question


def _question(opened: "Library", asked: str) -> Question:
    remembered = [(turn.answer.resolved, turn.question) for turn in turns() if turn.answer][-_REMEMBERED:]
    # The first as it was understood, because what it leans on is forgotten.
    earlier = tuple((n == 0 and resolved) or said for n, (resolved, said) in enumerate(remembered))
    return Question(asked, as_of=opened.clock.today(), turns=earlier, audience=st.session_state["audience"],
                    sending=sending.chosen(opened))


def _answer(opened: "Library", question: Question) -> None:
    """Have it answered; the progress of it is on the page meanwhile. Only a model takes longer than the page waits."""
    _show_question(opened, question)
    # In the session before anything else: whatever the reader clicks from here on, the answer is found there.
    writing = st.session_state["writing"] = begin(opened.assistant, question)
    st.session_state["fresh"] = True
    with st.chat_message("assistant", avatar=":material/balance:"), st.status(wording().working) as status:
        while not writing.done.wait(_AT_ONCE_S) and not opened.settings.uses_model:
            status.update(label=_step_of(writing))


def _collect() -> None:
    """An answer that has come joins the conversation, whatever brought the reader to the page."""
    writing: Writing | None = st.session_state.get("writing")
    if writing is None or not writing.done.is_set():
        return
    del st.session_state["writing"]
    problem = explain(writing.error) if writing.error else ""
    turns().append(Turn(writing.question.text, writing.answer, problem))
    st.session_state["fresh"] = True


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_writing() -> None:
    """The answer that a model is writing: sentences once they are verified, and a way to stop it."""
    writing: Writing | None = st.session_state.get("writing")
    if writing is None or writing.done.is_set():
        st.rerun()
    with st.chat_message("assistant", avatar=":material/balance:"):
        st.status(_step_of(writing))
        if writing.draft and writing.draft.claims:
            st.caption(GENERATED_LABEL)
            draft = Answer(writing.question, Outcome.ANSWERED, writing.draft.claims, writing.draft.citations)
            st.markdown(answer_markdown(draft, _number_badge))
        st.button(wording().stop, key="stop", icon=":material/stop_circle:", on_click=writing.stopping.set,
                  disabled=writing.stopping.is_set())


def _step_of(writing: Writing) -> str:
    return f"{escape_markdown(writing.step)}…" if writing.step else wording().working


def _show_question(opened: "Library", asked: Question | str) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape_markdown(asked if isinstance(asked, str) else asked.text))
        if isinstance(asked, Question):
            sending.show_marks(opened, asked)


def _show(opened: "Library", turn: Turn, number: int, latest: bool) -> None:
    _show_question(opened, turn.answer.question if turn.answer else turn.question)
    with st.chat_message("assistant", avatar=":material/balance:"):
        if turn.answer is None:
            st.warning(escape_markdown(turn.problem))
            return
        _show_answer(turn.answer)
        _show_sources(opened, turn.answer, number, expanded=latest)
        _show_findings(turn.answer)
        _show_origin(turn.answer, number)
        if latest and turn.answer.followups:
            _suggest(wording().more, turn.answer.followups, "followup")


def _show_answer(answer: Answer) -> None:
    words = wording()
    if answer.outcome in words.outcomes:
        st.badge(words.outcomes[answer.outcome], color=_OUTCOME_COLOUR[answer.outcome])
    if answer.resolved:
        st.caption(words.understood_as + escape_markdown(answer.resolved))
    st.markdown(answer_markdown(answer, _number_badge))


def _number_badge(n: int) -> str:
    return f" :blue-badge[{n}]"


def _show_sources(opened: "Library", answer: Answer, number: int, expanded: bool) -> None:
    if not answer.citations:
        return
    with st.expander(wording().sources.format(count=len(answer.citations)), expanded=expanded,
                     icon=":material/menu_book:"):
        for citation in answer.citations:
            _show_source(opened, answer, citation, f"{number}-{citation.n}")


def _show_source(opened: "Library", answer: Answer, citation: Citation, key: str) -> None:
    words, day = wording(), answer.question.as_of
    with st.container(border=True, gap="small"):
        st.markdown(f":blue-badge[{citation.n}] **{escape_markdown(source_heading(citation))}**  \n"
                    f":gray[:small[{escape_markdown(source_facts(citation, day))}]]")
        if citation.quote:
            st.markdown(escape_markdown(quotation(citation)))
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.badge(words.verdicts[citation.verdict],
                     color="orange" if citation.verdict is Verdict.UNVERIFIED else "green")
            if st.button(words.open_source, key=f"open-{key}", icon=":material/open_in_full:"):
                open_source(opened, citation, day)


def _show_findings(answer: Answer) -> None:
    if answer.findings:
        with st.expander(wording().findings.format(count=len(answer.findings)), icon=":material/fact_check:"):
            for finding in answer.findings:
                st.markdown(f"- {escape_markdown(finding.detail)}")


def _show_origin(answer: Answer, number: int) -> None:
    words = wording()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        written_by = f" · {escape_markdown(answer.model)}" if answer.model else ""
        st.caption(words.made.format(label=origin_label(answer) + written_by, day=answer.question.as_of.isoformat(),
                                     seconds=f"{answer.elapsed_ms / 1000:.2f}"), width="content")
        with st.popover(words.save, icon=":material/download:", type="tertiary"):
            for kind in FORMATS:    # written when clicked: every turn of the conversation is drawn again and again
                st.download_button(words.formats[kind.suffix], partial(kind.write, answer), file_name=f"知问回答{kind.suffix}",
                                   mime=kind.media_type, key=f"save-{number}{kind.suffix}", type="tertiary",
                                   on_click="ignore")
