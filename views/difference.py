"""What changed between two wordings: taken out struck through after －, put in bold after ＋, so that colour is not needed."""

import streamlit as st

from kb.comparison import Piece, differences
from kb.render import escape_markdown
from views.browse_wording import WORDS
from views.session import spoken

__all__ = ["show_difference", "show_marked", "show_side_by_side"]

_READABLE = 0.5          # of the two texts in common: below that marks would be a riddle, both are shown instead


def show_difference(old: str, new: str) -> None:
    """Both wordings in one text, the changes marked, and what the marks mean."""
    show_marked(old, new)
    st.caption(spoken(WORDS).legend)


def show_marked(old: str, new: str) -> None:
    """Both wordings in one text, the changes marked; beside each other where little is common to them."""
    words, pieces = spoken(WORDS), differences(old, new)
    if not any(piece.removed or piece.added for piece in pieces):
        st.caption(words.same_words)
        st.markdown(escape_markdown(new))
    elif _common(pieces, old, new) < _READABLE:
        st.caption(words.other_words)
        _beside([Piece(same=old)], [Piece(same=new)])
    else:
        st.markdown(_marked(pieces))


def show_side_by_side(old: str, new: str) -> None:
    """The older wording with what was taken out, beside the newer one with what was put in."""
    pieces = differences(old, new)
    if _common(pieces, old, new) < _READABLE:
        _beside([Piece(same=old)], [Piece(same=new)])
    else:
        _beside([Piece(same=piece.same, removed=piece.removed) for piece in pieces],
                [Piece(same=piece.same, added=piece.added) for piece in pieces])


def _beside(old: "list[Piece]", new: "list[Piece]") -> None:
    words = spoken(WORDS)
    sides = st.columns(2, gap="medium")
    for side, name, pieces in zip(sides, (words.older, words.newer), (old, new), strict=True):
        with side:
            st.caption(name)
            st.markdown(_marked(pieces))


def _common(pieces: "tuple[Piece, ...]", old: str, new: str) -> float:
    return 2 * sum(len(piece.same) for piece in pieces) / ((len(old) + len(new)) or 1)


def _marked(pieces: "tuple[Piece, ...] | list[Piece]") -> str:
    return "".join(_inline(piece.same) + _run(piece.removed.strip(), ":red-background[~~－{}~~]")
                   + _run(piece.added, ":green-background[**＋{}**]") for piece in pieces)


def _run(text: str, form: str) -> str:
    """Marked line by line, because a mark does not go over the end of one."""
    return "  \n".join(form.format(escaped) if (escaped := _inline(line)) else "" for line in text.split("\n"))


def _inline(text: str) -> str:
    """`escape_markdown` for a piece out of a text: blanks and line breaks at its ends stay."""
    return "  \n".join((" " if line[:1].isspace() else "") + escape_markdown(line) + (" " if line.rstrip() != line else "")
                      for line in text.split("\n"))
