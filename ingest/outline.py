"""What structure is made of: spans, sections, the headings in force at a point, and a section being collected."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.document import Block, BlockKind
from ingest.numerals import article_mark, chapter_rank, division_mark, tidy_heading
from ingest.titlepage import is_front_line, is_sentence, names_document, signatures
from kb.text import fold

__all__ = ["Open", "Outline", "Section", "Span", "Structure", "headings", "preamble", "span"]


@dataclass(frozen=True, slots=True)
class Span:
    """A paragraph of a section: where its text lies in the document's text, without its own number."""

    start: int
    end: int
    page: int | None = None
    row: bool = False
    page_label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    locator: str
    heading_path: tuple[str, ...]
    spans: tuple[Span, ...]
    article: int | None = None
    sub: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """All sections in order, and doubts about the numbering in words a reader understands."""

    sections: tuple[Section, ...]
    doubts: tuple[str, ...] = ()


def span(block: Block, skip: int = 0) -> Span:
    while skip < len(block.text) and block.text[skip] in " \n\u3000":
        skip += 1
    return Span(block.start + skip, block.start + len(block.text), block.page, block.kind is BlockKind.ROW, block.page_label)


@dataclass
class Outline:
    """Headings in force at a point of the document: outermost first, each with its rank."""

    stack: list[tuple[float, str]] = field(default_factory=list)

    def enter(self, rank: float, text: str) -> None:
        self.leave(rank)
        self.stack.append((rank, text))

    def leave(self, rank: float) -> None:
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.stack)


@dataclass
class Open:
    """A section being collected. `heading` is shown as the text where nothing else comes under it."""

    locator: str
    path: tuple[str, ...]
    article: int | None = None
    sub: int = 0
    rank: int = 0
    body: list[tuple[Block, int]] = field(default_factory=list)     # blocks, each with the length of its number
    heading: Block | None = None

    def add(self, block: Block, skip: int = 0) -> None:
        self.body.append((block, skip))

    def close(self, *, last: bool = False) -> list[Section]:
        """The section; where it is the last one of its text, the lines that sign it stand apart as 落款."""
        body = self.body or ([(self.heading, 0)] if self.heading else [])
        signed = len(body) - (signatures([block.text for block, _ in body]) if last else 0)
        sections = [Section(self.locator, self.path, _spans(body[:signed]), self.article, self.sub)] if body else []
        return sections + ([Section("落款", (), _spans(body[signed:]))] if signed < len(body) else [])


def _spans(body: Sequence[tuple[Block, int]]) -> tuple[Span, ...]:
    return tuple(span(block, skip) for block, skip in body)


def headings(blocks: Sequence[Block], title: str) -> dict[int, tuple[float, str]]:
    """编章节 and marked headings with rank and words, by block; a name on the line after its 第一章 is part of it.

    The document's own title is not one. A name taken up has rank 0.
    """
    found: dict[int, tuple[float, str]] = {}
    for i, block in enumerate(blocks):
        if i in found:
            continue
        rank = chapter_rank(block.text)
        words = tidy_heading(block.text)
        name = blocks[i + 1].text if i + 1 < len(blocks) else ""
        numbered = division_mark(block.text)
        if rank and numbered and numbered[2] == block.text.replace(" ", "") and _is_chapter_name(name):
            words = tidy_heading(f"{words} {name}")
            found[i + 1] = (0, "")
        elif not rank and block.kind is BlockKind.HEADING and not names_document(block, title):
            rank = 25 + block.level
        if rank:
            found[i] = (rank, words)
    return found


def _is_chapter_name(text: str) -> bool:
    return 0 < len(text) <= 25 and not is_sentence(text) and article_mark(text) is None and division_mark(text) is None


def preamble(blocks: Sequence[Block], title: str, locator: str) -> list[Section]:
    """What is said before the first number, beyond title and dates; nothing where that is little."""
    said = [block for block in blocks if not is_front_line(block.text, title) and block.kind is not BlockKind.HEADING]
    if sum(len(fold(block.text)) for block in said) < 15 and not any("。" in block.text for block in said):
        return []
    return [Section(locator, (), tuple(span(block) for block in said))]
