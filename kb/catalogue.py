"""The truth about what the library holds: versions, passages, files. Everything under index/ is derived from it.

SQLite in WAL mode through SQLAlchemy Core. Changes are planned first (pure, shows what the index must do) and applied
in one transaction, so a process killed anywhere leaves the old content or the new.
"""

import os
import sqlite3
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from kb import migrations, schema
from kb.catalogue_file import (
    CATALOGUE_FILE,
    STILL_READABLE,
    can_write,
    explained,
    open_reading,
    open_writing,
    truncate_log,
)
from kb.correction import carried_over
from kb.disk import refusal
from kb.errors import ReadOnlyLibrary
from kb.private_folder import release
from kb.types import Passage, Tier, Version

__all__ = ["Catalogue", "Change", "FileRecord", "Job", "Plan"]

_REMOVAL = "removal not yet overwritten"
_AT_ONCE = 500             # SQLite bounds the number of variables in a statement

_OF_VERSION = "of_version_"
_OF_DOCUMENT = (sa.select(schema.passages, *(c.label(f"{_OF_VERSION}{c.name}") for c in schema.versions.c))
                .join(schema.versions)
                .where(sa.or_(schema.versions.c.document_key == sa.bindparam("name"),
                              schema.versions.c.title_key == sa.bindparam("name"))))
_ARTICLE = _OF_DOCUMENT.where(schema.passages.c.article == sa.bindparam("article"),
                              schema.passages.c.sub == sa.bindparam("sub"))
_LOCATED = _OF_DOCUMENT.where(schema.passages.c.locator == sa.bindparam("locator"))


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Where a version came from. `fingerprint` covers everything that decides how the file is read."""

    location: str
    name: str
    sha256: str
    fingerprint: str
    version_id: str
    owner: str = "library"


@dataclass(frozen=True, slots=True)
class Job:
    """A finished piece of work. `started` is an ISO time in Shanghai; after a removal a report keeps its figures only."""

    kind: str
    started: str
    seconds: float
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Passages by id: new, kept but to be indexed anew (a title, heading or question changed), gone."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What `apply` will write: whole documents in, versions out, files recorded and forgotten."""

    documents: tuple[tuple[Version, tuple[Passage, ...]], ...]
    removals: tuple[str, ...]
    change: Change
    library_version: str                 # of the catalogue once the plan is applied
    files: tuple[FileRecord, ...] = ()
    forgotten: tuple[str, ...] = ()      # locations
    marks: Mapping[str, str] | None = None

    @property
    def touched(self) -> tuple[Passage, ...]:
        """The passages the index must take in."""
        wanted = {*self.change.added, *self.change.changed}
        return tuple(p for _, passages in self.documents for p in passages if p.id in wanted)


