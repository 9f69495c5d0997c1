"""Files that came through a page: the same way as files of a folder, out of a private folder that goes at once.

No manifest speaks for them: whether one is an official text, only its words decide.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath

from ingest.document import TEXT_LAYER_ONLY, ReadOptions
from ingest.load import Problem, display_name
from ingest.pipeline import IngestReport, ingest_paths, settle
from ingest.preview import Preview, preview_paths
from ingest.progress import Listener
from kb.catalogue import FileRecord
from kb.ports import Clock, Embedder
from kb.private_folder import private_folder, release
from kb.registry import Registry

__all__ = ["Upload", "ingest_uploads", "preview_uploads"]

_LONGEST = 180             # bytes of a file's name; systems allow 255
_MANIFEST = "manifest.json"
_NOT_TAKEN = "上传时不采用 manifest.json：是否官方文本，只看文字是否与登记的一致"
_INSTEAD = "要用清单担保一批文件，请用 zhiwen ingest 文件夹"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it. `name` is data: never a path."""

    name: str
    content: bytes = field(repr=False)


def preview_uploads(uploads: Sequence[Upload], data: Path, *, registry: Registry, progress: Listener | None = None,
                    options: ReadOptions = TEXT_LAYER_ONLY) -> Preview:
    """What `ingest_uploads` would do. Nothing is written to the library."""
    documents, problems = _apart(uploads)
    with _laid_out(documents) as paths:
        found = preview_paths(paths, data, registry=registry, progress=progress, options=options)
    return replace(found, problems=(*problems, *found.problems))


def ingest_uploads(uploads: Sequence[Upload], data: Path, *, registry: Registry, embedder: Embedder, clock: Clock,
                   progress: Listener | None = None, options: ReadOptions = TEXT_LAYER_ONLY) -> IngestReport:
    """Take them in. The catalogue remembers each by checksum and name, so that the same file again changes nothing.

    Raises:
        LibraryBusy, ReadOnlyLibrary, IndexDamaged: as `ingest_paths`.
    """
    documents, problems = _apart(uploads)
    with _laid_out(documents) as paths:
        report = ingest_paths(paths, data, registry=registry, embedder=embedder, clock=clock, progress=progress, options=options)
        if paths:
            settle(paths[0].parent.parent.resolve(), _place, data, embedder=embedder, clock=clock)
    return replace(report, problems=(*problems, *report.problems))


def _apart(uploads: Sequence[Upload]) -> tuple[list[Upload], list[Problem]]:
    listed = [upload for upload in uploads if _file_name(upload.name).lower() == _MANIFEST]
    return [upload for upload in uploads if upload not in listed], [Problem(_MANIFEST, _NOT_TAKEN, _INSTEAD) for _ in listed]


@contextmanager
def _laid_out(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """Each in a folder of its own, because two may have one name; a killed process's are removed by the next one."""
    folder = private_folder()
    try:
        paths = []
        for number, upload in enumerate(uploads):
            path = folder / str(number) / _file_name(upload.name)
            path.parent.mkdir()
            path.write_bytes(upload.content)
            paths.append(path)
        yield paths
    finally:
        release(folder)


def _file_name(sent: str) -> str:
    """The last part of the name, with what a file system does not take written differently and the ending kept."""
    name = re.sub(r'[<>:"|?*/\\]', "_", display_name(PureWindowsPath(sent).name)).strip(" .") or "未命名"
    stem, dot, ending = name.rpartition(".")
    if len(name.encode()) <= _LONGEST:
        return name
    ending = dot + ending if stem and len(ending.encode()) <= 16 else ""
    kept = name.removesuffix(ending).encode()[:_LONGEST - len(ending.encode())].decode(errors="ignore")
    return kept + ending


def _place(record: FileRecord) -> str:
    return f"upload:{record.sha256[:16]}/{record.name}"
