"""Who a document is: title, version group, label, number, dates. A trusted manifest says so; else the text is asked."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Protocol

from ingest.document import Block, BlockKind, RawFile
from ingest.manifest import ManifestEntry
from ingest.numerals import article_mark
from kb.registry import RegisteredVersion
from kb.statute import find_numbers, short_title
from kb.text import clean, fold
from kb.types import Kind, Status, Tier, Version

__all__ = ["Register", "find_title", "group_of", "identify"]


class Register(Protocol):
    """What identification needs of `kb.registry.Registry`."""

    def version_of(self, title: str, issued: date | None = None, number: str = "",
                   label: str = "") -> RegisteredVersion | None: ...


def identify(raw: RawFile, blocks: Sequence[Block], entry: ManifestEntry | None, register: Register | None) -> Version:
    """The version a file is. Only an entry whose checksum agreed makes it official."""
    if entry is not None and entry.trusted and entry.title:
        return _listed(raw, entry, register)
    return _found(raw, blocks, register)


def _listed(raw: RawFile, entry: ManifestEntry, register: Register | None) -> Version:
    named = _label_in_name(entry.file)
    known = _known(register, entry.title, entry.issued, entry.number, named)
    number = entry.number or (known.number if known else "")
    label = (known.label if known else "") or named or number or _year(entry.issued or entry.in_force_from)
    label = label or f"校验值{raw.sha256[:8]}"
    return Version(
        id=f"{Tier.OFFICIAL}:{entry.title}@{label}{_excerpt_mark(entry)}", title=entry.title, label=label, kind=entry.kind,
        document=known.document if known else entry.group or group_of(entry.title), tier=Tier.OFFICIAL, number=number,
        issuer=entry.issuer, issued=entry.issued, in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to or (known.in_force_to if known else None), status=entry.status,
        supersedes=known.supersedes if known else "", source_url=entry.source_url, sha256=raw.sha256,
        file_name=raw.name, place=(known.place if known else "") or _place(entry.title, entry.issuer))


def _known(register: Register | None, title: str, issued: date | None, number: str,
           label: str) -> RegisteredVersion | None:
    """By title as it is, else without the mark of an excerpt; the label in a file's name helps to tell versions apart."""
    if register is None:
        return None
    for name in dict.fromkeys((title, _without_excerpt(title))):
        found = register.version_of(name, issued, number) \
            or (register.version_of(name, None, "", label) if label else None)
        if found and (not issued or not found.issued or issued == found.issued or fold(label) == fold(found.label)):
            return found
    return None


_EXCERPT = re.compile(r"[（(][^（()）]*(第[一二三四五六七八九十百]+[编章节]|节选)[^（()）]*[）)]$")


def _without_excerpt(title: str) -> str:
    return _EXCERPT.sub("", title)


def _excerpt_mark(entry: ManifestEntry) -> str:
    """Parts of one code share title and label where the manifest does not say the part in the title."""
    part = re.search(r"_(第[一二三四五六七八九十百]+[编章节][^(（.]*)", entry.file)
    return f"#{part[1]}" if part and not _EXCERPT.search(entry.title) else ""


def group_of(title: str) -> str:
    """The version group of a title nobody registered: 专利法 for 中华人民共和国专利法, without version or excerpt marks."""
    bare = re.sub(r"[（(]\d{4}年?(修订|修正|公布|版|本)?[^（()）]*[)）]$", "", _without_excerpt(title)).strip()
    return short_title(bare) or title


def _label_in_name(file: str) -> str:
    """What a file's name says in brackets about the version: 2025修订, 法释〔2026〕7号. Empty without a year."""
    stem = PurePosixPath(file).stem
    parts = [part.strip() for inside in re.findall(r"[(（]([^()（）]*\d{4}[^()（）]*)[)）]", stem)
             for part in inside.split("_")]
    dated = [part for part in parts if re.search(r"\d{4}", part) and not part.endswith("施行")]
    for wanted in (r"\d{4}年?(修订|修正)$", r"号$", r""):
        for part in dated:
            if re.search(wanted, part):
                return str(part)
    return ""


def _year(day: date | None) -> str:
    return str(day.year) if day else ""


_PLACE = re.compile(r"(?!中华|中国|最高|全国|国家|国务院|关于|城市)([\u4e00-\u9fff]{2,8}?(?:自治区|自治州|省|市))(?!场)")


def _place(title: str, issuer: str) -> str:
    """宁波市, 浙江省: where a local rule or plan applies; empty for national texts."""
    local = issuer if re.search("人民代表大会|人民政府|省|市", issuer) else ""
    match = _PLACE.match(title) or _PLACE.match(local)
    return match[1] if match else ""


