"""A paper of our own making (a report, a form) as blocks, and as Markdown and plain text; `kb.document` makes the Word file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kb.render import escape_markdown
from kb.text import strip_controls
from kb.types import ordinal_numeral

__all__ = ["Block", "Bullets", "Heading", "Items", "Paper", "Signatures", "Table", "Text", "block_markdown", "numbered", "paper_markdown", "paper_text"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 for a part of the paper, 2 below that. `new_page`: in a file with pages, it begins one."""

    text: str
    level: int = 1
    new_page: bool = False


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
class Items:
    """A list as statutes number their 项: （一）, （二）."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as `head`; `widths` are shares of the width."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign side by side; a column is who signs and the lines to fill in."""

    columns: tuple[tuple[str, ...], ...]


Block = Heading | Text | Bullets | Items | Table | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """`label` says how it came about and stands on every page; `closing` are the last lines. A `form` is there to be signed."""

    title: str
    label: str
    day: date
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    form: bool = False


def paper_markdown(paper: Paper) -> str:
    """The whole paper; all words are escaped."""
    return _written(paper, escape_markdown)


def paper_text(paper: Paper) -> str:
    """The same for a terminal: nothing is escaped, because nothing reads it but a person."""
    return _written(paper, strip_controls)


def block_markdown(block: Block, below: int = 1) -> str:
    """One block; its words are escaped. A heading stands `below` levels under the top."""
    return _block(block, escape_markdown, below)


def _written(paper: Paper, escape: Callable[[str], str]) -> str:
    parts = [f"# {_line(paper.title, escape)}", f"> {_line(paper.label, escape)}", *(_block(block, escape, 1) for block in paper.blocks)]
    closing = ["---", *(_line(line, escape) for line in paper.closing)] if paper.closing else []
    return "\n\n".join([*parts, *closing]) + "\n"


def _block(block: Block, escape: Callable[[str], str], below: int) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + below)} {_line(text, escape)}"
        case Text(text):
            return escape(text)
        case Bullets(lines):
            return "\n".join(f"- {_line(line, escape)}" for line in lines)
        case Items(lines):
            return "\n\n".join(_line(line, escape) for line in numbered(lines))
        case Table(head, rows):
            cells = ([_line(cell, escape) or "　" for cell in row] for row in (head, *rows))
            return "\n".join(_with_rule([f"| {' | '.join(row)} |" for row in cells], len(head)))
        case Signatures(columns):
            return "\n\n".join("  \n".join(_line(line, escape) for line in column) for column in columns)


def _with_rule(lines: Sequence[str], columns: int) -> list[str]:
    return [lines[0], f"| {' | '.join(['---'] * columns)} |", *lines[1:]]


def _line(text: str, escape: Callable[[str], str]) -> str:
    return escape(" ".join(text.split()))


def numbered(lines: Sequence[str]) -> list[str]:
    """（一）…, （二）…."""
    return [f"（{ordinal_numeral(number)}）{line}" for number, line in enumerate(lines, start=1)]
