"""Index generations: built beside the one in use, published by replacing one small file, read from private copies.

    index/CURRENT                     the name of the generation in use
    index/<generation>/chroma/        vectors: ids and our own vectors, nothing else
    index/<generation>/lexical/       tantivy
    index/<generation>/manifest.json  written last: a folder without it is an unfinished build

A published generation is never opened in place, because opening a Chroma or tantivy folder writes to it. Readers copy
it (measured: a few megabytes, milliseconds), so old generations can be removed under them.
"""

import json
import os
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged, ReadOnlyLibrary
from kb.lexical import LexicalIndex, write_lexical
from kb.ports import Embedder, IndexEntry
from kb.types import Passage

if TYPE_CHECKING:
    from kb.chroma_index import VectorIndex

__all__ = ["Generation", "GenerationWriter", "Manifest", "current_manifest", "finished_generations", "index_entry",
           "open_index", "publish", "sweep", "verify"]

REPAIR = "请运行 zhiwen library rebuild 重建索引（只用已入库的内容，不需要原文件）"
_STALE_SHARE = 0.25        # vectors Chroma only marks as deleted; beyond this the graph is built anew
_COPY_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished generation holds. `checksum` covers ids and vectors as read back, never Chroma's files."""

    generation: str
    embedder: str
    dimension: int
    passages: int
    checksum: str
    library_version: str
    stale: int = 0                       # vectors removed since the graph was last built whole

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises FileNotFoundError where the generation is unfinished or gone, IndexDamaged where it is unreadable."""
        try:
            return cls(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"索引清单无法读取：{folder.name}", REPAIR) from error


def index_entry(passage: Passage) -> IndexEntry:
    """What the index needs of a passage: headings and locator help find it, a guide's locator repeats its headings."""
    heading = dict.fromkeys((*passage.heading_path, *passage.locator.split(" > ")))
    return IndexEntry(passage.id, passage.title, " ".join(heading), passage.text, " ".join(passage.questions))


def current_manifest(data: Path) -> Manifest | None:
    """Of the generation in use; None where nothing was ever indexed."""
    name = _current_name(data)
    if not name:
        return None
    try:
        return Manifest.read(data / "index" / name)
    except FileNotFoundError as error:
        raise IndexDamaged(f"正在使用的索引不见了：{name}", REPAIR) from error


def finished_generations(data: Path) -> list[Manifest]:
    """Complete ones, newest first; more than one only after a writer was killed."""
    folder = data / "index"
    names = sorted((p.name for p in folder.iterdir() if (p / "manifest.json").is_file()) if folder.is_dir() else ())
    return [Manifest.read(folder / name) for name in reversed(names)]


def open_index(data: Path, embedder: Embedder) -> "Generation":
    """The generation in use, as a private copy that is removed at exit.

    Raises:
        IndexDamaged: there is none, it cannot be read, or another embedder made it; the remedy names the command.
    """
    for _ in range(_COPY_ATTEMPTS):
        manifest = current_manifest(data)
        if manifest is None:
            raise IndexDamaged("还没有索引", REPAIR)
        check_embedder(manifest, embedder)
        copy = Path(tempfile.mkdtemp(prefix="zhiwen-index-"))
        try:
            for part in ("lexical", "chroma"):
                _copy(data / "index" / manifest.generation / part, copy / part)
        except FileNotFoundError:
            # A writer published meanwhile and removed what was being copied.
            shutil.rmtree(copy, ignore_errors=True)
            continue
        return Generation(data, manifest, embedder, copy)
    raise IndexDamaged("索引在打开时不断变化或已残缺", REPAIR)


def check_embedder(manifest: Manifest, embedder: Embedder) -> None:
    """Vectors of two embedders cannot be compared."""
    if (manifest.embedder, manifest.dimension) != (embedder.name, embedder.dimension):
        raise IndexDamaged(f"索引由 {manifest.embedder}（{manifest.dimension} 维）建立，"
                           f"当前使用 {embedder.name}（{embedder.dimension} 维）", REPAIR)


