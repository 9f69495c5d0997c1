"""Marks at the start of a paragraph: 第十条, 第二百一十九条之一, 第三章, 一、, （一）, 1., 1.1 as they are written.

Which of the articles are headings and which only mentions is told by their order: see ingest.sequence.
"""

import re
import unicodedata
from dataclasses import dataclass

from kb.text import parse_numeral
from kb.types import StatuteRef

__all__ = ["ArticleMark", "ItemMark", "article_mark", "chapter_rank", "division_mark", "item_mark", "section_mark",
           "tidy_heading"]

_N = "零〇○一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟0-9０-９"
_ARTICLE = re.compile(rf"第 ?([{_N}][{_N} ]{{0,10}}?) ?条(?: ?之 ?([一二三四五六七八九十]{{1,3}}))?(?: ?[：:．.]|、(?!第))?")
# What follows 第X条 where it is only mentioned. 立法法 has an article that begins with 规定, so 规定 alone decides nothing.
_REFERS = re.compile(
    rf" ?(?:的(?!士)|、|[,，；;。)）”》」』】]|[至到] ?[第{_N}]|[和与或及] ?(?:第|前款|前条|本法第|本条)|或者第|以及第"
    rf"|第 ?[（(]?[{_N}]+[）)]? ?[款项条]|[款项](?!目)|规定(?=[的之，、外者]|情形|处[罚理]|办理|执行|期限|范围|条件)"
    rf"|所(?:称|列|述|指|规定)|中(?:规定|所|的|“|，)|之(?![一二三四五六七八九十]))")


@dataclass(frozen=True, slots=True)
class ArticleMark:
    """第X条[之Y] at the start of a paragraph, `length` characters long with the punctuation that sets it off.

    `plain` where a blank, a colon, the end or 【 follows it, as headings are set; `refers` where the words after it make
    it a mention (第十条规定的…).
    """

    number: int
    sub: int
    length: int
    plain: bool
    refers: bool

    @property
    def key(self) -> tuple[int, int]:
        return self.number, self.sub

    @property
    def locator(self) -> str:
        return StatuteRef("", self.number, self.sub).locator


def article_mark(text: str) -> ArticleMark | None:
    """The article mark with which a paragraph begins, mention or not."""
    match = _ARTICLE.match(text)
    number = parse_numeral(match[1].replace(" ", "")) if match else None
    if not match or not number or number > 9_999:
        return None
    sub = parse_numeral(match[2]) if match[2] else 0
    plain = match[0].endswith(("：", ":", "．", ".")) or text[match.end():match.end() + 1] in ("", " ", "\u3000", "\n", "【")
    return ArticleMark(number, sub or 0, match.end(), plain, _REFERS.match(text, match.end()) is not None)


_CHAPTER = re.compile(rf"第 ?([{_N}][{_N} ]{{0,6}}?) ?(分 ?编|编|章|节)(?:之[一二三四五六七八九十])?"
                      r"(?!的|规定|[至到和与或及]第|[、，第]|中(?:规定|的)|所[称列述规])")
_DIVISION = re.compile(rf"第 ?([{_N}]{{1,4}}) ?部分(?![的、，和与至])")
_RANKS = {"部分": 5, "编": 10, "分编": 15, "章": 20, "节": 30}
_UNNUMBERED = frozenset(("总则", "分则", "罚则", "附则", "序言", "前言"))


def chapter_rank(text: str) -> int:
    """10 for 编, 15 分编, 20 章, 30 节; 10 too for 附则 without a number; 0 for anything that is not such a heading."""
    if text.replace(" ", "") in _UNNUMBERED:
        return _RANKS["编"]
    match = _CHAPTER.match(text)
    return _RANKS[match[2].replace(" ", "")] if match and _is_name(text, match.end()) else 0


def division_mark(text: str) -> tuple[int, int, str] | None:
    """Rank, number and marker (第一部分, 第二章) of a heading that divides a document without articles."""
    for pattern in (_DIVISION, _CHAPTER):
        match = pattern.match(text)
        number = parse_numeral(match[1].replace(" ", "")) if match else None
        if match and number and _is_name(text, match.end()):
            rank = 5 if pattern is _DIVISION else chapter_rank(text)
            return rank, number, match[0].replace(" ", "")
    return None


def _is_name(text: str, begin: int) -> bool:
    """Whether what stands after the number reads as a heading: short and without the punctuation of a sentence."""
    words = text[begin:]
    if words.startswith(" ") and len(words) <= 20:
        words = words.removesuffix("。")         # a stray full stop (第五节 生活、卫生。) does not make it a sentence
    return len(text) <= 60 and not re.search(r"[。；：，,;]", words)


def tidy_heading(text: str) -> str:
    """第一章 总 则 and 第一章总则 read alike: one space after the number, none inside a spaced-out word."""
    match = _CHAPTER.match(text) or _DIVISION.match(text)
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
_ITEMS = ((1, re.compile(rf"({_C}) ?[、．.]")), (2, re.compile(rf"[（(] ?({_C}) ?[）)]、?")),
          (3, re.compile(rf"({_D}) ?[.．、](?![0-9０-９])")), (4, re.compile(rf"[（(] ?({_D}) ?[）)]")))


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


_SECTION = re.compile(r"([0-9０-９]{1,2}(?:[.．][0-9０-９]{1,2}){0,3})(?![0-9０-９.．%％,，、:：年月日时分秒个件项名家元万亿度])")


def section_mark(text: str) -> tuple[tuple[int, ...], int] | None:
    """The number 1.1.2 with which a paragraph begins, and its length; a single 1 only where a blank follows."""
    match = _SECTION.match(text)
    if not match:
        return None
    numbers = tuple(int(part) for part in unicodedata.normalize("NFKC", match[1]).split("."))
    spaced = text[match.end():match.end() + 1] == " "
    return (numbers, match.end()) if 0 not in numbers and (spaced or len(numbers) > 1) else None
