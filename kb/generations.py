"""Which generation of the index is in use, what it holds, and whether its files are still those that were written.

    index/CURRENT                     the name of the generation in use
    index/<generation>/chroma/        vectors: ids and our own vectors, nothing else
    index/<generation>/lexical/       tantivy: the words of the texts
    index/<generation>/asked/         tantivy: the words of the lay questions
    index/<generation>/manifest.json  written last: a folder without it is an unfinished build
    index/damaged-<generation>/       found damaged and set aside; at most one, gone with the next change
"""

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from kb.errors import IndexDamaged, OtherEmbedder, ReadOnlyLibrary
from kb.ports import Embedder

__all__ = ["REPAIR", "Manifest", "check_embedder", "check_files", "checksum", "copy_files", "current_manifest", "current_name",
           "file_digests", "finished_generations", "publish", "quarantine", "sweep"]

REPAIR = "请运行 zhiwen library rebuild 重建索引（只用已入库的内容，不需要原文件）"
_NAME = "manifest.json"
_DAMAGED = "damaged-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished generation holds.

    `checksum` is the sum over its entries of a digest of id and vector, as read back from Chroma: a change adds and
    subtracts only its own. `files` are the digests of the files as they were left; readers copy before they open, so
    nothing changes them afterwards. `seal` covers the manifest itself.
    """

    generation: str
    embedder: str
    dimension: int
    passages: int
    checksum: str
    library_version: str
    stale: int = 0                       # vectors removed since the graph was last built whole
    files: dict[str, str] = field(default_factory=dict)
    seal: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises FileNotFoundError where the generation is unfinished or gone, IndexDamaged where it is unreadable."""
        try:
            manifest = cls(**json.loads((folder / _NAME).read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"索引清单无法读取：{folder.name}", REPAIR) from error
        if manifest.seal != _seal(manifest) or manifest.generation != folder.name:
            raise IndexDamaged(f"索引清单的内容与写入时不同：{folder.name}", REPAIR)
        return manifest

    def write(self, folder: Path) -> "Manifest":
        sealed = replace(self, seal=_seal(self))
        _write_durably(folder / _NAME, json.dumps(asdict(sealed), indent=1))
        return sealed


def _seal(manifest: Manifest) -> str:
    return sha256(json.dumps(asdict(replace(manifest, seal="")), sort_keys=True).encode()).hexdigest()


def current_name(data: Path) -> str:
    """Empty where nothing was ever indexed."""
    try:
        return (data / "index" / "CURRENT").read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise ReadOnlyLibrary(f"无权读取索引：{data / 'index'}",
                              "请调整该文件夹的权限，或用 --data 另选一个") from error


def current_manifest(data: Path) -> Manifest | None:
    """Of the generation in use; None where nothing was ever indexed."""
    name = current_name(data)
    if not name:
        return None
    try:
        return Manifest.read(data / "index" / name)
    except (OSError, ValueError) as error:           # ValueError: a damaged name may be no path at all
        raise IndexDamaged(f"正在使用的索引不见了：{name}", REPAIR) from error


def finished_generations(data: Path) -> list[Manifest]:
    """Complete and readable ones, newest first; more than one only after a writer was killed."""
    found = []
    for path in sorted(_generations(data), reverse=True):
        try:
            found.append(Manifest.read(path))
        except (FileNotFoundError, IndexDamaged):
            continue
    return found


def check_embedder(manifest: Manifest, embedder: Embedder) -> None:
    """Vectors of two embedders cannot be compared."""
    if (manifest.embedder, manifest.dimension) != (embedder.name, embedder.dimension):
        raise OtherEmbedder(f"索引由 {manifest.embedder}（{manifest.dimension} 维）建立，"
                            f"当前使用 {embedder.name}（{embedder.dimension} 维）", REPAIR)


def checksum(added: Iterable[int], removed: Iterable[int] = (), before: str = "0") -> str:
    """The sum of entry digests after a change, whatever the order they came in. Hexadecimal, modulo 2^256."""
    return f"{(int(before, 16) + sum(added) - sum(removed)) % (1 << 256):064x}"


def file_digests(folder: Path) -> dict[str, str]:
    """By path below `folder`, the manifest itself left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != _NAME)
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files}


def check_files(data: Path, manifest: Manifest) -> None:
    """Raises IndexDamaged where a file is missing or not as it was written. Reads them all: 0.1 s for 50,000 passages."""
    for name, digest in manifest.files.items():
        path = data / "index" / manifest.generation / name
        if not path.is_file() or _digest(path) != digest:
            raise IndexDamaged(f"索引文件缺失或已损坏：{name}", REPAIR)
    if not manifest.files:
        raise IndexDamaged("索引由旧版程序建立，没有文件校验值", REPAIR)


def copy_files(data: Path, manifest: Manifest, target: Path, part: str = "") -> None:
    """Copy a generation, or the `part` of it under one folder, and check it on the way.

    Contents only: permissions stay behind, because a copy of a read-only library must be writable for its owner.

    Raises:
        IndexDamaged: what was copied is not what was written.
        FileNotFoundError: a file is missing.
    """
    if not manifest.files:
        raise IndexDamaged("索引由旧版程序建立，没有文件校验值", REPAIR)
    for name, digest in manifest.files.items():
        if name.startswith(part):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            if _copied_digest(data / "index" / manifest.generation / name, target / name) != digest:
                raise IndexDamaged(f"索引文件已损坏：{name}", REPAIR)


def publish(data: Path, generation: str) -> None:
    """Put a finished generation into use, atomically, and remove the others."""
    _write_durably(data / "index" / "CURRENT", generation)
    sweep(data, damaged=False)


def sweep(data: Path, *, damaged: bool = True) -> None:
    """Remove every generation but the one in use: old ones, what a killed writer left, and those set aside as damaged."""
    current, folder = current_name(data), data / "index"
    if folder.is_dir():
        _remove(path for path in folder.iterdir() if path.is_dir() and path.name != current
                and (damaged or not path.name.startswith(_DAMAGED)))
        for path in folder.glob(".*"):
            path.unlink()                # a CURRENT that was being written


def quarantine(data: Path) -> str:
    """Set the generation in use aside, for whoever wants to look into the cause. Returns the folder's new name."""
    _remove((data / "index").glob(f"{_DAMAGED}*"))
    name = current_name(data)
    folder = next((path for path in _generations(data) if path.name == name), None)
    if folder is None:
        return ""
    folder.rename(folder.with_name(_DAMAGED + name))
    return _DAMAGED + name


def _generations(data: Path) -> list[Path]:
    folder = data / "index"
    return [path for path in (folder.iterdir() if folder.is_dir() else ())
            if path.is_dir() and not path.name.startswith(_DAMAGED)]


def _remove(folders: Iterable[Path]) -> None:
    for path in list(folders):
        # Windows refuses to remove files that a reader is just copying; the next writer tries again.
        shutil.rmtree(path, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        summed = sha256()
        while chunk := file.read(_CHUNK):
            summed.update(chunk)
    return summed.hexdigest()


def _copied_digest(source: Path, target: Path) -> str:
    summed = sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while chunk := read.read(_CHUNK):
            summed.update(chunk)
            written.write(chunk)
    return summed.hexdigest()


def _write_durably(path: Path, text: str) -> None:
    """Old or new, never half, even when the power goes: temporary file, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
