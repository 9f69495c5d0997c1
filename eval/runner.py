"""Asks every case on its day and scores what comes back. How it is shown is the matter of `eval.table` and `eval.report`."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache

from eval import scoring
from eval.cases import ASIDE, GROUPS, OVERALL, TODAY, Case, digest, load_cases
from eval.gate import Failure, Figure, accepted_figures, below
from eval.scoring import Score
from kb.answer import Assistant
from kb.errors import ConfigError
from kb.types import Answer, Question, Tier

__all__ = ["GROUPS_OF", "PARTS", "Results", "Score", "prepared", "run"]

GROUPS_OF: Mapping[str, tuple[str, ...]] = {
    "answers": ("answers", "rights", "plan", "station", "trainee", "dialogues", "premises", "versions", "robustness", "injections"),
    "refusals": ("refusals", "near_misses")}
PARTS = ("retrieval", *GROUPS_OF)
_ALL_GROUPS = (*GROUPS, ASIDE)


@dataclass(frozen=True, slots=True)
class Results:
    """Scores of one run over one library, with what tells whether another run can stand beside it."""

    what: str
    library: str                             # bundled or corpus: which cases could be asked
    library_version: str
    model: str
    scores: tuple[Score, ...] = ()
    skipped: tuple[str, ...] = ()            # cases that need the official documents
    groups: tuple[str, ...] = _ALL_GROUPS    # that were to be measured, as scores name them
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
        return below(self.figures(), accepted_figures(self.library), measured=_measured(self.what, self.groups))


def prepared(assistant: Assistant, what: str, groups: Collection[str] = _ALL_GROUPS) -> tuple[Results, list[Case]]:
    """The run as it is before the first question, and the whole case set.

    `groups` are those under which scores are reported: without `aside`, cases kept aside are left out.

    Raises:
        ConfigError: `what` is not `retrieval`, `answers`, `refusals` or `all`, or a line of the cases is damaged.
    """
    if what not in (*PARTS, "all"):
        raise ConfigError(f"没有这种评测：{what}", "可用 retrieval、answers、refusals 或 all")
    official = {scoring.bare_title(v.title) for v in assistant.store.versions() if v.tier is Tier.OFFICIAL}
    cases = load_cases()
    skipped = tuple(case.id for case in cases if case.library == "corpus"
                    and not all(scoring.bare_title(article.title) in official for article in case.articles))
    return Results(what, "bundled" if skipped else "corpus", assistant.library_version(), assistant.model.name if assistant.model else "",
                   skipped=skipped, groups=tuple(groups), cases=digest(cases)), cases


def run(assistant: Assistant, what: str, groups: Collection[str] = _ALL_GROUPS, say: Callable[[str], None] = lambda step: None) -> Results:
    """Measure `what` on the cases of `groups` that this library can be asked; `say` hears, some ten times, how far it got.

    Raises:
        ConfigError: as `prepared`.
    """
    before, every = prepared(assistant, what, groups)
    cases = [case for case in every if case.id not in before.skipped and case.reported in groups
             and (_is_searched(case, what) or case.group in _asked_groups(what))]
    scores: list[Score] = []
    answers: dict[str, Answer] = {}
    by_id, ask = {case.id: case for case in every}, cache(assistant.ask)
    for done, case in enumerate(cases, start=1):
        if _is_searched(case, what):
            scores += scoring.of_search(case, assistant.search(case.asked, scoring.SEARCHED))
        if case.group in _asked_groups(what):
            answer = answers[case.id] = ask(case.asked)
            scores += [*scoring.of_answer(case, answer), *scoring.declined(case, answer)]
            scores += [scoring.compared(case, answer, ask(question), metric) for metric, question in _other_forms(case, by_id)]
        if done * 10 // len(cases) > (done - 1) * 10 // len(cases):
            say(f"已测 {done} / {len(cases)} 题")
    return replace(before, scores=tuple(scores), answers=answers,
                   elapsed_ms={id_: answer.elapsed_ms for id_, answer in answers.items()})


def _is_searched(case: Case, what: str) -> bool:
    return what in ("retrieval", "all") and bool(case.articles)


def _other_forms(case: Case, by_id: Mapping[str, Case]) -> Iterator[tuple[str, Question]]:
    """The same question in another form, with the metric that compares the answers."""
    if case.like:
        yield "换写法一致", by_id[case.like].asked
    if case.in_full:
        yield "追问等价", replace(case.asked, text=case.in_full, turns=())


def _measured(what: str, groups: Collection[str]) -> set[str]:
    """Places of the gate that a run of `what` over these groups fills: retrieval/plan, asked/refusals."""
    every = what == "all"
    searched = {f"retrieval/{group}" for group in groups if every or (what == "retrieval" and group != ASIDE)}
    asked = {f"asked/{group}" for group in groups if group in _asked_groups(what) or (every and group == ASIDE)}
    return searched | asked | ({f"asked/{OVERALL}"} if every and set(groups) == set(_ALL_GROUPS) else set())


def _asked_groups(what: str) -> tuple[str, ...]:
    return tuple(group for part, groups in GROUPS_OF.items() if what in (part, "all") for group in groups)
