"""How cost grows with the library, ours and that of others: `zhiwen bench growth`.

Each system at each size is an `eval.trial`. Growth is the exponent b of cost ≈ a · size^b: the slope of the least-squares
line through (log size, log cost); 0 is constant, 1 proportional. The limit beside our scan over the vectors is the time
that reading their bytes from memory takes.
"""

import math
import shlex
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.figure import Figure, busy, machine
from eval.peers import SYSTEMS
from eval.process import Limit
from eval.statutes import articles_of
from eval.trial import OURS, Trial, trial, write_collection
from kb.errors import ConfigError

__all__ = ["PLOTTED", "QUANTITIES", "SIZES", "Growth", "Quantity", "bandwidth_gb_s", "exponent", "markdown", "measure", "number", "table"]

SIZES = (1_000, 3_000, 10_000, 30_000, 59_150, 100_000, 300_000)
_PACKAGES = ("zhiwen", "chromadb", "tantivy", "numpy", "langchain", "langchain-classic", "langchain-chroma", "rank-bm25", "jieba", "bm25s",
             "llama-index-core")
_READ_BYTES = 512 * 1024**2          # more than any cache


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured of a trial; `grows`: whether an exponent is stated, `compared`: whether a ratio to others is."""

    key: str
    name: str
    unit: str
    grows: bool = True
    compared: bool = True


QUANTITIES = (
    Quantity("recall10", "Recall@10", "", grows=False),
    Quantity("ingest_s", "入库", "秒"),
    Quantity("ingest_cpu_s", "入库的处理器时间", "秒"),
    Quantity("ingest_rate", "入库速度", "段/秒", grows=False, compared=False),
    Quantity("ingest_mb", "入库内存峰值", "MB"),
    Quantity("disk_mb", "磁盘", "MB"),
    Quantity("start_s", "启动到第一次检索完成", "秒"),
    Quantity("first_ms", "第一次检索", "毫秒", grows=False),
    Quantity("search_p50_ms", "检索 p50", "毫秒"),
    Quantity("search_p95_ms", "检索 p95", "毫秒"),
    Quantity("search_cpu_ms", "检索的处理器时间，含第一次的准备，平均", "毫秒"),
    Quantity("opened_mb", "打开后内存", "MB"),
    Quantity("searched_mb", "100 次检索后内存", "MB"),
    Quantity("answer_p50_ms", "回答 p50", "毫秒", compared=False),
    Quantity("answer_p95_ms", "回答 p95", "毫秒", compared=False),
    Quantity("answered", "给出回答的比例", "", grows=False, compared=False),
    Quantity("scan_ms", "向量扫描 p50", "毫秒", compared=False),
    Quantity("scanned_mb", "扫描的向量", "MB", grows=False, compared=False),
    Quantity("limit_ms", "读这些字节的时间", "毫秒", grows=False, compared=False),
    Quantity("load", "系统负载（此前 5 分钟）", "", grows=False, compared=False),
)
BUSY = "测量时机器忙于别的事：用时偏长，而且各段数之间、各系统之间忙闲不一；用时、用时之比和用时的指数只作参考，处理器时间、内存、磁盘和 Recall@10 不受此影响。"
PLOTTED = ("ingest_s", "search_p50_ms", "searched_mb", "disk_mb", "start_s", "answer_p50_ms")


@dataclass(frozen=True, slots=True)
class Growth:
    """One run, as saved and read."""

    command: str
    machine: tuple[Figure, ...]
    bandwidth_gb_s: float
    articles: int                        # of the statutes file; larger sizes repeat them with changes
    trials: tuple[Trial, ...]
    missing: tuple[str, ...]             # systems left out, with the package that is not installed

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "machine": [figure.as_json() for figure in self.machine],
                "trials": [{**asdict(t), "values": {key: float(f"{value:.4g}") for key, value in t.values.items()}} for t in self.trials],
                "exponents": [{"system": system, "quantity": quantity.key, "exponent": round(found, 3), "sizes": sizes}
                              for system in self.systems for quantity in QUANTITIES
                              for found, sizes in self.exponents(system, quantity)]}

    @classmethod
    def of_json(cls, saved: Mapping[str, Any]) -> "Growth":
        """What `as_json` gave.

        Raises:
            ConfigError: it is something else.
        """
        try:
            figures = tuple(map(Figure.of_json, saved["machine"]))
            return cls(str(saved["command"]), figures, float(saved["bandwidth_gb_s"]), int(saved["articles"]),
                       tuple(Trial(**found) for found in saved["trials"]), tuple(saved["missing"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"不是 zhiwen bench growth 保存的结果（{type(error).__name__}）", "请重新运行 zhiwen bench growth --json") from error

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found.system for found in self.trials))

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted({found.size for found in self.trials}))

    def values(self, system: str, key: str) -> list[tuple[int, float]]:
        """(size, value) where it was measured, smallest first."""
        return sorted((found.size, found.values[key]) for found in self.trials if found.system == system and key in found.values)

    def exponents(self, system: str, quantity: Quantity) -> list[tuple[float, list[int]]]:
        """The exponent and the sizes it rests on; nothing where fewer than two were measured."""
        points = [point for point in self.values(system, quantity.key) if point[1] > 0]
        return [(exponent(points), [size for size, _ in points])] if quantity.grows and len(points) > 1 else []

    def ratios(self, other: str) -> tuple[int, dict[str, float]]:
        """Ours ÷ the other's at the largest size at which both were measured; (0, nothing) where there is none."""
        both = {size for size, _ in self.values(OURS, "ingest_s")} & {size for size, _ in self.values(other, "ingest_s")}
        if not both:
            return 0, {}
        ours, theirs = (next(t.values for t in self.trials if (t.system, t.size) == (name, max(both))) for name in (OURS, other))
        return max(both), {q.key: ours[q.key] / theirs[q.key] for q in QUANTITIES if q.compared and q.key in ours and theirs.get(q.key)}


