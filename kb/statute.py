"""References to laws, articles and document numbers: reading them however they are written, finding them in text.

Everything is matched on a folded copy of the text (width, blanks and a few traditional characters evened out) that
remembers where each character came from, so that spans always point into the text as given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.text import fold, parse_numeral
from kb.types import StatuteRef

__all__ = ["DocumentMention", "Mention", "NumberMention", "find_documents", "find_numbers", "find_refs", "parse_ref",
           "short_title"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference in free text, `text[start:end]`.

    `ref.document` is the version group where the name is known, the name as written where it is not, and empty for
    第十条 alone. `label` is the version the mention names (2019修正), if any. `range_to` is the last article of
    第三十六条至第四十条, carried by the first end.
    """

    start: int
    end: int
    ref: StatuteRef
    label: str = ""
    range_to: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentMention:
    """A known document named in free text. `name` is the name as written, without 书名号."""

    start: int
    end: int
    document: str
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A document number in free text, in its one canonical spelling: 法释〔2025〕5号, 国务院令第706号."""

    start: int
    end: int
    number: str


def short_title(title: str) -> str:
    """专利法 for 《中华人民共和国专利法》: without 书名号 and the name of the state."""
    title = title.strip()
    if title.startswith("《") and title.endswith("》"):
        title = title[1:-1].strip()
    return title.removeprefix("中华人民共和国")


_TRADITIONAL = str.maketrans("條項號專國權標爭競當華實則釋法產業護條約間執與關於適辦這個",
                             "条项号专国权标争竞当华实则释法产业护条约间执与关于适办这个")


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    return fold(char).translate(_TRADITIONAL)


class _Text:
    """The folded copy and, for each of its characters, where it stands in the original."""

    def __init__(self, text: str) -> None:
        chars: list[str] = []
        self.origin: list[int] = []
        blank = False
        for position, char in enumerate(text):
            plain = _folded(char)
            if not plain:
                blank = True
                continue
            if blank and chars and chars[-1].isdigit() and plain[0].isdigit():
                chars.append(" ")        # 2025 10 are two numbers
                self.origin.append(position)
            blank = False
            chars.extend(plain)
            self.origin.extend([position] * len(plain))
        self.folded = "".join(chars)
        self.original = text

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.origin[start], self.origin[end - 1] + 1

    def written(self, start: int, end: int) -> str:
        first, last = self.span(start, end)
        return self.original[first:last]


_N = r"(?:[0-9]{1,4}|[零一二三四五六七八九十百千两]{1,9})"
_TAIL = (r"(?:第?(?P<paragraph>[0-9]{1,2}|[一二三四五六七八九十]{1,3})款)?"
         r"(?:第?\((?P<item>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\)项|第(?P<item_bare>[一二三四五六七八九十]{1,3})项"
         r"|第?(?P<item_digits>[0-9]{1,2})项)?")
_ARTICLE = re.compile(
    rf"(?P<ordinal>第)?(?:(?P<list>{_N}(?:[、,和及与]{_N})+)条|(?P<low>{_N})(?P<to>[至到~-])(?P<high>{_N})条"
    rf"|(?P<article>{_N})(?:之(?P<inner>{_N}))?条(?!例)(?:之(?P<sub>{_N}))?){_TAIL}")
_DASHED = re.compile(r"第?(?P<article>[0-9]{1,4})-(?P<sub>[0-9]{1,2})(?![0-9-])")
_MORE = re.compile(rf"(?:第(?P<paragraph>{_N})款)?(?:第?\((?P<item>{_N})\)项|第(?P<item_bare>{_N})项)?")
_SEPARATOR = re.compile(r"以及|[、,和及与或;]")
_RANGE = re.compile(r"至|到|-+|~")
_YEAR = r"(?:19|20)[0-9]{2}"
_QUALIFIER = re.compile(rf"\((?P<bracketed>[^()《》]{{0,6}}{_YEAR}[^()《》]{{0,12}})\)|(?P<plain>{_YEAR}年?(?:修订|修正|版)?)(?=第)")
_LINK = re.compile(r"(?:规定的|的|之|中的?|里的?|现行?的?|[:,])?")
_NO_NAME = re.compile(rf"第{_N}条|[《》。！？；?!;\n]")   # outside 书名号
_OWN = re.compile(r"本(?:法|条例|规定|解释|办法|细则)$")
_NAME_END = r"(?:法典|法|条例|规定|办法|细则|解释|规则|决定)"
_UNKNOWN_NAME = re.compile(rf"[\u4e00-\u9fff]{{1,20}}{_NAME_END}$")
_NO_TITLE = re.compile(r".?规[定则]|办法|条例|决定|解释|法律?|.*(?:一般|特别|特殊|补充|处理|下列|有关|相关)规[定则]")
_LEAD_IN = re.compile(r".*(?:根据|依据|依照|按照|违反|适用|参照|符合|构成|所称|以及|和|与|及|在|的|是|见|看|查|该|上述|这部|本)")
# A known name does not count inside a longer word or the name of another law.
_NOT_BEFORE = r"(?<!违)(?<!调解)(?<![美德韩英法]国)(?<!日本)(?<!台湾)(?<!欧盟)"
_NOT_AFTER = (r"(?!律|院|庭|官|学|规(?!定)|定(?!义)|释义|实施细则|实施条例|实施办法|修正案|司法解释|解释\()")
_OPEN, _CLOSE = "《", "》"


def parse_ref(text: str, names: Mapping[str, str] | None = None) -> StatuteRef | None:
    """The reference that `text` as a whole is, else None. 专利法22条3款, 《刑法》第二百一十九条之一, 第十条.

    The document's name comes back as written, without 书名号; with `names` as the version group it leads to.
    """
    copy = _Text(text)
    if close := _closings(copy.folded).get(0):
        starts = [_after_name(copy.folded, close + 1)]
        name = copy.written(0, close + 1)[1:-1].strip()
    else:
        starts, name = list(range(len(copy.folded))), ""
    for start in starts:
        written = name or (copy.written(0, start).strip() if start else "")
        match = _ARTICLE.fullmatch(copy.folded, start) or (_DASHED.fullmatch(copy.folded, start) if written else None)
        if written and not name and _NO_NAME.search(written):
            return None
        if match and (refs := _refs(match, _bare_name(written, bool(name)))) and len(refs) == 1:
            return replace(refs[0], document=_group(refs[0].document, names)) if names else refs[0]
    return None


def _closings(text: str) -> dict[int, int]:
    """Where each 书名号 closes, by where it opens; they may stand inside one another. Unclosed ones are absent."""
    pairs: dict[int, int] = {}
    unclosed: list[int] = []
    for position, char in enumerate(text):
        if char == _OPEN:
            unclosed.append(position)
        elif char == _CLOSE and unclosed:
            pairs[unclosed.pop()] = position
    return pairs


def _after_name(folded: str, position: int) -> int:
    if qualifier := _QUALIFIER.match(folded, position):
        position = qualifier.end()
    link = _LINK.match(folded, position)
    return link.end() if link else position


def _bare_name(written: str, quoted: bool) -> str:
    """A name as written before an article, without year, connective or 本法."""
    if quoted or not written:
        return written
    written = re.sub(rf"\s*[（(]\s*{_YEAR}[^（()）]*[）)]\s*$", "", written)
    written = re.sub(r"(?<=[法典例定则释])(?:规定的|的|之|中的?|里的?|[：:，,])$", "", written).strip()
    return "" if _OWN.fullmatch(written) else written


def _group(name: str, names: Mapping[str, str]) -> str:
    return names.get(fold(name)) or names.get(fold(short_title(name))) or name


def _number(written: str | None) -> int | None:
    """An article, 款 or 项 number, from 1 to 9999."""
    value = parse_numeral(written) if written else None
    return value if value and value <= 9999 else None


def _refs(match: re.Match[str], document: str) -> list[StatuteRef]:
    """What one match of an article stands for: one article, every article of 第23、24条, both ends of 第36至40条."""
    parts = match.groupdict()
    paragraph = _number(parts.get("paragraph"))
    item = _number(parts.get("item") or parts.get("item_bare") or parts.get("item_digits"))
    sub = 0
    if parts.get("list"):
        numbers = [_number(n) for n in re.split("[、,和及与]", parts["list"])]
    elif parts.get("low"):
        numbers = [_number(parts["low"]), _number(parts["high"])]
        if parts["to"] == "-" and numbers[0] and numbers[1] and numbers[1] < numbers[0]:
            numbers, sub = numbers[:1], numbers[1] or 0  # 219-1条 is 第二百一十九条之一
    else:
        numbers, sub = [_number(parts["article"])], _number(parts.get("sub") or parts.get("inner")) or 0
    if not all(numbers):
        return []
    refs = [StatuteRef(document, number, sub) for number in numbers if number]
    return [*refs[:-1], replace(refs[-1], paragraph=paragraph, item=item)]


def find_refs(text: str, names: Mapping[str, str]) -> list[Mention]:
    """Every article mentioned in free text, in order. `names` maps folded names and aliases to version groups."""
    copy = _Text(text)
    documents = {name.end: name for name in _named(copy, names)}
    found: list[Mention] = []
    position, last = 0, _NOWHERE
    for match in _articles(copy.folded, documents):
        if match.start() < position:
            continue
        name = _name_before(copy, match, documents, last)
        refs = _refs(match, name.document) if name else []
        if not name or not refs:
            position = match.end()
            continue
        if _joined(copy.folded, last.end, match.start(), _RANGE) and found:
            found[-1] = replace(found[-1], range_to=refs[0].article)
        start = match.start() if name.start < 0 else name.start
        spans_range = match.groupdict().get("low") is not None and len(refs) == 2
        for ref in refs:
            found.append(Mention(start, match.end(), ref, name.label,
                                 refs[1].article if spans_range and ref is refs[0] else None))
        position = _further_parts(copy.folded, match.end(), found)
        last = replace(name, end=position)
    spans = (copy.span(mention.start, mention.end) for mention in found)
    return [replace(mention, start=start, end=end) for mention, (start, end) in zip(found, spans, strict=True)]


def _articles(folded: str, documents: Mapping[int, "_Name"]) -> list[re.Match[str]]:
    """Everything that reads as 第X条, and 219-1 right after a document's name, in order."""
    found = list(_ARTICLE.finditer(folded))
    for end in documents:
        if not _ARTICLE.match(folded, end) and (dashed := _DASHED.match(folded, end)):
            found.append(dashed)
    return sorted(found, key=lambda match: match.start())


