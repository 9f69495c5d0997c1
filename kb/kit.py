"""The station kit: what a volunteer hands out, hangs up or reads aloud, each piece with the articles it rests on.

The pieces lie beside the searched library and are not part of it (docs/station.md says why).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from kb.basis import place_of, version_named
from kb.errors import SourceError
from kb.registry import RegisteredVersion, Registry
from kb.statute import parse_ref

__all__ = ["Form", "Part", "Piece", "Source", "as_shown", "bundled_kit", "piece_named", "read_piece", "sources_of", "to_text"]

_FRONT = re.compile(r"---\n(?P<head>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_BASIS = "依据："


class Form(StrEnum):
    """What a piece is for, in the order in which the kit shows them."""

    TALK = "talk"
    POSTER = "poster"
    QA = "qa"
    CHILDREN = "children"
    HANDOUT = "handout"
    CARDS = "cards"
    CHECKLIST = "checklist"
    PLAN = "plan"

    @property
    def label(self) -> str:
        return {Form.TALK: "讲解稿", Form.POSTER: "海报文字", Form.QA: "来访者问答", Form.CHILDREN: "儿童版", Form.HANDOUT: "折页",
                Form.CARDS: "问答卡", Form.CHECKLIST: "志愿者清单", Form.PLAN: "活动方案"}[self]


@dataclass(frozen=True, slots=True)
class Part:
    """A section. `lines` are whole sentences, some with a list mark (1. or -); `basis` the references as written."""

    heading: str
    lines: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the kit. `name` is that of its file; it speaks of the law as it is from `valid_from` on."""

    name: str
    title: str
    form: Form
    version: str
    valid_from: date
    parts: tuple[Part, ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """Every reference once, in the order in which they come."""
        return tuple(dict.fromkeys(reference for part in self.parts for reference in part.basis))


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a piece rests on: its places there, and the official address where one is recorded."""

    title: str                     # without the name of the state
    label: str
    locators: tuple[str, ...]
    url: str = ""

    def __str__(self) -> str:
        return f"《{self.title}》（{self.label}）{'、'.join(self.locators)}"


def read_piece(name: str, text: str) -> Piece:
    """The piece written in a file of the kit.

    Raises:
        SourceError: the front matter is missing or says something the kit does not know.
    """
    written = _FRONT.match(text)
    head = dict(re.split(r":\s*", line, maxsplit=1) for line in written["head"].splitlines()) if written else {}
    try:
        parts = tuple(_part(section) for section in re.split(r"^## +", written["body"] if written else "", flags=re.MULTILINE)[1:])
        return Piece(name, head["title"], Form(head["form"]), head["version"], date.fromisoformat(head["valid_from"]), parts)
    except (KeyError, ValueError) as error:
        raise SourceError(f"驿站工具包的 {name} 写法不对（{error}）", "请按 docs/station.md 的格式修改") from error


def _part(section: str) -> Part:
    heading, *lines = filter(None, (line.strip() for line in section.splitlines()))
    basis = [reference.strip() for line in lines if line.startswith(_BASIS) for reference in line[len(_BASIS):].split("；")]
    return Part(heading, tuple(line for line in lines if not line.startswith(_BASIS)), tuple(basis))


@lru_cache(maxsize=1)
def bundled_kit() -> tuple[Piece, ...]:
    """The kit that ships with the program, by form; read once a process."""
    files = [file for file in resources.files("kb").joinpath("library/kit").iterdir() if file.name.endswith(".md")]
    pieces = [read_piece(file.name.removesuffix(".md"), file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(pieces, key=lambda piece: (list(Form).index(piece.form), piece.name)))


def piece_named(name: str) -> Piece | None:
    """The piece of this name or title."""
    return next((piece for piece in bundled_kit() if name in (piece.name, piece.title)), None)


def sources_of(piece: Piece, registry: Registry, day: date) -> tuple[Source, ...]:
    """The texts that the piece rests on as they stand on `day`, each once with its places there."""
    places: dict[RegisteredVersion, list[str]] = {}
    for reference in piece.basis:
        document, locator = _read(reference)
        if version := _meant(registry, document, version_named(reference), day):
            places.setdefault(version, []).append(locator)
    return tuple(Source(version.title.removeprefix("中华人民共和国"), version.label, tuple(locators), version.source_url)
                 for version, locators in places.items())


def _read(reference: str) -> tuple[str, str]:
    """Document and place of a reference that the checks of the library let pass."""
    if ref := parse_ref(reference):
        return ref.document, str(ref).removeprefix(f"《{ref.document}》")
    return place_of(reference) or ("", "")


def _meant(registry: Registry, document: str, label: str, day: date) -> RegisteredVersion | None:
    versions: Iterable[RegisteredVersion] = registry.versions(document)
    if label:
        return next((version for version in versions if version.label == label), None)
    # A plan whose period is over is still the text that is meant.
    return next(iter(registry.in_force(document, day)), None) or next(iter(versions), None)


def as_shown(line: str, form: Form) -> str:
    """A line with a box to tick on a checklist, and with a dot in another list."""
    return re.sub(r"^- ", "☐ " if form is Form.CHECKLIST else "• ", line)


def to_text(piece: Piece, sources: Iterable[Source]) -> str:
    """The piece as plain text, for a terminal or a printer."""
    blocks = [f"{piece.title}（{piece.form.label}，{piece.version}）"]
    blocks += ["\n".join((part.heading, *(as_shown(line, piece.form) for line in part.lines))) for part in piece.parts]
    blocks.append("\n".join(("依据", *map(str, sources))))
    return "\n\n".join(blocks)
