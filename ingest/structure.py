"""Blocks to sections: articles under 编章节, numbered tasks of plans and decisions, or what stands under each heading.

A section knows its locator, the headings above it and the paragraphs it is made of, as spans of the document's text.
"""

import re
from collections.abc import Sequence

from ingest.articles import articles, opening
from ingest.document import Block, BlockKind
from ingest.handbook import decimal, section_marks
from ingest.numerals import ArticleMark, article_mark, tidy_heading
from ingest.outline import Open, Outline, Section, Structure, span
from ingest.sequence import article_runs, separated
from ingest.tasks import numbered, top_marks
from ingest.titlepage import contents, is_front_line, names_document

__all__ = ["Structure", "article_of", "structure"]


def structure(blocks: Sequence[Block], title: str) -> Structure:
    """The shape of a document follows its numbering: articles first, then 一、(一)1., 1.1, then headings alone."""
    listed = contents(blocks)
    blocks = separated([block for i, block in enumerate(blocks) if i not in listed])
    tops = top_marks(blocks)
    if _is_amendment(title) and len(tops) >= 2:
        return _decision(blocks, title, tops[-1])
    if runs := article_runs(blocks):
        return articles(blocks, title, runs)
    if len(tops) >= 2:
        return numbered(blocks, title, quoting=_is_amendment(title))
    if marks := section_marks(blocks):
        return decimal(blocks, title, marks)
    return Structure(_headed(blocks, title))


def _is_amendment(title: str) -> bool:
    """Decisions that change other texts quote articles of theirs; only their own 一、二、 count."""
    return bool(re.search(r"修正案|修改.*的决定|的修改决定", title))


def _decision(blocks: Sequence[Block], title: str, last: int) -> Structure:
    """A decision by its own numbers, and the whole text as amended where that is printed after it."""
    whole = [run for run in article_runs(blocks[last:]) if len(run) > 4 and (1, 0) in (mark.key for mark in run.values())]
    begin, name = opening(blocks, last, last + min(whole[0])) if whole else (len(blocks), "")
    if not name:
        return numbered(blocks, title, quoting=True)
    decision = numbered(blocks[:begin], title, quoting=True)
    amended = articles(blocks[begin:], name, article_runs(blocks[begin:]))
    return Structure(decision.sections + amended.sections, decision.doubts + amended.doubts)


def _headed(blocks: Sequence[Block], title: str) -> tuple[Section, ...]:
    """Paragraphs under their headings; without headings the document is one section, 全文."""
    outline, sections = Outline(), list[Section]()
    current = Open("全文", ())
    for block in blocks:
        if block.kind is BlockKind.HEADING and not outline.stack and names_document(block, title):
            continue
        if block.kind is BlockKind.HEADING:
            sections += current.close()
            outline.enter(block.level, tidy_heading(block.text))
            current = Open(" > ".join(outline.path), outline.path[:-1])
        elif sections or current.body or not is_front_line(block.text, title):
            current.add(block)
    sections += current.close()
    return tuple(sections) or tuple(Section("全文", (), (span(block),)) for block in blocks[:1])


def article_of(locator: str) -> ArticleMark | None:
    """The article a locator names (第二百一十九条之一), None for other locators."""
    mark = article_mark(locator)
    return mark if mark and mark.length == len(locator) else None
