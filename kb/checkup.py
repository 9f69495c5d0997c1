"""The self-assessment of a firm: questions by group, what was answered, how much that is worth, what to do first.

The data is `library/checkup/*.toml`. Formula, for a group and for all questions together:

    share = Σ weight × value / Σ weight        value: 没有 0, 部分 1/2, 有 1

over the questions that were answered; 不适用 and unanswered ones count neither above nor below the line. Shares are
fractions, so that nothing is rounded before it is shown. The total is over all questions, not the mean of the groups.

Gaps are ordered by weight × (1 − value), divided by 1, 2 or 3 for the effort, and laid out over a week, a month and a
quarter as far as the working hours of a small firm go (`WEEK_HOURS`, `MONTH_HOURS`, both counted from the start).
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kb.basis import place_of
from kb.errors import QuestionError, SourceError
from kb.registry import Registry
from kb.statute import parse_ref

__all__ = ["CHECKUP_FOLDER", "ESSENTIAL", "MONTH_HOURS", "WEEK_HOURS", "Checkup", "Cost", "Gap", "Group", "Item", "Level", "Reply", "Result",
           "Score", "Standing", "When", "assess", "bundled_checkup", "overtaken", "read_replies"]

CHECKUP_FOLDER = Path(__file__).parent / "library" / "checkup"
ESSENTIAL = 3                          # the weight of a question without which the rest protects little
WEEK_HOURS, MONTH_HOURS = 16, 64       # what twenty people can spare: two working days a week
_SCHEME = "scheme.toml"


class Reply(StrEnum):
    """What was answered."""

    NONE = "none"
    PARTLY = "partly"
    FULL = "full"
    INAPPLICABLE = "inapplicable"

    @property
    def label(self) -> str:
        """The word a reader sees."""
        return {"none": "没有", "partly": "部分", "full": "有", "inapplicable": "不适用"}[self.value]

    @property
    def worth(self) -> Fraction | None:
        """Its share of the weight; None where the question does not count."""
        return {"none": Fraction(0), "partly": Fraction(1, 2), "full": Fraction(1)}.get(self.value)


class Cost(StrEnum):
    """What money an action takes."""

    NONE = "none"
    LOW = "low"
    BUDGET = "budget"

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return {"none": "不花钱", "low": "小额采购", "budget": "需要预算"}[self.value]

    @property
    def hours(self) -> int:
        """What buying adds to the working hours: choosing, asking, deciding."""
        return {"none": 0, "low": 2, "budget": 16}[self.value]


class Standing(StrEnum):
    """Who wants it."""

    REQUIRED = "required"      # a law, regulation or interpretation demands it of those it applies to
    COURT = "court"            # a court weighs it when it decides about measures, proof or damages
    ADVISED = "advised"        # nobody demands it; it spares trouble that the law describes

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return {"required": "法律要求", "court": "法院会看", "advised": "建议做法"}[self.value]


class When(StrEnum):
    """By when a gap is to be closed."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"

    @property
    def label(self) -> str:
        """The heading a reader sees."""
        return {"week": "本周", "month": "本月", "quarter": "本季度"}[self.value]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together. `short` labels an axis of the chart."""

    id: str
    title: str
    short: str


@dataclass(frozen=True, slots=True)
class Level:
    """How mature the whole is, from a share of `from_percent` on."""

    title: str
    from_percent: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `partly` says what counts as 部分; `applies` who answers 不适用 (empty: everybody has to answer).

    `hours` are working hours of the first step; `basis` references as written; `guide` the title of a page of the library.
    """

    id: str
    group: str
    text: str
    partly: str
    why: str
    action: str
    weight: int
    hours: int
    cost: Cost
    standing: Standing
    basis: tuple[str, ...]
    templates: tuple[str, ...] = ()
    guide: str = ""
    applies: str = ""

    @property
    def effort(self) -> str:
        """约 4 小时，不花钱; eight hours are a day."""
        time = f"约 {self.hours} 小时" if self.hours < 8 else f"约 {-(-self.hours // 8)} 天"
        return f"{time}，{self.cost.label}"

    @property
    def whole_hours(self) -> int:
        """Working hours with those that buying adds."""
        return self.hours + self.cost.hours


