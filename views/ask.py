"""The conversation: a question, its answer, and the sources that carry it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from kb.answer import SAMPLE_QUESTIONS
from kb.render import (
    answer_markdown,
    escape_markdown,
    origin_label,
    quotation,
    source_facts,
    source_heading,
    to_markdown,
)
from kb.types import Answer, Audience, Citation, Outcome, Question, Verdict
from kb.understand import LONGEST_QUESTION
from views.session import Turn, choose_language, endpoint, explain, library, scroll_to_answer, turns, wording
from views.source import open_source

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["page"]

_REMEMBERED = 6          # earlier questions that a follow-up may lean on
_OUTCOME_COLOUR = {Outcome.PARTIAL: "orange", Outcome.INSUFFICIENT: "orange", Outcome.OUT_OF_SCOPE: "gray",
                   Outcome.UNLAWFUL: "red", Outcome.CLARIFY: "blue"}


def page() -> None:
    """Draw the conversation, then take the next question."""
    words = wording()
    st.title("知问", anchor=False)
    st.caption(words.tagline)
    _controls()
    opened = library()
    _where_it_goes(opened)
    for number, turn in enumerate(turns()):
        _show(opened, turn, number, latest=number == len(turns()) - 1)
    if st.session_state.pop("fresh", False):
        scroll_to_answer()
    if not turns():
        _suggest(words.samples, SAMPLE_QUESTIONS, "sample")
    typed = st.chat_input(words.placeholder, max_chars=LONGEST_QUESTION)
    if asked := st.session_state.pop("asked", None) or typed:
        _answer(opened, asked)
        st.session_state["fresh"] = True
        st.rerun()


def _controls() -> None:
    words = wording()
    st.session_state.setdefault("audience", Audience.ENTERPRISE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.session_state["audience_choice"] = st.session_state["audience"]
        st.segmented_control(words.i_am, list(Audience), key="audience_choice", required=True,
                             format_func=lambda audience: words.audiences[audience], on_change=_take_audience)
        choose_language()
        if turns():
            st.button(words.clear, icon=":material/delete:", on_click=_clear)


def _take_audience() -> None:
    st.session_state["audience"] = st.session_state["audience_choice"]


def _clear() -> None:
    st.session_state["turns"] = []


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


def _answer(opened: "Library", asked: str) -> None:
    """Answer `asked` and add it to the conversation; the progress of it is on the page meanwhile."""
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape_markdown(asked))
    earlier = tuple(turn.question for turn in turns() if turn.answer)[-_REMEMBERED:]
    question = Question(asked, as_of=opened.clock.today(), turns=earlier, audience=st.session_state["audience"])
    with st.chat_message("assistant", avatar=":material/balance:"), st.status(wording().working) as status:
        try:
            turns().append(Turn(asked, opened.assistant.ask(question, progress=_stepwise(status.update))))
        except Exception as error:   # shown in the conversation, as a sentence; `explain` logs what is ours to mend
            turns().append(Turn(asked, problem=explain(error)))


def _stepwise(update: Callable[..., object]) -> Callable[[str], None]:
    return lambda step: update(label=f"{escape_markdown(step)}…") and None


def _show(opened: "Library", turn: Turn, number: int, latest: bool) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape_markdown(turn.question))
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
        st.caption(words.made.format(label=origin_label(answer), day=answer.question.as_of.isoformat(),
                                     seconds=f"{answer.elapsed_ms / 1000:.2f}"), width="content")
        st.download_button(words.save, to_markdown(answer).encode(), file_name="知问回答.md", mime="text/markdown",
                           key=f"save-{number}", icon=":material/download:", type="tertiary", on_click="ignore")
