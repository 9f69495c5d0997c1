"""What the disk refused, whoever was told so: Python, SQLite, or an engine that has sentences of its own."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import KbError, ReadOnlyLibrary

__all__ = ["engine_errors", "refusal"]

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAID = (("database or disk is full", errno.ENOSPC), ("disk I/O error", errno.EIO), ("readonly database", errno.EROFS))


def refusal(error: OSError, data: Path) -> KbError:
    """The sentence for a write the operating system refused: read-only, full, or something else, each with a remedy."""
    if error.errno in _READ_ONLY:
        return ReadOnlyLibrary(f"数据文件夹不可写：{data}",
                               "已入库的内容仍可查询；如需入库，请改用可写的文件夹（--data）或调整其权限")
    if error.errno in _FULL:
        return KbError("磁盘空间不足，本次改动没有保存", f"请清理 {data} 所在磁盘后重试；原有资料库不受影响")
    return KbError(f"数据文件夹无法使用：{data}（{error.strerror}）",
                   "请检查该路径是否为文件夹、磁盘是否正常，或用 --data 另选一个")


@contextmanager
def engine_errors() -> Iterator[None]:
    """Chroma and tantivy wrap what the system said in errors of their own; here it becomes the OSError it was.

    Their native code may also panic where a write fails, which Python sees as a BaseException.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, OSError):
        raise
    except BaseException as error:
        if number := _number_in(str(error)):
            raise OSError(number, os.strerror(number)) from error
        raise


def _number_in(said: str) -> int:
    if found := re.search(r"os error (\d+)", said):
        return int(found[1])
    return next((number for sentence, number in _SAID if sentence in said), 0)
