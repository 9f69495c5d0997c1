"""A run as text: what fell short, case by case, then every figure by group, then the gate."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from eval.cases import GROUP_NAMES
from eval.gate import Figure, shown
from eval.record import overall
from eval.runner import Results

__all__ = ["LENGTH", "LIBRARY_NAME", "PART_NAME", "columns", "quantile", "table"]

PART_NAME = {"retrieval": "检索", "asked": "回答"}
LIBRARY_NAME = {"bundled": "随程序附带", "corpus": "含官方文件"}
LENGTH = "答案字数"


def table(results: Results) -> str:
    """What fell short, case by case, then every figure by group, then the gate."""
    lines = [f"资料库 {results.library_version}（{LIBRARY_NAME[results.library]}）"
             f"{'，模型 ' + results.model if results.model else '，未用模型'}"]
    if results.skipped:
        lines.append(f"未测 {len(results.skipped)} 题，它们需要入库官方文件：{'、'.join(results.skipped)}")
    lines += ["", "没有做到的："] if results.reasons() else []
    lines += [f"  {s.case}  {s.metric}（{PART_NAME[s.part]}）{shown(s.metric, s.value)}：{s.reason}" for s in results.reasons()]
    figures = results.figures() | {(f.part, f.group, f.metric): Figure(f.value, f.cases) for f in overall(results)}
    for part, name in PART_NAME.items():
        lines += _part_table(figures, part, name)
    lines += ["", _spread(results)] if results.elapsed_ms else []
    failures = results.below_gate()
    lines += ["", f"低于门槛 {len(failures)} 项：", *(f"  {failure}" for failure in failures)] if failures else ["", "达到门槛。"]
    return "\n".join(lines)


def _spread(results: Results) -> str:
    """How long answers are and how long they take: the middle one, and the one that 95 of 100 stay below."""
    lengths = [float(score.value) for score in results.scores if score.metric == LENGTH]
    times = list(results.elapsed_ms.values())
    return (f"答案字数 中位数 {quantile(lengths, Fraction(1, 2)):.0f}，95% 不超过 {quantile(lengths, Fraction(95, 100)):.0f}；"
            f"用时 中位数 {quantile(times, Fraction(1, 2)):.0f} 毫秒，95% 不超过 {quantile(times, Fraction(95, 100)):.0f} 毫秒")


def quantile(values: Sequence[float], share: Fraction) -> float:
    """The smallest of the values that at least `share` of them do not exceed; there must be one."""
    wanted = share * len(values)
    return sorted(values)[max(-(-wanted.numerator // wanted.denominator), 1) - 1]


def _part_table(figures: Mapping[tuple[str, str, str], Figure], part: str, title: str) -> list[str]:
    named = list(dict.fromkeys(metric for p, _, metric in figures if p == part))
    if not named:
        return []
    rows = [[title, *named]]
    for group in GROUP_NAMES:
        if any((part, group, metric) in figures for metric in named):
            rows.append([GROUP_NAMES[group], *(_cell(figures, part, group, metric) for metric in named)])
    return ["", *columns(rows)]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell; a Chinese character is as wide as two others."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(figures: Mapping[tuple[str, str, str], Figure], part: str, group: str, metric: str) -> str:
    found = figures.get((part, group, metric))
    return f"{shown(metric, found.value)} /{found.cases}题" if found else "·"


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
