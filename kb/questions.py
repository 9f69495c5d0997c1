"""Lay questions for articles: data of the library that helps to find them, read here and joined to passages.

Each line of `kb/library/questions/*.jsonl` is one article of one version with the questions it answers, as an owner, an
employee, a maker, a student or a volunteer would put them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kb.errors import SourceError
from kb.registry import Registry, bundled_registry
from kb.types import Passage, ordinal_numeral

__all__ = ["QUESTIONS_FOLDER", "AskedArticle", "bundled_questions", "moved_questions", "read_questions", "with_questions"]

QUESTIONS_FOLDER = Path(__file__).parent / "library" / "questions"
_FIELDS = {"document", "version", "article", "questions"}


@dataclass(frozen=True, slots=True)
class AskedArticle:
    """An article (第十条) or place of the plan (二、(三)7) of a version (2025修订), and what people ask that it answers."""

    document: str
    version: str
    locator: str
    questions: tuple[str, ...]


def read_questions(path: Path) -> list[AskedArticle]:
    """The articles of one file, in order.

    Raises:
        SourceError: a line is not such an article; names file and line.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            raw = json.loads(line)
            if set(raw) != _FIELDS or not all(isinstance(raw[name], str) and raw[name] for name in _FIELDS - {"questions"}):
                raise ValueError(f"须有且只有 {'、'.join(sorted(_FIELDS))}")
            questions = tuple(raw["questions"])
            if not questions or not all(isinstance(question, str) and question.strip() for question in questions):
                raise ValueError("questions 须是一列不空的文字")
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceError(f"问题集 {path.name} 第 {number} 行有误：{error}", "请按 docs/library.md 的格式改正") from None
        found.append(AskedArticle(raw["document"], raw["version"], raw["article"], questions))
    return found


@cache
def bundled_questions() -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """The shipped questions by document, version label and locator, read once; those for an article also under the number
    it has in an earlier or later version that has none of its own."""
    own = {(asked.document, asked.version, asked.locator): asked.questions
           for path in sorted(QUESTIONS_FOLDER.glob("*.jsonl")) for asked in read_questions(path)}
    return {**moved_questions(own, bundled_registry()), **own}


def moved_questions(own: Mapping[tuple[str, str, str], tuple[str, ...]],
                    registry: Registry) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """The questions by the places to which the register says their articles moved, or from which they came."""
    return {(move.document, there, f"第{ordinal_numeral(to)}条"): own[key]
            for move in registry.moves for old, new in move.articles.items()
            for here, at, there, to in ((move.new, new, move.old, old), (move.old, old, move.new, new))
            if (key := (move.document, here, f"第{ordinal_numeral(at)}条")) in own}


def with_questions(passages: Iterable[Passage],
                   questions: Mapping[tuple[str, str, str], tuple[str, ...]]) -> tuple[Passage, ...]:
    """The passages, each with the questions for its article in its version after those it has of its own."""
    return tuple(replace(passage, questions=tuple(dict.fromkeys((*passage.questions, *more)))) if more else passage
                 for passage in passages
                 for more in (questions.get((passage.version.document, passage.version.label, passage.locator), ()),))
