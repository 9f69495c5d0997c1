"""知问 in the browser: page set-up and navigation only. Start it with `zhiwen app`."""

from pathlib import Path

import streamlit as st

from views import about, ask, checkup, kit, station
from views.checkup_wording import WORDS as CHECKUP
from views.kiosk import is_kiosk
from views.kit_wording import WORDS as KIT
from views.session import guarded, spoken, wording
from views.station_wording import WORDS as STATION

st.set_page_config(page_title="知问", page_icon=str(Path(ask.__file__).with_name("icon.svg")), layout="centered")
if is_kiosk():      # whatever the address says, a screen in a hall shows the station
    st.navigation([
        st.Page(guarded(station.page), title=spoken(STATION).title, url_path="hall", default=True),
        st.Page(guarded(station.page), title=spoken(STATION).title, url_path="station"),
    ], position="hidden").run()
else:
    st.navigation([
        st.Page(guarded(ask.page), title=wording().ask, icon=":material/forum:", url_path="ask", default=True),
        st.Page(guarded(checkup.page), title=spoken(CHECKUP).title, icon=":material/checklist:", url_path="checkup"),
        st.Page(guarded(station.page), title=spoken(STATION).menu, icon=":material/storefront:", url_path="station"),
        st.Page(guarded(kit.page), title=spoken(KIT).title, icon=":material/redeem:", url_path="kit"),
        st.Page(guarded(about.page), title=wording().about, icon=":material/info:", url_path="about"),
    ], position="top").run()
