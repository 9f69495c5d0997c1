"""The answer without a model: the sentence that answers, its legal basis quoted exactly, steps where the library has them.

It selects and arranges; it never rewrites a figure. Everything it says carries the passage it came from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kb.ports import PassageStore
from kb.retrieve import asked_terms
from kb.statute import parse_ref, short_title
from kb.text import grams, sentences
from kb.types import Citation, Claim, Hit, Kind, Part, Passage, Tier, ordinal_numeral
from kb.understand import Inquiry, Intent
from kb.verify import unsupported_tokens

__all__ = ["Composer", "Draft", "cite_as", "locator_of"]

_CONSIDERED = 8              # hits whose sentences compete to be the answer
_BASIS_LIMIT = 3
_STEP_LIMIT = 5
_LONGEST_QUOTE = 230
_RELATED = 0.72              # a further basis needs this share of the best hit's score

_INTENT_SIGNS: Mapping[Intent, str] = {
    Intent.AMOUNT: r"\d|[一二三四五六七八九十百千万亿两]+(元|万|倍|家|件|次|个|期|份|人|分|天|日)|百分之|%|按照|以下|以上|数额",
    Intent.DURATION: r"(\d|[一二三四五六七八九十两]+)(个?月|年|日|天|小时)|期限|有效期",
    Intent.DATE: r"\d{4}年|自.{0,20}起|[一二三四五六七八九十\d]+[月日]|年底",
    Intent.PENALTY: r"罚款|罚金|有期徒刑|拘役|没收|责令|处(?!理)",
    Intent.WHO: r"部门|法院|机关|人民政府|由|单位|人员|当事人|经营者",
    Intent.DEFINITION: r"是指|指的是|称为|即|包括|属于",
    Intent.PERMISSION: r"可以|不得|应当|必须|不属于|属于|不予|不能|无须|有权|不视为|不构成|予以支持|认定",
    Intent.STEPS: r"应当|可以|先|立即|请求|申请|向",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Claims with the citations they point at, numbered from 1, before checking."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that might answer. `cited` is what it is checked against: the article itself for a digest's words."""

    text: str
    source: Passage
    cited: Passage
    score: float


@dataclass
class _Sources:
    """Citations collected while composing; the same passage and quotation get one number."""

    found: list[Citation] = field(default_factory=list)

    def number(self, passage: Passage, quote: str) -> int:
        for citation in self.found:
            if citation.passage.id == passage.id and citation.quote == quote:
                return citation.n
        n = len(self.found) + 1
        self.found.append(Citation(n, passage, quote, locator_of(passage, quote)))
        return n


