"""Passages within reach: what was read from the catalogue, for as long as the library stays as it is.

A search judges some hundred candidates and a question asks for the same articles again and again; reading and unpacking
their rows took three quarters of the time of a search.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kb.ports import PassageStore
from kb.types import Passage, Version

__all__ = ["Shelf"]

_MOST = 20_000      # passages, some 50 MB; then the shelf is cleared and fills again with what is asked for


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read in one state of the library."""

    state: object
    passages: dict[str, Passage] = field(default_factory=dict)
    version_ids: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[object, ...], tuple[Passage, ...]] = field(default_factory=dict)


class Shelf:
    """`kb.ports.PassageStore` over another one. Safe to share between threads."""

    def __init__(self, store: PassageStore, state: Callable[[], object]) -> None:
        """`state` returns a value that changes whenever a passage or version comes, goes or changes."""
        self._store, self._state = store, state
        self._kept = _Kept(state())

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        wanted, known = list(dict.fromkeys(ids)), self._now().passages
        found = {id_: known[id_] for id_ in wanted if id_ in known}
        if len(found) < len(wanted):
            read = self._store.passages([id_ for id_ in wanted if id_ not in found])
            known.update(read)
            found.update(read)
        return {id_: found[id_] for id_ in wanted if id_ in found}

    def version_ids(self) -> Mapping[str, str]:
        known = self._now().version_ids
        if not known:
            known.update(self._store.version_ids())
        return known

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        return self._place((document, article, sub), lambda: self._store.article(document, article, sub))

    def located(self, document: str, locator: str) -> list[Passage]:
        return self._place((document, locator), lambda: self._store.located(document, locator))

    def versions(self) -> list[Version]:
        return self._store.versions()

    def passages_of(self, version_id: str) -> list[Passage]:
        return self._store.passages_of(version_id)

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        return self._store.around(passage_id, radius)

    def _place(self, key: tuple[object, ...], read: Callable[[], list[Passage]]) -> list[Passage]:
        places = self._now().places
        if key not in places:
            places[key] = tuple(read())
        return list(places[key])

    def _now(self) -> _Kept:
        # The state is read before the passages are: what a writer changes meanwhile is kept under the old state.
        state, kept = self._state(), self._kept
        if kept.state != state or len(kept.passages) > _MOST or len(kept.places) > _MOST:
            kept = self._kept = _Kept(state)
        return kept
