"""How an answer looks on a page: its text with numbers that show and open their sources, and the list of these.

What is said, and how a source is worded, comes from `kb.render`. It is drawn by a component of ours (`cited.js`), which gets
data and makes text of it: nothing that a document, a person or a model wrote is read as Markdown or HTML. A page may set
`--zhiwen-text` (size of the words) and `--zhiwen-touch` (least height of what is pressed) around it.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from kb.render import (
    GENERATED_LABEL,
    Block,
    answer_blocks,
    closing_lines,
    origin_label,
    quotation,
    source_facts,
    source_heading,
    to_plain,
)
from kb.types import Answer, Citation, Outcome, Verdict
from views.ask_wording import WORDS
from views.session import spoken, wording
from views.source import open_source

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from kb.assemble import Library

__all__ = ["show_answer", "show_draft", "show_sources"]

Choose = Callable[[Citation], None]

_TONES = {Outcome.PARTIAL: "care", Outcome.INSUFFICIENT: "care", Outcome.OUT_OF_SCOPE: "mild", Outcome.UNLAWFUL: "bad",
          Outcome.CLARIFY: "info"}
_GRAVE = ("superseded", "repealed", "not_yet_in_force", "unofficial", "status_unknown", "partial", "model-fallback")


def show_answer(opened: "Library", answer: Answer, key: str, choose: Choose | None = None) -> None:
    """How it ended, how the question was understood, and the text; each number shows its source and opens it.

    `choose` gets the citation whose number was pressed, before the page is drawn again; without it the source opens in a dialog.
    """
    words = wording()
    chips = []
    if answer.question.as_of != opened.clock.today():
        chips.append(("info", spoken(WORDS).law_of.format(day=answer.question.as_of.isoformat())))
    if answer.outcome in words.outcomes:
        chips.append((_TONES[answer.outcome], words.outcomes[answer.outcome]))
    _mount(opened, answer, f"answer-{key}", choose, {
        **_text(answer), "chips": chips, "understood": words.understood_as + answer.resolved if answer.resolved else "",
        "made": _made(answer), "copy": "\n\n".join((to_plain(answer), "\n".join(closing_lines(answer))))})


def show_draft(opened: "Library", answer: Answer, key: str) -> None:
    """What has been verified so far of an answer that a model is writing."""
    _mount(opened, answer, f"draft-{key}", None, {**_text(answer), "label": GENERATED_LABEL, "chips": [], "understood": "", "made": "",
                                                  "copy": ""})


def show_sources(opened: "Library", answer: Answer, key: str, expanded: bool, choose: Choose | None = None) -> None:
    """The sources of an answer, and what its checks removed; nothing where there are neither."""
    if answer.citations or answer.findings:
        _mount(opened, answer, f"sources-{key}", choose, {
            "expanded": expanded, "sources": [_source(answer, citation) for citation in answer.citations],
            "findings": [finding.detail for finding in answer.findings]})


def _mount(opened: "Library", answer: Answer, key: str, choose: Choose | None, data: dict[str, Any]) -> None:
    words, page = spoken(WORDS), wording()
    labels = {"open": page.open_source, "copy": words.copy, "copied": words.copied, "not_copied": words.not_copied,
              "sources": page.sources.format(count=len(answer.citations)), "findings": page.findings.format(count=len(answer.findings))}
    pressed = partial(_pass_on, key, answer, choose) if choose else _nothing
    # In a list: Streamlit looks through a dict for data frames, and imports pandas for that (a second at the first answer).
    result = _component()(key=key, data=[{**data, "words": labels}], on_opened_change=pressed)
    if choose is None and (citation := _numbered(answer, result.opened)):
        open_source(opened, citation, answer.question.as_of)


def _pass_on(key: str, answer: Answer, choose: Choose) -> None:
    if citation := _numbered(answer, st.session_state[key].get("opened")):
        choose(citation)


def _nothing() -> None:
    """A component tells only those of its events that somebody listens to."""


def _numbered(answer: Answer, n: object) -> Citation | None:
    return next((citation for citation in answer.citations if citation.n == n), None)


def _text(answer: Answer) -> dict[str, Any]:
    blocks = [{"heading": block.heading, "numbered": block.numbered, "lines": _lines(block)} for block in answer_blocks(answer)]
    return {"label": GENERATED_LABEL if answer.model else "", "blocks": blocks,
            "sources": [_source(answer, citation) for citation in answer.citations]}


def _lines(block: Block) -> list[dict[str, Any]]:
    return [{"notice": ("care" if line.notice in _GRAVE else "plain") if line.notice else "",
             "runs": [{"n": run.n} if run.n else {"text": run.text, "unverified": run.unverified} for run in line.runs]}
            for line in block.lines]


def _source(answer: Answer, citation: Citation) -> dict[str, Any]:
    heading, verdict = source_heading(citation), wording().verdicts[citation.verdict]
    return {"n": citation.n, "heading": heading, "facts": source_facts(citation, answer.question.as_of), "quote": quotation(citation),
            "verdict": verdict, "verified": citation.verdict is not Verdict.UNVERIFIED,
            "name": f"{spoken(WORDS).source.format(n=citation.n)} {heading}（{verdict}）"}


def _made(answer: Answer) -> str:
    made = spoken(WORDS).made.format(day=answer.question.as_of.isoformat(), seconds=f"{answer.elapsed_ms / 1000:.2f}")
    return f"{answer.model or origin_label(answer)} · {made}"


@cache
def _component() -> "ComponentRenderer":
    """Registered once a process; its script and styles are ours and hold no data."""
    here = Path(__file__)
    return st.components.v2.component("zhiwen_cited", html='<div class="cited"></div>',
                                      css=here.with_name("cited.css").read_text(encoding="utf-8"),
                                      js=here.with_name("cited.js").read_text(encoding="utf-8"))