@dataclass(frozen=True)
class Composer:
    """Composes from retrieved hits. `rarity` weighs terms as the index does (`PassageIndex.rarity`)."""

    store: PassageStore
    rarity: Callable[[Sequence[str]], dict[str, float]]

    def compose(self, inquiry: Inquiry, hits: Sequence[Hit], parts: Sequence[Sequence[Hit]] = ()) -> Draft:
        """The draft for a question the library settles. `parts` holds the hits of each part of a multiple question."""
        sources = _Sources()
        claims: list[Claim] = []
        texts = inquiry.parts if len(parts) > 1 else (inquiry.text,)
        leads: list[_Candidate] = []
        for text, found in zip(texts, parts if len(parts) > 1 else (hits,), strict=True):
            leads += [lead for lead in self._lead(inquiry, text, found) if lead.text not in {c.text for c in leads}]
        leads = [self._carried_by_law(lead, hits) for lead in leads]
        claims += [self._direct(lead, sources) for lead in leads]
        claims += self._basis(inquiry, hits, leads, sources)
        claims += self._steps(inquiry, hits, sources)
        return Draft(tuple(claims), tuple(sources.found))

    def basis_only(self, inquiry: Inquiry, hits: Sequence[Hit]) -> Draft:
        """法律依据 alone: what the law attaches to something, for a question that is declined."""
        sources = _Sources()
        return Draft(tuple(self._basis(inquiry, hits, (), sources)), tuple(sources.found))

    def as_it_stood(self, draft: Draft, day: date) -> Draft:
        """The draft with the text of `day` beside each official article quoted in another version (two at most)."""
        sources = _Sources(list(draft.citations))
        claims = list(draft.claims)
        for citation in draft.citations:
            then = self._text_of_that_day(citation, day)
            if then and len(claims) - len(draft.claims) < 2:
                weights = self._weights(citation.quote, ())
                n = sources.number(then, self._best_quote(then, weights))
                stood = sources.found[n - 1]
                claims.append(Claim(f"{day.year}年有效的文本是{cite_as(then, stood.locator)}：“{stood.quote}”", (n,), Part.BASIS))
        return Draft(tuple(claims), tuple(sources.found))

    def _text_of_that_day(self, citation: Citation, day: date) -> Passage | None:
        """The article of the version then in force that is worded most like the cited one (its number may differ)."""
        cited = citation.passage
        if cited.version.tier is not Tier.OFFICIAL or cited.version.in_force_on(day):
            return None
        then = [v for v in self.store.versions() if v.document == cited.version.document and v.in_force_on(day)
                and v.tier is Tier.OFFICIAL]
        wanted = set(grams(cited.text))
        return max((p for v in then for p in self.store.passages_of(v.id)), default=None,
                   key=lambda p: len(wanted & set(grams(p.text))) / len(wanted | set(grams(p.text))))

    # -- the answer itself --------------------------------------------------------------------------------------

    def _lead(self, inquiry: Inquiry, text: str, hits: Sequence[Hit]) -> list[_Candidate]:
        """One sentence, or two of the same passage when the second answers as well."""
        if inquiry.refs and inquiry.intent in (Intent.LOOKUP, Intent.OTHER):
            return []
        ranked = sorted(self._candidates(inquiry, text, hits), key=lambda c: -c.score)
        if not ranked:
            return []
        best = ranked[0]
        second = next((c for c in ranked[1:] if c.source.id == best.source.id and c.score >= 0.8 * best.score
                       and len(c.text) + len(best.text) <= 180), None)
        return [best] if second is None else sorted((best, second), key=lambda c: c.source.text.find(c.text))

    def _candidates(self, inquiry: Inquiry, text: str, hits: Sequence[Hit]) -> list[_Candidate]:
        weights = self._weights(text, inquiry.expansions)
        top = hits[0].score if hits else 1.0
        found = []
        for hit in hits[:_CONSIDERED]:
            for source in (hit.passage, *self._companions(hit.passage)):
                own_words = source.version.tier in (Tier.DIGEST, Tier.GUIDE)
                for sentence in _statements(source):
                    score = (_overlap(sentence, source, weights) + 0.6 * hit.score / top + 0.12 * own_words
                             + 0.3 * bool(re.search(_INTENT_SIGNS.get(inquiry.intent, r"$^"), sentence))
                             - 0.2 * (len(sentence) > 150) - 0.3 * (len(sentence) < 12))
                    found.append(_Candidate(sentence, source, hit.passage, score))
        return found

    def _companions(self, passage: Passage) -> list[Passage]:
        """Our digest of an official article: the same rule in plainer words."""
        if passage.version.tier is not Tier.OFFICIAL:
            return []
        same = (self.store.article(passage.version.document, passage.article, passage.sub)
                if passage.article is not None else self.store.located(passage.version.document, passage.locator))
        return [p for p in same if p.version.tier is Tier.DIGEST and p.version.label == passage.version.label]

    def _weights(self, text: str, expansions: tuple[str, ...]) -> dict[str, float]:
        asked = asked_terms(text)
        legal = {term for phrase in expansions for term in grams(phrase) if len(term) > 1} - asked
        rarity = self.rarity(sorted(asked | legal))
        return {t: rarity.get(t, 0.0) for t in asked} | {t: 0.4 * rarity.get(t, 0.0) for t in legal}

    def _direct(self, lead: _Candidate, sources: _Sources) -> Claim:
        if lead.source.version.tier is Tier.OFFICIAL:
            n = sources.number(lead.source, lead.text)
            return Claim(f"{cite_as(lead.source, sources.found[n - 1].locator)}规定：“{lead.text}”", (n,))
        if lead.source.id == lead.cited.id:
            return Claim(lead.text, (sources.number(lead.source, lead.text),))
        # Our words, the law's authority: cite the article with the 款 of it that says the same.
        quote = self._best_quote(lead.cited, self._weights(lead.text, ()))
        return Claim(lead.text, (sources.number(lead.cited, quote),))

    def _carried_by_law(self, lead: _Candidate, hits: Sequence[Hit]) -> _Candidate:
        """A guide's sentence cites the article of its 依据 line that carries all its figures, where one does."""
        if lead.source.version.tier is not Tier.GUIDE:
            return lead
        behind = [h.passage for h in hits if any(f"依据《{lead.source.title}》" in why for why in h.why)]
        named = {ref.locator for written in lead.source.basis if (ref := parse_ref(written))}
        said = set(grams(lead.text))
        fitting = [p for p in behind if p.locator in named and not unsupported_tokens(lead.text, [p.text])]
        best = max(fitting, default=None, key=lambda p: len(said & set(grams(p.text))))
        if best is None or len(said & set(grams(best.text))) < 0.5 * len(said):
            return lead
        return replace(lead, cited=best)

    # -- 法律依据 ---------------------------------------------------------------------------------------------

    def _basis(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[_Candidate], sources: _Sources) -> list[Claim]:
        weights = self._weights(inquiry.text, inquiry.expansions)
        quoted = {c.passage.id for c in sources.found if c.passage.version.tier is Tier.OFFICIAL}
        claims = [Claim(f"{cite_as(c.passage, c.locator)}：“{c.quote}”", (c.n,), Part.BASIS)
                  for c in sources.found if c.passage.id in quoted and not any(c.quote in lead.text for lead in leads)]
        for passage in self._further(inquiry, hits, leads):
            if len(claims) >= _BASIS_LIMIT:
                break
            if passage.id in quoted or any(c.passage.id == passage.id for c in sources.found):
                continue
            whole = inquiry.intent is Intent.LOOKUP and bool(inquiry.refs)
            quote = passage.text if whole and len(passage.text) <= 700 else self._best_quote(
                passage, weights, _INTENT_SIGNS.get(inquiry.intent, r"$^"))
            n = sources.number(passage, quote)
            mark = f"“{quote}”" if passage.version.tier in (Tier.OFFICIAL, Tier.USER) else quote
            claims.append(Claim(f"{cite_as(passage, sources.found[n - 1].locator)}：{mark}", (n,), Part.BASIS))
            quoted.add(passage.id)
        return claims

    def _further(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[_Candidate]) -> list[Passage]:
        """Articles behind the answer first, then other rules nearly as close; guides are never a legal basis."""
        top = hits[0].score if hits else 1.0
        named = [h.passage for h in hits if h.score >= 5]
        related = [h.passage for h in hits[:_CONSIDERED] if h.score >= _RELATED * min(top, 5.0)]
        behind = [lead.cited for lead in leads]
        for lead in leads:
            behind += [h.passage for h in hits if f"依据《{lead.source.title}》" in h.why and lead.source.id == lead.cited.id]
        ordered = dict.fromkeys((p.id, p) for p in (*named, *behind, *related))
        return [p for _, p in ordered if p.version.kind is not Kind.GUIDE]

    def _best_quote(self, passage: Passage, weights: Mapping[str, float], signs: str = r"$^") -> str:
        """The 款 that bears on the question; a sentence or 项 of it when it is long. Always a verbatim cut."""
        def score(text: str) -> float:
            return _overlap(text, passage, weights) + 0.3 * bool(re.search(signs, text))
        paragraph = max(_paragraphs(passage.text), key=score)
        if len(paragraph) <= _LONGEST_QUOTE:
            return paragraph
        spans = sentences(paragraph)
        best = max(range(len(spans)), key=lambda i: score(paragraph[spans[i][0]:spans[i][1]]))
        first = last = best
        while first > 0 and spans[last][1] - spans[first - 1][0] <= _LONGEST_QUOTE // 2:
            first -= 1
        while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= _LONGEST_QUOTE:
            last += 1
        return paragraph[spans[first][0]:spans[last][1]]

    # -- 怎么做 -----------------------------------------------------------------------------------------------

    def _steps(self, inquiry: Inquiry, hits: Sequence[Hit], sources: _Sources) -> list[Claim]:
        """The 步骤 of the guide that fits best: all when steps were asked for, the first few beside another answer."""
        if inquiry.intent is Intent.LOOKUP or not hits:
            return []
        wanted = inquiry.intent is Intent.STEPS
        enough = (0.5 if wanted else 0.85) * hits[0].score
        guide = next((h.passage for h in hits[:12] if h.passage.version.kind is Kind.GUIDE
                      and h.passage.version.tier is Tier.GUIDE and h.score >= enough), None)
        if guide is None or (inquiry.intent in (Intent.DEFINITION, Intent.DATE)):
            return []
        section = next((p for p in self.store.passages_of(guide.version.id) if p.locator.endswith("步骤")), None)
        if section is None:
            return []
        items = [line for line in section.text.split("\n") if re.match(r"\d+[.、]", line)]
        return [Claim(re.sub(r"^\d+[.、]\s*", "", item), (sources.number(section, item),), Part.STEPS)
                for item in items[:_STEP_LIMIT if wanted else 3]]


