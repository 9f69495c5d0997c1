"""Older catalogues are brought up to date on opening: a backup beside the file, then every step in one transaction.

The backup (catalogue.sqlite3.v1-20261122.bak) holds the text of that day. It goes with the next removal, so that
removed text is nowhere, and with the first `zhiwen library verify` that finds the migrated library whole.
"""

import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path

from kb.clock import SystemClock
from kb.errors import KbError
from kb.lock import holds_lock, writer_lock

__all__ = ["SCHEMA", "backups", "bring_up_to_date", "is_current"]

SCHEMA = 4                 # raised with every change of the tables; a newer number is refused, never guessed at
_STEPS = {                 # what leads from each number to the next
    1: ("ALTER TABLE versions ADD COLUMN read_by TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passages ADD COLUMN lead_in TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passages ADD COLUMN page_label TEXT NOT NULL DEFAULT ''"),
    2: ("ALTER TABLE versions ADD COLUMN audience TEXT NOT NULL DEFAULT ''",),
    3: ("ALTER TABLE versions ADD COLUMN edited JSON NOT NULL DEFAULT '[]'",),
}
_WAIT_S = 300.0            # another process may be at it


def is_current(connection: sqlite3.Connection) -> bool:
    """Closes the connection. True for a file without tables, too: there is nothing to migrate."""
    with closing(connection):
        return _number(connection) in (0, SCHEMA)


def bring_up_to_date(data: Path, path: Path) -> None:
    """Migrate the catalogue at `path` under the writer lock of `data`. A process killed meanwhile leaves old or new.

    Raises:
        KbError: a newer program wrote it; the message names both numbers.
        LibraryBusy: another process keeps the writer lock.
    """
    with closing(sqlite3.connect(path)) as connection:
        if _number(connection) in (0, SCHEMA):
            return
    lock = nullcontext() if holds_lock(data) else writer_lock(
        data, clock=SystemClock(), command="migrate", wait_s=_WAIT_S)
    with lock, closing(sqlite3.connect(path, isolation_level=None)) as connection:
        number = _number(connection)     # another process may have migrated it while this one waited
        if number in (0, SCHEMA):
            return
        _back_up(connection, path, number)
        connection.execute("BEGIN IMMEDIATE")
        for step in range(number, SCHEMA):
            for statement in _STEPS[step]:
                connection.execute(statement)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA),))
        connection.execute("COMMIT")


def backups(path: Path) -> list[Path]:
    """Copies of the catalogue at `path` from before a migration, half-written ones included."""
    return sorted(path.parent.glob(f"{path.name}.v*.bak*"))


def _number(connection: sqlite3.Connection) -> int:
    """0 for a file that has no tables yet. Raises KbError for a number this program does not know."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return 0
    number = int((connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() or ["0"])[0])
    if number > SCHEMA:
        raise KbError(f"资料库由更新版本的程序建立（结构版本 {number}，本程序支持到 {SCHEMA}）",
                      "请升级知问后再打开，或用 --data 指定另一个数据文件夹")
    return number


def _back_up(connection: sqlite3.Connection, path: Path, number: int) -> None:
    day = SystemClock().today().strftime("%Y%m%d")
    finished = path.with_name(f"{path.name}.v{number}-{day}.bak")
    partial = finished.with_name(f"{finished.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")     # one file, without a log of its own
    partial.replace(finished)
