"""Exact lookup + words + meaning, of the text and of the lay questions → fuse → version filter → authority → digests
and guides lead to the law itself.

The weights and why they are as they are: measured on real lay questions (weighted sum slightly better than reciprocal
rank fusion; a prior for authority worth five points of Recall@10), see ARCHITECTURE.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

from kb.basis import refs_to_current_law
from kb.currency import Standing, trust
from kb.excerpt import ASIDE, section_of
from kb.glossary import TITLE
from kb.ports import PassageIndex, PassageStore, Reranker
from kb.registry import without_excerpt
from kb.statute import short_title
from kb.text import fold
from kb.types import Hit, Passage, Tier, Version
from kb.understand import Inquiry, Intent

__all__ = ["Retriever", "Weights"]

_CANDIDATES = 150            # of each list
_LONG = 50
_NAMED_DOCUMENT_BONUS = 0.35
_BASIS_SHARE = 0.75          # how much of a guide's score the articles of its 依据 line inherit
_BASIS_ALONE = 0.5           # the same where the question does not find the article by itself
_ELSEWHERE = 0.55            # a rule of another place, when no place or another one was asked for; an amending decision
_BESIDE_THE_POINT = 0.75            # what a term means, where something else is asked; what to do afterwards, where it is to be prevented
_AFTERWARDS = ("怎么办", "72小时")     # end the titles of guides for what has happened already
_FOR_OTHERS = 0.85           # a guide written for another audience than the one asking
_HOME = "武汉"                # where this library is at home: its rules need not be asked for by place
_DIGEST_LEVEL = 4            # a digest leads to its article and stands beside regulations; a guide has no authority of its own
_GUIDE_LEVEL = 0
_SECTIONS_OF_A_GUIDE = 3     # at most so many of one guide: the rest of the page is for the law
_FOLLOWED = 40               # hits that are read beyond those asked for: several lead to one article, or say the same
_FOLLOWED_GUIDES = 3
_RERANKED = 30               # hits that a cross-encoder reads
_EXACT = 10.0
_AHEAD = 0.001


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts for: BM25 as a share of the best text's, meaning as cosine similarity, authority for each
    level."""

    text: float = 1.0            # 字面: BM25 over title, headings and text
    asked: float = 0.5           # 问法: BM25 over the lay questions, squared
    terms: float = 0.35          # 法律用语: BM25 of the legal terms for lay ones
    meaning: float = 1.0         # 语义
    asked_meaning: float = 1.5   # 近似问法: the most similar lay question, squared
    authority: float = 0.1       # 效力层级


