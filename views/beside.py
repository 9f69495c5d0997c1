"""The opened source beside the conversation: a panel on the right that stays while one reads; on a phone it covers the page."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from kb.render import escape_markdown, source_heading
from kb.theme import THEME
from kb.types import Citation
from views.ask_wording import WORDS
from views.session import explain, spoken
from views.source import show_source

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from kb.assemble import Library

__all__ = ["close", "lay_beside", "show_beside"]

_PANEL = "source-beside"      # key of the container, and so a class of its element
_BESIDE = "beside"            # session key


@dataclass(frozen=True)
class _Beside:
    """What lies beside the conversation. `opening` counts, so that the panel is reached each time something is opened."""

    citation: Citation
    day: date
    opening: int


def lay_beside(citation: Citation, day: date) -> None:
    """Open `citation` beside the conversation, in place of what lies there."""
    openings = st.session_state["openings"] = st.session_state.get("openings", 0) + 1
    st.session_state[_BESIDE] = _Beside(citation, day, openings)


def close() -> None:
    """Put it away."""
    st.session_state.pop(_BESIDE, None)


@st.fragment
def show_beside(opened: "Library") -> None:
    """Draw what lies beside the conversation; nothing where nothing does."""
    beside: _Beside | None = st.session_state.get(_BESIDE)
    if beside is None:
        return
    words = spoken(WORDS)
    st.html(_style())
    with st.container(key=_PANEL, gap="small"):
        _frame()(key="beside-frame", data=[beside.opening, words.beside.format(title=source_heading(beside.citation))],
                 on_closed_change=close)
        with st.container(key=f"{_PANEL}-head", horizontal=True, horizontal_alignment="right"):
            st.button(words.close, key="close-beside", icon=":material/close:", type="tertiary", on_click=close)
        try:
            show_source(opened, beside.citation, beside.day)
        except Exception as error:      # in a fragment the page's own guard is not around
            st.error(escape_markdown(explain(error)))


@cache
def _style() -> str:
    """The styles of the panel, in the colours of the theme: outside a component Streamlit names none of them."""
    style = Path(__file__).with_name("beside.css").read_text(encoding="utf-8")
    for name in ("backgroundColor", "borderColor"):
        style = style.replace(f"theme({name})", f"light-dark({THEME[f'theme.light.{name}']}, {THEME[f'theme.dark.{name}']})")
    return f"<style>{style}</style>"


# The panel is a region with a name that the keyboard is led into when something is opened, that Escape closes, and from
# which the keyboard returns to the number it came from.
_FRAME = """export default ({parentElement, data: [opening, name], setTriggerValue}) => {
  const panel = (parentElement.host ?? parentElement).closest(".st-key-source-beside");
  if (!panel) return;
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", name);
  panel.tabIndex = -1;
  if (panel.opening !== opening) {
    panel.opening = opening;
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    panel.cameFrom = focused;
    panel.scrollTop = 0;
    panel.focus({preventScroll: true});
  }
  panel.onkeydown = event => { if (event.key === "Escape") setTriggerValue("closed", true); };
  return () => panel.cameFrom?.focus({preventScroll: true});
}"""


@cache
def _frame() -> "ComponentRenderer":
    return st.components.v2.component("zhiwen_beside", js=_FRAME)
