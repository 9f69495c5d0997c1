"""Which official text a file is, by its words: a digest of every article of the registered texts, and no text at all.

`library/fingerprints.json` is made by train/fingerprints.py from files whose checksum a manifest vouches for.
"""

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib import resources

from kb.errors import SourceError
from kb.text import fold
from kb.types import Passage

__all__ = ["PREAMBLE", "Agreement", "Fingerprints", "KnownText", "Likeness", "Outline", "bundled_fingerprints",
           "digest", "outline"]

PREAMBLE = "引言"
_LENGTH = 12
_ENOUGH = 3                # equal articles that show which text it is where the title does not
_MOSTLY = 0.5              # share of a file's articles that must be equal for it to be a copy of another title's text


def digest(text: str) -> str:
    """12 characters for 72 bits of SHA-256 over the folded text: copies in other formats agree, other words do not."""
    return urlsafe_b64encode(sha256(fold(text).encode("utf-8")).digest()[:9]).decode("ascii")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text consists of: a digest for each locator, in order, and the digests of its 编, 章 and 节 headings."""

    pieces: Mapping[str, str]
    headings: frozenset[str]


def outline(passages: Sequence[Passage]) -> Outline:
    """The parts of a long article count as one; so do all pieces that share a locator."""
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.locator, []).append(passage.text)
    return Outline({locator: digest("".join(parts)) for locator, parts in texts.items()},
                   frozenset(digest(heading) for passage in passages for heading in passage.heading_path))


@dataclass(frozen=True, slots=True)
class KnownText:
    """A registered text as its digests; `title` and `label` name its entry in the register."""

    title: str
    label: str
    outline: Outline


class Agreement(StrEnum):
    WHOLE = "whole"          # every article is there and equal, nothing else is
    EXCERPT = "excerpt"      # an unbroken part, or one that calls itself 节选: all of it equal
    ALTERED = "altered"      # something differs, is missing in between, or was added


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a file compares with a known text; locators in the order of their text."""

    known: KnownText
    equal: tuple[str, ...]
    different: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()
    strange_headings: bool = False

    def agreement(self, excerpt: bool) -> Agreement:
        """`excerpt`: whether the file says of itself that it is only a part."""
        if self.different or self.additional or self.strange_headings or not self.equal:
            return Agreement.ALTERED
        missing = [locator for locator in self.missing if locator != PREAMBLE]
        if not missing:
            return Agreement.WHOLE
        return Agreement.EXCERPT if excerpt or self._unbroken(missing) else Agreement.ALTERED

    def _unbroken(self, missing: Sequence[str]) -> bool:
        order = [locator for locator in self.known.outline.pieces if locator != PREAMBLE]
        present = [i for i, locator in enumerate(order) if locator not in missing]
        return present == list(range(present[0], present[-1] + 1))

    @property
    def share(self) -> float:
        """Of the file's articles, how many are equal: 0 to 1."""
        return len(self.equal) / ((len(self.equal) + len(self.different) + len(self.additional)) or 1)


@dataclass(frozen=True)
class Fingerprints:
    """All known texts."""

    texts: tuple[KnownText, ...] = field(default=())

    @classmethod
    def load(cls, content: str) -> "Fingerprints":
        """Read fingerprints.json.

        Raises:
            SourceError: it is not what `dump` writes.
        """
        try:
            return cls(tuple(KnownText(row["title"], row["label"],
                                       Outline(dict(_unpacked(row["pieces"])), frozenset(row["headings"])))
                             for row in json.loads(content)["texts"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError("条文指纹文件 fingerprints.json 无法读取", "请重新安装程序，或用 train/fingerprints.py 重新生成") from error

    def dump(self) -> str:
        """One text a line, so that a change shows which text it concerns."""
        rows = [json.dumps({"title": t.title, "label": t.label, "headings": sorted(t.outline.headings),
                            "pieces": [f"{locator} {mark}" for locator, mark in t.outline.pieces.items()]},
                           ensure_ascii=False, separators=(",", ":")) for t in self.texts]
        return '{"texts":[\n' + ",\n".join(rows) + "\n]}\n"

    @cached_property
    def _holding(self) -> Mapping[tuple[str, str], tuple[int, ...]]:
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        for number, text in enumerate(self.texts):
            for piece in text.outline.pieces.items():
                found[piece] = (*found.get(piece, ()), number)
        return found

    def likenesses(self, found: Outline, titles: Iterable[str]) -> list[Likeness]:
        """The known texts a file may be a copy of, the most equal first: those of its title, and those it mostly equals.

        `titles` are the full titles its own title may stand for.
        """
        shared = Counter(number for piece in found.pieces.items() for number in self._holding.get(piece, ()))
        named = set(titles)
        enough = min(_ENOUGH, len(found.pieces))
        likely = [number for number, text in enumerate(self.texts) if text.title in named
                  or (shared[number] >= enough and shared[number] >= _MOSTLY * len(found.pieces))]
        compared = [_compare(self.texts[number], found) for number in likely]
        return sorted(compared, key=lambda likeness: (-len(likeness.equal), len(likeness.missing)))


def _compare(known: KnownText, found: Outline) -> Likeness:
    ours, theirs = known.outline.pieces, found.pieces
    return Likeness(
        known, equal=tuple(locator for locator in theirs if ours.get(locator) == theirs[locator]),
        different=tuple(locator for locator in theirs if ours.get(locator, theirs[locator]) != theirs[locator]),
        missing=tuple(locator for locator in ours if locator not in theirs),
        additional=tuple(locator for locator in theirs if locator not in ours),
        strange_headings=not found.headings <= known.outline.headings)


def _unpacked(pieces: Iterable[str]) -> Iterable[tuple[str, str]]:
    for piece in pieces:
        locator, _, mark = piece.rpartition(" ")
        if not locator or len(mark) != _LENGTH:
            raise ValueError(piece)
        yield locator, mark


@lru_cache(maxsize=1)
def bundled_fingerprints() -> Fingerprints:
    """Those that ship with the program; read once a process."""
    place = resources.files("kb").joinpath("library/fingerprints.json")
    return Fingerprints.load(place.read_text(encoding="utf-8")) if place.is_file() else Fingerprints()
