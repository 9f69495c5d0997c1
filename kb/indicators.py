"""The figures of Wuhan's demonstration-zone plan, one a row: what is counted, how much, by when, in which task.

The data is `library/plan/indicators.csv`. Every figure is a planned target; none says what was achieved.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from kb.errors import SourceError
from kb.figures import hard_tokens
from kb.text import fold

__all__ = ["INDICATORS_FILE", "PLAN", "Indicator", "alike", "bundled_indicators", "counted", "read_indicators", "stated"]

INDICATORS_FILE = Path(__file__).parent / "library" / "plan" / "indicators.csv"
PLAN = "武汉市国家知识产权保护示范区建设方案"


@dataclass(frozen=True, slots=True)
class Indicator:
    """`value` as the plan prints it (83.5, 85000); `comparator` 以上, 超过, 不低于, 达到 …; `deadline` empty where the plan sets none;
    `task` is the place in the plan: 二、(三)7."""

    indicator: str
    value: str
    unit: str
    comparator: str
    deadline: str
    task: str

    @property
    def figure(self) -> str:
        return self.value + self.unit


def read_indicators(text: str) -> tuple[Indicator, ...]:
    """The rows of the table.

    Raises:
        SourceError: a column is missing or unknown, or a row lacks its name, figure or task; the line is named.
    """
    table = csv.DictReader(text.splitlines())
    columns = [field.name for field in fields(Indicator)]
    if list(table.fieldnames or ()) != columns:
        raise SourceError(f"指标表的列应为 {','.join(columns)}", "请改正 indicators.csv 的第一行")
    rows = []
    for row in table:
        if None in row or not all(row[name] for name in ("indicator", "value", "unit", "comparator", "task")):
            raise SourceError(f"指标表第 {table.line_num} 行缺项或多项", "请改正 indicators.csv")
        rows.append(Indicator(**row))
    return tuple(rows)


@cache
def bundled_indicators() -> tuple[Indicator, ...]:
    """The rows that ship with the program; read once a process."""
    return read_indicators(INDICATORS_FILE.read_text(encoding="utf-8"))


def counted(text: str, rows: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The rows whose figure a text names, however it is written: 200家, 两百家, 二百家."""
    named = _quantities(text)
    return tuple(row for row in rows if _quantities(row.figure) & named or _as_printed(row.figure, text))


def stated(sentence: str, rows: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The rows that a sentence gives: the indicator by name, with its figure."""
    return tuple(row for row in counted(sentence, rows) if fold(row.indicator) in fold(sentence))


def alike(row: Indicator, rows: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """Other rows with the same figure, which are easily taken for this one."""
    return tuple(other for other in rows if other != row and other.figure == row.figure)


def _as_printed(figure: str, text: str) -> bool:
    """6期 and 5份 are too small to be hard tokens."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(figure)}", fold(text)))


def _quantities(text: str) -> set[tuple[str, str]]:
    return {(token.value, token.unit) for token in hard_tokens(text)}
