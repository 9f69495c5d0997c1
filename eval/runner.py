"""Asks every case on its day and scores what comes back: per-case reasons first, then a table by group, then the gate."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from eval import metrics, scoring
from eval.cases import ASIDE, GROUP_NAMES, GROUPS, OVERALL, Case, load_cases
from eval.gate import Failure, Figure, accepted_figures, below, shown
from eval.scoring import Score
from kb.answer import Assistant
from kb.errors import ConfigError
from kb.render import to_text
from kb.types import Answer, Question, Tier

__all__ = ["GROUPS_OF", "PARTS", "Results", "Score", "run", "table"]

GROUPS_OF: Mapping[str, tuple[str, ...]] = {
    "answers": ("answers", "rights", "plan", "station", "trainee", "dialogues", "premises", "versions", "robustness", "injections"),
    "refusals": ("refusals", "near_misses")}
PARTS = ("retrieval", *GROUPS_OF)
_ALL_GROUPS = (*GROUPS, ASIDE)
_PART_NAME = {"retrieval": "检索", "asked": "回答"}


@dataclass(frozen=True, slots=True)
class Results:
    """Scores of one run over one library."""

    what: str
    library: str                             # bundled or corpus: which cases could be asked
    library_version: str
    model: str
    scores: tuple[Score, ...]
    skipped: tuple[str, ...] = ()            # cases that need the official documents
    groups: tuple[str, ...] = _ALL_GROUPS    # that were to be measured, as scores name them
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)

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

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what, "library": self.library, "library_version": self.library_version, "model": self.model,
            "figures": [{"part": part, "group": group, "metric": metric, "cases": figure.cases,
                         "value": round(float(figure.value), 4)} for (part, group, metric), figure in self.figures().items()],
            "failures": [{"id": s.case, "part": s.part, "group": s.group, "metric": s.metric,
                          "value": round(float(s.value), 4), "reason": s.reason} for s in self.reasons()],
            "skipped": list(self.skipped),
            "below_gate": [str(failure) for failure in self.below_gate()],
        }


def run(assistant: Assistant, what: str, groups: Collection[str] = _ALL_GROUPS) -> Results:
    """Measure `retrieval`, `answers`, `refusals` or `all` on the cases of `groups` that this library can be asked.

    `groups` are those under which scores are reported: without `aside`, cases kept aside are left out.

    Raises:
        ConfigError: `what` is none of these, or a line of the cases is damaged.
    """
    if what not in (*PARTS, "all"):
        raise ConfigError(f"没有这种评测：{what}", "可用 retrieval、answers、refusals 或 all")
    official = {scoring.bare_title(v.title) for v in assistant.store.versions() if v.tier is Tier.OFFICIAL}
    cases = load_cases()
    skipped = [case for case in cases if case.library == "corpus"
               and not all(scoring.bare_title(article.title) in official for article in case.articles)]
    scores: list[Score] = []
    answers: dict[str, Answer] = {}
    by_id, ask = {case.id: case for case in cases}, cache(assistant.ask)
    for case in cases:
        if case in skipped or case.reported not in groups:
            continue
        if what in ("retrieval", "all") and case.articles:
            scores += scoring.of_search(case, assistant.search(case.asked, scoring.SEARCHED))
        if case.group in _asked_groups(what):
            answer = answers[case.id] = ask(case.asked)
            scores += [*scoring.of_answer(case, answer), *scoring.declined(case, answer)]
            scores += [scoring.compared(case, answer, ask(question), metric) for metric, question in _other_forms(case, by_id)]
    return Results(what, "bundled" if skipped else "corpus", assistant.library_version(), assistant.model.name if assistant.model else "",
                   tuple(scores), tuple(c.id for c in skipped), tuple(groups), answers)


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


def table(results: Results) -> str:
    """What fell short, case by case, then every figure by group, then the gate."""
    lines = [f"资料库 {results.library_version}（{_LIBRARY_NAME[results.library]}）"
             f"{'，模型 ' + results.model if results.model else '，未用模型'}"]
    if results.skipped:
        lines.append(f"未测 {len(results.skipped)} 题，它们需要入库官方文件：{'、'.join(results.skipped)}")
    lines += ["", "没有做到的："] if results.reasons() else []
    lines += [f"  {s.case}  {s.metric}（{_PART_NAME[s.part]}）{shown(s.metric, s.value)}：{s.reason}" for s in results.reasons()]
    figures = results.figures()
    for part, show in (("retrieval", _PART_NAME["retrieval"]), ("asked", _PART_NAME["asked"])):
        lines += _part_table(figures, part, show)
    lines += ["", _spread(list(results.answers.values()))] if results.answers else []
    failures = results.below_gate()
    lines += ["", f"低于门槛 {len(failures)} 项：", *(f"  {failure}" for failure in failures)] if failures else ["", "达到门槛。"]
    return "\n".join(lines)


def _spread(answers: Sequence[Answer]) -> str:
    """How long answers are and how long they take: the middle one, and the one that 95 of 100 stay below."""
    lengths = sorted(metrics.answer_length(to_text(answer)) for answer in answers)
    times = sorted(answer.elapsed_ms for answer in answers)
    at = int(0.95 * (len(answers) - 1))
    return (f"答案字数 中位数 {lengths[len(lengths) // 2]}，95% 不超过 {lengths[at]}；"
            f"用时 中位数 {times[len(times) // 2]:.0f} 毫秒，95% 不超过 {times[at]:.0f} 毫秒")


_LIBRARY_NAME = {"bundled": "随程序附带", "corpus": "含官方文件"}


def _part_table(figures: Mapping[tuple[str, str, str], Figure], part: str, title: str) -> list[str]:
    named = list(dict.fromkeys(metric for p, _, metric in figures if p == part))
    if not named:
        return []
    rows = [[title, *named]]
    for group in GROUP_NAMES:
        if any((part, group, metric) in figures for metric in named):
            rows.append([GROUP_NAMES[group], *(_cell(figures, part, group, metric) for metric in named)])
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["", *("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
                  for row in rows)]


def _cell(figures: Mapping[tuple[str, str, str], Figure], part: str, group: str, metric: str) -> str:
    found = figures.get((part, group, metric))
    return f"{shown(metric, found.value)} /{found.cases}题" if found else "·"


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