def _statements(passage: Passage) -> list[str]:
    """Sentences that can stand alone: our prose without list marks, a law's sentences with the 项 left to quotations."""
    found = []
    for start, end in _full_sentences(passage.text):
        sentence = passage.text[start:end]
        if passage.version.tier is Tier.GUIDE and passage.heading_path and passage.heading_path[-1] in ("适合谁", "清单"):
            continue
        sentence = re.sub(r"^(?:\d+[.、]|-)\s*", "", sentence)
        if not sentence.endswith(("：", ":")):
            found.append(sentence)
    return found


def _full_sentences(text: str) -> list[tuple[int, int]]:
    """Sentence spans where a semicolon does not end a sentence: an answer quotes whole sentences."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and text[spans[-1][1] - 1] in "；;" and "\n" not in text[spans[-1][1]:start]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _overlap(sentence: str, passage: Passage, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms in the sentence; those only in its heading count for less."""
    total = sum(weights.values())
    if not total:
        return 0.0
    inside = set(grams(sentence))
    around = set(grams(" ".join((passage.title, *passage.heading_path, passage.locator, *passage.questions)))) - inside
    return (sum(w for t, w in weights.items() if t in inside)
            + 0.3 * sum(w for t, w in weights.items() if t in around)) / total


_ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")


def _paragraphs(text: str) -> list[str]:
    """款 of an article, each with its 项."""
    paragraphs: list[str] = []
    for line in text.split("\n"):
        if paragraphs and _ITEM.match(line):
            paragraphs[-1] += "\n" + line
        else:
            paragraphs.append(line)
    return paragraphs


def locator_of(passage: Passage, quote: str) -> str:
    """第二十二条第三款 where the quotation lies in one 款 of an article that has several; else the passage's locator."""
    paragraphs = _paragraphs(passage.text)
    if passage.article is None or passage.part or len(paragraphs) < 2 or passage.version.tier is not Tier.OFFICIAL:
        return passage.locator
    for number, paragraph in enumerate(paragraphs, start=1):
        if quote in paragraph:
            return f"{passage.locator}第{ordinal_numeral(number)}款"
    return passage.locator


def cite_as(passage: Passage, locator: str = "") -> str:
    """《反不正当竞争法》（2025修订）第二十二条第三款, as an answer names its source."""
    title = re.sub(r"（[^）]*节选）$", "", short_title(passage.title))
    label = passage.version.number or passage.version.label
    if passage.version.tier is Tier.GUIDE:
        return f"本库指南《{title}》"
    return f"《{title}》（{label}）{locator or passage.locator}"
