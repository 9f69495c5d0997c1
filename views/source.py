"""The opened source: the passage among its neighbours and, for a PDF, the printed page with the quotation marked."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.facsimile import page_image
from kb.render import escape_markdown, passage_markdown, source_facts, source_heading, source_link
from kb.types import Citation, Passage, Tier
from views.session import guarded, wording

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["open_source"]

_LEAF = "leaf"      # session key: the page of the PDF being looked at


def open_source(opened: "Library", citation: Citation, day: date) -> None:
    """Show `citation` in a dialog over the conversation."""
    st.session_state[_LEAF] = citation.passage.page or 1
    dialog = st.dialog(wording().source, width="large")(guarded(lambda: _body(opened, citation, day)))
    dialog()


def _body(opened: "Library", citation: Citation, day: date) -> None:
    version = citation.passage.version
    st.markdown(f"**{escape_markdown(source_heading(citation))}**")
    st.caption(escape_markdown(source_facts(citation, day)))
    if version.tier is Tier.DIGEST:
        st.info(wording().digest_note, icon=":material/info:")
    original = opened.original(version.id)
    if original and original.startswith(b"%PDF-"):
        words_side, print_side = st.columns(2, gap="medium")
        with words_side:
            _in_context(opened, citation)
        with print_side:
            _as_printed(original, citation)
    else:
        _in_context(opened, citation)
    _elsewhere(citation, original)


def _in_context(opened: "Library", citation: Citation) -> None:
    st.caption(wording().context)
    for passage in opened.assistant.store.around(citation.passage.id) or [citation.passage]:
        cited = passage.id == citation.passage.id
        with st.container(border=cited):
            _passage(passage, citation.quote if cited else "")


def _passage(passage: Passage, quote: str) -> None:
    text = passage_markdown(passage.text, quote, lambda marked: f":yellow-background[{marked}]")
    st.markdown(f"**{escape_markdown(passage.locator)}**  \n{text}" if quote else
                f":gray[**{escape_markdown(passage.locator)}**  \n{text}]")


def _as_printed(original: bytes, citation: Citation) -> None:
    words = wording()
    leaf = page_image(original, st.session_state[_LEAF], citation.quote, scale=1.8)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(words.printed_page.format(page=leaf.page, pages=leaf.pages), width="content")
        with st.container(horizontal=True, width="content"):
            st.button("", key="previous-leaf", icon=":material/chevron_left:", help=words.previous,
                      disabled=leaf.page == 1, on_click=_turn, args=(-1,))
            st.button("", key="next-leaf", icon=":material/chevron_right:", help=words.next,
                      disabled=leaf.page == leaf.pages, on_click=_turn, args=(1,))
    st.image(leaf.png, width="stretch")
    if citation.quote and not leaf.boxes:
        st.caption(words.not_on_page)


def _turn(by: int) -> None:
    st.session_state[_LEAF] += by


def _elsewhere(citation: Citation, original: bytes | None) -> None:
    """The official address, and the file as the operator added it."""
    version = citation.passage.version
    with st.container(horizontal=True):
        if link := source_link(version):
            st.link_button(wording().official_page, link, icon=":material/open_in_new:")
        if original:
            name = version.file_name.rpartition("/")[2] or f"{version.title}.txt"
            st.download_button(wording().download, original, file_name=name, mime="application/octet-stream",
                               icon=":material/download:", on_click="ignore")
