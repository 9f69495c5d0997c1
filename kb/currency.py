"""Which text governs on a day, and what a reader must know about the texts an answer cites. Pure.

In force is not the same as applicable: nothing here decides which version a past event falls under.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from kb.registry import Registry, without_excerpt
from kb.statute import find_refs, short_title
from kb.text import chinese_date
from kb.types import Kind, Notice, Passage, Status, StatuteRef, Tier, Version

__all__ = ["Dated", "Standing", "applicable", "governing", "in_force", "later_version", "notices_for", "trust"]

_TRUST = {Tier.OFFICIAL: 2, Tier.DIGEST: 2, Tier.GUIDE: 1, Tier.USER: 0}      # a digest's dates are the register's


def trust(version: object) -> int:
    """How far a version's dates can be relied on, 0 to 2; those of the register wholly."""
    return _TRUST[getattr(version, "tier", Tier.OFFICIAL)]


class Dated(Protocol):
    """What `Version` and `RegisteredVersion` have in common."""

    @property
    def document(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def in_force_from(self) -> date | None: ...
    @property
    def in_force_to(self) -> date | None: ...
    @property
    def status(self) -> Status: ...


def in_force(passages: Iterable[Passage], day: date) -> list[Passage]:
    """The passages whose text is in force on `day`, in the order given; of unknown status too (a notice marks them).

    A version without a recorded last day gives way to a later version of the same document that has begun.
    """
    kept = list(passages)
    versions = [passage.version for passage in kept]
    return [passage for passage in kept
            if passage.version.in_force_on(day) and not _overtaken(passage.version, versions, day)]


def applicable(versions: Iterable[Version], day: date) -> list[Version]:
    """The versions of one document in force on `day` that no later one has taken the place of by then."""
    known = list(versions)
    return [v for v in known if v.in_force_on(day) and not _overtaken(v, known, day)]


def governing(versions: Iterable[Version], day: date) -> Version | None:
    """The one version of a document in force on `day`: dated before undated, official before others, whole, newest."""
    return max(applicable(versions, day), default=None, key=lambda v: (
        v.in_force_from is not None, v.tier is Tier.OFFICIAL, without_excerpt(v.title) == v.title,
        v.in_force_from or date.min, v.id))


class Standing:
    """The versions of a library and which of them have given way to later ones, read once for each state of it."""

    def __init__(self, read: Callable[[], Sequence[Version]], state: Callable[[], object]) -> None:
        """`state` returns a value that changes whenever a version comes, goes or changes; asked at every use."""
        self._read, self._state = read, state
        self._known: tuple[object, tuple[Version, ...], dict[date, frozenset[str]]] | None = None

    def versions(self) -> tuple[Version, ...]:
        return self._now()[0]

    def overtaken(self, day: date) -> frozenset[str]:
        """Ids of the versions whose place a later one of the same document has taken by `day`."""
        versions, by_day = self._now()
        if day not in by_day:
            groups: dict[str, list[Version]] = {}
            for version in versions:
                groups.setdefault(version.document, []).append(version)
            by_day[day] = frozenset(v.id for group in groups.values() for v in group if _overtaken(v, group, day))
        return by_day[day]

    def _now(self) -> tuple[tuple[Version, ...], dict[date, frozenset[str]]]:
        state, known = self._state(), self._known
        if known is None or known[0] != state:
            known = self._known = (state, tuple(self._read()), {})
        return known[1], known[2]


def _overtaken(version: Version, versions: Iterable[Version], day: date) -> bool:
    later = later_version(version, versions)
    return later is not None and later.in_force_from is not None and later.in_force_from <= day


D = TypeVar("D", bound=Dated)


def later_version(version: Dated, versions: Iterable[D]) -> D | None:
    """The text that took or will take this one's place: the first of the same document to begin after it.

    Texts that stand side by side in one group (three criminal interpretations until 2025) do not replace each other:
    where the last day is recorded, only what begins after it counts, else only the same title. A text nobody vouches
    for takes no official one's place.
    """
    begins, own = version.in_force_from or date.min, _own_title(version)
    later = [v for v in versions if v.document == version.document and v.in_force_from and trust(v) >= trust(version)
             and (v.in_force_from > version.in_force_to if version.in_force_to
                  else v.in_force_from > begins and _own_title(v) == own)]
    return min(later, default=None, key=lambda v: v.in_force_from or date.max)


def _own_title(version: Dated) -> str:
    return short_title(without_excerpt(version.title))


def notices_for(cited: Sequence[Passage], registry: Registry, versions: Iterable[Version], day: date) -> list[Notice]:
    """What a reader must know about the cited texts, one plain sentence each, without repetition.

    `versions` are those of the library: they tell of a later text the register does not know.
    """
    library = [v for v in versions if v.tier in (Tier.OFFICIAL, Tier.USER)]
    found: list[Notice] = []
    for passage in cited:
        if passage.version.tier is Tier.GUIDE:
            continue
        seen = _Cited(passage, registry, library, day)
        found += _standing(seen)
        found += _was_elsewhere(seen)
        found += _old_numbers(seen)
        found += _unverified(seen)
        found += _unofficial(seen)
        found += _edited(seen)
        found += _plan_period(seen)
    return list(dict.fromkeys([*found, *_digests(cited)]))


@dataclass(frozen=True)
class _Cited:
    """A cited passage with everything the register and the library know of its document."""

    passage: Passage
    registry: Registry
    library: Sequence[Version]
    day: date

    @property
    def version(self) -> Version:
        return self.passage.version

    @property
    def ref(self) -> str:
        """第二百一十九条之一; empty for texts without articles."""
        return StatuteRef("", self.passage.article, self.passage.sub).locator if self.passage.article else ""

    def successor(self) -> Dated | None:
        known: list[Dated] = [*self.registry.versions(self.version.document), *self.library]
        return later_version(self.version, known)

    def moved_to(self, other: Dated) -> int | None:
        if self.passage.article is None or self.passage.sub:
            return None
        return self.registry.moved(self.version.document, self.passage.article, self.version.label, other.label)


def _standing(seen: _Cited) -> Iterator[Notice]:
    """Replaced, repealed or about to be: says from which day, by what, and where the article is then found."""
    version, later = seen.version, seen.successor()
    if later and later.in_force_from and later.in_force_from <= seen.day:
        later = _only(seen.registry, version.document, seen.day) or later      # 2016修正: not 2022修正 but 2025修订
    if later and later.in_force_from and later.label != version.label:
        yield _replaced(seen, later, later.in_force_from)
    elif version.in_force_to and version.in_force_to < seen.day:
        yield Notice("repealed", f"{_name(version)}只适用到{chinese_date(version.in_force_to)}，此后不再施行")
    elif version.status is Status.REPEALED or (version.status is Status.AMENDED and not version.in_force_to):
        yield Notice("repealed", f"{_name(version)}{version.status.label}，现行文本请查官方公布的版本")
    if version.in_force_from and version.in_force_from > seen.day:
        yield Notice("not_yet_in_force",
                     f"{_name(version)}自{chinese_date(version.in_force_from)}起施行，在{chinese_date(seen.day)}尚未施行")


def _replaced(seen: _Cited, later: Dated, first: date) -> Notice:
    number = seen.moved_to(later)
    where = f"，{seen.ref}相应为{_article(number)}" if number else ""
    if number and _article(number) == seen.ref:
        where = f"，{seen.ref}条号不变"
    absent = "" if getattr(later, "held", True) else "（本库没有收录新文本）"
    if first > seen.day:
        return Notice("later_version", f"{_name(seen.version)}适用到{chinese_date(_eve(first))}，"
                                       f"自{chinese_date(first)}起施行{later.label}{absent}{where}")
    return Notice("superseded", f"{_name(seen.version)}已不再施行，自{chinese_date(first)}起施行{_named(later, seen)}"
                                f"{absent}{where}")


def _was_elsewhere(seen: _Cited) -> Iterator[Notice]:
    """The article carried another number in the version before: 第十条 was 第九条 until 2025-10-15."""
    version = seen.version
    if version.in_force_from is None or version.in_force_from > seen.day:
        return
    for earlier in seen.registry.versions(version.document):
        number = seen.moved_to(earlier)
        begins_later = earlier.in_force_from is not None and earlier.in_force_from < version.in_force_from
        if number and begins_later and _article(number) != seen.ref:
            yield Notice("moved", f"{_name(version)}{seen.ref}：原{_article(number)}（{earlier.label}），"
                                  f"{version.in_force_from.isoformat()}起为{seen.ref}")
            return


def _old_numbers(seen: _Cited) -> Iterator[Notice]:
    """An interpretation cites the articles of a law by the numbers of its own time: gives today's.

    Digests already speak of today's numbers, and a mention that names its version needs no help.
    """
    version = seen.version
    written_on = version.in_force_from or version.issued
    if version.tier is Tier.DIGEST or written_on is None:
        return
    changed: dict[tuple[str, str, str], dict[str, str]] = {}
    for mention in find_refs(seen.passage.text, seen.registry.names):
        ref = mention.ref
        if not ref.document or ref.document == version.document or ref.sub:
            continue
        then = _only(seen.registry, ref.document, written_on)
        now = _only(seen.registry, ref.document, seen.day)
        label = mention.label or (then.label if then else "")
        number = seen.registry.moved(ref.document, ref.article, label, now.label) if now and label else None
        if now and number and number != ref.article:
            changed.setdefault((ref.document, label, now.label), {})[_article(ref.article)] = _article(number)
    for (document, old, new), numbers in changed.items():
        pairs = "，".join(f"{before}现为{after}" for before, after in numbers.items())
        yield Notice("old_numbers", f"{_name(version)}{seen.passage.locator}引用的《{document}》条号出自{old}，"
                                    f"按{new}：{pairs}")


def _only(registry: Registry, document: str, day: date) -> Dated | None:
    found = registry.in_force(document, day)
    return found[0] if len(found) == 1 else None


def _unverified(seen: _Cited) -> Iterator[Notice]:
    version = seen.version
    if version.status is Status.UNKNOWN and version.kind not in (Kind.POLICY_PLAN, Kind.GUIDE):
        yield Notice("status_unknown", f"{_name(version)}{Status.UNKNOWN.label}，引用前请查官方公布的文本")


def _unofficial(seen: _Cited) -> Iterator[Notice]:
    """A file somebody added that bears the name of a registered text: the official words decide."""
    version = seen.version
    if version.tier is not Tier.USER or not seen.registry.versions(version.document):
        return
    official = any(v.tier is Tier.OFFICIAL and v.document == version.document for v in seen.library)
    yield Notice("unofficial", f"{_name(version)}{seen.passage.locator}引自自行添加的文件，不是核对过的官方文本；"
                               + ("以本库的官方文本为准" if official else "请以官方公布的文本为准"))


def _edited(seen: _Cited) -> Iterator[Notice]:
    if seen.version.edited:
        yield Notice("edited", f"{_name(seen.version)}的名称、日期或状态由管理员改过，与文件里写的不同")


def _plan_period(seen: _Cited) -> Iterator[Notice]:
    version = seen.version
    known = seen.registry.version_of(version.title, version.issued, label=version.label)
    if known is None or known.period_to is None:
        return
    ended = f"的实施期已于{_month(known.period_to)}结束，" if known.period_to < seen.day else ""
    yield Notice("plan_period", f"《{short_title(version.title)}》{ended}文中数字是计划目标，不代表已经完成")


def _digests(cited: Sequence[Passage]) -> Iterator[Notice]:
    named = dict.fromkeys(f"{_name(p.version)}{p.locator}" for p in cited if p.version.tier is Tier.DIGEST)
    if named:
        yield Notice("digest", f"以下引自本库要点，非法条原文：{'、'.join(named)}")


def _name(version: Dated) -> str:
    """《反不正当竞争法》（2025修订）; the number alone where it is the label: interpretations have long titles."""
    if version.label and version.label == version.number:
        return version.label
    return f"《{short_title(version.title)}》" + (f"（{version.label}）" if version.label else "")


def _named(later: Dated, seen: _Cited) -> str:
    """The later text: by its label where only the label differs."""
    return later.label if short_title(later.title) == short_title(seen.version.title) else _name(later)


def _article(number: int) -> str:
    return StatuteRef("", number).locator


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def _eve(day: date) -> date:
    return day - timedelta(days=1)
