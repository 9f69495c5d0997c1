"""Who a document is. A trusted manifest says so; else its words are compared with the registered texts; else it says
so itself, and the register confirms what it says or leaves it open. Nothing is filled in from a guess."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Protocol

from ingest.document import RawFile, SourceWarning
from ingest.imprint import Imprint, place_of
from ingest.manifest import ManifestEntry
from kb.fingerprints import Agreement, Fingerprints, Likeness, Outline
from kb.registry import SCANNED, RegisteredVersion, without_excerpt
from kb.statute import find_numbers, short_title
from kb.text import fold
from kb.types import Status, Tier, Version

__all__ = ["Identity", "Register", "group_of", "identify", "listed", "scanned"]

_NAMED_ARTICLES = 12       # a warning names so many
_ALMOST_ALL = 0.8          # share of equal articles that shows a copy, where the title page does not say which text it is


class Register(Protocol):
    """What identification needs of `kb.registry.Registry`."""

    def version_of(self, title: str, issued: date | None = None, number: str = "",
                   label: str = "") -> RegisteredVersion | None: ...

    def titled(self, title: str) -> Sequence[RegisteredVersion]: ...

    def versions(self, document: str) -> Sequence[RegisteredVersion]: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """The version a file is, and what the operator should look at."""

    version: Version
    warnings: tuple[SourceWarning, ...] = ()


# With a manifest

def listed(raw: RawFile, entry: ManifestEntry, register: Register | None) -> Version:
    """What a manifest says of a file whose checksum agrees: official."""
    named = _label_in_name(entry.file)
    known = _known(register, entry.title, entry.issued, entry.number, named)
    number = entry.number or (known.number if known else "")
    label = (known.label if known else "") or named or number or _year(entry.issued or entry.in_force_from)
    label = label or f"校验值{raw.sha256[:8]}"
    return Version(
        id=f"{Tier.OFFICIAL}:{entry.title}@{label}{_excerpt_mark(entry)}", title=entry.title, label=label, kind=entry.kind,
        document=known.document if known else entry.group or _document(register, entry.title), tier=Tier.OFFICIAL,
        number=number, issuer=entry.issuer, issued=entry.issued, in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to or (known.in_force_to if known else None), status=entry.status,
        supersedes=known.supersedes if known else _before(register, entry.title, entry.in_force_from),
        source_url=entry.source_url, sha256=raw.sha256, file_name=raw.name,
        place=(known.place if known else "") or place_of(entry.title, entry.issuer))


def _known(register: Register | None, title: str, issued: date | None, number: str,
           label: str) -> RegisteredVersion | None:
    """By title as it is, else without the mark of an excerpt; the label in a file's name helps to tell versions apart."""
    if register is None:
        return None
    for name in dict.fromkeys((title, without_excerpt(title))):
        found = register.version_of(name, issued, number) \
            or (register.version_of(name, None, "", label) if label else None)
        if found and (not issued or not found.issued or issued == found.issued or fold(label) == fold(found.label)):
            return found
    return None


def _excerpt_mark(entry: ManifestEntry) -> str:
    """Parts of one code share title and label where the manifest does not say the part in the title."""
    part = re.search(r"_(第[一二三四五六七八九十百]+[编章节][^(（.]*)", entry.file)
    return f"#{part[1]}" if part and without_excerpt(entry.title) == entry.title else ""


def group_of(title: str) -> str:
    """The version group of a title nobody registered: 专利法 for 中华人民共和国专利法, without version or excerpt marks."""
    bare = re.sub(r"[（(]\d{4}年?(修订|修正|公布|版|本)?[^（()）]*[)）]$", "", without_excerpt(title)).strip()
    return short_title(bare) or title


def _document(register: Register | None, title: str) -> str:
    found = register.titled(title) if register else ()
    return found[0].document if found else group_of(title)


def _before(register: Register | None, title: str, begins: date | None) -> str:
    """The label of the registered version that a new one takes the place of."""
    if register is None or begins is None:
        return ""
    earlier = [v for v in register.titled(title) if v.in_force_from and v.in_force_from < begins]
    return max(earlier, key=lambda v: v.in_force_from or date.min).label if earlier else ""


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


