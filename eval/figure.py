"""A measured figure beside its target, and how a list of them is printed. Printed, never asserted."""

import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kb.clock import SystemClock

__all__ = ["CORES", "LOAD", "Figure", "busy", "line", "machine", "table"]

CORES, LOAD = "处理器核数", "系统负载（此前 1 分钟）"


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

    @property
    def shown(self) -> str:
        """Value and unit."""
        return self.value if isinstance(self.value, str) else f"{_number(self.value, self.unit)} {self.unit}".strip()

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}

    @classmethod
    def of_json(cls, saved: Mapping[str, Any]) -> "Figure":
        """What `as_json` gave; `met` follows from the rest."""
        return cls(**{key: value for key, value in saved.items() if key != "met"})


def machine(packages: Sequence[str] = ("zhiwen", "chromadb", "tantivy", "numpy")) -> list[Figure]:
    """What the other figures were measured on, when, and with which versions; a package not installed is left out."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    found = [Figure("日期", SystemClock().today().isoformat()), Figure(CORES, float(cores)),
             Figure("Python", platform.python_version()), Figure("系统", platform.platform())]
    if model := _line_of("/proc/cpuinfo", "model name"):
        found.append(Figure("处理器", model))
    if memory := _line_of("/proc/meminfo", "MemTotal"):
        found.append(Figure("内存", round(int(memory.split()[0]) / 1024**2, 1), "GiB"))
    if hasattr(os, "getloadavg"):
        found.append(Figure(LOAD, round(os.getloadavg()[0], 1), how="超过核数时，用时偏长"))
    for package in packages:
        with suppress(PackageNotFoundError):
            found.append(Figure(package, version(package)))
    return found


def busy(figures: Sequence[Figure]) -> bool:
    """Whether the machine had other work for more than half its cores just before; False where it does not say."""
    values = {figure.name: figure.value for figure in figures}
    return CORES in values and float(values.get(LOAD, 0)) > float(values[CORES]) / 2


def _line_of(path: str, key: str) -> str:
    """What /proc says after the colon; nothing where there is no /proc."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def table(figures: Sequence[Figure]) -> str:
    """One line a figure."""
    return "\n".join(line(figure) for figure in figures)


def line(figure: Figure) -> str:
    """Name, value, target, how it was taken."""
    verdict = ""
    if figure.met is not None:
        sign, result = "≥" if figure.at_least else "≤", "达到" if figure.met else "未达到"
        verdict = f"目标 {sign} {figure.target:.4g} {figure.unit}".strip() + f"，{result}"
    return "  ".join(part for part in (f"{figure.name}：{figure.shown}", verdict, f"（{figure.how}）" if figure.how else "") if part)


def _number(value: float, unit: str) -> str:
    return f"{value:.0f}" if value >= 100 or unit in ("MB", "毫秒") else f"{value:.3g}"
