"""Defects planted one at a time in a sound assistant: the gate catches each, by the figure that is about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from eval.runner import run
from kb.answer import Assistant
from kb.ports import PassageIndex
from kb.types import Answer, Hit, Question

GROUPS = ("station", "versions")


@dataclass(frozen=True)
class Sound:
    """The assistant as it is; the defects replace one of its steps."""

    assistant: Assistant
    model: None = None

    @property
    def store(self):
        return self.assistant.store

    def library_version(self) -> str:
        return self.assistant.library_version()

    def search(self, question: Question, top: int) -> list[Hit]:
        return self.assistant.search(question, top)

    def ask(self, question: Question) -> Answer:
        return self.assistant.ask(question)


@dataclass(frozen=True)
class WithoutVersionFilter(Sound):
    """Every version is searched as if it were in force."""

    def search(self, question: Question, top: int) -> list[Hit]:
        return super().search(replace(question, all_versions=True), top)

    def ask(self, question: Question) -> Answer:
        return super().ask(replace(question, all_versions=True))


@dataclass(frozen=True)
class CitationsShifted(Sound):
    """Every claim points at the source after its own, the last at the first."""

    def ask(self, question: Question) -> Answer:
        answer = super().ask(question)
        return replace(answer, claims=tuple(
            replace(claim, citations=tuple(n % len(answer.citations) + 1 for n in claim.citations)) for claim in answer.claims))


@dataclass(frozen=True)
class WithoutLayQuestions:
    """An index in which no passage has a lay question."""

    index: PassageIndex

    def lexical(self, query: str, top: int) -> list[tuple[str, float]]:
        return self.index.lexical(query, top)

    def asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return []

    def nearest(self, query: str, top: int) -> list[tuple[str, float]]:
        return self.index.nearest(query, top)

    def nearest_asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return []

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return self.index.rarity(terms)

    def __len__(self) -> int:
        return len(self.index)


def failures(assistant: object, what: str = "all") -> set[str]:
    return {f"{failure.place} {failure.metric}" for failure in run(assistant, what, GROUPS).below_gate()}


def test_the_sound_assistant_passes(bundled):
    assert failures(Sound(bundled)) == set()


def test_dropping_the_version_filter_is_caught(bundled):
    """The library alone holds one text that is not in force: the digest of the trademark law of 2027."""
    assert {"asked/station 失效当现行", "asked/versions 失效当现行"} <= failures(WithoutVersionFilter(bundled), "answers")


@pytest.mark.corpus
def test_dropping_the_version_filter_is_caught_with_the_official_texts(full):
    assert {"asked/versions 失效当现行", "asked/versions 禁句率", "asked/versions 准确有据",
            "retrieval/versions Recall@10"} <= failures(WithoutVersionFilter(full))


def test_shifting_the_citations_by_one_is_caught(bundled):
    assert {"asked/station 引用召回", "asked/station 引用精确", "asked/station 幻觉率"} <= failures(CitationsShifted(bundled), "answers")


def test_removing_the_lay_questions_is_caught(bundled):
    without = replace(bundled, index=WithoutLayQuestions(bundled.index))
    assert {"retrieval/station Hit@1", "retrieval/station MRR"} <= failures(without, "retrieval")
