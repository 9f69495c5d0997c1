"""References as buttons: each opens the article, or our digest of it where that is all the library holds."""

from collections.abc import Iterable

import streamlit as st

from kb.errors import KbError
from kb.render import escape_markdown
from kb.show import source_of
from views.session import library
from views.source import open_source

__all__ = ["show_grounds"]


def show_grounds(references: Iterable[str], key: str) -> None:
    """One button a reference. The library is opened when the first of them is pressed, not before."""
    for place, reference in enumerate(references):
        if st.button(escape_markdown(reference), key=f"{key}-{place}", icon=":material/menu_book:", type="tertiary"):
            _open(reference)


def _open(reference: str) -> None:
    try:
        opened = library()
        day = opened.clock.today()
        citation = source_of(opened.assistant.store, opened.registry, reference, day)
    except KbError as error:
        st.warning(escape_markdown(str(error)))
        return
    open_source(opened, citation, day)
