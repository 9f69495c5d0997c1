"""Marks at the start of a paragraph: 第十条, 第二百一十九条之一, 第三章, 一、, （一）, 1. and which of them are headings.

A paragraph may also begin with a mere reference (第十条规定的…); what tells them apart is the order of the numbers.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.document import Block, BlockKind
from kb.text import parse_numeral

__all__ = ["ArticleMark", "ItemMark", "article_mark", "article_marks", "chapter_rank", "item_mark", "tidy_heading"]

_N = "零〇○一二三四五六七八九十百千两0-9０-９"
_ARTICLE = re.compile(rf"第 ?([{_N}][{_N} ]{{0,10}}?) ?条(?: ?之 ?([一二三四五六七八九十]{{1,3}}))?(?=(.?))")
_REFERS = frozenset("的、，,至和与或及第规所中之款项）)”》」:：；;。")


@dataclass(frozen=True, slots=True)
class ArticleMark:
    """第X条[之Y] at the start of a paragraph. `plain` where a blank or the end follows it, as headings are set."""

    number: int
    sub: int
    length: int
    plain: bool
    refers: bool

    @property
    def key(self) -> tuple[int, int]:
        return self.number, self.sub


def article_mark(text: str) -> ArticleMark | None:
    """The article mark with which a paragraph begins, reference or not."""
    match = _ARTICLE.match(text)
    number = parse_numeral(match[1].replace(" ", "")) if match else None
    if not match or not number or number > 9_999:
        return None
    sub = parse_numeral(match[2]) if match[2] else 0
    return ArticleMark(number, sub or 0, match.end(), match[3] in ("", " ", "\u3000", "\n", "【"), match[3] in _REFERS)


def article_marks(blocks: Sequence[Block]) -> tuple[dict[int, ArticleMark], list[str]]:
    """Which blocks begin an article, and doubts about gaps and doubles. Empty where the document has no articles.

    A number that does not continue the sequence is a reference if the number it skips still comes later.
    """
    candidates = [(i, mark) for i, block in enumerate(blocks)
                  if block.kind is not BlockKind.ROW and (mark := article_mark(block.text))]
    last_at = {mark.key: i for i, mark in candidates if mark.plain}
    taken: dict[int, ArticleMark] = {}
    doubts: list[str] = []
    last: ArticleMark | None = None
    for i, mark in candidates:
        if _begins(mark, last, i, last_at, doubts):
            taken[i] = last = mark
    if len(taken) < 2 and not any(mark.number == 1 for mark in taken.values()):
        return {}, []
    return taken, doubts


def _begins(mark: ArticleMark, last: ArticleMark | None, i: int, last_at: dict[tuple[int, int], int],
            doubts: list[str]) -> bool:
    if last is None:
        return (mark.key == (1, 0) and not mark.refers) or (mark.plain and last_at.get((1, 0), -1) < i)
    following = ((last.number + 1, 0), (last.number, last.sub + 1))
    if mark.key in following:
        return mark.plain or not mark.refers
    if not mark.plain:
        return False
    if mark.key > last.key:
        if any(last_at.get(key, -1) > i for key in following):
            return False
        doubts.append(f"条号从第{last.number}条跳到第{mark.number}条，可能缺了条文")
        return True
    if mark.key == last.key:
        doubts.append(f"第{mark.number}条出现了两次")
        return True
    if mark.key == (1, 0):
        doubts.append("条号又从第一条开始，文件里可能有几份文件")
        return True
    doubts.append(f"第{mark.number}条出现在第{last.number}条之后，按正文收录")
    return False


_CHAPTER = re.compile(rf"第 ?[{_N}]{{1,6}} ?(分编|编|章|节)(?:之[一二三四五六七八九十])?(?![的规至、，中所和或及])")
_RANKS = {"编": 10, "分编": 15, "章": 20, "节": 30}


def chapter_rank(text: str) -> int:
    """10 for 编, 15 分编, 20 章, 30 节; 0 for anything that is not such a heading."""
    match = _CHAPTER.match(text)
    if not match or len(text) > 60 or re.search(r"[。；：，,;]", text):
        return 0
    return _RANKS[match[1]]


def tidy_heading(text: str) -> str:
    """第一章 总 则 and 第一章总则 read alike: one space after the number, none inside a spaced-out word."""
    match = _CHAPTER.match(text)
    head, rest = (text[:match.end()].replace(" ", ""), text[match.end():].strip()) if match else ("", text.strip())
    if rest and all(len(word) == 1 for word in rest.split(" ")):
        rest = rest.replace(" ", "")
    return f"{head} {rest}".strip().replace("\n", " ")


@dataclass(frozen=True, slots=True)
class ItemMark:
    """一、 (rank 1), （一） (2), 1. (3) or (1) (4); `marker` is its part of a locator: 一、 (一) 7."""

    rank: int
    number: int
    marker: str
    length: int


_C = "[一二三四五六七八九十百]{1,5}"
_D = "[0-9０-９]{1,3}"
_ITEMS = ((1, re.compile(rf"({_C})[、．.]")), (2, re.compile(rf"[（(] ?({_C}) ?[）)]")),
          (3, re.compile(rf"({_D})[.．、](?![0-9０-９])")), (4, re.compile(rf"[（(]({_D})[）)]")))


def item_mark(text: str) -> ItemMark | None:
    """The numbering mark with which a paragraph begins."""
    for rank, pattern in _ITEMS:
        if match := pattern.match(text):
            digits = unicodedata.normalize("NFKC", match[1])
            number = parse_numeral(digits)
            if number:
                marker = {1: f"{digits}、", 2: f"({digits})", 3: digits, 4: f"({digits})"}[rank]
                return ItemMark(rank, number, marker, match.end())
    return None
