"""Cases as data: one question a line, with what a good answer must contain. Anything unexpected in a line is refused."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from kb.errors import ConfigError
from kb.types import Audience, Outcome, Question

__all__ = ["ASIDE", "CASES_FOLDER", "GROUPS", "TODAY", "Article", "Case", "digest", "load_cases"]

CASES_FOLDER = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 22)      # every case is asked on this day unless it names another
GROUPS = ("retrieval", "answers", "rights", "plan", "station", "trainee", "dialogues", "premises", "refusals", "near_misses")
ASIDE = "aside"                 # the group under which cases kept aside are reported
_LIBRARIES = ("bundled", "corpus")


@dataclass(frozen=True, slots=True)
class Article:
    """A passage of the gold standard, named as answers cite it."""

    title: str
    locator: str

    def __str__(self) -> str:
        return f"《{self.title}》{self.locator}"


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `facts` lists, for each key fact, the wordings that count; `library` who must hold the answer."""

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
    cases: list[Case] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                case = _case(json.loads(line))
                if any(case.id == other.id for other in cases):
                    raise ValueError(f"编号 {case.id} 重复")
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ConfigError(f"题库 {path.name} 第 {number} 行有误：{error}", "请按 eval/cases.py 中 Case 的字段改正") from None
            cases.append(case)
    return cases


def digest(cases: Sequence[Case]) -> str:
    """SHA-256 of what is asked and how it is graded, in hexadecimal; the order of the cases and the layout of the files are no part of it."""
    written = [json.dumps(asdict(case), ensure_ascii=False, sort_keys=True, default=str) for case in cases]
    return sha256("\n".join(sorted(written)).encode()).hexdigest()


_FIELDS = {field.name for field in fields(Case)} | {"question"}


def _case(raw: dict[str, Any]) -> Case:
    if unknown := sorted(set(raw) - _FIELDS):
        raise ValueError(f"不认识的字段 {'、'.join(unknown)}")
    if ("question" in raw) == ("turns" in raw):
        raise ValueError("question 和 turns 须有且只有一个")
    case = Case(
        id=_text(raw, "id"), group=_text(raw, "group"), turns=_texts(raw.get("turns", [raw.get("question")])),
        as_of=date.fromisoformat(raw["as_of"]) if "as_of" in raw else TODAY,
        facts=tuple(_texts(wordings) for wordings in raw.get("facts", ())),
        articles=tuple(Article(**article) for article in raw.get("articles", ())),
        outcome=Outcome(raw["outcome"]) if "outcome" in raw else None,
        must_not=_texts(raw["must_not"]) if "must_not" in raw else (), library=raw.get("library", "bundled"),
        audience=Audience(raw.get("audience", Audience.ENTERPRISE)), aside=raw.get("aside", False) is True)
    if case.group not in GROUPS or case.library not in _LIBRARIES:
        raise ValueError(f"不认识的 group 或 library：{case.group}、{case.library}")
    if not (case.facts or case.articles or case.outcome):
        raise ValueError("没有可以评判的内容（facts、articles 或 outcome）")
    return case


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} 须是文字")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise ValueError("须是一列不空的文字")
    return tuple(values)
