"""The answer without a model: the sentence that answers, its legal basis quoted exactly, steps where the library has them.

It selects and arranges; it never rewrites a figure. Everything it says carries the passage it came from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kb.excerpt import ITEM, locator_of, opening_of, paragraphs, quotation, section_of, statements
from kb.figures import hard_tokens, unsupported_tokens
from kb.ports import PassageStore
from kb.retrieve import asked_terms, searchable
from kb.statute import parse_ref, short_title
from kb.text import chinese_date, grams
from kb.types import Citation, Claim, Hit, Kind, Part, Passage, Tier
from kb.understand import Inquiry, Intent

__all__ = ["Composer", "Draft", "cite_as"]

_CONSIDERED = 8              # hits whose sentences compete to be the answer
_BASIS_LIMIT = 3
_STEP_LIMIT = 5
_FITTING_STEPS = 0.2       # of what is asked must occur in the steps of a guide
_LONGEST_LEAD = 200
_SAME_RULE = 0.45            # of a guide's bigrams in a 款: below it, the guide itself is cited
_MOST_OF_A_CLAUSE = 0.3      # of a clause's terms must stand in the sentence that answers it
_LEAD_LIMIT = 3
_LONGEST_ARTICLE = 900       # a named article longer than this is quoted in part

_FIGURES = (Intent.AMOUNT, Intent.DURATION, Intent.DATE)
_INTENT_SIGNS: Mapping[Intent, str] = {
    Intent.AMOUNT: r"\d|[一二三四五六七八九十百千万亿两]+(元|万|倍|家|件|次|个|期|份|人|分|天|日)|百分之|\d%|以下|以上|[共分][七\d]|"
                   r"实际损失|所获利益",
    Intent.DURATION: r"(\d|[一二三四五六七八九十两]+)(个?月|年|日|天|小时)|期限(?!内)|有效期",
    Intent.DATE: r"\d{4}年|自.{0,20}起|[一二三四五六七八九十\d]+[月日]|年底|[以之结]前|辩论|届满|期满|时起",
    Intent.PENALTY: r"罚款|罚金|有期徒刑|拘役|没收|责令",
    Intent.WHO: r"部门|法院|机关|人民政府|管辖|委员会|局",
    Intent.DEFINITION: r"是指|指的是|称为|即|包括|属于",
    Intent.PERMISSION: r"可以|不得|应当|必须|属于|不予|不能|无须|有权|不视为|不构成|予以支持|认定|不当然|不一定|不等于",
    Intent.STEPS: r"应当|可以|先|立即|请求|申请|向",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Claims with the citations they point at, numbered from 1, before checking.

    `rests_on` are the passages whose words are the answer; `fits` is false where a figure, a duration or a date was
    asked for and no sentence offers one.
    """

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    rests_on: tuple[Passage, ...] = ()
    fits: bool = True


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that might answer. `cited` is what it is checked against: the article itself for a digest's words."""

    text: str
    source: Passage
    cited: Passage
    score: float
    overlap: float
    signed: bool                 # has the sort of words that the intent asks for
    position: int
    asked_for: float             # likeness of the question to a lay question of the section


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
        leads = [self._carried_by_law(lead, inquiry) for lead in leads]
        claims += [self._direct(lead, sources) for lead in leads]
        basis = self._basis(inquiry, hits, leads, sources)
        claims += [_announced(basis, sources)] if basis and not leads else []
        claims += basis
        steps = self._steps(inquiry, hits, leads, sources)
        claims += steps
        fits = inquiry.intent not in _FIGURES or not leads or any(lead.signed for lead in leads)
        ground = (*self._ground(leads), *{c.passage for c in sources.found if any(c.n in s.citations for s in steps)})
        return Draft(tuple(claims), tuple(sources.found), ground, fits)

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
        return replace(draft, claims=tuple(claims), citations=tuple(sources.found))

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
        """The best sentence, with others of the same passage that answer nearly as well, in their order."""
        if inquiry.refs and inquiry.intent in (Intent.LOOKUP, Intent.OTHER):
            return []
        ranked = sorted(self._candidates(inquiry, text, hits), key=lambda c: -c.score)
        if not ranked:
            return []
        best = ranked[0]
        if inquiry.intent in _FIGURES and not best.signed:
            best = next((c for c in ranked[:12] if c.signed and c.score >= 0.7 * best.score), best)
        chosen, length = [best], len(best.text)
        for candidate in ranked:
            if candidate is not best and len(chosen) < _LEAD_LIMIT and length + len(candidate.text) <= _LONGEST_LEAD \
                    and _belongs(candidate, best):
                chosen.append(candidate)
                length += len(candidate.text)
        chosen = _joined(sorted(chosen, key=lambda c: c.position))
        return chosen + self._further_figures(inquiry, text, chosen, ranked)

    def _further_figures(self, inquiry: Inquiry, text: str, chosen: Sequence[_Candidate],
                         ranked: Sequence[_Candidate]) -> list[_Candidate]:
        """Several figures asked in one sentence: for each clause the sentence that holds most of it, if it is a new one."""
        clauses = [clause for clause in re.split(r"[,，、]|和|以及|与", text) if len(asked_terms(clause)) >= 3]
        if inquiry.intent not in _FIGURES or len(clauses) < 2:
            return []
        found: list[_Candidate] = []
        for clause in clauses:
            weights = self._weights(clause, ())
            best = max(ranked, key=lambda c: (c.signed, _inside(c.text, weights)))
            if best.signed and _inside(best.text, weights) >= _MOST_OF_A_CLAUSE and best not in (*chosen, *found):
                found.append(best)
        return found[:_LEAD_LIMIT - 1]

    def _candidates(self, inquiry: Inquiry, text: str, hits: Sequence[Hit]) -> list[_Candidate]:
        weights = self._weights(text, inquiry.expansions)
        top = hits[0].score if hits else 1.0
        signs = re.compile(_INTENT_SIGNS.get(inquiry.intent, r"$^"))
        found = []
        for hit in [h for h in hits if not _only_as_basis(h)][:_CONSIDERED]:
            for source in (hit.passage, *self._companions(hit.passage)):
                own_words = source.version.tier in (Tier.DIGEST, Tier.GUIDE)
                asked_for, held = self._likeness(text, source.questions), _covers(source, weights)
                beside = sum(subject not in searchable(source) for subject in inquiry.subjects)
                for position, sentence in enumerate(statements(source)):
                    opening = max(0.0, 1 - position / 5) if source.version.tier is Tier.GUIDE else 0.0
                    overlap, signed = _overlap(sentence, source, weights), bool(signs.search(sentence))
                    brief = inquiry.intent is Intent.STEPS and section_of(source) == "一句话"
                    score = (overlap + 0.35 * brief + 0.6 * hit.score / top + 0.12 * own_words + (0.6 + 0.4 * opening) * asked_for ** 2
                             + 0.5 * held - 0.6 * beside + 0.3 * signed - 0.2 * (len(sentence) > 150) - 0.3 * (len(sentence) < 12))
                    found.append(_Candidate(sentence, source, hit.passage, score, overlap, signed, position, asked_for))
        return found

    def _likeness(self, text: str, questions: Sequence[str]) -> float:
        """How closely the question is one of the lay questions of a section: rarity-weighted Dice, the best of them."""
        asked = asked_terms(text)
        known = [terms for question in questions if asked & (terms := asked_terms(question))]
        rarity = self.rarity(sorted(asked.union(*known))) if known else {}

        def weight(terms: set[str]) -> float:
            return sum(rarity.get(term, 0.0) for term in terms)
        return max((2 * weight(asked & terms) / (weight(asked) + weight(terms) or 1.0) for terms in known), default=0.0)

    def _ground(self, leads: Sequence[_Candidate]) -> tuple[Passage, ...]:
        passages = [p for lead in leads for p in (lead.source, lead.cited, *self._companions(lead.cited))]
        return tuple({p.id: p for p in passages}.values())

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

    def _carried_by_law(self, lead: _Candidate, inquiry: Inquiry) -> _Candidate:
        """A guide's sentence cites the article of its 依据 line that says the same with all its figures, where one does."""
        if lead.source.version.tier is not Tier.GUIDE:
            return lead
        fitting = [(_shared(lead.text, paragraph), p) for p in self._behind(lead.source, inquiry)
                   if not unsupported_tokens(lead.text, [p.text]) for paragraph in paragraphs(p.text)]
        share, best = max(fitting, default=(0.0, lead.cited), key=lambda found: found[0])
        return replace(lead, cited=best) if share >= _SAME_RULE else lead

    def _behind(self, guide: Passage, inquiry: Inquiry) -> list[Passage]:
        """The articles of a guide section's 依据 line in force on the asked day: the official text, else our digest."""
        found: list[Passage] = []
        for ref in filter(None, map(parse_ref, guide.basis)):
            texts = [p for p in self.store.article(ref.document, ref.article, ref.sub)
                     if p.version.in_force_on(inquiry.question.as_of) and p.id not in {q.id for q in found}]
            found += ([p for p in texts if p.version.tier is Tier.OFFICIAL]
                      or [p for p in texts if p.version.tier is Tier.DIGEST])
        return found

    # -- 法律依据 ---------------------------------------------------------------------------------------------

    def _basis(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[_Candidate],
               sources: _Sources) -> list[Claim]:
        """The articles behind the answer, then others that cover the question nearly as well; guides are no basis."""
        weights = self._weights(inquiry.text, inquiry.expansions)
        signs = _INTENT_SIGNS.get(inquiry.intent, r"$^")
        cited = [c for c in sources.found if c.passage.version.kind is not Kind.GUIDE]
        claims = [claim for c in cited if (claim := _basis_claim(c, leads))]
        known = {c.passage.id for c in cited}
        for passage in self._further(inquiry, hits, leads, weights):
            if len(claims) >= _BASIS_LIMIT:
                break
            if passage.id not in known:
                quote = self._named_part(inquiry, passage) or self._best_quote(passage, weights, signs)
                n = sources.number(passage, quote)
                claims += [claim for claim in (_basis_claim(sources.found[n - 1], leads),) if claim]
                known.add(passage.id)
        return claims

    def _further(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[_Candidate],
                 weights: Mapping[str, float]) -> list[Passage]:
        named = [h.passage for h in hits if any(why.startswith("指名") for why in h.why)]
        if named and not leads:
            return named
        behind = [self._nearest(lead, self._behind(lead.source, inquiry)) for lead in leads if lead.cited is lead.source
                  and lead.source.version.tier is Tier.GUIDE]
        enough = 0.85 * max((_covers(p, weights) for lead in leads for p in (lead.source, lead.cited)), default=0.4)
        beside = [h.passage for h in hits if not _only_as_basis(h)][:_CONSIDERED]
        beside = [p for p in beside if p.version.kind is not Kind.GUIDE and _covers(p, weights) >= enough]
        grounded = any(lead.cited.version.tier is not Tier.GUIDE for lead in leads) or any(behind)
        return list({p.id: p for p in (*named, *behind, *beside[:1 if grounded else _BASIS_LIMIT]) if p}.values())

    def _nearest(self, lead: _Candidate, articles: Sequence[Passage]) -> Passage | None:
        """Of the articles of a 依据 line, the one a guide's sentence comes closest to."""
        return max(articles, default=None,
                   key=lambda p: max(_shared(lead.text, paragraph) for paragraph in paragraphs(p.text)))

    def _named_part(self, inquiry: Inquiry, passage: Passage) -> str:
        """The 款 or 项 a question names; the whole article where it names only that and asks for the text."""
        ref = next((r for r in inquiry.refs if (r.article, r.sub) == (passage.article, passage.sub)), None)
        if ref is None or inquiry.intent not in (Intent.LOOKUP, Intent.OTHER):
            return ""
        chosen = passage.text
        if ref.paragraph and passage.version.tier is Tier.OFFICIAL:
            chosen = "".join(paragraphs(passage.text)[ref.paragraph - 1:ref.paragraph])
        items = [line for line in chosen.split("\n") if ITEM.match(line)]
        if ref.item and ref.item <= len(items):
            chosen = items[ref.item - 1]
        return chosen if len(chosen) <= _LONGEST_ARTICLE else ""

    def _best_quote(self, passage: Passage, weights: Mapping[str, float], signs: str = r"$^") -> str:
        """The 款 that bears on the question; a sentence or 项 of it when it is long. Always a verbatim cut."""
        def score(text: str) -> float:
            return _overlap(text, passage, weights) + 0.3 * bool(re.search(signs, text))
        return quotation(max(paragraphs(passage.text), key=score), score)

    # -- 怎么做 -----------------------------------------------------------------------------------------------

    def _steps(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[_Candidate],
               sources: _Sources) -> list[Claim]:
        """The first 步骤 of the guide that fits best, when steps were asked for and its steps are about this."""
        if not hits or inquiry.intent is not Intent.STEPS:
            return []
        weights = self._weights(inquiry.text, inquiry.expansions)
        guides = [lead.source.version.id for lead in leads]
        guides += [h.passage.version.id for h in hits[:12] if h.score >= 0.5 * hits[0].score]
        sections = [p for id_ in dict.fromkeys(guides) for p in self.store.passages_of(id_)
                    if p.version.tier is Tier.GUIDE and section_of(p) == "步骤"]
        section = next((p for p in sections if _covers(p, weights) >= _FITTING_STEPS), None)
        if section is None:
            return []
        items = [line for line in section.text.split("\n") if re.match(r"\d+[.、]", line)]
        return [Claim(re.sub(r"^\d+[.、]\s*", "", item), (sources.number(section, item),), Part.STEPS)
                for item in items[:_STEP_LIMIT]]


