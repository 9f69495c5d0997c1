"""An answer on a page: what it says, the sources that carry it, and how it came about."""

from typing import TYPE_CHECKING, Literal

import streamlit as st

from kb.render import answer_markdown, escape_markdown, origin_label, quotation, source_facts, source_heading
from kb.types import Answer, Citation, Outcome, Verdict
from views.session import wording
from views.source import open_source

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["show_answer"]

_OUTCOME_COLOUR: dict[Outcome, Literal["orange", "gray", "red", "blue"]] = {
    Outcome.PARTIAL: "orange", Outcome.INSUFFICIENT: "orange", Outcome.OUT_OF_SCOPE: "gray",
    Outcome.UNLAWFUL: "red", Outcome.CLARIFY: "blue"}


def show_answer(opened: "Library", answer: Answer, key: str) -> None:
    """The answer with its sources below; `key` tells its widgets from those of other answers on the page."""
    words = wording()
    if answer.outcome in words.outcomes:
        st.badge(words.outcomes[answer.outcome], color=_OUTCOME_COLOUR[answer.outcome])
    st.markdown(answer_markdown(answer, lambda n: f" :blue-badge[{n}]"))
    if answer.citations:
        with st.expander(words.sources.format(count=len(answer.citations)), expanded=True, icon=":material/menu_book:"):
            for citation in answer.citations:
                _source(opened, answer, citation, f"{key}-{citation.n}")
    written_by = f" · {escape_markdown(answer.model)}" if answer.model else ""
    st.caption(words.made.format(label=origin_label(answer) + written_by, day=answer.question.as_of.isoformat(),
                                 seconds=f"{answer.elapsed_ms / 1000:.2f}"))


def _source(opened: "Library", answer: Answer, citation: Citation, key: str) -> None:
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
