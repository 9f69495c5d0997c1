"""A paper of our own making (a report, a form) as blocks, and as Markdown; `kb.document` makes the Word file of the same blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.render import escape_markdown

__all__ = ["Bullets", "Heading", "Paper", "Table", "Text", "paper_markdown"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 for a part of the paper, 2 below that."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `small` for facts about the one before it."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as `head`; `widths` are shares of the width."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """`label` says how it came about and stands on every page; `closing` are the last lines."""

    title: str
    label: str
    day: date
    blocks: tuple[Heading | Text | Bullets | Table, ...]
    closing: tuple[str, ...]


def paper_markdown(paper: Paper) -> str:
    """The whole paper; all words are escaped."""
    parts = [f"# {_line(paper.title)}", f"> {_line(paper.label)}", *map(_block, paper.blocks), "---", *map(_line, paper.closing)]
    return "\n\n".join(parts) + "\n"


def _block(block: Heading | Text | Bullets | Table) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {_line(text)}"
        case Text(text):
            return escape_markdown(text)
        case Bullets(lines):
            return "\n".join(f"- {_line(line)}" for line in lines)
        case Table(head, rows):
            return "\n".join([_row(head), _row(["---"] * len(head), plain=True), *map(_row, rows)])


def _row(cells: Sequence[str], plain: bool = False) -> str:
    return f"| {' | '.join(cells if plain else map(_line, cells))} |"


def _line(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
