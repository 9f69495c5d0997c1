"""A measured figure beside its target, and how a list of them is printed. Printed, never asserted."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass

__all__ = ["Figure", "machine", "table"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `target` is the most it should be, or the least (`at_least`); `how` says how it was taken."""

    name: str
    value: float | str
    unit: str = ""
    target: float | None = None
    how: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        if self.target is None or isinstance(self.value, str):
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}


def machine() -> list[Figure]:
    """What the other figures were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    return [Figure("处理器核数", float(cores)), Figure("Python", platform.python_version()),
            Figure("系统", platform.platform())]


def table(figures: Sequence[Figure]) -> str:
    """One line a figure: value, target, how it was taken."""
    return "\n".join(_line(figure) for figure in figures)


def _line(figure: Figure) -> str:
    value = figure.value if isinstance(figure.value, str) else f"{_number(figure.value, figure.unit)} {figure.unit}".strip()
    verdict = ""
    if figure.met is not None:
        sign, result = "≥" if figure.at_least else "≤", "达到" if figure.met else "未达到"
        verdict = f"目标 {sign} {figure.target:.4g} {figure.unit}".strip() + f"，{result}"
    return "  ".join(part for part in (f"{figure.name}：{value}", verdict, f"（{figure.how}）" if figure.how else "") if part)


def _number(value: float, unit: str) -> str:
    return f"{value:.0f}" if value >= 100 or unit in ("MB", "毫秒") else f"{value:.3g}"
