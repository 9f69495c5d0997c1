"""The vocabulary of the whole project: frozen values without I/O.

Terms of law follow the Chinese legal hierarchy (立法法); terms of retrieval follow the field (passage, hit, citation).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["Answer", "Audience", "Citation", "Claim", "DocumentRef", "Finding", "Hit", "Kind", "Notice", "Outcome",
           "Part", "Passage", "Question", "Sending", "Status", "StatuteRef", "Tier", "Verdict", "Version", "applies_on", "ordinal_numeral"]


class Kind(StrEnum):
    """What sort of document a version is; `authority` orders them as 立法法 does (效力层级)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    JUDICIAL_INTERPRETATION = "judicial_interpretation"
    DEPARTMENTAL_RULE = "departmental_rule"
    LOCAL_REGULATION = "local_regulation"
    POLICY_PLAN = "policy_plan"
    GUIDE = "guide"
    OTHER = "other"

    @property
    def authority(self) -> int:
        """5 for laws down to 0 for anything unrecognised."""
        return _AUTHORITY[self]

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return _KIND_LABEL[self]


_AUTHORITY = {Kind.LAW: 5, Kind.ADMINISTRATIVE_REGULATION: 4, Kind.JUDICIAL_INTERPRETATION: 3,
              Kind.DEPARTMENTAL_RULE: 2, Kind.LOCAL_REGULATION: 2, Kind.POLICY_PLAN: 1, Kind.GUIDE: 1, Kind.OTHER: 0}
_KIND_LABEL = {Kind.LAW: "法律", Kind.ADMINISTRATIVE_REGULATION: "行政法规", Kind.JUDICIAL_INTERPRETATION: "司法解释",
               Kind.DEPARTMENTAL_RULE: "部门规章", Kind.LOCAL_REGULATION: "地方性法规", Kind.POLICY_PLAN: "政策方案",
               Kind.GUIDE: "指南", Kind.OTHER: "其他"}


class Tier(StrEnum):
    """How far a text can be trusted. Lower tiers never outrank `OFFICIAL` and are always marked."""

    OFFICIAL = "official"    # the text itself, vouched for by a manifest whose checksum agrees
    DIGEST = "digest"        # our summary of one official article or task: never quoted as the law's words
    GUIDE = "guide"          # our own explanatory piece
    USER = "user"            # whatever else an operator added

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return _TIER_LABEL[self]


_TIER_LABEL = {Tier.OFFICIAL: "官方文本", Tier.DIGEST: "本库要点", Tier.GUIDE: "本库指南", Tier.USER: "自行添加"}


class Status(StrEnum):
    """State of a version as the register records it. Whether it is in force on a day is computed from dates."""

    CURRENT = "current"
    AMENDED = "amended"
    REPEALED = "repealed"
    NOT_YET_IN_FORCE = "not_yet_in_force"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The name a reader sees."""
        return {"current": "现行有效", "amended": "已被修改", "repealed": "已废止",
                "not_yet_in_force": "尚未施行", "unknown": "效力待核实"}[self.value]


class Audience(StrEnum):
    """Who is asking."""

    ENTERPRISE = "enterprise"
    STATION = "station"
    TRAINEE = "trainee"


class Outcome(StrEnum):
    """How an answer ended. `refused` in the batch format is true for the three that decline."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    INSUFFICIENT = "insufficient"
    OUT_OF_SCOPE = "out_of_scope"
    UNLAWFUL = "unlawful"
    CLARIFY = "clarify"

    @property
    def refused(self) -> bool:
        return self in (Outcome.INSUFFICIENT, Outcome.OUT_OF_SCOPE, Outcome.UNLAWFUL)


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A mention of a document: by short name without 书名号 (专利法), by number (法释〔2025〕5号), or both."""

    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class StatuteRef:
    """A mention of an article. `sub` is 1 for 之一; `paragraph` (款) and `item` (项) count from 1.

    `document` is the short name the mention uses, without 书名号; it may be empty (第十条 alone).
    """

    document: str
    article: int
    sub: int = 0
    paragraph: int | None = None
    item: int | None = None

    @property
    def locator(self) -> str:
        """第二百一十九条之一, without paragraph and item: what a passage's locator says."""
        return f"第{ordinal_numeral(self.article)}条" + (f"之{ordinal_numeral(self.sub)}" if self.sub else "")

    def __str__(self) -> str:
        """《反不正当竞争法》第十条第一款第（二）项: round-trips through `kb.statute.parse_ref`."""
        name = f"《{self.document}》" if self.document else ""
        paragraph = f"第{ordinal_numeral(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{ordinal_numeral(self.item)}）项" if self.item else ""
        return f"{name}{self.locator}{paragraph}{item}"


_DIGITS = "零一二三四五六七八九"


def ordinal_numeral(number: int) -> str:
    """An article number (1 to 9999) as statutes print it: 10 十, 110 一百一十, 1185 一千一百八十五, 1005 一千零五."""
    if not 1 <= number <= 9999:
        raise ValueError(f"article numbers run from 1 to 9999, not {number}")
    written, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if pending_zero and written else "") + _DIGITS[digit] + name
            pending_zero = False
        else:
            pending_zero = True
    return written[1:] if written.startswith("一十") else written