@dataclass(frozen=True)
class Retriever:
    """Finds the passages in force on the asked day that bear on an inquiry, in a library as it is when first searched."""

    index: PassageIndex
    store: PassageStore
    standing: Standing | None = None     # of the store, where it outlives this retriever
    weights: Weights = Weights()
    reranker: Reranker | None = None

    def search(self, inquiry: Inquiry, top: int = 20) -> list[Hit]:
        """Best first, without near-duplicates."""
        hits = self._judged(self._signals(_searched(inquiry), inquiry.expansions, max(_CANDIDATES, 2 * top)), inquiry, top)
        hits = self._reranked(self._through_to_the_law(hits, inquiry, top), inquiry)
        hits = self._exact(inquiry) + self._official_first(hits, inquiry)
        return _diverse(sorted(hits, key=lambda hit: (-hit.score, hit.passage.id)))[:top]

    def _signals(self, text: str, expansions: tuple[str, ...], candidates: int) -> "list[_Signal]":
        """What each way of looking finds, weighted.

        What is shared with a text or a question counts as a share of the best text's: a question that has little of the
        query must not count as the best of its list.
        """
        index, weights = self.index, self.weights
        texts = index.lexical(text, candidates)
        best = max((score for _, score in texts), default=1.0)
        terms = index.lexical(" ".join(expansions), candidates) if expansions else []
        return [_Signal("字面", weights.text, texts, best),
                _Signal("问法", weights.asked, index.asked(text, candidates), best, power=2),
                _Signal("法律用语", weights.terms, terms, max((score for _, score in terms), default=1.0)),
                _Signal("语义", weights.meaning, index.nearest(text, candidates)),
                _Signal("近似问法", weights.asked_meaning, index.nearest_asked(text, candidates), power=2)]

    def _judged(self, signals: "Sequence[_Signal]", inquiry: Inquiry, top: int) -> list[Hit]:
        """The best candidates by everything that counts. Reading a passage costs more than finding it, so its version
        decides first whether it is in force and how far authority brings it."""
        versions, version_ids = {version.id: version for version in self._standing.versions()}, self.store.version_ids()
        regards: dict[str, _Regard | None] = {}
        scores: dict[str, float] = {}
        for passage_id, score in _sums(signals).items():
            version_id = version_ids.get(passage_id, "")
            if version_id not in regards:
                version = versions.get(version_id)
                regards[version_id] = self._regard(version, inquiry) if version and self._wanted(version, inquiry) else None
            if regard := regards[version_id]:
                scores[passage_id] = regard.applied_to(score)
        best = sorted(scores, key=lambda id_: (-scores[id_], id_))[:top + max(top, _FOLLOWED)]
        return [self._hit(passage, signals, inquiry) for passage in self.store.passages(best).values()]

    def _hit(self, passage: Passage, signals: "Sequence[_Signal]", inquiry: Inquiry) -> Hit:
        shares = {signal.name: signal.share_of(passage.id) for signal in signals if passage.id in signal.scores}
        regard = self._regard(passage.version, inquiry)
        if passage.version.tier is Tier.GUIDE and section_of(passage) in ASIDE:
            regard = regard.times(_ELSEWHERE, "读者说明或假设的例子，不是规则")
        return Hit(passage, regard.applied_to(sum(shares.values())),
                   (*(f"{name} {share:.2f}" for name, share in shares.items()), *regard.why))

    def _regard(self, version: Version, inquiry: Inquiry) -> "_Regard":
        """What does not depend on the words: authority, a named document, the place."""
        level = {Tier.OFFICIAL: version.kind.authority, Tier.DIGEST: _DIGEST_LEVEL, Tier.GUIDE: _GUIDE_LEVEL,
                 Tier.USER: 0}[version.tier]
        regard = _Regard().plus(self.weights.authority * level, f"效力层级 {level}")
        if version.tier is Tier.GUIDE and inquiry.beforehand and version.title.endswith(_AFTERWARDS):
            regard = regard.times(_BESIDE_THE_POINT, "讲事后怎么办，问的是事前")
        if version.tier is Tier.GUIDE and version.title == TITLE and inquiry.intent is not Intent.DEFINITION:
            regard = regard.times(_BESIDE_THE_POINT, "术语解释，问的不是含义")
        if version.audience and version.audience != inquiry.question.audience:
            regard = regard.times(_FOR_OTHERS, "写给其他读者")
        if version.document in inquiry.documents:
            regard = regard.plus(_NAMED_DOCUMENT_BONUS, "点名的文件")
        if "修正案" in version.title or "的决定" in version.title:
            regard = regard.times(_ELSEWHERE, "修改决定，不是条文本身")
        if version.place and _HOME not in version.place and (not inquiry.place or inquiry.place not in version.place):
            regard = regard.times(_ELSEWHERE, f"仅适用于{version.place}")
        return regard

    def _exact(self, inquiry: Inquiry) -> list[Hit]:
        """The articles the question names, in the order it names them."""
        return [Hit(passage, _EXACT - 0.01 * position, (f"指名 {ref}",))
                for position, ref in enumerate(inquiry.refs)
                for passage in self.governing(ref.document, ref.article, ref.sub, inquiry)]

    def governing(self, document: str, article: int, sub: int, inquiry: Inquiry) -> list[Passage]:
        """An article's text in the version named, else in force on the asked day: the official one, else its digest."""
        found = self.store.article(document, article, sub)
        found = _of_version_named(found, inquiry) or [p for p in found if self._wanted(p.version, inquiry)]
        for tier in (Tier.OFFICIAL, Tier.DIGEST, Tier.USER):
            if chosen := [p for p in found if p.version.tier is tier]:
                return chosen
        return []

    def _through_to_the_law(self, hits: list[Hit], inquiry: Inquiry, top: int) -> list[Hit]:
        """A digest gives way to the article it digests; the best guides bring along the articles of their 依据 lines."""
        ranked = sorted(hits, key=lambda hit: -hit.score)
        guides = [hit for hit in ranked if hit.passage.version.tier is Tier.GUIDE][:_FOLLOWED_GUIDES]
        led = [found for hit in ranked for found in self._official_for(hit, inquiry)]
        found_too = {hit.passage.id for hit in led}
        led += [found for guide in guides for found in self._behind(guide, inquiry, found_too)]
        # Worst first, so that of several ways to one passage the best remains.
        return list({hit.passage.id: hit for hit in sorted(led, key=lambda hit: hit.score)}.values())

    def _official_for(self, hit: Hit, inquiry: Inquiry) -> list[Hit]:
        """The hit itself, or the official articles it digests where they are held."""
        if hit.passage.version.tier is not Tier.DIGEST or hit.passage.version.document not in self._official_documents:
            return [hit]
        official = [p for p in self._same_place(hit.passage)
                    if p.version.tier is Tier.OFFICIAL and self._wanted(p.version, inquiry)]
        return [replace(hit, passage=p, why=(*hit.why, "经要点")) for p in official] or [hit]

    def _behind(self, guide: Hit, inquiry: Inquiry, found_too: set[str]) -> list[Hit]:
        """The articles of a guide's 依据 line; those the question finds by itself as well count for more."""
        refs = dict.fromkeys((ref.document, ref.article, ref.sub)
                             for ref in refs_to_current_law(guide.passage.basis))
        return [Hit(p, guide.score * (_BASIS_SHARE if p.id in found_too else _BASIS_ALONE),
                    (*guide.why, f"依据《{guide.passage.title}》"))
                for ref in refs for p in self.governing(*ref, inquiry)]

    def _reranked(self, hits: list[Hit], inquiry: Inquiry) -> list[Hit]:
        """The best hits in the order of a configured cross-encoder. The scores stay with the places, because what answers
        from them knows how high the score of a hit is that bears on the question."""
        if self.reranker is None or not hits:
            return hits
        hits = sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
        best = hits[:_RERANKED]
        read = self.reranker.scores(inquiry.told, [f"{h.passage.title}\n{h.passage.locator}\n{h.passage.text}" for h in best])
        order = sorted(range(len(best)), key=lambda i: -read[i])
        return [replace(best[i], score=place.score, why=(*best[i].why, f"重排 {read[i]:.2f}，原第 {i + 1}"))
                for place, i in zip(best, order, strict=True)] + hits[_RERANKED:]

    def _official_first(self, hits: list[Hit], inquiry: Inquiry) -> list[Hit]:
        """An article somebody added never comes before the official one, which is brought along where it was not found."""
        best = {hit.passage.id: hit for hit in hits}
        for hit in hits:
            if hit.passage.version.tier is not Tier.USER or hit.passage.version.document not in self._official_documents:
                continue
            for official in self._same_place(hit.passage):
                if official.version.tier is Tier.OFFICIAL and self._wanted(official.version, inquiry):
                    found = best.get(official.id, Hit(official, 0.0, hit.why))
                    best[official.id] = replace(found, score=max(found.score, hit.score + _AHEAD))
        return list(best.values())

    def _wanted(self, version: Version, inquiry: Inquiry) -> bool:
        day = inquiry.question.as_of
        return inquiry.question.all_versions or (version.in_force_on(day)
                                                 and version.id not in self._overtaken(day))

    def _overtaken(self, day: date) -> frozenset[str]:
        if day not in self._overtaken_by_day:
            self._overtaken_by_day[day] = self._standing.overtaken(day)
        return self._overtaken_by_day[day]

    @cached_property
    def _overtaken_by_day(self) -> dict[date, frozenset[str]]:
        return {}

    @cached_property
    def _standing(self) -> Standing:
        return self.standing or Standing(self.store.versions, lambda: None)

    @cached_property
    def _official_documents(self) -> frozenset[str]:
        return frozenset(v.document for v in self._standing.versions() if v.tier is Tier.OFFICIAL)

    def _same_place(self, passage: Passage) -> list[Passage]:
        if passage.article is not None:
            return self.store.article(passage.version.document, passage.article, passage.sub)
        return self.store.located(passage.version.document, passage.locator)


