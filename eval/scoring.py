"""Scores of one case: what a search found and what an answer says, each metric with the reason where it fell short."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from eval import metrics
from eval.attribution import (
    Decider,
    Statement,
    citation_precision,
    citation_recall,
    hard_token_leak,
    leaked_tokens,
    statements,
    supported,
    unsupported,
)
from eval.cases import ASIDE, OVERALL, Article, Case
from eval.metrics import Reply, Substance
from kb.chronicle import LOCATOR as REGISTER_ENTRY
from kb.compose import STOOD_THEN
from kb.render import to_text
from kb.text import fold
from kb.types import Answer, Citation, Hit, Outcome, Part, Passage, Tier

__all__ = ["SEARCHED", "Score", "bare_title", "compared", "declined", "of_answer", "of_search", "substance"]

SEARCHED = 20        # hits asked for
_K = 10


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one case; `reason` says what is wrong where the value is not perfect."""

    case: str
    group: str
    part: str                # retrieval or asked: what was done with the case
    metric: str
    value: Fraction
    reason: str = ""


Measure = tuple[str, Fraction | None, str]       # metric, value (None: does not apply), reason


def of_search(case: Case, hits: Sequence[Hit]) -> list[Score]:
    """How well a search found the gold articles."""
    gold = [_key(article) for article in case.articles]
    ranking = [_named(hit.passage, case) or hit.passage.id for hit in hits]
    lost = [article for article, key in zip(case.articles, gold, strict=True) if key not in ranking[:_K]]
    first = "、".join(f"《{hit.passage.title}》{hit.passage.locator}" for hit in hits[:3]) or "什么也没有"
    return _scores(case, "retrieval", (
        ("Recall@10", metrics.recall_at_k(ranking, gold, _K), f"前 {_K} 条没有{_listed(lost)}；最前是{first}" if lost else ""),
        ("Hit@1", metrics.hit_at_k(ranking, gold, 1), ""), ("Hit@10", metrics.hit_at_k(ranking, gold, _K), ""),
        ("MRR", metrics.mrr(ranking, gold), "")))


def of_answer(case: Case, answer: Answer) -> list[Score]:
    """Everything that an answer alone tells."""
    text = to_text(answer)
    said, decide = statements(answer), cache(supported)
    return _scores(case, "asked", (*_outcome(case, answer), *_facts(case, answer, text), *_articles(case, answer), *_forbidden(case, answer, text),
                                   *_quotations(answer), *_attribution(said, decide),
                                   *_verdict(case, answer, text, unsupported(said, decide)),
                                   ("答案字数", Fraction(metrics.answer_length(text)), "")))


def compared(case: Case, answer: Answer, other: Answer, metric: str) -> Score:
    """Whether two answers to forms of one question come to the same."""
    here, there = substance(case, answer), substance(case, other)
    return Score(case.id, case.reported, "asked", metric, metrics.equivalence(here, there), "；".join(metrics.differences(here, there)))


def declined(case: Case, answer: Answer) -> list[Score]:
    """Refusal precision, which takes the questions of every group; cases kept aside by themselves."""
    due = metrics.refusal_precision([case.declined]) if answer.outcome.refused else None
    group = ASIDE if case.aside else OVERALL
    return [] if due is None else [Score(case.id, group, "asked", "拒答精确", due, "" if due else f"不该拒答，却是 {answer.outcome.value}")]


def substance(case: Case, answer: Answer) -> Substance:
    missing = metrics.missing_facts(to_text(answer), case.facts)
    cited = {_named(c.passage, case) for c in answer.citations}
    return Substance(answer.outcome.value, frozenset(str(article) for article in case.articles if _key(article) in cited),
                     frozenset(wordings[0] for wordings in case.facts if wordings[0] not in missing))


def _scores(case: Case, part: str, found: Iterable[Measure]) -> list[Score]:
    return [Score(case.id, case.reported, part, name, value, reason) for name, value, reason in found if value is not None]


def _outcome(case: Case, answer: Answer) -> list[Measure]:
    """Declining where it is due; answering where that is due. A question to be clarified is neither."""
    said = answer.outcome.value
    if case.outcome is None:
        refused = _no_answer(answer)
        return [("误拒率", metrics.over_refusal([refused]), f"不该拒答，却是 {said}" if refused else "")]
    exact = answer.outcome is case.outcome
    found: list[Measure] = [("结论一致", Fraction(int(exact)), "" if exact else f"应为 {case.outcome.value}，实为 {said}")]
    if case.declined:
        found.append(("拒答召回", metrics.refusal_recall([answer.outcome.refused]), "" if answer.outcome.refused else f"应当拒答，却是 {said}"))
    return found


def _no_answer(answer: Answer) -> bool:
    return answer.outcome.refused or answer.outcome is Outcome.CLARIFY


def _facts(case: Case, answer: Answer, text: str) -> list[Measure]:
    missing = metrics.missing_facts(text, case.facts)
    direct = "\n".join(claim.text for claim in answer.claims if claim.part is Part.DIRECT)
    late = [fact for fact in metrics.missing_facts(direct, case.facts) if fact not in missing]
    return [("要点齐全", metrics.full_credit(text, case.facts), ""),
            ("要点召回", metrics.key_fact_recall(text, case.facts), f"缺要点：{'、'.join(missing)}" if missing else ""),
            ("开头即答", metrics.key_fact_recall(direct, case.facts), f"要点只在依据里，直接回答没说：{'、'.join(late)}" if late else "")]


