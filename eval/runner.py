"""Asks every case on its day and scores what comes back. How it is shown is the matter of `eval.table` and `eval.report`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from eval import metrics
from eval.cases import ASIDE, GROUPS, TODAY, Article, Case, digest, load_cases
from eval.gate import Failure, Figure, accepted_figures, below
from kb.answer import Assistant
from kb.chronicle import LOCATOR as REGISTER_ENTRY
from kb.compose import STOOD_THEN
from kb.errors import ConfigError
from kb.render import to_text
from kb.text import fold
from kb.types import Answer, Citation, Outcome, Part, Passage, Tier

__all__ = ["GROUPS_OF", "PARTS", "Results", "Score", "prepared", "run"]

GROUPS_OF: Mapping[str, tuple[str, ...]] = {
    "answers": ("answers", "rights", "plan", "station", "trainee", "dialogues", "premises"), "refusals": ("refusals", "near_misses")}
PARTS = ("retrieval", *GROUPS_OF)
_SEARCHED = 20
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


@dataclass(frozen=True, slots=True)
class Results:
    """Scores of one run over one library, with what tells whether another run can stand beside it."""

    what: str
    library: str                             # bundled or corpus: which cases could be asked
    library_version: str
    model: str
    scores: tuple[Score, ...] = ()
    skipped: tuple[str, ...] = ()            # cases that need the official documents
    cases: str = ""                          # `eval.cases.digest` of the whole case set
    as_of: date = TODAY                      # the day the questions are asked on, whatever the calendar says
    elapsed_ms: Mapping[str, float] = field(default_factory=dict)      # of each answer, by case
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False, compare=False)

    def figures(self) -> dict[tuple[str, str, str], Figure]:
        """(part, group, metric) → what was measured."""
        values: dict[tuple[str, str, str], list[Fraction]] = {}
        for score in self.scores:
            values.setdefault((score.part, score.group, score.metric), []).append(score.value)
        return {key: Figure(sum(found, Fraction(0)) / len(found), len(found)) for key, found in values.items()}

    def reasons(self) -> list[Score]:
        """Scores that fell short, in order of the cases; those of cases kept aside are not looked at."""
        return [score for score in self.scores if score.reason and score.group != ASIDE]

    def below_gate(self) -> list[Failure]:
        """What `eval/gate.json` does not accept, among what was measured; with or without a chat model alike.

        Raises:
            ConfigError: the gate file is missing or damaged.
        """
        return below(self.figures(), accepted_figures(self.library), measured=_measured(self.what))


def prepared(assistant: Assistant, what: str) -> tuple[Results, list[Case]]:
    """The run as it is before the first question, and the cases this library can be asked.

    Raises:
        ConfigError: `what` is not `retrieval`, `answers`, `refusals` or `all`, or a line of the cases is damaged.
    """
    if what not in (*PARTS, "all"):
        raise ConfigError(f"没有这种评测：{what}", "可用 retrieval、answers、refusals 或 all")
    official = {_bare(v.title) for v in assistant.store.versions() if v.tier is Tier.OFFICIAL}
    cases = load_cases()
    asked: list[Case] = []
    skipped: list[Case] = []
    for case in cases:
        held = case.library == "bundled" or all(_bare(article.title) in official for article in case.articles)
        (asked if held else skipped).append(case)
    return Results(what, "bundled" if skipped else "corpus", assistant.library_version(),
                   assistant.model.name if assistant.model else "", skipped=tuple(c.id for c in skipped), cases=digest(cases)), asked


def run(assistant: Assistant, what: str, say: Callable[[str], None] = lambda step: None) -> Results:
    """Measure `what` on the cases this library can be asked; `say` hears, some ten times, how far it got.

    Raises:
        ConfigError: as `prepared`.
    """
    before, cases = prepared(assistant, what)
    cases = [case for case in cases if _is_searched(case, what) or case.group in _asked_groups(what)]
    scores: list[Score] = []
    answers: dict[str, Answer] = {}
    for done, case in enumerate(cases, start=1):
        if _is_searched(case, what):
            scores += _retrieval(assistant, case)
        if case.group in _asked_groups(what):
            answers[case.id] = assistant.ask(case.asked)
            scores += _answered(case, answers[case.id])
        if done * 10 // len(cases) > (done - 1) * 10 // len(cases):
            say(f"已测 {done} / {len(cases)} 题")
    return replace(before, scores=tuple(scores), answers=answers,
                   elapsed_ms={id_: answer.elapsed_ms for id_, answer in answers.items()})


def _is_searched(case: Case, what: str) -> bool:
    return what in ("retrieval", "all") and bool(case.articles)


def _measured(what: str) -> set[str]:
    """Places of the gate that a run of `what` fills: retrieval/plan, asked/refusals."""
    searched = {f"retrieval/{group}" for group in GROUPS} if what in ("retrieval", "all") else set()
    aside = {f"retrieval/{ASIDE}", f"asked/{ASIDE}"} if what == "all" else set()      # cases of every group
    return searched | aside | {f"asked/{group}" for group in _asked_groups(what)}


def _asked_groups(what: str) -> tuple[str, ...]:
    return tuple(group for part, groups in GROUPS_OF.items() if what in (part, "all") for group in groups)


def _retrieval(assistant: Assistant, case: Case) -> list[Score]:
    hits = assistant.search(case.asked, _SEARCHED)
    gold = [_key(article) for article in case.articles]
    ranking = [_named(hit.passage, case, hit.passage.locator) or hit.passage.id for hit in hits]
    lost = [article for article, key in zip(case.articles, gold, strict=True) if key not in ranking[:_K]]
    first = "、".join(f"《{hit.passage.title}》{hit.passage.locator}" for hit in hits[:3]) or "什么也没有"
    reason = f"前 {_K} 条没有{_listed(lost)}；最前是{first}" if lost else ""
    found = (("Recall@10", metrics.recall_at_k(ranking, gold, _K), reason),
             ("Hit@1", metrics.hit_at_k(ranking, gold, 1), ""), ("Hit@10", metrics.hit_at_k(ranking, gold, _K), ""),
             ("MRR", metrics.mrr(ranking, gold), ""))
    return [Score(case.id, case.reported, "retrieval", name, value, why) for name, value, why in found if value is not None]


def _answered(case: Case, answer: Answer) -> list[Score]:
    scores: list[Score] = []

    def put(metric: str, value: Fraction | None, reason: str = "") -> None:
        if value is not None:
            scores.append(Score(case.id, case.reported, "asked", metric, value, reason))

    text = to_text(answer)
    put(*_outcome(case, answer))
    if case.outcome is not None:
        exact = answer.outcome is case.outcome
        put("结论一致", Fraction(int(exact)), "" if exact else f"应为 {case.outcome.value}，实为 {answer.outcome.value}")
    if case.facts:
        missing = metrics.missing_facts(text, case.facts)
        put("要点齐全", Fraction(int(not missing)))
        put("要点召回", metrics.key_fact_recall(text, case.facts), f"缺要点：{'、'.join(missing)}" if missing else "")
        direct = "\n".join(claim.text for claim in answer.claims if claim.part is Part.DIRECT)
        late = [fact for fact in metrics.missing_facts(direct, case.facts) if fact not in missing]
        put("开头即答", metrics.key_fact_recall(direct, case.facts),
            f"要点只在依据里，直接回答没说：{'、'.join(late)}" if late else "")
    if case.articles:
        cited = {_named(c.passage, case, c.passage.locator) or "" for c in answer.citations}
        lost = metrics.missing_articles(cited, [_key(article) for article in case.articles])
        unseen = [article for article in case.articles if _key(article) in lost]
        put("应引条文", Fraction(len(case.articles) - len(lost), len(case.articles)),
            f"没有引用{_listed(unseen)}；引了{_cited(answer)}" if lost else "")
    wrong = [wording for wording in case.must_not if metrics.said(text, wording)]
    if case.must_not:
        put("禁句率", Fraction(len(wrong), len(case.must_not)), f"出现了不该有的：{'、'.join(wrong)}" if wrong else "")
    stale = [c for c in _cited_as_current(answer) if not c.passage.version.in_force_on(case.as_of)]
    put("失效当现行", Fraction(int(bool(stale))), f"引了已经失效的{'、'.join(f'《{c.passage.title}》（{c.passage.version.label}）' for c in stale)}"
        if stale else "")
    loose = [c for c in answer.citations if not c.quote or c.quote not in c.passage.text]
    put("引文逐字", metrics.verbatim_share([(c.quote, c.passage.text) for c in answer.citations]),
        f"引文与原文不符：{'、'.join(f'[{c.n}]' for c in loose)}" if loose else "")
    put("答案字数", Fraction(metrics.answer_length(text)))
    return scores


def _cited_as_current(answer: Answer) -> list[Citation]:
    """Citations of the answer, without those of texts that it names as the ones of an earlier day or of the register."""
    named = {n for claim in answer.claims for n in claim.citations if claim.text.startswith(STOOD_THEN)}
    return [c for c in answer.citations if c.n not in named and c.locator != REGISTER_ENTRY
            and c.passage.version.tier in (Tier.OFFICIAL, Tier.DIGEST)]


def _outcome(case: Case, answer: Answer) -> tuple[str, Fraction | None, str]:
    """Declining where it is due; answering where that is due. A question to be clarified is neither."""
    if case.declined:
        return ("拒答召回", metrics.refusal_recall([answer.outcome.refused]),
                "" if answer.outcome.refused else f"应当拒答，却是 {answer.outcome.value}")
    if case.outcome is not None:
        return "拒答召回", None, ""
    declined = answer.outcome.refused or answer.outcome is Outcome.CLARIFY
    return "误拒率", metrics.over_refusal([declined]), f"不该拒答，却是 {answer.outcome.value}" if declined else ""


# A part of a law carries its place in brackets: 刑法（第二编第三章第七节 …，节选）. Numbered interpretations keep theirs.
_EXTRACT = re.compile(r"\((?![一二三四五六七八九十]+\))[^()]*\)$")


def _bare(title: str) -> str:
    return _EXTRACT.sub("", fold(title)).removeprefix("中华人民共和国")


def _key(article: Article) -> str:
    return f"{_bare(article.title)}|{fold(article.locator)}"


def _named(passage: Passage, case: Case, locator: str) -> str | None:
    """The gold article this passage is a text of, as of the day of the question."""
    key = _key(Article(passage.title, locator))
    if passage.version.in_force_on(case.as_of) and any(key == _key(article) for article in case.articles):
        return key
    return None


def _listed(articles: Iterable[Article]) -> str:
    return "、".join(str(article) for article in articles)


def _cited(answer: Answer) -> str:
    return "、".join(f"《{c.passage.title}》{c.locator}" for c in answer.citations) or "空白"