def applies_on(day: date, first: date | None, last: date | None, status: Status) -> bool:
    """Dates decide. Without a first day only the recorded status can say; 'unknown' counts as in force, marked."""
    if last is not None and day > last:
        return False
    if first is None:
        return status in (Status.CURRENT, Status.UNKNOWN)
    return first <= day


@dataclass(frozen=True, slots=True)
class Version:
    """One dated text of a document.

    `document` names the version group: every version of one law shares it (反不正当竞争法). `title` is the full title
    this version carries; `label` tells versions apart and names the year (2025修订, 法释〔2026〕7号).
    """

    id: str
    document: str
    title: str
    label: str
    kind: Kind
    tier: Tier
    number: str = ""                     # 文号: 法释〔2025〕5号, 国务院令第706号
    issuer: str = ""
    issued: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None      # last day, inclusive
    status: Status = Status.UNKNOWN
    supersedes: str = ""
    source_url: str = ""
    sha256: str = ""                     # of the original file, under originals/
    file_name: str = ""                  # as the operator named it: data for display, never a path to open
    place: str = ""                      # 宁波市 for a local rule; empty for national ones
    owner: str = "library"               # retrieval filters by it once private collections exist
    bundled: bool = False
    read_by: str = ""                    # the program that recognised the characters of a scan; empty for a text layer
    audience: str = ""                   # whom one of our own guides is written for; empty: everyone
    edited: tuple[tuple[str, str], ...] = ()     # fields an administrator changed, with what the file says (kb.correction)

    def in_force_on(self, day: date) -> bool:
        return applies_on(day, self.in_force_from, self.in_force_to, self.status)


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval and citation: an article, a numbered task, a section of a guide.

    `text` is as stored and quotable character by character; an article's own number is in `locator`, not in `text`.
    Paragraphs (款) are separated by a single newline. `start` and `end` are character offsets in the extracted text of
    the whole document; `page` counts from 1 where the format has pages.
    """

    id: str
    version: Version
    locator: str                         # 第十条; 二、(三)7; in a guide the heading path, joined by " > "
    text: str
    heading_path: tuple[str, ...] = ()   # 编, 章, 节 above it, outermost first
    article: int | None = None
    sub: int = 0
    part: int = 0                        # 0 for a whole article, else 1, 2, … of a long one split at 款 or 项
    lead_in: str = ""                    # of a later part: the words that open the list in which it begins
    page: int | None = None
    page_label: str = ""                 # as the document numbers this page (iv, 12), where that differs from `page`
    start: int = 0
    end: int = 0
    ordinal: int = 0                     # position in the version, from 0
    questions: tuple[str, ...] = ()      # as lay people ask for this passage; indexed, never shown as the text
    basis: tuple[str, ...] = ()          # references of the 依据 line, each `str(StatuteRef)` or a document's name

    @property
    def title(self) -> str:
        return self.version.title


class Sending(StrEnum):
    """How much of a question a chat model elsewhere may be sent. One on this machine gets all of it, unless LOCAL."""

    LOCAL = "local"      # nothing: the answer is composed from the library
    MASKED = "masked"    # with placeholders for what looks confidential (kb.confidential)
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, on which day's law. `turns` are the earlier questions of the conversation, oldest first."""

    text: str
    as_of: date
    turns: tuple[str, ...] = ()
    audience: Audience = Audience.ENTERPRISE
    all_versions: bool = False           # search texts that are not in force on `as_of` too
    sending: Sending = Sending.MASKED


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `why` lists the signals that put it there, for `zhiwen search` to show."""

    passage: Passage
    score: float
    why: tuple[str, ...] = ()
    also: tuple[Passage, ...] = ()       # the same words from other files or versions: an excerpt beside the whole law


class Verdict(StrEnum):
    """Result of checking one citation."""

    VERBATIM = "verbatim"        # the quotation occurs character by character in an official text
    SUPPORTED = "supported"      # our own words, whose figures all occur in what they cite
    UNVERIFIED = "unverified"    # shown, visibly marked 未核实


@dataclass(frozen=True, slots=True)
class Citation:
    """Source number `n` (from 1) of an answer. `locator` may name the 款 in which the quotation stands."""

    n: int
    passage: Passage
    quote: str
    locator: str
    verdict: Verdict = Verdict.UNVERIFIED


class Part(StrEnum):
    """Where in the answer a claim stands."""

    DIRECT = "direct"    # the answer itself, first
    BASIS = "basis"      # 法律依据: exact quotations
    STEPS = "steps"      # 怎么做
    EXAMPLE = "example"  # 举个例子: made up, and said to be
    WHERE = "where"      # 可以找谁
    CHECK = "check"      # 自测: a question to check oneself, with its answer
    NOTES = "notes"      # 注意


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer and the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    part: Part = Part.DIRECT


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check found: what failed is removed or marked, and recorded here."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know beside the answer: a moved article, a fallback, a limit."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything a page, a command or an export needs to show."""

    question: Question
    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()
    followups: tuple[str, ...] = ()
    retrieved: tuple[Hit, ...] = ()
    resolved: str = ""                   # the standalone question, when a follow-up was rewritten
    model: str = ""                      # empty: composed from the library without a model
    library_version: str = ""
    elapsed_ms: float = 0.0
