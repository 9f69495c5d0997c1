"""The opened source: whether it is in force, its words among their neighbours or on the printed page, and its other versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import streamlit as st

from kb.amendment import held
from kb.editions import Edition, Effect, edition_in_force, editions, effect_of, neighbours
from kb.errors import KbError
from kb.facsimile import page_image
from kb.render import escape_markdown, passage_markdown, source_heading, source_link, source_origin
from kb.show import notices_beside
from kb.text import fold
from kb.types import Citation, Passage, Tier, Version
from views.ask_wording import WORDS
from views.difference import show_difference
from views.session import explain, guarded, spoken, wording

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["open_source", "show_source"]

_READING = "reading"      # session key
_STYLE = "<style>.st-key-source-heading {gap: 0.25rem} .st-key-source-heading h3 {font-size: 1.3rem; line-height: 1.4; padding: 0 0 1rem}</style>"
_COLOURS: Mapping[Effect, Literal["green", "orange", "red"]] = {
    Effect.IN_FORCE: "green", Effect.THEN: "orange", Effect.AHEAD: "orange", Effect.PAST: "red", Effect.UNCERTAIN: "orange"}


@dataclass(frozen=True)
class _Reading:
    """How far somebody has read away from what was cited: the passage looked at, and the page of its PDF."""

    citation: Citation
    passage: Passage
    leaf: int


def open_source(opened: "Library", citation: Citation, day: date) -> None:
    """Show `citation` in a dialog over the page, as somebody reads it who asks about the law of `day`."""
    st.session_state.pop(_READING, None)
    dialog = st.dialog(wording().source, width="large")(guarded(lambda: show_source(opened, citation, day)))
    dialog()


def show_source(opened: "Library", citation: Citation, day: date) -> None:
    """The same as part of a page; call it in a fragment, so that turning a page draws nothing else again."""
    reading = _reading(citation)
    passage = reading.passage
    cited = passage.id == citation.passage.id
    shown = citation if cited else replace(citation, passage=passage, locator=passage.locator, quote="")
    versions = opened.assistant.store.versions()
    st.html(_STYLE)
    with st.container(key="source-heading"):
        st.subheader(escape_markdown(source_heading(shown)), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(escape_markdown(source_origin(shown)), width="content")
            effect = _show_effect(opened, passage, versions, day)
    _show_instead(opened, passage, effect, day)
    if passage.version.tier is Tier.DIGEST:
        st.info(wording().digest_note, icon=":material/info:")
    for notice in notices_beside(passage, opened.registry, versions, day, opened.clock.today()):
        if notice.kind != "digest":      # said above
            st.info(escape_markdown(notice.text), icon=":material/campaign:")
    _turn_articles(opened, reading, cited)
    original = opened.original(passage.version.id)
    printed = original if original and original.startswith(b"%PDF-") else None
    _show_words(opened, shown, alone=printed is not None)
    if printed:
        _show_print(printed, shown, reading.leaf)
    _show_versions(opened, passage, versions, day)
    _elsewhere(passage.version, original)


def _reading(citation: Citation) -> _Reading:
    reading: _Reading | None = st.session_state.get(_READING)
    if reading is None or reading.citation != citation:
        reading = st.session_state[_READING] = _Reading(citation, citation.passage, citation.passage.page or 1)
    return reading


def _go(reading: _Reading, passage: Passage) -> None:
    st.session_state[_READING] = _Reading(reading.citation, passage, passage.page or 1)


# --- is it in force, and what to read instead --------------------------------------------------------------------------

def _show_effect(opened: "Library", passage: Passage, versions: Sequence[Version], day: date) -> Effect | None:
    words, version = spoken(WORDS), passage.version
    effect = effect_of(version, versions, day, opened.clock.today())
    if effect:
        said = words.effects[effect].format(day=day.isoformat())
        since = f" · {words.since.format(first=version.in_force_from.isoformat())}" if version.in_force_from else ""
        st.badge(said + since, color=_COLOURS[effect])
    return effect


def _show_instead(opened: "Library", passage: Passage, effect: Effect | None, day: date) -> None:
    """The way to the text in force, from one that is not."""
    if effect in (None, Effect.IN_FORCE, Effect.UNCERTAIN):
        return
    then = opened.clock.today() if effect is Effect.THEN else day
    if instead := edition_in_force(opened.assistant.store, opened.registry, passage, then):
        label = spoken(WORDS).read_instead.format(day=then.isoformat(), label=instead.version.label, locator=instead.locator)
        st.button(escape_markdown(label), key="read-instead", icon=":material/arrow_forward:", type="primary", on_click=_go,
                  args=(st.session_state[_READING], instead.passages[0]))


# --- its words -----------------------------------------------------------------------------------------------------------

def _turn_articles(opened: "Library", reading: _Reading, cited: bool) -> None:
    words = spoken(WORDS)
    before, after = neighbours(opened.assistant.store, reading.passage)
    with st.container(horizontal=True, gap="small"):
        for name, passage, icon in ((words.previous_passage, before, "chevron_left"), (words.next_passage, after, "chevron_right")):
            st.button(name, key=f"passage-{icon}", icon=f":material/{icon}:", disabled=passage is None, on_click=_go,
                      args=(reading, passage))
        if not cited:
            st.button(words.to_cited, key="passage-cited", icon=":material/format_quote:", on_click=_go,
                      args=(reading, reading.citation.passage))


def _show_words(opened: "Library", shown: Citation, alone: bool) -> None:
    """The passage with the quotation marked; its neighbours around it, unless the printed page shows them anyway."""
    around = [] if alone else opened.assistant.store.around(shown.passage.id)
    for passage in around or [shown.passage]:
        with st.container(border=passage.id == shown.passage.id):
            _show_passage(passage, shown)


def _show_passage(passage: Passage, shown: Citation) -> None:
    locator = f"**{escape_markdown(passage.locator)}**"
    if passage.id != shown.passage.id:
        st.markdown(f":gray[{locator}  \n{passage_markdown(passage.text)}]")
        return
    st.markdown(f"{locator}  \n{passage_markdown(passage.text, shown.quote, lambda marked: f':yellow-background[{marked}]')}")


def _show_print(original: bytes, shown: Citation, leaf: int) -> None:
    words = wording()
    try:
        page = page_image(original, leaf, shown.quote or shown.passage.text, scale=1.8)
    except KbError as error:
        st.warning(escape_markdown(explain(error)))
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(words.printed_page.format(page=page.page, pages=page.pages), width="content")
        with st.container(horizontal=True, width="content"):
            st.button("", key="previous-leaf", icon=":material/chevron_left:", help=words.previous,
                      disabled=page.page == 1, on_click=_turn, args=(-1,))
            st.button("", key="next-leaf", icon=":material/chevron_right:", help=words.next,
                      disabled=page.page == page.pages, on_click=_turn, args=(1,))
    st.image(page.png, width="stretch", alt=words.printed_page.format(page=page.page, pages=page.pages))
    if shown.quote and not page.boxes:
        st.caption(words.not_on_page)


def _turn(by: int) -> None:
    reading: _Reading = st.session_state[_READING]
    st.session_state[_READING] = replace(reading, leaf=reading.leaf + by)


# --- its other versions --------------------------------------------------------------------------------------------------

def _show_versions(opened: "Library", passage: Passage, versions: Sequence[Version], day: date) -> None:
    """Finding the article in other versions may mean comparing them whole, so it is done when asked for."""
    store, words = opened.assistant.store, spoken(WORDS)
    others = len(held(store, passage.version.document, tuple(Tier))) - 1
    if passage.article is None or others < 1:
        return
    if not st.toggle(words.other_versions.format(count=others), key="other-versions"):
        return
    found = editions(store, opened.registry, passage)
    own = next((e for e in found if fold(e.version.label) == fold(passage.version.label)), Edition(passage.version, (passage,)))
    for edition in found:
        if edition != own:
            _show_edition(own, edition, effect_of(edition.version, versions, day, opened.clock.today()), day)


def _show_edition(own: Edition, other: Edition, effect: Effect | None, day: date) -> None:
    words = spoken(WORDS)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_markdown(f'{other.version.label} {other.locator}')}**", width="content")
            if effect:
                st.badge(words.effects[effect].format(day=day.isoformat()), color=_COLOURS[effect])
            st.button(words.read, key=f"edition-{other.version.id}", on_click=_go, args=(st.session_state[_READING], other.passages[0]))
        if not (own.own_words and other.own_words):
            st.caption(words.our_words)
        elif fold(own.text) == fold(other.text):
            st.caption(words.same_words)
        else:
            older, newer = sorted((own, other), key=lambda edition: edition.version.in_force_from or date.min)
            st.caption(escape_markdown(words.compared.format(old=f"{older.version.label} {older.locator}",
                                                             new=f"{newer.version.label} {newer.locator}")))
            show_difference(older.text, newer.text)


def _elsewhere(version: Version, original: bytes | None) -> None:
    """The official address, and the file as the operator added it."""
    with st.container(horizontal=True):
        if link := source_link(version):
            st.link_button(wording().official_page, link, icon=":material/open_in_new:")
        if original:
            name = version.file_name.rpartition("/")[2] or f"{version.title}.txt"
            st.download_button(wording().download, original, file_name=name, mime="application/octet-stream",
                               icon=":material/download:", on_click="ignore")
