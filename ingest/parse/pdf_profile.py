"""What a PDF says about itself, by pypdf: outline, page labels, scripts and attachments; and a second opinion on its text.

Scripts and attachments are never touched, only counted. Where pypdf gives up, pdfium still decides what can be read.
"""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.document import SourceWarning
from kb.text import clean

__all__ = ["OutlineEntry", "Profile", "profile_of", "second_opinion"]

_MOST_ENTRIES = 5_000
_LONGEST_LABEL = 20


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: `level` from 1, `page` from 1."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Profile:
    """`labels` are the page numbers as printed (iv, A-3), by page, only where they differ from the count."""

    warnings: tuple[SourceWarning, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    labels: dict[int, str] | None = None

    def label(self, page: int | None) -> str:
        return (self.labels or {}).get(page or 0, "")


def profile_of(name: str, data: bytes) -> Profile:
    """Never fails: what pypdf cannot read is a warning, for the text does not depend on it."""
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = _reader(data)
        root: Any = reader.trailer["/Root"].get_object()
        return Profile(tuple(_cargo(name, root)),
                       tuple(_outline(reader)) if "/Outlines" in root else (),
                       _labels(reader) if "/PageLabels" in root else None)
    except DependencyError:
        return Profile()       # AES needs a package we do not carry; pdfium reads such a file itself
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        return Profile((SourceWarning(name, "文件结构不规范", "请核对收录的文字是否完整"),))


def second_opinion(data: bytes, numbers: list[int]) -> Iterator[tuple[int, str]]:
    """(page, text) of the pages asked for, counted from 1, as far as pypdf can read them."""
    from pypdf.errors import PyPdfError

    try:
        reader = _reader(data)
        for number in numbers:
            yield number, reader.pages[number - 1].extract_text()
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        return      # no second opinion; the first one stands, with its warning


def _reader(data: bytes) -> Any:  # noqa: ANN401  (kept out of the types: only this file knows pypdf)
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)     # its complaints become one warning of ours
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _cargo(name: str, root: Any) -> Iterator[SourceWarning]:  # noqa: ANN401
    names = _followed(root, "/Names") or {}
    if "/JavaScript" in names or "/AA" in root or _runs(_followed(root, "/OpenAction")):
        yield SourceWarning(name, "文件带有脚本或自动动作，只收录文字，脚本不会运行", "如来源可疑，请核对原件")
    if "/EmbeddedFiles" in names:
        yield SourceWarning(name, "文件带有附件，附件没有收录", "需要附件内容时请取出后单独导入")


def _followed(dictionary: Any, key: str) -> Any:  # noqa: ANN401
    """The object itself, where the dictionary may hold only a reference to it."""
    value = dictionary.get(key)
    return value.get_object() if value is not None else None


def _runs(action: Any) -> bool:  # noqa: ANN401
    """Whether opening the file would do more than go to a page."""
    from pypdf.generic import DictionaryObject

    return isinstance(action, DictionaryObject) and action.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm", "/URI")


def _outline(reader: Any) -> Iterator[OutlineEntry]:  # noqa: ANN401
    places = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, start=1)}
    pending = [(1, iter(reader.outline))]
    found = 0
    while pending and found < _MOST_ENTRIES:
        level, entries = pending[-1]
        entry = next(entries, None)
        if entry is None:
            pending.pop()
        elif isinstance(entry, list):
            pending.append((level + 1, iter(entry)))
        else:
            found += 1
            page = places.get(getattr(entry.page, "idnum", 0))
            if page and entry.title:
                yield OutlineEntry(level, str(entry.title), page)


def _labels(reader: Any) -> dict[int, str]:  # noqa: ANN401
    labels = ((number, clean(str(label))[:_LONGEST_LABEL]) for number, label in enumerate(reader.page_labels, start=1))
    return {number: label for number, label in labels if label and label != str(number)}