@dataclass(frozen=True, slots=True)
class Checkup:
    """The whole questionnaire. The law it rests on was read on `checked`; none of it is older than `valid_from`.

    `templates` are titles by name; `ceiling` is the best level while an essential question is answered 没有;
    `not_held` a document that bears on the subject and whose text the library lacks.
    """

    version: str
    valid_from: date
    checked: date
    limits: str
    limits_basis: tuple[str, ...]
    not_held: str
    ceiling: str
    groups: tuple[Group, ...]
    levels: tuple[Level, ...]
    templates: Mapping[str, str]
    items: tuple[Item, ...]

    def of(self, group: Group) -> tuple[Item, ...]:
        """The questions of a group, in order."""
        return tuple(item for item in self.items if item.group == group.id)

    @classmethod
    def load(cls, files: Mapping[str, str]) -> "Checkup":
        """Read the files by name: `scheme.toml` and one for each group.

        Raises:
            SourceError: not TOML, a key or value unknown or missing, an id twice, a reference that does not read; with
                file and line.
        """
        scheme = _File(_SCHEME, files.get(_SCHEME, ""))
        raw = scheme.table(scheme.data, 1, {
            "version": str, "valid_from": date, "checked": date, "limits": str, "limits_basis": list, "not_held": str,
            "ceiling": str, "group": list, "level": list, "templates": dict})
        groups = tuple(Group(**scheme.table(given, line, {"id": str, "title": str, "short": str}))
                       for given, line in scheme.entries("group"))
        levels = tuple(Level(row["title"], row["from"], row["meaning"])
                       for given, line in scheme.entries("level")
                       for row in [scheme.table(given, line, {"title": str, "from": int, "meaning": str})])
        if [level.from_percent for level in levels] != sorted({0, *(level.from_percent for level in levels)}):
            raise scheme.fault(1, "级别的 from 要从 0 起逐级升高")
        if raw["ceiling"] not in {level.title for level in levels}:
            raise scheme.fault(1, f"没有叫“{raw['ceiling']}”的级别")
        items = tuple(item for group in groups for item in _items(_File(f"{group.id}.toml", files.get(f"{group.id}.toml", "")),
                                                                    group, raw["templates"]))
        _refuse_twins(items)
        return cls(**{key: raw[key] for key in ("version", "valid_from", "checked", "limits", "not_held", "ceiling")},
                   limits_basis=tuple(raw["limits_basis"]), groups=groups, levels=levels,
                   templates=MappingProxyType(raw["templates"]), items=items)


@cache
def bundled_checkup() -> Checkup:
    """The questionnaire that ships with the program; read once a process."""
    return Checkup.load({path.name: path.read_text(encoding="utf-8") for path in sorted(CHECKUP_FOLDER.glob("*.toml"))})


# --- reading the files ----------------------------------------------------------------------------------------------

_ITEM = {"id": str, "text": str, "partly": str, "why": str, "action": str, "weight": int, "hours": int, "cost": str,
         "standing": str, "basis": list}
_MAY = {"templates": list, "guide": str, "applies": str}


