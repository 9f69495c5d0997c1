"""One ingestion under way: what was read, what became of each file, and in which order it is stored."""

import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from ingest.batch import Batch
from ingest.document import TEXT_LAYER_ONLY, PageReading, PreparedDocument, RawFile, ReadOptions, SourceWarning
from ingest.load import Problem, display_name
from ingest.manifest import ManifestEntry
from ingest.origins import Origins, places_told, unsaid
from ingest.parse import recognise
from ingest.progress import Listener, Progress
from ingest.sandbox import ParserPool
from ingest.sources import NamedPaths, Source, Unread, doubtful_folder, is_there, read_again
from kb.catalogue import Catalogue, FileRecord
from kb.errors import SourceError
from kb.fingerprints import bundled_fingerprints
from kb.ports import Embedder
from kb.questions import bundled_questions
from kb.registry import Registry
from kb.types import Passage, Version

__all__ = ["RECIPE", "Examined", "Outcome", "Run"]

RECIPE = 3                 # raised when the same bytes would now be read differently, so that they are read again
_Job = tuple[Source, str]  # with its fingerprint: everything that decides how the file is read


class Outcome(StrEnum):
    """What became of a file. Each has one outcome, whichever batch stored it."""

    ADDED = "新增"
    UPDATED = "更新"
    UNCHANGED = "未变"
    DUPLICATE = "重复"         # a further origin of a version that another file provides
    REFUSED = "未入库"


