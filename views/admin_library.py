"""The library: a list with filters, and one document with all its versions. Changing them is in `admin_version`."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from kb.render import escape_markdown, status_of
from kb.text import fold
from kb.types import Kind, Status, Tier, Version
from views.admin_session import desk, head
from views.admin_version import show_version
from views.admin_wording import LIBRARY, TERMS
from views.session import spoken

if TYPE_CHECKING:
    from kb.administration import Desk

__all__ = ["page"]

_OPEN = "library_open"           # session keys: the document looked at, the page of the list
_PAGE = "library_page"
_ON_A_PAGE = 12
T = TypeVar("T", bound=StrEnum)


def page() -> None:
    """Draw the list, or the document that was opened."""
    words = spoken(LIBRARY)
    head(words.title)
    opened = desk()
    versions, sizes = opened.catalogue.versions(), opened.catalogue.sizes()
    document = st.session_state.get(_OPEN, "")
    if chosen := [version for version in versions if version.document == document]:
        st.button(words.back, icon=":material/arrow_back:", on_click=_open, args=("",))
        st.header(escape_markdown(document), anchor=False)
        for version in chosen:
            show_version(opened, version, sizes.get(version.id, 0))
        return
    st.caption(words.counts.format(documents=len({v.document for v in versions}), versions=len(versions), passages=sum(sizes.values()),
                                   own=sum(not v.bundled for v in versions)))
    _list(opened, _filtered(versions, opened.tools.clock.today()))


def _filtered(versions: Sequence[Version], day: date) -> list[Version]:
    words, terms = spoken(LIBRARY), spoken(TERMS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input(words.find, key="library_find", placeholder=words.find_help, max_chars=100, on_change=_first_page, width=260)
        kind = _choice(words.kind, "kind", list(Kind), terms.kinds)
        tier = _choice(words.tier, "tier", list(Tier), terms.tiers)
        status = _choice(words.status, "status", list(Status), terms.statuses)
    wanted = fold(sought or "")
    return [version for version in versions
            if wanted in fold(f"{version.title} {version.document} {version.label} {version.number}")
            and kind in (None, version.kind) and tier in (None, version.tier) and status in (None, status_of(version, day))]


def _choice(label: str, key: str, options: Sequence[T], names: Mapping[T, str]) -> T | None:
    every = spoken(LIBRARY).every
    return st.selectbox(label, [None, *options], key=f"library_{key}", width=170, on_change=_first_page,
                        format_func=lambda option: every if option is None else names[option])


def _list(opened: "Desk", versions: Sequence[Version]) -> None:
    words = spoken(LIBRARY)
    documents: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        documents[version.document].append(version)
    if not documents:
        st.info(words.none_found, icon=":material/search_off:")
        return
    # What was added here comes first: that is what an operator works on.
    names = sorted(documents, key=lambda name: (all(v.bundled for v in documents[name]), -documents[name][0].kind.authority, name))
    pages = math.ceil(len(names) / _ON_A_PAGE)
    current = min(st.session_state.get(_PAGE, 1), pages)
    for number, name in enumerate(names[(current - 1) * _ON_A_PAGE:current * _ON_A_PAGE]):
        _row(name, documents[name], number, opened.tools.clock.today())
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(words.previous, icon=":material/chevron_left:", disabled=current == 1, on_click=_turn, args=(current - 1,))
            st.caption(words.page.format(page=current, pages=pages), width="content")
            st.button(words.next, icon=":material/chevron_right:", disabled=current == pages, on_click=_turn, args=(current + 1,))


def _row(name: str, versions: Sequence[Version], number: int, day: date) -> None:
    words, terms = spoken(LIBRARY), spoken(TERMS)
    newest = versions[0]
    facts = [words.versions.format(count=len(versions)), terms.kinds[newest.kind],
             "、".join(dict.fromkeys(terms.tiers[version.tier] for version in versions)), terms.statuses[status_of(newest, day)]]
    facts += [words.edited] if any(version.edited for version in versions) else []
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{escape_markdown(name)}**  \n:gray[:small[{escape_markdown(' · '.join(facts))}]]", width="stretch")
        st.button(words.open, key=f"open-{number}", on_click=_open, args=(name,))


def _open(document: str) -> None:
    st.session_state[_OPEN] = document


def _turn(page_number: int) -> None:
    st.session_state[_PAGE] = page_number


def _first_page() -> None:
    st.session_state[_PAGE] = 1
