"""The answer without a model: the sentence that answers, its legal basis quoted exactly, steps where the library has them.

It selects and arranges; it never rewrites a figure. Everything it says carries the passage it came from.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kb.audience import for_audience
from kb.currency import applicable
from kb.excerpt import ITEM, locator_of, opening_of, paragraphs, quotation, without_list_mark
from kb.figures import unsupported_tokens
from kb.lead import FIGURES, SIGNS, Lead, Leads, found_by_name, is_particular
from kb.planned import PlannedFigures, asks_what_a_figure_is
from kb.ports import PassageStore
from kb.relevance import Meaning, Rarity, headings, overlap, shared, weights
from kb.statute import short_title
from kb.text import chinese_date, grams
from kb.types import Citation, Claim, Hit, Kind, Part, Passage, Tier
from kb.understand import Inquiry, Intent

__all__ = ["STOOD_THEN", "Composer", "Draft", "cite_as"]

STOOD_THEN = "当时有效的文本是"      # begins a claim that quotes a text of an earlier day

_BASIS_LIMIT = 3
_BESIDE = 1                  # articles that stand beside those behind the answer
_RELATED, _RELATED_AMONG = 2, 5
_RELATED_SCORE = 0.75         # of the best hit's
_SHORT_QUOTE = 90
_STEP_LIMIT = 5
_ITEM_LIMIT = 8              # of a checklist
_HOW_MUCH = re.compile(r"多少|(?<![好十数前这那哪])几(?![乎样])|多大|多久|多长|何时|什么时候|什么时间|哪[天年月]|何日"
                       r"|最[多高长低少迟晚]|上限|下限|百分之|期限|时效|起算")
_LONGEST_ARTICLE = 900       # a named article longer than this is quoted in part


@dataclass(frozen=True, slots=True)
class Draft:
    """Claims with the citations they point at, numbered from 1, before checking.

    `rests_on` are the passages whose words are the answer; `fits` is false where a figure, a duration or a date was
    asked for and no sentence offers one; `complete` is false where steps were asked for and the
    library has only the bare text of a law.
    """

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    rests_on: tuple[Passage, ...] = ()
    fits: bool = True
    complete: bool = True


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
    """Composes from retrieved hits. `rarity` weighs terms as the index does (`PassageIndex.rarity`), `meaning`
    compares a question with sentences."""

    store: PassageStore
    rarity: Rarity
    meaning: Meaning

    def compose(self, inquiry: Inquiry, hits: Sequence[Hit], parts: Sequence[tuple[Inquiry, Sequence[Hit]]]) -> Draft:
        """The draft for a question the library settles. `parts` are its questions, each with hits of its own."""
        sources = _Sources()
        claims: list[Claim] = []
        leads: list[Lead] = []
        beside: list[Lead] = []
        fits = True
        for part, found in parts:
            answering, next_best = self._leads.answering(part, found)
            answering = self._planned.named(part) or answering
            beside += next_best
            new = [lead for lead in answering if lead.text not in {known.text for known in leads}]
            fits = fits and (not _demands_a_figure(part) or not new or any(lead.signed for lead in new))
            leads += [self._leads.carried_by_law(lead, part) for lead in new]
        claims += [self._direct(lead, sources) for lead in leads]
        law = () if asks_what_a_figure_is(inquiry) else hits
        basis = self._basis(inquiry, law, leads, beside, sources)
        claims += [_announced(basis, sources)] if basis and not leads else []
        claims += basis
        claims += self._related(inquiry, law, sources) if leads else []
        steps = self._steps(inquiry, hits, leads, sources)
        claims += steps
        claims += [Claim(text, (sources.number(source, text),), part)
                   for part, text, source in for_audience(inquiry, hits, self.store, self.meaning)]
        claims += [self._easily_confused(lead, sources) for lead in self._planned.confusable(leads)]
        ground = (*self._ground(leads), *{c.passage for c in sources.found if any(c.n in s.citations for s in steps)})
        practical = any(lead.source.version.tier in (Tier.DIGEST, Tier.GUIDE) for lead in leads)
        complete = inquiry.intent is not Intent.STEPS or bool(steps) or practical
        return Draft(tuple(claims), tuple(sources.found), ground, fits, complete)

    def basis_only(self, inquiry: Inquiry, hits: Sequence[Hit]) -> Draft:
        """法律依据 alone: what the law attaches to something, for a question that is declined."""
        sources = _Sources()
        found = [Lead(hit.passage.text, hit.passage, hit.passage, hit.score, 0.0, False, 0, 0.0) for hit in hits]
        return Draft(tuple(self._basis(inquiry, hits, (), found, sources)), tuple(sources.found))

    def as_it_stood(self, draft: Draft, day: date) -> Draft:
        """The draft with the text of `day` beside each official article quoted in another version (two at most)."""
        sources = _Sources(list(draft.citations))
        claims = list(draft.claims)
        for citation in draft.citations:
            then = self._text_of_that_day(citation, day)
            if then and len(claims) - len(draft.claims) < 2:
                asked = weights(citation.quote, (), self.rarity)
                n = sources.number(then, self._best_quote(then, asked))
                stood = sources.found[n - 1]
                claims.append(Claim(f"{STOOD_THEN}{cite_as(then, stood.locator)}：“{stood.quote}”", (n,), Part.BASIS))
        return replace(draft, claims=tuple(claims), citations=tuple(sources.found))

    def _text_of_that_day(self, citation: Citation, day: date) -> Passage | None:
        """The article of the version then in force that is worded most like the cited one (its number may differ)."""
        cited = citation.passage
        if cited.version.tier is not Tier.OFFICIAL or cited.version.in_force_on(day):
            return None
        official = [v for v in self.store.versions()
                    if v.document == cited.version.document and v.tier is Tier.OFFICIAL]
        wanted = set(grams(cited.text))
        return max((p for v in applicable(official, day) for p in self.store.passages_of(v.id)), default=None,
                   key=lambda p: len(wanted & set(grams(p.text))) / len(wanted | set(grams(p.text))))

    def _direct(self, lead: Lead, sources: _Sources) -> Claim:
        if lead.source.version.tier is Tier.OFFICIAL:
            n = sources.number(lead.source, lead.text)
            return Claim(f"{cite_as(lead.source, sources.found[n - 1].locator)}规定：“{lead.text}”", (n,))
        if lead.source.id == lead.cited.id:
            return Claim(lead.text, (sources.number(lead.source, lead.text),))
        # Our words, the law's authority: cite the article with the 款 of it that says the same.
        quote = self._best_quote(lead.cited, weights(lead.text, (), self.rarity))
        return Claim(lead.text, (sources.number(lead.cited, quote),))

    def _easily_confused(self, lead: Lead, sources: _Sources) -> Claim:
        claim = self._direct(lead, sources)
        return replace(claim, text=f"数字相同的另一项：{claim.text}", part=Part.NOTES)

    def _ground(self, leads: Sequence[Lead]) -> tuple[Passage, ...]:
        passages = [p for lead in leads for p in (lead.source, lead.cited, *self._leads.companions(lead.cited))]
        return tuple({p.id: p for p in passages}.values())

    # -- 法律依据 ---------------------------------------------------------------------------------------------

    def _basis(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[Lead], beside: Sequence[Lead],
               sources: _Sources) -> list[Claim]:
        """The articles behind the answer, then those that answer nearly as well; guides are no basis."""
        asked = weights(inquiry.text, inquiry.expansions, self.rarity, inquiry.story)
        signs = SIGNS.get(inquiry.intent, r"$^")
        cited = [c for c in sources.found if c.passage.version.kind is not Kind.GUIDE]
        claims = [claim for c in cited if (claim := _basis_claim(c, leads))]
        known = {c.passage.id for c in cited}
        spoken = " ".join(lead.text for lead in leads)
        for passage, words in self._further(inquiry, hits, leads, beside):
            if len(claims) >= _BASIS_LIMIT:
                break
            if passage.id not in known:
                about = weights(words or spoken, (), self.rarity) if leads else asked
                quote = self._named_part(inquiry, passage) or self._best_quote(passage, about, signs)
                n = sources.number(passage, quote)
                claims += [claim for claim in (_basis_claim(sources.found[n - 1], leads),) if claim]
                known.add(passage.id)
        return claims

    def _further(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[Lead], beside: Sequence[Lead]) -> list[tuple[Passage, str]]:
        """Further articles, each with the words for which it stands there; without any, for those of the answer."""
        named = [hit.passage for hit in hits if found_by_name(hit)]
        if named and not leads:
            return [(passage, "") for passage in named]
        behind = [p for lead in leads if lead.cited is lead.source and lead.source.version.tier is Tier.GUIDE
                  for p in self._nearest(lead, self._leads.behind(lead.source, inquiry))]
        law = [(lead.cited, lead.text) for lead in beside if lead.cited.version.kind is not Kind.GUIDE]
        grounded = any(lead.cited.version.tier is not Tier.GUIDE for lead in leads) or bool(behind)
        own = [(passage, "") for passage in (*named, *behind)]
        further = (*own, *law[:_BESIDE if grounded else _BASIS_LIMIT])
        return list({passage.id: (passage, words) for passage, words in reversed(further)}.values())[::-1]

    def _related(self, inquiry: Inquiry, hits: Sequence[Hit], sources: _Sources) -> list[Claim]:
        """The articles found next, the first in its words where they are few, the other by name: where the sentence above is not
        the one looked for, the right one is a step away."""
        asked = weights(inquiry.text, inquiry.expansions, self.rarity, inquiry.story)
        known = {_article(citation.passage) for citation in sources.found}
        near = [hit.passage for hit in hits[:_RELATED_AMONG] if hit.passage.version.kind is not Kind.GUIDE
                and hit.score >= _RELATED_SCORE * hits[0].score and _article(hit.passage) not in known][:_RELATED]
        claims: list[Claim] = []
        for passage in near:
            quote = self._best_quote(passage, asked)
            n = sources.number(passage, quote)
            in_short = len(quote) <= _SHORT_QUOTE and not claims
            words = _quoted(sources.found[n - 1]) if in_short else f"《{short_title(passage.title)}》{passage.locator}"
            claims.append(Claim(f"相关条文：{words}", (n,), Part.BASIS))
        return claims

    def _nearest(self, lead: Lead, articles: Sequence[Passage]) -> list[Passage]:
        """Of the articles of a 依据 line: the one worded most like a guide's sentence, and the one with its figures."""
        def closeness(passage: Passage) -> float:
            return max(shared(lead.text, paragraph) for paragraph in paragraphs(passage.text))
        ranked = sorted(articles, key=closeness, reverse=True)
        bearing = [p for p in ranked if not unsupported_tokens(lead.text, [p.text])]
        return list({p.id: p for p in (*bearing[:1], *ranked[:1])}.values())

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

    def _best_quote(self, passage: Passage, asked: Mapping[str, float], signs: str = r"$^") -> str:
        """The 款 that bears on the question; a sentence or 项 of it when it is long. Always a verbatim cut."""
        above = headings(passage)

        def score(text: str) -> float:
            return overlap(text, above, asked) + 0.3 * bool(re.search(signs, text))
        chosen = quotation(max(paragraphs(passage.text), key=score), score)
        return chosen if passage.version.tier is Tier.OFFICIAL else without_list_mark(chosen)

    # -- 怎么做 -----------------------------------------------------------------------------------------------

    def _steps(self, inquiry: Inquiry, hits: Sequence[Hit], leads: Sequence[Lead], sources: _Sources) -> list[Claim]:
        """The first steps, or the items of the checklist; not beside a section that answers the very question."""
        section = None if any(map(is_particular, leads)) else self._leads.steps(inquiry, hits)
        items = [line for line in section.text.split("\n") if re.match(r"\d+[.、]|- ", line)] if section else []
        return [Claim(without_list_mark(item), (sources.number(section, item),), Part.STEPS)
                for item in items[:_STEP_LIMIT if inquiry.intent is Intent.STEPS else _ITEM_LIMIT] if section]

    @property
    def _leads(self) -> Leads:
        return Leads(self.store, self.rarity, self.meaning)

    @property
    def _planned(self) -> PlannedFigures:
        return PlannedFigures(self.store)


