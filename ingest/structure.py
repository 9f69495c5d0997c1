"""Blocks to sections: articles under 编章节, numbered tasks of plans and decisions, or what stands under each heading.

A section knows its locator, the headings above it and the paragraphs it is made of, as spans of the document's text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.document import Block, BlockKind
from ingest.numerals import ArticleMark, ItemMark, article_mark, article_marks, chapter_rank, item_mark, tidy_heading
from kb.text import fold
from kb.types import StatuteRef

__all__ = ["Section", "Span", "Structure", "article_of", "is_front_line", "structure"]


@dataclass(frozen=True, slots=True)
class Span:
    """A paragraph of a section: where its text lies in the document's text, without its own number."""

    start: int
    end: int
    page: int | None = None
    row: bool = False


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


def structure(blocks: Sequence[Block], title: str) -> Structure:
    """The shape of a document follows its numbering: articles first, then 一、(一)1., then headings alone."""
    tops = _top_marks(blocks)
    if not (_is_amendment(title) and len(tops) >= 2):
        marks, doubts = article_marks(blocks)
        if marks:
            return Structure(_articles(blocks, title, marks), tuple(doubts))
    if len(tops) >= 2:
        return _numbered(blocks, title, quoting=_is_amendment(title))
    return Structure(_headed(blocks, title))


def _is_amendment(title: str) -> bool:
    """Decisions that change other texts quote articles of theirs; only their own 一、二、 count."""
    return bool(re.search(r"修正案|修改.*的决定|的修改决定", title))


def _top_marks(blocks: Sequence[Block]) -> list[int]:
    found, expected = [], 1
    for i, block in enumerate(blocks):
        mark = item_mark(block.text)
        if mark and mark.rank == 1 and mark.number == expected and block.kind is not BlockKind.ROW:
            found.append(i)
            expected += 1
    return found


@dataclass
class _Outline:
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
class _Open:
    """A section being collected."""

    locator: str
    path: tuple[str, ...]
    article: int | None = None
    sub: int = 0
    rank: int = 0
    spans: list[Span] = field(default_factory=list)
    heading: Span | None = None           # shown as the text where nothing else came under it

    def close(self) -> list[Section]:
        spans = self.spans or ([self.heading] if self.heading else [])
        return [Section(self.locator, self.path, tuple(spans), self.article, self.sub)] if spans else []


def _span(block: Block, skip: int = 0) -> Span:
    while skip < len(block.text) and block.text[skip] in " \n\u3000":
        skip += 1
    return Span(block.start + skip, block.start + len(block.text), block.page, block.kind is BlockKind.ROW)


_ATTACHMENT = re.compile(r"附(件|录|表)?\s*[一二三四五六七八九十\d]{0,3}\s*([：:]|$)")


def _articles(blocks: Sequence[Block], title: str, marks: dict[int, ArticleMark]) -> tuple[Section, ...]:
    outline = _Outline()
    first = min(marks)
    leading = [i for i in range(first) if _note_heading(outline, blocks[i], title)
               or _leads_articles(outline, blocks, i, marks)]
    sections = _preamble([block for i, block in enumerate(blocks[:first]) if i not in leading], title)
    current: _Open | None = None
    for i in range(first, len(blocks)):
        block, mark = blocks[i], marks.get(i)
        if mark:
            sections += current.close() if current else []
            locator = StatuteRef("", mark.number, mark.sub).locator
            current = _Open(locator, outline.path, mark.number, mark.sub)
            if mark.length < len(block.text):
                current.spans.append(_span(block, mark.length))
        elif _note_heading(outline, block, title) or _leads_articles(outline, blocks, i, marks):
            sections += current.close() if current else []
            current = _Open(tidy_heading(block.text), outline.path[:-1])
        elif _ATTACHMENT.match(block.text) and len(block.text) <= 40:
            sections += current.close() if current else []
            outline = _Outline()
            current = _Open(tidy_heading(block.text), ())
        elif current:
            current.spans.append(_span(block))
    return tuple(sections + (current.close() if current else []))


def _note_heading(outline: _Outline, block: Block, title: str) -> bool:
    """Whether the block is a heading, entered into the outline if so. The document's title is not one."""
    rank = chapter_rank(block.text) if len(block.text) <= 60 else 0
    if not rank and block.kind is BlockKind.HEADING and not _names_document(block, title):
        rank = 25 + block.level
    if rank:
        outline.enter(rank, tidy_heading(block.text))
    return bool(rank)


def _names_document(block: Block, title: str) -> bool:
    """The heading that opens a file is its title, also where the manifest words the title a little differently."""
    return (block.start == 0 and block.level == 1) or fold(block.text) in fold(title)


def _leads_articles(outline: _Outline, blocks: Sequence[Block], i: int, marks: dict[int, ArticleMark]) -> bool:
    """「一、一般规定」 standing alone right before an article groups articles, as a chapter would."""
    mark = item_mark(blocks[i].text)
    if not mark or mark.rank != 1 or i + 1 not in marks or len(blocks[i].text) > 30 or _is_sentence(blocks[i].text):
        return False
    outline.enter(35, tidy_heading(blocks[i].text))
    return True


def _is_sentence(text: str) -> bool:
    return text.endswith(("。", "；", "：", "，", "！", "？", "”", ";", ":", ",")) or "。" in text


