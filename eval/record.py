"""A run as JSON: every score of every case with what it was measured on, written whole and read back strictly.

Reasons of cases kept aside are not written: whoever improves the program must not look at them. Questions and answers are
not written either; a case is found again by its id.
"""

import json
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from eval.cases import ASIDE, OVERALL
from eval.gate import Figure, interval_of
from eval.intervals import Interval
from eval.runner import Results, Score
from kb.errors import ConfigError

__all__ = ["Measured", "Record", "measured", "overall", "program", "read_record", "summary", "write_record"]

_FORMAT = 1
_Stored = TypeVar("_Stored")     # a kind of JSON value
_RUN = ("what", "library", "library_version", "model", "cases", "as_of")


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean over cases. `interval` is Wilson's of 95 %, and None where a value is no share: a number of characters."""

    part: str
    group: str
    metric: str
    value: Fraction
    cases: int
    interval: Interval | None

    def as_json(self) -> dict[str, object]:
        ends = (round(self.interval.low, 4), round(self.interval.high, 4)) if self.interval else (None, None)
        return {"part": self.part, "group": self.group, "metric": self.metric, "cases": self.cases,
                "value": round(float(self.value), 4), "low": ends[0], "high": ends[1]}


@dataclass(frozen=True, slots=True)
class Record:
    """A run with the day it was made on and the versions of what made it."""

    results: Results
    measured_on: date
    program: Mapping[str, str]


def program() -> dict[str, str]:
    """Versions of the program, of Python and of the system, as a reader sees them."""
    return {"知问": metadata.version("zhiwen"), "Python": platform.python_version(), "系统": f"{platform.system()} {platform.machine()}"}


def measured(results: Results) -> list[Measured]:
    """Every figure by part, group and metric, in the order measured."""
    return _figures(results.scores)


def overall(results: Results) -> list[Measured]:
    """The same over all groups (`OVERALL`), each case counting once; cases kept aside are no part of it."""
    return _figures([Score(s.case, OVERALL, s.part, s.metric, s.value) for s in results.scores if s.group != ASIDE])


def _figures(scores: Iterable[Score]) -> list[Measured]:
    values: dict[tuple[str, str, str], list[Fraction]] = {}
    for score in scores:
        values.setdefault((score.part, score.group, score.metric), []).append(score.value)
    means = {key: Figure(sum(found, Fraction(0)) / len(found), len(found)) for key, found in values.items()}
    return [Measured(*key, mean.value, mean.cases, interval_of(key[2], mean)) for key, mean in means.items()]


def summary(record: Record) -> dict[str, object]:
    """What `--json` prints: figures, what fell short and why, what could not be asked, what the gate does not accept."""
    results = record.results
    return {
        "measured_on": record.measured_on.isoformat(), **_run(results),
        "figures": [figure.as_json() for figure in measured(results)],
        "overall": [figure.as_json() for figure in overall(results)],
        "failures": [{"id": s.case, "part": s.part, "group": s.group, "metric": s.metric,
                      "value": round(float(s.value), 4), "reason": s.reason} for s in results.reasons()],
        "skipped": list(results.skipped),
        "below_gate": [str(failure) for failure in results.below_gate()],
    }


def _run(results: Results) -> dict[str, object]:
    return {**{name: getattr(results, name) for name in _RUN}, "as_of": results.as_of.isoformat()}


def write_record(record: Record, path: Path) -> None:
    """Write the run, replacing the file whole.

    Raises:
        ConfigError: the file cannot be written.
    """
    results = record.results
    by_case: dict[str, list[Score]] = {}
    for score in results.scores:
        by_case.setdefault(score.case, []).append(score)
    head = {"format": _FORMAT, **_run(results), "measured_on": record.measured_on.isoformat(), "program": dict(record.program),
            "skipped": list(results.skipped), "groups": list(results.groups), "figures": [figure.as_json() for figure in measured(results)]}
    cases = ",\n".join(_line(_case(id_, scores, results.elapsed_ms.get(id_))) for id_, scores in by_case.items())
    written = f'{_line(head)[:-1]}, "scores": [\n{cases}\n]}}\n'
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_text(written, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"写不了 {path}（{type(error).__name__}）", "请换一个可以写入的位置") from None


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _case(id_: str, scores: Sequence[Score], elapsed_ms: float | None) -> dict[str, object]:
    return {"id": id_, "elapsed_ms": elapsed_ms,
            "scores": [{"group": s.group, "part": s.part, "metric": s.metric, "value": str(s.value),
                        "reason": "" if s.group == ASIDE else s.reason} for s in scores]}


