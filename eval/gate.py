"""The gate: figures accepted with the last release of the cases, and how far a run may be below them.

A figure falls when the accepted one lies outside the Wilson interval of what was measured, on the better side, and by more than one case.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eval.intervals import Interval, wilson
from eval.metrics import LOWER_IS_BETTER
from kb.errors import ConfigError

__all__ = ["GATE", "Accepted", "Failure", "Figure", "accepted_figures", "below", "figures_to_accept", "interval_of", "shown", "write_gate"]

GATE = Path(__file__).parent / "gate.json"
Accepted = Mapping[str, Mapping[str, tuple[float, int]]]  # "part/group" → metric → (figure, cases it was measured on)
Key = tuple[str, str, str]                                # part, group, metric
_EXACT = frozenset({"引文逐字", "失效当现行", "禁句率"})      # one wrong quotation or one repealed text is never within a margin
# Over answers that have citations, figures or a refusal, of which there are more or fewer with every change of the library.
_OVER_WHAT_WAS_SAID = frozenset({"引文逐字", "引用召回", "引用精确", "数字无据", "拒答精确"})
_NOT_JUDGED = frozenset({"答案字数"})                       # an answer where there was none is longer, and better


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean and the number of cases it is taken over."""

    value: Fraction
    cases: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A figure that the gate does not accept."""

    place: str
    metric: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place} {self.metric}：{self.problem}"


def below(figures: Mapping[Key, Figure], accepted: Accepted, measured: Collection[str]) -> list[Failure]:
    """The accepted figures at the `measured` places ("part/group") that `figures` fall below.

    A metric over fewer cases than it was accepted on fails too: losing the hard questions is no improvement.
    """
    failures = []
    for place, metric, (figure, cases) in ((p, m, line) for p in accepted if p in measured for m, line in accepted[p].items()):
        part, _, group = place.partition("/")
        found = figures.get((part, group, metric), Figure(Fraction(0), 0))
        needed = min(cases, 1) if metric in _OVER_WHAT_WAS_SAID else cases
        if found.cases < needed:
            failures.append(Failure(place, metric, f"只测到 {found.cases} 题，门槛按 {cases} 题定"))
        elif found.cases and _fell(metric, found, figure):
            failures.append(Failure(place, metric, f"{shown(metric, found.value)}，认可的是 {shown(metric, figure)}"))
    return failures


def _fell(metric: str, found: Figure, accepted: float) -> bool:
    """One case is never a fall, because ranks trade places between machines and an interval at 0 or 1 has no width on that side; for
    the exact rates nothing is within a margin."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    short = sign * (accepted - float(found.value))
    if metric in _EXACT:
        return short > _ROUNDING
    interval = interval_of(metric, found)
    if interval is None:
        return False
    end = interval.high if sign > 0 else interval.low
    return sign * (accepted - end) > _ROUNDING and short > (2 if metric == "CRAG" else 1) / found.cases + _ROUNDING


def interval_of(metric: str, figure: Figure) -> Interval | None:
    """Wilson's of 95 %, of a score from -1 to 1 too; None for a number of characters, which is no share."""
    if metric in _NOT_JUDGED:
        return None
    scale, offset = (2, 1) if metric == "CRAG" else (1, 0)
    ends = wilson((float(figure.value) + offset) / scale * figure.cases, figure.cases)
    return Interval(ends.low * scale - offset, ends.high * scale - offset)


_ROUNDING = 1e-4       # of the figures in the file


def figures_to_accept(figures: Mapping[Key, Figure]) -> dict[str, dict[str, tuple[float, int]]]:
    """Everything that is judged, as measured."""
    accepted: dict[str, dict[str, tuple[float, int]]] = {}
    for (part, group, metric), figure in figures.items():
        if metric not in _NOT_JUDGED:
            accepted.setdefault(f"{part}/{group}", {})[metric] = (round(float(figure.value), 4), figure.cases)
    return accepted


def accepted_figures(library: str, path: Path = GATE) -> Accepted:
    """The figures accepted for a library: `bundled`, or `corpus` with the official documents.

    Raises:
        ConfigError: the gate file is missing or damaged.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))[library]
        return {place: {metric: (float(figure), int(cases)) for metric, (figure, cases) in metrics.items()}
                for place, metrics in stored.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"门槛文件 {path.name} 不可用（{type(error).__name__}）", "请恢复随程序附带的 eval/gate.json") from None


def write_gate(library: str, accepted: Accepted, path: Path = GATE) -> None:
    """Replace the figures accepted for `library`; those of the other stay."""
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    stored[library] = accepted
    written = json.dumps(stored, ensure_ascii=False, indent=2)
    path.write_text(re.sub(r"\[\s+(-?[\d.]+),\s+(\d+)\s+\]", r"[\1, \2]", written) + "\n", encoding="utf-8")


def shown(metric: str, value: Fraction | float) -> str:
    """As the table prints it: characters whole, MRR and the score of CRAG with two digits, every share in percent."""
    if metric == "答案字数":
        return f"{float(value):.0f}"
    return f"{float(value):.2f}" if metric in ("MRR", "CRAG") else f"{float(value):.0%}"