def _announced(basis: Sequence[Claim], sources: _Sources) -> Claim:
    """The first sentence where an article is asked for by name: which version it is and since when it applies."""
    citation = next(c for c in sources.found if c.n == basis[0].citations[0])
    version = citation.passage.version
    since = f"，自{chinese_date(version.in_force_from)}起施行" if version.in_force_from else ""
    return Claim(f"{cite_as(citation.passage, citation.locator)}{since}，规定如下。", (citation.n,))


def _joined(leads: list[_Candidate]) -> list[_Candidate]:
    """Sentences of an official text that follow one another become one quotation."""
    joined: list[_Candidate] = []
    for lead in leads:
        if joined and lead.source.version.tier is Tier.OFFICIAL and joined[-1].text + lead.text in lead.source.text:
            joined[-1] = replace(joined[-1], text=joined[-1].text + lead.text)
        else:
            joined.append(lead)
    return joined


def _shared(sentence: str, paragraph: str) -> float:
    """Share of a sentence's bigrams that a 款 contains."""
    said = {term for term in grams(sentence) if len(term) > 1}
    return len(said & set(grams(paragraph))) / len(said) if said else 0.0


def _only_as_basis(hit: Hit) -> bool:
    """Brought along by a guide's 依据 line, not found by the question."""
    return any(why.startswith("依据《") for why in hit.why)


