"""The bundled library and the official texts as the tests read them: sections, articles, figures, copied runs.

`figures` folds the spelling of a figure and nothing else: 三十万元 and 30万元 are one, 三十万元 and 300万元 two.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ingest.glossary import glossary_page
from kb.glossary import GLOSSARY_FILE, Glossary
from kb.registry import Registry
from kb.text import fold, parse_numeral
from kb.types import Kind

__all__ = ["LIBRARY", "LIBRARY_FILES", "Section", "Texts", "article_locators", "articles", "copied_runs", "figures",
           "front_matter", "official_texts", "page", "paragraphs", "plan_places", "runs_of", "sections", "words_of"]

Texts = Mapping[tuple[str, str], Mapping[str, str]]        # version group and label → locator → article

LIBRARY = Path(__file__).parents[1] / "kb" / "library"
LIBRARY_FILES = [*sorted(LIBRARY.rglob("*.md")), GLOSSARY_FILE]


class Section(NamedTuple):
    heading: str
    questions: list[str]
    body: str                 # paragraphs and list items joined by one newline, as stored
    basis: list[str]          # references of the 依据 line, as written

    @property
    def locator(self) -> str:
        """The heading up to its first blank: 第十条, 二、(三)7."""
        return re.split(r"[　 ]", self.heading)[0]


def page(path: Path) -> str:
    """The Markdown of a page; the glossary is data that becomes one."""
    text = path.read_text(encoding="utf-8")
    return glossary_page(Glossary.load(text)) if path.suffix == ".toml" else text


def front_matter(path: Path) -> dict[str, str]:
    """The `key: value` lines between the two --- lines."""
    head = page(path).split("---\n")[1]
    return dict(re.split(r":\s*", line, maxsplit=1) for line in head.splitlines() if line.strip())


def sections(path: Path) -> list[Section]:
    """The ## sections of a library file, in order."""
    found = []
    for part in re.split(r"^## +", page(path), flags=re.MULTILINE)[1:]:
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


def official_texts(corpus: Path, registry: Registry) -> Texts:
    """The articles of every official text that the register knows, and the places of the plan. Parts of one code in
    several files are read together."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entry in json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]:
        issued = date.fromisoformat(entry["date_issued"]) if entry["date_issued"][:1].isdigit() else None
        version = registry.version_of(entry["title"], issued, entry["document_number"])
        if version is not None:
            text = (corpus / entry["file"]).read_text(encoding="utf-8")
            read = plan_places(text) if version.kind is Kind.POLICY_PLAN else articles(text) or reply_points(text)
            found.setdefault((version.document, version.label), {}).update(read)
    return found


def reply_points(text: str) -> dict[str, str]:
    """A reply of the court by its points, 一、 to 六、; one without points as a whole."""
    points = re.split(r"^([一二三四五六七八九十]+、)", text, flags=re.MULTILINE)
    return dict(zip(points[1::2], points[2::2], strict=True)) or {"全文": text}


def plan_places(text: str) -> dict[str, str]:
    """The plan's text by its places, 二、(三)7; the covering letter, which names issuer and day, belongs to 一."""
    found: dict[str, str] = {}
    top = part = ""
    locator = "一、建设目标"
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if match := re.match(r"([一二三四])、(.*)", line):
            top, part = match[1], ""
            locator = line if top in "一四" else f"{top}、"
        elif match := re.match(r"(\([一二三四五六七]\))", line):
            part = match[1]
            locator = f"{top}、{part}"
        elif match := re.match(r"(\d+)\.", line):
            locator = f"{top}、{part}{match[1]}"
        found[locator] = found.get(locator, "") + line + "\n"
    return found


def words_of(corpus: Path) -> list[str]:
    """Every official document as one text."""
    return [path.read_text(encoding="utf-8") for folder in ("regulations", "versions", "plan", "guides")
            for path in sorted((corpus / folder).iterdir())]


# Names of offences, acts and persons that cannot be said otherwise without changing the law.
_TERMS = ("不为公众所知悉", "盗窃、贿赂、欺诈、胁迫、电子侵入", "披露、使用或者允许他人使用",
          "窃取、刺探、收买、非法提供商业秘密", "高级管理人员、高级技术人员和其他负有保密义务的人员",
          "十万元以上一百万元以下", "一百万元以上五百万元以下")


def runs_of(texts: Iterable[str], n: int = 25) -> frozenset[str]:
    """Every run of `n` characters, width and blanks folded."""
    return frozenset(text[i:i + n] for text in map(fold, texts) for i in range(len(text) - n + 1))


def copied_runs(text: str, official: frozenset[str], n: int = 25) -> list[str]:
    """The runs that `text` shares with official texts (`runs_of`); names in 书名号 and `_TERMS` interrupt a run."""
    text = re.sub(r"《[^》]*》", "\n", text)
    for term in _TERMS:
        text = text.replace(term, "\n")
    return [run for piece in map(fold, text.splitlines()) for i in range(len(piece) - n + 1)
            if (run := piece[i:i + n]) in official]
