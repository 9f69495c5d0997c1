"""The library to look through: a list with filters, search, and the page of each text."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.holdings import editions
from kb.types import Tier, Version
from views.address import TEXT, stay, version_at
from views.browse_wording import WORDS
from views.document import show_document
from views.hits import show_hits, show_search, sought
from views.session import choose_language, library, spoken
from views.shelves import chosen, show_filters, show_shelves

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["page"]

# Texts are read side by side here: wider than a conversation, not so wide that a line is hard to follow. A link to another
# text would look like the page one is on, because it is the same page. Headings within the page are smaller than its title.
_LOOKS = """<style>
[data-testid="stMainBlockContainer"] { max-width: 74rem; }
[data-testid="stMainBlockContainer"] h3 { font-size: 1.3rem; }
[data-testid="stPageLink"] a { background: none; padding-left: 0; }
[data-testid="stPageLink"] a p { text-decoration: underline; text-underline-offset: 0.25rem; text-decoration-thickness: 1px; }
[data-testid="stPageLink"] a p strong { font-weight: 600; }
@media (max-width: 40rem) { [data-testid="stMarkdownContainer"] :is(td, th) { padding: 0.3rem 0.35rem; font-size: 0.85rem; } }
</style>"""


def page() -> None:
    """Draw what the address names: a text, or the list of all."""
    words = spoken(WORDS)
    st.html(_LOOKS)
    opened = library()
    day = chosen().day or opened.clock.today()
    if digest := st.query_params.get(TEXT, ""):
        stay()
    version = version_at(opened.assistant.standing.versions(), digest)
    if version:
        show_document(opened, version, day)
        return
    st.title(words.title, anchor=False)
    choose_language()
    if digest:
        st.warning(words.unknown_text, icon=":material/link_off:")
    _show_library(opened, day)


def _show_library(opened: "Library", day: date) -> None:
    versions = opened.assistant.standing.versions()
    _count(versions, day)
    show_search(opened, day)
    show_filters(versions)
    if sought():
        show_hits(opened, day)
    else:
        show_shelves(opened, versions, day)


def _count(versions: Sequence[Version], day: date) -> None:
    words, tiers = spoken(WORDS), Counter(version.tier for version in versions)
    st.caption(words.counts.format(
        documents=len({version.document for version in versions}), editions=len(editions(versions)),
        official=tiers[Tier.OFFICIAL], digest=tiers[Tier.DIGEST], guide=tiers[Tier.GUIDE], user=tiers[Tier.USER])
        + " " + words.as_of.format(day=day.isoformat()))
