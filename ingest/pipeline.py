"""The main path of ingestion: find → read → prepare (in child processes) → plan → store. Twice over writes nothing."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from ingest.document import PreparedDocument, RawFile, SourceWarning
from ingest.load import Problem, SourceFile, find_files, read_file
from ingest.manifest import Manifest, ManifestEntry, find_manifest
from ingest.prepare import prepare_bundled
from ingest.sandbox import ParserPool
from kb.catalogue import Catalogue, FileRecord
from kb.clock import SHANGHAI
from kb.errors import SourceError
from kb.lock import writer_lock
from kb.ports import Clock, Embedder
from kb.registry import Registry
from kb.store import complete, is_complete, store
from kb.types import Version

__all__ = ["IngestReport", "Progress", "ingest_bundled", "ingest_paths"]

RECIPE = 2                 # raised when the same bytes would now be read differently, so that they are read again
_BUNDLED = "bundled:"
_BUNDLED_MARK = "bundled library"
_BUNDLED_WAIT_S = 300.0    # how long a second process waits for the one that is indexing the bundled library


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the work stands, for a progress bar or plain lines."""

    stage: str
    done: int
    total: int
    file: str = ""

    def __str__(self) -> str:
        return f"{self.stage} {self.done}/{self.total} {self.file}".rstrip()


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What happened. Counts are files; `passages` is what the library now holds of the named files."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0
    removed: int = 0
    passages: int = 0
    seconds: float = 0.0
    warnings: tuple[SourceWarning, ...] = ()
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The stable form other programs rely on (`zhiwen ingest --json`)."""
        counts = {name: getattr(self, name) for name in ("added", "updated", "unchanged", "missing", "removed",
                                                         "passages")}
        return counts | {"seconds": round(self.seconds, 2), "warnings": [asdict(w) for w in self.warnings],
                         "problems": [asdict(p) for p in self.problems]}


def ingest_paths(paths: Sequence[Path], data: Path, *, registry: Registry, embedder: Embedder, clock: Clock,
                 prune: bool = False, progress: Listener | None = None) -> IngestReport:
    """Take in files and folders. A bad file becomes a problem of the report and stops nothing.

    Files that vanished from a named folder are counted as missing; `prune` removes them.

    Raises:
        LibraryBusy: another process is writing.
        ReadOnlyLibrary: the data folder cannot be written.
        IndexDamaged: another embedder made the index.
    """
    with writer_lock(data, clock=clock, command="ingest"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        catalogue.sweep_originals()      # what a killed run had already copied
        run = _Run(catalogue, registry, clock, progress or (lambda step: None))
        sources, skipped = find_files(paths)
        run.problems += skipped
        run.take_in(sources, _Manifests(paths, run.problems))
        missing = run.missing(paths, sources)
        run.forget(missing if prune else [])
        return run.finish(embedder, missing=0 if prune else len(missing))


def ingest_bundled(library: Path, data: Path, *, registry: Registry, embedder: Embedder, clock: Clock,
                   progress: Listener | None = None) -> IngestReport:
    """Index the shipped library on first use and again when its content changes; otherwise a glance.

    A second process waits for the one that is at it. What the shipped library no longer has is removed.
    """
    content = _content(library)
    with Catalogue(data) as catalogue:
        if catalogue.mark(_BUNDLED_MARK) == content and is_complete(catalogue, embedder):
            return IngestReport()
    with writer_lock(data, clock=clock, command="bundled library", wait_s=_BUNDLED_WAIT_S), \
            Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        if catalogue.mark(_BUNDLED_MARK) == content:
            return IngestReport()
        run = _Run(catalogue, registry, clock, progress or (lambda step: None))
        shipped = sorted(library.rglob("*.md"))
        run.take_in_bundled(shipped, library)
        kept = {_BUNDLED + path.relative_to(library).as_posix() for path in shipped}
        run.forget([r for r in run.known.values() if r.location.startswith(_BUNDLED) and r.location not in kept])
        return run.finish(embedder, marks={_BUNDLED_MARK: content})


@dataclass
class _Run:
    """One ingestion under way: what is known, what was read, what went wrong. Nothing is stored before `finish`."""

    catalogue: Catalogue
    registry: Registry
    clock: Clock
    progress: Listener
    began: float = field(default_factory=time.monotonic)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[SourceWarning] = field(default_factory=list)
    documents: dict[str, PreparedDocument] = field(default_factory=dict)     # by version id
    records: list[FileRecord] = field(default_factory=list)
    forgotten: list[FileRecord] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)                              # version ids of the named files
    unchanged: int = 0

    def __post_init__(self) -> None:
        self.known = {record.location: record for record in self.catalogue.files()}
        self.alike = {record.fingerprint: record for record in self.known.values()}
        # The register names and dates what a manifest leaves open, so a new one has every file read again.
        self.recipe = sha256(f"{RECIPE}\n{self.registry.entries!r}".encode()).hexdigest()

    def take_in(self, sources: Sequence[SourceFile], manifests: "_Manifests") -> None:
        """Read and prepare what is new; results come back in the order of the files."""
        waiting: deque[tuple[SourceFile, RawFile, str]] = deque()
        with ParserPool(self.registry) as pool:
            for outcome in pool.prepare_all(self._new_files(sources, manifests, waiting)):
                source, raw, fingerprint = waiting.popleft()
                if isinstance(outcome, SourceError):
                    self._refuse(source.name, outcome)
                elif self._accept(outcome, FileRecord(_location(source.path), source.name, raw.sha256, fingerprint,
                                                      outcome.version.id)):
                    self.catalogue.keep_original(raw.sha256, raw.data)

    def take_in_bundled(self, shipped: Sequence[Path], library: Path) -> None:
        """Our own files need no child process."""
        for done, path in enumerate(shipped, start=1):
            name = path.relative_to(library).as_posix()
            content = path.read_bytes()
            raw = RawFile(name, content, sha256(content).hexdigest())
            try:
                document = prepare_bundled(raw, self.registry)
            except SourceError as error:
                self._refuse(name, error)
                continue
            self._accept(document, FileRecord(_BUNDLED + name, name, raw.sha256, raw.sha256, document.version.id))
            self.progress(Progress("整理内置资料", done, len(shipped), name))

    def missing(self, paths: Sequence[Path], sources: Sequence[SourceFile]) -> list[FileRecord]:
        """Known files of the named folders that are no longer there. A folder that is itself gone proves nothing."""
        present = {_location(source.path) for source in sources}
        folders = [_location(path.resolve()) + os.sep for path in paths if path.is_dir()]
        return [record for record in self.known.values() if record.location not in present
                and any(record.location.startswith(folder) for folder in folders)]

    def forget(self, records: Sequence[FileRecord]) -> None:
        self.forgotten += records

    def finish(self, embedder: Embedder, *, missing: int = 0, marks: dict[str, str] | None = None) -> IngestReport:
        """Write everything at once, or nothing where nothing changed."""
        before = {version.id for version in self.catalogue.versions()}
        replaced = self._replaced()
        plan = self.catalogue.plan(
            [(document.version, document.passages) for document in self.documents.values()], self._orphans(),
            files=self.records, forgotten=[record.location for record in self.forgotten], marks=marks)
        if plan.documents or plan.removals or plan.files or plan.forgotten or marks:
            self.progress(Progress("建立索引", 0, len(plan.touched)))
            store(self.catalogue, plan, embedder)
        stored = {version.id for version, _ in plan.documents}
        fresh = stored - before - replaced
        report = IngestReport(
            added=len(fresh), updated=len(stored) - len(fresh), missing=missing, removed=len(self.forgotten),
            unchanged=self.unchanged + len(self.documents) - len(stored),
            passages=self._passages(), seconds=time.monotonic() - self.began, warnings=tuple(self.warnings),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.file)))
        if stored or self.forgotten:
            started = self.clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")
            self.catalogue.note_job("ingest", started, report.seconds, report.as_json())
        return report

    def _new_files(self, sources: Sequence[SourceFile], manifests: "_Manifests",
                   waiting: deque[tuple[SourceFile, RawFile, str]]) -> Iterator[tuple[RawFile, ManifestEntry | None]]:
        """Files that have to be prepared. Read one at a time, as the pool asks for them."""
        for done, source in enumerate(sources, start=1):
            self.progress(Progress("读取", done, len(sources), source.name))
            try:
                raw = read_file(source)
            except SourceError as error:
                self._refuse(source.name, error)
                continue
            entry = manifests.entry(source, raw.sha256)
            fingerprint = sha256(f"{self.recipe}\n{raw.sha256}\n{entry!r}".encode()).hexdigest()
            known = self.known.get(_location(source.path))
            twin = known if known and known.fingerprint == fingerprint else self.alike.get(fingerprint)
            if twin is None:
                waiting.append((source, raw, fingerprint))
                yield raw, entry
                continue
            self.unchanged += 1
            self.seen.add(twin.version_id)
            if twin is not known:        # moved or copied, but the same bytes: nothing to parse
                self.records.append(replace(twin, location=_location(source.path), name=source.name))

    def _accept(self, document: PreparedDocument, record: FileRecord) -> bool:
        """False for a second file with a version that another file already provides."""
        self.seen.add(record.version_id)
        if holder := self._holder(record):
            self._decline(document.version, record, holder)
            return False
        self.warnings += document.warnings
        self.documents[record.version_id] = document
        self.records.append(record)
        return True

    def _decline(self, version: Version, record: FileRecord, holder: FileRecord) -> None:
        """The same bytes under another name are merely noted; other bytes would be lost without a word."""
        what = f"与 {holder.name} 是《{version.title}》（{version.label}）的同一版本"
        if record.sha256 == holder.sha256:
            self.unchanged += 1
            self.warnings.append(SourceWarning(record.name, f"{what}，内容相同，不重复入库", "可以移走其中一份"))
        else:
            self.problems.append(Problem(record.name, f"{what}，但内容不同，本文件没有入库",
                                         "请只保留其中一份；如确是不同的文件，请改名或改标题后重新导入"))

    def _holder(self, record: FileRecord) -> FileRecord | None:
        """Another file that provides this version and is still there."""
        others = [r for r in (*self.records, *self.known.values())
                  if r.version_id == record.version_id and r.location != record.location]
        return next((r for r in others if r.version_id in self.documents or Path(r.location).exists()), None)

    def _refuse(self, name: str, error: SourceError) -> None:
        self.problems.append(Problem(name, error.problem, error.remedy))

    def _providers(self) -> dict[str, str]:
        """Which version each file will provide once this run is stored."""
        after = {r.location: r.version_id for r in (*self.known.values(), *self.records)}
        return {location: version for location, version in after.items()
                if location not in {r.location for r in self.forgotten}}

    def _orphans(self) -> list[str]:
        """Versions no file provides any more: their file went, or now holds another version."""
        provided = set(self._providers().values())
        return sorted({r.version_id for r in self.known.values()} - provided)

    def _replaced(self) -> set[str]:
        """Versions that take the place of another one in the same file."""
        return {r.version_id for r in self.records
                if r.location in self.known and self.known[r.location].version_id != r.version_id}

    def _passages(self) -> int:
        sizes = self.catalogue.sizes()
        return sum(sizes.get(version_id, 0) for version_id in self.seen)


class _Manifests:
    """The manifest that speaks for each named path."""

    def __init__(self, paths: Iterable[Path], problems: list[Problem]) -> None:
        self._found: list[tuple[Path, Manifest]] = []
        for path in paths:
            try:
                manifest = find_manifest(path)
            except SourceError as error:
                problems.append(Problem("manifest.json", error.problem, error.remedy))
                continue
            if manifest:
                self._found.append((path.resolve(), manifest))

    def entry(self, source: SourceFile, digest: str) -> ManifestEntry | None:
        for root, manifest in self._found:
            if source.path.is_relative_to(root):
                name = source.path.relative_to(root).as_posix()
                return manifest.entry(source.path.name if name == "." else name, digest)
        return None


def _location(path: Path) -> str:
    """A path as text that any database takes, undecodable bytes written out."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _content(library: Path) -> str:
    """Digest of the shipped library: its texts, its register, and how they are read."""
    summed = sha256(str(RECIPE).encode())
    for path in (*sorted(library.rglob("*.md")), library / "registry.toml"):
        if path.is_file():
            summed.update(path.relative_to(library).as_posix().encode() + b"\0" + path.read_bytes())
    return summed.hexdigest()
