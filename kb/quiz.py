"""The question bank for training: items with explanation and basis, what is drawn from it, and how answers are marked.

The data is `library/quiz/*.toml`, a topic a file. An item says which options are right and which are wrong; the order in which
they stand, and so the letters of the key, comes from a checksum of their words: it never changes and follows no habit of a writer.
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from zlib import crc32

from kb.errors import SourceError
from kb.fields import Table, read_table

__all__ = ["LEVELS", "QUIZ_FOLDER", "Form", "Item", "Option", "Response", "Score", "Topic", "bundled_items", "chosen",
           "drawn", "item_record", "mark", "read_items", "scores"]

QUIZ_FOLDER = Path(__file__).parent / "library" / "quiz"


class Topic(StrEnum):
    """What an item is about, in the order of teaching; the value names the file."""

    SECRET = "secret"                # noqa: S105
    MEASURES = "measures"
    INFRINGEMENT = "infringement"
    STAFF = "staff"
    EVIDENCE = "evidence"
    REMEDIES = "remedies"
    DAMAGES = "damages"
    PATENT = "patent"
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    OTHER = "other"
    WUHAN = "wuhan"
    STATION = "station"

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return _TOPIC_LABEL[self]


_TOPIC_LABEL = {
    Topic.SECRET: "什么是商业秘密", Topic.MEASURES: "保密措施", Topic.INFRINGEMENT: "侵犯行为", Topic.STAFF: "员工离职与竞业限制",
    Topic.EVIDENCE: "取证与证据", Topic.REMEDIES: "行政、民事、刑事救济", Topic.DAMAGES: "赔偿", Topic.PATENT: "专利",
    Topic.TRADEMARK: "商标", Topic.COPYRIGHT: "著作权", Topic.OTHER: "地理标志、数据与其他", Topic.WUHAN: "武汉示范区建设方案",
    Topic.STATION: "科普驿站"}
LEVELS: Mapping[int, str] = {1: "入门", 2: "熟悉", 3: "提高"}


class Form(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return {"single": "单选", "multiple": "多选", "true_false": "判断"}[self.value]


@dataclass(frozen=True, slots=True)
class Option:
    """`letter` is A, B, C … in the order shown."""

    letter: str
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `level` is 1 to 3; `basis` are references as a 依据 line has them: articles, or places of the plan."""

    id: str
    topic: Topic
    level: int
    form: Form
    ask: str
    options: tuple[Option, ...]
    why: str
    basis: tuple[str, ...]

    @property
    def key(self) -> str:
        """The letters of the right options in order: ACD."""
        return "".join(option.letter for option in self.options if option.right)


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered to an item: letters in order, and whether that is the key."""

    id: str
    letters: str
    right: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the answered items of one topic were right."""

    topic: Topic
    right: int
    answered: int


# --- reading --------------------------------------------------------------------------------------------------------

_COMMON: Mapping[str, type] = {"id": str, "level": int, "ask": str, "why": str, "basis": list}
_LETTERS = "ABCDEF"


def read_items(text: str, file: str) -> tuple[Item, ...]:
    """The items of one file of the bank, `file` for messages.

    Raises:
        SourceError: not TOML, a topic or field unknown, missing or of the wrong kind, options that say one thing twice or are
            too many, a reference that does not read; file and line are named.
    """
    head, lists = read_table(text, f"题库 {file}", ["item"])
    head.check({"topic": str})
    if head.raw["topic"] not in set(Topic):
        raise head.fault(f"没有 {head.raw['topic']} 这个主题")
    return tuple(_item(table, Topic(head.raw["topic"])) for table in lists["item"])


