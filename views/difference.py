"""Two texts against each other: what was taken out is struck through, what was put in is shaded."""

import streamlit as st

from kb.comparison import differences
from kb.render import escape_markdown

__all__ = ["show_difference"]


def show_difference(old: str, new: str) -> None:
    """The newer text with what it took out of the older one; colours are never the only sign."""
    shown = []
    for piece in differences(old, new):
        shown += [_marked(piece.removed, ":red-background[~~{}~~]"), _marked(piece.added, ":green-background[{}]"),
                  _marked(piece.same, "{}")]
    st.markdown("".join(shown))


def _marked(text: str, around: str) -> str:
    """Line by line: marks of Markdown end with their line."""
    return "  \n".join(around.format(escaped) if (escaped := escape_markdown(line)) else "" for line in text.split("\n"))
