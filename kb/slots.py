"""What a question is about, part by part: a right, a role, a place, the thing taken, a law, an article, a sum.

One such part can stand for another: 那商标呢 after a question on patents asks the same of trade marks. A phrase belongs to the
part whose word it ends with, because in Chinese the head comes last.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from kb.beyond import COUNTRIES, PLACES
from kb.glossary import bundled_glossary
from kb.registry import bundled_registry

__all__ = ["SUM", "Slot", "first_named", "last_named", "names_event", "names_law", "names_person", "place", "slot_of", "subjects",
           "substituted", "table", "words"]


class Slot(StrEnum):
    """Parts of a question that can be exchanged, those first whose words contain words of others."""

    ARTICLE = "article"
    LAW = "law"
    STATION = "station"          # an institution of the demonstration zone
    DEVICE = "device"            # what the law provides: 竞业限制, 证据保全
    STAGE = "stage"              # 入职, 在职, 离职
    ROLE = "role"
    PLACE = "place"
    MATTER = "matter"            # the thing itself: 客户名单, 图纸
    RIGHT = "right"
    OFFICE = "office"            # the authority gone to
    ROUTE = "route"              # 民事, 刑事, 行政
    SUM = "sum"                  # a number with its unit


SUM = r"(?:\d[\d,.]*|[一二三四五六七八九十百千两半]+)(?:多|余|来)?(?:万|亿|千|百)?(?:元|块钱?|个月|年|天|日|人|次|倍|家|岁|成|件|%)?(?:以上|以下|以内|左右)?"
_ARTICLE = r"第?[一二三四五六七八九十百零\d]+条(?:之[一二三四五六七八九十])?(?:第?[一二三四五六七八九十\d]+款)?(?:第?[（(]?[一二三四五六七八九十\d]+[）)]?项)?"
_OURSELVES = r"(?<!我们)(?<!咱们)(?<!我)(?<!新)(?<!本)(?:公司|企业|单位|工厂)"
_TELLS = re.compile(r"[在是不没了被把有给让]")                     # a clause, not a name with what describes it
_NOUNS = (Slot.STATION, Slot.DEVICE, Slot.MATTER, Slot.RIGHT)      # any of them can be the whole subject of a question
_NEVER_ENDS = (Slot.SUM, Slot.ROUTE, Slot.STAGE, Slot.OFFICE)
_ANY_WRONG = ("侵权", "侵犯", "侵害")
_LONGEST_PHRASE = 14


# --- the words ----------------------------------------------------------------------------------------------------------------

@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "dialogue.toml").read_text(encoding="utf-8"))


@cache
def words(*names: str) -> str:
    """Lists of `dialogue.toml` as part of a regular expression, longer words first."""
    lists = {**_data()["parts"], **_data()["bare"]}
    return _any(word for name in names for word in lists[name].split())


@cache
def table(name: str) -> Mapping[str, str]:
    """A table of `dialogue.toml` that says how something is asked in full: by the words used, `aspects`; by expressions, `answer`."""
    rows = _data()[name].items()
    return {word: full for words, full in rows for word in words.split()} if name == "aspects" else {
        expression: full for full, expressions in rows for expression in expressions.split()}


@cache
def place() -> str:
    """Places, as part of a regular expression."""
    return rf"(?:{'|'.join((*PLACES, *COUNTRIES))})[省市]?|外地|国外|境外|海外(?!维权)"


@cache
def _patterns(end: str = "") -> Mapping[Slot, re.Pattern[str]]:
    written = {
        Slot.ARTICLE: _ARTICLE, Slot.LAW: rf"《[^》]{{2,40}}》|{_any(bundled_registry().names)}|{words('law')}",
        Slot.STATION: f"{words('station_of')}*{words('station')}", Slot.DEVICE: f"{words('device')}|{_defined()}", Slot.STAGE: words("stage"),
        Slot.ROLE: f"{words('person', 'company')}|{_OURSELVES}", Slot.PLACE: place(), Slot.MATTER: words("matter"),
        Slot.RIGHT: words("right"), Slot.OFFICE: words("office"), Slot.ROUTE: words("route"), Slot.SUM: SUM}
    return {slot: re.compile(f"(?:{pattern}){end}") for slot, pattern in written.items()}


def _defined() -> str:
    """The terms of the glossary that are no words of another part and none that go with any question."""
    other = re.compile(f"(?:{words('right', 'matter', 'person', 'company', 'office', 'general', 'light')})+")
    return _any(word for term in bundled_glossary().terms for word in (term.name, *term.also)
                if len(word) > 2 and not other.fullmatch(word))


def _any(alternatives: Iterable[str]) -> str:
    written = sorted(alternatives, key=lambda word: (-len(re.sub(r"\(\?.*?\)|[?\[\]]", "", word)), word))
    return f"(?:{'|'.join(written)})"


# --- what a phrase or a question names ------------------------------------------------------------------------------------------

def slot_of(phrase: str) -> Slot | None:
    """The part of a question that a phrase can take: 没签协议的员工 is a role. None for clauses and other words."""
    if len(phrase) > _LONGEST_PHRASE:
        return None
    if whole := next((slot for slot, pattern in _patterns().items() if pattern.fullmatch(phrase)), None):
        return whole
    return next((slot for slot, pattern in _patterns("$").items() if slot not in _NEVER_ENDS and (match := pattern.search(phrase))
                 and (phrase[:match.start()].endswith("的") or not _TELLS.search(phrase[:match.start()]))), None)


def substituted(question: str, phrase: str) -> str:
    """The question asked of `phrase` instead of the part that it can take; empty where it has no such part.

    A subject of another kind gives way only where it is all that the question has of that sort: 竞业限制最长多久, of patents.
    """
    slot = slot_of(phrase)
    if slot is None:
        return ""
    kinds = (slot, *(kind for kind in _NOUNS if kind is not slot)) if slot in _NOUNS else (slot,)
    for kind in kinds:
        named = _named(question, kind, phrase)
        if named and named != phrase and (kind is slot or question.startswith(named)):
            return question.replace(named, phrase)
    return ""


def _named(question: str, slot: Slot, phrase: str) -> str:
    """The words that the phrase replaces: for a sum one of the same unit, else the first of the kind that describes no other."""
    laws = [] if slot is Slot.LAW else [range(*law.span()) for law in _patterns()[Slot.LAW].finditer(question)]
    matches = [match for match in _patterns()[slot].finditer(question) if not any(match.start() in law for law in laws)]
    found = [match[0] for match in matches if not re.match("[里中上]的", question[match.end():])] or [match[0] for match in matches]
    if slot is Slot.SUM:
        unit = re.sub(r"[\d,.一二三四五六七八九十百千两半多余来万亿]|以[上下内]|左右", "", phrase)
        found = [named for named in found if (unit and unit in named) or (not unit and re.search(r"万|亿|元", named))]
    return found[0] if found else ""


def last_named(text: str) -> str:
    """The last subject that a text names: the client list of an employee who leaves with it; empty where there is none."""
    found = [(match.end(), match[0]) for slot in _NOUNS for match in _patterns()[slot].finditer(text)]
    return max(found, default=(0, ""), key=lambda at: (at[0], len(at[1])))[1]


def first_named(text: str) -> str:
    """The subject with which a text begins; empty where it begins otherwise."""
    return max((match[0] for slot in _NOUNS if (match := _patterns()[slot].match(text))), default="", key=len)


@lru_cache(maxsize=4096)
def subjects(text: str) -> tuple[str, ...]:
    """The subjects and particular events that a text names."""
    found = [match[0] for slot in _NOUNS for match in _patterns()[slot].finditer(text)]
    return tuple(dict.fromkeys(found + [event for event in re.findall(words("event"), text) if event not in _ANY_WRONG]))


def names_event(text: str) -> bool:
    """Whether it tells of a wrong or a turn of events by itself: 员工泄密判几年."""
    return bool(re.search(words("event"), text))


def names_law(text: str) -> bool:
    """Whether it names a law or regulation."""
    return bool(_patterns()[Slot.LAW].search(text))


def names_person(text: str) -> str:
    """The first person or firm named that somebody may have acted as; empty where there is none."""
    match = re.search(words("person"), text) or re.search(words("company"), text)
    return match[0] if match else ""
