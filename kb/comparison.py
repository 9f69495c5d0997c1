"""Two versions of a text, article against article: what stayed, moved, was reworded, split, merged, is new or gone. Pure.

Only what `kb.text.fold` keeps apart counts as a difference: width, punctuation width and blanks do not.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from kb.text import fold, parse_numeral
from kb.types import Passage, ordinal_numeral

__all__ = ["Article", "Change", "Pair", "Piece", "articles_of", "compare", "differences", "moves"]

# Measured on the version groups of the corpus (train/article_moves.py prints the table): articles that a reader takes
# for the same have a likeness above the first; unrelated ones of one law, which share its phrases, stay below the second.
_SAME = 0.5
_ALIKE = 0.3
_CLEAR = 0.1               # by how much the best must lead the second best where it is below _SAME
_NEIGHBOURS = 0.15         # enough between two neighbours that stayed neighbours
_REVISION = 0.5            # of the shorter text matched: below that it is another text, in which places mean nothing
_CONTAINED = 0.75          # share of an article that is found again in a longer one: it was split off, or merged into it
_STEP = 2                  # an unchanged run shorter than this between two changes reads better as changed


class Change(StrEnum):
    """What became of an article. The value is the word a reader sees."""

    UNCHANGED = "未变"
    REWORDED = "改文字"
    MOVED = "移条"
    MOVED_AND_REWORDED = "移条并改文字"
    SPLIT = "拆分"
    MERGED = "合并"
    NEW = "新增"
    GONE = "删去"


@dataclass(frozen=True, slots=True)
class Article:
    """A whole article; `number` and `sub` as in `Passage`."""

    locator: str
    number: int
    sub: int
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`old` is empty for what is new, `new` for what is gone; one of them has several where articles split or merged."""

    old: tuple[Article, ...]
    new: tuple[Article, ...]
    change: Change
    likeness: float = 0.0      # 0 to 1 of the texts paired; 1 for equal words


def articles_of(passages: Sequence[Passage]) -> tuple[Article, ...]:
    """The articles of one version in order, the parts of a long one joined. Other passages are left out."""
    texts: dict[tuple[str, int, int], list[str]] = {}
    for passage in passages:
        if passage.article is not None:
            texts.setdefault((passage.locator, passage.article, passage.sub), []).append(passage.text)
    return tuple(Article(*place, "\n".join(parts)) for place, parts in texts.items())


def compare(old: Sequence[Article], new: Sequence[Article]) -> tuple[Pair, ...]:
    """Every article of both sides, in the order of `new`; what is gone stands where it stood."""
    likeness = dict(_likenesses(old, new))
    matched = _matched(old, new, likeness)
    for i, j, score in _between(old, new, matched):
        matched[i], likeness[i, j] = j, score
    split = _contained(old, new, matched)
    merged = _contained(new, old, {j: i for i, j in matched.items()})
    return tuple(_ordered(old, new, matched, split, merged, likeness))


def moves(pairs: Sequence[Pair]) -> dict[int, int]:
    """Old number → new number wherever one article clearly became one other, whole numbers (without 之一) only.

    Less than half the same, an article counts as the same only where it also kept its place among the others.
    """
    single = [pair for pair in pairs if pair.old and pair.new and pair.change not in (Change.SPLIT, Change.MERGED)
              and not pair.old[0].sub and not pair.new[0].sub]
    found = sorted((pair.old[0].number, pair.new[0].number, pair.likeness) for pair in single)
    kept = _in_place([new for _, new, _ in found])
    return {old: new for (old, new, likeness), stayed in zip(found, kept, strict=True) if stayed or likeness >= _SAME}


def _in_place(numbers: Sequence[int]) -> list[bool]:
    """Which members belong to a longest increasing run of the sequence: the order that most articles kept."""
    before = [1] * len(numbers)
    for i, number in enumerate(numbers):
        before[i] += max((before[k] for k in range(i) if numbers[k] < number), default=0)
    after = [1] * len(numbers)
    for i in reversed(range(len(numbers))):
        after[i] += max((after[k] for k in range(i + 1, len(numbers)) if numbers[k] > numbers[i]), default=0)
    longest = max(before, default=0)
    return [b + a - 1 == longest for b, a in zip(before, after, strict=True)]


Likenesses = Mapping[tuple[int, int], float]


