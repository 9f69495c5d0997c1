"""manifest.json beside a collection of official texts: what each file is, vouched for by its checksum."""

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from kb.errors import SourceError
from kb.types import Kind, Status

__all__ = ["Manifest", "ManifestEntry", "find_manifest"]

_NAME = "manifest.json"
_NOTHING = ("", "unknown", "none")


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What the collection says about one file. `trusted` only where the checksum of the bytes agrees."""

    file: str
    sha256: str
    title: str
    kind: Kind = Kind.OTHER
    issuer: str = ""
    number: str = ""                 # empty unless somebody read it in a source
    issued: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    status: Status = Status.UNKNOWN
    group: str = ""
    source_url: str = ""
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entries of one manifest.json."""

    entries: tuple[ManifestEntry, ...]

    def entry(self, name: str, sha256: str) -> ManifestEntry | None:
        """By path as far as both sides know it, else by checksum (a renamed file).

        An entry whose checksum does not agree comes back with `trusted` False: the file is not what was vouched for.
        """
        named = [entry for entry in self.entries if _same_path(entry.file, name)]
        for entry in named or self.entries:
            if entry.sha256 == sha256:
                return entry
        return replace(named[0], trusted=False) if named else None


def _same_path(listed: str, name: str) -> bool:
    listed, name = unicodedata.normalize("NFC", listed), unicodedata.normalize("NFC", name)
    return listed == name or listed.endswith("/" + name) or name.endswith("/" + listed)


def find_manifest(path: Path) -> Manifest | None:
    """The manifest in `path` (or beside it, for a file), else in its parent; None where there is none of our kind.

    Raises SourceError where a manifest.json is there but cannot be read.
    """
    folder = path.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for place in (folder / _NAME, folder.parent / _NAME):
        if place.is_file() and not place.is_symlink():
            return _read(place)
    return None


def _read(place: Path) -> Manifest | None:
    try:
        content = json.loads(place.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{_NAME} 无法读取", "请检查它是不是 UTF-8 编码的 JSON；不需要时请移走") from error
    documents = content.get("documents") if isinstance(content, dict) else None
    if not isinstance(documents, list):
        return None
    return Manifest(tuple(_entry(row) for row in documents if isinstance(row, dict) and row.get("file")))


def _entry(row: dict[str, Any]) -> ManifestEntry:
    def said(key: str) -> str:
        value = row.get(key)
        return value.strip() if isinstance(value, str) and value.strip().lower() not in _NOTHING else ""

    return ManifestEntry(
        file=said("file"), sha256=said("sha256").lower(), title=said("title"), issuer=said("issuer"),
        kind=Kind(said("kind")) if said("kind") in list(Kind) else Kind.OTHER,
        number=said("document_number") if said("document_number_basis") == "read" else "",
        issued=_day(said("date_issued")), in_force_from=_day(said("date_effective")),
        in_force_to=_day(said("effective_to")), group=said("version_group"), source_url=said("official_source_url"),
        status=Status(said("status")) if said("status") in list(Status) else Status.UNKNOWN)


def _day(written: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
