"""Cases as data: one question a line, with what a good answer must contain. Anything unexpected in a line is refused."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from kb.errors import ConfigError
from kb.types import Audience, Outcome, Question

__all__ = ["ASIDE", "CASES_FOLDER", "GROUPS", "GROUP_NAMES", "OVERALL", "TODAY", "Article", "Case", "digest", "load_cases"]

CASES_FOLDER = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 22)      # every case is asked on this day unless it names another
GROUP_NAMES = {"retrieval": "检索", "answers": "商业秘密", "rights": "其他权利", "plan": "示范区方案", "station": "科普驿站",
               "trainee": "培训学员", "dialogues": "连续追问", "premises": "前提有误", "versions": "新旧版本", "robustness": "写法变化",
               "injections": "夹带指令", "refusals": "应当拒答", "near_misses": "不应拒答"}
GROUPS = tuple(GROUP_NAMES)
ASIDE = "aside"                 # the group under which cases kept aside are reported
OVERALL = "overall"             # the group under which is reported what only all groups together tell
GROUP_NAMES |= {ASIDE: "留出未调", OVERALL: "各组合计"}
_LIBRARIES = ("bundled", "corpus")


@dataclass(frozen=True, slots=True)
class Article:
    """A passage of the gold standard, named as answers cite it.

    `on` is a day on which the wanted text was, or will be, in force, where the question asks for another than that of its own day.
    """

    title: str
    locator: str
    on: date | None = None

    def __str__(self) -> str:
        return f"《{self.title}》{self.locator}" + (f"（{self.on} 的文本）" if self.on else "")


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `facts` lists, for each key fact, the wordings that count; `library` who must hold the answer.

    A case `like` another asks the same in another form: it inherits what a good answer is, and must be answered as that one is.
    """

    id: str
    group: str
    turns: tuple[str, ...]                       # the last one is graded
    as_of: date = TODAY
    facts: tuple[tuple[str, ...], ...] = ()
    articles: tuple[Article, ...] = ()
    outcome: Outcome | None = None               # None: any outcome that answers
    must_not: tuple[str, ...] = ()
    library: str = "bundled"                     # corpus: asked only where the official documents were ingested
    audience: Audience = Audience.ENTERPRISE
    aside: bool = False                          # never looked at while the program is improved; reported by itself
    like: str = ""                               # id of the case that this one varies
    in_full: str = ""                            # of a follow-up: the same question put so that it needs no earlier turn

    @property
    def asked(self) -> Question:
        return Question(self.turns[-1], self.as_of, self.turns[:-1], self.audience)

    @property
    def reported(self) -> str:
        """The group under which its scores are reported."""
        return ASIDE if self.aside else self.group

    @property
    def declined(self) -> bool:
        """Whether the right reaction is to decline."""
        return self.outcome is not None and self.outcome.refused


def load_cases(folder: Path = CASES_FOLDER) -> list[Case]:
    """All cases of the folder's `*.jsonl`, files in order of name.

    Raises:
        ConfigError: a line is not a case; names the file and the line.
    """
    read: dict[str, tuple[Case, str]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            where = f"{path.name} 第 {number} 行"
            try:
                case = _case(json.loads(line))
                if case.id in read:
                    raise ValueError(f"编号 {case.id} 重复")
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise _damaged(where, error) from None
            read[case.id] = case, where
    return list(_with_inherited(read))


def _damaged(where: str, error: object) -> ConfigError:
    return ConfigError(f"题库 {where}有误：{error}", "请按 eval/cases.py 中 Case 的字段改正")


def _with_inherited(read: dict[str, tuple[Case, str]]) -> Iterator[Case]:
    """The cases, those that vary another with what they inherit; a varied one is complete in itself and not kept aside."""
    for case, where in read.values():
        if not case.like:
            yield case
            continue
        base = read[case.like][0] if case.like in read else None
        if base is None or base.like or base.aside:
            raise _damaged(where, f"like 须是一道自成一题、没有留出的题的编号：{case.like}")
        yield replace(base, id=case.id, group=case.group, turns=case.turns, must_not=(*base.must_not, *case.must_not), like=base.id, in_full="")


def digest(cases: Sequence[Case]) -> str:
    """SHA-256 of what is asked and how it is graded, in hexadecimal; the order of the cases and the layout of the files are no part of it."""
    written = [json.dumps(asdict(case), ensure_ascii=False, sort_keys=True, default=str) for case in cases]
    return sha256("\n".join(sorted(written)).encode()).hexdigest()


_FIELDS = {field.name for field in fields(Case)} | {"question"}
_OF_A_VARIED_CASE = {"id", "group", "question", "turns", "must_not", "like"}       # the rest it inherits


def _case(raw: dict[str, Any]) -> Case:
    if unknown := sorted(set(raw) - _FIELDS):
        raise ValueError(f"不认识的字段 {'、'.join(unknown)}")
    if "like" in raw and (own := sorted(set(raw) - _OF_A_VARIED_CASE)):
        raise ValueError(f"有 like 的题不另写 {'、'.join(own)}")
    if ("question" in raw) == ("turns" in raw):
        raise ValueError("question 和 turns 须有且只有一个")
    case = Case(
        id=_text(raw, "id"), group=_text(raw, "group"), turns=_texts(raw.get("turns", [raw.get("question")])),
        as_of=date.fromisoformat(raw["as_of"]) if "as_of" in raw else TODAY,
        facts=tuple(_texts(wordings) for wordings in raw.get("facts", ())),
        articles=tuple(_article(**article) for article in raw.get("articles", ())),
        outcome=Outcome(raw["outcome"]) if "outcome" in raw else None,
        must_not=_texts(raw["must_not"]) if "must_not" in raw else (), library=raw.get("library", "bundled"),
        audience=Audience(raw.get("audience", Audience.ENTERPRISE)), aside=raw.get("aside", False) is True,
        like=_text(raw, "like") if "like" in raw else "", in_full=_text(raw, "in_full") if "in_full" in raw else "")
    if case.group not in GROUPS or case.library not in _LIBRARIES:
        raise ValueError(f"不认识的 group 或 library：{case.group}、{case.library}")
    if not (case.facts or case.articles or case.outcome or case.like):
        raise ValueError("没有可以评判的内容（facts、articles 或 outcome）")
    if case.in_full and len(case.turns) < 2:
        raise ValueError("in_full 只用于追问")
    return case


def _article(title: str, locator: str, on: str = "") -> Article:
    return Article(title, locator, date.fromisoformat(on) if on else None)


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} 须是文字")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise ValueError("须是一列不空的文字")
    return tuple(values)
