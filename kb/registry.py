"""The register of official documents: which texts exist, in force when, known by which names, what moved where.

`library/registry.toml` is the data; this module reads it. A registered text need not be in the library (`held`).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from kb.errors import SourceError
from kb.statute import find_numbers, short_title
from kb.text import fold
from kb.types import Kind, Status, applies_on

__all__ = ["SCANNED", "RegisteredVersion", "Registry", "bundled_registry", "without_excerpt"]

SCANNED = "·文字识别稿"     # in the label of a text that a program read from a scan
_EXCERPT = re.compile(r"[（(][^（()）]*(第[一二三四五六七八九十百]+[编章节]|节选)[^（()）]*[）)]$")


def without_excerpt(title: str) -> str:
    """中华人民共和国民法典 for 中华人民共和国民法典（第一编 总则）."""
    return _EXCERPT.sub("", title).strip()


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """One dated text of a document, as the register knows it. `document` is the version group, as in `Version`."""

    document: str
    title: str
    label: str                           # names the year: 2025修订, 法释〔2026〕7号
    kind: Kind
    number: str = ""
    number_basis: str = ""               # read: seen in the text or its source; secondary; compiler_knowledge
    issuer: str = ""
    issued: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None      # last day, inclusive
    status: Status = Status.UNKNOWN
    supersedes: str = ""                 # the label of the version before it
    source_url: str = ""                 # only where a person or a source recorded it
    place: str = ""
    held: bool = True                    # the text is among the official documents that can be ingested
    note: str = ""
    period_to: date | None = None        # last day of the period a plan covers
    aliases: tuple[str, ...] = ()
    currency_checked: date | None = None     # when somebody last looked whether a newer text or a repeal is known
    currency_checked_by: str = ""            # who, and how

    def in_force_on(self, day: date) -> bool:
        return applies_on(day, self.in_force_from, self.in_force_to, self.status)


@dataclass(frozen=True, slots=True)
class _Move:
    """Which article became which between two versions of a document; an old article without an entry is unknown."""

    document: str
    old: str
    new: str
    articles: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything registered, in the order of the file."""

    entries: tuple[RegisteredVersion, ...]
    names: Mapping[str, str]             # folded title, short title, alias or number → document
    moves: tuple[_Move, ...] = field(default=())

    @classmethod
    def load(cls, text: str) -> "Registry":
        """Read the register.

        Raises:
            SourceError: the text is not TOML, an entry has an unknown or missing key, a date or kind that does not
                parse, or one name leads to two documents; the entry is named.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SourceError(f"文献登记表不是有效的 TOML：{error}", "请按报错的行号改正 registry.toml") from error
        _refuse_unknown(data, {"version", "move", "currency_check"}, "文件顶层")
        checked = _currency_check(data.get("currency_check", {}))
        entries = tuple(_entry(checked | raw) for raw in data.get("version", []))
        _refuse_twins(entries)
        return cls(entries, _names(entries), tuple(_move(raw, entries) for raw in data.get("move", [])))

    def version_of(self, title: str, issued: date | None = None, number: str = "",
                   label: str = "") -> RegisteredVersion | None:
        """The version with this title (full, short or an alias), told apart by label, number or day of issue.

        What is given must agree; a number or label decides before the day of issue. With several candidates and
        nothing to tell them apart: None. A title that carries its label, 反不正当竞争法（2025修订）, is understood.
        """
        found = self._titled(title, alone=not (issued or number or label))
        if label:
            found = [e for e in found if fold(e.label) == fold(label)]
        if number:
            wanted = _canonical(number)
            found = [e for e in found if _canonical(e.number) == wanted] or [e for e in found if not e.number]
        if issued and len(found) > 1:
            found = [e for e in found if e.issued == issued]
        elif issued and found and not (label or number) and found[0].issued not in (issued, None):
            return None
        return found[0] if len(found) == 1 else None

    def _titled(self, title: str, alone: bool) -> list[RegisteredVersion]:
        wanted = _short(title)
        exact = [e for e in self.entries if _short(e.title) == wanted]
        exact = exact or [e for e in self.entries if fold(f"{short_title(e.title)}({e.label})") == wanted]
        if exact:
            return exact
        group = [e for e in self.entries if e.document == self.document(title)]
        # One alias may stand for one of several texts of a group: 刑事解释（三）. It says nothing about the year.
        called = [e for e in group if wanted in {fold(a) for a in e.aliases}] if alone else []
        return [e for e in group if called and e.title == called[0].title] or group

    def titled(self, title: str) -> tuple[RegisteredVersion, ...]:
        """Every version with this full or short title, newest first. Courts and laws may be written a little differently."""
        wanted = _title_key(without_excerpt(title))
        found = [e for e in self.entries if _title_key(without_excerpt(e.title)) == wanted]
        return tuple(sorted(found, key=_begins, reverse=True))

    def versions(self, document: str) -> tuple[RegisteredVersion, ...]:
        """Every version of a document (a version group or any of its names), newest first."""
        group = self.document(document)
        found = [e for e in self.entries if e.document == group]
        return tuple(sorted(found, key=_begins, reverse=True))

    def document(self, name: str) -> str:
        """The version group a name leads to; the name itself where it is not registered."""
        return self.names.get(fold(name)) or self.names.get(_short(name)) or name

    def in_force(self, document: str, day: date) -> tuple[RegisteredVersion, ...]:
        """The versions in force on a day, newest first: usually one, several where texts stand side by side."""
        return tuple(e for e in self.versions(document) if e.in_force_on(day))

    def moved(self, document: str, article: int, from_label: str, to_label: str) -> int | None:
        """The number in `to_label` of an article of `from_label`, in either direction; None where not recorded."""
        group = self.document(document)
        from_label, to_label = from_label.removesuffix(SCANNED), to_label.removesuffix(SCANNED)
        for move in self.moves:
            if move.document == group and (move.old, move.new) == (from_label, to_label):
                return move.articles.get(article)
            if move.document == group and (move.new, move.old) == (from_label, to_label):
                return {new: old for old, new in move.articles.items()}.get(article)
        return None

    def last_checked(self) -> tuple[date, str] | None:
        """The last day on which somebody looked whether a registered text is still current, and who and how."""
        checks = [(e.currency_checked, e.currency_checked_by) for e in self.entries if e.currency_checked]
        return max(checks, default=None)

    def changing(self, first: date, last: date) -> tuple[tuple[date, RegisteredVersion], ...]:
        """Versions that come into force, or are in force for the last time, between two days (inclusive), soonest first."""
        found = [(day, e) for e in self.entries for day in (e.in_force_from, e.in_force_to) if day and first <= day <= last]
        return tuple(sorted(found, key=lambda each: (each[0], each[1].title)))

    def missing(self) -> tuple[RegisteredVersion, ...]:
        """Known to exist, but the text has not been collected."""
        return tuple(e for e in self.entries if not e.held)


def bundled_registry() -> Registry:
    """The register that ships with the program; read once a process."""
    return _bundled()


@lru_cache(maxsize=1)
def _bundled() -> Registry:
    return Registry.load(resources.files("kb").joinpath("library/registry.toml").read_text(encoding="utf-8"))


_DATES: Final = ("issued", "in_force_from", "in_force_to", "period_to", "currency_checked")
_TEXTS: Final = ("document", "title", "label", "number", "number_basis", "issuer", "supersedes", "source_url",
                 "place", "note", "currency_checked_by")
_KNOWN: Final = frozenset((*_DATES, *_TEXTS, "kind", "status", "held", "aliases"))


def _currency_check(raw: dict[str, Any]) -> dict[str, Any]:
    """What holds of every version that does not say otherwise."""
    _refuse_unknown(raw, {"day", "by"}, "currency_check")
    return {f"currency_checked{suffix}": raw[key] for key, suffix in (("day", ""), ("by", "_by")) if key in raw}


def _entry(raw: dict[str, Any]) -> RegisteredVersion:
    name = f"{raw.get('title', '（没有 title）')} {raw.get('label', '')}".strip()
    _refuse_unknown(raw, _KNOWN, name)
    for key in ("document", "title", "label", "kind"):
        if not raw.get(key):
            raise _fault(name, f"缺少 {key}")
    for key in _DATES:
        if key in raw and type(raw[key]) is not date:
            raise _fault(name, f"{key} 不是日期")
    for key in _TEXTS:
        if not isinstance(raw.get(key, ""), str):
            raise _fault(name, f"{key} 不是文字")
    try:
        kind, status = Kind(raw["kind"]), Status(raw.get("status", "unknown"))
    except ValueError as error:
        raise _fault(name, f"kind 或 status 的值不认识：{error}") from error
    if not isinstance(raw.get("held", True), bool):
        raise _fault(name, "held 只能是 true 或 false")
    return RegisteredVersion(**{**raw, "kind": kind, "status": status, "aliases": tuple(raw.get("aliases", ()))})


def _move(raw: dict[str, Any], entries: Iterable[RegisteredVersion]) -> _Move:
    name = f"{raw.get('document', '')} {raw.get('from', '')}→{raw.get('to', '')}"
    _refuse_unknown(raw, {"document", "from", "to", "articles"}, name)
    known = {(e.document, e.label) for e in entries}
    for end in ("from", "to"):
        if (raw.get("document"), raw.get(end)) not in known:
            raise _fault(name, f"{end} 不是已登记的版本")
    articles = {int(old): new for old, new in raw.get("articles", {}).items()}
    if len(set(articles.values())) != len(articles):
        raise _fault(name, "两个旧条对应同一个新条")
    return _Move(raw["document"], raw["from"], raw["to"], MappingProxyType(articles))


def _names(entries: Iterable[RegisteredVersion]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for entry in entries:
        written = (entry.document, entry.title, short_title(entry.title), entry.number, *entry.aliases)
        for name in filter(None, map(fold, written)):
            if names.setdefault(name, entry.document) != entry.document:
                raise _fault(entry.title, f"名称“{name}”同时指向 {names[name]} 和 {entry.document}")
    return MappingProxyType(names)


def _refuse_unknown(raw: Mapping[str, Any], known: Iterable[str], name: str) -> None:
    if unknown := sorted(set(raw) - set(known)):
        raise _fault(name, f"不认识的键 {'、'.join(unknown)}")


def _refuse_twins(entries: Iterable[RegisteredVersion]) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if (entry.title, entry.label) in seen:
            raise _fault(f"{entry.title} {entry.label}", "登记了两次")
        seen.add((entry.title, entry.label))


@lru_cache(maxsize=2048)
def _short(title: str) -> str:
    return fold(short_title(title))


def _begins(entry: RegisteredVersion) -> date:
    return entry.in_force_from or entry.issued or date.min


def _title_key(title: str) -> str:
    """The state's name is left out of titles within titles as often as not, and courts are joined by 、 or a blank."""
    return fold(title).replace("中华人民共和国", "").replace("、", "")


def _canonical(number: str) -> str:
    found = find_numbers(number)
    return found[0].number if found else fold(number)


def _fault(entry: str, what: str) -> SourceError:
    return SourceError(f"文献登记表的条目“{entry}”有误：{what}", "请改正 registry.toml 中的这一条")