def _name_before(copy: _Text, match: re.Match[str], documents: Mapping[int, "_Name"],
                 last: "_Name") -> "_Name | None":
    """The document an article belongs to; `_NOWHERE` for 第十条 alone, None where 条 is no article (三十条建议)."""
    folded, start = copy.folded, match.start()
    for end in range(start, max(start - 4, -1), -1):
        if end in documents and _LINK.fullmatch(folded, end, start):
            return documents[end]
    if _joined(folded, last.end, start, _SEPARATOR) or _joined(folded, last.end, start, _RANGE):
        return replace(last, start=-1)
    if not match.groupdict().get("ordinal"):
        return None
    if own := _OWN.search(folded, 0, start):
        return replace(_NOWHERE, start=own.start())
    if unknown := _UNKNOWN_NAME.search(folded, max(start - 24, 0), start):
        return _unknown_name(copy, unknown)
    return _NOWHERE


def _joined(folded: str, end: int, start: int, pattern: re.Pattern[str]) -> bool:
    return 0 < end < start and pattern.fullmatch(folded, end, start) is not None


def _unknown_name(copy: _Text, match: re.Match[str]) -> "_Name":
    """海商法 in 根据海商法第四条: the name of a law that is not registered, as far as its start can be told."""
    lead = _LEAD_IN.match(match[0])
    start = match.start() + (lead.end() if lead else 0)
    if match.end() - start < 2:
        return _NOWHERE
    written = copy.original[copy.origin[start]:copy.origin[match.end()]]
    if re.search(r"\s", written) or _NO_TITLE.fullmatch(written):
        return _NOWHERE                  # a heading on the line above is no name
    return _Name(start, match.end(), short_title(written), "", "", False)


