"""知问 in the browser: page set-up and navigation only. Start it with `zhiwen app`."""

from pathlib import Path

import streamlit as st

from views import about, ask, checkup, templates
from views.checkup_wording import WORDS as CHECKUP
from views.session import guarded, spoken, wording
from views.templates_wording import WORDS as TEMPLATES

st.set_page_config(page_title="知问", page_icon=str(Path(ask.__file__).with_name("icon.svg")), layout="centered")
st.navigation([
    st.Page(guarded(ask.page), title=wording().ask, icon=":material/forum:", url_path="ask", default=True),
    st.Page(guarded(checkup.page), title=spoken(CHECKUP).title, icon=":material/checklist:", url_path="checkup"),
    st.Page(guarded(templates.page), title=spoken(TEMPLATES).title, icon=":material/draft:", url_path="templates"),
    st.Page(guarded(about.page), title=wording().about, icon=":material/info:", url_path="about"),
], position="top").run()
