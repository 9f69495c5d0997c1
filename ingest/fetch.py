"""Official texts the register names and the library lacks: which they are, where they are published, and getting them.

A page becomes an official text of the library only where it was found at the address the register records and is seen
to be that document in that version; anything else is reported, with the page to open by hand.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingest.connection import FetchPolicy
from ingest.document import RawFile, SourceWarning
from ingest.download import Downloader, Page, host_of
from ingest.official_page import attachment, doubts_about, file_name
from ingest.pipeline import ingest_paths, settle
from ingest.sandbox import ParserPool
from kb.errors import KbError, SourceError
from kb.ports import Clock, Embedder
from kb.registry import RegisteredVersion, Registry
from kb.types import Kind, Status, Tier, Version

__all__ = ["Fetched", "Fetcher", "Wanted", "named", "official_policy", "wanted"]

# Sites seen in official sources, besides the recorded addresses themselves: where a text without one is looked for.
_NATIONAL = "https://flk.npc.gov.cn"
_SITES = {"国家市场监督管理总局": "https://www.samr.gov.cn", "国家工商行政管理局": "https://www.samr.gov.cn",
          "国家知识产权局": "https://www.cnipa.gov.cn", "国家版权局": "https://www.ncac.gov.cn",
          "最高人民法院": "https://www.court.gov.cn", "国务院": "https://xzfg.moj.gov.cn",
          "湖北省": "https://zscqj.hubei.gov.cn", "武汉市": "https://sfj.wuhan.gov.cn",
          "国家标准": "https://openstd.samr.gov.cn"}
_OFFICIAL_HOST = ".gov.cn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A registered text that the library lacks. `older` are the labels of other official versions it holds."""

    entry: RegisteredVersion
    older: tuple[str, ...] = ()
    own_copy: bool = False                   # an unverified copy was added by somebody

    @property
    def page(self) -> str:
        """The recorded official address, as https; empty where none is recorded."""
        return re.sub(r"^http://", "https://", self.entry.source_url)

    @property
    def site(self) -> str:
        """The site to search by title where no address is recorded; empty where none was seen."""
        entry = self.entry
        if entry.kind is Kind.LAW:
            return _NATIONAL
        at = "国家标准" if entry.document.startswith("GB/T") else entry.place or entry.issuer
        found = next((site for name, site in _SITES.items() if at.startswith(name)), "")
        return found or (_NATIONAL if entry.kind is Kind.LOCAL_REGULATION else "")

    @property
    def name(self) -> str:
        return f"《{self.entry.title}》（{self.entry.label}）"


def wanted(registry: Registry, versions: Iterable[Version]) -> tuple[Wanted, ...]:
    """What is missing, the most needed first: the rules on trade secrets, the local ones, then by authority."""
    versions = list(versions)
    official = [v for v in versions if v.tier is Tier.OFFICIAL]
    own = {(v.document, v.label) for v in versions if v.tier is Tier.USER}
    held = {(v.document, v.label, v.title) for v in official}
    # The parts of a code share document and label; elsewhere a manifest may word the title a little differently.
    parts = Counter((e.document, e.label) for e in registry.entries)
    held_alone = {(v.document, v.label) for v in official if parts[v.document, v.label] == 1}
    lacking = [e for e in registry.entries if (e.document, e.label, e.title) not in held
               and (e.document, e.label) not in held_alone]
    found = [Wanted(e, tuple(sorted({v.label for v in official if v.document == e.document and v.label != e.label})),
                    (e.document, e.label) in own) for e in lacking]
    return tuple(sorted(found, key=_need))


def named(title: str, registry: Registry) -> tuple[RegisteredVersion, ...]:
    """The registered versions a person means by a title, a short name or an alias: one, or all of a document."""
    one = registry.version_of(title)
    return (one,) if one else registry.versions(title)


def _need(each: Wanted) -> tuple[int, bool, int]:
    entry = each.entry
    outdated = entry.status in (Status.AMENDED, Status.REPEALED)
    secret = "商业秘密" in entry.title or entry.document == "反不正当竞争法"
    if entry.document == "商业秘密保护规定":
        return 0, outdated, 0
    rank = 1 if entry.place in ("湖北省", "武汉市") else 2 if secret else 3
    return rank, outdated, -entry.kind.authority