# Without a manifest

_KINDS = ((r"^最高人民(法院|检察院)", Kind.JUDICIAL_INTERPRETATION), (r"^中华人民共和国.*法$|修正案", Kind.LAW),
          (r"(方案|规划|纲要|行动计划)$", Kind.POLICY_PLAN), (r"(指南|指引|手册|问答|要点)$", Kind.GUIDE),
          (r"^(中华人民共和国|国务院).*(条例|细则|规定|办法)$", Kind.ADMINISTRATIVE_REGULATION),
          (r"(省|市|自治区).*条例$", Kind.LOCAL_REGULATION))


def _found(raw: RawFile, blocks: Sequence[Block], register: Register | None) -> Version:
    title = find_title(blocks, raw.name)
    head = _head(blocks)
    number, issued, amended = _number_in(head), _issued_in(head), _amendment_in(head)
    in_force = _in_force_in(head, blocks, issued, bool(amended))
    named = _label_in_name(raw.name)
    known = _known(register, title, issued, number, named or amended)
    label = named or (known.label if known else amended or number or _year(issued or in_force))
    label = label or f"校验值{raw.sha256[:8]}"
    # The file's name is part of the id: two private files may well share a title and a year.
    return Version(
        id=f"{Tier.USER}:{title}@{label}#{PurePosixPath(raw.name).name}", title=title, label=label,
        document=known.document if known else group_of(title), tier=Tier.USER, number=number, issued=issued,
        kind=next((kind for form, kind in _KINDS if re.search(form, title)), Kind.OTHER),
        # The register knows until when the version it claims to be applied; that the text is genuine nobody vouches.
        in_force_from=known.in_force_from if known else in_force, in_force_to=known.in_force_to if known else None,
        status=known.status if known and known.in_force_to else Status.UNKNOWN, sha256=raw.sha256, file_name=raw.name, place=_place(title, ""))


_TITLE = re.compile(r"(法|条例|规定|办法|解释|决定|批复|方案|意见|通知|细则|规则|指南|指引|制度|规划|纲要|手册|合同|协议|公约|问答|要素表|修正案)"
                    r"([（(][^（()）]{1,20}[)）])?$")


def find_title(blocks: Sequence[Block], file_name: str) -> str:
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
    for block in blocks[:15]:
        if article_mark(block.text) or re.match(r"[一二三四五六七八九十]、", block.text):
            break
        head.append(block)
    return head


_DAY = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")


def _day(match: re.Match[str] | None) -> date | None:
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _number_in(head: Sequence[Block]) -> str:
    """The document's own number: alone on its line, or in the line that says when it was published; the last one."""
    own = [block.text for block in head if len(block.text) <= 40
           or (_DAY.search(block.text) and re.search("公布|发布|印发", block.text) and len(block.text) <= 80)]
    found = [mention.number for text in own if "《" not in text for mention in find_numbers(text)]
    return found[-1] if found else ""


_ACT = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日(?:(?!\d{4}\s?年).){0,150}?"
                  r"(通过|修订|修正|公布|发布|印发)")


def _issued_in(head: Sequence[Block]) -> date | None:
    """The last act of the history, else a date that stands alone (signature of a plan)."""
    acts = [day for block in head for match in _ACT.finditer(block.text) if (day := _day(match))]
    alone = [day for block in head if (match := _DAY.fullmatch(block.text.strip("（）() "))) and (day := _day(match))]
    return max(acts) if acts else alone[-1] if alone else None


def _amendment_in(head: Sequence[Block]) -> str:
    """2025修订: the last revision the history tells of."""
    found = [(int(match[1]), match[2]) for block in head
             for match in re.finditer(r"(\d{4})\s?年(?:(?!\d{4}\s?年).){0,150}?(修订|修正)(?![〈《])", block.text)]
    return f"{max(found)[0]}{max(found)[1]}" if found else ""


def _in_force_in(head: Sequence[Block], blocks: Sequence[Block], issued: date | None, amended: bool) -> date | None:
    """A 施行 line of the title page, else the last articles. An amended text still names its first day of all: unknown."""
    for block in head:
        if len(block.text) <= 30 and block.text.endswith("施行") and (day := _day(_DAY.search(block.text))):
            return day
    for block in reversed(blocks[-6:]):
        match = re.search(r"自\s?" + _DAY.pattern + r"\s?起(施行|实施|生效)", block.text)
        if match and (day := _day(match)):
            return None if amended and issued and day < issued else day
        if re.search(r"自(公布|发布|印发)之日起(施行|实施)", block.text):
            return None if amended else issued
    return None


