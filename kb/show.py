"""Exact look-ups for `zhiwen show`: an article in force on a day, or a document's contents."""

import re
from datetime import date

from kb.errors import QuestionError
from kb.ports import PassageStore
from kb.registry import Registry
from kb.statute import parse_ref
from kb.text import parse_numeral
from kb.types import Passage, Tier, Version

__all__ = ["contents", "located_text"]


def located_text(store: PassageStore, registry: Registry, document: str, locator: str, day: date,
                 all_versions: bool = False) -> list[Passage]:
    """The passages with this locator; official texts before digests, and no digest where the official text is held.

    Raises:
        QuestionError: the library has no such document or locator in force on `day`.
    """
    group = registry.document(document)
    ref = parse_ref(f"《{group}》{_written_out(locator)}")
    found = store.article(group, ref.article, ref.sub) if ref else store.located(group, locator)
    found = [p for p in found if all_versions or p.version.in_force_on(day)]
    official = [p for p in found if p.version.tier is Tier.OFFICIAL]
    if not found:
        raise QuestionError(f"资料库里没有 {day.isoformat()} 有效的《{document}》{locator}",
                            "请检查名称和条号，或加 --all-versions；zhiwen library list 列出已有文件")
    return official if official and not all_versions else found


def contents(store: PassageStore, registry: Registry, document: str, day: date,
             all_versions: bool = False) -> list[Passage]:
    """Every passage of the document, for a table of contents; one version unless all are asked for."""
    group = registry.document(document)
    versions = [v for v in store.versions() if v.document == group and (all_versions or v.in_force_on(day))]
    if not versions:
        raise QuestionError(f"资料库里没有 {day.isoformat()} 有效的《{document}》",
                            "请检查名称，或加 --all-versions；zhiwen library list 列出已有文件")
    chosen = versions if all_versions else _best_tier(versions)
    return [passage for version in chosen for passage in store.passages_of(version.id)]


def _best_tier(versions: list[Version]) -> list[Version]:
    for tier in Tier:
        if of_tier := [v for v in versions if v.tier is tier]:
            return of_tier
    return versions


def _written_out(locator: str) -> str:
    """10 → 第10条, 219之一 → 第219条之一; anything else stays."""
    match = re.fullmatch(r"(\d+|[零一二三四五六七八九十百千]+)(之[一二三四五六七八九十])?", locator.strip())
    if match and parse_numeral(match[1]) is not None:
        return f"第{match[1]}条{match[2] or ''}"
    return locator
