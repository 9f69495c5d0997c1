"""Documents numbered 一、(一)1.: plans, notices and decisions, also divided into 第一部分, chapters or attachments."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.document import Block, BlockKind
from ingest.numerals import ItemMark, division_mark, item_mark, tidy_heading
from ingest.outline import Open, Outline, Section, Structure, preamble
from ingest.titlepage import is_attachment, is_sentence, names_document
from kb.types import ordinal_numeral

__all__ = ["numbered", "top_marks"]


def top_marks(blocks: Sequence[Block]) -> list[int]:
    """The blocks that begin 一、, 二、, 三、 and so on."""
    found, expected = [], 1
    for i, block in enumerate(blocks):
        mark = item_mark(block.text)
        if mark and mark.rank == 1 and mark.number == expected and block.kind is not BlockKind.ROW:
            found.append(i)
            expected += 1
    return found


def numbered(blocks: Sequence[Block], title: str, *, quoting: bool) -> Structure:
    """A section for each task. `quoting`: a decision that quotes other texts, whose numbers are not its own."""
    first = top_marks(blocks)[0]
    if not quoting:
        first = next((i for i, block in enumerate(blocks[:first]) if division_mark(block.text)), first)
    state = _Numbered(quoting, title, preamble(blocks[:first], title, "引言"))
    for block in blocks[first:]:
        state.take(block)
    state.close(last=True)
    return Structure(tuple(state.sections), tuple(state.doubts))


@dataclass
class _Numbered:
    """State of the walk: the last number on each level, and what is open."""

    quoting: bool
    title: str
    sections: list[Section]
    outline: Outline = field(default_factory=Outline)
    marks: dict[int, str] = field(default_factory=dict)       # marker in force, by rank
    last: dict[int, int] = field(default_factory=dict)        # last number, by rank
    deepest: int = 3                                          # marks below a numbered sentence are part of its text
    quoted: bool = False
    divisions: dict[int, str] = field(default_factory=dict)   # 第一部分, 第二章 in force, by rank
    name: str = ""                                            # of the division, heading or attachment in force
    named: bool = False                                       # whether numbers carry that name
    fresh: bool = False                                       # after a division 一、 may come again
    current: Open | None = None
    doubts: list[str] = field(default_factory=list)

    def take(self, block: Block) -> None:
        mark = item_mark(block.text) if block.kind is not BlockKind.ROW else None
        division = None if self.quoting else division_mark(block.text)
        if mark and self._counts_on(mark):
            self._enter(block, mark)
        elif is_attachment(block.text) and not self.quoted:
            self.close(last=True)
            self.outline, self.divisions = Outline(), {}
            self._divide(block, 0.01, tidy_heading(block.text).rstrip("：: "), named=True)
        elif division:
            self.close()
            rank, _, marker = division
            self.divisions = {above: name for above, name in self.divisions.items() if above < rank} | {rank: marker}
            self._divide(block, rank / 100, "".join(self.divisions.values()), named=True)
        elif block.kind is BlockKind.HEADING and not names_document(block, self.title):
            self.close()
            self._divide(block, 0.4 + block.level / 100, tidy_heading(block.text), named=False)
        elif self.quoting and self._closes(block):
            self.close()
            self.current = Open("结语", ())
            self.current.add(block)
        elif self.current:
            self.current.add(block)
        if self.quoting and ("“" in block.text or "”" in block.text):
            self.quoted = block.text.rfind("“") > block.text.rfind("”")

    def _closes(self, block: Block) -> bool:
        """Whether the decision speaks of itself again, after its last change: 本决定自…起施行."""
        return not self.quoted and block.text.startswith(("本决定", "根据本决定")) \
            and self.current is not None and self.current.locator != "结语"

    def close(self, *, last: bool = False) -> None:
        self.sections += self.current.close(last=last) if self.current else []
        self.current = None

    def _divide(self, block: Block, rank: float, name: str, *, named: bool) -> None:
        self.outline.leave(rank)
        self.current = Open(tidy_heading(block.text), self.outline.path, heading=block)
        self.outline.enter(rank, tidy_heading(block.text).rstrip("：: "))
        self.marks, self.last, self.deepest = {}, {1: self.last.get(1, 0)}, 3
        self.name, self.named, self.fresh = name, named, True

    def _counts_on(self, mark: ItemMark) -> bool:
        """Whether a mark is the next one of its level. Tasks of a plan are numbered through, so 3. may start a (二)."""
        last = self.last.get(mark.rank, 0)
        if mark.rank == 1:
            return mark.number == last + 1 or (self.fresh and mark.number == 1) or (mark.number == last + 2 and not self.quoted)
        if self.quoted or not self.marks or mark.rank > self.deepest:
            return False
        return mark.number == last + 1 or (mark.number == 1 and mark.rank not in self.marks)

    def _enter(self, block: Block, mark: ItemMark) -> None:
        if self.current and (self.current.body or mark.rank <= self.current.rank):
            self.close()
        self.current = None
        if mark.rank == 1:
            self._count_top(mark.number)
        self.marks = {rank: marker for rank, marker in self.marks.items() if rank < mark.rank} | {mark.rank: mark.marker}
        self.last[mark.rank] = mark.number
        self.outline.leave(mark.rank)
        locator = self._within("".join(self.marks[rank] for rank in sorted(self.marks)))
        sentence = block.kind is not BlockKind.HEADING and (len(block.text) > 80 or is_sentence(block.text))
        if sentence or mark.rank == 3:
            self.deepest = mark.rank
            self.current = Open(locator, self.outline.path)
            self.current.add(block, mark.length)
        else:
            self.deepest = 3
            words = tidy_heading(block.text[mark.length:])
            self.current = Open(self._within(mark.marker + words) if mark.rank == 1 else locator, self.outline.path,
                                rank=mark.rank, heading=block)
            self.outline.enter(mark.rank, mark.marker + words)

    def _count_top(self, number: int) -> None:
        last = self.last.pop(1, 0)
        self.last.pop(2, None)
        if number == 1 and last:
            self.named = True
        elif number > last + 1:
            self.doubts.append(f"编号不连续，缺“{ordinal_numeral(last + 1)}、”，可能缺了一部分")
        self.fresh = False

    def _within(self, locator: str) -> str:
        return f"{self.name} {locator}" if self.named and self.name else locator
