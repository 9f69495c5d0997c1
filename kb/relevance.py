"""How much of what is asked a text holds: terms of a question, their weights, and shares of them."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from kb.text import grams, held
from kb.types import Passage

__all__ = ["NEVER", "Meaning", "Rarity", "asked_terms", "coverage", "covers", "headings", "inside", "likeness", "overlap", "pairs", "searchable",
           "shared", "weights"]

Rarity = Callable[[Sequence[str]], dict[str, float]]      # `PassageIndex.rarity`
Meaning = Callable[[str, Sequence[str]], Sequence[float]]  # how near each text is to the first in meaning, -1 to 1

_UNSEEN = 0.4
_TERSE = 12
_EXPANDED = 0.4
_TOLD = 0.3
NEVER = "\U0010fffd"          # a term no text contains, to learn the rarity of the unseen

# Words that say how one asks, not what about; they must not count as unanswered.
_ASKING = ("请问", "我想问", "想问一下", "问一下", "麻烦", "您好", "你好", "怎么办", "怎么", "怎样", "如何", "什么", "哪些", "哪个", "多少", "多久", "多长",
           "可以", "找谁", "谁来", "哪里", "哪儿", "归谁", "咋整", "咋办", "咋", "几年", "几个", "几家", "几月", "说了", "行不行",
           "能不能", "可不可以", "是不是", "有没有", "要不要",
           "应该", "需要", "是否", "的话", "我们", "公司", "一下", "具体", "规定", "法律", "知道", "告诉",
           "一个", "这个", "那个", "为什么", "多大", "现在", "哪一条", "哪条", "哪部法", "哪一部", "吗", "呢", "啊", "的", "了", "我", "吧")


def coverage(text: str, equivalents: Mapping[str, tuple[str, ...]], passages: Sequence[Passage],
             rarity: Mapping[str, float], words: Collection[str] = ()) -> float:
    """Share, weighted by rarity, of the question's character bigrams (and numbers, Latin words) that `passages` contain.

    1 when everything asked about occurs there, near 0 for another subject. The bigrams of a lay term count as found
    where one of its legal `equivalents` occurs. `rarity` holds, beside the terms, one that never occurs anywhere;
    `words` are bigrams known to stand inside a word.
    """
    joined = " ".join(map(searchable, passages))
    asked = asked_terms(text)
    found = set(held(joined, asked))
    for lay, legal in equivalents.items():
        if any(term in joined for term in legal):
            found.update(grams(lay))
    # A bigram the library never uses is mostly the seam between two words and counts for less; inside a known word it
    # is another subject.
    never = max(rarity.values(), default=0.0)
    weight = {term: w * (_UNSEEN if w >= never and term not in words else 1.0) for term in asked if (w := rarity.get(term, 0.0))}
    total = sum(weight.values())
    if not total:
        return 0.0
    # A story says much that no provision repeats: beyond a dozen terms the share that must be met falls.
    length = math.sqrt(max(1.0, len(weight) / _TERSE))
    return min(1.0, length * sum(w for term, w in weight.items() if term in found) / total)


@lru_cache(maxsize=16_384)      # the lay questions of the library come again and again
def asked_terms(text: str) -> frozenset[str]:
    """Bigrams, numbers and Latin words of what is asked about, without the words of asking."""
    text = re.sub(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?", " ", text)      # when it happened, not what
    for word in _ASKING:
        text = text.replace(word, " ")
    return frozenset(term for term in grams(text) if len(term) > 1 or term.isascii())


def searchable(passage: Passage) -> str:
    """Everything a question may touch of a passage: title, headings, locator, text, lay questions."""
    return " ".join((passage.title, passage.version.label, *passage.heading_path, passage.locator, passage.text,
                     *passage.questions))


def weights(text: str, expansions: Sequence[str], rarity: Rarity, story: str = "") -> dict[str, float]:
    """Terms of a question with their rarity; those of the legal terms added to it, and of the story it ends, count for less."""
    asked = asked_terms(text)
    legal = {term for phrase in expansions for term in grams(phrase) if len(term) > 1} - asked
    told = asked_terms(story) - asked - legal
    rare = rarity(sorted(asked | legal | told))
    return {term: share * rare.get(term, 0.0) for terms, share in ((asked, 1.0), (legal, _EXPANDED), (told, _TOLD)) for term in terms}


def likeness(text: str, questions: Sequence[str], rarity: Rarity) -> float:
    """How closely a question is one of the lay questions of a passage: rarity-weighted Dice, the best of them."""
    asked = asked_terms(text)
    known = [terms for question in questions if asked & (terms := asked_terms(question))]
    rare = rarity(sorted(asked.union(*known))) if known else {}

    def weight(terms: frozenset[str]) -> float:
        return sum(rare.get(term, 0.0) for term in terms)
    return max((2 * weight(asked & terms) / (weight(asked) + weight(terms) or 1.0) for terms in known), default=0.0)


def pairs(text: str) -> set[str]:
    """The character bigrams of a text, with its numbers and Latin words."""
    return {term for term in grams(text) if len(term) > 1}


def shared(sentence: str, paragraph: str) -> float:
    """Share of a sentence's bigrams that a 款 contains."""
    said = pairs(sentence)
    return len(said & set(grams(paragraph))) / len(said) if said else 0.0


def covers(passage: Passage, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms anywhere in a passage."""
    return _share(searchable(passage), weights)


def inside(sentence: str, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms in the sentence itself."""
    return _share(sentence, weights)


def _share(text: str, weights: Mapping[str, float]) -> float:
    return sum(weights[term] for term in held(text, weights)) / (sum(weights.values()) or 1.0)


def headings(passage: Passage) -> frozenset[str]:
    """The terms of what stands above a passage's sentences: title, headings, locator, lay questions."""
    return frozenset(grams(" ".join((passage.title, *passage.heading_path, passage.locator, *passage.questions))))


def overlap(sentence: str, above: Collection[str], weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms in the sentence; those only in its `headings` count for less."""
    total = sum(weights.values())
    if not total:
        return 0.0
    said = dict.fromkeys(held(sentence, weights))
    return (sum(weights[term] for term in said) + 0.3 * sum(w for t, w in weights.items() if t in above and t not in said)) / total