@dataclass(frozen=True, slots=True)
class _Regard:
    """How what a text says about itself changes the score its words have earned."""

    factor: float = 1.0
    bonus: float = 0.0
    why: tuple[str, ...] = ()

    def plus(self, bonus: float, why: str) -> "_Regard":
        return _Regard(self.factor, self.bonus + bonus, (*self.why, why))

    def times(self, factor: float, why: str) -> "_Regard":
        return _Regard(self.factor * factor, self.bonus * factor, (*self.why, why))

    def applied_to(self, score: float) -> float:
        return self.factor * score + self.bonus


class _Signal:
    """What one way of looking found: the score of each passage above what being in a long list is worth by itself.

    What a long list leaves out may be as good as its last entry: only what is better than that counts. Lay questions count
    by the square: one that is nearly the same says where to look, one that is a little alike only says that somebody wrote
    questions about that law. Nor does one short question alone count for more than the best text.
    """

    def __init__(self, name: str, weight: float, found: list[tuple[str, float]], whole: float = 1.0, power: int = 1) -> None:
        self.name, self.scores = name, dict(found)
        self._weight, self._whole, self._power = weight, whole, power
        self._floor = max(found[-1][1], 0.0) if len(found) >= _LONG else 0.0

    def share_of(self, passage_id: str) -> float:
        above = (self.scores[passage_id] - self._floor) / self._whole
        return float(self._weight * min(max(above, 0.0), 1.0) ** self._power)