def _further_parts(folded: str, position: int, found: list[Mention]) -> int:
    """第一款、第二款 and （一）项、（三）项 after an article belong to that article."""
    while separator := _SEPARATOR.match(folded, position):
        more = _MORE.match(folded, separator.end())
        if not more or more.end() == separator.end():
            break
        previous = found[-1].ref
        item = _number(more["item"] or more["item_bare"])
        paragraph = _number(more["paragraph"]) or previous.paragraph
        found.append(replace(found[-1], start=separator.end(), end=more.end(), range_to=None,
                             ref=replace(previous, paragraph=paragraph, item=item)))
        position = more.end()
    return position


def find_documents(text: str, names: Mapping[str, str]) -> list[DocumentMention]:
    """Every known document named in free text, in order, longest name first; document numbers count as names."""
    copy = _Text(text)
    return [DocumentMention(*copy.span(name.start, name.end), name.document, name.written, name.label)
            for name in _named(copy, names) if name.known]


def find_numbers(text: str) -> list[NumberMention]:
    """Every document number in free text: 法释[2025]5号 and 法释2025年5号 read as 法释〔2025〕5号."""
    copy = _Text(text)
    return [NumberMention(*copy.span(start, end), number) for start, end, number in _numbers(copy.folded)]


@dataclass(frozen=True, slots=True)
class _Name:
    """A document's name in the folded text. `end` takes in the version in brackets; `start` is -1 for none."""

    start: int
    end: int
    document: str
    written: str
    label: str
    known: bool


_NOWHERE = _Name(-1, -1, "", "", "", False)


