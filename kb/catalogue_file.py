"""The file under the catalogue: opened for writing, or for reading only from a folder that cannot be written."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kb import migrations
from kb.errors import KbError, LibraryBusy, ReadOnlyLibrary
from kb.private_folder import private_folder

__all__ = ["CATALOGUE_FILE", "STILL_READABLE", "can_write", "explained", "open_reading", "open_writing", "truncate_log"]

CATALOGUE_FILE = "catalogue.sqlite3"
_USE_ANOTHER = "请改用可写的文件夹（--data），或先在可写处入库"
STILL_READABLE = "查询不受影响；如需入库，请改用可写的文件夹（--data）或调整权限"
_WAIT_FOR_READERS_MS = 1000


def can_write(data: Path) -> bool:
    """Makes the folder where it is missing. Raises KbError where a file stands in its place."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise KbError(f"数据文件夹的位置上是一个文件：{data}", "请用 --data 或 ZHIWEN_DATA 另选一个文件夹") from error
    except OSError:
        return False
    path = data / CATALOGUE_FILE
    return os.access(data, os.W_OK) and (os.access(path, os.W_OK) or not os.access(path, os.F_OK))


def open_writing(data: Path) -> Callable[[], sqlite3.Connection]:
    """Brings an older catalogue up to date first; returns what makes connections to it.

    Raises:
        KbError: a newer program wrote it.
    """
    path = data / CATALOGUE_FILE
    if path.is_file():
        migrations.bring_up_to_date(data, path)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    return connect


def open_reading(data: Path) -> tuple[Callable[[], sqlite3.Connection], Path | None]:
    """What makes connections, and the private folder they read from where the file itself cannot serve.

    `immutable` ignores the write-ahead log, and an older catalogue has to be migrated: both are done in a copy.

    Raises:
        KbError: a newer program wrote it.
        ReadOnlyLibrary: there is no catalogue.
    """
    path, log = data / CATALOGUE_FILE, data / f"{CATALOGUE_FILE}-wal"
    if not os.access(path, os.R_OK):
        raise ReadOnlyLibrary(f"数据文件夹只读，其中还没有资料库：{data}", _USE_ANOTHER)
    unmerged = os.access(log, os.R_OK) and log.stat().st_size > 0
    copy = None
    if unmerged or not migrations.is_current(_immutable(path)):
        copy = private_folder()
        for source in (path, log) if unmerged else (path,):
            shutil.copyfile(source, copy / source.name)
        path = copy / CATALOGUE_FILE
        migrations.bring_up_to_date(copy, path)
        with closing(sqlite3.connect(path)) as connection:
            truncate_log(connection)
    return lambda: _immutable(path), copy


def truncate_log(connection: sqlite3.Connection) -> bool:
    """Whether everything in the log went into the file. False while a reader is in the middle of a query."""
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_FOR_READERS_MS}")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute("PRAGMA busy_timeout = 10000")
    return not busy


def explained(said: str, data: Path) -> KbError:
    """SQLite's sentence decides, because its codes do not survive every layer."""
    if "readonly" in said or "unable to open" in said:
        return ReadOnlyLibrary(f"数据文件夹不可写：{data}", STILL_READABLE)
    if "full" in said:
        return KbError("磁盘空间不足，本次改动没有保存", f"请清理 {data} 所在磁盘后重试；原有资料库不受影响")
    if "locked" in said:
        return LibraryBusy("资料库正被另一个进程写入", "请稍后重试；查询不受影响")
    if "I/O" in said:
        return KbError(f"磁盘读写出错：{data / CATALOGUE_FILE}（{said}）", "请检查磁盘后重试；未完成的改动没有保存")
    return KbError(f"资料库文件已损坏或无法读取：{data / CATALOGUE_FILE}（{said}）",
                   "请用备份替换该文件；没有备份时，移走它后对原来的文件夹重新运行 zhiwen ingest（原件的副本仍在 originals 文件夹中）")


def _immutable(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
