"""The library by edition: the texts held of one dated version of a document, and how it stands on a day. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kb.currency import Dated
from kb.types import Status, Tier, Version

__all__ = ["Edition", "editions", "standing_on"]

_ORDER = list(Tier)


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated version of a document with every text of it: the official one first, then our digest, then added files."""

    texts: tuple[Version, ...]

    @property
    def best(self) -> Version:
        return self.texts[0]

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return tuple(dict.fromkeys(text.tier for text in self.texts))

    def standing(self, day: date, overtaken: Collection[str] = ()) -> Status:
        """How it stands on `day`; as the most trusted text says."""
        return standing_on(self.best, day, self.best.id in overtaken)


def editions(versions: Iterable[Version]) -> tuple[Edition, ...]:
    """The editions in the order in which their first text is given."""
    found: dict[tuple[str, str, str], list[Version]] = {}
    for version in versions:
        found.setdefault((version.document, version.title, version.label), []).append(version)
    return tuple(Edition(tuple(sorted(texts, key=lambda v: (_ORDER.index(v.tier), v.id)))) for texts in found.values())


def standing_on(version: Dated, day: date, overtaken: bool = False) -> Status:
    """The status of a version as of `day`, by its dates where they are known, else as recorded.

    `overtaken`: a later version has taken its place by then (`kb.currency.Standing.overtaken`).
    """
    if version.in_force_from is not None and version.in_force_from > day:
        return Status.NOT_YET_IN_FORCE
    ended = version.in_force_to is not None and version.in_force_to < day
    if ended or overtaken:
        return version.status if version.status is Status.REPEALED else Status.AMENDED
    if version.status in (Status.AMENDED, Status.REPEALED) and version.in_force_to is None:
        return version.status                       # since when is not recorded: nothing is made of it
    if version.status is Status.UNKNOWN or (version.status is Status.NOT_YET_IN_FORCE and version.in_force_from is None):
        return version.status
    return Status.CURRENT
