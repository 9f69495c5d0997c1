"""Where a text stands in the browser's address: by a digest of its id, so that no title is in history or logs."""

from collections.abc import Iterable
from hashlib import sha256

import streamlit as st

from kb.types import Version

__all__ = ["BROWSE", "PLACE", "TEXT", "VIEW", "address", "go", "leave", "link", "stay", "version_at"]

BROWSE = "browse"                          # path of the page
TEXT, PLACE, VIEW = "text", "at", "view"   # a version; a place in it (`kb.outline.marks`); what to see of it


def address(version: Version, place: str = "", view: str = "") -> dict[str, str]:
    """The query parameters that open a version, at a place of it."""
    named = {TEXT: _digest(version.id), PLACE: place, VIEW: view}
    return {name: value for name, value in named.items() if value}


def version_at(versions: Iterable[Version], digest: str) -> Version | None:
    """The version that an address names; None for one that the library does not hold."""
    return next((version for version in versions if digest and _digest(version.id) == digest), None)


def link(label: str, version: Version, place: str = "", view: str = "", icon: str | None = None,
         width: str | int = "content") -> None:
    """A link to a text of the library from any page; `label` is Markdown, escaped where it is not ours."""
    page = st.Page(_elsewhere, title=BROWSE, url_path=BROWSE)        # pages are known by their path alone
    st.page_link(page, label=label, icon=icon, width=width, query_params=address(version, place, view))


def go(**changed: str) -> None:
    """Change these query parameters and keep the others, in one step: each is one way back. An empty value takes one out."""
    kept = {name: value for name, value in {**st.query_params.to_dict(), **changed}.items() if value}
    st.query_params.from_dict(kept)


def leave() -> None:
    """Back to the list of all texts."""
    st.query_params.clear()


def stay() -> None:
    """Have the browser show the address of what is drawn. A link within one page changes what is drawn, and not that."""
    st.query_params.from_dict(st.query_params.to_dict())


def _elsewhere() -> None:
    """Stands for the page, which is registered in `app.py`."""


def _digest(version_id: str) -> str:
    return sha256(version_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
