"""The sentences that answer: chosen from the passages found, never rewritten."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from kb.basis import refs_to_current_law
from kb.currency import in_force
from kb.excerpt import enumeration, paragraphs, section_of, statements
from kb.figures import hard_tokens, unsupported_tokens
from kb.ports import PassageStore
from kb.relevance import (
    Meaning,
    Rarity,
    asked_terms,
    covers,
    headings,
    inside,
    likeness,
    overlap,
    searchable,
    shared,
    weights,
)
from kb.types import Audience, Hit, Passage, Tier
from kb.understand import Inquiry, Intent

__all__ = ["FIGURES", "SIGNS", "Lead", "Leads", "found_by_name", "found_by_question", "is_particular"]

class _Traits(NamedTuple):
    """What speaks for a sentence, each trait about 0 to 1; the score is their weighted sum."""

    said: float              # share of the question that the sentence holds
    held: float              # share that its passage holds
    rank: float              # the hit's score as a share of the best one's
    place: float             # 1, 1/2, 1/3 … for the first, second, third hit
    asked: float             # likeness to one of its section's own questions, squared
    opening: float           # the same for the opening rules of a section
    asked_near: float        # nearness in meaning to such a question
    near: float              # nearness in meaning of the sentence itself
    signed: float            # has the kind of words wanted
    ours: float              # in plain words
    focus: float             # share of the consequences and steps asked about that it names
    limit: float             # says a limit where one is asked for
    figure: float            # has a figure that is asked about
    english: float
    missing: float           # subjects asked about that its passage does not have; without them the answer is declined
    beside: float            # about another subject
    other: float             # about a right of another kind than those asked about
    home: float              # about trade secrets, where no other right was asked about
    stray: float             # about a matter of its own that was not asked for
    length: float            # in hundreds of characters
    long: float
    short: float


# Set on eval/cases and on lay questions left out of the library.
_WEIGHTS = _Traits(said=1.2, held=0.5, rank=1.2, place=0.2, asked=0.3, opening=0.4, asked_near=0.8, near=1.5, signed=0.25, ours=0.0, focus=0.3,
                   limit=0.3, figure=0.6, english=1.0, missing=-1.0, beside=-0.3, other=-0.2, home=0.2, stray=-0.35, length=0.0, long=-0.2, short=-0.3)

_LIMITS = ((re.compile(r"最多|最高|最长|上限|顶格|封顶|不超过|超过"), re.compile(r"不(得)?超过|以下|最长|最高|最多|以内")),
           (re.compile(r"最少|最低|起码|至少|起步|下限|门槛"), re.compile(r"以上|不(得)?(低|少)于|至少|最低|起点")))
_RIGHTS = {"专利": "专利|发明|实用新型|外观设计", "商标": "商标|牌子|地理标志", "著作权": "著作权|版权|作品|软件|表演|录音|播放|信息网络传播",
           "品种": "植物新品种|品种权|种子|授权品种", "布图": "布图设计|集成电路", "其他": "海关|域名|企业名称|有奖销售|虚假宣传|商业贿赂|垄断|个人信息"}
# Consequences and steps of the law: a question for one of them is answered by a sentence that names it.
_FOCUS = tuple(map(re.compile, (
    "赔", "罚|没收", "判刑|坐牢|有期徒刑|犯罪|判几年", "举报|投诉", "起诉|诉讼|告(?!诉|知)", "时效", "管辖|哪个法院", "登记", "续展|续期", "许可|授权", "转让",
    "补偿", "返还|退还", "销毁", "保全|禁令", "鉴定", "公证", "仲裁", "调解", "上诉", "无效", "异议", "备案", "证据|举证|证明", "年费", "报酬|奖励")))
_RIGHT_WORDS = {right: re.compile(words) for right, words in _RIGHTS.items()}
_TO_A_VISITOR = re.compile(r"(对|跟|提醒|告诉).{1,6}(说)?：")      # how to say it, for those who tell others
_HOME = re.compile("商业秘密|技术秘密|保密|竞业限制|泄密")
_SAME_PASSAGE, _ANOTHER = 0.5, 0.7     # share of the best score with which a sentence that has the figure asked for takes its place
_CONSIDERED = 12             # hits whose sentences compete to be the answer
_LONGEST = 200
_NEARLY = 0.6                # points below the best sentence that others of its passage may be
_NOT_FAR = 0.6               # of another passage that stands in the legal basis beside it
_AS_GOOD = 0.25              # and the best one of another passage
_LIMIT = 3
_LIST_BEARS = 0.7            # of what the best sentence's own 款 has of the question
_SAME_QUESTION = 0.65        # from this likeness on, a section is asked for in so many words
_SAME_RULE = 0.45            # of a guide's bigrams in a 款: below it, the guide itself is cited
_MOST_OF_A_CLAUSE = 0.25     # of a clause's terms must stand in the sentence that answers it
_AFTERWARDS = 0.5            # for a guide on what to do where it has happened
_TO_DO = re.compile(r"怎么|咋|如何|怎样(?!的)|步骤|流程")
_HAPPENED = re.compile(r"了|被|已经|发现")
_FITTING_STEPS = 0.05       # of what is asked must occur in the steps of a guide

_IN_ENGLISH = "”的英文是"      # the last sentence of a glossary entry, for those who ask for it

FIGURES = (Intent.AMOUNT, Intent.DURATION, Intent.DATE)
SIGNS: Mapping[Intent, str] = {
    Intent.AMOUNT: r"\d|[一二三四五六七八九十百千万亿两]+(元|万|倍|家|件|次|个|期|份|人|分|天|日)|百分之|\d%|以下|以上|[共分][七\d]|"
                   r"实际损失|所获利益",
    Intent.DURATION: r"(\d|[一二三四五六七八九十两]+)(个?月|个?工作日|年|日|天|小时)|期限(?!内)|有效期|没有(规定|固定|限定).{0,14}年",
    Intent.DATE: r"\d{4}年|自.{0,20}起|[一二三四五六七八九十\d]+[月日]|年底|[以之结]前|辩论|届满|期满|时起",
    Intent.PENALTY: r"罚款|罚金|有期徒刑|拘役|没收|责令",
    Intent.WHO: r"部门|法院|机关|人民政府|管辖|委员会|局",
    Intent.DEFINITION: r"是指|指的是|称为|即|包括|属于|条件|要件|并且|同时",
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
    """Finds them. `rarity` weighs terms as the index does, `meaning` compares sentences with the question."""

    store: PassageStore
    rarity: Rarity
    meaning: Meaning

    def answering(self, inquiry: Inquiry, hits: Sequence[Hit]) -> tuple[list[Lead], list[Lead]]:
        """The best sentence, with others of the same passage that answer nearly as well, in their order; and of other places
        the best sentence of each passage that is not far behind, best first."""
        if inquiry.refs and inquiry.intent in (Intent.LOOKUP, Intent.OTHER):
            return [], []
        ranked = sorted(self._candidates(inquiry, hits), key=lambda c: -c.score)
        if not ranked:
            return [], []
        best = ranked[0]
        others = [c for c in ranked if _place(c) != _place(best)
                  and (not inquiry.documents or c.source.version.document in inquiry.documents)]
        next_best = list({c.cited.id: c for c in reversed(others) if c.score >= best.score - _NOT_FAR}.values())[::-1]
        steps = self.steps(inquiry, hits) if inquiry.intent is Intent.STEPS else None
        if steps and not (is_particular(best) and self._asks_what_to_do(best.source, inquiry)):
            return self._in_brief(steps), next_best
        if inquiry.intent in FIGURES and not best.signed:
            best = next((c for c in ranked[:12] if c.signed and c.score >= (_SAME_PASSAGE if c.cited == best.cited else _ANOTHER) * best.score), best)
        if inquiry.asks_list and (listed := self._list_beside(best, inquiry)):
            return listed, next_best
        chosen, length = [best], len(best.text)
        for candidate in ranked:
            if candidate is not best and len(chosen) < _LIMIT and length + len(candidate.text) <= _LONGEST \
                    and _belongs(candidate, best):
                chosen.append(candidate)
                length += len(candidate.text)
        also = next((c for c in others if c.score >= best.score - _AS_GOOD), None)
        quoted = best.source.version.tier is Tier.OFFICIAL        # a law is quoted in its own order, ours begins with the answer
        chosen = _joined(sorted(chosen, key=lambda c: c.position if quoted else (c is not best, c.position)))
        further = self._further_figures(inquiry, chosen, ranked)
        return chosen + (further or ([also] if also else [])), next_best

    def _asks_what_to_do(self, section: Passage, inquiry: Inquiry) -> bool:
        """Whether the lay question of the section that is nearly the one asked is, too, about what to do."""
        return any(_TO_DO.search(question) and likeness(inquiry.text, [question], self.rarity) >= _SAME_QUESTION
                   for question in section.questions)

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

    def _list_beside(self, best: Lead, inquiry: Inquiry) -> list[Lead]:
        """The list of the law that bears on what is asked, in the article of the best sentence; after that sentence where it
        is no part of the list. Empty where the article lists nothing, or something else."""
        if best.cited.version.tier is not Tier.OFFICIAL:
            return []
        asked = weights(inquiry.text, inquiry.expansions, self.rarity)
        own = max(paragraphs(best.cited.text), key=lambda paragraph: (best.text in paragraph, shared(best.text, paragraph)))
        lists = [paragraph for paragraph in paragraphs(best.cited.text) if enumeration(paragraph)]
        nearest = max(lists, key=lambda paragraph: (inside(paragraph, asked), paragraph == own), default="")
        if not nearest or inside(nearest, asked) < _LIST_BEARS * inside(own, asked):
            return []
        listed = replace(best, text=enumeration(nearest), source=best.cited, cited=best.cited)
        return [listed] if nearest == own else [best, listed]

    def _candidates(self, inquiry: Inquiry, hits: Sequence[Hit]) -> list[Lead]:
        asked = weights(inquiry.text, inquiry.expansions, self.rarity, inquiry.story)
        top = hits[0].score if hits else 1.0
        signs = re.compile(SIGNS.get(inquiry.intent, r"$^"))
        limit = next((words for asks, words in _LIMITS if asks.search(inquiry.text)), None)
        figures = _values(inquiry.text)
        sources = [(place, hit, source) for place, hit in enumerate([h for h in hits if found_by_question(h)][:_CONSIDERED], start=1)
                   for source in (hit.passage, *self.companions(hit.passage))]
        said = {source.id: statements(source) for _, _, source in sources}
        asked_in = {source.questions for _, _, source in sources}       # an article and its digest have the same ones
        alike = {questions: likeness(inquiry.text, questions, self.rarity) for questions in asked_in}
        near = self._near(inquiry.text, (*said.values(), *asked_in))
        at_station = inquiry.question.audience is Audience.STATION
        rights = _rights(" ".join((inquiry.told, *inquiry.expansions)))
        focus = [words for words in _FOCUS if words.search(inquiry.text)]
        found: list[Lead] = []
        for place, hit, source in sources:
            words, above = searchable(source), headings(source)
            home = not rights and bool(_HOME.search(words))
            asked_for = alike[source.questions]
            asked_near = max((near[question] for question in source.questions), default=0.0)
            held = covers(source, asked)
            missing = sum(subject not in words for subject in inquiry.subjects)
            beside = any(subject in source.title for subject in inquiry.other_subjects)
            for position, sentence in enumerate(said[source.id]):
                if (_IN_ENGLISH in sentence and "英" not in inquiry.text) or (not at_station and _TO_A_VISITOR.match(sentence)):
                    continue
                traits = _Traits(
                    said=overlap(sentence, above, asked), held=held, rank=hit.score / top, place=1 / place,
                    asked=asked_for ** 2, opening=_opens(source, position) * asked_for ** 2, asked_near=asked_near,
                    near=near[sentence], signed=bool(signs.search(sentence)),
                    ours=source.version.tier in (Tier.DIGEST, Tier.GUIDE), limit=bool(limit and limit.search(sentence)),
                    focus=sum(bool(words.search(sentence)) for words in focus) / (len(focus) or 1),
                    figure=bool(figures and figures & _values(sentence)), english=_IN_ENGLISH in sentence, missing=missing, beside=beside,
                    other=bool(_rights(sentence) - rights), home=home,
                    stray=any(subject in sentence for subject in inquiry.strays), length=len(sentence) / 100,
                    long=len(sentence) > 150, short=len(sentence) < 12)
                score = sum(weight * trait for weight, trait in zip(_WEIGHTS, traits, strict=True))
                found.append(Lead(sentence, source, hit.passage, score, traits.said, bool(traits.signed), position, asked_for))
        return found

    def _near(self, text: str, texts: Iterable[Sequence[str]]) -> dict[str, float]:
        """How near in meaning each of the texts is to what is asked."""
        others = list(dict.fromkeys(chain.from_iterable(texts)))
        return dict(zip(others, self.meaning(text, others), strict=True))

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
        happened = not inquiry.beforehand and bool(_HAPPENED.search(inquiry.text))
        found: list[tuple[float, Passage]] = []
        for id_, rank in guides.items():
            sections = self.store.passages_of(id_)
            questions = [q for section in sections if section_of(section) in ("一句话", wanted) for q in section.questions]
            near = max(self.meaning(inquiry.text, questions), default=0.0) if questions else 0.0
            found += [(held + rank + near + _AFTERWARDS * (happened and p.version.title.endswith("怎么办")), p) for p in sections
                      if section_of(p) == wanted and (held := covers(p, asked)) >= _FITTING_STEPS]
        return max(found, default=(0.0, None), key=lambda one: one[0])[1]

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


def found_by_name(hit: Hit) -> bool:
    """The question names it."""
    return any(why.startswith("指名 ") for why in hit.why)


def _opens(source: Passage, position: int) -> float:
    """1 for the first sentence of a guide's section, 0 from the sixth on and in other texts."""
    return max(0.0, 1 - position / 5) if source.version.tier is Tier.GUIDE else 0.0


def _rights(text: str) -> set[str]:
    """The kinds of rights, trade secrets aside, that a text is about."""
    return {right for right, words in _RIGHT_WORDS.items() if words.search(text)}


def _values(text: str) -> set[str]:
    """The figures of a text, whatever they count: 500万 is 500万元以下."""
    return {token.value for token in hard_tokens(text) if token.kind not in ("law", "article", "date")}


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
    return candidate.score >= best.score - _NEARLY


def _place(lead: Lead) -> tuple[str, str]:
    """The article, or the section of a guide, that a sentence stands for: the digest and the official text are one."""
    return lead.cited.version.document, lead.cited.locator
