"""The imprint of a document: what its title page and its last articles say it is. Title, number, dates, issuer.

Believed only as far as such pages can be: an amended text still ends with the first day of its original, and a court's
decision is not yet its publication. What the page leaves open stays empty.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from ingest.document import Block, BlockKind
from ingest.numerals import article_mark
from kb.statute import find_numbers
from kb.text import clean, parse_numeral
from kb.types import Kind

__all__ = ["Imprint", "place_of", "read_imprint"]

_OPENING = 15              # blocks that may belong to a title page
_CLOSING = 6               # blocks at the end that may say when the text takes effect


@dataclass(frozen=True, slots=True)
class Imprint:
    """`days` are all that the page and the last articles name; with `words` they can confirm what a register says."""

    title: str
    number: str = ""                     # of this version, not the one under which an amended text first appeared
    issuer: str = ""
    kind: Kind = Kind.OTHER
    issued: date | None = None           # day of publication
    in_force_from: date | None = None
    amended: str = ""                    # 2025修订: the last revision the history tells of
    year: str = ""                       # of the last act
    place: str = ""                      # 宁波市
    days: frozenset[date] = frozenset()
    words: str = ""


def read_imprint(blocks: Sequence[Block], file_name: str) -> Imprint:
    title, head = _title_of(blocks, file_name), _head(blocks)
    acts, tail = list(_acts(head)), [block.text for block in blocks[-_CLOSING:]]
    last, revised = max((act.day for act in acts), default=None), _amended(head)
    amended = bool(revised) or _twice_adopted(acts)
    issued = _issued(acts) or _signed(head)
    in_force = _in_force(head, tail, last, issued, amended)
    words, place = "\n".join((title, *(block.text for block in head), *tail)), place_of(title)
    dated = last or issued or in_force
    return Imprint(title, _number(head, last, amended), _issuer(title, place, words), _kind(title, place, words), issued,
                     in_force, revised, str(dated.year) if dated else "", place, frozenset(_days(words)), words)


_TITLE = re.compile(r"(法|条例|规定|办法|解释|决定|批复|方案|意见|通知|细则|规则|指南|指引|制度|规划|纲要|手册|合同|协议|公约|问答|要素表|修正案)"
                    r"([（(][^（()）]{1,20}[)）])?$")


def _title_of(blocks: Sequence[Block], file_name: str) -> str:
    """The first heading, else the first short line that is named like a document, else the first line, else the file."""
    head = _head(blocks)
    if blocks and blocks[0].kind is BlockKind.HEADING and blocks[0].level == 1:
        return _one_line(blocks[0].text)
    for block in head:
        if len(block.text) <= 100 and _TITLE.search(block.text) and not re.match(r"第|《[^》]*》.*[，,]|依据|根据", block.text):
            return _one_line(block.text)
    for block in head:
        if block.kind is BlockKind.HEADING:
            return _one_line(block.text)
    if head and len(head[0].text) <= 60 and not head[0].text.endswith(("。", "；", "：", "，", ":")):
        return _one_line(head[0].text)
    return clean(PurePosixPath(file_name).stem) or "未命名文件"


def _one_line(text: str) -> str:
    line = text.replace("\n", " ")[:120].strip()
    return line[1:-1] if line.startswith("《") and line.endswith("》") and line.count("《") == 1 else line


def _head(blocks: Sequence[Block]) -> list[Block]:
    """What stands before the first number, as far as a title page goes."""
    head: list[Block] = []
    for block in blocks[:_OPENING]:
        if article_mark(block.text) or re.match(r"[一二三四五六七八九十]、", block.text):
            break
        head.append(block)
    return head


_D = r"[\d〇○零一二三四五六七八九十]"
_DAY = re.compile(rf"({_D}{{4}})\s?年\s?({_D}{{1,2}})\s?月\s?({_D}{{1,3}})\s?日")


def _day(match: re.Match[str] | None) -> date | None:
    if not match:
        return None
    year, month, day = (parse_numeral(part) for part in match.groups()[:3])
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _days(text: str) -> Iterator[date]:
    for match in _DAY.finditer(text):
        if day := _day(match):
            yield day


@dataclass(frozen=True, slots=True)
class _Act:
    """One line of a history: on this day the text was adopted (通过, 修订, 修正, 批准) or published (公布, 发布, 印发)."""

    day: date
    done: str
    by: str


_ACT = re.compile(_DAY.pattern + rf"((?:(?!{_D}{{4}}\s?年).){{0,150}}?)(通过|批准|修订|修正|修改(?![〈《<])|公布|发布|印发)")


def _acts(head: Sequence[Block]) -> Iterator[_Act]:
    for block in head:
        for match in _ACT.finditer(block.text):
            if day := _day(match):
                yield _Act(day, match[5], match[4])


def _issued(acts: Sequence[_Act]) -> date | None:
    """The last publication. A national law is dated by its adoption, because the President publishes it the same day;
    courts and local congresses publish days or weeks later."""
    published = [act.day for act in acts if act.done in ("公布", "发布", "印发")
                 or (re.search("国务院|令", act.by) and "会议" not in act.by)]
    adopted = [act.day for act in acts if re.search("第.{1,4}届全国人民代表大会", act.by)]
    last = max((act.day for act in acts), default=None)
    return last if last and last in (*published, *adopted) else None


def _signed(head: Sequence[Block]) -> date | None:
    """A date that stands alone: the signature of a plan or notice."""
    alone = [day for block in head if (match := _DAY.fullmatch(block.text.strip("（）() "))) and (day := _day(match))]
    return alone[-1] if alone else None


def _twice_adopted(acts: Sequence[_Act]) -> bool:
    """A court adopts an interpretation again when it amends it, without the word 修正."""
    return len({act.day for act in acts if act.done == "通过"}) > 1


def _number(head: Sequence[Block], last_act: date | None, amended: bool) -> str:
    """The document's own number: in the line of the last act, or alone on its line where nothing was amended since."""
    found = ""
    for block in head:
        days = list(_days(block.text))
        own = len(block.text) <= 40 or (days and re.search("公布|发布|印发|修订", block.text) and len(block.text) <= 80)
        numbers = [mention.number for mention in find_numbers(block.text)] if own and "《" not in block.text else []
        if numbers and (max(days) >= last_act if days and last_act else not amended):
            found = numbers[-1]
    return found


