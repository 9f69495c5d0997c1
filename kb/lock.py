"""One writer at a time. The system holds the lock, so a killed writer frees it; the content names the holder."""

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kb.clock import SHANGHAI
from kb.disk import refusal
from kb.errors import LibraryBusy
from kb.ports import Clock

__all__ = ["holds_lock", "try_lock", "writer_lock"]

LOCK_NAME = "writer.lock"
_held: set[Path] = set()


@contextlib.contextmanager
def writer_lock(data: Path, *, clock: Clock, command: str = "", wait_s: float = 0.0) -> Iterator[None]:
    """Hold the data folder's writer lock; the folder is created where it is missing.

    Raises:
        LibraryBusy: another process still writes after `wait_s` seconds; the message names it.
        ReadOnlyLibrary: the folder cannot be written.
    """
    path = data / LOCK_NAME
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise refusal(error, data) from error
    try:
        _acquire(handle, path, time.monotonic() + wait_s)
        try:
            _write_holder(handle, command, clock)
        except OSError as error:
            raise refusal(error, data) from error
        _held.add(data.resolve())
        try:
            yield
        finally:
            _held.discard(data.resolve())
            with contextlib.suppress(OSError):     # a name left behind is harmless: the lock itself decides
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holds_lock(data: Path) -> bool:
    """Whether this process is the writer, so that it need not wait for itself."""
    return data.resolve() in _held


def _acquire(handle: int, path: Path, deadline: float) -> None:
    while not try_lock(handle):
        if time.monotonic() >= deadline:
            raise LibraryBusy(_holder(path), "请等它结束后重试；查询不受影响")
        time.sleep(0.1)


def try_lock(handle: int) -> bool:
    """False where another process, or another handle of this one, has the file locked."""
    try:
        if sys.platform == "win32":
            import msvcrt
            # A byte far beyond the content: Windows locks are mandatory, and others must be able to read who holds it.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def _write_holder(handle: int, command: str, clock: Clock) -> None:
    holder = {"pid": os.getpid(), "started": clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds"),
              "command": command}
    os.ftruncate(handle, 0)
    os.write(handle, json.dumps(holder, ensure_ascii=False).encode("utf-8"))


def _holder(path: Path) -> str:
    """The holder may be between locking and writing its name, so an empty file is ordinary."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"正在入库（进程 {holder['pid']}，开始于 {holder['started']}）"
    except (OSError, ValueError, KeyError, TypeError):
        return "正在入库（另一个进程）"
