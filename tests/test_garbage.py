"""What lives as long as the process is not walked through after every run of a page, and what has ended is still freed."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest

from views import garbage


class Kept:
    """Refers to itself, as a session does: only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The thread at work, hundreds of times a second, each time thoroughly."""
    monkeypatch.setattr(garbage, "_EVERY_S", 0.002)
    monkeypatch.setattr(garbage, "_THOROUGHLY_EVERY", 2)
    ended = threading.Event()
    at_work = threading.Thread(target=garbage.set_aside, args=(ended,))
    at_work.start()
    yield ended
    ended.set()
    at_work.join(10)
    assert not at_work.is_alive()


def _until(holds: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(holds() or pause.wait(0.005) for _ in range(2000))


def test_what_lives_is_set_aside_from_collections(briefly: threading.Event) -> None:
    kept = Kept()
    assert _until(lambda: gc.get_freeze_count() > 0 and not any(thing is kept for thing in gc.get_objects()))


def test_what_was_set_aside_and_has_ended_is_freed(briefly: threading.Event) -> None:
    session = [Kept()]
    assert _until(lambda: not any(thing is session[0] for thing in gc.get_objects()))
    gone = weakref.ref(session.pop())
    assert _until(lambda: gone() is None)


def test_nothing_stays_aside_once_the_server_has_ended(briefly: threading.Event) -> None:
    assert _until(lambda: gc.get_freeze_count() > 0)
    briefly.set()
    assert _until(lambda: gc.get_freeze_count() == 0)
