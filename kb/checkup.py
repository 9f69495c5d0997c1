"""The self-assessment of a firm as data: questions by group, what may be answered, what each is worth and rests on.

The data is `library/checkup/*.toml`; `kb.checkup_result` says what a set of answers comes to.
"""

import re
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
from kb.errors import SourceError
from kb.fields import parsed, unread
from kb.registry import Registry
from kb.statute import parse_ref
from kb.templates import bundled_templates

__all__ = ["CHECKUP_FOLDER", "ESSENTIAL", "Checkup", "Cost", "Group", "Item", "Level", "Reply", "Standing", "bundled_checkup", "overtaken"]

CHECKUP_FOLDER = Path(__file__).parent / "library" / "checkup"
ESSENTIAL = 3                          # the weight of a question without which the rest protects little
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
    def load(cls, files: Mapping[str, str], templates: Mapping[str, str]) -> "Checkup":
        """Read the files by name: `scheme.toml` and one for each group. `templates` are the titles, by name, that questions may lead to.

        Raises:
            SourceError: not TOML, a key or value unknown or missing, an id twice, a reference that does not read; with
                file and line.
        """
        scheme = _File(_SCHEME, files.get(_SCHEME, ""))
        raw = scheme.table(scheme.data, 1, {
            "version": str, "valid_from": date, "checked": date, "limits": str, "limits_basis": list, "not_held": str,
            "ceiling": str, "group": list, "level": list})
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
                                                                    group, templates))
        _refuse_twins(items)
        return cls(**{key: raw[key] for key in ("version", "valid_from", "checked", "limits", "not_held", "ceiling")},
                   limits_basis=tuple(raw["limits_basis"]), groups=groups, levels=levels,
                   templates=MappingProxyType(dict(templates)), items=items)


@cache
def bundled_checkup() -> Checkup:
    """The questionnaire that ships with the program; read once a process."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(CHECKUP_FOLDER.glob("*.toml"))}
    return Checkup.load(files, {name: template.title for name, template in bundled_templates().items()})


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
        self.data = parsed(text, f"自测题库 {name}")

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
        if wrong := unread(raw["basis"]):
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


def overtaken(checkup: Checkup, registry: Registry, day: date) -> tuple[str, ...]:
    """Documents whose text in force on `day` is not the one that the questions were written by."""
    return tuple(document for document in _documents(checkup, registry)
                 if registry.in_force(document, day) != registry.in_force(document, checkup.checked))


def _documents(checkup: Checkup, registry: Registry) -> Iterable[str]:
    written = (place[0] if (place := place_of(reference)) else ref.document if (ref := parse_ref(reference)) else ""
               for item in checkup.items for reference in item.basis)
    return dict.fromkeys(registry.document(name) for name in written)
