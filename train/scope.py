"""Learns which terms questions of our field use: `python -m train.scope --others PATH` writes kb/model/scope.tsv.

Ours are the lay questions of the library, those about general laws aside, and the words of the plan; the others are real
questions about other laws (the questions.jsonl that the retriever is measured on) and the everyday ones of
`train/everyday.txt`, which count twice because they are few. Naive Bayes (Manning, Raghavan, Schütze, Introduction to
Information Retrieval, chapter 13) with smoothing 0.3, in tenths; terms seen once are left out.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from kb.assemble import LIBRARY_FOLDER
from kb.glossary import bundled_glossary
from kb.questions import bundled_questions
from kb.relevance import asked_terms
from kb.scope import SCOPE_FILE

EVERYDAY = Path(__file__).parent / "everyday.txt"
# Held because a dispute about our rights needs them; what else they are asked about is not our field.
GENERAL_LAWS = frozenset({"民法典", "民事诉讼法", "最高人民法院关于民事诉讼证据的若干规定", "仲裁法"})
_SMOOTHING = 0.3
_EVERYDAY_COUNTS = 2


def weights(ours: Iterable[str], others: Iterable[str]) -> dict[str, float]:
    """Log-odds of every term that is seen twice."""
    ours, others = list(ours), list(others)
    here, there = (Counter(term for text in texts for term in asked_terms(text) if not term.isascii()) for texts in (ours, others))

    def share(count: int, texts: list[str]) -> float:
        return math.log((count + _SMOOTHING) / (len(texts) + 2 * _SMOOTHING))
    return {term: share(here[term], ours) - share(there[term], others)
            for term in sorted(here.keys() | there.keys()) if here[term] + there[term] > 1}


def main(others: Annotated[Path, typer.Option(help="questions about other laws, JSON lines")]) -> None:
    asked = [question for (law, _, _), questions in bundled_questions().items() if law not in GENERAL_LAWS for question in questions]
    asked += [f"什么是{term.name}" for term in bundled_glossary().terms]
    pages = [line for path in sorted(LIBRARY_FOLDER.rglob("*.md")) for line in path.read_text(encoding="utf-8").splitlines()]
    asked += [line.removeprefix("问：") for line in pages if line.startswith("问：")]
    asked += [line for path in sorted((LIBRARY_FOLDER / "plan").glob("*.md")) for line in path.read_text(encoding="utf-8").splitlines() if line]
    elsewhere = [json.loads(line)["question"] for line in others.read_text(encoding="utf-8").splitlines()]
    elsewhere += EVERYDAY.read_text(encoding="utf-8").split() * _EVERYDAY_COUNTS
    learned = weights(dict.fromkeys(asked), elsewhere)
    SCOPE_FILE.write_text("".join(f"{term}\t{round(10 * weight)}\n" for term, weight in learned.items()), encoding="utf-8")
    typer.echo(f"{len(learned)} terms written to {SCOPE_FILE}")


if __name__ == "__main__":
    typer.run(main)
