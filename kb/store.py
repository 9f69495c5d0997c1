"""The one way the library changes: plan, build the index beside the old one, write the catalogue, publish the index.

A process killed before the catalogue is written leaves the old content in use and an unused folder; killed after it,
the finished generation is found and published by whoever opens the library next.
"""

from collections.abc import Iterable
from pathlib import Path

from kb.catalogue import Catalogue, Change, Plan
from kb.errors import ReadOnlyLibrary
from kb.index import (
    GenerationWriter,
    Manifest,
    check_embedder,
    current_manifest,
    finished_generations,
    index_entry,
    publish,
    verify,
)
from kb.lock import refusal, writer_lock
from kb.ports import Clock, Embedder, IndexEntry

__all__ = ["complete", "is_complete", "rebuild_index", "remove_versions", "store", "verify_library"]


def store(catalogue: Catalogue, plan: Plan, embedder: Embedder) -> Change:
    """Write a plan to catalogue and index. Hold the writer lock, and call `complete` before planning."""
    try:
        if plan.documents or plan.removals or current_manifest(catalogue.data) is None:
            writer = GenerationWriter(catalogue.data, embedder, library_version=plan.library_version,
                                      everything=lambda: _entries_after(catalogue, plan))
            writer.put([index_entry(passage) for passage in plan.touched])
            writer.remove(plan.change.removed)
            writer.commit()
            catalogue.apply(plan)
            publish(catalogue.data, writer.manifest.generation)
        else:
            catalogue.apply(plan)        # files and marks only: the content stays
        return plan.change
    except OSError as error:
        raise refusal(error, catalogue.data) from error


def is_complete(catalogue: Catalogue, embedder: Embedder) -> bool:
    """Whether the index is the catalogue's own. Cheap enough for every start.

    Raises:
        IndexDamaged: another embedder made the index.
    """
    manifest = current_manifest(catalogue.data)
    if manifest is None:
        return False
    check_embedder(manifest, embedder)
    return manifest.library_version == catalogue.library_version()


def complete(catalogue: Catalogue, embedder: Embedder) -> None:
    """Bring an index that is behind the catalogue up to it. Hold the writer lock."""
    if is_complete(catalogue, embedder):
        return
    version = catalogue.library_version()
    for manifest in finished_generations(catalogue.data):
        if (manifest.library_version, manifest.embedder) == (version, embedder.name):
            publish(catalogue.data, manifest.generation)
            return
    _build_whole(catalogue, embedder)


def rebuild_index(data: Path, embedder: Embedder, clock: Clock) -> Manifest:
    """Everything under index/ anew, from the catalogue alone."""
    with writer_lock(data, clock=clock, command="library rebuild"), Catalogue(data) as catalogue:
        return _build_whole(catalogue, embedder)


def remove_versions(data: Path, version_ids: Iterable[str], embedder: Embedder, clock: Clock) -> Change:
    """Versions out of catalogue, index and originals; unknown ids are ignored."""
    with writer_lock(data, clock=clock, command="library remove"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        return store(catalogue, catalogue.plan([], version_ids), embedder)


def verify_library(data: Path) -> Manifest:
    """Raises IndexDamaged where catalogue and index disagree."""
    with Catalogue(data) as catalogue:
        return verify(data, catalogue.passage_ids(), catalogue.library_version())


def _build_whole(catalogue: Catalogue, embedder: Embedder) -> Manifest:
    if not catalogue.writable:
        raise ReadOnlyLibrary(f"数据文件夹不可写：{catalogue.data}", "请在可写的文件夹中重建索引（--data）")
    try:
        writer = GenerationWriter(catalogue.data, embedder, library_version=catalogue.library_version(), whole=True,
                                  everything=lambda: [index_entry(p) for p in catalogue.all_passages()])
        writer.commit()
        publish(catalogue.data, writer.manifest.generation)
    except OSError as error:
        raise refusal(error, catalogue.data) from error
    return writer.manifest


def _entries_after(catalogue: Catalogue, plan: Plan) -> list[IndexEntry]:
    """All entries as they will be once the plan is applied."""
    left = {*plan.removals, *(version.id for version, _ in plan.documents)}
    kept = [index_entry(p) for p in catalogue.all_passages() if p.version.id not in left]
    return kept + [index_entry(p) for _, passages in plan.documents for p in passages]
