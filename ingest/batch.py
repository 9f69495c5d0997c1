"""Documents on their way into the library: gathered, stored whole, and only then reported as done."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.document import PreparedDocument
from ingest.progress import Listener, Progress
from kb.catalogue import Catalogue, FileRecord, Plan
from kb.ports import Embedder
from kb.store import store

__all__ = ["Batch"]

_PASSAGES = 8_000          # in memory at most, or a quarter of the library where that is more
_UNSAVED_S = 20.0          # work a kill may cost, or four times what storing takes where that is more


@dataclass
class Batch:
    """What the next commit writes. A new index generation begins as a copy of the last, so batches grow with the library.

    With four times as much reading as storing between two commits, and batches of at least a fifth of what there will
    be, all the copies of a run together stay a small part of its work, however large the library.
    """

    catalogue: Catalogue
    embedder: Embedder | None            # None: nothing is ever written
    listener: Listener
    documents: dict[str, PreparedDocument] = field(default_factory=dict)     # by version id
    records: dict[str, FileRecord] = field(default_factory=dict)             # by location

    def __post_init__(self) -> None:
        self._held = sum(self.catalogue.sizes().values())
        self._passages = 0
        self._began = time.monotonic()
        self._storing_s = 0.0

    def add(self, document: PreparedDocument, record: FileRecord) -> None:
        self._passages += len(document.passages)
        self.documents[record.version_id] = document
        self.records[record.location] = record

    def is_due(self) -> bool:
        if self.embedder is None or not (self.documents or self.records):
            return False
        unsaved_s = time.monotonic() - self._began
        return (self._passages >= max(_PASSAGES, self._held // 4)
                or unsaved_s >= max(_UNSAVED_S, 4 * self._storing_s))

    def commit(self, removals: Sequence[str] = (), forgotten: Sequence[str] = (),
               marks: dict[str, str] | None = None) -> Plan:
        """Write everything, or nothing where nothing changed, and begin anew. Returns what was written."""
        started = time.monotonic()
        plan = self.catalogue.plan(
            self.catalogue.as_edited([(document.version, document.passages) for document in self.documents.values()]), removals,
            files=list(self.records.values()), forgotten=forgotten, marks=marks)
        if self.embedder and (plan.documents or plan.removals or plan.files or plan.forgotten or marks):
            if plan.touched or plan.removals:
                self.listener(Progress("建立索引", 0, len(plan.touched)))
            store(self.catalogue, plan, self.embedder)
        self._held += len(plan.change.added) - len(plan.change.removed)
        self._passages = 0
        self.documents, self.records = {}, {}
        self._began = time.monotonic()
        self._storing_s = self._began - started
        return plan