class Catalogue:
    """Reads implement `kb.ports.PassageStore`. One writer at a time: hold `kb.lock.writer_lock` around `apply`."""

    def __init__(self, data: Path) -> None:
        """Opens or makes the catalogue in `data`. A folder that cannot be written is served read-only.

        Raises:
            KbError: a newer program wrote it, the file is no catalogue, or there is none and none can be made.
        """
        self.data = data
        self.writable = can_write(data)
        try:
            if self.writable:
                self._connect, copy = open_writing(data), None
            else:
                self._connect, copy = open_reading(data)
            self._engine = sa.create_engine("sqlite://", poolclass=sa.QueuePool, creator=self._connect,
                                            json_serializer=schema.to_json, json_deserializer=schema.from_json)
            sa.event.listen(self._engine, "handle_error", self._explain)
            self._release = weakref.finalize(self, release, copy) if copy else None
            if self.writable:
                self._make_tables()
        except sqlite3.DatabaseError as error:
            raise explained(str(error), data) from error

    def _explain(self, context: sa.engine.ExceptionContext) -> None:
        """Whatever SQLite refuses, in reading or writing, becomes one sentence; a statement of ours that is wrong does not."""
        error = context.original_exception
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise explained(str(error), self.data) from error

    def _make_tables(self) -> None:
        with self._engine.connect() as connection:
            if sa.inspect(connection).has_table("meta"):
                return
            # Two processes may start on a new folder at once; the second waits here and finds the tables made.
            connection.rollback()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            schema.tables.create_all(connection)
            first = sa.insert(schema.meta).prefix_with("OR IGNORE")
            connection.execute(first, {"key": "schema", "value": str(migrations.SCHEMA)})
            connection.commit()

    # --- the read side: kb.ports.PassageStore

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Passage] = {}
        for i in range(0, len(wanted), _AT_ONCE):
            found |= {p.id: p for p in self._select(schema.passages.c.id.in_(wanted[i:i + _AT_ONCE]))}
        return {passage_id: found[passage_id] for passage_id in wanted if passage_id in found}

    def version_ids(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(schema.passages.c.id, schema.passages.c.version_id))
            return {row.id: row.version_id for row in found}

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        return self._everywhere(_ARTICLE, document, article=article, sub=sub)

    def located(self, document: str, locator: str) -> list[Passage]:
        return self._everywhere(_LOCATED, document, locator=locator)

    def versions(self) -> list[Version]:
        with self._engine.connect() as connection:
            found = [schema.version_from(row._mapping) for row in connection.execute(sa.select(schema.versions))]
        return sorted(found, key=lambda v: (v.document, *_newest_first(v)))

    def passages_of(self, version_id: str) -> list[Passage]:
        return self._select(schema.passages.c.version_id == version_id)

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        centre = self._select(schema.passages.c.id == passage_id)
        if not centre:
            return []
        near = schema.passages.c.ordinal.between(centre[0].ordinal - radius, centre[0].ordinal + radius)
        return self._select(schema.passages.c.version_id == centre[0].version.id, near)

    def all_passages(self) -> list[Passage]:
        """The whole library, for building the index anew."""
        return self._select()

    def passage_ids(self) -> list[str]:
        """Sorted."""
        with self._engine.connect() as connection:
            return sorted(connection.scalars(sa.select(schema.passages.c.id)))

    def sizes(self) -> dict[str, int]:
        """Number of passages by version id."""
        column = schema.passages.c.version_id
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(sa.select(column, sa.func.count()).group_by(column))}

    def files(self) -> list[FileRecord]:
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(schema.files).order_by("location"))
            return [FileRecord(**row._mapping) for row in found]

    def jobs(self, most: int = 50) -> list[Job]:
        """What was done to the library, the latest first."""
        newest = sa.select(schema.jobs).order_by(schema.jobs.c.id.desc()).limit(most)
        with self._engine.connect() as connection:
            return [Job(row.kind, row.started, row.seconds, row.report) for row in connection.execute(newest)]

    def mark(self, key: str) -> str:
        """A remembered value, such as the digest of the bundled library; empty where none is."""
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.key == key)) or ""

    def library_version(self) -> str:
        """Twelve digits that change whenever any stored text, date or title does."""
        return _library_version(self._digests())

    def original(self, digest: str) -> Path | None:
        """The file as it came, where one was kept."""
        path = self.data / "originals" / digest
        return path if digest.isalnum() and path.is_file() else None

    # --- the write side

    def as_edited(self, documents: Sequence[tuple[Version, Sequence[Passage]]]) -> list[tuple[Version, Sequence[Passage]]]:
        """Documents as files have them, with what an administrator edited in these versions left as edited."""
        stored = {version.id: version for version in self.versions() if version.edited}
        return [carried_over(version, passages, stored[version.id]) if version.id in stored else (version, passages)
                for version, passages in documents]

    def plan(self, documents: Sequence[tuple[Version, Sequence[Passage]]], removals: Iterable[str] = (), *,
             files: Sequence[FileRecord] = (), forgotten: Iterable[str] = (),
             marks: Mapping[str, str] | None = None) -> Plan:
        """What replacing these documents and removing those versions would change. Writes nothing."""
        digests = self._digests()
        gone = tuple(version_id for version_id in dict.fromkeys(removals) if version_id in digests)
        new = tuple((v, tuple(p)) for v, p in documents if digests.get(v.id) != schema.digest_of(v, p))
        added: list[str] = []
        changed: list[str] = []
        removed: list[str] = []
        for version, passages in new:
            before = {p.id: _indexed(p) for p in self.passages_of(version.id)}
            after = {p.id: _indexed(p) for p in passages}
            added += [i for i in after if i not in before]
            changed += [i for i in after if i in before and before[i] != after[i]]
            removed += [i for i in before if i not in after]
            digests[version.id] = schema.digest_of(version, passages)
        for version_id in gone:
            removed += [p.id for p in self.passages_of(version_id)]
            del digests[version_id]
        return Plan(new, gone, Change(tuple(added), tuple(changed), tuple(removed)), _library_version(digests),
                    tuple(files), tuple(forgotten), marks)

    def apply(self, plan: Plan) -> Change:
        """Write a plan in one transaction. Deleted text is overwritten, in the log too, and its originals removed."""
        removing = bool(plan.change.removed or plan.removals)
        leaving = (*plan.removals, *(version.id for version, _ in plan.documents))
        before = self._originals(leaving)
        with self.writing() as connection:
            for version_id in leaving:
                # Files are kept across a replacement: deleting the version would take them along.
                connection.execute(sa.delete(schema.passages).where(schema.passages.c.version_id == version_id))
            for version_id in plan.removals:
                connection.execute(sa.delete(schema.versions).where(schema.versions.c.id == version_id))
            for version, passages in plan.documents:
                schema.upsert(connection, schema.versions, [schema.version_row(version, passages)])
                if passages:
                    connection.execute(sa.insert(schema.passages), [schema.passage_row(p) for p in passages])
            for location in plan.forgotten:
                connection.execute(sa.delete(schema.files).where(schema.files.c.location == location))
            schema.upsert(connection, schema.files, [{f.name: getattr(record, f.name) for f in fields(FileRecord)}
                                                     for record in plan.files])
            schema.upsert(connection, schema.meta, [{"key": k, "value": v} for k, v in (plan.marks or {}).items()])
            if removing:
                # Earlier reports quote titles and file names; of what is gone only the figures stay.
                connection.execute(sa.update(schema.jobs).values(report=sa.func.json_remove(
                    schema.jobs.c.report, "$.warnings", "$.problems")))
                schema.upsert(connection, schema.meta, [{"key": _REMOVAL, "value": "1"}])
        for digest in before - self._originals():
            (self.data / "originals" / digest).unlink(missing_ok=True)
        if removing:
            self.overwrite_deleted()
        return plan.change

    def replace(self, version: Version, passages: Sequence[Passage]) -> Change:
        """Store one document whole; doing it again changes nothing."""
        return self.apply(self.plan([(version, passages)]))

    def remove(self, version_ids: Iterable[str]) -> Change:
        return self.apply(self.plan([], version_ids))

    def note_job(self, kind: str, started: str, seconds: float, report: Mapping[str, object]) -> None:
        """Remember a finished piece of work for the administrator's page."""
        with self.writing() as connection:
            connection.execute(sa.insert(schema.jobs), {"kind": kind, "started": started, "seconds": seconds,
                                                  "report": dict(report), "owner": "library"})

    def keep_original(self, digest: str, content: bytes) -> None:
        """Store a file as it came, under its checksum, whole or not at all. Raises KbError where the disk refuses."""
        folder = self.data / "originals"
        if (folder / digest).exists():
            return
        try:
            folder.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(folder / digest)
        except OSError as error:
            raise refusal(error, self.data) from error

    def sweep_originals(self) -> None:
        """Remove what no version refers to: a replaced file, or one whose ingestion was killed."""
        folder = self.data / "originals"
        kept = self._originals()
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def removal_pending(self) -> bool:
        """Whether deleted text may still be in the log: a reader was in the middle of a query, or a writer was killed."""
        return bool(self.mark(_REMOVAL))

    def forget_deleted(self) -> None:
        """Finish a removal. Before anything new is read in, because originals that no version refers to go too."""
        self.sweep_originals()
        self.overwrite_deleted()

    def backups(self) -> list[Path]:
        """Copies from before a migration: they hold the text of their day."""
        return migrations.backups(self.data / CATALOGUE_FILE)

    def drop_backups(self) -> None:
        for path in self.backups() if self.writable else ():
            path.unlink()

    def check(self) -> None:
        """Read everything back. Raises KbError where the file or a stored text is not what was written."""
        try:
            with self._engine.connect() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            stored: dict[str, list[Passage]] = {}
            for passage in self.all_passages():
                stored.setdefault(passage.version.id, []).append(passage)
            digests = self._digests()
            altered = [v.title for v in self.versions() if schema.digest_of(v, stored.get(v.id, [])) != digests[v.id]]
        except ValueError as error:                    # a damaged page may still be read, as nonsense
            raise explained(str(error), self.data) from error
        if said != "ok" or altered:
            raise explained("；".join(f"《{title}》与入库时不同" for title in altered) or str(said), self.data)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction. Raises ReadOnlyLibrary where the folder cannot be written."""
        if not self.writable:
            raise ReadOnlyLibrary(f"数据文件夹不可写：{self.data}", STILL_READABLE)
        with self._engine.begin() as connection:
            yield connection

    def overwrite_deleted(self) -> None:
        """secure_delete has overwritten the pages; truncating the log removes the copies in it.

        A reader in the middle of a query postpones that: the mark stays, and the next to open the library tries again.
        """
        self.drop_backups()
        with closing(self._connect()) as connection:
            done = truncate_log(connection)
        if done:
            with self.writing() as connection:
                connection.execute(sa.delete(schema.meta).where(schema.meta.c.key == _REMOVAL))

    def close(self) -> None:
        self._engine.dispose()
        if self._release:
            self._release()

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    # --- below the surface

    def _everywhere(self, statement: sa.Select[Any], document: str, **place: object) -> list[Passage]:
        """One place in every version of a document. Asked dozens of times a question, hence one prepared statement."""
        with self._engine.connect() as connection:
            rows = connection.execute(statement, {"name": schema.name_key(document), **place}).all()
        found = [schema.passage_from(row._mapping, schema.version_from(
            {name.removeprefix(_OF_VERSION): value for name, value in row._mapping.items()
             if name.startswith(_OF_VERSION)})) for row in rows]
        return sorted(found, key=lambda p: (*_newest_first(p.version), p.part, p.ordinal))

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Passage]:
        """In order within a version. Versions are read apart, because thousands of passages share one."""
        query = (sa.select(schema.passages).join(schema.versions).where(*conditions)
                 .order_by(schema.passages.c.version_id, schema.passages.c.ordinal))
        with self._engine.connect() as connection:
            rows = [row._mapping for row in connection.execute(query)]
            needed = sorted({row["version_id"] for row in rows})
            owners: dict[str, Version] = {}
            for i in range(0, len(needed), _AT_ONCE):
                chosen = sa.select(schema.versions).where(schema.versions.c.id.in_(needed[i:i + _AT_ONCE]))
                owners |= {row.id: schema.version_from(row._mapping) for row in connection.execute(chosen)}
        return [schema.passage_from(row, owners[row["version_id"]]) for row in rows]

    def _digests(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(schema.versions.c.id, schema.versions.c.digest))
            return {row.id: row.digest for row in found}

    def _originals(self, version_ids: Iterable[str] | None = None) -> set[str]:
        """Digests of the files that these versions, or all, came from."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(schema.versions.c.id, schema.versions.c.sha256)).all()
        wanted = None if version_ids is None else set(version_ids)
        return {row.sha256 for row in found if row.sha256 and (wanted is None or row.id in wanted)}


def _newest_first(version: Version) -> tuple[int, int, str]:
    """Undated versions last; on one day the official text before our digest of it."""
    day = version.in_force_from or version.issued or date.min
    return -day.toordinal(), list(Tier).index(version.tier), version.id


def _indexed(passage: Passage) -> tuple[object, ...]:
    """What the index sees of a passage."""
    return passage.title, passage.locator, passage.heading_path, passage.text, passage.questions


def _library_version(digests: Mapping[str, str]) -> str:
    return sha256(schema.to_json(sorted(digests.items())).encode("utf-8")).hexdigest()[:12]
