"""Sections to passages: a whole article where that is short enough, else parts cut at 款 and 项, never in a sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from hashlib import sha256

from ingest.numerals import item_mark
from ingest.outline import Section, Span
from kb.clauses import lead_ins
from kb.types import Passage, Version

__all__ = ["MAX_PASSAGE", "number_passages", "passages_of"]

MAX_PASSAGE = 1_200


class _Cut(IntEnum):
    """How well a text may be cut before a piece, best first."""

    PARAGRAPH = 0        # 款, or a paragraph
    ITEM = 1             # 项: （一）
    POINT = 2            # 目: 1.
    SENTENCE = 3
    FIRST_ITEM = 4       # between 有下列情形之一的： and its （一）


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    page: int | None
    page_label: str
    cut: _Cut = _Cut.PARAGRAPH


def passages_of(sections: Sequence[Section], text: str, version: Version) -> tuple[Passage, ...]:
    """Passages in order; `text[passage.start:passage.end] == passage.text` for every one of them."""
    drafts = []
    for section in sections:
        pieces = list(_pieces(section, text))
        for k, (piece, lead_in) in enumerate(zip(pieces, _lead_ins(pieces, text), strict=True), start=1):
            drafts.append(Passage(
                id="", version=version, locator=section.locator, text=text[piece.start:piece.end],
                heading_path=section.heading_path, article=section.article, sub=section.sub,
                part=k if len(pieces) > 1 else 0,
                lead_in=lead_in, page=piece.page, page_label=piece.page_label,
                start=piece.start, end=piece.end))
    return number_passages(drafts)


def _lead_ins(pieces: Sequence[_Piece], text: str) -> list[str]:
    if len(pieces) < 2:
        return [""] * len(pieces)
    begins = pieces[0].start
    return lead_ins(text[begins:pieces[-1].end], [piece.start - begins for piece in pieces])


def number_passages(drafts: Sequence[Passage]) -> tuple[Passage, ...]:
    """With id and position. The id comes from content; the same words twice in one version are told apart by count."""
    seen: Counter[tuple[str, int, str]] = Counter()
    numbered = []
    for ordinal, draft in enumerate(drafts):
        key = (draft.locator, draft.part, draft.text)
        content = [draft.version.id, draft.locator, str(draft.part), draft.text]
        content += [str(seen[key])] if seen[key] else []
        seen[key] += 1
        digest = sha256("\x1f".join(content).encode("utf-8")).hexdigest()[:16]
        numbered.append(replace(draft, id=digest, ordinal=ordinal))
    return tuple(numbered)


def _pieces(section: Section, text: str) -> Iterator[_Piece]:
    for run in _runs(section.spans):
        if run[-1].end - run[0].start <= MAX_PASSAGE:
            yield _Piece(run[0].start, run[-1].end, run[0].page, run[0].page_label)
        else:
            yield from _packed([piece for span in run for piece in _sentences(span, text)])


def _runs(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Neighbouring paragraphs together; a table row is a passage of its own, because each must be found alone."""
    run: list[Span] = []
    for span in spans:
        if run and (span.row or run[-1].row or span.start != run[-1].end + 1):
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _packed(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Pieces joined to parts that may be shown: cut where a lawyer would, else where the parts come out even."""
    begin = 0
    while begin < len(pieces):
        end = _best_cut(pieces, begin)
        first, last = pieces[begin], pieces[end - 1]
        yield replace(first, end=last.end)
        begin = end


def _best_cut(pieces: Sequence[_Piece], begin: int) -> int:
    """The piece before which the part that begins at `begin` ends: the best kind of cut between 2/5 of an even share
    and the limit, then the one nearest to that share."""
    start, left = pieces[begin].start, pieces[-1].end - pieces[begin].start
    if left <= MAX_PASSAGE:
        return len(pieces)
    share = left / -(-left // MAX_PASSAGE)
    choices: list[tuple[int, float, int]] = []
    k = begin + 1
    while k < len(pieces) and pieces[k - 1].end - start <= MAX_PASSAGE:
        size = pieces[k - 1].end - start
        choices.append((pieces[k].cut if size >= share * 0.4 else len(_Cut), abs(size - share), k))
        k += 1
    return min(choices)[2]


_SENTENCE_END = re.compile(r"[。！？；\n][”’』」）]?")


def _sentences(span: Span, text: str) -> Iterator[_Piece]:
    """The paragraph whole where it fits, else its sentences; a sentence that is too long itself is cut at the limit."""
    start, cut = span.start, _cut_before(span, text)
    while span.end - span.start > MAX_PASSAGE and start < span.end:
        match = _SENTENCE_END.search(text, start, min(start + MAX_PASSAGE, span.end))
        end = match.end() if match else min(start + MAX_PASSAGE, span.end)
        yield _Piece(start, end, span.page, span.page_label, cut)
        start, cut = end, _Cut.SENTENCE
        while start < span.end and text[start].isspace():
            start += 1
    if start < span.end:
        yield _Piece(start, span.end, span.page, span.page_label, cut)


def _cut_before(span: Span, text: str) -> _Cut:
    mark = item_mark(text[span.start:span.start + 12])
    if mark is None or mark.rank == 1:
        return _Cut.PARAGRAPH
    if text[max(span.start - 2, 0):span.start] in ("：\n", ":\n"):
        return _Cut.FIRST_ITEM
    return _Cut.ITEM if mark.rank == 2 else _Cut.POINT