def _amended(head: Sequence[Block]) -> str:
    found = [(int(match[1]), match[2]) for block in head
             for match in re.finditer(r"(\d{4})\s?年(?:(?!\d{4}\s?年).){0,150}?(修订|修正)(?![〈《<])", block.text)]
    return f"{max(found)[0]}{max(found)[1]}" if found else ""


_FROM = re.compile(r"自\s?" + _DAY.pattern + r"\s?起(施行|实施|生效)")
_THIS_FROM = re.compile(r"本[\u4e00-\u9fff]{1,3}" + _FROM.pattern)       # not another text's day: 修改决定自…起施行


def _in_force(head: Sequence[Block], tail: Sequence[str], last_act: date | None, issued: date | None,
              amended: bool) -> date | None:
    """A 施行 line of the title page, else the last articles, whose day is that of the original where it lies before the
    last amendment."""
    for block in head:
        if len(block.text) <= 30 and block.text.endswith("施行") and (day := _day(_DAY.search(block.text))):
            return day
        if re.match("[（(]|.*现予公布", block.text) and (match := _FROM.search(block.text)) and (day := _day(match)):
            return day
    for text in reversed(tail):
        if (match := _THIS_FROM.search(text)) and (day := _day(match)):
            return None if amended and last_act and day < last_act else day
        if re.search(r"自(公布|发布|印发|颁布)之日起(施行|实施)", text):
            return None if amended else issued
    return None


_PLACE = re.compile(r"(?!中华|中国|最高|全国|国家|国务院|关于|城市)([\u4e00-\u9fff]{2,8}?(?:自治区|自治州|省|市))(?!场)")


def place_of(title: str, issuer: str = "") -> str:
    """宁波市, 浙江省: where a local rule or plan applies; empty for national texts."""
    local = issuer if re.search("人民代表大会|人民政府|省|市", issuer) else ""
    match = _PLACE.match(title) or _PLACE.match(local)
    return match[1] if match else ""


_KINDS = ((r"^最高人民(法院|检察院)", Kind.JUDICIAL_INTERPRETATION), (r"^中华人民共和国.*法$|修正案", Kind.LAW),
          (r"(方案|规划|纲要|行动计划)$", Kind.POLICY_PLAN), (r"(指南|指引|手册|问答|要点)$", Kind.GUIDE),
          (r"^(中华人民共和国|国务院).*(条例|细则|规定|办法)$", Kind.ADMINISTRATIVE_REGULATION),
          (r"(省|市|自治区).*条例$", Kind.LOCAL_REGULATION))


def _kind(title: str, place: str, words: str) -> Kind:
    """By the title's form, else by who decreed it."""
    if found := next((kind for form, kind in _KINDS if re.search(form, title)), None):
        return found
    if not place and re.search(r"国务院(、\S{0,12}中央军事委员会)?令第", words) and re.search("(条例|规定|办法)$", title):
        return Kind.ADMINISTRATIVE_REGULATION
    if not place and re.search(r"(局|部|署)令第", words) and re.search("(规定|办法|规则)$", title):
        return Kind.DEPARTMENTAL_RULE
    return Kind.OTHER


_COURTS = re.compile(r"最高人民法院([、 ]最高人民检察院)?|最高人民检察院")
_DECREED = re.compile(r"(国务院|国家[\u4e00-\u9fff]{2,10}局|海关总署)(、\S{0,12}(中央军事委员会))?令第")
_CONGRESS = re.compile(r"第.{1,4}届(全国人民代表大会(常务委员会)?)")


def _issuer(title: str, place: str, words: str) -> str:
    if court := _COURTS.match(title):
        return court[0].replace(" ", "、")
    if place:
        return f"{place}人民代表大会常务委员会" if re.search("人民代表大会常务委员会第.{1,5}次会议", words) else ""
    congresses = _CONGRESS.findall(words)
    if congresses and title.endswith(("法", "修正案")):
        return str(congresses[-1][0])
    if decreed := _DECREED.search(words):
        return "、".join(filter(None, (decreed[1], decreed[3])))
    return ""
