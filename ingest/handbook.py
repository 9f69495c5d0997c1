"""Documents numbered 1, 1.1, 1.1.1: standards, guides and handbooks."""

from collections.abc import Mapping, Sequence

from ingest.document import Block, BlockKind
from ingest.numerals import section_mark, tidy_heading
from ingest.outline import Open, Outline, Section, Structure, preamble
from ingest.titlepage import is_attachment, is_sentence

__all__ = ["decimal", "section_marks"]

_Number = tuple[int, ...]


def section_marks(blocks: Sequence[Block]) -> dict[int, tuple[_Number, int]]:
    """Numbers that count on from one another, by block, with their length. Empty unless three of them go below the first level
    or follow one that does."""
    found: dict[int, tuple[_Number, int]] = {}
    last: _Number = ()
    for i, block in enumerate(blocks):
        mark = section_mark(block.text)
        if mark and block.kind is BlockKind.PARAGRAPH and _follows(last, mark[0]) \
                and (len(mark[0]) > 1 or not is_sentence(block.text)):
            found[i] = mark
            last = mark[0]
    return found if sum(len(numbers) > 1 for numbers, _ in found.values()) >= 3 else {}


def _follows(last: _Number, numbers: _Number) -> bool:
    """1.2 or 1.1.1 or 2 or 2.1 after 1.1."""
    later = [(*last[:k], last[k] + 1) for k in range(len(last))]
    return numbers in ((*last, 1), (*last, 1, 1), *later, *((*number, 1) for number in later))


def decimal(blocks: Sequence[Block], title: str, marks: Mapping[int, tuple[_Number, int]]) -> Structure:
    """A section for each number; the headings above it are its path."""
    first = min(marks)
    sections: list[Section] = preamble(blocks[:first], title, "引言")
    outline, depth = Outline(), 0
    current: Open | None = None
    for i in range(first, len(blocks)):
        block = blocks[i]
        if i in marks:
            numbers, length = marks[i]
            if current and (current.body or len(numbers) <= depth):
                sections += current.close()
            number, words, depth = ".".join(map(str, numbers)), tidy_heading(block.text[length:]), len(numbers)
            outline.leave(depth)
            if len(words) > 40 or is_sentence(words):
                current = Open(number, outline.path)
                current.add(block, length)
            else:
                current = Open(f"{number} {words}", outline.path, heading=block)
                outline.enter(depth, f"{number} {words}")
        elif is_attachment(block.text):
            sections += current.close(last=True) if current else []
            outline, depth, current = Outline(), 0, Open(tidy_heading(block.text), (), heading=block)
        elif current:
            current.add(block)
    return Structure(tuple(sections + (current.close(last=True) if current else [])))
