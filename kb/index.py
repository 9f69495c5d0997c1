"""Reading the index: a private copy of the generation in use, and the check that it agrees with the catalogue.

A published generation is never opened in place, because opening a Chroma or tantivy folder writes to it. Readers copy
it (measured: 110 MB for 58,000 passages, under a second), so old generations can be removed under them.
"""

import tempfile
import threading
import weakref
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kb.disk import refusal
from kb.errors import IndexDamaged
from kb.generations import REPAIR, Manifest, check_embedder, checksum, copy_files, current_manifest, current_name
from kb.lexical import LexicalIndex, idf
from kb.ports import Embedder, IndexEntry
from kb.private_folder import private_folder, release
from kb.types import Passage

if TYPE_CHECKING:
    from kb.chroma_index import VectorIndex

__all__ = ["Generation", "index_entry", "open_index", "verify"]

_COPY_ATTEMPTS = 5


def index_entry(passage: Passage) -> IndexEntry:
    """What the index needs of a passage: headings and locator help find it, a guide's locator repeats its headings."""
    heading = dict.fromkeys((*passage.heading_path, *passage.locator.split(" > ")))
    return IndexEntry(passage.id, passage.title, " ".join(heading), passage.text, passage.questions)


def open_index(data: Path, embedder: Embedder) -> "Generation":
    """The generation in use, as a private copy that is removed at exit.

    Raises:
        IndexDamaged: there is none, a file is missing or changed, or another embedder made it.
    """
    for _ in range(_COPY_ATTEMPTS):
        manifest = current_manifest(data)
        if manifest is None:
            raise IndexDamaged("还没有索引", REPAIR)
        check_embedder(manifest, embedder)
        try:
            return Generation(data, manifest, embedder, _private_copy(data, manifest))
        except IndexDamaged:
            if current_name(data) == manifest.generation:
                raise
            # Otherwise a writer published meanwhile and removed what was being copied.
    raise IndexDamaged("索引在打开时不断变化或已残缺", REPAIR)


class Generation:
    """`kb.ports.PassageIndex` over one generation. Safe to share between threads."""

    def __init__(self, data: Path, manifest: Manifest, embedder: Embedder, copy: Path) -> None:
        self.manifest = manifest
        self._data, self._embedder, self._copy = data, embedder, copy
        self._lexical, self._asked = LexicalIndex(copy / "lexical"), LexicalIndex(copy / "asked")
        # A question asks for the same terms dozens of times. Not a method of self: a cycle would keep an old generation alive.
        self._rarity = lru_cache(maxsize=65_536)(partial(_rarity, self._lexical, self._asked))
        self._vectors: list[VectorIndex] = []
        self._opening = threading.Lock()
        # A running application drops an old generation that another thread may still search: the last user frees it.
        self._release = weakref.finalize(self, _release, copy, self._vectors)

    def lexical(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._lexical.search(query, top)

    def asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._asked.search(query, top)

    def nearest(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._opened_vectors().nearest(self._embedder.embed_query(query), top)

    def nearest_asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._opened_vectors().nearest_asked(self._embedder.embed_query(query), top)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return {term: self._rarity(term) for term in terms}

    def __len__(self) -> int:
        return self.manifest.passages

    def current(self) -> bool:
        """False once a writer has published another generation: reads one small file."""
        return current_name(self._data) == self.manifest.generation

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


def _rarity(texts: LexicalIndex, questions: LexicalIndex, term: str) -> float:
    return idf(len(texts), max(texts.frequency(term), questions.frequency(term)))


def _private_copy(data: Path, manifest: Manifest) -> Path:
    try:
        copy = private_folder()
    except OSError as error:
        raise refusal(error, Path(tempfile.gettempdir())) from error
    try:
        copy_files(data, manifest, copy)
    except FileNotFoundError as error:
        release(copy)
        raise IndexDamaged("索引缺少文件", REPAIR) from error
    except OSError as error:
        release(copy)
        raise refusal(error, copy.parent) from error
    except IndexDamaged:
        release(copy)
        raise
    return copy


def _release(copy: Path, vectors: "list[VectorIndex]") -> None:
    for opened in vectors:
        opened.close()
    release(copy)


def verify(data: Path, passage_ids: Sequence[str], library_version: str) -> Manifest:
    """Catalogue, lexical index and vectors hold the same ids, and files and vectors are those that were written.

    Raises:
        IndexDamaged: they are not; the message says which and how many.
    """
    from kb.chroma_index import VectorIndex

    manifest = current_manifest(data)
    if manifest is None:
        raise IndexDamaged("还没有索引", REPAIR)
    if manifest.library_version != library_version:
        raise IndexDamaged(f"索引停留在旧的资料库版本（{manifest.library_version}，现为 {library_version}）", REPAIR)
    copy = _private_copy(data, manifest)
    try:
        lexical, asked = LexicalIndex(copy / "lexical").ids(), LexicalIndex(copy / "asked").ids()
        vectors = VectorIndex(copy / "chroma")
        digests, with_questions = vectors.digests(vectors.ids()), vectors.asked_ids()
        vectors.close()
    finally:
        release(copy)
    if different := digests.keys() ^ set(lexical):
        raise IndexDamaged(f"向量索引与词项索引有 {len(different)} 个条目不一致", REPAIR)
    if different := with_questions ^ set(asked):
        raise IndexDamaged(f"问法的向量索引与词项索引有 {len(different)} 个条目不一致", REPAIR)
    if different := digests.keys() ^ set(passage_ids):
        raise IndexDamaged(f"索引与目录有 {len(different)} 个条目不一致", REPAIR)
    if checksum(digests.values()) != manifest.checksum:
        raise IndexDamaged("向量的校验值与建立时不同", REPAIR)
    return manifest
