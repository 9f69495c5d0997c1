"""What the tests of the bundled library share: reading its Markdown, folding figures, looking for copied runs, faults.

`python -m tests.library_checks [FOLDER]` prints every fault of the library; FOLDER holds the official documents.
`figures` folds the spelling of a figure and nothing else: 三十万元 and 30万元 are one, 三十万元 and 300万元 two.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from kb.clock import SystemClock
from kb.figures import unsupported_tokens
from kb.registry import Registry, bundled_registry
from kb.statute import find_numbers, find_refs, parse_ref, short_title
from kb.text import fold, parse_numeral
from kb.types import StatuteRef

__all__ = ["LIBRARY", "LIBRARY_FILES", "Section", "article_locators", "articles", "copied_runs", "faults", "figures",
           "front_matter", "paragraphs", "sections", "statutes", "texts_in_force"]

LIBRARY = Path(__file__).parents[1] / "kb" / "library"
LIBRARY_FILES = sorted(LIBRARY.rglob("*.md"))


class Section(NamedTuple):
    heading: str
    questions: list[str]
    body: str                 # paragraphs and list items joined by one newline, as stored
    basis: list[str]          # references of the 依据 line, as written

    @property
    def locator(self) -> str:
        """The heading up to its first blank: 第十条, 二、(三)7."""
        return re.split(r"[　 ]", self.heading)[0]


def front_matter(path: Path) -> dict[str, str]:
    """The `key: value` lines between the two --- lines."""
    head = path.read_text(encoding="utf-8").split("---\n")[1]
    return dict(re.split(r":\s*", line, maxsplit=1) for line in head.splitlines() if line.strip())


def sections(path: Path) -> list[Section]:
    """The ## sections of a library file, in order."""
    found = []
    for part in re.split(r"^## +", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, *lines = (line.strip() for line in part.strip().splitlines())
        lines = [line for line in lines if line]
        questions = [line[2:].strip() for line in lines if line.startswith("问：")]
        basis = [ref.strip() for line in lines if line.startswith("依据：") for ref in line[3:].split("；")]
        body = "\n".join(line for line in lines if not line.startswith(("问：", "依据：")))
        found.append(Section(heading, questions, body, basis))
    return found


_NUMERAL = "零〇一二两三四五六七八九十百千"
# Units that make a number a figure of law or plan. Longest first: 人次 before 次, 个月 before 月.
_UNIT = "人次|小时|个月|个?工作日|元|倍|年|月|日|天|件|家|次|期|份|分|%"
_SHARE = re.compile(rf"百分之([{_NUMERAL}]+)")
_FIGURE = re.compile(rf"(?<![第0-9.,{_NUMERAL}万亿])(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|[{_NUMERAL}]+)"
                     rf"([万亿]*)({_UNIT})?")
_COUNTED = frozenset("件家次期份")


def figures(text: str) -> set[str]:
    """Every number with a unit, Chinese and Arabic numerals folded: 三十万元 is 300000元, 百分之三十 30%, 二年 2年.

    Left out: article numbers (第十条), 一家 and 一次 where 一 only means "a", 分 after Chinese numerals (十分).
    An amount in 万 or 亿 without a unit counts as money.
    """
    text = re.sub(r"[ \t]", "", unicodedata.normalize("NFKC", text))
    text = _SHARE.sub(lambda match: f"{parse_numeral(match[1])}%", text)
    found = set()
    for match in _FIGURE.finditer(text):
        written, scale, unit = match.groups()
        if not unit and not scale:
            continue
        unit = (unit or "元").replace("个工作日", "工作日")
        if not written[0].isdigit() and (unit == "分" or (written == "一" and not scale and unit in _COUNTED)):
            continue
        found.add(_value(written.replace(",", ""), scale) + unit)
    return found


def _value(written: str, scale: str) -> str:
    if "." in written:
        return written + scale
    value = parse_numeral(written + scale)
    return written + scale if value is None else str(value)


_LOCATOR = re.compile(rf"^(第[{_NUMERAL}]+条(?:之[一二三四五六七八九十])?)[　 ]?", re.MULTILINE)


def article_locators(text: str) -> set[str]:
    """Article numbers that a text names, 款 and 项 left out: 第十条, 第二百一十九条之一."""
    return set(re.findall(rf"第[{_NUMERAL}]+条(?:之[一二三四五六七八九十])?", text))


def articles(official: str) -> dict[str, str]:
    """The articles of an official text by locator, without their numbers."""
    official = re.sub(r"^#.*$", "", official, flags=re.MULTILINE)
    parts = _LOCATOR.split(official)[1:]
    return {locator: body.strip() for locator, body in zip(parts[::2], parts[1::2], strict=True)}


def paragraphs(article: str) -> list[str]:
    """The 款 of an article, each with its 项."""
    found: list[str] = []
    for line in filter(None, (line.strip() for line in article.splitlines())):
        if found and re.match(r"[（(][一二三四五六七八九十]+[）)]", line):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def statutes(corpus: Path) -> dict[str, dict[str, str]]:
    """Articles of the texts in force, by the name used between 书名号, with and without 中华人民共和国.

    Parts of one code kept in several files (民法典) are read together.
    """
    found: dict[str, dict[str, str]] = {}
    for entry in json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]:
        if not entry["file"].startswith("regulations/") or entry["status"] in ("repealed", "amended"):
            continue
        name = re.sub(r"（第.*）$", "", entry["title"])
        read = articles((corpus / entry["file"]).read_text(encoding="utf-8"))
        for key in {name, name.removeprefix("中华人民共和国")}:
            found.setdefault(key, {}).update(read)
    return found