def _item(table: Table, topic: Topic) -> Item:
    raw, judged = table.raw, "holds" in table.raw
    table.check({**_COMMON, "holds": bool} if judged else {**_COMMON, "right": list, "wrong": list})
    if raw["level"] not in LEVELS:
        raise table.fault("level 应是 1、2 或 3")
    right, wrong = table.words("right"), table.words("wrong")
    if len({*right, *wrong}) < len(right) + len(wrong) or len(right) + len(wrong) > len(_LETTERS):
        raise table.fault("选项重复或者太多")
    options = _judgement(raw["holds"]) if judged else _arranged(raw["id"], right, wrong)
    form = Form.TRUE_FALSE if judged else Form.SINGLE if len(right) == 1 else Form.MULTIPLE
    return Item(raw["id"], topic, raw["level"], form, raw["ask"], options, raw["why"], table.words("basis"))


def _judgement(holds: bool) -> tuple[Option, ...]:
    return Option("A", "对", holds), Option("B", "错", not holds)


def _arranged(id_: str, right: Iterable[str], wrong: Iterable[str]) -> tuple[Option, ...]:
    options = [(text, True) for text in right] + [(text, False) for text in wrong]
    options.sort(key=lambda option: (crc32(f"{id_} {option[0]}".encode()), option[0]))
    return tuple(Option(letter, text, is_right) for letter, (text, is_right) in zip(_LETTERS, options, strict=False))


@cache
def bundled_items() -> tuple[Item, ...]:
    """The bank that ships with the program, by topic; read once a process."""
    items = tuple(item for topic in Topic for item in read_items(
        (QUIZ_FOLDER / f"{topic.value}.toml").read_text(encoding="utf-8"), f"{topic.value}.toml"))
    if len({item.id for item in items}) < len(items):
        raise SourceError("题库里有两道题同号", "请改正 library/quiz 中的 id")
    return items


# --- drawing and marking --------------------------------------------------------------------------------------------

def chosen(items: Iterable[Item], topics: Collection[Topic] = (), levels: Collection[int] = ()) -> tuple[Item, ...]:
    """The items of these topics and levels, in the order of the bank; nothing named means all of them."""
    return tuple(item for item in items if (not topics or item.topic in topics) and (not levels or item.level in levels))


def drawn(items: Sequence[Item], count: int, seed: int) -> tuple[Item, ...]:
    """`count` of the items, or all where there are fewer, from every topic alike; one seed always draws the same."""
    luck = random.Random(seed)
    piles: dict[Topic, list[Item]] = {}
    for item in items:
        piles.setdefault(item.topic, []).append(item)
    for pile in piles.values():
        luck.shuffle(pile)
    taken: list[Item] = []
    while piles and len(taken) < count:
        for topic in luck.sample(list(piles), len(piles)):
            taken.append(piles[topic].pop())
            if not piles[topic]:
                del piles[topic]
    return tuple(taken[:count])


def mark(item: Item, letters: Iterable[str]) -> Response:
    """An answer beside the key: right only where every right option was chosen and no other."""
    given = "".join(sorted(set(letters)))
    return Response(item.id, given, given == item.key)


def scores(items: Iterable[Item], responses: Iterable[Response]) -> tuple[Score, ...]:
    """By topic, in the order of teaching; topics of which nothing was answered are left out."""
    topic_of = {item.id: item.topic for item in items}
    answered: dict[Topic, list[bool]] = {}
    for response in responses:
        answered.setdefault(topic_of[response.id], []).append(response.right)
    return tuple(Score(topic, sum(answered[topic]), len(answered[topic])) for topic in Topic if topic in answered)


# --- what an item rests on, and how it is handed on -----------------------------------------------------------------

def item_record(item: Item) -> dict[str, object]:
    """An item as `zhiwen quiz --json` prints it: a stable interface."""
    return {"id": item.id, "topic": item.topic.value, "topic_label": item.topic.label, "level": item.level, "form": item.form.value,
            "question": item.ask, "options": [{"letter": option.letter, "text": option.text, "right": option.right} for option in item.options],
            "key": list(item.key), "explanation": item.why, "basis": list(item.basis)}
