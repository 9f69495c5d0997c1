"""What an administrator puts right of a version: kept with what its file says, so that reading the file again does not
undo it and it can be taken back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from kb.errors import KbError
from kb.text import strip_controls
from kb.types import Passage, Status, Version

__all__ = ["Correction", "carried_over", "corrected"]

_LONGEST = 200             # characters of a name
_NAMES = {"title": "标题", "document": "所属文件", "label": "版本说明"}


@dataclass(frozen=True, slots=True)
class Correction:
    """The fields of a version that may be edited, as they shall be. `document` names the version group."""

    document: str
    title: str
    label: str
    status: Status
    issued: date | None
    in_force_from: date | None
    in_force_to: date | None             # last day, inclusive

    @classmethod
    def none_of(cls, version: Version) -> "Correction":
        """As the version stands."""
        return cls(**{field.name: getattr(version, field.name) for field in fields(cls)})

    @classmethod
    def as_file_says(cls, version: Version) -> "Correction":
        """As it stood before anybody edited it."""
        said: dict[str, Any] = {name: _read(name, written) for name, written in version.edited}
        return replace(cls.none_of(version), **said)


def corrected(version: Version, passages: Sequence[Passage], wanted: Correction) -> tuple[Version, Sequence[Passage]]:
    """The version with the wanted values, and its passages as those of that version.

    Raises:
        KbError: a name is empty or too long, or the last day comes before the first.
    """
    return _with(version, passages, _checked(wanted))


def carried_over(read: Version, passages: Sequence[Passage], stored: Version) -> tuple[Version, Sequence[Passage]]:
    """A version as its file was read just now, with what was edited in the stored one left as edited."""
    kept: dict[str, Any] = {name: getattr(stored, name) for name, _ in stored.edited}
    return _with(read, passages, replace(Correction.none_of(read), **kept))


def _with(version: Version, passages: Sequence[Passage], wanted: Correction) -> tuple[Version, Sequence[Passage]]:
    said, values = Correction.as_file_says(version), {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    edited = tuple((name, _written(getattr(said, name))) for name, value in values.items() if value != getattr(said, name))
    changed = replace(version, **values, edited=edited)
    return changed, [replace(passage, version=changed) for passage in passages]


def _checked(wanted: Correction) -> Correction:
    names: dict[str, Any] = {name: " ".join(strip_controls(getattr(wanted, name)).split()) for name in _NAMES}
    for name, what in _NAMES.items():
        if not names[name] and name != "label":
            raise KbError(f"{what}不能空着", "请填写后再保存")
        if len(names[name]) > _LONGEST:
            raise KbError(f"{what}超过 {_LONGEST} 字", "请缩短后再保存")
    if wanted.in_force_from and wanted.in_force_to and wanted.in_force_to < wanted.in_force_from:
        raise KbError("最后施行日早于施行日", "请改正这两个日期后再保存")
    return replace(wanted, **names)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _read(name: str, written: str) -> date | Status | str | None:
    if name in ("issued", "in_force_from", "in_force_to"):
        return date.fromisoformat(written) if written else None
    return Status(written) if name == "status" else written
