"""A text as a reader leafs through it: its places (articles, tasks, sections) in order and the headings above them. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.types import Passage, Tier

__all__ = ["Heading", "Place", "headings", "marks", "place_marked", "places", "span"]

_AT_ONCE = 40      # places of a chapter without sections that are read in one go


@dataclass(frozen=True, slots=True)
class Place:
    """An article, a task or a section; the parts of a long one are together again. `position` counts from 0."""

    position: int
    passages: tuple[Passage, ...]

    @property
    def passage(self) -> Passage:
        return self.passages[0]

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)

    @property
    def name(self) -> str:
        """第十条; in a guide the heading of the section, without the title that stands above all of them."""
        return self.passage.locator.removeprefix(f"{self.passage.version.title} > ")

    @property
    def caption(self) -> str:
        """What one of our digests says its article is about; other texts have chapters instead."""
        path = self.passage.heading_path
        return path[-1] if path and self.passage.version.tier is Tier.DIGEST else ""

    @property
    def path(self) -> tuple[str, ...]:
        """编, 章, 节 above it, outermost first."""
        version = self.passage.version
        if version.tier is Tier.DIGEST:
            return ()
        return tuple(heading for heading in self.passage.heading_path if heading != version.title)


@dataclass(frozen=True, slots=True)
class Heading:
    """编, 章 or 节 with the positions of its first and its last place. `depth` is 0 for the outermost."""

    title: str
    depth: int
    first: int
    last: int


def places(passages: Sequence[Passage]) -> tuple[Place, ...]:
    """The places of one version, whose passages are given in order."""
    found: list[list[Passage]] = []
    for passage in passages:
        if passage.part > 1 and found and found[-1][-1].locator == passage.locator:
            found[-1].append(passage)
        else:
            found.append([passage])
    return tuple(Place(position, tuple(parts)) for position, parts in enumerate(found))


def headings(leaves: Sequence[Place]) -> tuple[Heading, ...]:
    """Every heading in the order of the text, each before those below it."""
    found: list[Heading] = []
    open_at: list[int] = []                 # index in `found` of the headings that the last place stands under
    for leaf in leaves:
        above = [found[i].title for i in open_at]
        shared = 0
        while shared < min(len(above), len(leaf.path)) and above[shared] == leaf.path[shared]:
            shared += 1
        del open_at[shared:]
        for depth in range(shared, len(leaf.path)):
            open_at.append(len(found))
            found.append(Heading(leaf.path[depth], depth, leaf.position, leaf.position))
        for i in open_at:
            found[i] = Heading(found[i].title, found[i].depth, found[i].first, leaf.position)
    return tuple(found)


def span(leaves: Sequence[Place], position: int) -> tuple[int, int]:
    """First and last position of what is read in one go with a place: its chapter or section, of a long one a stretch."""
    first = last = position
    while first > 0 and leaves[first - 1].path == leaves[position].path:
        first -= 1
    while last + 1 < len(leaves) and leaves[last + 1].path == leaves[position].path:
        last += 1
    first += (position - first) // _AT_ONCE * _AT_ONCE
    return first, min(last, first + _AT_ONCE - 1)


def marks(leaves: Sequence[Place]) -> tuple[str, ...]:
    """A short name for each place, for an address: 10, 219-1 where the article occurs once, else n and its number in the
    text. No words of the text are in it."""
    articles = Counter((leaf.passage.article, leaf.passage.sub) for leaf in leaves)
    return tuple(_mark(leaf, articles[leaf.passage.article, leaf.passage.sub] == 1) for leaf in leaves)


def place_marked(leaves: Sequence[Place], mark: str) -> Place | None:
    """The place that `marks` names so."""
    return next((leaf for leaf, known in zip(leaves, marks(leaves), strict=True) if known == mark), None)


def _mark(leaf: Place, only: bool) -> str:
    article, sub = leaf.passage.article, leaf.passage.sub
    if article is None or not only:
        return f"n{leaf.position + 1}"
    return f"{article}-{sub}" if sub else str(article)