class Generation:
    """`kb.ports.PassageIndex` over one generation. Safe to share between threads."""

    def __init__(self, data: Path, manifest: Manifest, embedder: Embedder, copy: Path) -> None:
        self.manifest = manifest
        self._data, self._embedder, self._copy = data, embedder, copy
        self._lexical = LexicalIndex(copy / "lexical")
        self._vectors: list[VectorIndex] = []
        self._opening = threading.Lock()
        # A running application drops an old generation that another thread may still search: the last user frees it.
        self._release = weakref.finalize(self, _release, copy, self._vectors)

    def lexical(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._lexical.search(query, top)

    def nearest(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._opened_vectors().nearest(self._embedder.embed([query])[0], top)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return self._lexical.rarity(terms)

    def __len__(self) -> int:
        return self.manifest.passages

    def current(self) -> bool:
        """False once a writer has published another generation: reads one small file."""
        return _current_name(self._data) == self.manifest.generation

    def close(self) -> None:
        """Remove the private copy. Forgetting the generation, or the end of the program, does the same."""
        self._release()

    def __enter__(self) -> "Generation":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _opened_vectors(self) -> "VectorIndex":
        """On first use: importing Chroma takes a second, which a purely lexical look-up need not pay."""
        with self._opening:
            if not self._vectors:
                from kb.chroma_index import VectorIndex

                self._vectors.append(VectorIndex(self._copy / "chroma"))
            return self._vectors[0]


def _release(copy: Path, vectors: "list[VectorIndex]") -> None:
    for opened in vectors:
        opened.close()
    shutil.rmtree(copy, ignore_errors=True)


class GenerationWriter:
    """`kb.ports.PassageIndexWriter`: collects a difference and builds the next generation from it.

    Hold the writer lock from construction to `publish`. `everything` yields all entries as they will be; it is read
    only where a part must be built whole: the first time, and the lexical part whenever something is removed, because
    tantivy keeps the terms of deleted entries in its files.
    """

    def __init__(self, data: Path, embedder: Embedder, *, library_version: str,
                 everything: Callable[[], Iterable[IndexEntry]], whole: bool = False) -> None:
        self._data, self._embedder, self._version, self._everything = data, embedder, library_version, everything
        self._base = None if whole else current_manifest(data)
        if self._base:
            check_embedder(self._base, embedder)
        self._put: dict[str, IndexEntry] = {}
        self._removed: dict[str, None] = {}

    def put(self, entries: Sequence[IndexEntry]) -> None:
        self._put |= {entry.id: entry for entry in entries}

    def remove(self, ids: Sequence[str]) -> None:
        self._removed |= dict.fromkeys(ids)

    def commit(self) -> None:
        """Build the generation whole, read it back, and write its manifest. It is not in use until published."""
        sweep(self._data)
        folder = self._data / "index" / self._next_name()
        folder.mkdir(parents=True)
        stale = self._write_vectors(folder / "chroma")
        self._write_lexical(folder / "lexical")
        ids, checksum = _read_back(folder)
        self.manifest = Manifest(folder.name, self._embedder.name, self._embedder.dimension, len(ids), checksum,
                                 self._version, stale)
        _write_durably(folder / "manifest.json", json.dumps(asdict(self.manifest), indent=1))

    def _next_name(self) -> str:
        """Never a name used before, because Chroma remembers paths within a process."""
        number = int(_current_name(self._data).partition("-")[0] or 0) + 1
        return f"{number:06d}-{secrets.token_hex(4)}"

    def _write_vectors(self, folder: Path) -> int:
        """Only what is new is embedded. Returns how many deleted vectors the graph now carries."""
        from kb.chroma_index import VectorIndex

        base = self._base
        stale = base.stale + len(self._removed) if base else 0
        if base and stale > _STALE_SHARE * base.passages:
            base, stale = None, 0
        entries = list(self._put.values() if base else self._everything())
        if base:
            _copy(self._data / "index" / base.generation / "chroma", folder)
        vectors = VectorIndex(folder, embedder=self._embedder.name, dimension=self._embedder.dimension)
        if base:
            vectors.remove(list(self._removed))
        vectors.put([entry.id for entry in entries],
                    self._embedder.embed([f"{e.title}\n{e.heading}\n{e.text}" for e in entries]))
        vectors.close()
        return stale

    def _write_lexical(self, folder: Path) -> None:
        if self._base is None or self._removed:
            write_lexical(folder, self._everything())
            return
        _copy(self._data / "index" / self._base.generation / "lexical", folder)
        write_lexical(folder, self._put.values())


def publish(data: Path, generation: str) -> None:
    """Put a finished generation into use, atomically, and remove the others."""
    _write_durably(data / "index" / "CURRENT", generation)
    sweep(data)


def sweep(data: Path) -> None:
    """Remove every generation but the one in use: old ones, and what a killed writer left."""
    current, folder = _current_name(data), data / "index"
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name != current:
            # Windows refuses to remove files that a reader is just copying; the next writer tries again.
            shutil.rmtree(path, ignore_errors=True)


def verify(data: Path, passage_ids: Sequence[str], library_version: str) -> Manifest:
    """Catalogue, lexical index and vectors hold the same ids, and the vectors are the ones that were written.

    Raises:
        IndexDamaged: they do not; the message says which and how many.
    """
    manifest = current_manifest(data)
    if manifest is None:
        raise IndexDamaged("还没有索引", REPAIR)
    if manifest.library_version != library_version:
        raise IndexDamaged(f"索引停留在旧的资料库版本（{manifest.library_version}，现为 {library_version}）", REPAIR)
    ids, checksum = _read_back(data / "index" / manifest.generation)
    if different := set(ids) ^ set(passage_ids):
        raise IndexDamaged(f"索引与目录有 {len(different)} 个条目不一致", REPAIR)
    if checksum != manifest.checksum:
        raise IndexDamaged("向量的校验值与建立时不同", REPAIR)
    return manifest


def _read_back(folder: Path) -> tuple[list[str], str]:
    """Ids and checksum of a generation, read as a reader does: from a copy."""
    from kb.chroma_index import VectorIndex

    with tempfile.TemporaryDirectory(prefix="zhiwen-check-", ignore_cleanup_errors=True) as name:
        try:
            copy = Path(name) / folder.name
            _copy(folder, copy)
            lexical = LexicalIndex(copy / "lexical").ids()
            vectors, summed, ids = VectorIndex(copy / "chroma"), sha256(), []
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"索引无法打开：{folder.name}", REPAIR) from error
        for batch, values in vectors.stored():
            ids += batch
            summed.update("\n".join(batch).encode("utf-8") + values.astype("<f4").tobytes())
        vectors.close()
    if ids != lexical:
        raise IndexDamaged(f"向量索引与词项索引有 {len(set(ids) ^ set(lexical))} 个条目不一致", REPAIR)
    return ids, summed.hexdigest()


def _copy(source: Path, target: Path) -> None:
    """Contents only. Permissions stay behind: a copy of a read-only library must be writable for its owner."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


def _current_name(data: Path) -> str:
    try:
        return (data / "index" / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise ReadOnlyLibrary(f"无权读取索引：{data / 'index'}",
                              "请调整该文件夹的权限，或用 --data 另选一个") from error


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
