"""Whether a question asks how to do wrong, and which wrong: logistic regression over its characters, learned by `train/misuse.py`.

Rules alone knew three in five of such requests that were written without knowledge of them: a request wrapped in a novel, an
order or a long story uses other words every time. The victim's and the defender's question uses the same ones, so the
training texts have one of those for each request.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from kb.text import fold

__all__ = ["MISUSE_FILE", "Misuse", "Wrong", "bundled_misuse", "marks"]

MISUSE_FILE = Path(__file__).parent / "model" / "misuse.tsv"
# Log-odds from which a text asks for it, one that ends like a question of law, and a single sentence of a text (ARCHITECTURE, section 3).
_ASKS_FOR_IT, _IN_SPITE_OF_ITS_END, _IN_ONE_SENTENCE = -0.5, 1.0, 2.0
_ENDS_LAWFULLY = re.compile(
    r"(会怎么|怎么判|怎么罚|归谁|怎么认定|第几条|凭啥|够不够|算不算|算什么|能不能|行不行|可不可以|吗[？?]?$|不[？?]?$|没[？?]?$|多少|多久|几年|哪些|什么罪|怎么办|咋办"
    r"|合法|正当|依法|违法|犯法|法院|举报|投诉|防|怎么赔|责任|处罚|取证|维权|补救|纠正|[怎如][么样何]?(证明|应对|反驳))")
_TAIL = 22                   # characters
_LONG = 120                  # more of them say so much else that one sentence must show it
_SENTENCES = re.compile(r"[。？?！!\n]+")
_BREAK = re.compile(r"[\s，,。.？?！!、；;：:“”\"'‘’「」（）()…—-]+")
_LONGEST = 3                 # characters of a mark
_END = 8


class Wrong(StrEnum):
    """What somebody wants to be told how to do."""

    TAKING = "taking"            # to obtain another's secrets, or to use them unnoticed
    FORGING = "forging"          # to make up, alter or destroy evidence
    HIDING = "hiding"            # to conceal a breach, to evade a duty, an inspection or a judgement
    PRIVACY = "privacy"          # to find out private data of a person


@dataclass(frozen=True)
class Misuse:
    """`weights` holds for each mark what it adds to the log-odds of each wrong against a lawful question; `bias` is where
    these begin."""

    weights: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]

    def asked_for(self, text: str) -> Wrong | None:
        """The wrong that a text, or one sentence of it, wants the method of; None where it is more likely lawful."""
        whole = _IN_SPITE_OF_ITS_END if _ENDS_LAWFULLY.search(text[-_TAIL:]) else _ASKS_FOR_IT
        tried = [(text, whole if len(text) <= _LONG else _IN_ONE_SENTENCE)]
        tried += [(sentence, _IN_ONE_SENTENCE) for sentence in _SENTENCES.split(text) if sentence and sentence != text]
        for asked, enough in tried:
            scores = self.scores(asked)
            if math.log(sum(map(math.exp, scores.values()))) > enough:
                return max(Wrong, key=lambda wrong: scores[wrong])
        return None

    def scores(self, text: str) -> dict[Wrong, float]:
        """Log-odds of each wrong; the marks of a text count as one, however many they are."""
        known = [self.weights[mark] for mark in marks(text) if mark in self.weights]
        length = math.sqrt(len(known) or 1)
        sums = [sum(column) / length for column in zip(*known, strict=True)] or [0.0] * len(self.bias)
        return {wrong: begin + added for wrong, begin, added in zip(Wrong, self.bias, sums, strict=True)}


def marks(text: str) -> frozenset[str]:
    """Runs of one to three characters; again, marked, those of the last clause and of the very end, where the request stands."""
    whole = _BREAK.sub("|", fold(text)).strip("|")
    last = whole.rpartition("|")[2]
    return (_runs(whole, "", 1) | _runs(whole[-_END:], "$", 1) | _runs(last, "@", 2))


def _runs(text: str, prefix: str, shortest: int) -> frozenset[str]:
    return frozenset(prefix + text[i:i + size] for size in range(shortest, _LONGEST + 1) for i in range(len(text) - size + 1))


@cache
def bundled_misuse() -> Misuse:
    """The shipped one, read once."""
    (_, *bias), *lines = (line.split("\t") for line in MISUSE_FILE.read_text(encoding="utf-8").splitlines())
    return Misuse({mark: tuple(int(weight) / 10 for weight in weights) for mark, *weights in lines}, tuple(float(b) for b in bias))
