"""Figures of the demonstration-zone plan in an answer: what a bare figure stands for, and what else has the same one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.excerpt import statements
from kb.indicators import PLAN, Indicator, alike, bundled_indicators, counted, stated
from kb.lead import Lead
from kb.ports import PassageStore
from kb.types import Passage, Tier
from kb.understand import Inquiry

__all__ = ["PlannedFigures", "asks_what_a_figure_is"]

_WHAT_IS = re.compile(r"(是|指|代表|对应).{0,4}(什么|啥|哪)|(什么|啥|哪).{0,3}(是|有).{0,2}\d")


def asks_what_a_figure_is(inquiry: Inquiry) -> bool:
    """200家是指什么, asked of the plan."""
    return PLAN in inquiry.documents and bool(_WHAT_IS.search(inquiry.text)) and bool(counted(inquiry.text, bundled_indicators()))


@dataclass(frozen=True)
class PlannedFigures:
    """Finds the sentences that give planned figures. Nothing is written anew: each is a sentence of the plan's digest."""

    store: PassageStore

    def named(self, inquiry: Inquiry) -> list[Lead]:
        """Every target that has the figure asked about, where the question is what a figure stands for."""
        if not asks_what_a_figure_is(inquiry):
            return []
        return [lead for row in counted(inquiry.text, bundled_indicators()) for lead in self._given(row)]

    def confusable(self, leads: Sequence[Lead]) -> list[Lead]:
        """Targets with the same figure as one of the answer that the answer does not give itself."""
        rows = bundled_indicators()
        said = [row for lead in leads if lead.source.version.document == PLAN for row in stated(lead.text, rows)]
        others = dict.fromkeys(other for row in said for other in alike(row, rows) if other not in said)
        return [lead for row in others for lead in self._given(row)]

    def _given(self, row: Indicator) -> list[Lead]:
        """The sentence of the digest that gives a row, cited to the plan itself where that is held."""
        places = self.store.located(PLAN, row.task)
        digests = [p for p in places if p.version.tier is Tier.DIGEST]
        cited = next((p for p in places if p.version.tier is Tier.OFFICIAL), None)
        return [_lead(sentence, source, cited or source, position) for source in digests
                for position, sentence in enumerate(statements(source)) if row in stated(sentence, [row])][:1]


def _lead(sentence: str, source: Passage, cited: Passage, position: int) -> Lead:
    return Lead(sentence, source, cited, 1.0, 1.0, True, position, 1.0)
