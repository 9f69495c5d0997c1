"""How well the recipe does where it has not been taught: `python -m train.heldout --statutes STATUTES.jsonl.gz`.

Laws left out: the lay questions of half of our laws are asked of an index and a model that know the other half's only, and
the other way round. Articles left out: the questions of others beside the statutes file, in folds; what a fold's questions
lead to is the answer of no question that was trained on. Some half an hour on two cores.
"""

import argparse
import copy
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.statutes import VARIANTS, Asked, Measured, joined, measure, read_asked, table
from kb.embedding import StaticEmbedder, write_model
from kb.questions import AskedArticle
from kb.registry import Registry, bundled_registry
from kb.statute import short_title
from train import pairs
from train.embedding import Bags, Lesson, Say, clock, seeded
from train.splits import folds, halves

__all__ = ["main"]

_FOLDS = 5
_QUESTIONS_OF_A_HALF = 800       # drawn: each is asked in every variant


def laws_left_out(statutes: Path, registry: Registry, seed: int, say: Say) -> list[Measured]:
    """Train and index with half of the laws' questions, ask the other half's; twice."""
    articles, everything = pairs.read_statutes(statutes), pairs.all_questions()
    answered = [(registry.document(short_title(articles[a.answer].law)), a)
                for a in pairs.asked_statutes(articles, everything, registry)]
    counts = Counter(document for document, _ in answered)
    parts = []
    for part in halves(counts):
        taught: list[AskedArticle] = [asked for asked in everything if asked.document not in part]
        say(f"laws left out: {len(part)} of {len(counts)}")
        lesson = Lesson(articles, pairs.asked_pages(pairs.LIBRARY, registry, without=part),
                        pairs.asked_statutes(articles, taught, registry), seed)
        model = Bags(lesson.vocabulary.rarity)
        lesson.learn_laws(model, say)
        lesson.learn_questions(model, say)
        questions = [Asked(a.question, frozenset({str(a.answer)})) for document, a in answered if document in part]
        drawn = np.random.default_rng(seed).permutation(len(questions))[:_QUESTIONS_OF_A_HALF]
        parts.append(_measured(statutes, [questions[i] for i in drawn], taught, lesson, model, say))
    return joined(parts)


def articles_left_out(statutes: Path, asked: Sequence[Asked], registry: Registry, seed: int, say: Say) -> list[Measured]:
    """Train with our questions and those of the other folds, ask the fold's."""
    articles, everything = pairs.read_statutes(statutes), pairs.all_questions()
    lesson = Lesson(articles, pairs.asked_pages(pairs.LIBRARY, registry), pairs.asked_statutes(articles, everything, registry), seed)
    of_laws = Bags(lesson.vocabulary.rarity)
    lesson.learn_laws(of_laws, say)
    parts = []
    for taught, fold in folds(asked, _FOLDS, seed):
        say(f"articles left out: {len(taught)} questions taught, {len(fold)} asked")
        model = copy.deepcopy(of_laws)
        lesson.learn_questions(model, say, [pairs.Asked(a.text, int(number)) for a in taught for number in a.gold])
        parts.append(_measured(statutes, fold, everything, lesson, model, say))
    return joined(parts)


def _measured(statutes: Path, asked: Sequence[Asked], taught: Sequence[AskedArticle], lesson: Lesson, model: Bags,
              say: Say) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="zhiwen-model-") as folder:
        write_model(Path(folder), lesson.vocabulary.tokens, model.table())
        return measure(statutes, asked, say, VARIANTS, embedder=StaticEmbedder(Path(folder)),
                       questions={(a.document, a.version, a.locator): a.questions for a in taught})


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, required=True)
    parser.add_argument("--questions", type=Path, help="questions.jsonl beside the statutes where not given")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    say, registry = clock(), bundled_registry()
    seeded(given.seed)
    left_out = laws_left_out(given.statutes, registry, given.seed, say)
    say("questions about laws that the model and the index had no questions of\n" + table(left_out))
    asked = read_asked(given.questions or given.statutes.with_name("questions.jsonl"))
    say("questions that lead to articles to which no question taught leads\n"
        + table(articles_left_out(given.statutes, asked, registry, given.seed, say)))


if __name__ == "__main__":
    main()
