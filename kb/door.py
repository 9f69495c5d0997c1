"""Who may come in to the administrator: whoever has a link printed on the terminal, each of which opens once.

A wrong link costs waiting time, for everybody: with 256 random bits in each that is for the log's sake, not for the lock's.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum

__all__ = ["Admission", "Door", "new_token"]

_KEPT = 3                  # links that are still good; an older one gives way
_REMEMBERED = 100          # used ones, to tell a used link from a wrong one
_LONGEST_WAIT_S = 10.0


class Admission(StrEnum):
    ADMITTED = "admitted"
    USED = "used"
    WRONG = "wrong"
    TOO_SOON = "too_soon"      # not even looked at


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Door:
    """Thread-safe: of two tabs with one link, one is let in. `now` is a monotonic time in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._good: list[bytes] = []
        self._used: list[bytes] = []
        self._wrong = 0                  # in a row
        self._closed_until = 0.0

    def accept(self, token: str) -> None:
        """From now on this token opens, once."""
        with self._lock:
            self._good = [*self._good, token.encode()][-_KEPT:]

    def try_token(self, token: str) -> Admission:
        """Compared in constant time with each that is good. After n wrong ones in a row nobody is looked at for 2ⁿ s, 10 at most."""
        given = token.encode("utf-8", "backslashreplace")
        with self._lock:
            if self._now() < self._closed_until:
                return Admission.TOO_SOON
            matching = [good for good in self._good if hmac.compare_digest(good, given)]
            if matching:
                self._good.remove(matching[0])
                self._used = [*self._used, matching[0]][-_REMEMBERED:]
                self._wrong = 0
                return Admission.ADMITTED
            if any([hmac.compare_digest(used, given) for used in self._used]):
                return Admission.USED
            self._wrong += 1
            self._closed_until = self._now() + min(2.0 ** self._wrong, _LONGEST_WAIT_S)
            return Admission.WRONG

    def seconds_closed(self) -> float:
        """Until the next one is looked at; 0.0 where that is now."""
        return max(0.0, self._closed_until - self._now())
