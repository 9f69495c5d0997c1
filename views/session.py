"""What the pages share: the library of this process, the conversation of this session, and how errors are shown."""

import math
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from kb.answer import SAMPLE_QUESTIONS
from kb.errors import KbError
from kb.incidents import record
from kb.render import escape_markdown
from kb.route import host_of
from kb.throttle import Throttle
from kb.types import Answer, Question, Sending
from views.wording import CHINESE, LANGUAGES, Wording

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_status_container import StatusContainer

    from kb.assemble import Library
    from kb.settings import Settings

__all__ = ["Turn", "choose_language", "endpoint", "explain", "guarded", "library", "scroll_to_answer", "seconds_to_wait", "spoken",
           "turns", "wording"]

T = TypeVar("T")


@dataclass(frozen=True)
class Turn:
    """One question of the conversation with its answer, or with the sentence that says why there is none.

    `number` tells it from every other of its session, those that were cleared or asked anew included.
    """

    question: str
    answer: Answer | None = None
    problem: str = ""
    number: int = 0


@dataclass
class _Shelf:
    """Where this process keeps its library. The lock makes a second session wait while the first one indexes."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    library: "Library | None" = None
    askers: Throttle = field(default_factory=lambda: Throttle(rate=0.5, burst=10))         # each session
    addresses: Throttle = field(default_factory=lambda: Throttle(rate=5.0, burst=60))      # a class room behind one


@st.cache_resource(show_spinner=False)
def _shelf() -> _Shelf:
    # Built empty, and filled outside the cached function, because the progress of filling it is shown on the page.
    return _Shelf()


def library() -> "Library":
    """The library with its assistant, opened on first use with the progress of that on the page.

    Raises:
        KbError: the settings or the data folder do not allow it.
    """
    shelf = _shelf()
    if shelf.library is None:
        place = st.empty()
        with place.container(), st.status(wording().preparing) as status, shelf.lock:
            if shelf.library is None:
                shelf.library = _open(lambda step: _say(status, step))
        place.empty()
    return shelf.library


def seconds_to_wait() -> int:
    """How long this session, or the address it comes from, must wait before its next question; 0 where it may ask."""
    shelf, now = _shelf(), time.monotonic()
    asker = st.session_state.setdefault("asker", secrets.token_hex(8))
    wait = shelf.askers.wait(asker, now) or shelf.addresses.wait(st.context.ip_address or asker, now)
    return math.ceil(wait)


def _open(progress: Callable[[str], None]) -> "Library":
    from kb.assemble import open_library
    from kb.settings import Settings

    opened = open_library(Settings.load(), progress=progress)
    threading.Thread(target=_warm_up, args=(opened,), name="zhiwen-warm-up", daemon=True).start()
    return opened


def _warm_up(opened: "Library") -> None:
    """Ask something of our own while the reader is still typing: the first answer loads what the others find loaded."""
    try:
        opened.assistant.ask(Question(SAMPLE_QUESTIONS[0], opened.clock.today(), sending=Sending.LOCAL))
    except Exception as error:      # whoever asks next is told; nobody waits for this one
        record(error)


def _say(status: "StatusContainer", step: str) -> None:
    status.update(label=f"{wording().preparing} {escape_markdown(step)}")


def turns() -> list[Turn]:
    """This session's conversation, oldest first; kept nowhere else."""
    kept: list[Turn] = st.session_state.setdefault("turns", [])
    return kept


def wording() -> Wording:
    """The labels in the chosen language."""
    return LANGUAGES.get(st.session_state.get("language", CHINESE.name), CHINESE)


def spoken(words: Mapping[str, T]) -> T:
    """A page's own labels in the chosen language: `words` by name of language."""
    return words[wording().name]


def choose_language() -> None:
    """The 中文 / English switch. Its choice is copied, because a widget's own state ends with the page it is on."""
    st.session_state.setdefault("language", CHINESE.name)
    st.session_state["language_choice"] = st.session_state["language"]
    st.segmented_control("中文 / English", list(LANGUAGES), key="language_choice", label_visibility="collapsed",
                         required=True, on_change=_take_language)


def _take_language() -> None:
    st.session_state["language"] = st.session_state["language_choice"]


def endpoint(settings: "Settings") -> str:
    """Where a configured model is reached, as a person would name it; never the key or a path."""
    return host_of(settings.base_url) or "OpenAI"


# Streamlit's chat glides to its own end while an answer grows. A wheel event stops the glide; the question is then held
# in place for two seconds, or until the reader moves (keys aside: Enter has just been pressed).
_SCROLL = """export default () => {
  const chat = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  const place = () => {
    const question = [...document.querySelectorAll('[data-testid="stChatMessage"]')].at(-2);
    for (const stop of ["pointerdown", "wheel"]) chat?.dispatchEvent(new Event(stop));
    if (!question) return chat?.scrollTo({top: 0, behavior: "instant"});
    question.style.scrollMarginTop = "4.5rem";     // below the bar of pages
    question.scrollIntoView({block: "start", behavior: "instant"});
  };
  const holding = setInterval(place, 60);
  const release = () => clearInterval(holding);
  for (const moved of ["wheel", "touchstart", "pointerdown"])
    addEventListener(moved, release, {once: true, passive: true});
  setTimeout(release, 2000);
}"""


def scroll_to_answer() -> None:
    """Bring the newest question, or the head of an empty page, to the top, so that reading starts at the beginning."""
    st.components.v2.component("scroll_to_answer", js=_SCROLL)(
        key=f"scroll-{len(turns())}{'-writing' if 'writing' in st.session_state else ''}")


def explain(error: Exception) -> str:
    """One sentence for the page: what to do, or an incident number whose traceback is in the log without any values."""
    if isinstance(error, KbError):
        return str(error)
    return wording().failed.format(kind=type(error).__name__, incident=record(error))


def guarded(page: Callable[[], None]) -> Callable[[], None]:
    """`page`, with whatever goes wrong shown as one sentence."""

    def shown() -> None:
        try:
            page()
        except Exception as error:   # the last stop before the reader: everything becomes a sentence and a log entry
            st.error(escape_markdown(explain(error)))

    return shown
