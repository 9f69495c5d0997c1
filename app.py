"""知问 in the browser: page set-up and navigation only. Start it with `zhiwen app`."""

from pathlib import Path

import streamlit as st

from views import about, ask, learn
from views.learn_wording import WORDS as LEARN
from views.session import guarded, spoken, wording

st.set_page_config(page_title="知问", page_icon=str(Path(ask.__file__).with_name("icon.svg")), layout="centered")
st.navigation([
    st.Page(guarded(ask.page), title=wording().ask, icon=":material/forum:", url_path="ask", default=True),
    st.Page(guarded(learn.page), title=spoken(LEARN).title, icon=":material/school:", url_path="learn"),
    st.Page(guarded(about.page), title=wording().about, icon=":material/info:", url_path="about"),
], position="top").run()
