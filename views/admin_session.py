"""What the administrator's pages share: who was let in, the desk of this process, and the head of each page."""

import json
import math
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from kb.door import Admission, Door, new_token
from kb.launch import admin_link
from kb.render import escape_markdown
from views.admin_wording import ADMIN, DOOR
from views.session import choose_language, guarded, spoken

if TYPE_CHECKING:
    from kb.administration import Desk

__all__ = ["behind_the_door", "desk", "head", "is_admitted", "opens_anew", "tell"]

_ADMITTED = "admin_admitted"     # session key
_TOLD = "admin_told"
_RENEWAL_S = 10.0                # between two links asked for on the locked page


@dataclass
class _Entrance:
    """The door with the address it is at, and when a link was last asked for."""

    door: Door
    address: str
    renewed: float = -math.inf

    def renew(self) -> None:
        """A further link, on the terminal: only who can see that can use it."""
        if time.monotonic() - self.renewed >= _RENEWAL_S:
            self.renewed = time.monotonic()
            token = new_token()
            self.door.accept(token)
            sys.stderr.write(f"新的管理链接（只能用一次）：\n{admin_link(self.address, token)}\n")
            sys.stderr.flush()


@dataclass
class _Office:
    lock: threading.Lock = field(default_factory=threading.Lock)
    desk: "Desk | None" = None


@st.cache_resource(show_spinner=False)
def _entrance() -> _Entrance:
    """One for all sessions. `zhiwen admin` hands over the first token on the standard input, which is read once."""
    entrance = _Entrance(Door(), f"http://127.0.0.1:{st.get_option('server.port')}")
    handed = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.readline()
    if handed.strip():
        given = json.loads(handed)
        entrance.address = given["address"]
        entrance.door.accept(given["token"])
    else:
        entrance.renew()         # started by hand
    return entrance


@st.cache_resource(show_spinner=False)
def _office() -> _Office:
    return _Office()


def is_admitted() -> bool:
    """Whether this session came in by a link. A link in the address is exchanged now, and leaves the address bar."""
    if st.session_state.get(_ADMITTED, False):
        return True
    entrance = _entrance()
    token = st.query_params.get("token", "")
    st.query_params.clear()
    if token:
        admission = entrance.door.try_token(token)
        st.session_state[_ADMITTED] = admission is Admission.ADMITTED
        st.session_state["admin_refusal"] = admission
    return bool(st.session_state.get(_ADMITTED, False))


def behind_the_door(page: Callable[[], None]) -> Callable[[], None]:
    """`page` for whoever was let in, the locked page for everybody else; whatever goes wrong is one sentence."""

    def shown() -> None:
        if st.session_state.get(_ADMITTED, False):
            page()
        else:
            _locked()

    return guarded(shown)


def _locked() -> None:
    words, entrance = spoken(DOOR), _entrance()
    said = {None: words.missing, Admission.USED: words.used, Admission.WRONG: words.wrong,
            Admission.TOO_SOON: words.too_soon.format(seconds=math.ceil(entrance.door.seconds_closed()))}
    st.title(words.title, anchor=False)
    choose_language()
    refusal = st.session_state.get("admin_refusal")
    (st.warning if refusal else st.info)(said[refusal], icon=":material/lock:")
    st.markdown(words.how)
    if st.button(words.renew, icon=":material/terminal:"):
        entrance.renew()
        st.success(words.renewed)


def desk() -> "Desk":
    """The operator's side of the library, opened on first use with the progress of that on the page.

    Raises:
        KbError: the settings or the data folder do not allow it.
    """
    office = _office()
    if office.desk is None:
        place = st.empty()
        with place.container(), st.status(spoken(ADMIN).preparing) as status, office.lock:
            if office.desk is None:
                office.desk = _open(lambda step: status.update(label=f"{spoken(ADMIN).preparing} {escape_markdown(step)}"))
        place.empty()
    return office.desk


def _open(progress: Callable[[str], None]) -> "Desk":
    from kb.administration import open_desk
    from kb.settings import Settings

    return open_desk(Settings.load(), progress=progress)


def opens_anew() -> Callable[[], None]:
    """To be called by a worker that has mended the library: the next page opens it again, and looks whether all is well."""
    office = _office()

    def close() -> None:
        office.desk = None

    return close


def head(title: str, intro: str = "") -> None:
    """Title, language and lock; below it, once, what the last action came to."""
    words = spoken(ADMIN)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(title, anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            choose_language()
            st.button(words.lock, icon=":material/lock:", on_click=_leave, type="tertiary")
    if intro:
        st.caption(intro)
    if told := st.session_state.pop(_TOLD, ""):
        st.success(told, icon=":material/check:")
    if warning := desk().warning:
        st.warning(words.warning.format(warning=escape_markdown(warning)), icon=":material/warning:")


def tell(sentence: str) -> None:
    """Shown at the top of the next page drawn."""
    st.session_state[_TOLD] = sentence


def _leave() -> None:
    """Nothing of the session stays, the previewed files included."""
    language = st.session_state.get("language")
    st.session_state.clear()
    st.session_state["language"] = language