def measure(statutes: Path, questions: Path, sizes: Sequence[int], limit: Limit, say: Callable[[str], None]) -> Growth:
    """Every system at every size, one process after the other; `limit` is for each process.

    Raises:
        ConfigError: a file cannot be read.
    """
    articles, systems = len(articles_of(statutes)), [system for system in SYSTEMS if system.in_growth]
    missing = tuple(f"{system.name}（没有安装 {'、'.join(system.missing)}）" for system in systems if system.missing)
    for left_out in missing:
        say(f"略过 {left_out}")
    names = (OURS, *(system.name for system in systems if not system.missing))
    where, bandwidth = tuple(machine(_PACKAGES)), bandwidth_gb_s()
    trials = []
    for size in sorted(set(sizes)):
        with tempfile.TemporaryDirectory(prefix="zhiwen-growth-") as folder:
            collected = Path(folder) / "collection.pickle"
            write_collection(statutes, questions, size, collected)
            for name in names:
                say(f"{size:,} 段：{name}")
                trials.append(_with_limit(trial(name, size, collected, questions, limit), bandwidth))
                if trials[-1].problem:
                    say(trials[-1].problem)
    command = f"zhiwen bench growth --statutes {shlex.quote(statutes.name)} --sizes {','.join(map(str, sorted(set(sizes))))} --json"
    return Growth(command, where, bandwidth, articles, tuple(trials), missing)


def _with_limit(found: Trial, bandwidth: float) -> Trial:
    if "scanned_mb" not in found.values:
        return found
    return Trial(found.system, found.size, {**found.values, "limit_ms": found.values["scanned_mb"] * 1024**2 / (bandwidth * 1e9) * 1000})


def bandwidth_gb_s() -> float:
    """10⁹ bytes a second that this machine reads: the best of five products of a large array with itself."""
    array = np.ones(_READ_BYTES // 4, dtype=np.float32)
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        np.dot(array, array)
        taken.append(time.perf_counter() - began)
    return _READ_BYTES / min(taken) / 1e9


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Slope of the least-squares line through (log size, log cost).

    Raises:
        ValueError: fewer than two different sizes.
    """
    if len({size for size, _ in points}) < 2:
        raise ValueError("two sizes at least")
    sizes, costs = [math.log(size) for size, _ in points], [math.log(cost) for _, cost in points]
    mean_size, mean_cost = sum(sizes) / len(sizes), sum(costs) / len(costs)
    return sum((x - mean_size) * (y - mean_cost) for x, y in zip(sizes, costs, strict=True)) / sum((x - mean_size) ** 2 for x in sizes)


# --- shown ------------------------------------------------------------------------------------------------------------

def table(growth: Growth) -> str:
    """Ratios first, then what was measured at each size, the exponents, the limit, and on what machine, in Markdown."""
    parts = [BUSY] if busy(growth.machine) else []
    parts += ["知问 ÷ 其他（小于 1：知问更省；Recall@10 大于 1：知问找到更多）", _ratios(growth)]
    parts += [part for size in growth.sizes for part in (f"{size:,} 段{_repeated(growth, size)}", _measured(growth, size))]
    parts += [f"增长的指数（用时或占用 ≈ a·段数^b 中的 b；{'、'.join(f'{size:,}' for size in growth.sizes)} 段，最小二乘）", _exponents(growth)]
    parts += [f"向量扫描与内存带宽（{growth.bandwidth_gb_s:.1f} GB/s；放得进缓存的向量可以更快）", _scan(growth)]
    parts += [f"略过：{left_out}" for left_out in growth.missing]
    parts += ["；".join(f"{figure.name} {figure.shown}" for figure in growth.machine)]
    return "\n\n".join(parts)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ratios(growth: Growth) -> str:
    others = [(system, *growth.ratios(system)) for system in growth.systems if system != OURS]
    shown = [quantity for quantity in QUANTITIES if quantity.compared]
    return markdown(("比", "段数", *(quantity.name for quantity in shown)),
                    [(system, f"{size:,}", *(number(found.get(q.key)) for q in shown)) for system, size, found in others if size])


def _measured(growth: Growth, size: int) -> str:
    at = {found.system: found for found in growth.trials if found.size == size}
    rows = [(f"{q.name}（{q.unit}）" if q.unit else q.name, *(number(found.values.get(q.key)) for found in at.values()))
            for q in QUANTITIES if any(q.key in found.values for found in at.values())]
    problems = "".join(f"\n\n{found.problem}" for found in at.values() if found.problem)
    return markdown(("", *at), rows) + problems


def _exponents(growth: Growth) -> str:
    return markdown(("", *growth.systems), [
        (q.name, *(number(found[0][0]) if (found := growth.exponents(system, q)) else "·" for system in growth.systems))
        for q in QUANTITIES if q.grows and any(growth.exponents(system, q) for system in growth.systems)])


def _scan(growth: Growth) -> str:
    ours = [found for found in growth.trials if found.system == OURS and "limit_ms" in found.values]
    return markdown(("段数", "扫描（毫秒）", "向量（MB）", "读这些字节（毫秒）", "扫描 ÷ 极限"), [
        (f"{t.size:,}", number(t.values["scan_ms"]), number(t.values["scanned_mb"]), number(t.values["limit_ms"]),
         number(t.values["scan_ms"] / t.values["limit_ms"])) for t in ours])


def _repeated(growth: Growth, size: int) -> str:
    return f"（其中 {size - growth.articles:,} 段是改换法名、每十个字改一个字的重复）" if size > growth.articles else ""


def number(value: float | None) -> str:
    if value is None:
        return "·"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
