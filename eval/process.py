"""Fresh child processes, timed, with their memory: what is measured starts as a user starts it."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from kb.cli_options import DONE, WITH_PROBLEMS
from kb.errors import ConfigError

__all__ = ["ROOT", "Finished", "Limit", "command", "environment", "held_mb", "resident_mb", "run", "zhiwen"]

ROOT = Path(__file__).parents[1]
_ZHIWEN = "from kb.cli import main; main()"
_LOOK_EVERY_S = 0.25        # reading the size of a large process costs milliseconds of one core


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended. `busy_s`: processor time with that of its children; `peak_mb`: None without /proc."""

    seconds: float
    busy_s: float
    output: str
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """What a process with its children may take; memory only where there is /proc."""

    seconds: float
    megabytes: float


def environment(data: Path) -> dict[str, str]:
    """As a user without settings of their own has it: no model, the measured data folder, this very program."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("ZHIWEN_")}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**inherited, "PYTHONPATH": path, "PYTHONUTF8": "1", "ZHIWEN_DATA": str(data),
            "ANONYMIZED_TELEMETRY": "False"}        # of Chroma, where it is used without our settings


def command(*arguments: str) -> list[str]:
    """The command line of `zhiwen`, of this very program."""
    return [sys.executable, "-c", _ZHIWEN, *arguments]


def zhiwen(arguments: Sequence[str], data: Path) -> Finished:
    """Run the command to its end.

    Raises:
        ConfigError: it did not succeed; its own words are the remedy.
    """
    return run(_ZHIWEN, arguments, data, name=f"zhiwen {arguments[0]}", success=(DONE, WITH_PROBLEMS))


def run(code: str, arguments: Sequence[str], data: Path, *, name: str, success: Sequence[int] = (DONE,),
        limit: Limit | None = None) -> Finished:
    """Run Python `code` in a process of its own.

    Raises:
        ConfigError: its exit code is none of `success`, or it was ended because it took more than its `limit`; `name`
            says which process it was.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started, busy = perf_counter(), _busy_s()
        process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=data.parent, env=environment(data),
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        with _Watch(process.pid, limit) as watch:
            exit_code = process.wait()
        seconds = perf_counter() - started
        if watch.exceeded:
            raise ConfigError(f"{name} 超过了 {watch.exceeded}", "请减少材料，或放宽上限")
        if exit_code not in success:
            raise ConfigError(f"{name} 没有成功（退出码 {exit_code}）", _text(errors).strip()[-300:] or "没有更多说明")
        return Finished(seconds, _busy_s() - busy, _text(output), watch.peak_mb)


def _busy_s() -> float:
    """Processor time of all ended children so far."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _text(file: "tempfile._TemporaryFileWrapper[bytes]") -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def resident_mb(process: int | str) -> float | None:
    """Megabytes in memory; None where there is no /proc."""
    return _status_mb(Path(f"/proc/{process}/status"), "VmRSS:")


class _Watch:
    """The most memory a process and all its descendants held together, looked at four times a second.

    Proportional set size: pages that several of them share are counted once. A shorter peak is not seen. What takes more
    than its limit is ended with all its descendants, and `exceeded` says of what.
    """

    def __init__(self, pid: int, limit: Limit | None) -> None:
        self.peak_mb: float | None = None
        self.exceeded = ""
        self._pid, self._limit, self._ended = pid, limit, threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        ended, began = False, perf_counter()
        while not ended:
            held = held_mb(self._pid) or 0.0
            if held:
                self.peak_mb = max(held, self.peak_mb or 0.0)
            if self._limit and not self.exceeded:
                if perf_counter() - began > self._limit.seconds:
                    self._end(f"{self._limit.seconds / 60:.3g} 分钟")
                elif held > self._limit.megabytes:
                    self._end(f"{self._limit.megabytes / 1024:.3g} GiB 内存")
            ended = self._ended.wait(_LOOK_EVERY_S)

    def _end(self, exceeded: str) -> None:
        self.exceeded = exceeded
        for pid in reversed(list(_family(self._pid))):
            with suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def held_mb(pid: int) -> float | None:
    """Megabytes that a process and all its descendants hold, what they share counted once; None where there is no /proc."""
    held = [megabytes for megabytes in map(_held_mb, _family(pid)) if megabytes is not None]
    return sum(held) if held else None


def _held_mb(pid: int) -> float | None:
    """A process may hide its map from us; its resident size is then the nearest figure."""
    shared_out = _status_mb(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")
    return resident_mb(pid) if shared_out is None else shared_out


def _family(pid: int) -> Iterator[int]:
    """The process and its descendants; those that end meanwhile are left out."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = thread.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _status_mb(path: Path, key: str) -> float | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key)), None)
