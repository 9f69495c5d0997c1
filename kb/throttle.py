"""How often one asker may ask: a bucket of questions that fills again with time. Thread-safe, bounded in memory."""

import threading
from dataclasses import dataclass, field

__all__ = ["Throttle"]

_KEPT = 10_000               # askers remembered; the fullest bucket is forgotten first, which costs its owner nothing


@dataclass
class Throttle:
    """`burst` questions at once, `rate` a second after that, for each asker by itself."""

    rate: float
    burst: int
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)     # asker → (left, at what time)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, asker: str, now: float) -> float:
        """Seconds until `asker` may ask again; 0.0 when this question is admitted, and counted.

        `now` is a monotonic time in seconds. A question that is not admitted is not counted.
        """
        with self._lock:
            left, at = self._buckets.get(asker, (float(self.burst), now))
            left = min(float(self.burst), left + (now - at) * self.rate)
            admitted = left >= 1.0
            self._buckets[asker] = (left - 1.0 if admitted else left, now)
            if len(self._buckets) > _KEPT:
                self._buckets.pop(max(self._buckets, key=lambda k: self._buckets[k][0] + (now - self._buckets[k][1]) * self.rate))
            return 0.0 if admitted else (1.0 - left) / self.rate
