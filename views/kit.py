"""The station kit: what volunteers hand out, hang up or read aloud, to look at and to print."""

import streamlit as st

from kb.kit import Form, Part, Source, as_shown, bundled_kit, sources_of
from kb.render import escape_markdown
from views.handout import print_button, sheet_of_piece
from views.kit_wording import WORDS, KitWording
from views.session import choose_language, library, spoken

__all__ = ["page"]


def page() -> None:
    """Draw the list, and the piece that was chosen."""
    words, pieces = spoken(WORDS), bundled_kit()
    st.title(words.title, anchor=False)
    choose_language()
    st.markdown(words.intro.format(count=len(pieces)))
    opened = library()
    piece = st.selectbox(words.choose, pieces, key="kit-piece",
                         format_func=lambda piece: f"{words.forms[piece.form]} · {piece.title.rpartition('：')[2]}")
    sources, day = sources_of(piece, opened.registry, opened.clock.today()), opened.clock.today()
    sheet = sheet_of_piece(piece, sources, day)
    print_button(sheet, words.printing, key=f"print-{piece.name}")
    with st.container(border=True):
        st.header(escape_markdown(piece.title), anchor=False)
        st.caption(words.facts.format(version=piece.version, since=piece.valid_from.isoformat()))
        for part in piece.parts:
            _show(part, piece.form)
    _rests_on(sources, sheet.code, words)


def _show(part: Part, form: Form) -> None:
    st.subheader(escape_markdown(part.heading), anchor=False)
    for line in part.lines:
        said = escape_markdown(as_shown(line, form))
        st.markdown(f"## {said}" if form is Form.POSTER else said)


def _rests_on(sources: tuple[Source, ...], code: bytes, words: KitWording) -> None:
    st.subheader(words.sources.format(count=len(sources)), anchor=False)
    text, picture = st.columns([3, 2], gap="medium")
    text.markdown("\n".join(f"- {escape_markdown(str(source))}" for source in sources))
    picture.image(code, width="stretch", alt=words.code)
    picture.caption(words.code)
