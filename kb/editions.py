"""An article beside itself: whether its text is in force, what it says in the other versions held, what stands before and after it.

In force is not the same as applicable: nothing here decides which version a past event falls under.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb.amendment import held
from kb.comparison import articles_of, compare
from kb.currency import applicable, governing
from kb.ports import PassageStore
from kb.registry import Registry
from kb.text import fold
from kb.types import Kind, Passage, Status, Tier, Version

__all__ = ["Edition", "Effect", "edition_in_force", "editions", "effect_of", "neighbours"]

_OWN_WORDS = (Tier.OFFICIAL, Tier.USER)      # a digest is ours: its words say nothing about what the law changed


class Effect(StrEnum):
    """Whether a text may be relied on, at a glance."""

    IN_FORCE = "in_force"
    THEN = "then"              # on the day asked about, and no longer
    AHEAD = "ahead"            # not yet
    PAST = "past"
    UNCERTAIN = "uncertain"    # nobody has recorded it


def effect_of(version: Version, versions: Sequence[Version], day: date, today: date) -> Effect | None:
    """The effect of `version` for somebody who asks about the law of `day`; None for guides and what else has none.

    `versions` are those of the library: a later one of the same document may have taken its place.
    """
    if version.kind is Kind.GUIDE or (version.in_force_from is None and version.kind in (Kind.OTHER, Kind.POLICY_PLAN)):
        return None
    group = [v for v in versions if v.document == version.document and v.id != version.id] + [version]
    if version.in_force_from is None and version.status is Status.UNKNOWN:
        return Effect.UNCERTAIN
    if not _applies(version, group, day):
        return Effect.AHEAD if version.in_force_from and version.in_force_from > day else Effect.PAST
    return Effect.IN_FORCE if day >= today or _applies(version, group, today) else Effect.THEN


def _applies(version: Version, group: Sequence[Version], day: date) -> bool:
    return any(v.id == version.id for v in applicable(group, day))


@dataclass(frozen=True, slots=True)
class Edition:
    """One article in one version: `passages` are its parts in order; several articles where it was split or merged."""

    version: Version
    passages: tuple[Passage, ...]

    @property
    def locator(self) -> str:
        return "、".join(dict.fromkeys(passage.locator for passage in self.passages))

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)

    @property
    def own_words(self) -> bool:
        """Whether these are the document's words, and not a digest of ours."""
        return self.version.tier in _OWN_WORDS


def editions(store: PassageStore, registry: Registry, passage: Passage) -> tuple[Edition, ...]:
    """The article of `passage` in every version of its document that is held and has it, newest first, its own among them.

    Where it stands in another version is what the register says; where that is silent, what comparing the texts finds.
    """
    if passage.article is None:
        return ()
    own, found = passage.version, []
    for version in reversed(held(store, own.document, tuple(Tier))):
        same = fold(version.label) == fold(own.label)
        places = [(passage.article, passage.sub)] if same else _places(store, registry, passage, version)
        parts = tuple(part for number, sub in places for part in store.article(own.document, number, sub)
                      if part.version.id == (own.id if same else version.id))
        found += [Edition(own if same else version, parts)] if parts else []
    return tuple(found)


def edition_in_force(store: PassageStore, registry: Registry, passage: Passage, day: date) -> Edition | None:
    """What to read instead on `day`: the article in the version then in force; None where that is its own, or unknown."""
    versions = [v for v in store.versions() if v.document == passage.version.document]
    now = governing(versions, day)
    if now is None or fold(now.label) == fold(passage.version.label):
        return None
    return next((found for found in editions(store, registry, passage) if fold(found.version.label) == fold(now.label)), None)


def neighbours(store: PassageStore, passage: Passage) -> tuple[Passage | None, Passage | None]:
    """What stands before and after the passage in its version."""
    around = store.around(passage.id)
    place = next((i for i, found in enumerate(around) if found.id == passage.id), None)
    if place is None:
        return None, None
    return around[place - 1] if place else None, around[place + 1] if place + 1 < len(around) else None


def _places(store: PassageStore, registry: Registry, passage: Passage, other: Version) -> list[tuple[int, int]]:
    """(article, sub) of the passage's article in another version; empty where that has none or nothing tells."""
    own, article = passage.version, passage.article
    number = registry.moved(own.document, article, own.label, other.label) if article and not passage.sub else None
    if number:
        return [(number, 0)]
    if own.tier not in _OWN_WORDS or other.tier not in _OWN_WORDS:
        return []
    ours, theirs = (articles_of(store.passages_of(version.id)) for version in (own, other))
    forward = (own.in_force_from or date.min) < (other.in_force_from or date.min)
    for pair in compare(ours, theirs) if forward else compare(theirs, ours):
        here, there = (pair.old, pair.new) if forward else (pair.new, pair.old)
        if any((found.number, found.sub) == (article, passage.sub) for found in here):
            return [(found.number, found.sub) for found in there]
    return []
