"""知问 in the browser: page set-up and navigation only. Start it with `zhiwen app`."""

from pathlib import Path

import streamlit as st

from views import about, ask, browse, checkup, kit, learn, station, templates
from views.browse_wording import WORDS as BROWSE
from views.checkup_wording import WORDS as CHECKUP
from views.kiosk import is_kiosk
from views.kit_wording import WORDS as KIT
from views.learn_wording import WORDS as LEARN
from views.session import guarded, name_page, spoken, wording
from views.station_wording import WORDS as STATION
from views.templates_wording import WORDS as TEMPLATES

st.set_page_config(page_icon=str(Path(ask.__file__).with_name("icon.svg")), layout="centered")
if is_kiosk():      # whatever the address says, a screen in a hall shows the station
    pages = [st.Page(guarded(station.page), title=spoken(STATION).title, url_path=path, default=path == "hall") for path in ("hall", "station")]
else:
    pages = [st.Page(guarded(page), title=title, icon=f":material/{icon}:", url_path=path, default=path == "ask")
             for path, page, title, icon in (
        ("ask", ask.page, wording().ask, "forum"),
        ("browse", browse.page, spoken(BROWSE).title, "menu_book"),
        ("checkup", checkup.page, spoken(CHECKUP).title, "checklist"),
        ("templates", templates.page, spoken(TEMPLATES).title, "draft"),
        ("learn", learn.page, spoken(LEARN).title, "school"),
        ("station", station.page, spoken(STATION).menu, "storefront"),
        ("kit", kit.page, spoken(KIT).title, "redeem"),
        ("about", about.page, wording().about, "info"),
    )]
name_page(st.navigation(pages, position="hidden" if is_kiosk() else "top")).run()