# Without a manifest

def identify(raw: RawFile, page: Imprint, found: Outline, register: Register | None, known: Fingerprints) -> Identity:
    """Who a file is by its own words. Official only where they are, article by article, those of a registered text."""
    if register is None:
        return Identity(_stranger(raw, page, None))
    titles = [entry.title for entry in register.titled(page.title)]
    excerpt = "节选" in page.title or without_excerpt(page.title) != page.title
    candidates = known.likenesses(found, titles)
    vouched = [(likeness, entry) for likeness in candidates if (entry := _entry_of(register, likeness))
               and likeness.agreement(excerpt) is not Agreement.ALTERED]
    if chosen := _chosen(vouched, page, raw.name):
        return _official(raw, *chosen, excerpt)
    claimed = _claimed(register, page, raw.name)
    if claimed is None or claimed.held:
        altered = [(likeness, entry) for likeness in candidates if (entry := _entry_of(register, likeness))
                   and (entry == claimed if claimed else likeness.share >= _ALMOST_ALL)]
        if altered:
            return _altered(raw, page, *altered[0])
    return _attached(raw, page, claimed) if claimed else _unregistered(raw, page, register)


def _entry_of(register: Register, likeness: Likeness) -> RegisteredVersion | None:
    return register.version_of(likeness.known.title, None, "", likeness.known.label)


def _chosen(vouched: list[tuple[Likeness, RegisteredVersion]], page: Imprint,
            file_name: str) -> tuple[Likeness, RegisteredVersion] | None:
    """The fullest agreement. A part that several versions share word for word is the one it says it is, or none."""
    whole = [found for found in vouched if found[0].agreement(True) is Agreement.WHOLE]
    if len(whole or vouched) <= 1:
        return next(iter(whole or vouched), None)
    said = [found for found in vouched if _says(page, file_name, found[1])]
    return said[0] if len(said) == 1 else None


def _official(raw: RawFile, likeness: Likeness, entry: RegisteredVersion, excerpt: bool) -> Identity:
    """A part is marked as one, because it must not stand for the whole text."""
    partial = likeness.agreement(excerpt) is Agreement.EXCERPT
    title = f"{entry.title}（节选）" if partial and without_excerpt(entry.title) == entry.title else entry.title
    # The whole text is one version, whichever file it comes in; of a code there may be several parts.
    part = f"#{raw.sha256[:8]}" if partial else ""
    version = replace(_registered(raw, entry, Tier.OFFICIAL), title=title,
                      id=f"{Tier.OFFICIAL}:{title}@{entry.label}{part}")
    what = "这一部分的条文" if partial else "全部条文"
    return Identity(version, (SourceWarning(
        raw.name, f"{what}与登记的{_name(entry)}逐条相同，按该文本收录", "不需要处理；来源和日期取自文献登记表"),))


def _altered(raw: RawFile, page: Imprint, likeness: Likeness, entry: RegisteredVersion) -> Identity:
    """A copy that is not word for word the registered text: the operator's own, and what differs is named."""
    version = _registered(raw, entry, Tier.USER)
    told = [what.format(_listing(locators)) for locators, what in (
        (likeness.different, "{}与登记的文本不同"), (likeness.additional, "{}是登记的文本没有的"), (likeness.missing, "缺少{}"))
        if locators]
    told = told or ["章节标题与登记的文本不同"]
    return Identity(replace(version, status=Status.UNKNOWN, title=page.title), (SourceWarning(
        raw.name, f"与登记的{_name(entry)}不一致：{'；'.join(told)}。按自行添加的资料收录，不作为官方文本",
        "请重新取得官方文本；如是另一版本，请在文首写明修订年份和施行日期"),))


def _attached(raw: RawFile, page: Imprint, entry: RegisteredVersion) -> Identity:
    """Registered, but with no text to compare: the register says what it is, nobody says that the words are right."""
    version = replace(_registered(raw, entry, Tier.USER), title=entry.title)
    return Identity(version, (SourceWarning(
        raw.name, f"认作登记的{_name(entry)}，文号和日期取自文献登记表；正文没有可核对的底本，按自行添加的资料收录",
        "请与官方公布的文本核对一次；认错时请改文件标题后重新导入"),))


