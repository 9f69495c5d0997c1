"""The one way the library changes: plan, build the index beside the old one, write the catalogue, publish the index.

A process killed before the catalogue is written leaves the old content in use and an unused folder; killed after it,
the finished generation is found and published by whoever opens the library for writing next (`complete`).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.catalogue import Catalogue, Change, Plan
from kb.correction import Correction, corrected
from kb.disk import engine_errors, refusal
from kb.errors import IndexDamaged, KbError, OtherEmbedder, ReadOnlyLibrary
from kb.generations import (
    Manifest,
    check_embedder,
    check_files,
    current_manifest,
    finished_generations,
    publish,
    quarantine,
    sweep,
)
from kb.index import index_entry, verify
from kb.index_writer import GenerationWriter
from kb.lock import writer_lock
from kb.ports import Clock, Embedder, IndexEntry
from kb.types import Version

__all__ = ["complete", "edit_version", "is_complete", "rebuild_index", "remove_versions", "repair_index", "store", "verify_library"]

_REPAIR_WAIT_S = 300.0     # another process may be repairing the same index


def store(catalogue: Catalogue, plan: Plan, embedder: Embedder) -> Change:
    """Write a plan to catalogue and index. Hold the writer lock, and call `complete` before planning."""
    with _disk_errors(catalogue.data):
        if plan.documents or plan.removals or current_manifest(catalogue.data) is None:
            writer = GenerationWriter(
                catalogue.data, embedder, library_version=plan.library_version,
                everything=lambda: _entries_after(catalogue, plan),
                kept=lambda ids: [index_entry(p) for p in catalogue.passages(ids).values()])
            writer.put([index_entry(passage) for passage in plan.touched])
            writer.remove(plan.change.removed)
            writer.commit()
            catalogue.apply(plan)
            publish(catalogue.data, writer.manifest.generation)
        else:
            catalogue.apply(plan)        # files and marks only: the content stays
        return plan.change


def is_complete(catalogue: Catalogue, embedder: Embedder) -> bool:
    """Whether the index is the catalogue's own and nothing removed is left to overwrite. Cheap enough for every start.

    Raises:
        OtherEmbedder: another embedder made the index.
    """
    try:
        manifest = current_manifest(catalogue.data)
    except IndexDamaged:
        return False
    if manifest is None:
        return False
    check_embedder(manifest, embedder)
    return manifest.library_version == catalogue.library_version() and not catalogue.removal_pending()


def complete(catalogue: Catalogue, embedder: Embedder, progress: Callable[[str], None] = lambda step: None) -> None:
    """Finish what a killed process left half done, and replace a damaged index. Hold the writer lock.

    Raises:
        OtherEmbedder: another embedder made the index.
    """
    with _disk_errors(catalogue.data):
        if catalogue.removal_pending():
            catalogue.forget_deleted()
        try:
            manifest = current_manifest(catalogue.data)
            if manifest:
                check_embedder(manifest, embedder)
                check_files(catalogue.data, manifest)
        except OtherEmbedder:
            raise
        except IndexDamaged as error:
            progress(f"{error.problem}，正在从目录重建索引")
            quarantine(catalogue.data)
            manifest = None
        version = catalogue.library_version()
        if manifest and manifest.library_version == version:
            sweep(catalogue.data, damaged=False)
            return
        for made in finished_generations(catalogue.data):
            if (made.library_version, made.embedder) == (version, embedder.name) and _is_sound(catalogue.data, made):
                publish(catalogue.data, made.generation)
                return
    _build_whole(catalogue, embedder)


def repair_index(data: Path, embedder: Embedder, clock: Clock, progress: Callable[[str], None]) -> None:
    """Replace an index found damaged by a reader, unless another process just did.

    Raises:
        ReadOnlyLibrary: the folder cannot be written.
        OtherEmbedder: another embedder made the index.
    """
    with writer_lock(data, clock=clock, command="library repair", wait_s=_REPAIR_WAIT_S), Catalogue(data) as catalogue:
        complete(catalogue, embedder, progress)


def rebuild_index(data: Path, embedder: Embedder, clock: Clock) -> Manifest:
    """Everything under index/ anew, from the catalogue alone."""
    with writer_lock(data, clock=clock, command="library rebuild"), Catalogue(data) as catalogue:
        return _build_whole(catalogue, embedder)


def remove_versions(data: Path, version_ids: Iterable[str], embedder: Embedder, clock: Clock) -> Change:
    """Versions out of catalogue, index and originals; unknown ids are ignored."""
    with writer_lock(data, clock=clock, command="library remove"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        return store(catalogue, catalogue.plan([], version_ids), embedder)


def edit_version(data: Path, version_id: str, wanted: Correction, embedder: Embedder, clock: Clock) -> Version:
    """Give a version other names, dates or status than its file; ids of passages stay, titles are indexed anew.

    Raises:
        KbError: there is no such version, it ships with the program, or the correction contradicts itself.
        LibraryBusy: another process is writing.
    """
    with writer_lock(data, clock=clock, command="library edit"), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        version = next((v for v in catalogue.versions() if v.id == version_id), None)
        if version is None:
            raise KbError("资料库里已经没有这个版本", "请刷新列表后再试")
        if version.bundled:
            raise KbError("随程序附带的资料是只读的", "如需补充，请另外上传官方文本")
        edited, passages = corrected(version, catalogue.passages_of(version_id), wanted)
        store(catalogue, catalogue.plan([(edited, passages)]), embedder)
        return edited


def verify_library(data: Path) -> Manifest:
    """Read everything back: the catalogue's own consistency, then the index against it.

    Raises:
        KbError: the catalogue's file or one of its texts is damaged.
        IndexDamaged: catalogue and index disagree.
    """
    with Catalogue(data) as catalogue:
        catalogue.check()
        manifest = verify(data, catalogue.passage_ids(), catalogue.library_version())
        catalogue.drop_backups()         # a migrated catalogue that reads back whole needs its older self no longer
        return manifest


def _is_sound(data: Path, manifest: Manifest) -> bool:
    try:
        check_files(data, manifest)
    except IndexDamaged:
        return False
    return True


def _build_whole(catalogue: Catalogue, embedder: Embedder) -> Manifest:
    if not catalogue.writable:
        raise ReadOnlyLibrary(f"数据文件夹不可写：{catalogue.data}", "请在可写的文件夹中重建索引（--data）")
    with _disk_errors(catalogue.data):
        writer = GenerationWriter(catalogue.data, embedder, library_version=catalogue.library_version(), whole=True,
                                  everything=lambda: [index_entry(p) for p in catalogue.all_passages()])
        writer.commit()
        publish(catalogue.data, writer.manifest.generation)
    return writer.manifest


def _entries_after(catalogue: Catalogue, plan: Plan) -> list[IndexEntry]:
    """All entries as they will be once the plan is applied."""
    left = {*plan.removals, *(version.id for version, _ in plan.documents)}
    kept = [index_entry(p) for p in catalogue.all_passages() if p.version.id not in left]
    return kept + [index_entry(p) for _, passages in plan.documents for p in passages]


@contextmanager
def _disk_errors(data: Path) -> Iterator[None]:
    try:
        with engine_errors():
            yield
    except OSError as error:
        raise refusal(error, data) from error
