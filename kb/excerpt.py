"""Cutting an article or a section into pieces that can be quoted: 款, 项, sentences. Every piece is a verbatim cut."""

import re
from collections.abc import Callable

from kb.clauses import clauses
from kb.text import sentences
from kb.types import Passage, Tier, ordinal_numeral

__all__ = ["ASIDE", "ITEM", "enumeration", "lines_of", "locator_of", "opening_of", "paragraphs", "quotation", "section_of", "statements", "without_list_mark"]

_LONGEST_QUOTE = 160
_LONGEST_LIST = 420
ASIDE = ("适合谁", "举个例子", "举例", "自测")     # sections of a guide that help its reader and state no rule: whom it is for, what is made up
ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")


def statements(passage: Passage) -> list[str]:
    """Sentences that can stand alone: our prose without list marks, a law's sentences with the 项 left to quotations."""
    found = []
    for start, end in _full_sentences(passage.text):
        sentence = passage.text[start:end]
        if passage.version.tier is Tier.GUIDE and section_of(passage) in (*ASIDE, "清单"):
            continue
        sentence = without_list_mark(sentence)
        if not sentence.endswith(("：", ":")):
            found.append(sentence)
    return found


def without_list_mark(line: str) -> str:
    """A line of our pages without the number or the dash before it."""
    return re.sub(r"^(?:\d+[.、]|-)\s*", "", line)


def lines_of(section: Passage) -> list[str]:
    """The lines of a section of a guide without list marks: steps, items of a list, examples, questions with their answers."""
    lines = map(without_list_mark, section.text.split("\n"))
    return [line for line in lines if line and not line.endswith(("：", ":"))]


def section_of(passage: Passage) -> str:
    """The section of a guide: its own heading, without the guide's title."""
    return passage.locator.rsplit(" > ", 1)[-1]


def _full_sentences(text: str) -> list[tuple[int, int]]:
    """Sentence spans where a semicolon does not end a sentence: an answer quotes whole sentences."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and text[spans[-1][1] - 1] in "；;" and "\n" not in text[spans[-1][1]:start]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def paragraphs(text: str) -> list[str]:
    """款 of an article, each with its 项."""
    return [text[clause.start:clause.end] for clause in clauses(text)]


def locator_of(passage: Passage, quote: str) -> str:
    """第二十二条第三款 where the quotation lies in one 款 of an article that has several; else the passage's locator."""
    parts = paragraphs(passage.text)
    if passage.article is None or passage.part or len(parts) < 2 or passage.version.tier is not Tier.OFFICIAL:
        return passage.locator
    for number, paragraph in enumerate(parts, start=1):
        if quote in paragraph:
            return f"{passage.locator}第{ordinal_numeral(number)}款"
    return passage.locator


def enumeration(paragraph: str) -> str:
    """A 款 that lists at least two 项, with as many of them as can be read at a glance; empty for any other."""
    opening, *items = paragraph.split("\n")
    if len(items) < 2 or ITEM.match(opening) or not ITEM.match(items[0]):
        return ""
    listed = opening
    for item in items:
        if len(listed) + len(item) > _LONGEST_LIST:
            break
        listed += f"\n{item}"
    return listed if listed != opening else ""


def quotation(paragraph: str, score: Callable[[str], float]) -> str:
    """The 款 itself when it is short; else its best whole sentence or 项, cut to a clause where even that is long."""
    if len(paragraph) <= _LONGEST_QUOTE:
        return paragraph
    whole = [paragraph[start:end] for start, end in _full_sentences(paragraph)]
    best = max(whole, key=score)
    if len(best) <= _LONGEST_QUOTE:
        return best
    return max((best[start:end] for start, end in sentences(best)), key=score)


def opening_of(passage: Passage, quote: str) -> str:
    """For a quoted 项, the words that open its list (具有下列情形之一的，…：) in quotation marks; else nothing."""
    if not ITEM.match(quote):
        return ""
    paragraph = next((p for p in paragraphs(passage.text) if quote in p), "")
    opening = paragraph.split("\n", 1)[0]
    if ITEM.match(opening):
        opening = passage.lead_in.split("\n", 1)[0]       # the list began in an earlier part of a long article
    return f"“{opening}”" if opening and not ITEM.match(opening) and len(opening) <= _LONGEST_QUOTE else ""
