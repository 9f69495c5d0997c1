"""What the pages keep of the library, shared by all sessions for as long as the library stays as it is. Nobody's words."""

from typing import TYPE_CHECKING

import streamlit as st

from kb.amendment import Amendment, amendment
from kb.outline import Place, places

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["amendment_of", "places_of"]


def places_of(opened: "Library", version_id: str) -> tuple[Place, ...]:
    """The articles or sections of a version, in order."""
    return _places(opened, _state(opened), version_id)


def amendment_of(opened: "Library", document: str, old: str, new: str) -> Amendment:
    """What became of every article between two versions of a document, by their labels.

    Raises:
        QuestionError: there are no two such texts to compare.
    """
    return _amendment(opened, _state(opened), document, old, new)


def _state(opened: "Library") -> str:
    """Another value whenever the library has changed."""
    state = opened.assistant.library_state or opened.assistant.library_version
    return str(state())


@st.cache_resource(max_entries=64, show_spinner=False)
def _places(_opened: "Library", state: str, version_id: str) -> tuple[Place, ...]:
    return places(_opened.assistant.store.passages_of(version_id))


@st.cache_resource(max_entries=32, show_spinner=False)      # comparing two texts of a hundred articles takes a second
def _amendment(_opened: "Library", state: str, document: str, old: str, new: str) -> Amendment:
    return amendment(_opened.assistant.store, _opened.assistant.registry, document, _opened.clock.today(), old, new)