def official_policy(registry: Registry, proxy: str = "") -> FetchPolicy:
    """The sites that may be contacted: those of recorded addresses and the few above, all of the state."""
    hosts = {host_of(entry.source_url) for entry in registry.entries if entry.source_url}
    hosts |= {host_of(site) for site in (*_SITES.values(), _NATIONAL)}
    return FetchPolicy(frozenset(host for host in hosts if host.endswith(_OFFICIAL_HOST)), proxy=proxy)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The result for one text: stored, with where it was found and its checksum, or a problem and what to do about it."""

    wanted: Wanted
    url: str = ""
    sha256: str = ""
    size: int = 0                            # bytes
    passages: int = 0
    problem: str = ""
    remedy: str = ""
    warnings: tuple[SourceWarning, ...] = ()


class Fetcher:
    """Downloads, checks and stores, one text after the other. What was reported as stored stays, whatever follows."""

    def __init__(self, data: Path, policy: FetchPolicy, *, registry: Registry, embedder: Embedder, clock: Clock) -> None:
        self._data, self._registry, self._embedder, self._clock = data, registry, embedder, clock
        self._downloader = Downloader(policy)

    def fetch(self, each: Wanted) -> Fetched:
        """Never raises for what a site or a page does; the result says what could not be had and why."""
        try:
            if not each.page:
                raise SourceError("没有记录官方网址",
                                  f"请到{each.site or '发文机关网站'} 按标题查找，下载后用 zhiwen ingest 文件 导入")
            page, doubts = self._found(each)
            return self._stored(each, page, doubts)
        except KbError as error:
            return Fetched(each, problem=error.problem, remedy=error.remedy)

    def _found(self, each: Wanted) -> tuple[Page, tuple[str, ...]]:
        """The page with the text, or the one attachment of the page that has it, and what is doubtful about it."""
        page = self._downloader.get(each.page)
        try:
            return page, self._examined(each, page)
        except SourceError:
            attached = attachment(page, each.entry.title)
            if not attached:
                raise
            page = self._downloader.get(attached)
            return page, self._examined(each, page)

    def _examined(self, each: Wanted, page: Page) -> tuple[str, ...]:
        """Read without the register and without a manifest, so that only the page itself speaks."""
        raw = RawFile(file_name(each.entry, page), page.data, sha256(page.data).hexdigest())
        with ParserPool(Registry((), {}), workers=1) as parser:
            return doubts_about(each.entry, page, parser.prepare(raw))

    def _stored(self, each: Wanted, page: Page, doubts: Sequence[str]) -> Fetched:
        """Through the ordinary ingestion, with a manifest that vouches for the bytes.

        The library keeps the original; the temporary file goes, and the catalogue remembers the register's entry as the
        file's place, so that no ingestion of a folder ever looks for it and nothing brings a removed text back.
        """
        digest, name = sha256(page.data).hexdigest(), file_name(each.entry, page)
        with tempfile.TemporaryDirectory(prefix="zhiwen-fetch-") as made:
            folder = Path(made).resolve()
            (folder / name).write_bytes(page.data)
            (folder / "manifest.json").write_text(json.dumps({"documents": [
                _row(each.entry, name, digest, page.url)]}, ensure_ascii=False), encoding="utf-8")
            report = ingest_paths([folder], self._data, registry=self._registry, embedder=self._embedder,
                                  clock=self._clock)
            if report.problems:
                raise SourceError(report.problems[0].problem, report.problems[0].remedy)
            settle(folder, lambda record: f"fetched:{each.entry.title}@{each.entry.label}", self._data,
                   embedder=self._embedder, clock=self._clock)
        warnings = tuple(SourceWarning(name, doubt, f"请对照官方网页核对：{page.url}") for doubt in doubts)
        return Fetched(each, page.url, digest, len(page.data), report.passages,
                       warnings=(*report.warnings, *warnings))


def _row(entry: RegisteredVersion, name: str, digest: str, url: str) -> dict[str, object]:
    """The entry of manifest.json that vouches for the downloaded bytes."""
    return {"file": name, "sha256": digest, "title": entry.title, "kind": entry.kind.value, "issuer": entry.issuer,
            "document_number": entry.number, "document_number_basis": entry.number_basis,
            "date_issued": str(entry.issued or ""), "date_effective": str(entry.in_force_from or ""),
            "effective_to": str(entry.in_force_to or ""), "status": entry.status.value, "version_group": entry.document,
            "official_source_url": url}