def _belongs(candidate: _Candidate, best: _Candidate) -> bool:
    """Whether a sentence joins the best one: the same passage, the same sort of fact, as much of what was asked.

    A section asked for in so many words is answered by its opening rules as well.
    """
    if candidate.source.id != best.source.id:
        return False
    if best.source.version.tier is Tier.GUIDE and best.asked_for >= 0.6 and max(best.position, candidate.position) < 3:
        return candidate.score >= 0.6 * best.score and candidate.signed >= best.signed
    if candidate.position == best.position + 1 and hard_tokens(candidate.text) & hard_tokens(best.text):
        return candidate.source.version.tier is Tier.GUIDE             # goes on about the same figure
    return (candidate.signed >= best.signed and candidate.overlap >= 0.85 * best.overlap
            and candidate.score >= 0.85 * best.score)


def _basis_claim(citation: Citation, leads: Sequence[_Candidate]) -> Claim | None:
    """A line of 法律依据; without the words where the answer has just said them in our digest's own words."""
    said = any(citation.quote in lead.text for lead in leads)
    if said and citation.passage.version.tier is Tier.OFFICIAL:
        return None                                  # the answer quotes it by name already
    name = cite_as(citation.passage, citation.locator)
    ours = citation.passage.version.tier is Tier.DIGEST
    words = "" if said else f"：{citation.quote}" if ours else f"：{opening_of(citation.passage, citation.quote)}“{citation.quote}”"
    return Claim(name + words, (citation.n,), Part.BASIS)


