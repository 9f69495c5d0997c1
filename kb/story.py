"""The point of a story: what a long account asks in the end, and the sentences that say what it is about.

People who have been wronged tell everything: twelve sentences on who came when, one that asks. Counting every word alike
finds what the twelve are about.
"""

import re
from collections.abc import Callable

from kb.text import sentences

__all__ = ["gist", "is_story"]

_STORY = 120                 # characters; questions of real people that are no story are rarely half as long
_ASKING = re.compile(r"[？?]|请问|请教|想问|想知道|咨询|怎么办|咋办|咋整|怎么处理|如何|能不能|可不可以|可以吗|行不行|算不算|是不是|有没有|"
                     r"该不该|要不要|合不合|违法吗|犯法吗|吗[。！!]?$|呢[。！!]?$")
_QUESTIONS, _TELLING = 3, 2
_CLAUSE = 60                 # of a long sentence, the clauses that tell most


def is_story(text: str) -> bool:
    return len(text) > _STORY


def gist(text: str, tells: Callable[[str], int]) -> str:
    """The last sentences that ask; where they do not say about what, after the two that hold most of what `tells` counts.
    Shorter texts as they are.

    A story that asks nothing is told for its last sentence.
    """
    if not is_story(text):
        return text
    told = [text[start:end] for start, end in sentences(text)]
    asking = [s for s in told if _ASKING.search(s)][-_QUESTIONS:] or told[-1:]
    telling = [] if any(map(tells, asking)) else sorted(filter(tells, told), key=lambda s: -tells(s))[:_TELLING]
    return "".join([_clipped(s, tells) for s in told if s in telling] + [_clipped(s, tells, from_end=True) for s in asking])


def _clipped(sentence: str, tells: Callable[[str], int], *, from_end: bool = False) -> str:
    """A long sentence's telling clauses; of one that asks, the end, where the question is."""
    if len(sentence) <= _CLAUSE:
        return sentence
    clauses = re.findall(r"[^，,；;、]+[，,；;、]?", sentence)
    kept = [c for i, c in enumerate(clauses) if tells(c) or (from_end and i >= len(clauses) - 2)]
    return "".join(kept or clauses[-2:])
