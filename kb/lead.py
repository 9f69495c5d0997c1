"""The sentences that answer: chosen from the passages found, never rewritten."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.basis import refs_to_current_law
from kb.currency import in_force
from kb.excerpt import paragraphs, section_of, statements
from kb.figures import hard_tokens, unsupported_tokens
from kb.ports import PassageStore
from kb.relevance import Rarity, asked_terms, covers, inside, likeness, overlap, searchable, shared, weights
from kb.types import Hit, Passage, Tier
from kb.understand import Inquiry, Intent

__all__ = ["FIGURES", "SIGNS", "Lead", "Leads", "found_by_question", "is_particular"]

_CONSIDERED = 8              # hits whose sentences compete to be the answer
_LONGEST = 200
_LIMIT = 3
_SAME_QUESTION = 0.65        # from this likeness on, a section is asked for in so many words
_SAME_RULE = 0.45            # of a guide's bigrams in a 款: below it, the guide itself is cited
_MOST_OF_A_CLAUSE = 0.25     # of a clause's terms must stand in the sentence that answers it
_FITTING_STEPS = 0.05       # of what is asked must occur in the steps of a guide

_IN_ENGLISH = "”的英文是"      # the last sentence of a glossary entry, for those who ask for it

FIGURES = (Intent.AMOUNT, Intent.DURATION, Intent.DATE)
SIGNS: Mapping[Intent, str] = {
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
class Lead:
    """A sentence that might answer. `cited` is what it is checked against: the article itself for a digest's words."""

    text: str
    source: Passage
    cited: Passage
    score: float
    overlap: float
    signed: bool                 # has the sort of words that the intent asks for
    position: int
    asked_for: float             # likeness of the question to a lay question of the section


