"""Two runs over the same cases, side by side: which figures changed, by more than chance or not, and which cases did it.

A difference is more than chance where its paired-bootstrap interval of 95 % leaves out zero. Of many figures compared
without any true difference one in twenty does so too, so the number compared is always said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from eval.cases import ASIDE, GROUP_NAMES, OVERALL
from eval.gate import shown
from eval.intervals import Interval, paired_bootstrap
from eval.metrics import LOWER_IS_BETTER
from eval.runner import Results, Score
from eval.table import LENGTH, PART_NAME, columns
from kb.errors import ConfigError

__all__ = ["Change", "Compared", "Shift", "as_json", "compare", "difference", "refuse_unlike", "table"]

_NEUTRAL = frozenset({LENGTH})       # neither more nor less of it is better
_LIBRARY = {"bundled": "只有随程序附带的资料库", "corpus": "已入库官方文件的资料库"}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in both runs, over the cases that have it in both. `unpaired` cases have it in one only."""

    part: str
    group: str
    metric: str
    cases: int
    before: Fraction
    after: Fraction
    interval: Interval               # of after - before
    unpaired: int = 0

    @property
    def difference(self) -> Fraction:
        return self.after - self.before

    @property
    def certain(self) -> bool:
        """More than chance."""
        return self.interval.low > 0 or self.interval.high < 0

    @property
    def better(self) -> bool | None:
        """None where nothing changed, or the metric has no better side."""
        return _better(self.metric, self.before, self.after)


@dataclass(frozen=True, slots=True)
class Shift:
    """One metric of one case that changed. A reason says what was or is wrong, where anything was or is."""

    before: Score
    after: Score

    @property
    def better(self) -> bool | None:
        return _better(self.after.metric, self.before.value, self.after.value)


@dataclass(frozen=True, slots=True)
class Compared:
    """`changes` are by group, those of all groups together first; `shifts` in the order of the cases. Cases kept aside are compared
    as a group and not looked at one by one."""

    before: Results
    after: Results
    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...]
    one_sided: tuple[str, ...]       # metrics that only one of the runs has

    @property
    def moved(self) -> list[Change]:
        """What changed, first what is more than chance."""
        return sorted((change for change in self.changes if change.difference), key=lambda change: not change.certain)

    @property
    def worse(self) -> list[Shift]:
        return [shift for shift in self.shifts if shift.better is False]

    @property
    def better(self) -> list[Shift]:
        return [shift for shift in self.shifts if shift.better]


def _better(metric: str, before: Fraction, after: Fraction) -> bool | None:
    if before == after or metric in _NEUTRAL:
        return None
    return (after < before) == (metric in LOWER_IS_BETTER)


def refuse_unlike(before: Results, after: Results) -> None:
    """Raise where the two did not ask the same cases the same way.

    Raises:
        ConfigError: another part, another case set, another kind of library, or other cases that this library cannot be asked.
    """
    again = "请用现在的程序和同一个资料库重新保存一次：zhiwen eval … --save"
    if before.what != after.what:
        raise ConfigError(f"不能比较：保存的是 {before.what} 的评测，这次是 {after.what}", f"请改为 zhiwen eval {before.what} --compare …")
    if before.groups != after.groups:
        raise ConfigError(f"不能比较：保存的评测有 {len(before.groups)} 组题，这次有 {len(after.groups)} 组", again)
    if before.cases != after.cases:
        raise ConfigError(f"不能比较：题库变了（保存时 {before.cases[:8]}，现在 {after.cases[:8]}）",
                          "题目不同，得分不能相减；请在要比较的版本上用现在的题库重新保存：zhiwen eval … --save")
    if before.library != after.library:
        raise ConfigError(f"不能比较：保存的评测用的是{_LIBRARY[before.library]}，这次是{_LIBRARY[after.library]}",
                          "请用 --data 指定同类的资料库，或用这个资料库重新保存：zhiwen eval … --save")
    if before.skipped != after.skipped:
        raise ConfigError(f"不能比较：保存时有 {len(before.skipped)} 题因缺官方文件未测，这次有 {len(after.skipped)} 题", again)


def compare(before: Results, after: Results) -> Compared:
    """Every figure of both runs, and every case whose score changed.

    Raises:
        ConfigError: as `refuse_unlike`.
    """
    refuse_unlike(before, after)
    old, new = _by_figure(before.scores), _by_figure(after.scores)
    shared = [key for key in new if key in old and old[key].keys() & new[key].keys()]
    order = {group: place for place, group in enumerate(GROUP_NAMES)} | {OVERALL: -1}
    changes = [_change(key, old[key], new[key]) for key in sorted(shared, key=lambda key: order.get(key[1], len(order)))]
    known = {(s.case, s.group, s.part, s.metric): s for s in before.scores}
    shifts = [Shift(known[key], score) for score in after.scores if score.group != ASIDE
              and (key := (score.case, score.group, score.part, score.metric)) in known and known[key].value != score.value]
    metrics = [{metric for _, _, metric in figures} for figures in (old, new)]
    return Compared(before, after, tuple(changes), tuple(shifts), tuple(sorted(metrics[0] ^ metrics[1])))


