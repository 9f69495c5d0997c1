"""Folders of one process in the system's temporary folder: a reader's copy of the index, of a read-only catalogue.

Each holds a locked file. The system frees the lock when its process dies, however it dies, so the next process that
makes such a folder can tell which ones are nobody's and removes them: they may hold text that was removed since.
"""

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from kb.lock import try_lock

__all__ = ["private_folder", "release", "sweep_orphans"]

_PREFIX = "zhiwen-private-"
_LOCK = "owner.lock"
_NEWBORN_S = 60.0          # between making a folder and locking it
_held: dict[Path, int] = {}


def private_folder() -> Path:
    """A new one, this process's own until `release` or its end."""
    sweep_orphans()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try_lock(handle)
    _held[folder] = handle
    return folder


def release(folder: Path) -> None:
    """Remove it. Files still open elsewhere in the process keep it alive on Windows; a later sweep removes it."""
    with contextlib.suppress(KeyError, OSError):
        os.close(_held.pop(folder))
    shutil.rmtree(folder, ignore_errors=True)


def sweep_orphans() -> None:
    """Remove the folders of processes that no longer live. Those of other users are left to them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder not in _held and not folder.is_symlink() and _is_ours(folder) and _is_orphan(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return os.name != "posix" or folder.stat().st_uid == os.getuid()


def _is_orphan(folder: Path) -> bool:
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > _NEWBORN_S
    try:
        return try_lock(handle)
    finally:
        os.close(handle)