def _preamble(blocks: Sequence[Block], title: str) -> list[Section]:
    """What is said before the first number, beyond title, dates and table of contents; nothing where that is little."""
    said = [block for block in blocks if not is_front_line(block.text, title) and block.kind is not BlockKind.HEADING]
    if sum(len(fold(block.text)) for block in said) < 15:
        return []
    return [Section("引言", (), tuple(_span(block) for block in said))]


_DATE = r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
_FRONT = re.compile(rf"[（(]?\s*(根据)?\s*{_DATE}[^。；]*$|目\s*录$|[（(]?[^，。]{{0,24}}[〔\[（]\d{{4}}[〕\]）]第?\d+号[)）]?$"
                    r"|[（(]?[^，。]{0,24}令\s?第\s?\d+\s?号[)）]?$|[（(]?\d{4}年.{0,200}(通过|修订|修正|公布|发布|施行)[)）]?$")


def is_front_line(text: str, title: str) -> bool:
    """A line of the title page: the title, its dates and history, the document number, 目录."""
    folded = fold(text)
    return folded == fold(title) or (len(folded) >= 6 and folded in fold(title)) or bool(_FRONT.match(text))


@dataclass
class _Numbered:
    """State of the walk through a 一、(一)1. document: the last number on each level, and what is open."""

    quoting: bool
    title: str
    sections: list[Section]
    outline: _Outline = field(default_factory=_Outline)
    marks: dict[int, str] = field(default_factory=dict)       # marker in force, by rank
    last: dict[int, int] = field(default_factory=dict)        # last number, by rank
    deepest: int = 3                                          # marks below a numbered sentence are part of its text
    quoted: bool = False
    current: _Open | None = None
    doubts: list[str] = field(default_factory=list)

    def take(self, block: Block) -> None:
        mark = item_mark(block.text) if block.kind is not BlockKind.ROW else None
        if mark and self._counts_on(mark):
            self._enter(block, mark)
        elif block.kind is BlockKind.HEADING and not _names_document(block, self.title):
            self.close()
            self.outline, self.marks, self.last, self.deepest = _Outline(), {}, {1: self.last.get(1, 0)}, 3
            self.current = _Open(tidy_heading(block.text), (), heading=_span(block))
        elif self.current:
            self.current.spans.append(_span(block))
        if self.quoting and ("“" in block.text or "”" in block.text):
            self.quoted = block.text.rfind("“") > block.text.rfind("”")

    def close(self) -> None:
        self.sections += self.current.close() if self.current else []
        self.current = None

    def _counts_on(self, mark: ItemMark) -> bool:
        """Whether a mark is the next one of its level. Tasks of a plan are numbered through, so 3. may start a (二)."""
        last = self.last.get(mark.rank, 0)
        if mark.rank == 1:
            return mark.number == last + 1 or (mark.number == last + 2 and not self.quoted)
        if self.quoted or not self.marks or mark.rank > self.deepest:
            return False
        return mark.number == last + 1 or (mark.number == 1 and mark.rank not in self.marks)

    def _enter(self, block: Block, mark: ItemMark) -> None:
        if mark.rank == 1 and mark.number > self.last.get(1, 0) + 1:
            self.doubts.append(f"编号从{self.last.get(1, 0)}跳到{mark.number}，可能缺了一部分")
        if self.current and (self.current.spans or mark.rank <= self.current.rank):
            self.close()
        self.current = None
        self.marks = {rank: marker for rank, marker in self.marks.items() if rank < mark.rank} | {mark.rank: mark.marker}
        self.last[mark.rank] = mark.number
        if mark.rank == 1:
            self.last.pop(2, None)
        self.outline.leave(mark.rank)
        locator = "".join(self.marks[rank] for rank in sorted(self.marks))
        sentence = block.kind is not BlockKind.HEADING and (len(block.text) > 80 or _is_sentence(block.text))
        if sentence or mark.rank == 3:
            self.deepest = mark.rank
            self.current = _Open(locator, self.outline.path, spans=[_span(block, mark.length)])
        else:
            self.deepest = 3
            words = tidy_heading(block.text[mark.length:])
            self.current = _Open(mark.marker + words if mark.rank == 1 else locator, self.outline.path,
                                 rank=mark.rank, heading=_span(block))
            self.outline.enter(mark.rank, mark.marker + words)


def _numbered(blocks: Sequence[Block], title: str, *, quoting: bool) -> Structure:
    first = _top_marks(blocks)[0]
    state = _Numbered(quoting, title, _preamble(blocks[:first], title))
    for block in blocks[first:]:
        state.take(block)
    state.close()
    return Structure(tuple(state.sections), tuple(state.doubts))


def _headed(blocks: Sequence[Block], title: str) -> tuple[Section, ...]:
    """Paragraphs under their headings; without headings the document is one section, 全文."""
    outline, sections = _Outline(), list[Section]()
    current = _Open("全文", ())
    for block in blocks:
        if block.kind is BlockKind.HEADING and not outline.stack and _names_document(block, title):
            continue
        if block.kind is BlockKind.HEADING:
            sections += current.close()
            outline.enter(block.level, tidy_heading(block.text))
            current = _Open(" > ".join(outline.path), outline.path[:-1])
        elif sections or current.spans or not is_front_line(block.text, title):
            current.spans.append(_span(block))
    sections += current.close()
    return tuple(sections) or tuple(Section("全文", (), (_span(block),)) for block in blocks[:1])


def article_of(locator: str) -> ArticleMark | None:
    """The article a locator names (第二百一十九条之一), None for other locators."""
    mark = article_mark(locator)
    return mark if mark and mark.length == len(locator) else None