def _unregistered(raw: RawFile, page: Imprint, register: Register) -> Identity:
    version = _stranger(raw, page, register)
    same = register.titled(page.title)
    if not same:
        return Identity(version)
    if version.in_force_from or page.amended or page.number:
        what = f"标题与登记的《{same[0].title}》相同，但文首所写的版本（{version.label}）没有登记，按自行添加的新版本收录"
    else:
        what = f"标题与登记的《{same[0].title}》相同，但文中没有文号、日期或发布机关可以确认，按自行添加的资料收录"
    return Identity(version, (SourceWarning(raw.name, what, "请与官方公布的文本核对"),))


def _registered(raw: RawFile, entry: RegisteredVersion, tier: Tier) -> Version:
    return Version(
        id=f"{tier}:{entry.title}@{entry.label}#{_own_name(raw)}", document=entry.document, title=entry.title,
        label=entry.label, kind=entry.kind, tier=tier, number=entry.number, issuer=entry.issuer, issued=entry.issued,
        in_force_from=entry.in_force_from, in_force_to=entry.in_force_to, status=entry.status,
        supersedes=entry.supersedes, source_url=entry.source_url, sha256=raw.sha256, file_name=raw.name,
        place=entry.place)


def _stranger(raw: RawFile, page: Imprint, register: Register | None) -> Version:
    """Nothing but what the file says itself."""
    label = _label_in_name(raw.name) or page.amended or page.number or page.year or f"校验值{raw.sha256[:8]}"
    # The file's name is part of the id: two private files may well share a title and a year.
    return Version(
        id=f"{Tier.USER}:{page.title}@{label}#{_own_name(raw)}", title=page.title, label=label,
        document=_document(register, page.title), tier=Tier.USER, number=page.number, issuer=page.issuer,
        issued=page.issued, kind=page.kind, in_force_from=page.in_force_from,
        supersedes=_before(register, page.title, page.in_force_from), sha256=raw.sha256, file_name=raw.name,
        place=page.place)


def _own_name(raw: RawFile) -> str:
    return PurePosixPath(raw.name).name


def _claimed(register: Register, page: Imprint, file_name: str) -> RegisteredVersion | None:
    """The one registered version of this title that the page, or the file's name, agrees with in a fact of its own."""
    said = [entry for entry in register.titled(page.title) if _says(page, file_name, entry)]
    return said[0] if len(said) == 1 else None


def _says(page: Imprint, file_name: str, entry: RegisteredVersion) -> bool:
    """Whether number, day of issue or first day are named, and no other revision is."""
    for label in (page.amended, _label_in_name(file_name)):
        if re.match(r"\d{4}", label) and re.search(r"\d{4}", entry.label) and label[:4] not in entry.label:
            return False
    named = {mention.number for mention in find_numbers(page.words)} if entry.number else set()
    own = {mention.number for mention in find_numbers(entry.number)}
    return bool(own & named or {entry.issued, entry.in_force_from} & page.days
                or fold(entry.label) in (fold(page.amended), fold(_label_in_name(file_name)), fold(page.number)))


def _name(entry: RegisteredVersion) -> str:
    return f"《{short_title(entry.title)}》（{entry.label}）"


def _listing(locators: Iterable[str]) -> str:
    """第三条、第十条等15处."""
    named = list(locators)
    return "、".join(named[:_NAMED_ARTICLES]) + (f"等{len(named)}处" if len(named) > _NAMED_ARTICLES else "")


def scanned(version: Version, program: str) -> Version:
    """What a program recognised on a scan is marked wherever it is cited, and is never an official text."""
    tier = Tier.USER if version.tier is Tier.OFFICIAL else version.tier
    id_ = version.id.replace(f"{Tier.OFFICIAL}:", f"{Tier.USER}:", 1)
    return replace(version, id=f"{id_}#{program}", label=f"{version.label}{SCANNED}", tier=tier, read_by=program)