@dataclass(frozen=True)
class Leads:
    """Finds them. `rarity` weighs terms as the index does."""

    store: PassageStore
    rarity: Rarity

    def answering(self, inquiry: Inquiry, hits: Sequence[Hit]) -> list[Lead]:
        """The best sentence, with others of the same passage that answer nearly as well, in their order."""
        if inquiry.refs and inquiry.intent in (Intent.LOOKUP, Intent.OTHER):
            return []
        ranked = sorted(self._candidates(inquiry, hits), key=lambda c: -c.score)
        if not ranked:
            return []
        best = ranked[0]
        steps = self.steps(inquiry, hits) if inquiry.intent is Intent.STEPS else None
        if steps and not is_particular(best):
            return self._in_brief(steps)
        if inquiry.intent in FIGURES and not best.signed:
            best = next((c for c in ranked[:12] if c.signed and c.score >= 0.7 * best.score), best)
        chosen, length = [best], len(best.text)
        for candidate in ranked:
            if candidate is not best and len(chosen) < _LIMIT and length + len(candidate.text) <= _LONGEST \
                    and _belongs(candidate, best):
                chosen.append(candidate)
                length += len(candidate.text)
        chosen = _joined(sorted(chosen, key=lambda c: c.position))
        return chosen + self._further_figures(inquiry, chosen, ranked)

    def _further_figures(self, inquiry: Inquiry, chosen: Sequence[Lead], ranked: Sequence[Lead]) -> list[Lead]:
        """Several figures asked in one sentence: for each clause the sentence that holds most of it, if it is a new one."""
        clauses = [clause for clause in re.split(r"[,，、]|和|以及|与", inquiry.text) if len(asked_terms(clause)) >= 3]
        if inquiry.intent not in FIGURES or len(clauses) < 2:
            return []
        if inquiry.documents:
            ranked = [c for c in ranked if c.source.version.document in inquiry.documents] or ranked
        found: list[Lead] = []
        for clause in clauses:
            asked = weights(clause, (), self.rarity)
            best = max(ranked, key=lambda c: (c.signed, inside(c.text, asked)))
            if best.signed and inside(best.text, asked) >= _MOST_OF_A_CLAUSE and best not in (*chosen, *found):
                found.append(best)
        return found[:_LIMIT - 1]

    def _candidates(self, inquiry: Inquiry, hits: Sequence[Hit]) -> list[Lead]:
        asked = weights(inquiry.text, inquiry.expansions, self.rarity, inquiry.story)
        top = hits[0].score if hits else 1.0
        signs = re.compile(SIGNS.get(inquiry.intent, r"$^"))
        found = []
        for hit in [h for h in hits if found_by_question(h)][:_CONSIDERED]:
            for source in (hit.passage, *self.companions(hit.passage)):
                own_words = source.version.tier in (Tier.DIGEST, Tier.GUIDE)
                asked_for, held = likeness(inquiry.text, source.questions, self.rarity), covers(source, asked)
                beside = sum(subject not in searchable(source) for subject in inquiry.subjects)
                beside += any(subject in source.title for subject in inquiry.other_subjects)
                for position, sentence in enumerate(statements(source)):
                    if _IN_ENGLISH in sentence and "英" not in inquiry.text:
                        continue
                    opening = max(0.0, 1 - position / 5) if source.version.tier is Tier.GUIDE else 0.0
                    fit, signed = overlap(sentence, source, asked), bool(signs.search(sentence))
                    stray = any(subject in sentence for subject in inquiry.strays)
                    score = (fit + 0.5 * held + 0.9 * hit.score / top        # what was asked: here, in the passage, ranked
                             + (0.6 + 0.4 * opening) * asked_for ** 2        # a section's own question; its opening rules
                             + 0.3 * signed + 0.12 * own_words               # the kind of words wanted, plain ones
                             + (_IN_ENGLISH in sentence)                      # only where English is asked for
                             - 0.6 * beside - 0.35 * stray                   # another subject
                             - 0.001 * len(sentence) - 0.2 * (len(sentence) > 150) - 0.3 * (len(sentence) < 12))
                    found.append(Lead(sentence, source, hit.passage, score, fit, signed, position, asked_for))
        return found

    def steps(self, inquiry: Inquiry, hits: Sequence[Hit]) -> Passage | None:
        """The 步骤, or 清单, of the guide that fits best, where that was asked for and a guide has it about this."""
        wanted = {Intent.STEPS: "步骤", Intent.CHECKLIST: "清单"}.get(inquiry.intent)
        if not hits or wanted is None:
            return None
        asked = weights(inquiry.text, (), self.rarity)
        guides: dict[str, float] = {}
        for hit in hits[:12]:
            if hit.passage.version.tier is Tier.GUIDE and hit.score >= 0.5 * hits[0].score:
                guides.setdefault(hit.passage.version.id, hit.score / hits[0].score)
        sections = [(held + rank, p) for id_, rank in guides.items() for p in self.store.passages_of(id_)
                    if section_of(p) == wanted and (held := covers(p, asked)) >= _FITTING_STEPS]
        return max(sections, default=(0.0, None), key=lambda found: found[0])[1]

    def _in_brief(self, steps: Passage) -> list[Lead]:
        """The guide's answer in one sentence, before its steps."""
        brief = next((p for p in self.store.passages_of(steps.version.id) if section_of(p) == "一句话"), None)
        if brief is None:
            return []
        return [Lead(sentence, brief, brief, 1.0, 1.0, True, position, 1.0)
                for position, sentence in enumerate(statements(brief)[:2])]

    def carried_by_law(self, lead: Lead, inquiry: Inquiry) -> Lead:
        """A guide's sentence cites the article of its 依据 line that says the same with all its figures, where one does."""
        if lead.source.version.tier is not Tier.GUIDE:
            return lead
        fitting = [(shared(lead.text, paragraph), p) for p in self.behind(lead.source, inquiry)
                   if not unsupported_tokens(lead.text, [p.text]) for paragraph in paragraphs(p.text)]
        share, best = max(fitting, default=(0.0, lead.cited), key=lambda found: found[0])
        return replace(lead, cited=best) if share >= _SAME_RULE else lead

    def behind(self, guide: Passage, inquiry: Inquiry) -> list[Passage]:
        """The articles of a guide section's 依据 line in force on the asked day: the official text, else our digest."""
        found: list[Passage] = []
        for ref in refs_to_current_law(guide.basis):
            texts = [p for p in in_force(self.store.article(ref.document, ref.article, ref.sub), inquiry.question.as_of)
                     if p.id not in {q.id for q in found}]
            found += ([p for p in texts if p.version.tier is Tier.OFFICIAL]
                      or [p for p in texts if p.version.tier is Tier.DIGEST])
        return found

    def companions(self, passage: Passage) -> list[Passage]:
        """Our digest of an official article: the same rule in plainer words."""
        if passage.version.tier is not Tier.OFFICIAL:
            return []
        same = (self.store.article(passage.version.document, passage.article, passage.sub)
                if passage.article is not None else self.store.located(passage.version.document, passage.locator))
        return [p for p in same if p.version.tier is Tier.DIGEST and p.version.label == passage.version.label]


def is_particular(lead: Lead) -> bool:
    """The question is, nearly word for word, one of a section's own: that section answers it, not the guide as a whole."""
    return lead.asked_for >= _SAME_QUESTION and section_of(lead.source) not in ("一句话", "步骤", "清单")


def found_by_question(hit: Hit) -> bool:
    """Not merely brought along by a guide's 依据 line."""
    return not any(why.startswith("依据《") for why in hit.why)


def _joined(leads: list[Lead]) -> list[Lead]:
    """Sentences of an official text that follow one another become one quotation."""
    joined: list[Lead] = []
    for lead in leads:
        if joined and lead.source.version.tier is Tier.OFFICIAL and joined[-1].text + lead.text in lead.source.text:
            joined[-1] = replace(joined[-1], text=joined[-1].text + lead.text)
        else:
            joined.append(lead)
    return joined


def _belongs(candidate: Lead, best: Lead) -> bool:
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