def _likenesses(old: Sequence[Article], new: Sequence[Article]) -> Likenesses:
    """Dice coefficient of the shared character pairs, rare ones counting more: what every article of a law says
    (违反本法规定，由…责令改正) tells little. Pairs that share no rare characters are not compared."""
    ours, theirs = [_pairs(a.text) for a in old], [_pairs(a.text) for a in new]
    spread = Counter(gram for counted in (*ours, *theirs) for gram in counted)
    total = len(ours) + len(theirs)
    weight = {gram: math.log(total / count) + 0.1 for gram, count in spread.items()}
    telling = {gram for gram, count in spread.items() if count <= max(4, total // 10)}
    holding: dict[str, list[int]] = defaultdict(list)
    for j, counted in enumerate(theirs):
        for gram in counted.keys() & telling:
            holding[gram].append(j)
    sizes = [sum(weight[g] * n for g, n in counted.items()) for counted in (*ours, *theirs)]
    found = {}
    for i, counted in enumerate(ours):
        for j in {j for gram in counted.keys() & telling for j in holding[gram]}:
            shared = sum(weight[g] * min(n, theirs[j][g]) for g, n in counted.items() if g in theirs[j])
            found[i, j] = 2 * shared / ((sizes[i] + sizes[len(ours) + j]) or 1.0)
    return found


def _pairs(text: str) -> Counter[str]:
    folded = fold(text)
    return Counter(folded[k:k + 2] for k in range(max(len(folded) - 1, 1)))


def _matched(old: Sequence[Article], new: Sequence[Article], likeness: Likenesses) -> dict[int, int]:
    """Old index → new index, the most alike first; of equally alike ones those that keep their number or their place."""
    equal = _equal(old, new)
    scores = {**likeness, **dict.fromkeys(equal, 1.0)}

    def order(pair: tuple[int, int]) -> tuple[float, bool, float, int, int]:
        i, j = pair
        place = abs(i / (len(old) or 1) - j / (len(new) or 1))
        return -round(scores[pair], 2), old[i].locator != new[j].locator, round(place, 3), i, j

    matched: dict[int, int] = {}
    taken: set[int] = set()
    for i, j in sorted((pair for pair, score in scores.items() if score >= _ALIKE), key=order):
        if i not in matched and j not in taken and _clear(i, j, scores, matched, taken):
            matched[i] = j
            taken.add(j)
    return matched


def _equal(old: Sequence[Article], new: Sequence[Article]) -> list[tuple[int, int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for j, article in enumerate(new):
        places[fold(article.text)].append(j)
    return [(i, j) for i, article in enumerate(old) for j in places.get(fold(article.text), ())]


def _clear(i: int, j: int, scores: Likenesses, matched: Mapping[int, int], taken: set[int]) -> bool:
    if scores[i, j] >= _SAME:
        return True
    rivals = [score for (a, b), score in scores.items() if (a == i) != (b == j) and a not in matched and b not in taken]
    return scores[i, j] - max(rivals, default=0.0) >= _CLEAR


_REFERENCE = re.compile(r"(?<!》)第([零一二三四五六七八九十百千]+)条")


def _between(old: Sequence[Article], new: Sequence[Article],
             matched: Mapping[int, int]) -> Iterator[tuple[int, int, float]]:
    """What is left over on both sides between two matched neighbours is likely the same article, more changed.

    Their references are compared too, as the new text numbers them: 违反本法第十二条 and 违反本法第十三条 may be one rule.
    """
    if len(matched) < _REVISION * min(len(old), len(new)):
        return
    numbers = {old[i].number: new[j].number for i, j in matched.items()}
    left = [replace(article, text=_renumbered(article.text, numbers)) for article in old]
    open_old = [i for i in range(len(old)) if i not in matched]
    open_new = [j for j in range(len(new)) if j not in matched.values()]
    scores = _likenesses([left[i] for i in open_old], [new[j] for j in open_new])
    found = {(open_old[a], open_new[b]): score for (a, b), score in scores.items()
             if score >= _NEIGHBOURS and _in_order(open_old[a], open_new[b], matched)
             and _same_references(left[open_old[a]].text, new[open_new[b]].text)}
    for (i, j), score in found.items():
        if score == max(s for (a, b), s in found.items() if a == i or b == j):
            yield i, j, score


def _renumbered(text: str, numbers: Mapping[int, int]) -> str:
    def today(reference: re.Match[str]) -> str:
        number = numbers.get(parse_numeral(reference[1]) or 0)
        return f"第{ordinal_numeral(number)}条" if number else reference[0]

    return _REFERENCE.sub(today, text)


def _same_references(old: str, new: str) -> bool:
    ours, theirs = set(_REFERENCE.findall(old)), set(_REFERENCE.findall(new))
    return bool(ours & theirs) or not (ours and theirs)


def _in_order(i: int, j: int, matched: Mapping[int, int]) -> bool:
    """Whether the nearest matched neighbours on both sides have theirs on the same sides."""
    before = max((k for k in matched if k < i), default=None)
    after = min((k for k in matched if k > i), default=None)
    return (before is None or matched[before] < j) and (after is None or j < matched[after])


def _contained(whole: Sequence[Article], parts: Sequence[Article], matched: Mapping[int, int]) -> dict[int, int]:
    """Part index → index of the whole it came out of: unmatched, and most of its words stand in that one alone."""
    left = [j for j in range(len(parts)) if j not in matched.values()]
    sources = {i: _pairs(whole[i].text) for i in matched} if left else {}
    found = {}
    for j in left:
        counted = _pairs(parts[j].text)
        shares = sorted(((sum((counted & source).values()) / (counted.total() or 1), i) for i, source in sources.items()),
                        reverse=True)
        if shares and shares[0][0] >= _CONTAINED:
            found[j] = shares[0][1]
    return found


def _ordered(old: Sequence[Article], new: Sequence[Article], matched: Mapping[int, int], split: Mapping[int, int],
             merged: Mapping[int, int], likeness: Likenesses) -> Iterator[Pair]:
    origin = {j: i for i, j in matched.items()}
    gone = [i for i in range(len(old)) if i not in matched and i not in merged]
    for j, article in enumerate(new):
        i = origin.get(j)
        while gone and (i is not None and gone[0] < i):
            yield Pair((old[gone.pop(0)],), (), Change.GONE)
        if i is None:
            if j not in split:
                yield Pair((), (article,), Change.NEW)
            continue
        parts = tuple(new[k] for k in sorted({j, *(k for k, of in split.items() if of == i)}))
        sources = tuple(old[k] for k in sorted({i, *(k for k, into in merged.items() if into == j)}))
        if len(parts) > 1 or len(sources) > 1:
            yield Pair(sources, parts, Change.SPLIT if len(parts) > 1 else Change.MERGED, likeness.get((i, j), 0.0))
        else:
            yield _pair(old[i], article, likeness.get((i, j), 0.0))
    for i in gone:
        yield Pair((old[i],), (), Change.GONE)


def _pair(old: Article, new: Article, likeness: float) -> Pair:
    same, stays = fold(old.text) == fold(new.text), old.locator == new.locator
    change = {(True, True): Change.UNCHANGED, (True, False): Change.MOVED, (False, True): Change.REWORDED,
              (False, False): Change.MOVED_AND_REWORDED}[same, stays]
    return Pair((old,), (new,), change, 1.0 if same else likeness)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a comparison: words of both sides where they agree, else what was taken out and what was put in."""

    same: str = ""
    removed: str = ""
    added: str = ""


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """The runs of the two texts in order: `same` (as in `new`) and `added` make up `new`, all of it."""
    before, after = _CHARACTER.findall(old), _CHARACTER.findall(new)
    matcher = SequenceMatcher(None, [fold(c) for c in before], [fold(c) for c in after], autojunk=False)
    pieces: list[Piece] = []
    for _, a, b, c, d in matcher.get_opcodes():
        removed, added = "".join(before[a:b]), "".join(after[c:d])
        if fold(removed) == fold(added) and (d - c >= _STEP or not pieces or d == len(after)):
            pieces.append(Piece(same=added))
        elif pieces and not pieces[-1].same:
            pieces[-1] = Piece(removed=pieces[-1].removed + removed, added=pieces[-1].added + added)
        else:
            pieces.append(Piece(removed=removed, added=added))
    return tuple(pieces)


_CHARACTER = re.compile(r"\s*\S\s*|\s+")      # with the blanks around it, which are no difference
