"""What a set of answers to the self-assessment comes to: shares by group and in all, a level, what to do by when.

Formula, for a group and for all questions together:

    share = Σ weight × worth / Σ weight        worth: 没有 0, 部分 1/2, 有 1

over the questions that were answered; 不适用 and unanswered ones count neither above nor below the line. Shares are
fractions, so that nothing is rounded before it is shown. The total is over all questions, not the mean of the groups.

Gaps are ordered by weight × (1 − worth), divided by 1, 2 or 3 for the effort, and laid out over a week, a month and a
quarter as far as the working hours of a small firm go (`WEEK_HOURS`, `MONTH_HOURS`, both counted from the start).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kb.checkup import ESSENTIAL, Checkup, Group, Item, Level, Reply
from kb.errors import QuestionError

__all__ = ["MONTH_HOURS", "WEEK_HOURS", "Gap", "Result", "Score", "When", "assess", "read_replies"]

WEEK_HOURS, MONTH_HOURS = 16, 64       # what twenty people can spare: two working days a week


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
