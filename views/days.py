"""The day whose law counts: today's, unless the reader chooses another; a chosen one stays in sight."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from views import asking
from views.ask_wording import WORDS
from views.session import spoken

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["choose_day"]

_FIRST, _YEARS_AHEAD = date(1980, 1, 1), 5


def choose_day(opened: "Library") -> None:
    """The choice, behind a button that says what is chosen."""
    words, today, day = spoken(WORDS), opened.clock.today(), asking.chosen_day(opened)
    other = day != today
    with st.popover(words.law_of.format(day=day.isoformat()) if other else words.law_of_today, icon=":material/event:",
                    type="primary" if other else "secondary"):
        st.session_state["day_choice"] = day
        st.date_input(words.choose_day, key="day_choice", min_value=_FIRST, max_value=date(today.year + _YEARS_AHEAD, 12, 31),
                      format="YYYY-MM-DD", on_change=_take, args=(today,))
        st.caption(words.day_help)
        if other:
            st.button(words.back_to_today, key="back-to-today", on_click=asking.take_day, args=(None,))


def _take(today: date) -> None:
    chosen: date = st.session_state["day_choice"]
    asking.take_day(None if chosen == today else chosen)
