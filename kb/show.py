"""Exact look-ups for `zhiwen show`: an article in force on a day, or a document's contents, with what a reader must know."""

import re
from collections.abc import Sequence
from datetime import date

from kb.basis import place_of, version_named
from kb.clauses import clauses
from kb.currency import Standing, notices_for, trust
from kb.errors import QuestionError
from kb.ports import PassageStore
from kb.registry import Registry, without_excerpt
from kb.statute import parse_ref
from kb.text import fold, parse_numeral
from kb.types import Citation, Notice, Passage, StatuteRef, Tier, Verdict, Version

__all__ = ["contents", "day_meant", "located_text", "notices_beside", "source_of", "written_out"]


def located_text(store: PassageStore, registry: Registry, document: str, locator: str, day: date,
                 all_versions: bool = False) -> list[Passage]:
    """The passages with this locator; official texts before digests, and no digest where the official text is held.

    Raises:
        QuestionError: the library has no such document or locator in force on `day`.
    """
    group = registry.document(document)
    ref = parse_ref(f"《{group}》{written_out(locator)}")
    found = store.article(group, ref.article, ref.sub) if ref else store.located(group, locator)
    if not all_versions:
        overtaken = _overtaken(store, day)
        found = [p for p in found if p.version.in_force_on(day) and p.version.id not in overtaken]
    if not found:
        raise QuestionError(f"资料库里没有 {day.isoformat()} 有效的《{document}》{locator}",
                            "请检查名称和条号，或加 --all-versions；zhiwen library list 列出已有文件")
    official = [p for p in found if p.version.tier is Tier.OFFICIAL]
    return _once(official if official and not all_versions else found)


def source_of(store: PassageStore, registry: Registry, reference: str, day: date) -> Citation:
    """What a reference of a 依据 line leads to on `day`, or in the version that it names; the 款 or 项 that it names is the
    quotation, where the law itself is held.

    Raises:
        QuestionError: the library has no such text in force on `day`, or the reference does not read.
    """
    place, ref = place_of(reference), parse_ref(reference)
    document, locator = place or ((ref.document, ref.locator) if ref else (reference, ""))
    passages = located_text(store, registry, document, locator, day_meant(registry, reference, day))
    passage, official = passages[0], passages[0].version.tier is Tier.OFFICIAL
    quote = _named_part(passage.text, ref) if ref and official and len(passages) == 1 else ""
    where = str(StatuteRef("", ref.article, ref.sub, ref.paragraph, ref.item)) if ref else locator
    return Citation(1, passage, quote, where, Verdict.VERBATIM if official else Verdict.SUPPORTED)


def day_meant(registry: Registry, reference: str, day: date) -> date:
    """As of when a reference is to be read: `day`, or a day on which the version that it names for comparison is in force."""
    ref, label = parse_ref(reference), version_named(reference)
    named = next((version for version in registry.versions(ref.document) if version.label == label), None) if ref and label else None
    if named is None or named.in_force_on(day):
        return day
    return (named.in_force_from if named.in_force_from and named.in_force_from > day else named.in_force_to) or day


def _named_part(text: str, ref: StatuteRef) -> str:
    """The words of the 款 and 项 named; empty where none is, or there is none such."""
    found = clauses(text)
    if ref.item:
        inside = found[ref.paragraph - 1:ref.paragraph] if ref.paragraph else [clause for clause in found if clause.parts]
        found = inside[0].parts[ref.item - 1:ref.item] if inside else ()
    elif ref.paragraph:
        found = found[ref.paragraph - 1:ref.paragraph]
    else:
        return ""
    return text[found[0].start:found[0].end].strip() if found else ""


def contents(store: PassageStore, registry: Registry, document: str, day: date,
             all_versions: bool = False) -> list[Passage]:
    """Every passage of the document, for a table of contents; one version unless all are asked for."""
    group, overtaken = registry.document(document), _overtaken(store, day)
    versions = [v for v in store.versions() if v.document == group
                and (all_versions or (v.in_force_on(day) and v.id not in overtaken))]
    if not versions:
        raise QuestionError(f"资料库里没有 {day.isoformat()} 有效的《{document}》",
                            "请检查名称，或加 --all-versions；zhiwen library list 列出已有文件")
    chosen = versions if all_versions else _best_tier(versions)
    return _once([passage for version in chosen for passage in store.passages_of(version.id)])


def notices_beside(passage: Passage, registry: Registry, versions: Sequence[Version], day: date, today: date) -> list[Notice]:
    """What a reader must know of a shown passage: replaced, moved, not yet in force, not official; and where the article
    that has its number today stood then."""
    return [*notices_for([passage], registry, versions, day), *_same_number_today(passage, registry, today)]


def _same_number_today(passage: Passage, registry: Registry, today: date) -> list[Notice]:
    version, number = passage.version, passage.article
    current = registry.in_force(version.document, today)
    if number is None or passage.sub or len(current) != 1 or current[0].label == version.label:
        return []
    stood = registry.moved(version.document, number, current[0].label, version.label)
    if stood is None or stood == number:
        return []
    return [Notice("same_number", f"现行{current[0].label}的{passage.locator}，在{version.label}中是"
                                  f"{StatuteRef('', stood).locator}")]


def _overtaken(store: PassageStore, day: date) -> frozenset[str]:
    return Standing(store.versions, lambda: None).overtaken(day)


def _once(passages: Sequence[Passage]) -> list[Passage]:
    """The same words of one version, held in several files, once: from the most trusted and whole one."""
    best: dict[tuple[str, str, str], Passage] = {}
    for passage in sorted(passages, key=_worth):
        best.setdefault((passage.version.label, passage.locator, fold(passage.text)), passage)
    kept = {passage.id for passage in best.values()}
    return [passage for passage in passages if passage.id in kept]


def _worth(passage: Passage) -> tuple[int, bool, bool, str]:
    version = passage.version
    return (-trust(version), version.tier is not Tier.OFFICIAL, without_excerpt(version.title) != version.title, version.id)


def _best_tier(versions: list[Version]) -> list[Version]:
    for tier in Tier:
        if of_tier := [v for v in versions if v.tier is tier]:
            return of_tier
    return versions


def written_out(locator: str) -> str:
    """10 → 第10条, 219之一 → 第219条之一; anything else stays."""
    match = re.fullmatch(r"(\d+|[零一二三四五六七八九十百千]+)(之[一二三四五六七八九十])?", locator.strip())
    if match and parse_numeral(match[1]) is not None:
        return f"第{match[1]}条{match[2] or ''}"
    return locator