def _by_figure(scores: Sequence[Score]) -> dict[tuple[str, str, str], dict[str, Fraction]]:
    found: dict[tuple[str, str, str], dict[str, Fraction]] = {}
    for score in scores:
        for group in {score.group, score.group if score.group == ASIDE else OVERALL}:
            found.setdefault((score.part, group, score.metric), {})[score.case] = score.value
    return found


def _change(key: tuple[str, str, str], old: Mapping[str, Fraction], new: Mapping[str, Fraction]) -> Change:
    both = [case for case in new if case in old]
    return Change(*key, len(both), sum((old[case] for case in both), Fraction(0)) / len(both),
                  sum((new[case] for case in both), Fraction(0)) / len(both),
                  paired_bootstrap([float(old[case]) for case in both], [float(new[case]) for case in both]),
                  len(old.keys() ^ new.keys()))


def difference(metric: str, value: float) -> str:
    """With its sign: shares in percentage points, MRR and the score of CRAG with two digits, characters whole."""
    written = f"{value:+.0f}" if metric == LENGTH else f"{value:+.2f}" if metric in ("MRR", "CRAG") else f"{value * 100:+.1f}"
    return written if float(written) else written[1:]


def as_json(compared: Compared) -> dict[str, object]:
    """The comparison as `--json` prints it."""
    return {
        "before": {name: getattr(compared.before, name) for name in ("library_version", "model")},
        "changes": [{"part": c.part, "group": c.group, "metric": c.metric, "cases": c.cases, "unpaired": c.unpaired,
                     "before": round(float(c.before), 4), "after": round(float(c.after), 4),
                     "difference": round(float(c.difference), 4), "low": round(c.interval.low, 4), "high": round(c.interval.high, 4),
                     "more_than_chance": c.certain, "better": c.better} for c in compared.changes],
        "worse": [_shift_json(shift) for shift in compared.worse],
        "better": [_shift_json(shift) for shift in compared.better],
        "only_in_one": list(compared.one_sided),
    }


def _shift_json(shift: Shift) -> dict[str, object]:
    return {"id": shift.after.case, "part": shift.after.part, "group": shift.after.group, "metric": shift.after.metric,
            "before": round(float(shift.before.value), 4), "after": round(float(shift.after.value), 4),
            "reason_before": shift.before.reason, "reason": shift.after.reason}


def table(compared: Compared) -> str:
    """Cases that got worse, cases that got better, then the figures that changed."""
    lines = [f"与保存的评测相比（资料库 {compared.before.library_version}"
             f"{'，模型 ' + compared.before.model if compared.before.model else '，未用模型'}）："]
    for name, shifts in (("变差", compared.worse), ("变好", compared.better)):
        lines += ["", f"{name} {len({shift.after.case for shift in shifts})} 题："] if shifts else ["", f"没有题目{name}。"]
        lines += [f"  {_shift_line(shift)}" for shift in shifts]
    moved = compared.moved
    lines += ["", f"共比较 {len(compared.changes)} 项，{len(moved)} 项有变化，{sum(change.certain for change in moved)} 项超出偶然{'：' if moved else '。'}"]
    if moved:
        lines += columns([["", "组", "指标", "前", "后", "差", "95% 区间", "题数", "判断"], *map(_row, moved)])
        lines.append("（差以百分点计；没有真实差别时，20 项里也会有 1 项因偶然超出）")
    if compared.one_sided:
        lines.append(f"只有一次测了：{'、'.join(compared.one_sided)}")
    return "\n".join(lines)


def _shift_line(shift: Shift) -> str:
    metric = shift.after.metric
    reason = shift.after.reason or (f"原来{shift.before.reason}" if shift.before.reason else "")
    return (f"{shift.after.case}  {metric}（{PART_NAME[shift.after.part]}）{shown(metric, shift.before.value)} → "
            f"{shown(metric, shift.after.value)}{'：' + reason if reason else ''}")


def _row(change: Change) -> list[str]:
    verdict = {True: "好了", False: "差了", None: "变了"}[change.better] if change.certain else "可能是偶然"
    return [PART_NAME[change.part], GROUP_NAMES[change.group], change.metric, shown(change.metric, change.before),
            shown(change.metric, change.after), difference(change.metric, float(change.difference)),
            f"{difference(change.metric, change.interval.low)} 至 {difference(change.metric, change.interval.high)}",
            f"{change.cases}{f'（另 {change.unpaired}）' if change.unpaired else ''}", verdict]
