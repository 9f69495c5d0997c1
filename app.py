"""知问 in the browser: page set-up and navigation only. Start it with `zhiwen app`."""

from pathlib import Path

import streamlit as st

from views import about, ask
from views.session import guarded, name_page, wording

st.set_page_config(page_icon=str(Path(ask.__file__).with_name("icon.svg")), layout="centered")
name_page(st.navigation([
    st.Page(guarded(ask.page), title=wording().ask, icon=":material/forum:", url_path="ask", default=True),
    st.Page(guarded(about.page), title=wording().about, icon=":material/info:", url_path="about"),
], position="top")).run()
