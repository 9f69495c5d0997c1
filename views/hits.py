"""Search in the library: typed words stay in the session; a reference that names a text goes straight to it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.errors import QuestionError
from kb.holdings import standing_on
from kb.lookup import named
from kb.outline import marks, places
from kb.render import escape_markdown
from kb.snippet import marked, stretch
from kb.types import Audience, Hit, Kind, Passage, Question, Tier
from kb.understand import LONGEST_QUESTION
from views.address import address, link
from views.browse_wording import WORDS
from views.held import places_of
from views.session import seconds_to_wait, spoken, wording
from views.shelves import STATUS_COLOUR, chosen, edition_name, lets_through

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["forget_search", "show_hits", "show_search", "sought"]

_CANDIDATES = 60           # of which the filters leave some
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class _Sought:
    """What was searched for and found, on which day; kept in the session alone."""

    words: str
    day: date
    all_days: bool
    hits: tuple[Hit, ...]
    problem: str = ""


def sought() -> str:
    """The words that are searched for; empty where the list is shown."""
    return str(st.session_state.get("sought_words", ""))


def forget_search() -> None:
    """Back to the list."""
    for key in ("sought_words", "sought", "sought_shown"):
        st.session_state.pop(key, None)


def show_search(opened: "Library", day: date) -> None:
    """The field; Enter or the button searches."""
    words = spoken(WORDS)
    st.session_state["seek_field"] = sought()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(words.search, key="seek_field", max_chars=LONGEST_QUESTION, placeholder=words.search_help,
                      autocomplete="off", on_change=_seek, args=(opened, day))
        st.button(words.seek, icon=":material/search:", key="seek", on_click=_seek, args=(opened, day))


def _seek(opened: "Library", day: date) -> None:
    """A reference opens its text; anything else is searched for when the page is drawn."""
    typed = st.session_state["seek_field"].strip()
    if typed != sought():
        forget_search()
    if not typed:
        return
    st.session_state["sought_words"] = typed
    if found := named(opened.assistant.store, opened.assistant.registry, typed, day):
        st.query_params.from_dict(address(found.version, _mark(opened, found.passage) if found.passage else ""))


def _mark(opened: "Library", passage: Passage) -> str:
    leaves = places_of(opened, passage.version.id)
    found = next((leaf for leaf in leaves if passage.id in {p.id for p in leaf.passages}), None)
    return marks(leaves)[found.position] if found else ""


def show_hits(opened: "Library", day: date) -> None:
    """What was found, as far as the filters let it through, with the words that were searched for marked."""
    words = spoken(WORDS)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(words.stop_seeking, icon=":material/close:", type="tertiary", on_click=forget_search)
        all_days = st.toggle(words.other_days, key="other_days")
    found = _searched(opened, day, all_days)
    if found.problem:
        st.warning(escape_markdown(found.problem))
        return
    overtaken = opened.assistant.standing.overtaken(day)
    hits = [hit for hit in found.hits if lets_through(
        chosen(), hit.passage.version, standing_on(hit.passage.version, day, hit.passage.version.id in overtaken))]
    if not hits:
        st.info(words.found_none, icon=":material/search_off:")
        return
    st.caption(words.found.format(count=len(hits)))
    shown = st.session_state.get("sought_shown", _AT_ONCE)
    for hit in hits[:shown]:
        _show(opened, hit, found.words, day)
    if len(hits) > shown:
        st.button(words.more, key="more-hits", icon=":material/expand_more:", on_click=_more, args=(shown,))


def _more(shown: int) -> None:
    st.session_state["sought_shown"] = shown + _AT_ONCE


def _searched(opened: "Library", day: date, all_days: bool) -> _Sought:
    """Found once, and again when the day or the reach changes; not at every click on the page."""
    typed = sought()
    last: _Sought | None = st.session_state.get("sought")
    if last and (last.words, last.day, last.all_days) == (typed, day, all_days) and not last.problem:
        return last
    if wait := seconds_to_wait():
        return _Sought(typed, day, all_days, (), wording().too_fast.format(seconds=wait))
    try:
        audience = st.session_state.get("audience", Audience.ENTERPRISE)
        hits = opened.assistant.search(Question(typed, day, audience=audience, all_versions=all_days), _CANDIDATES)
        found = _Sought(typed, day, all_days, tuple(hits))
    except QuestionError as error:
        found = _Sought(typed, day, all_days, (), str(error))
    st.session_state["sought"] = found
    return found


def _show(opened: "Library", hit: Hit, typed: str, day: date) -> None:
    words, passage = spoken(WORDS), hit.passage
    version = passage.version
    status = standing_on(version, day, version.id in opened.assistant.standing.overtaken(day))
    with st.container(border=True, gap="small"):
        link(f"**{escape_markdown(_place(passage)).replace(chr(10), ' ')}**", version, _mark(opened, passage), icon=":material/menu_book:")
        with st.container(horizontal=True, gap="small"):
            if version.kind is not Kind.GUIDE:
                st.badge(words.statuses[status], color=STATUS_COLOUR[status])     # type: ignore[arg-type]
            st.badge(words.tiers[version.tier], color="blue" if version.tier is Tier.OFFICIAL else "orange")
        st.markdown(_snippet(passage.text, typed))
        if hit.also:
            st.caption(escape_markdown(words.also_in.format(places="；".join(map(_place, hit.also)))).replace("\n", " "))


def _place(passage: Passage) -> str:
    leaf = places([passage])[0]
    name = edition_name(passage.version)
    return f"《{passage.version.title}》{name.removeprefix(passage.version.title)} {leaf.name} {leaf.caption}".strip()


def _snippet(text: str, typed: str) -> str:
    """Line by line, because a mark does not go over the end of one."""
    return "  \n".join("".join(f":yellow-background[{escaped}]" if run.hit else escaped
                               for run in marked(line, typed) if (escaped := escape_markdown(run.text)))
                       for line in stretch(text, typed).split("\n") if line.strip())
