"""Where the work stands, shown as a bar with rate and time left on a terminal, as a few plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Lines", "Listener", "Progress", "shown_on"]

_EVERY_S = 10.0            # a plain line at the latest after so many seconds, and at each tenth of the way


@dataclass(frozen=True, slots=True)
class Progress:
    """One step: `done` of `total` files (of passages while an index is built), `passages` prepared so far."""

    stage: str
    done: int
    total: int
    file: str = ""
    passages: int = 0

    def __str__(self) -> str:
        return f"{self.stage} {self.done}/{self.total} {self.file}".rstrip()


Listener = Callable[[Progress], None]


@contextmanager
def shown_on(stream: TextIO) -> Iterator[Listener]:
    """A listener that writes to the stream while the context lasts."""
    if not stream.isatty():
        yield Lines(lambda line: print(line, file=stream, flush=True))
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    with Bars(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
              TimeElapsedColumn(), TextColumn("{task.fields[pace]}", markup=False), console=Console(file=stream),
              transient=True) as bars:
        tasks = {}
        paces = _Paces()

        def show(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(step.stage, pace="")
            # An index is built in one go: its bar moves to and fro until the step that says it is stored.
            total = step.total if step.done else None
            bars.update(tasks[step.stage], completed=step.done, total=total, pace=paces.of(step))

        yield show


@dataclass
class _Paces:
    """How fast the work goes, storing included, because reading waits for it."""

    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._began = self.clock()

    def of(self, step: Progress) -> str:
        """12.0 个文件/秒，850 段/秒，还需约 60 秒; empty where nothing can be said yet."""
        seconds = self.clock() - self._began
        if not step.done or seconds < 1:
            return ""
        rates = [f"{step.done / seconds:.1f} 个文件/秒"]
        rates += [f"{step.passages / seconds:.0f} 段/秒"] if step.passages else []
        left = seconds / step.done * (step.total - step.done)
        return "，".join(rates + ([f"还需约 {_duration(left)}"] if left >= 1 else []))


@dataclass
class Lines:
    """Plain lines for logs: when a stage begins, at each tenth, at its end, and when nothing was said for long."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._paces = _Paces(self.clock)
        self._last: Progress | None = None
        self._said_at = 0.0

    def __call__(self, step: Progress) -> None:
        pace = self._paces.of(step)
        if self._is_due(step):
            self._last, self._said_at = step, self.clock()
            self.say(f"{step}（{pace}）" if pace else str(step))

    def _is_due(self, step: Progress) -> bool:
        last = self._last
        return (last is None or step.stage != last.stage or step.done == step.total
                or step.done * 10 // max(step.total, 1) > last.done * 10 // max(last.total, 1)
                or self.clock() - self._said_at >= _EVERY_S)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} 秒" if whole < 90 else f"{round(whole / 60)} 分钟"