# Names of offences, acts and persons that cannot be said otherwise without changing the law.
_TERMS = ("不为公众所知悉", "盗窃、贿赂、欺诈、胁迫、电子侵入", "披露、使用或者允许他人使用",
          "窃取、刺探、收买、非法提供商业秘密", "高级管理人员、高级技术人员和其他负有保密义务的人员",
          "十万元以上一百万元以下", "一百万元以上五百万元以下")


def copied_runs(text: str, corpus_texts: Iterable[str], n: int = 25) -> list[str]:
    """Runs of `n` characters that `text` shares with an official text; names in 书名号 and `_TERMS` interrupt a run."""
    text = re.sub(r"《[^》]*》", "\n", text)
    for term in _TERMS:
        text = text.replace(term, "\n")
    pieces = [fold(line) for line in text.splitlines()]
    ours = {piece[i:i + n] for piece in pieces for i in range(len(piece) - n + 1)}
    runs = []
    for official in map(fold, corpus_texts):
        runs += [official[i:i + n] for i in range(len(official) - n + 1) if official[i:i + n] in ours]
    return runs


# -- everything that can be wrong with a library file ------------------------------------------------------------------

Texts = Mapping[str, Mapping[str, str]]        # version group → locator → article, of the texts in force

_OURS = re.compile(r"《[^》]*》|72小时")           # titles, and the span a guide plans for: no figures of a law
_TITLE = re.compile(r"《([^《》]+)》")
_PLACE = re.compile(r"《([^》]+)》([一二三四五六七八九十]、\S.*)")
_ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]", re.MULTILINE)
_ARTICLE = re.compile(rf"第[{_NUMERAL}]+条(?:之[一二三四五六七八九十])?(?:第[一二三四五六七八九十]+款)?")


def texts_in_force(corpus: Path, registry: Registry) -> Texts:
    """`statutes` by version group, as the register has it."""
    found: dict[str, dict[str, str]] = {}
    for name, read in statutes(corpus).items():
        found.setdefault(registry.document(name), {}).update(read)
    return found


def faults(path: Path, registry: Registry, day: date, texts: Texts | None = None) -> list[str]:
    """What is wrong with one file of the library, each with file, section and what it is; empty where nothing is.

    Without `texts` only form and register are looked at: every reference reads, its document is registered and in
    force on `day`, what the text names stands in the 依据 line. With them, every 条, 款 and 项 exists and every figure
    stands, with its bound, in an article that the section rests on.
    """
    head = front_matter(path)
    found = [f"{path.name}: {what}" for what in _head_faults(head, path, registry, day)]
    for section in sections(path):
        checks = [*_basis_faults(section, registry, day), *_body_faults(section, registry, texts)]
        if texts is not None and path.parent.name != "plan":      # the plan has places, not articles
            checks += _text_faults(section, registry, texts, digest=head.get("kind") == "digest")
        found += [f"{path.name} > {section.locator}: {what}" for what in checks]
    return found


def _head_faults(head: dict[str, str], path: Path, registry: Registry, day: date) -> Iterator[str]:
    """A digest is of a registered version in force; a guide rests, from its first day on, on the law of today."""
    if head.get("kind") == "digest":
        version = registry.version_of(head.get("document", ""), label=head.get("version", ""))
        if version is None:
            yield f"document/version {head.get('document')}（{head.get('version')}） is not registered"
        elif not (version.held and version.in_force_on(day)):
            yield f"{version.title}（{version.label}） is not held or not in force on {day}"
        return
    try:
        first = date.fromisoformat(head.get("valid_from", ""))
    except ValueError:
        yield f"valid_from {head.get('valid_from')!r} is not a day"
        return
    if first > day:
        yield f"valid_from {first} is still to come on {day}"
    for document in sorted({ref.document for section in sections(path) for ref in _refs(section)}):
        then, now = registry.in_force(document, first), registry.in_force(document, day)
        if then != now:
            yield (f"valid_from {first}: 《{document}》 was then {[v.label for v in then]}, "
                   f"on {day} it is {[v.label for v in now]}")


