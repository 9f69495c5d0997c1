"""The administrator's entry, a Streamlit program of its own: page set-up and navigation only. Start it with `zhiwen admin`."""

from pathlib import Path

import streamlit as st

from views import (
    admin_currency,
    admin_evaluation,
    admin_library,
    admin_notes,
    admin_session,
    admin_state,
    admin_upload,
)
from views.admin_wording import ADMIN
from views.session import spoken

st.set_page_config(page_title=spoken(ADMIN).name, page_icon=str(Path(admin_session.__file__).with_name("icon.svg")), layout="wide")
admitted, words = admin_session.is_admitted(), spoken(ADMIN)
st.navigation([
    st.Page(admin_session.behind_the_door(page), title=title, icon=icon, url_path=path, default=path == "library")
    for path, page, title, icon in (
        ("library", admin_library.page, words.library, ":material/library_books:"),
        ("upload", admin_upload.page, words.upload, ":material/upload_file:"),
        ("notes", admin_notes.page, words.notes, ":material/mail:"),
        ("currency", admin_currency.page, words.currency, ":material/event:"),
        ("state", admin_state.page, words.state, ":material/build:"),
        ("evaluation", admin_evaluation.page, words.evaluation, ":material/analytics:"),
    )], position="top" if admitted else "hidden").run()
