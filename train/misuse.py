"""Learns which questions ask how to do wrong: `python -m train.misuse --others PATH` writes kb/model/misuse.tsv.

`train/misuse.tsv` holds requests for a method of each wrong and lawful questions in the same words: the victim's, the
defender's, the careful one's. The lay questions of the library are lawful too, and so are those about other laws and everyday matters
from which `train/scope.py` learns. Multinomial logistic regression (Bishop, Pattern
Recognition and Machine Learning, 4.3.4) over the marks of `kb.misuse`, each text of length 1, with a quadratic penalty. Some texts of either
kind stand there again among words of courtesy (`train/courtesies.txt`), which say nothing of what is wanted.
`--folds 5` reports on texts left out instead. Needs scipy.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from kb.assemble import LIBRARY_FOLDER
from kb.misuse import MISUSE_FILE, Misuse, Wrong, marks
from kb.questions import bundled_questions
from train.scope import EVERYDAY

TEXTS = Path(__file__).parent / "misuse.tsv"
COURTESIES = Path(__file__).parent / "courtesies.txt"
_LAWFUL = "lawful"
_COURTEOUS = 6               # one text of so many stands there again among courtesies
_COURTESIES_AROUND = 5       # at most, before and after
_SEEN = 3                    # texts that have a mark, for it to be learned
_FIT = 32.0                  # weight of the texts beside the penalty
_SMALL = 0.5                 # log-odds a mark adds; below, it is left out of the file
_SHARES = (0.01, 0.02, 0.05, 0.1)

_Text = tuple[str, str]      # label, text


def learned(texts: Sequence[_Text]) -> Misuse:
    """The weights that fit best."""
    counts = Counter(mark for _, text in texts for mark in marks(text))
    known = {mark: i for i, mark in enumerate(sorted(mark for mark, count in counts.items() if count >= _SEEN))}
    rows = _matrix([text for _, text in texts], known)
    wrongs = list(Wrong)
    truth = np.array([[label == wrong for wrong in wrongs] for label, _ in texts], dtype=float)

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights, bias = flat[:-len(wrongs)].reshape(-1, len(wrongs)), flat[-len(wrongs):]
        scores = rows @ weights + bias
        top = np.maximum(scores.max(axis=1, keepdims=True), 0.0)
        odds = np.exp(scores - top)
        total = odds.sum(axis=1, keepdims=True) + np.exp(-top)
        fit = (np.log(total) + top).sum() - (scores * truth).sum()
        slope = odds / total - truth
        return (_FIT * fit + 0.5 * (weights ** 2).sum(),
                np.concatenate([(_FIT * (rows.T @ slope) + weights).ravel(), _FIT * slope.sum(axis=0)]))
    found = minimize(loss, np.zeros((len(known) + 1) * len(wrongs)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    weights = found[:-len(wrongs)].reshape(-1, len(wrongs))
    return Misuse({mark: tuple(weights[i]) for mark, i in known.items()}, tuple(found[-len(wrongs):]))


def _matrix(texts: Sequence[str], known: dict[str, int]) -> csr_matrix:
    columns, values, starts = [], [], [0]
    for text in texts:
        found = [known[mark] for mark in marks(text) if mark in known]
        columns += found
        values += [1 / np.sqrt(len(found) or 1)] * len(found)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(texts), len(known)))


def courteous(texts: Sequence[_Text], courtesies: Sequence[str]) -> list[_Text]:
    """Some of the texts among words of courtesy, the same ones each time."""
    chance = random.Random(2)

    def some() -> str:
        return "".join(chance.sample(courtesies, chance.randint(0, _COURTESIES_AROUND)))
    return [(label, f"{some()}{text.rstrip('。？?！!')}。{some()}") for label, text in chance.sample(texts, len(texts) // _COURTEOUS)]


def _report(texts: Sequence[_Text], others: Sequence[_Text], folds: int) -> None:
    """How many requests are known where a given share of the lawful texts in the same words is taken for one."""
    odds = {}
    for fold in range(folds):
        model = learned([*(text for i, text in enumerate(texts) if i % folds != fold), *others])
        odds |= {text: np.log(sum(np.exp(list(model.scores(text).values())))) for _, text in texts[fold::folds]}
    lawful = np.array([odds[text] for label, text in texts if label == _LAWFUL])
    wrong = np.array([odds[text] for label, text in texts if label != _LAWFUL])
    for share in _SHARES:
        limit = np.quantile(lawful, 1 - share)
        typer.echo(f"log-odds {limit:.2f}: {share:.0%} of the lawful taken for a request, {(wrong > limit).mean():.1%} of the requests known")


def main(others: Annotated[Path, typer.Option(help="questions about other laws, JSON lines")],
         folds: Annotated[int, typer.Option(help="report on texts left out, in so many parts")] = 0) -> None:
    texts = [(label, text) for line in TEXTS.read_text(encoding="utf-8").splitlines() for label, _, text in [line.partition("\t")]]
    asked = {question for questions in bundled_questions().values() for question in questions}
    pages = [line for path in sorted(LIBRARY_FOLDER.rglob("*.md")) for line in path.read_text(encoding="utf-8").splitlines()]
    asked |= {line.removeprefix("问：") for line in pages if line.startswith("问：")}
    asked |= {json.loads(line)["question"] for line in others.read_text(encoding="utf-8").splitlines()}
    lawful = [(_LAWFUL, question) for question in sorted(asked | set(EVERYDAY.read_text(encoding="utf-8").split()))]
    if folds:
        random.Random(1).shuffle(texts)
        return _report(texts, lawful, folds)
    courtesies = COURTESIES.read_text(encoding="utf-8").split("\n")[:-1]
    model = learned([*texts, *lawful, *courteous(texts, courtesies), *courteous(lawful, courtesies)])
    kept = {mark: weights for mark, weights in model.weights.items() if max(map(abs, weights)) >= _SMALL}
    lines = [["", *(f"{begin:.2f}" for begin in model.bias)], *([mark, *(str(round(10 * w)) for w in weights)] for mark, weights in kept.items())]
    MISUSE_FILE.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(kept)} marks written to {MISUSE_FILE}")


if __name__ == "__main__":
    typer.run(main)
