"""What readers chose to tell the operator: questions that found no answer, and what they thought of an answer.

Nothing gets here by itself: each row is a button somebody pressed, who saw what would be kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kb import schema
from kb.catalogue import Catalogue
from kb.ports import Clock
from kb.types import Outcome

__all__ = ["Gap", "Notes", "Remark"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that somebody submitted, with how it was answered then. `noted` is an ISO time in Shanghai."""

    id: int
    noted: str
    question: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Remark:
    """A reader's verdict on an answer that cited this passage (one row for each; empty: it cited none)."""

    id: int
    noted: str
    passage_id: str
    helpful: bool
    comment: str


class Notes:
    """Gaps and remarks of one library, newest first. Writing raises ReadOnlyLibrary where the folder cannot be written."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue, self._clock = catalogue, clock

    def gaps(self) -> list[Gap]:
        with self._catalogue.reading() as connection:
            found = connection.execute(sa.select(schema.gaps).order_by(schema.gaps.c.id.desc()))
            return [Gap(row.id, row.noted, row.question, Outcome(row.outcome)) for row in found]

    def submit(self, question: str, outcome: Outcome) -> None:
        """Keep a question for the operator; the same question is kept once."""
        with self._catalogue.writing() as connection:
            connection.execute(sa.delete(schema.gaps).where(schema.gaps.c.question == question))
            connection.execute(sa.insert(schema.gaps), {"noted": self._now(), "question": question, "outcome": outcome.value,
                                                        "owner": "library"})

    def settle(self, gap_id: int) -> None:
        """Forget a submitted question; its text is overwritten on the disk."""
        self._forget(schema.gaps, gap_id)

    def remarks(self) -> list[Remark]:
        with self._catalogue.reading() as connection:
            found = connection.execute(sa.select(schema.feedback).order_by(schema.feedback.c.id.desc()))
            return [Remark(row.id, row.noted, row.passage_id, row.verdict == "helpful", row.comment) for row in found]

    def remark(self, passage_ids: Sequence[str], helpful: bool, comment: str = "") -> None:
        """Keep what somebody thought of an answer resting on these passages."""
        row = {"noted": self._now(), "verdict": "helpful" if helpful else "wrong", "comment": comment, "owner": "library"}
        with self._catalogue.writing() as connection:
            connection.execute(sa.insert(schema.feedback), [{**row, "passage_id": id_} for id_ in passage_ids or [""]])

    def dismiss(self, remark_id: int) -> None:
        """Forget a remark; its text is overwritten on the disk."""
        self._forget(schema.feedback, remark_id)

    def _forget(self, table: sa.Table, row_id: int) -> None:
        with self._catalogue.writing() as connection:
            connection.execute(sa.delete(table).where(table.c.id == row_id))
        self._catalogue.overwrite_deleted()

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")
