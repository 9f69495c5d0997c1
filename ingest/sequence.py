"""Which paragraphs begin an article: told by the order of the numbers, because a mention may open a paragraph too.

One file may hold several sets of articles, one after the other; each set that starts again at 第一条 is a run.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest.document import Block, BlockKind
from ingest.numerals import ArticleMark, article_mark
from ingest.titlepage import begins_text, is_sentence
from kb.types import StatuteRef

__all__ = ["article_runs", "doubts_about", "separated"]

_Key = tuple[int, int]
_FIRST: _Key = (1, 0)
_SENTENCE_END = ("。", "；", "：", "！", "？", "”", "）", ";", ":", ")", ".")


def article_runs(blocks: Sequence[Block]) -> tuple[dict[int, ArticleMark], ...]:
    """For each set of articles, the blocks that begin one. Empty where the document has no articles.

    A number out of turn counts when it stands like a heading after a finished sentence, unless a number that it skips
    still comes: then it is a mention.
    """
    candidates = {i: mark for i, block in enumerate(blocks)
                  if block.kind is not BlockKind.ROW and (mark := article_mark(block.text)) and not mark.refers}
    walk = _Walk(blocks, candidates)
    for i, mark in candidates.items():
        walk.take(i, mark)
    runs = [run for run in walk.runs if len(run) > 1 or _FIRST in {mark.key for mark in run.values()} or _opens(blocks, run)]
    return tuple(runs) if runs and not _quoted_only(blocks, runs[0]) else ()


def _opens(blocks: Sequence[Block], run: dict[int, ArticleMark]) -> bool:
    """A single article is an excerpt where the text begins with it."""
    (first, mark), = run.items()
    return mark.plain and not any(is_sentence(block.text) for block in blocks[:first])


def _quoted_only(blocks: Sequence[Block], run: dict[int, ArticleMark]) -> bool:
    """Articles from the middle of a law, deep inside a text of its own, are quotations, not an excerpt."""
    first = min(run)
    size = blocks[-1].start + len(blocks[-1].text)
    return min(mark.number for mark in run.values()) > 1 and blocks[first].start > size / 2


_INSIDE = re.compile(r"(?<=[。；：！？”）]) ?(?=第)")


def separated(blocks: Sequence[Block]) -> list[Block]:
    """Paragraphs into which a source has run several articles (…制定本法。第二条 本法…), cut before each next article."""
    cut: list[Block] = []
    last: _Key = (0, 0)
    for block in blocks:
        begin = 0
        places = [0, *(match.end() for match in _INSIDE.finditer(block.text))] if block.kind is BlockKind.PARAGRAPH else []
        for place in places:
            mark = article_mark(block.text[place:place + 40])
            if mark is None or mark.refers or (place and not (mark.plain and mark.key in _following(last))):
                continue
            last = mark.key
            if place:
                cut.append(replace(block, text=block.text[begin:place].rstrip(), start=block.start + begin))
                begin = place
        cut.append(replace(block, text=block.text[begin:], start=block.start + begin) if begin else block)
    return cut


@dataclass
class _Walk:
    blocks: Sequence[Block]
    candidates: dict[int, ArticleMark]
    runs: list[dict[int, ArticleMark]] = field(default_factory=list)
    last: ArticleMark | None = None
    top: _Key = (0, 0)                      # the highest number of this set
    begun: bool = False                     # whether this set has its 第一条
    spaced: bool = True                     # whether this document sets a blank after the number
    places: dict[_Key, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {}
        for i, mark in self.candidates.items():
            self.places.setdefault(mark.key, []).append(i)

    def take(self, i: int, mark: ArticleMark) -> None:
        restarts = self._restarts(i, mark)
        if self.last is None:
            begins = mark.key == _FIRST or self._may_be_first(i, mark)
        else:
            begins = restarts or mark.key in (*_following(self.last.key), *_following(self.top)) or self._out_of_turn(i, mark)
        if not begins:
            return
        if self.last is None or restarts:
            self.runs.append({})
            self.top, self.begun, self.spaced = mark.key, False, mark.plain
        self.runs[-1][i] = self.last = mark
        self.top = max(self.top, mark.key)
        self.begun = self.begun or mark.key == _FIRST

    def _may_be_first(self, i: int, mark: ArticleMark) -> bool:
        """Whether a text may begin at this number, as excerpts do: 第一条 never comes, or only after the two next numbers."""
        first = self._next(_FIRST, i)
        if mark.plain and first == len(self.blocks):
            return True
        return all(self._next((mark.number + k, 0), i) < first for k in (1, 2))

    def _restarts(self, i: int, mark: ArticleMark) -> bool:
        """A second 第一条 with a 第二条 after it, or a title before it, begins another set."""
        return (self.begun and mark.key == _FIRST and self.last is not None and self.last.key != _FIRST
                and (self._next((2, 0), i) < self._next(_FIRST, i) or self._titled(i)))

    def _titled(self, i: int) -> bool:
        """Whether a title stands on the page before block `i`, with its date and first chapter between."""
        return any(begins_text(block) for block in self.blocks[max(max(self.runs[-1]) + 1, i - 4):i])

    def _out_of_turn(self, i: int, mark: ArticleMark) -> bool:
        if (self.spaced and not mark.plain) or not self._after_a_sentence(i):
            return False
        restart = self._next(_FIRST, i)
        return mark.key <= self.top or all(self._next(key, i) >= restart for key in _following(self.top))

    def _next(self, key: _Key, i: int) -> int:
        """The next block after `i` that has this number; the number of blocks where none has."""
        places = self.places.get(key, [])
        after = bisect_right(places, i)
        return places[after] if after < len(places) else len(self.blocks)

    def _after_a_sentence(self, i: int) -> bool:
        """A line after an unfinished one is the rest of it, unless that one is short as a heading or a title is."""
        before = self.blocks[i - 1].text if i else ""
        return before.endswith(_SENTENCE_END) or len(before) <= 40


def _following(key: _Key) -> tuple[_Key, _Key]:
    return (key[0] + 1, 0), (key[0], key[1] + 1)


def doubts_about(marks: Iterable[ArticleMark]) -> list[str]:
    """Numbers that are missing, double or out of order in one set of articles, in words, every one of them named."""
    order = [mark.key for mark in marks]
    doubts = []
    if missing := _missing(set(order)):
        doubts.append(f"条号不连续，缺{'、'.join(_spans(missing))}，可能缺了条文")
    doubts += [f"{_name(key)}出现了{count}次" for key, count in Counter(order).items() if count > 1]
    doubts += [f"{_name(key)}排在{_name(before)}之后，次序与条号不符" for before, key in pairwise(order)
               if key < before and order.count(key) == 1]
    return doubts


def _missing(keys: set[_Key]) -> list[_Key]:
    """Numbers between the first and the last. A document that begins at 第二条 to 第九条 lacks its beginning too."""
    numbers = {number for number, _ in keys}
    begin = 1 if min(numbers) < 10 else min(numbers)
    lacking = [(number, 0) for number in range(begin, max(numbers)) if number not in numbers]
    deepest = Counter({number: max(sub for n, sub in keys if n == number) for number, sub in keys if sub})
    lacking += [(number, sub) for number, last in deepest.items() for sub in range(1, last) if (number, sub) not in keys]
    return sorted(lacking)


def _spans(keys: Sequence[_Key]) -> list[str]:
    """第八条、第九条 each by name; more than four in a row as 第八条至第二十条."""
    rows: list[list[_Key]] = []
    for key in keys:
        if rows and key == (rows[-1][-1][0] + 1, 0):
            rows[-1].append(key)
        else:
            rows.append([key])
    return [text for row in rows for text in ([f"{_name(row[0])}至{_name(row[-1])}（{len(row)}条）"] if len(row) > 4
                                              else [_name(key) for key in row])]


def _name(key: _Key) -> str:
    return StatuteRef("", *key).locator
