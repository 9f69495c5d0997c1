"""What a typed reference names: an article or a document of the library. Words to search for name nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.currency import applicable, trust
from kb.ports import PassageStore
from kb.registry import Registry, without_excerpt
from kb.statute import Mention, find_documents, find_numbers, find_refs, short_title
from kb.text import fold
from kb.types import Passage, Tier, Version

__all__ = ["Named", "named"]

_WORDS = re.compile(r"[\w\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Named:
    """What a reference leads to; `passage` is None where it names the document as a whole."""

    version: Version
    passage: Passage | None = None


def named(store: PassageStore, registry: Registry, typed: str, day: date) -> Named | None:
    """The text that `typed` is the name of, wholly: 反不正当竞争法第十条, 法释〔2025〕5号, 专利法.

    In the version that it names, else in the one in force on `day`, else in the newest; the official text before our
    digest. None for anything else, and where the library does not hold it.
    """
    mentions = find_refs(typed, registry.names)
    if len(mentions) == 1 and _whole(typed, mentions[0].start, mentions[0].end) and mentions[0].ref.document:
        return _article(store, registry, mentions[0], typed, day)
    numbers = find_numbers(typed)
    if len(numbers) == 1 and _whole(typed, numbers[0].start, numbers[0].end):
        held = [v for v in store.versions() if numbers[0].number in _numbers(v)]
        return _best(held, held, day)
    return _document(store, registry, typed, day)


def _article(store: PassageStore, registry: Registry, mention: Mention, typed: str, day: date) -> Named | None:
    ref = mention.ref
    found = store.article(ref.document, ref.article, ref.sub)
    group = [v for v in store.versions() if v.document in {p.version.document for p in found}]
    wanted = _of_the_version_named([p.version for p in found], mention.label, typed)
    best = _best(wanted, group, day)
    if best is None:
        return None
    return Named(best.version, next(p for p in found if p.version.id == best.version.id))


def _document(store: PassageStore, registry: Registry, typed: str, day: date) -> Named | None:
    versions = store.versions()
    mentions = find_documents(typed, registry.names)
    whole = [m for m in mentions if _whole(typed, m.start, m.end)]
    title = fold(short_title(typed.strip()))
    held = [v for v in versions if fold(short_title(v.title)) == title]
    if not held and len(whole) == 1:
        held = [v for v in versions if v.document == whole[0].document]
        registered = registry.version_of(typed.strip())
        if registered and (exact := [v for v in held if (v.title, v.label) == (registered.title, registered.label)]):
            held = exact
        held = _of_the_version_named(held, whole[0].label, typed)
    return _best(held, [v for v in versions if v.document in {h.document for h in held}], day)


def _of_the_version_named(versions: Sequence[Version], label: str, typed: str) -> list[Version]:
    """Those that a year, a number or a title tells apart from the others; all of them where nothing does."""
    if label and (labelled := [v for v in versions if fold(v.label).startswith(fold(label))]):
        return labelled
    if numbers := {mention.number for mention in find_numbers(typed)}:
        return [v for v in versions if numbers & _numbers(v)] or list(versions)
    written = fold(typed)
    titles = {v.id: fold(short_title(without_excerpt(v.title))) for v in versions}
    longest = max((title for title in titles.values() if title in written), key=len, default="")
    return [v for v in versions if titles[v.id] == longest] if longest else list(versions)


def _best(wanted: Sequence[Version], group: Sequence[Version], day: date) -> Named | None:
    """In force before others, official before others, whole before excerpts, newest first."""
    standing = {v.id for v in applicable(group, day)}
    best = max(wanted, default=None, key=lambda v: (
        v.id in standing, trust(v), v.tier is Tier.OFFICIAL, without_excerpt(v.title) == v.title,
        v.in_force_from or date.min, v.id))
    return Named(best) if best else None


def _numbers(version: Version) -> set[str]:
    return {mention.number for mention in (*find_numbers(version.number), *find_numbers(version.label))}


def _whole(typed: str, start: int, end: int) -> bool:
    return not _WORDS.search(typed[:start] + typed[end:])
