"""A law of any shape, set in any of the ways laws are set, gives back every article with its text and its headings.

Each way of setting is one in which articles of the 1,407 laws of the training set were once lost.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Block, BlockKind
from ingest.outline import Section
from ingest.parse.text import blocks_in_place
from ingest.prepare import document_text
from ingest.structure import structure
from kb.text import parse_numeral
from kb.types import StatuteRef, ordinal_numeral


@dataclass(frozen=True)
class Article:
    locator: str
    path: tuple[str, ...]
    paragraphs: tuple[str, ...]


@st.composite
def laws(draw: st.DrawFn) -> list[Article]:
    """Chapters, some with sections; articles of one or more 款, some with 项; inserted articles."""
    found: list[Article] = []
    number = draw(st.sampled_from((0, 0, 0, 212, 987)))
    for chapter in range(1, draw(st.integers(1, 4)) + 1):
        for section in range(draw(st.integers(0, 2)) + 1):
            path = (f"第{ordinal_numeral(chapter)}章 规则",) + ((f"第{ordinal_numeral(section)}节 程序",) if section else ())
            for _ in range(draw(st.integers(3, 5))):      # an excerpt of fewer, set without blanks, cannot be told
                number += 1
                for sub in range(draw(st.sampled_from((0, 0, 0, 2))) + 1):
                    found.append(Article(StatuteRef("", number, sub).locator, path, draw(texts)))
    return found


# A sentence may name other articles, also at the start of a 款, and an article may begin with 规定 or 中国.
openings = st.sampled_from(("经营者应当保密。", "规定本行政区域重大事项的，应当公布。", "中国公民应当遵守。", "所得利益应当退还。",
                            "有下列情形之一的，处以罚款："))
later = st.sampled_from(("前款规定的除外。", "第二条规定的除外。", "第三百条、第三百零一条所称经营者，包括个人。", "第九条第二款的规定，参照适用。",
                         "（一）甲；", "（二）乙。", "1.丙；", "一是丁，二是戊。"))
texts = st.builds(lambda first, rest: (first, *rest), openings, st.lists(later, max_size=3))


def printed(article: Article) -> list[str]:
    return [f"{article.locator} {article.paragraphs[0]}", *article.paragraphs[1:]]


def own_line(article: Article) -> list[str]:
    return [article.locator, *article.paragraphs]


def without_blank(article: Article) -> list[str]:
    return [article.locator + article.paragraphs[0], *article.paragraphs[1:]]


def wide_digits(article: Article) -> list[str]:
    written = re.sub("第(.+?)条", lambda match: f"第{parse_numeral(match[1])}条", article.locator)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and c.isascii() else c for c in written)
    return [f"{wide} {article.paragraphs[0]}", *article.paragraphs[1:]]


def spaced_out(article: Article) -> list[str]:
    written = re.sub("第(.+?)条", lambda match: f"第 {match[1]} 条", article.locator)
    return [f"{written} {article.paragraphs[0]}", *article.paragraphs[1:]]


def with_circle_zero(article: Article) -> list[str]:
    return [f"{article.locator.replace('零', '〇')} {article.paragraphs[0]}", *article.paragraphs[1:]]


def sections_of(law: list[Article], setting: Callable[[Article], list[str]], marked: bool) -> tuple[list[Section], str]:
    made, above = [Block("某法", BlockKind.HEADING, 1) if marked else Block("某法")], ()
    for article in law:
        for depth, heading in enumerate(article.path):
            if article.path[:depth + 1] != above[:depth + 1]:
                made.append(Block(heading, BlockKind.HEADING, depth + 2) if marked else Block(heading))
        above = article.path
        made += [Block(line) for line in setting(article)]
    blocks = blocks_in_place(made)
    found = structure(blocks, "某法")
    assert not found.doubts
    return [section for section in found.sections if section.article], document_text(blocks)


@pytest.mark.parametrize("marked", [True, False], ids=["markdown", "plain"])
@pytest.mark.parametrize("setting", [printed, own_line, without_blank, wide_digits, spaced_out, with_circle_zero])
@settings(max_examples=25, deadline=None)
@given(law=laws())
def test_every_article_comes_back_with_its_text_and_its_headings(setting: Callable[[Article], list[str]], marked: bool,
                                                                 law: list[Article]) -> None:
    found, text = sections_of(law, setting, marked)
    assert [(section.locator, section.heading_path, text[section.spans[0].start:section.spans[-1].end]) for section in found] \
        == [(article.locator, article.path, "\n".join(article.paragraphs)) for article in law]


@given(laws())
@settings(max_examples=25, deadline=None)
def test_articles_run_together_in_one_paragraph_are_told_apart(law: list[Article]) -> None:
    """As in a copy without line breaks; 之一 and 款 are beyond what order can tell there."""
    plain = [article for article in law if "之" not in article.locator]
    made = blocks_in_place([Block("".join(f"{article.locator} 经营者应当保密。" for article in plain))])
    found = structure(made, "某法").sections
    assert [section.locator for section in found] == [article.locator for article in plain]
    assert {made[0].text[section.spans[0].start:section.spans[-1].end] for section in found} == {"经营者应当保密。"}


def test_the_parts_of_a_code_may_come_in_any_order() -> None:
    """A file of 民法典 put together from its parts begins with 人格权 and comes to 第一条 later."""
    numbers = [*range(989, 995), *range(463, 470), *range(1, 9)]
    made = blocks_in_place([Block("某法典"), *(Block(f"第{ordinal_numeral(n)}条 甲。") for n in numbers)])
    found = structure(made, "某法典")
    assert [section.article for section in found.sections] == numbers
    assert [doubt for doubt in found.doubts if "次序" in doubt] == [
        "第四百六十三条排在第九百九十四条之后，次序与条号不符", "第一条排在第四百六十九条之后，次序与条号不符"]


def test_width_is_the_only_thing_that_wide_digits_change() -> None:
    (line,) = wide_digits(Article("第二百一十九条之一", (), ("甲。",)))
    assert unicodedata.normalize("NFKC", line) == "第219条之一 甲。"
