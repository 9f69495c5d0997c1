"""Long work of the administrator: a worker does it, the page shows how far it got, and no click can lose it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from kb.render import escape_markdown
from views.admin_wording import ADMIN
from views.session import explain, spoken

__all__ = ["Work", "finished", "forget", "is_busy", "result_of", "show_progress", "start"]

_LOOK_EVERY_S = 0.5
_AT_ONCE_S = 0.3         # what is done by then is shown without the page of its making


@dataclass
class Work:
    """One piece of work. The worker sets `step`, then `result` or `error`, then `done`; `stopping` is the reader's."""

    step: str = ""
    result: Any = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def say(self, step: str) -> None:
        self.step = step


def start(name: str, task: Callable[[Work], object]) -> None:
    """Begin; what came of it stays in the session under this name until it is forgotten."""
    work = st.session_state[_key(name)] = Work()
    threading.Thread(target=_do, args=(work, task), name=f"zhiwen-{name}", daemon=True).start()
    work.done.wait(_AT_ONCE_S)
    st.rerun()


def _do(work: Work, task: Callable[[Work], object]) -> None:
    try:
        work.result = task(work)
    except Exception as error:       # the page shows it as a sentence, and logs what is ours to mend
        work.error = error
    finally:
        work.done.set()


def finished(name: str) -> Work | None:
    """The work of this name once it is done; its error, where there is one, is on the page as a sentence."""
    work: Work | None = st.session_state.get(_key(name))
    if work is None or not work.done.is_set():
        return None
    if work.error:
        st.error(escape_markdown(explain(work.error)), icon=":material/error:")
        return None
    return work


def result_of(name: str) -> Any:     # noqa: ANN401  (of whatever the task returned)
    """What came of it; None where nothing did, or not yet."""
    work: Work | None = st.session_state.get(_key(name))
    return work.result if work and work.done.is_set() else None


def forget(name: str) -> None:
    st.session_state.pop(_key(name), None)


def is_busy() -> bool:
    """Whether anything of this session is under way: one thing at a time."""
    return any(isinstance(work, Work) and not work.done.is_set() for work in st.session_state.values())


def show_progress(name: str, label: str, stoppable: bool = False) -> bool:
    """Whether work of this name is under way; it is then on the page, which draws itself anew when it is done."""
    work: Work | None = st.session_state.get(_key(name))
    if work is None or work.done.is_set():
        return False
    _progress(name, label, stoppable)
    return True


@st.fragment(run_every=_LOOK_EVERY_S)
def _progress(name: str, label: str, stoppable: bool) -> None:
    work: Work | None = st.session_state.get(_key(name))
    if work is None or work.done.is_set():
        st.rerun()
    st.status(f"{label} {escape_markdown(work.step)}".rstrip())
    if stoppable:
        st.button(spoken(ADMIN).stop, key=f"stop-{name}", icon=":material/stop_circle:", on_click=work.stopping.set,
                  disabled=work.stopping.is_set())


def _key(name: str) -> str:
    return f"work-{name}"
