"""Turns at the chat model: so many requests at once, so many in a minute, first come first served. Thread-safe.

Whoever could not be answered in time is told at once instead of at the end of a wait.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kb.errors import ModelError, ModelStopped

__all__ = ["Admission"]

_MINUTE = 60.0
_LOOK_UP_S = 0.1             # between two looks at whether the reader has stopped waiting
_REMEMBERED = 20             # calls whose duration tells how long the next one will take


@dataclass
class Admission:
    """`parallel` calls under way at once, and `per_minute` begun in any sixty seconds (0: no such limit)."""

    parallel: int
    per_minute: int = 0
    now: Callable[[], float] = time.monotonic
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _queue: deque[object] = field(default_factory=deque, repr=False)
    _inside: int = field(default=0, repr=False)
    _begun: deque[float] = field(default_factory=deque, repr=False)            # of the last minute, oldest first
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED), repr=False)

    @property
    def waiting(self) -> int:
        """How many callers wait for a turn."""
        return len(self._queue)

    @contextmanager
    def turn(self, until: float, stopped: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn and hold it for the block; `until` is the moment by which the call must have ended.

        Raises:
            ModelError: the turn would come too late for that.
            ModelStopped: the reader gave up waiting.
        """
        begun = self._enter(until, stopped)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._took.append(self.now() - begun)
                self._changed.notify_all()

    def _enter(self, until: float, stopped: Callable[[], bool]) -> float:
        me = object()
        with self._changed:
            if self._expected_wait() > until - self.now():
                raise _too_late()
            self._queue.append(me)
            try:
                while (wait := self._wait(me)) > 0:
                    left = until - self.now()
                    if stopped():
                        raise ModelStopped("已按您的要求停止等候对话模型", "以下由资料库直接摘编")
                    if left <= 0:
                        raise _too_late()
                    self._changed.wait(min(wait, left, _LOOK_UP_S))
                self._inside += 1
                self._begun.append(self.now())
                return self._begun[-1]
            finally:
                self._queue.remove(me)
                self._changed.notify_all()      # whoever is first now looks again

    def _wait(self, me: object) -> float:
        """Seconds until `me` may be next; 0.0 when it is; the minute's limit alone is known in advance."""
        if self._queue[0] is not me or self._inside >= self.parallel:
            return _MINUTE
        return self._minute_full_for()

    def _minute_full_for(self) -> float:
        while self._begun and self.now() - self._begun[0] >= _MINUTE:
            self._begun.popleft()
        full = 0 < self.per_minute <= len(self._begun)
        return self._begun[-self.per_minute] + _MINUTE - self.now() if full else 0.0

    def _expected_wait(self) -> float:
        """Seconds until a caller who comes now would have been answered, as far as the last calls tell."""
        usual = sum(self._took) / len(self._took) if self._took else 0.0
        ahead = len(self._queue) + self._inside
        rounds = ahead // self.parallel       # calls that must end before ours begins, the first of them half over
        queued_minutes = (len(self._queue) // self.per_minute) * _MINUTE if self.per_minute else 0.0
        wait = max(max(rounds - 0.5, 0.0) * usual, self._minute_full_for() + queued_minutes)
        return wait + usual if wait else 0.0  # where a turn is free, a slow model is tried all the same


def _too_late() -> ModelError:
    return ModelError("同时使用对话模型的人较多，限定时间内排不上", "已改用资料库直接作答；请稍后再问")
