"""The main path of ingestion: name → read → prepare (in child processes) → store in batches. Twice over writes nothing.

`Run` holds the steps; `ingest_paths` puts them in order for what an operator names, `ingest_bundled` for what we ship.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from ingest.document import TEXT_LAYER_ONLY, RawFile, ReadOptions, SourceWarning
from ingest.glossary import glossary_page
from ingest.load import Problem
from ingest.prepare import prepare_bundled
from ingest.progress import Listener, Progress
from ingest.run import RECIPE, Outcome, Run
from ingest.sources import NamedPaths, Source
from kb.catalogue import Catalogue, FileRecord
from kb.clock import SHANGHAI
from kb.errors import SourceError
from kb.glossary import Glossary
from kb.lock import writer_lock
from kb.ports import Clock, Embedder
from kb.registry import Registry
from kb.store import complete, is_complete, store

__all__ = ["IngestReport", "Progress", "ingest_bundled", "ingest_paths", "run_over", "searched_pages", "settle"]

_BUNDLED = "bundled:"
_GLOSSARY = "glossary.toml"
_KIT = "kit"
_BUNDLED_MARK = "bundled library"
_BUNDLED_WAIT_S = 300.0    # how long a second process waits for the one that is indexing the bundled library


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
                 prune: bool = False, progress: Listener | None = None,
                 options: ReadOptions = TEXT_LAYER_ONLY) -> IngestReport:
    """Take in files, folders and archives. A bad file becomes a problem of the report and stops nothing.

    Files that vanished from a named folder or archive are counted as missing; `prune` removes them. What was reported
    as 已入库 is kept even where the process is killed, and the next run goes on from there.

    Raises:
        LibraryBusy: another process is writing.
        ReadOnlyLibrary: the data folder cannot be written.
        IndexDamaged: another embedder made the index.
    """
    began = time.monotonic()
    with writer_lock(data, clock=clock, command="ingest"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        catalogue.sweep_originals()      # what a killed run had already copied
        run = Run(catalogue, registry, embedder, progress, options)
        missing, removed = run_over(paths, run, prune=prune)
        return _report(run, clock, began, missing=len(missing) - len(removed), removed=len(removed))


def run_over(paths: Sequence[Path], run: Run, *, prune: bool) -> tuple[list[FileRecord], list[FileRecord]]:
    """The steps of a run, which a rehearsal (`ingest.preview`) takes too. Returns the files that vanished, and those of
    them that were removed."""
    run.take_in(named := NamedPaths(paths))
    missing = run.missing(named)
    removed = run.remove(missing) if prune else []
    run.look_again()
    run.finish()
    return missing, removed


def settle(folder: Path, place: Callable[[FileRecord], str], data: Path, *, embedder: Embedder, clock: Clock) -> None:
    """What was taken in from a folder that will not last gets a place of another kind, `fetched:…` or `upload:…`.

    So no later run looks for it on the disk, and nothing brings a removed text back. An earlier file of the same version
    and the same kind of place gives way.
    """
    with writer_lock(data, clock=clock, command="ingest"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        records = catalogue.files()
        inside = [record for record in records if Path(record.location).is_relative_to(folder)]
        settled = [replace(record, location=place(record)) for record in inside]
        held = {(record.version_id, record.location.partition(":")[0]) for record in settled}
        earlier = [record.location for record in records if (record.version_id, record.location.partition(":")[0]) in held]
        store(catalogue, catalogue.plan([], files=settled, forgotten=[*(r.location for r in inside), *earlier]), embedder)


def ingest_bundled(library: Path, data: Path, *, registry: Registry, embedder: Embedder, clock: Clock,
                   progress: Listener | None = None) -> IngestReport:
    """Index the shipped library on first use and again when its content changes; otherwise a glance.

    A second process waits for the one that is at it. What the shipped library no longer has is removed.
    """
    began = time.monotonic()
    content = _content(library)
    with Catalogue(data) as catalogue:
        if catalogue.mark(_BUNDLED_MARK) == content and is_complete(catalogue, embedder):
            return IngestReport()
    with writer_lock(data, clock=clock, command="bundled library", wait_s=_BUNDLED_WAIT_S), \
            Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        if catalogue.mark(_BUNDLED_MARK) == content:
            return IngestReport()
        run = Run(catalogue, registry, embedder, progress)
        shipped = _shipped(library)
        for done, (name, content_of_page) in enumerate(shipped.items(), start=1):
            _take_in_shipped(run, name, content_of_page, registry)
            run.listener(Progress("整理内置资料", done, len(shipped), name.rpartition("/")[2]))
        gone = [r for r in run.origins.records.values() if r.location.startswith(_BUNDLED) and r.location not in run.outcomes]
        run.forget(gone)
        run.finish({_BUNDLED_MARK: content})
        return _report(run, clock, began, removed=len(gone))


def searched_pages(library: Path) -> list[Path]:
    """The Markdown pages of the shipped library that are taken in: all but the station kit, which tells the guides again, shorter;
    searched beside them, it would answer in their place with less."""
    return [path for path in sorted(library.rglob("*.md")) if path.relative_to(library).parts[0] != _KIT]


def _shipped(library: Path) -> dict[str, bytes]:
    """The pages of the shipped library by name. The glossary is data; it becomes a page here."""
    pages = {path.relative_to(library).as_posix(): path.read_bytes() for path in searched_pages(library)}
    glossary = library / _GLOSSARY
    if glossary.is_file():
        page = glossary_page(Glossary.load(glossary.read_text(encoding="utf-8")))
        pages[glossary.with_suffix(".md").name] = page.encode("utf-8")
    return pages


def _take_in_shipped(run: Run, name: str, content: bytes, registry: Registry) -> None:
    """Our own files need no child process, and no original: the program has them."""
    source = Source(_BUNDLED + name, RawFile(name, content, sha256(content).hexdigest()))
    try:
        document = prepare_bundled(source.raw, registry)
    except SourceError as error:
        run.refuse(source.location, Problem(name, error.problem, error.remedy))
        return
    run.provide(source, document, source.raw.sha256)


def _report(run: Run, clock: Clock, began: float, *, missing: int = 0, removed: int = 0) -> IngestReport:
    """Also noted in the catalogue, where anything changed."""
    count = run.count
    report = IngestReport(
        added=count(Outcome.ADDED), updated=count(Outcome.UPDATED), missing=missing, removed=removed,
        unchanged=count(Outcome.UNCHANGED) + count(Outcome.DUPLICATE), passages=run.passages(),
        seconds=time.monotonic() - began, warnings=tuple(run.warnings),
        problems=tuple(run.problems))
    if report.added or report.updated or report.removed:
        started = clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")
        run.catalogue.note_job("ingest", started, report.seconds, report.as_json())
    return report


def _content(library: Path) -> str:
    """Digest of the shipped library: its texts, its register, and how they are read."""
    summed = sha256(str(RECIPE).encode())
    for path in (*searched_pages(library), *sorted(library.rglob("*.jsonl")), library / "registry.toml", library / _GLOSSARY):
        if path.is_file():
            summed.update(path.relative_to(library).as_posix().encode() + b"\0" + path.read_bytes())
    return summed.hexdigest()
