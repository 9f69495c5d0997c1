"""A paper of our own making (a report, a form) as blocks, and as Markdown and plain text; `kb.document` makes the Word file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kb.render import escape_markdown
from kb.text import strip_controls

__all__ = ["Bullets", "Heading", "Paper", "Table", "Text", "paper_markdown", "paper_text"]


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
    return _written(paper, escape_markdown)


def paper_text(paper: Paper) -> str:
    """The same for a terminal: nothing is escaped, because nothing reads it but a person."""
    return _written(paper, strip_controls)


def _written(paper: Paper, escape: Callable[[str], str]) -> str:
    def line(text: str) -> str:
        return escape(" ".join(text.split()))

    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    parts = [f"# {line(paper.title)}", f"> {line(paper.label)}"]
    for block in paper.blocks:
        match block:
            case Heading(text, level):
                parts.append(f"{'#' * (level + 1)} {line(text)}")
            case Text(text):
                parts.append(escape(text))
            case Bullets(lines):
                parts.append("\n".join(f"- {line(each)}" for each in lines))
            case Table(head, rows):
                parts.append("\n".join([row([*map(line, head)]), row(["---"] * len(head)), *(row([*map(line, cells)]) for cells in rows)]))
    return "\n\n".join([*parts, "---", *map(line, paper.closing)]) + "\n"