def _demands_a_figure(inquiry: Inquiry) -> bool:
    """How much, how long, when: asked in so many words. What compensation looks at (赔偿看什么) is answered without a figure."""
    return inquiry.intent in FIGURES and bool(_HOW_MUCH.search(inquiry.text))


def _announced(basis: Sequence[Claim], sources: _Sources) -> Claim:
    """The first sentence where an article is asked for by name: which version it is and since when it applies."""
    citation = next(c for c in sources.found if c.n == basis[0].citations[0])
    version = citation.passage.version
    since = f"，自{chinese_date(version.in_force_from)}起施行" if version.in_force_from else ""
    return Claim(f"{cite_as(citation.passage, citation.locator)}{since}，规定如下。", (citation.n,))


def _basis_claim(citation: Citation, leads: Sequence[Lead]) -> Claim | None:
    """A line of 法律依据; without the words where the answer has just said them in our digest's own words."""
    said = any(citation.quote in lead.text for lead in leads)
    if said and citation.passage.version.tier is Tier.OFFICIAL:
        return None                                  # the answer quotes it by name already
    return Claim(cite_as(citation.passage, citation.locator) if said else _quoted(citation), (citation.n,), Part.BASIS)


def _quoted(citation: Citation) -> str:
    """The source and its words: the law's in quotation marks, after those that open its list."""
    ours = citation.passage.version.tier is Tier.DIGEST
    words = citation.quote if ours else f"{opening_of(citation.passage, citation.quote)}“{citation.quote}”"
    return f"{cite_as(citation.passage, citation.locator)}：{words}"


def _article(passage: Passage) -> tuple[str, int | None, int]:
    """The same for a digest and the official text of one article."""
    return passage.version.document, passage.article, passage.sub


def cite_as(passage: Passage, locator: str = "") -> str:
    """《反不正当竞争法》（2025修订）第二十二条第三款, as an answer names its source."""
    title = re.sub(r"（[^）]*节选）$", "", short_title(passage.title))
    label = passage.version.number or passage.version.label
    if passage.version.tier is Tier.GUIDE:
        return f"本库指南《{title}》"
    return f"《{title}》（{label}）{locator or passage.locator}"