class _File:
    """One TOML file that knows on which line an entry begins."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        if not text.strip():
            raise self.fault(1, "文件不存在或是空的")
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SourceError(f"自测题库 {name} 不是有效的 TOML：{error}", "请按报错的行号改正") from error

    def entries(self, name: str) -> list[tuple[dict[str, Any], int]]:
        """The tables [[name]], each with the line it begins on."""
        begins = [number for number, line in enumerate(self.lines, start=1) if line.strip() == f"[[{name}]]"]
        given = self.data.get(name, [])
        if not given or len(given) != len(begins):
            raise self.fault(1, f"没有 [[{name}]]，或者写法不是单独一行的 [[{name}]]")
        return list(zip(given, begins, strict=True))

    def table(self, raw: dict[str, Any], line: int, must: Mapping[str, type], may: Mapping[str, type] = MappingProxyType({})) -> dict[str, Any]:
        """`raw` with exactly the keys that it must and may have, each of its type and not empty."""
        known = {**must, **may}
        for key, value in raw.items():
            if key not in known:
                raise self.fault(self._line_of(key, line), f"不认识的键 {key}")
            if type(value) is not known[key] or value in ("", []):
                raise self.fault(self._line_of(key, line), f"{key} 的值不对或是空的")
        if missing := [key for key in must if key not in raw]:
            raise self.fault(line, f"缺少 {'、'.join(missing)}")
        return raw

    def _line_of(self, key: str, begins: int) -> int:
        written = (n for n, line in enumerate(self.lines, start=1) if n >= begins and re.match(rf"\[*{re.escape(key)}\b", line))
        return next(written, begins)

    def fault(self, line: int, what: str) -> SourceError:
        return SourceError(f"自测题库 {self.name} 第 {line} 行：{what}", "请改正这一行")


def _items(file: _File, group: Group, templates: Mapping[str, str]) -> list[Item]:
    file.table(file.data, 1, {"question": list})
    found = []
    for given, line in file.entries("question"):
        raw = file.table(given, line, _ITEM, _MAY)
        if not (1 <= raw["weight"] <= ESSENTIAL and raw["hours"] >= 1):
            raise file.fault(line, "weight 要在 1 到 3 之间，hours 至少是 1")
        if wrong := [str(ref) for ref in raw["basis"] if not (isinstance(ref, str) and (parse_ref(ref) or place_of(ref)))]:
            raise file.fault(line, f"依据“{'”“'.join(wrong)}”读不成条文")
        if strange := [str(name) for name in raw.get("templates", ()) if name not in templates]:
            raise file.fault(line, f"没有登记的模板 {'、'.join(strange)}")
        try:
            kinds: dict[str, Any] = {"cost": Cost(raw["cost"]), "standing": Standing(raw["standing"])}
        except ValueError as error:
            raise file.fault(line, f"cost 或 standing 的值不认识：{error}") from error
        found.append(Item(**{**raw, **kinds, "group": group.id, "basis": tuple(raw["basis"]), "templates": tuple(raw.get("templates", ()))}))
    return found


def _refuse_twins(items: Sequence[Item]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise SourceError(f"自测题库 {item.group}.toml：编号 {item.id} 用了两次", "请给其中一题换一个编号")
        seen.add(item.id)


# --- what the answers are worth -------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Score:
    """Of a group, or of everything: points reached of the points that could be reached with what was answered."""

    reached: Fraction
    possible: int
    answered: int          # of `asked` questions, 不适用 included
    inapplicable: int
    asked: int

    @property
    def share(self) -> Fraction | None:
        """None where nothing that counts was answered."""
        return self.reached / self.possible if self.possible else None

    @property
    def percent(self) -> int | None:
        """The share in whole per cent, halves up."""
        return None if self.share is None else int(self.share * 100 + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Gap:
    """A question answered 没有 or 部分; `lost` are the points it costs."""

    item: Item
    reply: Reply
    lost: Fraction
    when: When


@dataclass(frozen=True, slots=True)
class Result:
    """`missing` are the essential questions answered 没有; where they hold the level down, `held_down` is true."""

    groups: tuple[tuple[Group, Score], ...]
    total: Score
    level: Level | None
    held_down: bool
    missing: tuple[Item, ...]
    gaps: tuple[Gap, ...]

    def due(self, when: When) -> tuple[Gap, ...]:
        """What is to be done then, the most worthwhile first."""
        return tuple(gap for gap in self.gaps if gap.when is when)


def assess(checkup: Checkup, replies: Mapping[str, Reply]) -> Result:
    """What the answers (by id of the question) are worth, and what to do about the gaps."""
    total = _score(checkup.items, replies)
    missing = tuple(item for item in checkup.items if item.weight == ESSENTIAL and replies.get(item.id) is Reply.NONE)
    reached = [level for level in checkup.levels if total.share is not None and total.share * 100 >= level.from_percent]
    titles = [level.title for level in checkup.levels]
    allowed = reached[:titles.index(checkup.ceiling) + 1] if missing else reached
    return Result(tuple((group, _score(checkup.of(group), replies)) for group in checkup.groups), total,
                  allowed[-1] if allowed else None, len(allowed) < len(reached), missing, _gaps(checkup.items, replies))


def _score(items: Sequence[Item], replies: Mapping[str, Reply]) -> Score:
    answered = [(item, replies[item.id]) for item in items if item.id in replies]
    counted = [(item.weight, reply.worth) for item, reply in answered if reply.worth is not None]
    return Score(sum((weight * value for weight, value in counted if value), Fraction(0)), sum(weight for weight, _ in counted),
                 len(answered), len(answered) - len(counted), len(items))


def _gaps(items: Sequence[Item], replies: Mapping[str, Reply]) -> tuple[Gap, ...]:
    lost = [(item, reply, item.weight * (1 - value)) for item in items
            if (reply := replies.get(item.id)) and (value := reply.worth) is not None and value < 1]
    lost.sort(key=lambda gap: (-gap[2] / _steps(gap[0]), -gap[2], gap[0].whole_hours))
    gaps, hours = [], 0
    for item, reply, points in lost:
        hours += item.whole_hours
        gaps.append(Gap(item, reply, points, When.WEEK if hours <= WEEK_HOURS else When.MONTH if hours <= MONTH_HOURS else When.QUARTER))
    return tuple(gaps)


def _steps(item: Item) -> int:
    """How much the effort weighs against the worth: up to half a day 1, up to a day and a half 2, more 3."""
    return 1 if item.whole_hours <= 4 else 2 if item.whole_hours <= 12 else 3


def read_replies(checkup: Checkup, text: str) -> dict[str, Reply]:
    """Answers as JSON: {"listed": "有", …} or {"answers": {…}}; the words as on the page, or none, partly, full, inapplicable.

    Raises:
        QuestionError: not such JSON, an unknown question or answer, or 不适用 where everybody has to answer.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    given = data.get("answers", data) if isinstance(data, dict) else None
    if not isinstance(given, dict):
        raise QuestionError("答题文件不是一份 JSON 对象", '请写成 {"listed": "有", "graded": "部分"} 的样子；题号见 zhiwen checkup --json')
    items = {item.id: item for item in checkup.items}
    words = {word: reply for reply in Reply for word in (reply.value, reply.label)}
    replies = {}
    for id_, said in given.items():
        if id_ not in items:
            raise QuestionError(f"没有这道题：{id_[:40]}", "题号见 zhiwen checkup --json")
        reply = words.get(said) if isinstance(said, str) else None
        if reply is None or (reply is Reply.INAPPLICABLE and not items[id_].applies):
            may = "、".join(reply.label for reply in Reply if reply is not Reply.INAPPLICABLE or items[id_].applies)
            raise QuestionError(f"{id_} 的回答看不懂", f"这道题可以答：{may}")
        replies[id_] = reply
    return replies


def overtaken(checkup: Checkup, registry: Registry, day: date) -> tuple[str, ...]:
    """Documents whose text in force on `day` is not the one that the questions were written by."""
    return tuple(document for document in _documents(checkup, registry)
                 if registry.in_force(document, day) != registry.in_force(document, checkup.checked))


def _documents(checkup: Checkup, registry: Registry) -> Iterable[str]:
    written = (place[0] if (place := place_of(reference)) else ref.document if (ref := parse_ref(reference)) else ""
               for item in checkup.items for reference in item.basis)
    return dict.fromkeys(registry.document(name) for name in written)
