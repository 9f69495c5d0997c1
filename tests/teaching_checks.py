"""Everything that can be wrong with what is taught (quiz items, course blocks, case answers), beside the official texts.

`python -m tests.teaching_checks CORPUS` prints every fault; CORPUS holds the official documents.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kb.basis import place_of, version_named
from kb.clock import SystemClock
from kb.courses import bundled_courses
from kb.exercises import bundled_exercises
from kb.figures import unsupported_tokens
from kb.quiz import Form, Item, bundled_items
from kb.registry import RegisteredVersion, Registry, bundled_registry
from kb.statute import parse_ref
from kb.text import fold
from tests.library_checks import without_numbers, written_as
from tests.library_pages import Texts, copied_runs, figures, official_texts, paragraphs, runs_of, words_of

__all__ = ["Said", "TeachingChecks", "form_faults", "said_in_cases", "said_in_courses", "said_in_items"]

_LABEL = re.compile(r"(?:19|20)\d\d(?:修正|修订)")
_QUOTED = re.compile(r"《[^》]*》")
_NUMERAL = "零〇一二三四五六七八九十百千"
_ARTICLE = re.compile(rf"第[{_NUMERAL}]+条(?:之[一二三四五六七八九十])?(?:第[{_NUMERAL}]+款)?")
_PLACED = re.compile(r"[前后][两三][种项条]|第[一二三四]项|最后一|以上都|以上均|都对|都不对")      # options are put in another order
_PAUSES = re.compile(r"[。？！；]$")


@dataclass(frozen=True)
class Said:
    """Words of ours and what they rest on: `stated` must stand in the basis, `own` is everything that must not be copied,
    `given` is made up (the story of a case), so its figures may come back."""

    place: str
    stated: str
    own: str
    basis: tuple[str, ...]
    given: str = ""


def said_in_items(items: Iterable[Item]) -> list[Said]:
    """What an item asserts: its right options and its explanation, and its own statement where that is true."""
    return [Said(item.id, "\n".join([*(option.text for option in item.options if option.right and item.form is not Form.TRUE_FALSE),
                                     item.why, *([item.ask] if item.form is Form.TRUE_FALSE and item.key == "A" else [])]),
                 "\n".join([item.ask, *(option.text for option in item.options), item.why]), item.basis) for item in items]


def said_in_courses() -> list[Said]:
    return [Said(f"{course.name}: {block.title}", "\n".join(block.points), "\n".join((*block.points, block.activity)), block.basis)
            for course in bundled_courses() for block in course.blocks if block.basis]


def said_in_cases() -> list[Said]:
    return [Said(f"{case.id}: {task.ask}", "\n".join(task.answer), "\n".join((*case.story, task.ask, *task.answer)), task.basis,
                 "\n".join((*case.story, task.ask))) for case in bundled_exercises() for task in case.tasks]


class TeachingChecks:
    """The checks for one day, beside the official texts or without them."""

    def __init__(self, registry: Registry, day: date, texts: Texts | None = None, words: Iterable[str] = ()) -> None:
        self.registry, self.day, self.texts, self.runs = registry, day, texts, runs_of(words)

    def faults(self, said: Said) -> list[str]:
        """What is wrong, each with the place and what it is; empty where nothing is."""
        found = [*self._basis(said)]
        if self.texts is not None and not found:
            found += [*self._figures(said), *self._support(said)]
        found += [f"copied: {run}" for run in copied_runs(said.own, self.runs)]
        return [f"{said.place}: {what}" for what in found]

    def _basis(self, said: Said) -> Iterator[str]:
        for written in said.basis:
            ref, place, label = parse_ref(written), place_of(written), version_named(written)
            document = ref.document if ref else place[0] if place else ""
            meant = self._meant(document, label)
            if not meant:
                yield f"{written}: no text {label or f'in force on {self.day}'} is registered"
            elif not any(version.held for version in meant):
                yield f"{written}: the text is not held"
            if ref and written != written_as(ref, label):
                yield f"{written} is not written as {ref}"
            if label and label not in said.own:
                yield f"{written}: an older or coming text is asked about, and {label} is not said"
            if not label and (coming := [v.label for v in self.registry.versions(document) if v.in_force_from and v.in_force_from > self.day]):
                yield f"{written} changes with {coming[0]}: name the version"
            if self.texts is not None and meant and not self._text(written):
                yield f"{written} does not exist"

    def _meant(self, document: str, label: str) -> tuple[RegisteredVersion, ...]:
        if label:
            return tuple(v for v in self.registry.versions(document) if v.label == label)
        return self.registry.in_force(document, self.day)

    def _text(self, written: str) -> str:
        """The article, or the 款 that the reference names, or the place of the plan; empty where there is none such."""
        ref, place = parse_ref(written), place_of(written)
        document, locator = place or ((ref.document, ref.locator) if ref else ("", ""))
        held = ((self.texts or {}).get((v.document, v.label), {}) for v in self._meant(document, version_named(written)))
        text = next((articles[locator] for articles in held if locator in articles), "")
        if ref and ref.paragraph:
            parts = paragraphs(text)
            text = parts[ref.paragraph - 1] if ref.paragraph <= len(parts) else ""
        return text

    def _figures(self, said: Said) -> Iterator[str]:
        """Every figure stands in a text of the basis, or is a day of it in the register, or was made up before."""
        sources = [*map(self._text, said.basis), said.given]
        for written in said.basis:
            ref, place = parse_ref(written), place_of(written)
            document = ref.document if ref else place[0] if place else ""
            sources += [f"{day.year}年{day.month}月{day.day}日" for v in self._meant(document, version_named(written))
                        for day in (v.issued, v.in_force_from, v.in_force_to) if day]
        printed = set().union(*map(figures, sources))
        stated = _bare(said.stated)
        yield from (f"figure {figure} stands in no text it rests on" for figure in sorted(figures(stated) - printed))
        for line in stated.splitlines():
            yield from (f"{token} stands so in no text it rests on: {line}" for token in unsupported_tokens(_ARTICLE.sub("", line), sources))

    def _support(self, said: Said) -> Iterator[str]:
        """Every reference bears on what is said: two neighbouring pairs of characters of the matter, or a figure."""
        for written in said.basis:
            text = self._text(written)
            if len(_pairs(text) & _pairs(said.own)) < 2 and not figures(text) & figures(said.own):
                yield f"{written} supports nothing that is said here"


def form_faults(item: Item) -> Iterator[str]:
    """What a reader would stumble over, whatever the law says."""
    texts = [option.text for option in item.options]
    if not 6 <= len(item.ask) <= 110 or not item.ask.endswith("。" if item.form is Form.TRUE_FALSE else "？"):
        yield f"asks {item.ask!r}"
    if not 8 <= len(item.why) <= 110 or not item.why.endswith("。"):
        yield f"explains {item.why!r}"
    if item.form is not Form.TRUE_FALSE and len(texts) != 4:
        yield f"has {len(texts)} options"
    if item.form is Form.MULTIPLE and not 2 <= len(item.key) < len(texts):
        yield f"has the key {item.key}"
    if max(map(len, texts)) > 40 or max(map(len, texts)) - min(map(len, texts)) > 14:
        yield f"has options of {sorted(map(len, texts))} characters"
    yield from (f"option {text!r} ends like a sentence" for text in texts if _PAUSES.search(text))
    yield from (f"{found[0]!r} points at options by their place" for text in (item.ask, item.why, *texts) if (found := _PLACED.search(text)))


def _bare(text: str) -> str:
    """Without titles, version labels and document numbers."""
    return without_numbers(_LABEL.sub("", _QUOTED.sub("", text)))


_COMMON = "商业秘密 知识产权 应当 可以 不得 或者 以及 其他 他人 规定 依法 行为 单位 个人 企业 部门 机关 有关 进行 法院 人民 当事 事人 经营 营者 下列"


def _pairs(text: str) -> set[str]:
    text = fold(text)
    return {pair for k in range(len(text) - 1) if re.fullmatch(r"\w\w", pair := text[k:k + 2]) and pair not in _COMMON}


def main() -> int:
    """Print every fault; the argument is the folder of official texts."""
    corpus, registry = Path(sys.argv[1]), bundled_registry()
    checks = TeachingChecks(registry, SystemClock().today(), official_texts(corpus, registry), words_of(corpus))
    everything = [*said_in_items(bundled_items()), *said_in_courses(), *said_in_cases()]
    found = [fault for said in everything for fault in checks.faults(said)]
    found += [f"{item.id}: {fault}" for item in bundled_items() for fault in form_faults(item)]
    print("\n".join(found) or f"{len(everything)} pieces, nothing wrong")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