@dataclass(frozen=True, slots=True)
class Examined:
    """What a rehearsal shows of a file."""

    name: str
    version: Version
    passages: Sequence[Passage]
    format: str = ""
    pages: tuple[PageReading, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()


class Run:
    """Without an embedder it is a rehearsal: everything is read and decided, nothing is written."""

    def __init__(self, catalogue: Catalogue, registry: Registry, embedder: Embedder | None,
                 listener: Listener | None = None, options: ReadOptions = TEXT_LAYER_ONLY) -> None:
        self.catalogue, self.listener = catalogue, listener or (lambda step: None)
        self.outcomes: dict[str, Outcome] = {}       # by location, in the order in which they were settled
        self.refused: dict[str, Problem] = {}        # by location
        self.warnings: list[SourceWarning] = []
        versions = catalogue.versions()
        self.origins = Origins(catalogue.files(), versions)
        self._before = dict(self.origins.records)
        self._versions_before = {version.id for version in versions}
        self._read_by = {version.id: version.read_by for version in versions}
        self._batch = Batch(catalogue, embedder, self.listener)
        self._is_rehearsal = embedder is None
        self._registry, self._options = registry, options
        self._named: NamedPaths | None = None
        self._present: set[str] = set()              # locations the named paths hold
        self._examined: dict[str, Examined | None] = {}      # locations read; kept only in a rehearsal
        self._provider: dict[str, str] = {}          # location by version id, of what this run provided
        self._reading: dict[str, str] = {}           # first location by fingerprint
        self._copies: list[_Job] = []
        self._contested: list[tuple[Source, str]] = []               # with the version id they claim
        self._forgotten: list[str] = []
        self._doubts: list[Problem] = []
        self._prepared = 0
        # The register names and dates what a manifest leaves open, the fingerprints say what is genuine: where either is
        # new, every file is read again.
        rules = (str(RECIPE), repr(registry.entries), bundled_fingerprints().dump(), repr(bundled_questions()))
        self._recipe = sha256("\n".join(rules).encode()).hexdigest()

    # --- the steps, in the order `ingest.pipeline` takes them

    def take_in(self, named: NamedPaths) -> None:
        """Everything the operator named, in order. What is new is prepared in child processes and stored in batches."""
        self._named = named
        self._prepare(self._new(named.read(lambda step: self.listener(replace(step, passages=self._prepared)))))

    def missing(self, named: NamedPaths) -> list[FileRecord]:
        """Known files of the named folders and archives that are no longer there."""
        unopened = tuple(location + "!/" for location in self.refused)
        return [record for record in self.origins.records.values() if record.location not in self._present
                and named.covers(record.location) and not record.location.startswith(unopened)]

    def remove(self, missing: Sequence[FileRecord]) -> list[FileRecord]:
        """Forget missing files, except where their folder looks like a share that is not mounted: that is a problem."""
        doubtful: Counter[Path] = Counter()
        gone = []
        for record in missing:
            if folder := doubtful_folder(record.location):
                doubtful[folder] += 1
            else:
                gone.append(record)
        self.forget(gone)
        self._doubts = [Problem(display_name(folder.name), f"文件夹是空的或无法读取，其中原有的 {count} 个文件没有移除",
                                "请检查共享盘是否已连接、权限是否足够；确要移除请用 zhiwen library remove")
                        for folder, count in doubtful.items()]
        return gone

    def forget(self, records: Sequence[FileRecord]) -> None:
        for record in records:
            self.origins.forget(record.location)
            self._forgotten.append(record.location)

    def look_again(self) -> None:
        """Read again what this run has cast doubt on, now that all the others are known.

        Files whose version lost the file that provided its text or got a new text from it; and files that disagreed
        with another one, which may itself have changed since.
        """
        contested, self._contested = self._contested, []
        doubtful = self.origins.bereft() | (self._versions_before & set(self._provider))
        doubtful |= {version_id for _, version_id in contested}
        others = [record for version_id in sorted(doubtful) for record in self.origins.of(version_id)
                  if record.location not in self._examined]
        if contested or others:
            self._prepare(self._again(others, [source for source, _ in contested]), final=True)
        for version_id in sorted(self.origins.bereft()):
            self.warnings += [SourceWarning(record.name, "提供正文的文件已经移除，本文件又无法读取，暂时保留原来的正文",
                                            "请恢复本文件后重新导入，或用 zhiwen library remove 移除")
                              for record in self.origins.of(version_id)]

    def finish(self, marks: dict[str, str] | None = None) -> None:
        """Store the rest, and only now remove what no file provides any more: a text may have moved to a later file."""
        for source, fingerprint in self._copies:
            self._note_copy(source, self._reading[fingerprint])
        self._commit(self.origins.orphans(), marks)

    # --- one file

    def provide(self, source: Source, document: PreparedDocument, fingerprint: str) -> None:
        """The file's text becomes, or stays, the version's text."""
        version_id = document.version.id
        for other in self.origins.of(version_id):
            if other.location in self.outcomes and other.location != source.location:
                self.outcomes[other.location] = Outcome.DUPLICATE
        record = _record(source, document, fingerprint)
        self.origins.note(record, provides=True)
        self.outcomes[source.location] = Outcome.ADDED           # `_commit` finds out what it really is
        self.warnings += document.warnings
        self._provider[version_id] = source.location
        self._batch.add(document, record)

    def refuse(self, location: str, problem: Problem) -> None:
        self.outcomes[location] = Outcome.REFUSED
        self.refused[location] = problem

    @property
    def problems(self) -> list[Problem]:
        skipped = [] if self._named is None else self._named.problems
        return sorted([*skipped, *self.refused.values(), *self._doubts], key=lambda problem: problem.file)

    def count(self, outcome: Outcome) -> int:
        return sum(found is outcome for found in self.outcomes.values())

    def passages(self) -> int:
        """How many the library holds of the named files."""
        sizes, records = self.catalogue.sizes(), self.origins.records
        held = {records[location].version_id for location, outcome in self.outcomes.items()
                if outcome is not Outcome.REFUSED and location in records}
        return sum(sizes.get(version_id, 0) for version_id in held)

    def examined(self, location: str) -> Examined | None:
        """As a rehearsal read the file or the one it is a copy of, else as the library has it; None where neither does."""
        record = self.origins.records.get(location)
        if location in self._examined or record is None or self.outcomes.get(location) is Outcome.REFUSED:
            return self._examined.get(location)
        if found := self._examined.get(self._provider.get(record.version_id, "")):
            return replace(found, name=record.name)
        passages = self.catalogue.passages_of(record.version_id)
        return Examined(record.name, passages[0].version, passages) if passages else None

    # --- below the surface

    def _prepare(self, jobs: Iterator[_Job], *, final: bool = False) -> None:
        waiting: deque[tuple[Source, str]] = deque()

        def submitted() -> Iterator[tuple[RawFile, ManifestEntry | None]]:
            for source, fingerprint in jobs:
                waiting.append((source, fingerprint))
                yield source.raw, source.entry

        with ParserPool(self._registry, workers=_cores(), options=self._options) as pool:
            for prepared in pool.prepare_all(submitted()):
                source, fingerprint = waiting.popleft()
                if isinstance(prepared, SourceError):
                    self._fail(source, prepared, final=final)
                else:
                    self._accept(source, prepared, fingerprint, final=final)
                if self._batch.is_due():
                    self._commit()

    def _new(self, sources: Iterator[Source | Unread]) -> Iterator[_Job]:
        """Files that have to be prepared. Of several with the same bytes, the first."""
        for source in sources:
            self._present.add(source.location)
            if isinstance(source, Unread):
                self.refuse(source.location, source.problem)
                continue
            fingerprint = self._fingerprint(source)
            if self._is_known(source, fingerprint):
                continue
            first = self._reading.setdefault(fingerprint, source.location)
            if first == source.location:
                yield source, fingerprint
            else:
                self._copies.append((_without_bytes(source), fingerprint))

    def _again(self, others: Sequence[FileRecord], contested: Sequence[Source]) -> Iterator[_Job]:
        for record in others:
            if source := read_again(record.location, record.name):
                yield source, self._fingerprint(source)
        for before in contested:
            source = read_again(before.location, before.raw.name)
            if source is None or source.raw.sha256 != before.raw.sha256:
                self.refuse(before.location, Problem(before.raw.name, "文件在导入过程中被修改或移走", "请等写入完成后再导入"))
            else:
                source = replace(source, entry=before.entry)
                yield source, self._fingerprint(source)

    def _is_known(self, source: Source, fingerprint: str) -> bool:
        """Whether the same bytes were read before under the same conditions, here or, before a move, elsewhere."""
        accepted = (fingerprint,) if self._options.ocr else (fingerprint, _incomplete(fingerprint))
        known = self.origins.records.get(source.location)
        twin = known if known and known.fingerprint in accepted else self.origins.with_fingerprint(accepted)
        if twin is None and known and known.sha256 == source.raw.sha256 and not self._options.ocr \
                and self._read_by.get(known.version_id):
            self.warnings.append(SourceWarning(source.raw.name, "上次由文字识别（OCR）读出，这次没有带 --ocr，保留上次的结果",
                                               "如需重新识别，请加上 --ocr"))
            twin = known
        if twin is None:
            return False
        self.outcomes[source.location] = Outcome.UNCHANGED
        if twin is not known:
            self._note(replace(twin, location=source.location, name=source.raw.name))
        return True

    def _accept(self, source: Source, document: PreparedDocument, fingerprint: str, *, final: bool) -> None:
        """The first file of a version provides it, then the fullest; one that says something else is no origin of it."""
        version_id = document.version.id
        self._examined[source.location] = _shown(source, document) if self._is_rehearsal else None
        self._prepared += len(document.passages)
        rival = next((record for record in self.origins.providers(version_id) if record.location != source.location
                      and (record.location in self._present or is_there(record.location))), None)
        held = self._text(version_id) if rival else ()
        more, less = unsaid(document.passages, held), unsaid(held, document.passages)
        if rival is None or (more and not less):
            self.provide(source, document, fingerprint)
            if not self._is_rehearsal:
                self.catalogue.keep_original(source.raw.sha256, source.raw.data)
            if rival:
                self._warn_of_origin(rival, source.raw.name, document.version)
        elif not more:
            self._note_origin(source, document, fingerprint, rival)
        elif final:
            self._decline(source, document.version, rival, sorted({*more, *less}, key=[*more, *less].index))
        else:
            del self._examined[source.location]
            self._contested.append((_without_bytes(source), version_id))

    def _fail(self, source: Source, error: SourceError, *, final: bool) -> None:
        """Looked at again only for another's sake, a file keeps its last good content without a word."""
        if not (final and source.location in self.origins.records):
            self.refuse(source.location, Problem(source.raw.name, error.problem, error.remedy))

    def _note_origin(self, source: Source, document: PreparedDocument, fingerprint: str, provider: FileRecord) -> None:
        record = _record(source, document, fingerprint)
        before = self._before.get(source.location)
        self._note(record)
        if before is None or before.version_id != record.version_id:
            self._warn_of_origin(record, provider.name, document.version)
        if source.location in self._present:
            self.outcomes.setdefault(source.location, Outcome.DUPLICATE)

    def _note_copy(self, source: Source, first: str) -> None:
        """A second file with the same bytes in one run shares the fate of the first."""
        if problem := self.refused.get(first):
            self.refuse(source.location, replace(problem, file=source.raw.name))
            return
        record = self.origins.records[first]
        self._note(replace(record, location=source.location, name=source.raw.name))
        self.warnings.append(SourceWarning(source.raw.name, f"与 {record.name} 内容完全相同，只收录一次", "可以移走其中一份"))
        self.outcomes[source.location] = Outcome.DUPLICATE

    def _note(self, record: FileRecord) -> None:
        self.origins.note(record, provides=False)
        self._batch.records[record.location] = record

    def _warn_of_origin(self, record: FileRecord, provider: str, version: Version) -> None:
        self.warnings.append(SourceWarning(
            record.name, f"与 {provider} 是同一版本《{version.title}》（{version.label}），文字相同，只收录一次",
            f"可以都保留；引用时出处是 {provider}"))

    def _decline(self, source: Source, version: Version, rival: FileRecord, places: Sequence[str]) -> None:
        known = self.origins.records.get(source.location)
        if known and known.version_id == version.id:
            self.forget([known])
        self.refuse(source.location, Problem(
            source.raw.name, f"与 {rival.name} 是《{version.title}》（{version.label}）的同一版本，"
            f"但文字不同（{places_told(places)}），本文件没有入库",
            "请对照原件只保留正确的一份；如确是不同的文件，请改名或改标题后重新导入"))

    def _text(self, version_id: str) -> Sequence[Passage]:
        pending = self._batch.documents.get(version_id)
        return pending.passages if pending else self.catalogue.passages_of(version_id)

    def _fingerprint(self, source: Source) -> str:
        return sha256(f"{self._recipe}\n{source.raw.sha256}\n{source.entry!r}".encode()).hexdigest()

    def _commit(self, removals: Sequence[str] = (), marks: dict[str, str] | None = None) -> None:
        gathered = list(self._batch.documents)
        plan = self._batch.commit(removals, self._forgotten, marks)
        written = {version.id for version, _ in plan.documents}
        for version_id in gathered:
            location = self._provider[version_id]
            before = self._before.get(location)
            replaced = version_id in self._versions_before or (before and before.version_id != version_id)
            self.outcomes[location] = (Outcome.UNCHANGED if version_id not in written
                                       else Outcome.UPDATED if replaced else Outcome.ADDED)
        self._forgotten = []
        if written and not self._is_rehearsal:
            done = sum(outcome is not Outcome.REFUSED for outcome in self.outcomes.values())
            self.listener(Progress("已入库", done, max(done, len(self._named or ()))))


def _record(source: Source, document: PreparedDocument, fingerprint: str) -> FileRecord:
    """A file with unread pages is remembered as such, so that it is read again once characters can be recognised."""
    unread = any(not page.read_by for page in document.pages)
    return FileRecord(source.location, source.raw.name, source.raw.sha256,
                      _incomplete(fingerprint) if unread else fingerprint, document.version.id)


def _shown(source: Source, document: PreparedDocument) -> Examined:
    return Examined(source.raw.name, document.version, document.passages, recognise(source.raw).name, document.pages,
                    document.warnings)


def _incomplete(fingerprint: str) -> str:
    return sha256(f"{fingerprint}\nwithout some pages".encode()).hexdigest()


def _without_bytes(source: Source) -> Source:
    return replace(source, raw=replace(source.raw, data=b""))


def _cores() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, available)
