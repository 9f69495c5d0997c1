"""The operator's side of a library, for the administrator's page: the second composition root beside `kb.assemble`.

A desk works where the index is damaged or made by another embedder, because that is when it is needed.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.document import TEXT_LAYER_ONLY, ReadOptions
from ingest.fetch import Wanted, wanted
from ingest.load import Problem
from ingest.pipeline import IngestReport, ingest_bundled
from ingest.preview import FilePreview, Preview
from ingest.uploads import Upload, ingest_uploads, preview_uploads
from kb.assemble import LIBRARY_FOLDER, Tools, tools
from kb.catalogue import Catalogue, Change, FileRecord
from kb.correction import Correction
from kb.errors import IndexDamaged, LibraryBusy, ReadOnlyLibrary
from kb.evaluation import Evaluation, last_evaluation, run_evaluation
from kb.generations import Manifest
from kb.notes import Notes
from kb.ports import Clock
from kb.settings import Settings
from kb.store import edit_version, rebuild_index, remove_versions, verify_library
from kb.types import Version

__all__ = ["Desk", "FilePreview", "IngestReport", "Preview", "Problem", "Upload", "Wanted", "open_desk"]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """Everything an operator does. `warning` says what is wrong with the library, where something is."""

    settings: Settings
    tools: Tools
    catalogue: Catalogue
    warning: str = ""

    @property
    def notes(self) -> Notes:
        """What readers chose to tell the operator."""
        return Notes(self.catalogue, self.tools.clock)

    def files_of(self, version_id: str) -> list[FileRecord]:
        return [record for record in self.catalogue.files() if record.version_id == version_id]

    def lacking(self) -> tuple[Wanted, ...]:
        """Registered texts that the library does not hold as official ones."""
        return wanted(self.tools.registry, self.catalogue.versions())

    def preview(self, uploads: Sequence[Upload], say: Say, *, ocr: bool = False) -> Preview:
        """What publishing would do; nothing is written. Raises ConfigError where `ocr` finds no program for it."""
        return preview_uploads(uploads, self.tools.data, registry=self.tools.registry, options=_options(ocr),
                               progress=lambda step: say(str(step)))

    def publish(self, uploads: Sequence[Upload], say: Say, *, ocr: bool = False) -> IngestReport:
        """Raises LibraryBusy, ReadOnlyLibrary, IndexDamaged; ConfigError as `preview`."""
        return ingest_uploads(uploads, self.tools.data, registry=self.tools.registry, embedder=self.tools.embedder,
                              clock=self.tools.clock, options=_options(ocr), progress=lambda step: say(str(step)))

    def edit(self, version_id: str, correction: Correction) -> Version:
        """Raises KbError as `kb.store.edit_version`."""
        with self._noted("edit"):
            return edit_version(self.tools.data, version_id, correction, self.tools.embedder, self.tools.clock)

    def remove(self, version_ids: Iterable[str]) -> Change:
        """Text, index and original go from the disk. The shipped library is left alone."""
        ours = {version.id for version in self.catalogue.versions() if version.bundled}
        with self._noted("remove") as report:
            change = remove_versions(self.tools.data, [id_ for id_ in version_ids if id_ not in ours], self.tools.embedder,
                                     self.tools.clock)
            report["passages"] = len(change.removed)
            return change

    def rebuild(self) -> Manifest:
        """Raises KbError as `kb.store.rebuild_index`."""
        with self._noted("rebuild") as report:
            manifest = rebuild_index(self.tools.data, self.tools.embedder, self.tools.clock)
            report["passages"] = manifest.passages
            return manifest

    def verify(self) -> Manifest:
        """Raises KbError, IndexDamaged: what is read back is not what was written."""
        return verify_library(self.tools.data)

    def evaluate(self, say: Say, stopping: threading.Event) -> Evaluation | None:
        return run_evaluation(self.tools.data, say, stopping)

    def last_evaluation(self) -> Evaluation | None:
        return last_evaluation(self.tools.data)

    @contextmanager
    def _noted(self, kind: str) -> Iterator[dict[str, object]]:
        """The report of a piece of work, remembered in the catalogue once the work has succeeded."""
        started, began, report = self.tools.clock.now().isoformat(timespec="seconds"), time.monotonic(), dict[str, object]()
        yield report
        self.catalogue.note_job(kind, started, time.monotonic() - began, report)


def open_desk(settings: Settings, clock: Clock | None = None, progress: Say = lambda step: None) -> Desk:
    """Open the data folder; it is made, and the shipped library indexed into it, on first use.

    Raises:
        KbError: there is no catalogue and none can be made, or it was written by a newer program.
    """
    chosen, warning = tools(settings, clock), ""
    try:
        ingest_bundled(LIBRARY_FOLDER, settings.data, registry=chosen.registry, embedder=chosen.embedder, clock=chosen.clock,
                       progress=lambda step: progress(str(step)))
    except (IndexDamaged, LibraryBusy, ReadOnlyLibrary) as error:
        warning = str(error)
    return Desk(settings, chosen, Catalogue(settings.data), warning)


def _options(ocr: bool) -> ReadOptions:
    if not ocr:
        return TEXT_LAYER_ONLY
    from ingest.parse.ocr import choose_engine

    return ReadOptions(ocr=choose_engine("auto"))
