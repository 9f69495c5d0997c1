"""Which items of the bank: topics, levels, how many. The choice outlives the widgets that made it."""

from dataclasses import dataclass

import streamlit as st

from kb.quiz import LEVELS, Item, Topic, bundled_items, chosen
from views.learn_wording import WORDS
from views.session import spoken

__all__ = ["Selection", "choose_items"]

_COUNTS = (5, 10, 20, 40)
_USUAL = 10


@dataclass(frozen=True)
class Selection:
    """What was asked for, and the items that are so."""

    topics: tuple[Topic, ...]
    levels: tuple[int, ...]
    count: int
    items: tuple[Item, ...]


def choose_items(key: str) -> Selection:
    """Three controls and how many items match; `key` keeps the choices of two sections apart."""
    words, kept = spoken(WORDS), f"{key}_chosen"
    before: Selection = st.session_state.get(kept) or Selection((), (), _USUAL, ())
    topics = st.pills(words.topics, list(Topic), default=list(before.topics), selection_mode="multi", key=f"{key}_topics",
                      format_func=lambda topic: topic.label, help=words.all_of_them)
    with st.container(horizontal=True, gap="medium"):
        levels = st.pills(words.levels, list(LEVELS), default=list(before.levels), selection_mode="multi", key=f"{key}_levels",
                          format_func=lambda level: words.level_names[level], help=words.all_of_them)
        count = st.segmented_control(words.how_many, list(_COUNTS), default=before.count, required=True, key=f"{key}_count")
    selection = Selection(tuple(topics), tuple(levels), count or _USUAL, chosen(bundled_items(), topics, levels))
    st.session_state[kept] = selection
    if selection.items:
        st.caption(words.available.format(count=len(selection.items)))
    else:
        st.warning(words.nothing, icon=":material/search_off:")
    return selection
