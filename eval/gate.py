"""The gate: the least (or most) that each figure may be, as accepted with the last release of the cases."""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eval.metrics import LOWER_IS_BETTER
from kb.errors import ConfigError

__all__ = ["GATE", "Failure", "Figure", "Limits", "accepted_figures", "below", "limits_from", "shown", "write_gate"]

GATE = Path(__file__).parent / "gate.json"
Limits = Mapping[str, Mapping[str, tuple[float, int]]]   # "part/group" → metric → (limit, cases it needs)
Key = tuple[str, str, str]                               # part, group, metric


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


def below(figures: Mapping[Key, Figure], limits: Limits, measured: Collection[str]) -> list[Failure]:
    """Limits at the `measured` places ("part/group") that `figures` miss.

    A metric over fewer cases than its limit was set on fails too: losing the hard questions is no improvement.
    """
    failures = []
    for place, metric, (limit, cases) in ((p, m, line) for p in limits if p in measured for m, line in limits[p].items()):
        part, _, group = place.partition("/")
        figure = figures.get((part, group, metric))
        count = figure.cases if figure else 0
        if count < cases:
            failures.append(Failure(place, metric, f"只测到 {count} 题，门槛按 {cases} 题定"))
        elif figure and not _accepts(metric, figure.value, Fraction(str(limit))):
            failures.append(Failure(place, metric, f"{shown(metric, figure.value)}，门槛 {shown(metric, Fraction(str(limit)))}"))
    return failures


def _accepts(metric: str, value: Fraction, limit: Fraction) -> bool:
    return value <= limit if metric in LOWER_IS_BETTER else value >= limit


def limits_from(figures: Mapping[Key, Figure], margin: float = 0.05) -> dict[str, dict[str, tuple[float, int]]]:
    """Limits worse than `figures` by `margin`, in retrieval by one case where that is more: ranks there trade places.

    No margin for a quotation rate: a wrong quotation is never within one, however few quotations there are. Length is
    reported and not judged: an answer where there was none is longer, and better.
    """
    limits: dict[str, dict[str, tuple[float, int]]] = {}
    for (part, group, metric), figure in figures.items():
        if metric != "答案字数":
            allowed = max(margin, 1 / figure.cases) if part == "retrieval" else margin
            limit = _limit(metric, float(figure.value), allowed)
            limits.setdefault(f"{part}/{group}", {})[metric] = (limit, 0 if metric == "引文逐字" else figure.cases)
    return limits


def _limit(metric: str, value: float, margin: float) -> float:
    if metric in ("引文逐字", "禁句率", "失效当现行"):
        return 0.0 if metric in LOWER_IS_BETTER else 1.0
    if metric in LOWER_IS_BETTER:
        return round(min(math.ceil(value * 100) / 100 + margin, 1.0), 2)
    return round(max(math.floor(value * 100) / 100 - margin, 0.0), 2)


def accepted_figures(library: str, path: Path = GATE) -> Limits:
    """The limits for a library: `bundled`, or `corpus` with the official documents.

    Raises:
        ConfigError: the gate file is missing or damaged.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))[library]
        return {place: {metric: (float(limit), int(cases)) for metric, (limit, cases) in metrics.items()}
                for place, metrics in stored.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"门槛文件 {path.name} 不可用（{type(error).__name__}）", "请恢复随程序附带的 eval/gate.json") from None


def write_gate(library: str, limits: Limits, path: Path = GATE) -> None:
    """Replace the limits for `library`; those of the other stay."""
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    stored[library] = limits
    written = json.dumps(stored, ensure_ascii=False, indent=2)
    path.write_text(re.sub(r"\[\s+([\d.]+),\s+(\d+)\s+\]", r"[\1, \2]", written) + "\n", encoding="utf-8")


def shown(metric: str, value: Fraction) -> str:
    """As the table prints it: characters whole, MRR with two digits, every share in percent."""
    if metric == "答案字数":
        return f"{float(value):.0f}"
    return f"{float(value):.2f}" if metric == "MRR" else f"{float(value):.0%}"
