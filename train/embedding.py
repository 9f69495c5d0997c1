"""Makes kb/model, the bundled embedding: a vector and a weight for every character uni- and bigram.

    pip install torch==2.13.0 && python -m train.embedding --statutes STATUTES.jsonl.gz

Two stages, one seed, some minutes on two cores. First the laws alone: a clause and the rest of its article, headings
and text, citing and cited article, two halves of one text. Then the lay questions of this library and the texts that
answer them, against the neighbouring articles of the same law, beside more of the first. InfoNCE in batches
(van den Oord et al. 2018), both ways. Terms are left out at random, so that no single one decides. Adagrad leaves what a
batch does not touch alone; Adam goes on moving rare terms, which costs a tenth of Recall@100.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from kb.embedding import MODEL_FOLDER, write_model
from kb.registry import bundled_registry
from train.pairs import (
    LIBRARY,
    Article,
    Asked,
    LawPairs,
    Text,
    Vocabulary,
    all_questions,
    asked_pages,
    asked_statutes,
    read_statutes,
)

__all__ = ["Bags", "Lesson", "clock", "main", "seeded"]

Say = Callable[[str], None]

DIMENSION = 128
_SCALE = 20.0              # of cosine similarity before the softmax
_DROPPED = 0.4             # share of the terms of a text that a batch does not see
_LONGEST = 300             # terms: of a longer text a stretch is seen
_LAW_STEPS, _LAW_BATCH, _LAW_RATE = 800, 1024, 0.05
_ASKED_STEPS, _ASKED_BATCH, _ASKED_RATE = 150, 512, 0.02
_WEIGHT_RATE = 0.01
_NEIGHBOURS, _NEAR = 2, 6  # wrong answers for each question, drawn from so many articles before and after the right one


class Bags(torch.nn.Module):
    """Texts to unit vectors: the weighted sum of the vectors of their terms."""

    def __init__(self, rarity: np.ndarray) -> None:
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.randn(len(rarity), DIMENSION) / DIMENSION ** 0.5)
        self.weights = torch.nn.Parameter(torch.log(torch.from_numpy(np.maximum(rarity, 1e-3))))

    def forward(self, texts: Sequence[Text]) -> torch.Tensor:
        starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
        numbers = torch.from_numpy(np.concatenate(texts).astype(np.int64))
        return normalize(embedding_bag(numbers, self.vectors, torch.from_numpy(starts), mode="sum",
                                       per_sample_weights=torch.exp(self.weights)[numbers]))

    def table(self) -> np.ndarray:
        """Weighted vectors, shape (terms, dimension)."""
        return (self.vectors * torch.exp(self.weights)[:, None]).detach().numpy()


def _seen(text: Text, draw: np.random.Generator) -> Text:
    """What a batch sees of a text."""
    if len(text) > _LONGEST:
        first = int(draw.integers(len(text) - _LONGEST + 1))
        text = text[first:first + _LONGEST]
    kept = text[draw.random(len(text)) >= _DROPPED] if len(text) > 4 else text
    return kept if len(kept) else text


def _fit(model: Bags, steps: int, rate: float, loss_of: Callable[[], torch.Tensor], say: Say) -> None:
    vectors = torch.optim.Adagrad([model.vectors], lr=rate, initial_accumulator_value=1e-6)
    weights = torch.optim.Adam([model.weights], lr=_WEIGHT_RATE)
    for step in range(steps):
        for optimizer, first in ((vectors, rate), (weights, _WEIGHT_RATE)):
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = first * max(0.05, 1 - step / steps)
        loss = loss_of()
        loss.backward()
        vectors.step()
        weights.step()
        if step % 50 == 0 or step + 1 == steps:
            say(f"  step {step + 1} of {steps}, loss {loss.item():.3f}")


class Lesson:
    """What the model learns from: the laws, then our own pages, each text a number; and the questions about them.

    Neighbours in the texts are neighbours in a document. Questions may be added for one run (`learn_questions`).
    """

    def __init__(self, articles: Sequence[Article], pages: Sequence[tuple[str, tuple[str, ...]]], asked: Sequence[Asked],
                 seed: int) -> None:
        wholes = [article.whole for article in articles] + [text for text, _ in pages]
        self.asked = [*asked, *(Asked(question, number) for number, (_, questions) in enumerate(pages, start=len(articles))
                                for question in questions)]
        self.vocabulary = Vocabulary(wholes, [a.question for a in self.asked])
        self.articles = len(articles)
        self._texts = [self.vocabulary.numbers(text) for text in wholes]
        self._pairs = LawPairs(articles, self.vocabulary, seed)
        self._draw = np.random.default_rng(seed)

    def learn_laws(self, model: Bags, say: Say) -> None:
        """The first stage, without labels."""
        def loss() -> torch.Tensor:
            left, right = self._law_pairs(_LAW_BATCH)
            likeness = _SCALE * model(left) @ model(right).T
            right_ones = torch.arange(len(left))
            return (cross_entropy(likeness, right_ones) + cross_entropy(likeness.T, right_ones)) / 2

        say(f"laws: {self.articles} articles")
        _fit(model, _LAW_STEPS, _LAW_RATE, loss, say)

    def learn_questions(self, model: Bags, say: Say, more: Sequence[Asked] = ()) -> None:
        """The second stage: questions and the texts that answer them."""
        known = [(numbers, a.answer) for a in (*self.asked, *more) if len(numbers := self.vocabulary.numbers(a.question))]
        draw = self._draw

        def loss() -> torch.Tensor:
            chosen = [known[i] for i in draw.choice(len(known), min(_ASKED_BATCH, len(known)), replace=False)]
            right = [answer for _, answer in chosen]
            wrong = [min(max(answer + int(step), 0), len(self._texts) - 1) for answer in right
                     for step in draw.choice([*range(-_NEAR, 0), *range(1, _NEAR + 1)], _NEIGHBOURS, replace=False)]
            left, others = self._law_pairs(_ASKED_BATCH)
            queries = model([_seen(text, draw) for text, _ in chosen] + left)
            found = model([_seen(self._texts[i], draw) for i in right] + others + [_seen(self._texts[i], draw) for i in wrong])
            likeness = _SCALE * queries @ found.T
            # Another question of the same text, or a neighbour that is itself the answer, is not a wrong answer.
            numbers = torch.tensor([*right, *([-1] * len(others)), *wrong])
            same = torch.tensor(right)[:, None] == numbers[None, :]
            same[torch.arange(len(right)), torch.arange(len(right))] = False
            likeness = torch.cat([likeness[:len(right)].masked_fill(same, -1e4), likeness[len(right):]])
            right_ones = torch.arange(len(queries))
            return cross_entropy(likeness, right_ones) + cross_entropy(likeness[:, :len(queries)].T, right_ones) / 2

        say(f"questions: {len(known)}")
        _fit(model, _ASKED_STEPS, _ASKED_RATE, loss, say)

    def _law_pairs(self, size: int) -> tuple[list[Text], list[Text]]:
        drawn = [self._pairs.pair(int(number)) for number in self._draw.integers(self.articles, size=size)]
        kept = [(_seen(a, self._draw), _seen(b, self._draw)) for a, b in drawn if len(a) and len(b)]
        return [a for a, _ in kept], [b for _, b in kept]


def seeded(seed: int) -> None:
    """The same numbers again, on the same machine."""
    torch.manual_seed(seed)
    random.seed(seed)
    torch.set_num_threads(2)


def clock() -> Say:
    """Prints a line with the seconds since the start."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)  # noqa: T201
    return say


def main() -> None:
    """Train and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without-questions", action="store_true", help="the laws alone")
    given = parser.parse_args()
    say = clock()
    seeded(given.seed)
    registry, articles = bundled_registry(), read_statutes(given.statutes)
    if given.without_questions:
        lesson = Lesson(articles, [], [], given.seed)
    else:
        lesson = Lesson(articles, asked_pages(LIBRARY, registry), asked_statutes(articles, all_questions(), registry), given.seed)
    say(f"{len(lesson.vocabulary)} terms")
    model = Bags(lesson.vocabulary.rarity)
    lesson.learn_laws(model, say)
    if lesson.asked:
        lesson.learn_questions(model, say)
    write_model(given.out, lesson.vocabulary.tokens, model.table())
    say(f"written to {given.out}")


if __name__ == "__main__":
    main()