def _covers(passage: Passage, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms anywhere in a passage."""
    held = set(grams(searchable(passage)))
    return sum(w for t, w in weights.items() if t in held) / (sum(weights.values()) or 1.0)


def _inside(sentence: str, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms in the sentence itself."""
    held = set(grams(sentence))
    return sum(w for t, w in weights.items() if t in held) / (sum(weights.values()) or 1.0)


def _overlap(sentence: str, passage: Passage, weights: Mapping[str, float]) -> float:
    """Rarity-weighted share of the asked terms in the sentence; those only in its heading count for less."""
    total = sum(weights.values())
    if not total:
        return 0.0
    inside = set(grams(sentence))
    around = set(grams(" ".join((passage.title, *passage.heading_path, passage.locator, *passage.questions)))) - inside
    return (sum(w for t, w in weights.items() if t in inside)
            + 0.3 * sum(w for t, w in weights.items() if t in around)) / total


def cite_as(passage: Passage, locator: str = "") -> str:
    """《反不正当竞争法》（2025修订）第二十二条第三款, as an answer names its source."""
    title = re.sub(r"（[^）]*节选）$", "", short_title(passage.title))
    label = passage.version.number or passage.version.label
    if passage.version.tier is Tier.GUIDE:
        return f"本库指南《{title}》"
    return f"《{title}》（{label}）{locator or passage.locator}"