def _basis_faults(section: Section, registry: Registry, day: date) -> Iterator[str]:
    if not section.basis:
        yield "no 依据 line"
    for written in section.basis:
        ref, place = parse_ref(written), _PLACE.fullmatch(written)
        document = ref.document if ref else place[1] if place else ""
        if not document:
            yield f"依据 {written!r} does not read as a reference"
        elif not registry.versions(document):
            yield f"依据 {written}: 《{document}》 is not registered"
        elif not registry.in_force(document, day):
            yield f"依据 {written}: 《{document}》 is not in force on {day}"


def _body_faults(section: Section, registry: Registry, texts: Texts | None) -> Iterator[str]:
    """What the text itself names is known, and its articles stand in the 依据 line too."""
    body, refs = f"{section.heading}\n{section.body}", _refs(section)
    rests_on = {(registry.document(ref.document), ref.locator) for ref in refs}
    own = registry.document(refs[0].document) if refs else ""
    sources = [text for ref in refs if texts is not None and (text := _cited(ref, registry, texts))]
    for mention in find_refs(section.body, registry.names):
        document = mention.ref.document or own
        if (document, mention.ref.locator) not in rests_on:
            yield f"the text names {mention.ref}, the 依据 line does not"
        elif texts is not None and not _cited(replace(mention.ref, document=document), registry, texts):
            yield f"the text names {mention.ref}, which does not exist"
    if sources:      # what an article repeals or refers to need not be registered
        read = "\n".join(sources)
        cited = " ".join(f"{v.number} {v.label}" for ref in refs for v in registry.versions(ref.document))
        numbers = {number.number for number in find_numbers(f"{read} {cited}")}
        yield from (f"number {number.number} is of no document of the 依据 line and in no article of it"
                    for number in find_numbers(body) if number.number not in numbers)
        named = {short_title(title) for title in _TITLE.findall(read)}
        yield from (f"《{title}》 is neither registered nor named in an article of the 依据 line"
                    for title in _TITLE.findall(body)
                    if title not in _guide_titles() and short_title(title) not in named and not registry.versions(title))


def _text_faults(section: Section, registry: Registry, texts: Texts, *, digest: bool) -> Iterator[str]:
    """A digest's figures stand in its own article or one that its text names, a guide's in any of its 依据 line."""
    refs = _refs(section)
    cited = {ref: _cited(ref, registry, texts) for ref in refs}
    yield from (f"依据 {ref} does not exist in the text in force" for ref, text in cited.items() if not text)
    named = article_locators(section.body)
    carrying = [text for position, ref in enumerate(refs)
                if (text := cited[ref]) and (not digest or position == 0 or ref.locator in named)]
    said = _without_numbers(_OURS.sub("", f"{section.heading}\n{section.body}"))
    printed = set().union(*map(figures, carrying))
    yield from (f"figure {figure} stands in no article it rests on" for figure in sorted(figures(said) - printed))
    for line in said.splitlines():
        for token in unsupported_tokens(_ARTICLE.sub("", re.sub(r"^(?:\d+\.|-) ", "", line)), carrying):
            yield f"{token} stands so in no article it rests on: {line}"


def _without_numbers(text: str) -> str:
    """Document numbers have a check of their own; articles too."""
    for number in reversed(find_numbers(text)):
        text = text[:number.start] + text[number.end:]
    return text


def _refs(section: Section) -> list[StatuteRef]:
    return [ref for ref in map(parse_ref, section.basis) if ref is not None]


def _cited(ref: StatuteRef, registry: Registry, texts: Texts) -> str:
    """The article, or only its 款 or 项 where the reference names one; empty where there is none such."""
    text = texts.get(registry.document(ref.document), {}).get(ref.locator, "")
    parts = paragraphs(text)
    if ref.paragraph:
        text = parts[ref.paragraph - 1] if ref.paragraph <= len(parts) else ""
    if ref.item:
        starts = [*(match.start() for match in _ITEM.finditer(text)), len(text)]
        text = text[starts[ref.item - 1]:starts[ref.item]] if ref.item < len(starts) else ""
    return text


def _guide_titles() -> set[str]:
    return {front_matter(path)["title"] for path in (LIBRARY / "guides").glob("*.md")}


def main() -> int:
    """Print every fault of the bundled library; the argument, if any, is the folder of official texts."""
    registry = bundled_registry()
    texts = texts_in_force(Path(sys.argv[1]), registry) if len(sys.argv) > 1 else None
    found = [fault for path in LIBRARY_FILES for fault in faults(path, registry, SystemClock().today(), texts)]
    print("\n".join(found) or f"{len(LIBRARY_FILES)} files, nothing wrong"  # noqa: T201
          + ("" if texts else "; the official texts were not at hand"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
