"""Case exercises for a class: a made-up story, questions to it, model answers and what they rest on.

The data is `library/cases/*.toml`. No real company, person or case stands in them; every sheet says so.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.fields import Table, read_table
from kb.quiz import Topic

__all__ = ["CASES_FOLDER", "INVENTED", "Exercise", "Task", "bundled_exercises", "read_exercise"]

CASES_FOLDER = Path(__file__).parent / "library" / "cases"
INVENTED = "本案例为教学虚构，人物、公司和数字都是编的"


@dataclass(frozen=True, slots=True)
class Task:
    """One question to the story; `answer` are sentences."""

    ask: str
    answer: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """`id` is the name of the file; `story` are paragraphs."""

    id: str
    title: str
    topic: Topic
    minutes: int
    story: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """Every reference once, in the order in which they come."""
        return tuple(dict.fromkeys(reference for task in self.tasks for reference in task.basis))


def read_exercise(text: str, name: str) -> Exercise:
    """The exercise of one file.

    Raises:
        SourceError: not TOML, a field unknown, missing or of the wrong kind, a topic that the bank does not have; the line is named.
    """
    head, lists = read_table(text, f"案例 {name}.toml", ["task"])
    head.check({"title": str, "topic": str, "minutes": int, "story": list})
    if head.raw["topic"] not in set(Topic):
        raise head.fault(f"题库没有 {head.raw['topic']} 这个主题")
    return Exercise(name, head.raw["title"], Topic(head.raw["topic"]), head.raw["minutes"], head.words("story"), tuple(map(_task, lists["task"])))


def _task(table: Table) -> Task:
    table.check({"ask": str, "answer": list, "basis": list})
    return Task(table.raw["ask"], table.words("answer"), table.words("basis"))


@cache
def bundled_exercises() -> tuple[Exercise, ...]:
    """The exercises that ship with the program, by topic in the order of teaching."""
    order = list(Topic)
    exercises = (read_exercise(path.read_text(encoding="utf-8"), path.stem) for path in sorted(CASES_FOLDER.glob("*.toml")))
    return tuple(sorted(exercises, key=lambda exercise: order.index(exercise.topic)))
