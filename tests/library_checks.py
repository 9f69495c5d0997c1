"""Everything that can be wrong with a page of the bundled library, each a sentence that says where and what.

`python -m tests.library_checks [CORPUS] [PAGE…]` prints every fault of the pages, of all where none is named; CORPUS
holds the official documents, without it only form and register are looked at.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ingest.coverage import TOPICS
from kb.basis import place_of, version_named
from kb.clock import SystemClock
from kb.figures import unsupported_tokens
from kb.kit import Form
from kb.registry import RegisteredVersion, Registry, bundled_registry
from kb.statute import find_numbers, find_refs, parse_ref, short_title
from kb.text import fold
from kb.types import Audience, StatuteRef
from tests.library_pages import (
    LIBRARY,
    LIBRARY_FILES,
    Section,
    Texts,
    article_locators,
    copied_runs,
    figures,
    front_matter,
    official_texts,
    paragraphs,
    runs_of,
    sections,
    words_of,
)

__all__ = ["Checks", "repeated_questions", "without_numbers", "written_as"]

_OURS = re.compile(r"《[^》]*》|72小时")           # titles, and the span a guide plans for: no figures of a law
_TITLE = re.compile(r"《([^《》]+)》")
_ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]", re.MULTILINE)
_NUMERAL = "零〇一二两三四五六七八九十百千"
_ARTICLE = re.compile(rf"第[{_NUMERAL}]+条(?:之[一二三四五六七八九十])?(?:第[一二三四五六七八九十]+款)?")
_LEANS = re.compile(r"上述|前款|前述|该|此|这|其(?!他)|它|他们|同时|否则|但")
_POINTS = re.compile(r"下列|下面|如下|本法|本解释|本规定|本条")
# What a digest may say only where its article does. 可以 also tells what a party may ask for, where a court grants it.
_STRENGTH = {"应当": "应|必须|须", "不得": "不得|不能", "可以": "可以|可|有权|支持|准许|受理|审理|申请", "除外": "除外|另有|除",
             "不予支持": "不予支持", "不予受理": "不予受理"}
_LAW = re.compile(r"应当|不得|必须|有权|违法|侵权|侵犯|犯罪|赔偿|罚")     # what a section of the kit must rest on an article for
_FRAME = {  # sections a guide has, in this order; the last one stands last
    Audience.ENTERPRISE: ("一句话", "适合谁", "步骤", "清单", "常见误区"),
    Audience.STATION: ("一句话", "举个例子", "怎么跟来访者说", "请找谁", "常见误区"),
    Audience.TRAINEE: ("一句话", "概念与要件|对照", "举例", "自测", "常见误区"),
}


class Checks:
    """The checks for one day, beside the official texts or without them."""

    def __init__(self, registry: Registry, day: date, texts: Texts | None = None, words: Iterable[str] = ()) -> None:
        self.registry, self.day, self.texts, self.runs = registry, day, texts, runs_of(words)

    def faults(self, path: Path) -> list[str]:
        """What is wrong with one page, each with page, section and what it is; empty where nothing is.

        Without the official texts only form and register are looked at: every reference reads, its document is
        registered and in force, what the text names stands in the 依据 line. With them, every 条, 款 and 项 exists,
        every figure stands, with its bound, in an article that the section rests on, and nothing is copied.
        """
        return [f"{path.name}{where}: {what}" for where, what in _Page(front_matter(path), sections(path), self, path.parent.name == "plan").faults()]

    def piece_faults(self, piece: Section) -> list[str]:
        """The same of something that is data and no page, but rests on a 依据 line of its own; nothing is said of its form."""
        return _Page({}, [piece], self).truth(piece)


class _Page:
    """One page under its front matter. `digested` is the version a digest is of, and what its own name means."""

    def __init__(self, head: dict[str, str], parts: list[Section], checks: Checks, plan: bool = False) -> None:
        self.head, self.sections = head, parts
        self.registry, self.day, self.texts, self.runs = checks.registry, checks.day, checks.texts, checks.runs
        self.plan = plan                                # has places, not articles; and tests of its own
        self.digest, self.kit = self.head.get("kind") == "digest", self.head.get("kind") == "kit"
        self.digested = self.registry.version_of(self.head.get("document", ""), label=self.head.get("version", ""))

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from (("", what) for what in self._head())
        for section in self.sections:
            yield from ((f" > {section.locator}", what) for what in (*self._form(section), *self.truth(section)))

    def truth(self, section: Section) -> list[str]:
        """Whether it rests on something, says what that says, and says it in our own words."""
        checks = [*self._basis(section), *self._names(section)]
        if self.texts is not None and not self.plan:
            checks += [*self._figures(section), *self._support(section)]
        if not self.plan:
            checks += [f"copied: {run}" for run in copied_runs(section.body, self.runs)]
        return checks

    # -- form

    def _head(self) -> Iterator[str]:
        if self.head.get("topic") not in TOPICS:
            yield f"topic {self.head.get('topic')!r} is none of {'、'.join(TOPICS)}"
        if self.digest:
            yield from self._digest_head()
        else:
            yield from self._guide_head()

    def _digest_head(self) -> Iterator[str]:
        """A digest is of a registered version that is in force or will be."""
        known = self.digested
        if known is None:
            yield f"document/version {self.head.get('document')}（{self.head.get('version')}） is not registered"
        elif not known.held or (known.in_force_to is not None and known.in_force_to < self.day):
            yield f"{known.title}（{known.label}） is not held or no longer in force on {self.day}"
        for locator, count in Counter(section.locator for section in self.sections).items():
            if count > 1:
                yield f"{locator} is digested {count} times"

    def _guide_head(self) -> Iterator[str]:
        """A guide rests, from its first day on, on the law of today, and has the sections its readers expect."""
        try:
            first = date.fromisoformat(self.head.get("valid_from", ""))
        except ValueError:
            yield f"valid_from {self.head.get('valid_from')!r} is not a day"
            return
        if first > self.day:
            yield f"valid_from {first} is still to come on {self.day}"
        current = {ref.document for section in self.sections for ref, label in _refs(section) if not label}
        for document in sorted(current):
            then, now = self.registry.in_force(document, first), self.registry.in_force(document, self.day)
            if then != now:
                yield (f"valid_from {first}: 《{document}》 was then {[v.label for v in then]}, "
                       f"on {self.day} it is {[v.label for v in now]}")
        if self.kit:
            yield from self._kit_head()
            return
        if self.head.get("kind") == "glossary":
            return
        frame = _FRAME.get(self.head.get("audience", ""))        # type: ignore[call-overload]
        if frame is None:
            yield f"audience {self.head.get('audience')!r} is none of {', '.join(Audience)}"
            return
        headings = [section.heading for section in self.sections]
        at = [next((k for k, heading in enumerate(headings) if re.fullmatch(part, heading)), -1) for part in frame]
        if -1 in at or at != sorted(at) or at[0] != 0 or at[-1] != len(headings) - 1:
            yield f"sections {headings} are not {' … '.join(frame)}"

    def _kit_head(self) -> Iterator[str]:
        """A piece of the station kit: of a known form, on some article, and no two of its sections named alike."""
        if self.head.get("form") not in set(Form):
            yield f"form {self.head.get('form')!r} is none of {', '.join(Form)}"
        if not any(section.basis for section in self.sections):
            yield "no section has a 依据 line"
        yield from (f"{heading} stands {count} times"
                    for heading, count in Counter(section.heading for section in self.sections).items() if count > 1)

    def _form(self, section: Section) -> Iterator[str]:
        fewest, most = {"guide": (3, 6), "kit": (0, 0)}.get(self.head.get("kind", ""), (2, 6))     # the kit is not searched
        if not fewest <= len(section.questions) <= most:
            yield f"{len(section.questions)} questions, not {fewest} to {most}"
        yield from (f"question {question!r} is too short or too long" for question in section.questions
                    if not 4 <= len(question) <= 40)
        if self.plan:
            return
        ends = ("。", "：", "？") if self.kit else ("。", "：")        # a talk asks its audience
        yield from (f"line ends without 。: {line}" for line in section.body.splitlines() if not line.endswith(ends))
        longest = 90 if self.digest else 62
        for sentence in _statements(section):
            if len(sentence) > longest:
                yield f"{len(sentence)} characters, more than {longest}: {sentence}"
            if self.digest and (_LEANS.match(sentence) or _POINTS.search(sentence)):
                yield f"does not stand alone: {sentence}"
        if self.digest:
            if sum(line.endswith("：") for line in section.body.splitlines()) > 1:
                yield "more than one line that opens a list"
        elif self.head.get("audience") != Audience.TRAINEE and (named := article_locators(section.body)):
            yield f"names {'、'.join(sorted(named))} outside the 依据 line"

    # -- what it rests on

    def _basis(self, section: Section) -> Iterator[str]:
        if not section.basis and not self.kit:
            yield "no 依据 line"
        elif not section.basis and (law := _LAW.search(section.body)):
            yield f"no 依据 line, and it speaks of law: {law[0]}"
        for written in section.basis:
            ref, place = parse_ref(written), place_of(written)
            label = version_named(written)
            document = ref.document if ref else place[0] if place else ""
            if not document:
                yield f"依据 {written!r} does not read as a reference"
            elif not self.registry.versions(document):
                yield f"依据 {written}: 《{document}》 is not registered"
            elif label and label not in {v.label for v in self.registry.versions(document) if v.held}:
                yield f"依据 {written}: no text {label!r} of 《{document}》 is held"
            elif not label and not self._meant(document):
                yield f"依据 {written}: 《{document}》 is not in force on {self.day}"
            elif ref and written != written_as(ref, label):
                yield f"依据 {written} is not written as {written_as(ref, label)}"
        if self.digest and not self.plan and section.basis:
            first = parse_ref(section.basis[0])
            if (first is None or self.digested is None or first.locator != section.locator
                    or self.registry.document(first.document) != self.digested.document):
                yield f"rests first on {section.basis[0]}, not on the article it digests"

    def _meant(self, document: str, label: str = "") -> tuple[RegisteredVersion, ...]:
        """The versions a reference means: the one it names, the one digested here, else those in force."""
        if label:
            return tuple(v for v in self.registry.versions(document) if v.label == label)
        if self.digest and self.digested and self.registry.document(document) == self.digested.document:
            return (self.digested,)
        return self.registry.in_force(document, self.day)

    def _text(self, ref: StatuteRef, label: str = "") -> str:
        """The article, or only its 款 or 项 where the reference names one; empty where there is none such."""
        held = [(self.texts or {}).get((v.document, v.label), {}) for v in self._meant(ref.document, label)]
        text = next((articles[ref.locator] for articles in held if ref.locator in articles), "")
        parts = paragraphs(text)
        if ref.paragraph:
            text = parts[ref.paragraph - 1] if ref.paragraph <= len(parts) else ""
        if ref.item:
            starts = [*(match.start() for match in _ITEM.finditer(text)), len(text)]
            text = text[starts[ref.item - 1]:starts[ref.item]] if ref.item < len(starts) else ""
        return text

    def _place(self, document: str, locator: str) -> str:
        """A place of the plan; empty where there is none such."""
        held = [(self.texts or {}).get((v.document, v.label), {}) for v in self._meant(document)]
        return next((places[locator] for places in held if locator in places), "")

    def _names(self, section: Section) -> Iterator[str]:
        """What the text itself names is known, and its articles stand in the 依据 line too."""
        body, refs = f"{section.heading}\n{section.body}", _refs(section)
        rests_on = {(self.registry.document(ref.document), ref.locator, label) for ref, label in refs}
        own = self.registry.document(refs[0][0].document) if refs else ""
        sources = [text for ref, label in refs if self.texts is not None and (text := self._text(ref, label))]
        for mention in find_refs(section.body, self.registry.names):
            document = mention.ref.document or own
            named = written_as(mention.ref, mention.label)
            if (document, mention.ref.locator, mention.label) not in rests_on:
                yield f"the text names {named}, the 依据 line does not"
            elif self.texts is not None and not self._text(replace(mention.ref, document=document), mention.label):
                yield f"the text names {named}, which does not exist"
        if not sources:      # what an article repeals or refers to need not be registered
            return
        read = "\n".join(sources)
        cited = " ".join(f"{v.number} {v.label}" for ref, _ in refs for v in self.registry.versions(ref.document))
        numbers = {number.number for number in find_numbers(f"{read} {cited}")}
        yield from (f"number {number.number} is of no document of the 依据 line and in no article of it"
                    for number in find_numbers(body) if number.number not in numbers)
        named = {short_title(title) for title in _TITLE.findall(read)} | _guide_titles()
        yield from (f"《{title}》 is neither registered nor named in an article of the 依据 line"
                    for title in _TITLE.findall(body)
                    if short_title(title) not in named and not self.registry.versions(title))

    def _figures(self, section: Section) -> Iterator[str]:
        """A digest's figures stand in its own article or one that its text names, a guide's in any of its 依据 line.

        The days of the texts cited or named are in the register.
        """
        cited = {ref: self._text(*ref) for ref in _refs(section)}
        yield from (f"依据 {ref} does not exist in {label or 'the text in force'}"
                    for (ref, label), text in cited.items() if not text)
        yield from (f"依据 《{document}》{locator} does not exist" for document, locator in _places(section)
                    if not self._place(document, locator))
        named = article_locators(section.body)
        carrying = [text for position, ((ref, _), text) in enumerate(cited.items())
                    if text and (not self.digest or position == 0 or ref.locator in named)]
        carrying += [self._place(*place) for place in _places(section)]
        registered = [v for name in (*(ref.document for ref, _ in cited), *_TITLE.findall(section.body)) for v in self.registry.versions(name)]
        carrying += [f"{day.year}年{day.month}月{day.day}日" for v in registered
                     for day in (v.issued, v.in_force_from, v.in_force_to) if day]
        said = without_numbers(_OURS.sub("", f"{section.heading}\n{_stated(section)}"))
        printed = set().union(*map(figures, carrying))
        yield from (f"figure {figure} stands in no article it rests on" for figure in sorted(figures(said) - printed))
        for line in said.splitlines():
            for token in unsupported_tokens(_ARTICLE.sub("", re.sub(r"^(?:\d+\.|-) ", "", line)), carrying):
                yield f"{token} stands so in no article it rests on: {line}"

    def _support(self, section: Section) -> Iterator[str]:
        """A digest is as strong as its article and asked for in other words; a guide says something of every reference."""
        cited = {ref: self._text(*ref) for ref in _refs(section)}
        if self.digest:
            official = "\n".join(cited.values())
            yield from (f"says {told}, its article does not" for told, printed in _STRENGTH.items()
                        if told in section.body and not re.search(printed, official))
            own = next(iter(cited.values()), "")
            yield from (f"question in the words of the law: {question}" for question in section.questions
                        if copied_runs(question, runs_of([own], 8), 8))
            return
        # A line of a poster is too short to share words with its article, the whole piece is not.
        said = "\n".join(section.body for section in self.sections) if self.kit else section.body
        for (ref, _), text in cited.items():
            if text and len(_pairs(text) & _pairs(said)) < 2 and not figures(text) & figures(said):
                yield f"依据 {ref} supports nothing that is said here"


def repeated_questions(paths: Sequence[Path]) -> list[str]:
    """Questions that lead to two places, punctuation left out."""
    asked = Counter(re.sub(r"[^\w]", "", fold(question))
                    for path in paths for section in sections(path) for question in section.questions)
    return [question for question, times in asked.items() if times > 1]


# Words that every article has: sharing them says nothing of the matter.
_COMMON = """商业秘密 知识产权 市场监督管理部门 有下列情形之一的 中华人民共和国 依照前款规定 法律 行政法规 当事人 用人单位 劳动合同 权利人
不正当竞争 应当 可以 不得 或者 以及 其他 他人 规定 依法 侵犯 侵权 行为 单位 个人 企业 部门 机关 申请 的人 进行 有关 相关 要求 责任 情况 证据 信息
使用 作出 按照 没有 不能 已经 同意 合同 员工 公司"""


def _pairs(text: str) -> set[str]:
    """Neighbouring characters that say something of the matter. 提起诉讼 is what people call 起诉."""
    text = fold(text).replace("提起诉讼", "起诉")
    return {pair for k in range(len(text) - 1) if re.fullmatch(r"\w\w", pair := text[k:k + 2]) and pair not in _COMMON}


def _statements(section: Section) -> list[str]:
    """Sentences that may be shown on their own: list marks gone, lead-ins to a list left out."""
    lines = (re.sub(r"^(?:\d+\.|-) ", "", line) for line in section.body.splitlines())
    return [sentence for line in lines for sentence in re.findall(r"[^。；！？]+[。；！？]", line)]


def without_numbers(text: str) -> str:
    """Document numbers have a check of their own; articles too."""
    for number in reversed(find_numbers(text)):
        text = text[:number.start] + text[number.end:]
    return text


def written_as(ref: StatuteRef, label: str) -> str:
    """《商标法》第六十三条, or 《商标法》（2019修正）第六十三条 where the version is named."""
    return f"《{ref.document}》（{label}）{replace(ref, document='')!s}" if label else str(ref)


def _refs(section: Section) -> list[tuple[StatuteRef, str]]:
    """The articles of the 依据 line, each with the label of the version it names, if any."""
    return [(ref, version_named(written)) for written in section.basis if (ref := parse_ref(written)) is not None]


def _stated(section: Section) -> str:
    """The body without what is made up and says so: 假设…, and the questions of a self-test."""
    lines = [line for line in section.body.splitlines() if not re.match(r"(?:\d+\. |- )?假设", line)]
    return "\n".join(re.sub(r"^[^？]*？", "", line) if section.heading == "自测" else line for line in lines)


def _places(section: Section) -> list[tuple[str, str]]:
    """Document and locator of the places of a plan in the 依据 line."""
    return [place for written in section.basis if (place := place_of(written))]


def _guide_titles() -> set[str]:
    return {short_title(front_matter(path)["title"]) for path in (LIBRARY / "guides").rglob("*.md")}


def main() -> int:
    """Print every fault; the arguments are the folder of official texts and pages."""
    arguments = [Path(argument) for argument in sys.argv[1:]]
    corpus = next((path for path in arguments if path.is_dir()), None)
    pages = [path for path in arguments if path.is_file()] or LIBRARY_FILES
    registry = bundled_registry()
    checks = Checks(registry, SystemClock().today(), *((official_texts(corpus, registry), words_of(corpus)) if corpus else ()))
    found = [fault for path in pages for fault in checks.faults(path)]
    found += [f"asked in two places: {question}" for question in repeated_questions(LIBRARY_FILES)]
    print("\n".join(found) or f"{len(pages)} pages, nothing wrong"  # noqa: T201
          + ("" if corpus else "; the official texts were not at hand"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
