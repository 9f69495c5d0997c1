"""Course outlines for a trainer: blocks with their minutes, what to say on which basis, which guides and which topics of the bank to use.

The data is `library/courses/*.toml`.
"""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from kb.fields import Table, read_table
from kb.quiz import Topic

__all__ = ["COURSES_FOLDER", "Block", "Course", "bundled_courses", "read_course"]

COURSES_FOLDER = Path(__file__).parent / "library" / "courses"


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the day; a pause has a title and minutes alone. `points` are what is said, `activity` what people do."""

    title: str
    minutes: int
    points: tuple[str, ...] = ()
    activity: str = ""
    topics: tuple[Topic, ...] = ()
    guides: tuple[str, ...] = ()          # titles of pages of the library
    cases: tuple[str, ...] = ()           # ids of case exercises
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """`name` is that of the file; `audience` and `aims` are for the invitation."""

    name: str
    title: str
    audience: str
    aims: tuple[str, ...]
    bring: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        return sum(block.minutes for block in self.blocks)

    @property
    def begins(self) -> tuple[int, ...]:
        """After how many minutes each block begins."""
        return tuple(accumulate((block.minutes for block in self.blocks[:-1]), initial=0))


_HEAD = {"title": str, "audience": str, "aims": list, "bring": list}
_BLOCK = {"title": str, "minutes": int, "points": list, "activity": str, "topics": list, "guides": list, "cases": list, "basis": list}
_PAUSE = {"title": str, "minutes": int}


def read_course(text: str, name: str) -> Course:
    """The outline of one file.

    Raises:
        SourceError: not TOML, a field unknown, missing or of the wrong kind, a topic that the bank does not have; the line is named.
    """
    head, lists = read_table(text, f"课程 {name}.toml", ["block"])
    head.check(_HEAD)
    return Course(name, head.raw["title"], head.raw["audience"], head.words("aims"), head.words("bring"), tuple(map(_block, lists["block"])))


def _block(table: Table) -> Block:
    if "points" not in table.raw:
        table.check(_PAUSE)
        return Block(table.raw["title"], table.raw["minutes"])
    table.check(_BLOCK, optional=("activity", "topics", "guides", "cases", "basis"))
    if strange := sorted(set(table.words("topics")) - set(Topic)):
        raise table.fault(f"题库没有 {'、'.join(strange)} 这些主题")
    return Block(table.raw["title"], table.raw["minutes"], table.words("points"), table.raw.get("activity", ""),
                 tuple(map(Topic, table.words("topics"))), table.words("guides"), table.words("cases"), table.words("basis"))


@cache
def bundled_courses() -> tuple[Course, ...]:
    """The outlines that ship with the program, the shortest first."""
    courses = (read_course(path.read_text(encoding="utf-8"), path.stem) for path in sorted(COURSES_FOLDER.glob("*.toml")))
    return tuple(sorted(courses, key=lambda course: course.minutes))