def _named(copy: _Text, names: Mapping[str, str]) -> list[_Name]:
    """Documents named in the text, in order and without overlap: in 书名号 the whole title, else the longest name."""
    numbers = {start: (end, number) for start, end, number in _numbers(copy.folded)}
    matcher = _matcher(tuple(names))
    closings = _closings(copy.folded)
    found: list[_Name] = []
    position = 0
    while position < len(copy.folded):
        if close := closings.get(position):
            name: _Name | None = _quoted(copy, position, close, names)
        else:
            name = _name_at(copy, position, names, matcher, numbers)
        if name:
            found.append(name)
        position = name.end if name else position + 1
    return found


def _name_at(copy: _Text, position: int, names: Mapping[str, str], matcher: re.Pattern[str],
             numbers: Mapping[int, tuple[int, str]]) -> _Name | None:
    if position in numbers and (document := names.get(fold(numbers[position][1]))):
        end, number = numbers[position]
        return _Name(position, end, document, copy.written(position, end), number, True)
    if match := matcher.match(copy.folded, position):
        written = copy.written(match.start("name"), match.end())
        return _with_label(copy.folded, _Name(position, match.end(), names[match["name"]], written, "", True))
    return None


def _quoted(copy: _Text, start: int, close: int, names: Mapping[str, str]) -> _Name:
    written = copy.written(start, close + 1)[1:-1].strip()
    inside = copy.folded[start + 1:close].removeprefix("中华人民共和国")
    label = ""
    document = names.get(inside)
    if document is None and (bracket := re.search(rf"\(([^()]*{_YEAR}[^()]*)\)$", inside)):
        document = names.get(inside[:bracket.start()])
        label = _label(bracket[1]) if document else ""
    name = _Name(start, close + 1, document or short_title(written), written, label, document is not None)
    return name if label else _with_label(copy.folded, name)


def _with_label(folded: str, name: _Name) -> _Name:
    match = _QUALIFIER.match(folded, name.end)
    if not match:
        return name
    return replace(name, end=match.end(), label=_label(match["bracketed"] or match["plain"]))


def _label(qualifier: str) -> str:
    """2025修订 for 2025年修订; a document number in its canonical spelling."""
    if numbers := _numbers(qualifier):
        return numbers[0][2]
    return qualifier.replace("年", "")


@lru_cache(maxsize=8)
def _matcher(names: tuple[str, ...]) -> re.Pattern[str]:
    """Known names, longest first, with what may not stand around them."""
    words = sorted((n for n in names if len(n) > 1), key=len, reverse=True)
    if not words:
        return re.compile(r"(?P<name>(?!))")
    alternatives = "|".join(map(re.escape, words))
    return re.compile(rf"{_NOT_BEFORE}(?:中华人民共和国)?(?P<name>{alternatives}){_NOT_AFTER}")


_SERIES = (r"法释|法发|法办发|法函|高检发释字|国发|国办发|国知发[\u4e00-\u9fff]{1,2}字|国市监[\u4e00-\u9fff]{1,3}"
           r"|鄂政[\u4e00-\u9fff]{0,2}|武政[\u4e00-\u9fff]{0,2}|知发[\u4e00-\u9fff]{1,3}")
_OF_A_YEAR = rf"[\[(]?(?P<year>{_YEAR})(?:[\])]|年)?第?(?P<n>[0-9]{{1,4}})号"
_YEARLY = re.compile(rf"(?P<series>{_SERIES}){_OF_A_YEAR}")
_OTHER_YEARLY = re.compile(rf"(?<![\u4e00-\u9fff])(?P<series>(?:(?!{_SERIES})[\u4e00-\u9fff]){{2,8}}){_OF_A_YEAR}")
_ISSUER = (r"国务院、中央军事委员会|国务院|国家知识产权局|国家市场监督管理总局|国家工商行政管理总?局|海关总署|国家版权局|主席"
           r"|[\u4e00-\u9fff]{2,4}部")
_ORDER = re.compile(rf"(?P<issuer>{_ISSUER})(?:令(?:第)?(?P<n>[0-9]{{1,4}})号|第(?P<m>[0-9]{{1,4}})号令)")


def _numbers(folded: str) -> list[tuple[int, int, str]]:
    """Spans in the folded text with the canonical spelling, in order."""
    found = [(m.start(), m.end(), f"{m['series']}〔{m['year']}〕{int(m['n'])}号")
             for pattern in (_YEARLY, _OTHER_YEARLY) for m in pattern.finditer(folded)]
    found += [(m.start(), m.end(), f"{m['issuer']}令第{int(m['n'] or m['m'])}号") for m in _ORDER.finditer(folded)]
    return sorted(found)