def read_record(path: Path) -> Record:
    """A run that `write_record` wrote.

    Raises:
        ConfigError: the file is missing, was written by another version, or is not exactly such a run: an unknown or missing
            field, a value of another kind, a case twice, figures that do not follow from the scores.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        return _record(stored)
    except OSError as error:
        raise ConfigError(f"读不了评测记录 {path.name}（{type(error).__name__}）", "请给出用 zhiwen eval --save 保存的文件") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path.name} 不是完好的评测记录：{error}", "请用 zhiwen eval --save 重新保存一次") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} 不是数")


def _record(stored: object) -> Record:
    if isinstance(stored, dict) and stored.get("format") != _FORMAT:
        raise ValueError(f"格式是 {stored.get('format')}，本版程序读写的是 {_FORMAT}")
    raw = _fields(stored, "format", *_RUN, "measured_on", "program", "skipped", "groups", "figures", "scores")
    scores: list[Score] = []
    elapsed: dict[str, float] = {}
    seen: set[str] = set()
    for row in _kind(raw, "scores", list):
        case = _fields(row, "id", "elapsed_ms", "scores")
        id_ = _text(case, "id")
        if id_ in seen:
            raise ValueError(f"{id_} 出现两次")
        seen.add(id_)
        scores += _scores(id_, case)
        if case["elapsed_ms"] is not None:
            elapsed[id_] = _kind(case, "elapsed_ms", float)
    results = Results(_text(raw, "what"), _text(raw, "library"), _text(raw, "library_version"), _kind(raw, "model", str), tuple(scores),
                      tuple(_all_text(raw, "skipped")), tuple(_all_text(raw, "groups")), _text(raw, "cases"),
                      date.fromisoformat(_text(raw, "as_of")), elapsed)
    if raw["figures"] != [figure.as_json() for figure in measured(results)]:
        raise ValueError("figures 与逐题得分不符")
    made_with = _kind(raw, "program", dict)
    return Record(results, date.fromisoformat(_text(raw, "measured_on")), {name: _text(made_with, name) for name in made_with})


def _scores(id_: str, case: Mapping[str, Any]) -> list[Score]:
    found = []
    for row in _kind(case, "scores", list):
        score = _fields(row, "group", "part", "metric", "value", "reason")
        found.append(Score(id_, _text(score, "group"), _text(score, "part"), _text(score, "metric"), _fraction(_text(score, "value")),
                           _kind(score, "reason", str)))
    if len({(score.group, score.part, score.metric) for score in found}) != len(found) or not found:
        raise ValueError(f"{id_} 的得分有重复或没有得分")
    return found


def _fields(value: object, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("应为对象")
    if unknown := sorted(set(value) ^ set(names)):
        raise ValueError(f"多出或缺少字段 {'、'.join(unknown)}")
    return value


def _kind(raw: Mapping[str, Any], name: str, kind: type[_Stored]) -> _Stored:
    value = raw[name]
    if type(value) is not kind:
        raise ValueError(f"{name} 不是 {kind.__name__}")
    return value


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = _kind(raw, name, str)
    if not value:
        raise ValueError(f"{name} 是空的")
    return value


def _all_text(raw: Mapping[str, Any], name: str) -> list[str]:
    values: list[object] = _kind(raw, name, list)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise ValueError(f"{name} 应是一列文字")
    return texts


def _fraction(written: str) -> Fraction:
    """As `str` writes it; the length is bounded, because a long exponent would take for ever."""
    if not re.fullmatch(r"-?\d{1,18}(?:/[1-9]\d{0,17})?", written) or str(Fraction(written)) != written:
        raise ValueError(f"{written[:20]} 不是约到最简的分数")
    return Fraction(written)
