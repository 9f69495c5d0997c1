"""Documents made of articles: chapters above them, what is said before them, attachments and a second text after them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.document import Block
from ingest.numerals import ArticleMark, chapter_rank, item_mark, tidy_heading
from ingest.outline import Open, Outline, Section, Structure, headings, preamble
from ingest.sequence import doubts_about
from ingest.tasks import numbered, top_marks
from ingest.titlepage import begins_text, is_attachment, is_front_line, is_sentence

__all__ = ["articles", "opening"]

_LOOK_BACK = 12      # a second text begins with its title at most this many paragraphs before its 第一条


@dataclass(frozen=True, slots=True)
class _Text:
    """One of the texts in a file: its blocks, its articles, and its name where it is not the first."""

    begin: int
    end: int
    marks: Mapping[int, ArticleMark]
    name: str = ""


def articles(blocks: Sequence[Block], title: str, runs: Sequence[Mapping[int, ArticleMark]]) -> Structure:
    """Every article is a section. Articles of a second text carry its name before their number and no article number of
    their own, so that 第一条 of the document stays the one 第一条."""
    heads = headings(blocks, title)
    sections: list[Section] = []
    doubts: list[str] = []
    for text in _texts(blocks, runs):
        sections += _sections(blocks, title, text, heads)
        found = doubts_about(text.marks.values())
        if text.name:
            doubts.append(f"条号在“{text.name}”处又从第一条开始，这一部分按另一份文件收录，条号前加它的名称")
            found = [f"{text.name}：{doubt}" for doubt in found]
        doubts += found
    return Structure(tuple(sections), tuple(doubts))


def _texts(blocks: Sequence[Block], runs: Sequence[Mapping[int, ArticleMark]]) -> list[_Text]:
    begins, names = [0], [""]
    for k, (before, run) in enumerate(pairwise(runs), start=2):
        begin, name = opening(blocks, max(before), min(run))
        begins.append(begin)
        names.append(name or f"第{k}份文件")
    unique = [name if names[:k].count(name) == 0 else f"{name}（{names[:k].count(name) + 1}）" for k, name in enumerate(names)]
    return [_Text(begin, end, run, name)
            for begin, end, run, name in zip(begins, [*begins[1:], len(blocks)], runs, unique, strict=True)]


def opening(blocks: Sequence[Block], last: int, first: int) -> tuple[int, str]:
    """Where the text whose 第一条 is at `first` begins, after the article at `last`, and what it is called."""
    reach = range(first - 1, max(last, first - 1 - _LOOK_BACK), -1)
    titles = [i for i in reach if begins_text(blocks[i])]
    if titles:
        begin = titles[0]
        while begin - 1 in titles:
            begin -= 1
        return begin, tidy_heading(" ".join(blocks[i].text.rstrip("：: ") for i in sorted(titles) if begin <= i <= titles[0]))
    begin = first
    while begin - 1 > last and (chapter_rank(blocks[begin - 1].text) or is_front_line(blocks[begin - 1].text, "")):
        begin -= 1
    return begin, ""


def _sections(blocks: Sequence[Block], title: str, text: _Text, heads: Mapping[int, tuple[float, str]]) -> list[Section]:
    outline, marks, first = Outline(), text.marks, min(text.marks)
    leading = [i for i in range(text.begin, first) if _enter(outline, blocks, i, marks, heads)]
    front = [blocks[i] for i in range(text.begin, first) if i not in leading]
    sections = _front(front, title)
    if text.name:
        outline = _named(outline, text.name)
        said = [block for block in front if block.text.rstrip("：: ") not in text.name]
        sections = [_within(section, text.name) for section in preamble(said, text.name, "引言")]
    current: Open | None = None
    for i in range(first, text.end):
        block, mark = blocks[i], marks.get(i)
        if mark:
            sections += current.close() if current else []
            current = Open(mark.locator, outline.path, mark.number, mark.sub)
            if text.name:
                current = Open(f"{text.name} {mark.locator}", outline.path)
            if mark.length < len(block.text):
                current.add(block, mark.length)
            else:
                current.heading = block
        elif is_attachment(block.text):
            sections += current.close(last=True) if current else []
            outline = Outline()
            current = Open(tidy_heading(block.text), (), heading=block)
        elif _enter(outline, blocks, i, marks, heads):
            sections += current.close() if current else []
            current = Open(tidy_heading(block.text), outline.path[:-1])
        elif current:
            current.add(block)
    return sections + (current.close(last=True) if current else [])


def _enter(outline: Outline, blocks: Sequence[Block], i: int, marks: Mapping[int, ArticleMark],
           heads: Mapping[int, tuple[float, str]]) -> bool:
    """Whether a block is a heading above articles, entered into the outline if so."""
    if i in heads:
        rank, words = heads[i]
        if rank:
            outline.enter(rank, words)
        return True
    # 「一、一般规定」 standing alone right before an article groups articles, as a chapter would.
    mark, words = item_mark(blocks[i].text), blocks[i].text
    groups = mark is not None and mark.rank == 1 and i + 1 in marks and len(words) <= 40 and not is_sentence(words)
    if groups:
        outline.enter(35, tidy_heading(words))
    return groups


def _named(outline: Outline, name: str) -> Outline:
    """The outline under the name of a second text, without that name as a heading of its own."""
    return Outline([(0, name), *(entry for entry in outline.stack if entry[1] not in name)])


def _within(section: Section, name: str) -> Section:
    return Section(f"{name} {section.locator}", (name, *section.heading_path), section.spans)


_NOTICE = re.compile(r"(?:印发|转发|发布)给?你们|(?:予以|现予|现)(?:印发|转发)|现将.{2,60}(?:印发|转发)")


def _front(blocks: Sequence[Block], title: str) -> list[Section]:
    """What stands before the first article: an opening, or the notice that issues the text, with its own 一、二、."""
    if not any(_NOTICE.search(block.text) for block in blocks):
        return preamble(blocks, title, "引言")
    tops = top_marks(blocks)
    if len(tops) < 2:
        return preamble(blocks, title, "印发通知")
    items = numbered(blocks[tops[0]:], title, quoting=False).sections
    return preamble(blocks[:tops[0]], title, "印发通知") + [_within(section, "印发通知") for section in items]
