"""What an answer adds for the one who asks: an example and whom to see for a visitor of a station, a question to check oneself for a
trainee. Sentences of our guides, chosen and never rewritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.excerpt import lines_of, section_of
from kb.ports import PassageStore
from kb.relevance import Meaning
from kb.types import Audience, Hit, Part, Passage, Tier
from kb.understand import Inquiry

__all__ = ["Additions", "for_audience"]

_WANTED = {Audience.STATION: ((Part.EXAMPLE, ("举个例子", "举例")), (Part.WHERE, ("请找谁",))),
           Audience.TRAINEE: ((Part.EXAMPLE, ("举例", "举个例子")), (Part.CHECK, ("自测",))),
           Audience.ENTERPRISE: ()}
_CONSIDERED = 12             # hits whose guides may add something
_ABOUT = 0.5                 # of the best hit's score: from there on a guide is about the question
_NEAR = 0.35                 # in meaning; an example of something else confuses

Additions = list[tuple[Part, str, Passage]]


@dataclass(frozen=True)
class _Line:
    text: str
    source: Passage
    near: float


def for_audience(inquiry: Inquiry, hits: Sequence[Hit], store: PassageStore, meaning: Meaning) -> Additions:
    """(part, sentence, passage it stands in), one for each part at most; none for an enterprise, whose guides have steps."""
    wanted = _WANTED[inquiry.question.audience]
    if not wanted or not hits:
        return []
    guides = dict.fromkeys(hit.passage.version.id for hit in hits[:_CONSIDERED]
                           if hit.passage.version.tier is Tier.GUIDE and hit.score >= _ABOUT * hits[0].score)
    sections = [passage for guide in guides for passage in store.passages_of(guide)]
    found: Additions = []
    for part, names in wanted:
        lines = [(line, section) for section in sections if section_of(section) in names for line in lines_of(section)]
        near = meaning(inquiry.text, [line for line, _ in lines]) if lines else ()
        best = max((_Line(*line, likeness) for line, likeness in zip(lines, near, strict=True)), default=None, key=lambda line: line.near)
        if best and best.near >= _NEAR:
            found.append((part, best.text, best.source))
    return found
