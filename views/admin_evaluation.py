"""How good the answers of this library are: run the evaluation, show the last one, take its report away."""

from typing import TYPE_CHECKING

import streamlit as st

from views import admin_work
from views.admin_care_wording import EVALUATION
from views.admin_session import desk, head
from views.admin_wording import ADMIN
from views.session import spoken

if TYPE_CHECKING:
    from kb.administration import Desk

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    words = spoken(EVALUATION)
    head(words.title, words.intro)
    opened = desk()
    if not admin_work.show_progress("evaluation", words.running, stoppable=True):
        if st.button(words.run, icon=":material/play_arrow:", type="primary", disabled=admin_work.is_busy()):
            admin_work.start("evaluation", lambda work: opened.evaluate(work.say, work.stopping))
        done = admin_work.finished("evaluation")
        if done and done.result is None:
            st.info(spoken(ADMIN).stopped)
    _show_last(opened)


def _show_last(opened: "Desk") -> None:
    words, last = spoken(EVALUATION), opened.last_evaluation()
    if last is None:
        st.info(words.none, icon=":material/analytics:")
        return
    st.markdown(words.measured.format(day=last.measured_on.isoformat(), version=last.library_version, cases=last.cases))
    if last.library_version != opened.catalogue.library_version():
        st.warning(words.other_library, icon=":material/update:")
    if last.below_gate:
        st.warning(words.gate_missed.format(count=last.below_gate), icon=":material/trending_down:")
    else:
        st.success(words.gate_passed, icon=":material/check:")
    st.dataframe([dict(zip(words.columns, row, strict=True)) for row in last.figures], hide_index=True)
    st.download_button(words.report, last.page, file_name=f"知问评测报告-{last.measured_on.isoformat()}.html", mime="text/html",
                       icon=":material/download:", on_click="ignore")
