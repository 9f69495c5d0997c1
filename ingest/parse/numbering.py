"""Automatic numbers of Word paragraphs: 第一条, （一）, 1. that are drawn by Word and stand nowhere in the text."""

import re
from collections import defaultdict
from typing import Any

from kb.types import ordinal_numeral

__all__ = ["Numbering"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SILENT = ("bullet", "none")


class Numbering:
    """Counts through a document once, in order. Bullets and formats that mean nothing in plain text give ""."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401  (python-docx has no types)
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        part = next((related for related in document.part.related_parts.values()
                     if str(related.partname).endswith("/numbering.xml")), None)
        if part is None or getattr(part, "element", None) is None:
            return
        for abstract in part.element.findall(_W + "abstractNum"):
            self._levels[abstract.get(_W + "abstractNumId")] = {
                int(level.get(_W + "ilvl")): level for level in abstract.findall(_W + "lvl")}
        for num in part.element.findall(_W + "num"):
            if (abstract := num.find(_W + "abstractNumId")) is not None:
                self._lists[num.get(_W + "numId")] = abstract.get(_W + "val")

    def label(self, paragraph: Any) -> str:  # noqa: ANN401
        """The number Word would draw before this paragraph, or ""."""
        number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        listed = self._lists.get(number.get(_W + "val", "")) if number is not None else None
        if listed is None:
            return ""
        depth = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
        level = int(depth.get(_W + "val", "0")) if depth is not None else 0
        levels, counts = self._levels.get(listed, {}), self._counts[listed]
        if level not in levels:
            return ""
        counts[level] = counts[level] + 1 if level in counts else _first(levels[level])
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return _drawn(levels, counts, level)


def _first(level: Any) -> int:  # noqa: ANN401
    start = level.find(_W + "start")
    return int(start.get(_W + "val", "1")) if start is not None else 1


def _drawn(levels: dict[int, Any], counts: dict[int, int], level: int) -> str:
    if _value(levels[level], "numFmt") in _SILENT:
        return ""

    def number(match: re.Match[str]) -> str:
        wanted = int(match[1]) - 1
        return _written(counts.get(wanted, 1), _value(levels[wanted], "numFmt")) if wanted in levels else ""

    label = re.sub(r"%(\d)", number, _value(levels[level], "lvlText"))
    return label + (" " if label.endswith("条") else "")


def _value(level: Any, name: str) -> str:  # noqa: ANN401
    element = level.find(_W + name)
    return str(element.get(_W + "val", "")) if element is not None else ""


def _written(number: int, style: str) -> str:
    if style.startswith(("chinese", "japaneseCounting", "taiwaneseCounting", "ideographDigital")) and 0 < number < 10_000:
        return ordinal_numeral(number)
    if style.startswith("decimalEnclosedCircle") and 0 < number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if style in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr((ord("a") if style == "lowerLetter" else ord("A")) + number - 1)
    return str(number)
