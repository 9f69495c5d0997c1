"""Sections to passages: a whole article where that is short enough, else parts cut at 款 and 项, never in a sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise

from ingest.outline import Section, Span
from kb.types import Passage, Version

__all__ = ["MAX_PASSAGE", "number_passages", "passages_of"]

MAX_PASSAGE = 1_200


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    page: int | None


def passages_of(sections: Sequence[Section], text: str, version: Version) -> tuple[Passage, ...]:
    """Passages in order; `text[passage.start:passage.end] == passage.text` for every one of them."""
    drafts = []
    for section in sections:
        pieces = list(_pieces(section, text))
        for k, piece in enumerate(pieces, start=1):
            drafts.append(Passage(
                id="", version=version, locator=section.locator, text=text[piece.start:piece.end],
                heading_path=section.heading_path, article=section.article, sub=section.sub,
                part=k if len(pieces) > 1 else 0, page=piece.page, start=piece.start, end=piece.end))
    return number_passages(drafts)


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
        size = run[-1].end - run[0].start
        if size <= MAX_PASSAGE:
            yield _Piece(run[0].start, run[-1].end, run[0].page)
        else:
            yield from _packed([piece for span in run for piece in _sentences(span, text)], size)


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


def _packed(pieces: Sequence[_Piece], size: int) -> Iterator[_Piece]:
    """Pieces filled up evenly, so that the last one is not a scrap."""
    share = size / -(-size // MAX_PASSAGE)
    start, page = pieces[0].start, pieces[0].page
    for before, piece in pairwise(pieces):
        if piece.end - start > MAX_PASSAGE or before.end - start >= share:
            yield _Piece(start, before.end, page)
            start, page = piece.start, piece.page
    yield _Piece(start, pieces[-1].end, page)


_SENTENCE_END = re.compile(r"[。！？；\n][”’』」）]?")


def _sentences(span: Span, text: str) -> Iterator[_Piece]:
    """The paragraph whole where it fits, else in bounded pieces that end with a sentence wherever there is one."""
    start = span.start
    while span.end - start > MAX_PASSAGE:
        ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + MAX_PASSAGE)]
        end = ends[-1] if ends else start + MAX_PASSAGE
        yield _Piece(start, end, span.page)
        start = end
        while start < span.end and text[start].isspace():
            start += 1
    if start < span.end:
        yield _Piece(start, span.end, span.page)
