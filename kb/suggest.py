"""Three questions to ask next: lay questions of the passages near an answer that can be shown to somebody else and are answered."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.excerpt import ASIDE, section_of
from kb.leaning import Leans, leans, plain, without_then
from kb.lexicon import Lexicon
from kb.ports import PassageStore
from kb.slots import subjects
from kb.text import grams
from kb.topic import is_bare
from kb.types import Audience, Citation, Hit, Kind, Passage, Tier

__all__ = ["near", "presentable", "suggested"]

_SUGGESTED, _TRIED = 3, 40
_SHORTEST, _LONGEST = 7, 28      # characters of a question that fits on a button
_META = re.compile(r"指南|本篇|这篇|本库|举例|练习|自测|用英文|英文怎么|[a-z,?!「」“”]|[？。！].")
_REFERS = re.compile(r"他|她|它|[这那](个|种|条|项|样|些)|本条|该|上面|前面|其(?!他|它|中|余|实)|此")


def presentable(question: str, lexicon: Lexicon) -> bool:
    """Whether a lay question can be shown to somebody else: in full, spelt right, with a subject, leaning on nothing.

    Lay questions are written to be found by: many are misspelt on purpose, or say no more than 立案要多久.
    """
    asked = without_then(plain(question))
    return (_looks_presentable(question) and lexicon.correct(question) == question and leans(asked, "") is Leans.NOT
            and not is_bare(asked, general=True) and bool(subjects(question)))


def _looks_presentable(question: str) -> bool:
    return (question.endswith("？") and _SHORTEST <= len(question) <= _LONGEST and not _META.search(question)
            and not _REFERS.search(question))


# --- where to look ----------------------------------------------------------------------------------------------------------

_HITS, _NEIGHBOURS = 15, 2
_SAME_GUIDE, _NEXT_ARTICLE = 0.75, 0.6           # of the score of the best hit


def near(hits: Sequence[Hit], citations: Sequence[Citation], spent: Sequence[Passage], store: PassageStore) -> list[tuple[Passage, float]]:
    """Passages near an answer with their nearness (1 for the best hit): what else was found, the other sections of the guide it
    rests on, and the articles beside the one it cites first. `spent` are the passages that have just been said, in whatever words."""
    top = max((hit.score for hit in hits[:_HITS]), default=1.0) or 1.0
    found = [(hit.passage, min(hit.score / top, 1.0)) for hit in hits[:_HITS]]
    said = set(map(_place, spent))
    if guide := next((p for p, _ in found if p.version.kind is Kind.GUIDE and _place(p) in said), None):
        found += [(p, _SAME_GUIDE) for p in store.passages_of(guide.version.id)]
    if law := next((c.passage for c in citations if c.passage.version.kind is not Kind.GUIDE), None):
        found += [(p, _NEXT_ARTICLE) for p in store.around(law.id, _NEIGHBOURS)]
    best: dict[str, tuple[Passage, float]] = {}
    for source, nearness in found:
        if _place(source) not in said and section_of(source) not in ASIDE:
            for passage in (source, *_digests(source, store)):
                best[passage.id] = max(best.get(passage.id, (passage, 0.0)), (passage, nearness), key=lambda known: known[1])
    return list(best.values())


def _place(passage: Passage) -> tuple[str, str]:
    return passage.version.document, passage.locator


def _digests(passage: Passage, store: PassageStore) -> list[Passage]:
    """Our digests of an official article, which have most of the questions that are well put."""
    if passage.version.tier is not Tier.OFFICIAL:
        return []
    document = passage.version.document
    same = store.article(document, passage.article, passage.sub) if passage.article else store.located(document, passage.locator)
    return [p for p in same if p.version.tier is Tier.DIGEST and p.version.label == passage.version.label]


# --- which to show -----------------------------------------------------------------------------------------------------------

_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in (
    ("evidence", "证据|证明|取证|举证|鉴定"), ("money", "赔|罚|补偿|多少钱|费用|违约金"), ("crime", "坐牢|判刑|报案|立案|犯罪|判几年|刑"),
    ("time", "多久|几年|多长|期限|时效|什么时候|几天|哪年|几个月"), ("who", "找谁|哪里|哪个|谁|归"), ("steps", "怎么|如何|怎样|流程|手续|步骤|准备"),
    ("concept", "什么|区别|不同|哪些|要件|条件|哪几"), ("may", "吗|能不能|算不算|行不行")))
_EMPLOYEE = re.compile(r"老板|单位(让|要|给|不)我|公司(让|要|不给|给|管得着)我|我(?!们|司|家|厂|店|公司).{0,8}(离职|跳槽|辞职|竞业|上班|被辞|签)|"
                       r"新东家|老东家|前公司")
_OTHERS_AFFAIRS = 0.5        # a question of an employee's, for an owner
_UNRELATED, _SAME_KIND = 0.35, 0.2
_TOO_LIKE_THE_QUESTION, _TOO_LIKE_EACH_OTHER = 0.5, 0.4
_TERM = re.compile(r"是什么意思|什么叫")


def suggested(asked: str, earlier: Iterable[str], audience: Audience, around: Sequence[tuple[Passage, float]],
              fit: Callable[[str], bool], otherwise: Sequence[str] = ()) -> tuple[str, ...]:
    """Three lay questions of the passages `around` an answer, the best first: on its subject, unlike what was asked and unlike each
    other, one a passage, of different kinds where that can be had, such as this audience would ask, and `fit`, which is asked of few.
    What is missing is taken from `otherwise`."""
    said = [_pairs(text) for text in (asked, *earlier)]

    def is_new(question: str) -> bool:
        return all(_likeness(_pairs(question), words) < _TOO_LIKE_THE_QUESTION for words in said)
    offers = [_Offer(question, passage, nearness) for passage, nearness in around if passage.version.audience in ("", audience)
              for question in passage.questions if _looks_presentable(question) and is_new(question)]
    worth = {offer: offer.worth(asked, audience) for offer in offers}
    kinds, chosen, tried = {_kind(asked)}, list[str](), 0
    while worth and len(chosen) < _SUGGESTED and tried < _TRIED:
        best = max(worth, key=lambda offer: (worth[offer] - _SAME_KIND * (_kind(offer.question) in kinds), offer.question))
        tried += 1
        if not fit(best.question):
            del worth[best]
            continue
        chosen.append(best.question)
        kinds.add(_kind(best.question))
        worth = {offer: value for offer, value in worth.items() if offer.passage.id != best.passage.id
                 and _likeness(_pairs(offer.question), _pairs(best.question)) < _TOO_LIKE_EACH_OTHER}
    return tuple(chosen + [question for question in otherwise if is_new(question)])[:_SUGGESTED]


@dataclass(frozen=True, eq=False)
class _Offer:
    question: str
    passage: Passage
    nearness: float

    def worth(self, asked: str, audience: Audience) -> float:
        worth = self.nearness + _likeness(_pairs(self.question), _pairs(asked)) - _UNRELATED * _is_unrelated(self.question, asked)
        if bool(_EMPLOYEE.search(self.question)) > bool(_EMPLOYEE.search(asked)) and audience is not Audience.STATION:
            worth -= _OTHERS_AFFAIRS
        if audience is Audience.TRAINEE:
            return worth + 0.2 * (_kind(self.question) == "concept") + 0.2 * (self.passage.version.audience == audience)
        worth -= 0.3 * bool(_TERM.search(self.question))
        if audience is Audience.STATION:
            return worth + 0.2 * (self.passage.version.audience == audience) - 0.01 * len(self.question)
        return worth + 0.1 * (self.passage.version.tier is Tier.GUIDE)


def _is_unrelated(question: str, asked: str) -> bool:
    """Whether neither names a subject of the other's."""
    return not any(subject in asked for subject in subjects(question)) and not any(subject in question for subject in subjects(asked))


@lru_cache(maxsize=4096)
def _kind(question: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(question)), "")


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(term for term in grams(text) if len(term) > 1)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice over pairs of characters."""
    return 2 * len(one & other) / (len(one) + len(other) or 1)
