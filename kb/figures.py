"""Hard tokens: the parts of a sentence that must be exactly right.

Amounts, percentages, dates, durations, multiples, counts, article and document numbers are read into one form each,
so that 五百万元, 500万元 and 5,000,000元 are the same token wherever they stand. What merely structures a text (1. 2.
（一） and citation markers) is not a token, and neither is a small count such as 三个条件, which any summary makes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from kb.text import fold, parse_numeral

__all__ = ["HardToken", "hard_tokens", "unsupported_tokens"]


@dataclass(frozen=True, slots=True)
class HardToken:
    """One figure. `value` is canonical (5000000, 2025-10-15, 219-1), `unit` what it counts, `bound` 以上, 以下 or ''.

    `written` is how the sentence has it, folded; it takes no part in comparison.
    """

    kind: str                  # money, percent, date, duration, multiple, count, ordinal, article, chapter, number, law …
    value: str
    unit: str = ""
    bound: str = ""
    written: str = field(default="", compare=False)


_CHINESE = "零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟"
_NUM = rf"(?:\d+(?:\.\d+)?[十百千]?[万亿]{{0,2}}|[{_CHINESE}]+(?:点[零一二三四五六七八九]+)?|半)"
_YEAR = r"(?:\d{4}|[一二][零一二三四五六七八九]{3})"
_TO = r"[-~至到]"

_CURRENCY = {"元": "元", "元人民币": "元", "块钱": "元", "块": "元", "美元": "美元", "欧元": "欧元", "港元": "港元",
             "日元": "日元"}
_SPAN = {"年": "年", "个月": "月", "日": "日", "天": "日", "自然日": "日", "个自然日": "日", "工作日": "工作日",
         "个工作日": "工作日", "周": "周", "星期": "周", "个星期": "周", "小时": "小时", "个小时": "小时",
         "分钟": "分钟", "季度": "季度", "个季度": "季度", "周岁": "岁", "岁": "岁"}
_EXACT_COUNT = ("人次", "人(?!民)", "名", "家", "件", "户", "起", "次", "亩", "公里", "平方米", "平方公里")
_LOOSE_COUNT = ("个", "项", "种", "类", "点", "步", "方面", "份", "期", "场", "位", "处", "所", "条(?!之)", "篇", "门")
_UNITS = "|".join(sorted([*_CURRENCY, *_SPAN, *_EXACT_COUNT, *_LOOSE_COUNT, "月", "倍", "%", "‰", "个百分点"],
                         key=len, reverse=True))
_BEFORE = {"以下": r"不(?:得|能|应)?超过|不高于|不多于|最(?:高|多|长)(?:可?(?:达|至|为|处|判))?|至多|上限(?:为|是)",
           "以上": r"不(?:得|能|应)?(?:少于|低于)|最(?:低|少|短)(?:为|是)?|至少|下限(?:为|是)"}
_AFTER = r"以上|以下|以内"

_TOKEN = re.compile("|".join((
    r"[\[(](?P<doc_year>\d{4})[\])]第?(?P<doc_no>\d+)号",
    rf"第?(?P<order>{_NUM})号(?!码|楼|线)",
    rf"(?P<year>{_YEAR})年(?P<month>{_NUM})月(?:(?P<day>{_NUM})日)?",
    r"(?<!\d)(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)",
    rf"(?P<month_only>{_NUM})月(?P<day_only>{_NUM})日",
    rf"(?P<per>百|千|万)分之(?P<part>{_NUM})(?:{_TO}(?:(?P=per)分之)?(?P<part_to>{_NUM}))?(?P<part_bound>{_AFTER})?",
    rf"第(?P<article>{_NUM})条(?:之(?P<sub>[一二三四五六七八九十]+|\d+)(?![{_CHINESE}\d]))?",
    r"(?P<short_article>\d+)条(?:之(?P<short_sub>[一二三四五六七八九十]+|\d+))?",
    rf"第(?P<paragraph>{_NUM})款",
    rf"第(?P<chapter>{_NUM})(?P<chapter_unit>[章节编])",
    rf"第(?P<nth>{_NUM})(?P<nth_unit>年|次|届|日|期|批)",
    rf"第{_NUM}",
    rf"(?P<low>{_NUM})[多余]?(?:{_TO}(?P<high>{_NUM})[多余]?)?(?P<unit>{_UNITS})(?P<bound>{_AFTER})?",
    rf"(?P<bare>{_NUM})",
)))
_LONGEST_NUMERAL = 30       # longer is not a figure, and Python refuses to convert very long ones
_LAW = re.compile(r"《([^《》]{1,60}(?:法|法典|条例|规定|办法|解释|细则|决定|批复))》(?:\([^()]{1,20}\))?第")
_MARKER = re.compile(r"\[\d{1,3}(?:[-~,、;]\d{1,3})*\](?!第?\d+号)")
_LIST_NUMBER = re.compile(r"^(?:[-*]|\d{1,2}[.、)](?!\d)|\(\d{1,2}\)|\([一二三四五六七八九十]+\)"
                          r"|[一二三四五六七八九十]+、)")
_LARGE = re.compile(rf"\d{{3}}|\d\.\d|\d[万亿]|^[一二三四五六七八九十两][{_CHINESE}]*[万亿]$")


def hard_tokens(text: str) -> frozenset[HardToken]:
    """Every figure of the text that a source must contain."""
    return frozenset(_tokens(text))


def unsupported_tokens(sentence: str, sources: Sequence[str]) -> list[str]:
    """Hard tokens of the sentence that no source contains, as the sentence writes them, in order."""
    held = frozenset(token for source in sources for token in _tokens(source))
    words = "\n".join(fold(source) for source in sources)
    missing = [t.written for t in _tokens(sentence) if not _supported(t, held, words)]
    return list(dict.fromkeys(missing))


def _supported(token: HardToken, held: frozenset[HardToken], words: str) -> bool:
    if token.kind == "law":
        return token.value in words
    if token.kind == "date":
        return any(_covers(other.value, token.value) for other in held if other.kind == "date")
    if token.kind == "bare":     # 500万 without 元: any figure of that value carries it
        return any(other.value == token.value for other in held) or \
            re.search(rf"(?<!\d){re.escape(token.value)}(?!\d)", words) is not None
    return any(other.kind == token.kind and other.value == token.value and other.unit == token.unit
               and _agree(other.bound, token.bound) for other in held)


def _agree(held: str, stated: str) -> bool:
    return not held or not stated or held == stated


def _covers(held: str, stated: str) -> bool:
    """2025-10-15 covers 2025, 2025-10, --10-15 and --10; a year alone covers only itself."""
    if not stated.startswith("--"):
        return held == stated or held.startswith(f"{stated}-")
    tail = held.removeprefix("--") if held.startswith("--") else held[5:]
    return tail == stated[2:] or tail.startswith(f"{stated[2:]}-")


def _normalised(text: str) -> list[str]:
    """Folded lines; digits that only a blank separates stay apart, thousands separators go."""
    text = re.sub(r"(?<=\d)[ \t\u3000]+(?=\d)", "|", text)
    lines = (_MARKER.sub("", re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", fold(line))) for line in text.split("\n"))
    return [_LIST_NUMBER.sub("", line) for line in lines]


@lru_cache(maxsize=4096)      # one answer compares the same passages with several sentences
def _tokens(text: str) -> tuple[HardToken, ...]:
    return tuple(_found(text))


def _found(text: str) -> Iterator[HardToken]:
    for line in _normalised(text):
        for law in _LAW.finditer(line):
            yield HardToken("law", law[1], written=f"《{law[1]}》")
        for match in _TOKEN.finditer(line):
            yield from _read(match)


def _read(match: re.Match[str]) -> Iterator[HardToken]:
    """The tokens of one match: two for a range, none for an ordinal or a loose small count."""
    found, written = match.groupdict(), match[0]
    if found["doc_no"]:
        yield HardToken("number", f"{found['doc_year']}/{found['doc_no']}", written=written)
        yield HardToken("date", found["doc_year"], written=written)
    elif found["order"]:
        yield from _plain("number", found["order"], "号", written)
    elif found["year"] or found["y"] or found["month_only"]:
        yield from _date(found, written)
    elif found["part"]:
        yield from _percent(found, written)
    elif found["article"] or found["short_article"]:
        yield from _article(found, written)
    elif found["paragraph"]:
        yield from _plain("paragraph", found["paragraph"], "款", written)
    elif found["chapter"]:
        yield from _plain("chapter", found["chapter"], found["chapter_unit"], written)
    elif found["nth"]:
        if (_value(found["nth"]) or 0) > 2:          # 第一年, 第二次 also merely tell steps apart
            yield from _plain("ordinal", found["nth"], found["nth_unit"], written)
    elif found["unit"]:
        yield from _measured(match)
    elif found["bare"]:
        yield from _bare(found["bare"])


def _plain(kind: str, numeral: str, unit: str, written: str, bound: str = "") -> Iterator[HardToken]:
    value = _value(numeral)
    if value is not None:
        yield HardToken(kind, _shown(value), unit, bound, written)


def _date(found: dict[str, str | None], written: str) -> Iterator[HardToken]:
    year = _value(found["year"] or found["y"] or "")
    month = _value(found["month"] or found["m"] or found["month_only"] or "")
    day = _value(found["day"] or found["d"] or found["day_only"] or "")
    if month is None:
        return
    start = f"{int(year):04d}" if year is not None else "-"
    yield HardToken("date", f"{start}-{int(month):02d}" + (f"-{int(day):02d}" if day is not None else ""),
                    written=written)


def _percent(found: dict[str, str | None], written: str) -> Iterator[HardToken]:
    unit = {"百": "%", "千": "‰", "万": "‱"}[found["per"] or "百"]
    for numeral in (found["part"], found["part_to"]):
        if numeral:
            yield from _plain("percent", numeral, unit, written, _bound(found["part_bound"]))


def _article(found: dict[str, str | None], written: str) -> Iterator[HardToken]:
    article = _value(found["article"] or found["short_article"] or "")
    sub = _value(found["sub"] or found["short_sub"] or "")
    if article is not None:
        yield HardToken("article", _shown(article) + (f"-{_shown(sub)}" if sub is not None else ""), written=written)


def _measured(match: re.Match[str]) -> Iterator[HardToken]:
    unit, written = match["unit"], match[0]
    low, high = _value(match["low"]), _value(match["high"] or "")
    if low is not None and high is not None and low < 10_000 and match["high"][-1:] in "万亿":
        low *= {"万": 10_000, "亿": 100_000_000}[match["high"][-1]]          # 三至五万元
    bound = _bound(match["bound"]) or _bound_before(match)
    for value in (low, high):
        if value is not None:
            yield from _with_unit(value, unit, bound, written)


def _with_unit(value: Decimal, unit: str, bound: str, written: str) -> Iterator[HardToken]:
    if unit == "年" and 1900 <= value <= 2100:
        yield HardToken("date", _shown(value), written=written)
    elif unit == "月":
        if 1 <= value <= 12:
            yield HardToken("date", f"--{int(value):02d}", written=written)
    elif unit in _CURRENCY:
        yield HardToken("money", _shown(value), _CURRENCY[unit], bound, written)
    elif unit in _SPAN:
        yield HardToken("duration", _shown(value), _SPAN[unit], bound, written)
    elif unit == "倍":
        yield HardToken("multiple", _shown(value), unit, bound, written)
    elif unit in ("%", "‰", "个百分点"):
        yield HardToken("percent", _shown(value), unit, bound, written)
    elif bound or value >= (2 if any(unit == exact.removesuffix("(?!民)") for exact in _EXACT_COUNT) else 10):
        yield HardToken("count", _shown(value), unit, bound, written)


def _bare(numeral: str) -> Iterator[HardToken]:
    """Without a unit only what cannot be an ordinal: years, decimals, 万 and 亿, digit strings such as 12315."""
    value = _value(numeral)
    if value is None:
        return
    if re.fullmatch(r"(?:19|20)\d\d", numeral):
        yield HardToken("date", numeral, written=numeral)
    elif _LARGE.search(numeral):
        yield HardToken("bare", _shown(value), written=numeral)


def _bound(written: str | None) -> str:
    return {"以上": "以上", "以下": "以下", "以内": "以下"}.get(written or "", "")


def _bound_before(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 8):match.start()]
    return next((bound for bound, words in _BEFORE.items() if re.search(rf"(?:{words})$", before)), "")


def _value(numeral: str) -> Decimal | None:
    if not numeral or len(numeral) > _LONGEST_NUMERAL:
        return None
    if numeral == "半":
        return Decimal("0.5")
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([十百千]?)([万亿]*)", numeral):
        value = Decimal(match[1])
        for unit in match[2] + match[3]:
            value *= {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[unit]
        return value
    whole, _, decimals = numeral.partition("点")
    if whole[0] in "万亿":                       # 单位：万元, 万一
        return None
    number = parse_numeral(whole)
    if number is None or not decimals:
        return None if number is None else Decimal(number)
    return Decimal(f"{number}." + "".join(str("零一二三四五六七八九".index(digit)) for digit in decimals))


def _shown(value: Decimal) -> str:
    return format(value.normalize(), "f")