def _articles(case: Case, answer: Answer) -> list[Measure]:
    cited = {_named(c.passage, case) or "" for c in answer.citations}
    gold = [_key(article) for article in case.articles]
    lost = metrics.missing_articles(cited, gold)
    unseen = [article for article in case.articles if _key(article) in lost]
    return [("应引条文", Fraction(len(gold) - len(lost), len(gold)) if gold else None,
             f"没有引用{_listed(unseen)}；引了{_cited(answer)}" if lost else "")]


def _forbidden(case: Case, answer: Answer, text: str) -> list[Measure]:
    wrong, stale = _said_wrongly(case, text), _stale(case, answer)
    named = "、".join(f"《{c.passage.title}》（{c.passage.version.label}）" for c in stale)
    return [("禁句率", Fraction(len(wrong), len(case.must_not)) if case.must_not else None, f"出现了不该有的：{'、'.join(wrong)}" if wrong else ""),
            ("失效当现行", metrics.stale_law_rate([False for _ in stale]), f"引了当日不施行的{named}" if stale else "")]


def _said_wrongly(case: Case, text: str) -> list[str]:
    return [wording for wording in case.must_not if metrics.said(text, wording)]


def _stale(case: Case, answer: Answer) -> list[Citation]:
    """Citations of texts that are not in force on the day, without those that the answer names as the ones of an earlier day or of the
    register, and without the text that the question asks for by its day."""
    named = {n for claim in answer.claims for n in claim.citations if claim.text.startswith(STOOD_THEN)}
    days = [case.as_of, *(article.on for article in case.articles if article.on)]
    return [c for c in answer.citations if c.n not in named and c.locator != REGISTER_ENTRY
            and c.passage.version.tier in (Tier.OFFICIAL, Tier.DIGEST) and not any(map(c.passage.version.in_force_on, days))]


def _quotations(answer: Answer) -> list[Measure]:
    loose = [c for c in answer.citations if not c.quote or c.quote not in c.passage.text]
    return [("引文逐字", metrics.verbatim_share([(c.quote, c.passage.text) for c in answer.citations]),
             f"引文与原文不符：{'、'.join(f'[{c.n}]' for c in loose)}" if loose else "")]


def _attribution(said: Sequence[Statement], decide: Decider) -> list[Measure]:
    bare, leaked = unsupported(said, decide), leaked_tokens(said)
    return [("引用召回", citation_recall(said, decide), f"所引来源没有这样说：{_first(bare)}" if bare else ""),
            ("引用精确", citation_precision(said, decide), ""),
            ("数字无据", hard_token_leak(said), f"所引来源里没有：{'、'.join(leaked)}" if leaked else "")]


def _first(bare: Sequence[Statement]) -> str:
    """The first two, shortened: enough to find them in the answer."""
    return "、".join(f"“{statement.text[:40]}”" for statement in bare[:2]) + (f"等 {len(bare)} 句" if len(bare) > 2 else "")


def _verdict(case: Case, answer: Answer, text: str, bare: Sequence[Statement]) -> list[Measure]:
    """What other measures found, summed up as a lawyer and as CRAG would; they have given the reasons."""
    missing = metrics.missing_facts(text, case.facts)
    due = case.outcome is Outcome.CLARIFY or case.declined
    what = metrics.reply(facts=len(case.facts), missing=len(missing), declined=_no_answer(answer), due=due,
                         forbidden=bool(_said_wrongly(case, text) or _stale(case, answer)))
    if what is None:
        return []
    found = metrics.reliability(what, ungrounded=sum(not s.cited for s in bare), misgrounded=sum(bool(s.cited) for s in bare))
    reason = "答的是别的问题，一个要点也没有" if what is Reply.BESIDE else ""
    return [("准确有据", Fraction(int(found is metrics.Reliability.ACCURATE)), ""),
            ("幻觉率", Fraction(int(found is metrics.Reliability.HALLUCINATED)), ""), ("CRAG", metrics.crag_score(what), reason)]


# A part of a law carries its place in brackets: 刑法（第二编第三章第七节 …，节选）. Numbered interpretations keep theirs.
_EXTRACT = re.compile(r"\((?![一二三四五六七八九十]+\))[^()]*\)$")


def bare_title(title: str) -> str:
    """A title as readers compare it: without the name of the state and what part of the law it is."""
    return _EXTRACT.sub("", fold(title)).removeprefix("中华人民共和国")


def _key(article: Article) -> str:
    return f"{bare_title(article.title)}|{fold(article.locator)}|{article.on or ''}"


def _named(passage: Passage, case: Case) -> str | None:
    """The gold article this passage is a text of, in force on the day wanted."""
    title, locator = bare_title(passage.title), fold(passage.locator)
    return next((_key(article) for article in case.articles if bare_title(article.title) == title and fold(article.locator) == locator
                 and passage.version.in_force_on(article.on or case.as_of)), None)


def _listed(articles: Iterable[Article]) -> str:
    return "、".join(str(article) for article in articles)


def _cited(answer: Answer) -> str:
    return "、".join(f"《{c.passage.title}》{c.locator}" for c in answer.citations) or "空白"