def _sums(signals: Iterable[_Signal]) -> dict[str, float]:
    """By passage id, over all signals."""
    sums: dict[str, float] = {}
    for signal in signals:
        for passage_id in signal.scores:
            sums[passage_id] = sums.get(passage_id, 0.0) + signal.share_of(passage_id)
    return sums


def _searched(inquiry: Inquiry) -> str:
    """What is asked beside the documents named; a story with its point said so often that it weighs half as much as the rest."""
    if not inquiry.story:
        return inquiry.topic or inquiry.text
    return "\n".join([inquiry.text] * max(1, len(inquiry.story) // (2 * len(inquiry.text))) + [inquiry.story])


def _of_version_named(found: list[Passage], inquiry: Inquiry) -> list[Passage]:
    """Those of the version that the question names, by its year, its number or the title that only it has."""
    if inquiry.version_year and (of_year := [p for p in found if inquiry.version_year in p.version.label]):
        return of_year
    asked = fold(inquiry.text)
    if numbered := [p for p in found if p.version.number and fold(p.version.number) in asked]:
        return numbered
    titles = {p.id: fold(short_title(without_excerpt(p.version.title))) for p in found}
    named = max((title for title in titles.values() if title in asked), key=len, default="")
    return [p for p in found if titles[p.id] == named] if len(set(titles.values())) > 1 else []


_said = lru_cache(maxsize=20_000)(fold)


def _diverse(hits: list[Hit]) -> list[Hit]:
    """The same text once, the most trusted copy of it, with its other places (an excerpt beside the whole law, a user's
    copy beside the official text); of one guide a few sections only."""
    copies: dict[str, list[Hit]] = {}
    sections: Counter[str] = Counter()
    for hit in hits:
        text, version = _said(hit.passage.text), hit.passage.version
        sections[version.id] += version.tier is Tier.GUIDE
        if sections[version.id] <= _SECTIONS_OF_A_GUIDE:
            copies.setdefault(text, []).append(hit)
    return [_together(alike) for alike in copies.values()]


def _together(alike: list[Hit]) -> Hit:
    """One hit with the best score of all copies."""
    passages = {hit.passage.id: hit.passage for hit in alike}.values()
    first, *others = sorted(passages, key=lambda p: (-trust(p.version), p.version.tier is not Tier.OFFICIAL,
                                                     without_excerpt(p.version.title) != p.version.title))
    return replace(alike[0], passage=first, also=tuple(others))
