"""Colours of our pictures that must suit the reader's theme; Streamlit colours axes and legends itself, and not our marks."""

from dataclasses import dataclass

import streamlit as st

__all__ = ["Ink", "ink"]


@dataclass(frozen=True, slots=True)
class Ink:
    """`text` for names beside marks, `now` for the line of the day."""

    text: str
    now: str


_LIGHT, _DARK = Ink(text="#1d2430", now="#b3261e"), Ink(text="#e7e9ec", now="#ff8a80")


def ink() -> Ink:
    """Those of the theme that is shown."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT
