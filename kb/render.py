"""Answer → text, Markdown, record: the only place that knows how a citation looks.

Text from documents, models and people is written into Markdown through `escape_markdown` alone, so that none of it
can become a link, an image, a heading or a directive of the page that shows it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from kb.text import strip_controls
from kb.types import Answer, Citation, Claim, Kind, Outcome, Part, Status, Tier, Verdict, Version

__all__ = ["COMPOSED_LABEL", "CONVERSATION", "DIGEST_MARK", "EDITED_MARK", "GENERATED_LABEL", "NO_LEGAL_ADVICE", "UNDERSTOOD_AS", "Block", "Line", "Run",
           "answer_blocks", "answer_markdown", "closing_lines", "conversation_markdown", "effect_line", "escape_markdown",
           "implicit_label", "origin_label", "passage_markdown", "quotation", "source_facts", "source_heading", "source_line",
           "source_link", "source_origin", "status_of", "to_json", "to_markdown", "to_plain", "to_record", "to_text", "verdict_label"]

GENERATED_LABEL = "以下内容由人工智能生成"          # 人工智能生成合成内容标识办法 第四条
COMPOSED_LABEL = "由程序从资料库摘编"
DIGEST_MARK = "本库要点，非法条原文"
UNVERIFIED_MARK = "（未核实）"
EDITED_MARK = "管理员改过"
UNDERSTOOD_AS = "理解为："
CONVERSATION = "知问对话"
NO_LEGAL_ADVICE = "这里的内容供学习和初步判断参考，不是法律意见；重要事项请咨询律师或主管部门。"

_HEADING = {Part.BASIS: "法律依据", Part.STEPS: "怎么做", Part.EXAMPLE: "举个例子", Part.WHERE: "可以找谁", Part.CHECK: "自测",
            Part.NOTES: "注意"}
_WITHOUT_CLAIMS = {
    Outcome.ANSWERED: "没有可以显示的内容。",
    Outcome.PARTIAL: "资料库只能回答其中一部分。",
    Outcome.INSUFFICIENT: "资料不足：资料库里没有能回答这个问题的内容。",
    Outcome.OUT_OF_SCOPE: "这个问题不在本库范围内：本库回答知识产权保护，特别是商业秘密方面的问题。",
    Outcome.UNLAWFUL: "这样做涉嫌违法，本库不提供做法。",
    Outcome.CLARIFY: "请把问题说得更具体一些。",
}


# --- escaping -------------------------------------------------------------------------------------------------------

_JOINER = "\u2060"           # word joiner: takes no width and allows no line break
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:^=&@/\"'%])")
# Streamlit and GFM also rewrite finished text, where a backslash is no longer seen: addresses and mail become links,
# :name: becomes an emoji or icon, -> becomes an arrow. Only something between the characters stops these.
_REWRITTEN = re.compile(r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?<=@)|(?<=:)(?=[\w+\-/])"
                        r"|(?<=<)(?=[-=])|(?<=[-~>])(?=[=\-])|(?<=-)(?=>)", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    """`text` as Markdown that shows exactly these characters; line breaks stay line breaks.

    Invisible joiners are put into addresses, emoji codes and ASCII arrows, which Markdown would otherwise rewrite.
    """
    lines = (" ".join(line.split()) for line in strip_controls(text).split("\n"))
    return "  \n".join(_ACTIVE.sub(r"\\\1", _REWRITTEN.sub(_JOINER, line)) for line in lines if line)


def _plain(text: str) -> str:
    return strip_controls(text).strip()


# --- how one citation looks -----------------------------------------------------------------------------------------

def verdict_label(citation: Citation) -> str:
    """✓ only where the quotation was found character by character, or every figure in our own words was."""
    return {Verdict.VERBATIM: "✓ 已与原文核对", Verdict.SUPPORTED: "✓ 数字与出处已核对",
            Verdict.UNVERIFIED: "未核实"}[citation.verdict]


def status_of(version: Version, day: date) -> Status:
    """The recorded status, corrected where dates have since passed."""
    if version.status is Status.NOT_YET_IN_FORCE and version.in_force_from and version.in_force_from <= day:
        return Status.CURRENT
    if version.status is Status.CURRENT and version.in_force_to and version.in_force_to < day:
        return Status.AMENDED
    return version.status


def effect_line(version: Version, day: date) -> str:
    """现行有效，2025-10-15 起施行; guides and other texts without dates give an empty string."""
    if version.kind is Kind.GUIDE or (version.in_force_from is None and version.kind is Kind.OTHER):
        return ""
    status = status_of(version, day).label
    if version.in_force_from is None:
        return status
    until = f"至 {version.in_force_to.isoformat()}" if version.in_force_to else ""
    return f"{status}，{version.in_force_from.isoformat()} 起施行{until}"


def source_heading(citation: Citation) -> str:
    """《反不正当竞争法》（2025修订）第二十二条; a guide's own title is not said twice."""
    version = citation.passage.version
    label = f"（{version.label}）" if version.label else ""
    locator = citation.locator.removeprefix(version.title).removeprefix(" > ")
    locator = locator if locator.startswith("第") else f" {locator}".rstrip()
    return _plain(f"《{version.title}》{label}{locator}")


def source_origin(citation: Citation) -> str:
    """官方文本 · 第 9 页."""
    passage, version = citation.passage, citation.passage.version
    page = f"第 {passage.page} 页" if passage.page else ""
    page += f"（文中页码 {passage.page_label}）" if page and passage.page_label else ""
    mark = DIGEST_MARK if version.tier is Tier.DIGEST else version.tier.label
    edited = EDITED_MARK if version.edited else ""
    return _plain(" · ".join(fact for fact in (mark, page, edited) if fact))


def source_facts(citation: Citation, day: date) -> str:
    """官方文本 · 第 9 页 · 现行有效，2025-10-15 起施行."""
    effect = effect_line(citation.passage.version, day)
    return f"{source_origin(citation)} · {effect}" if effect else source_origin(citation)


def source_line(citation: Citation, day: date) -> str:
    """Heading and facts of one source, on one line."""
    return f"{source_heading(citation)} · {source_facts(citation, day)}"


def quotation(citation: Citation) -> str:
    """The quoted words: in “ ” where they are a document's own; our digests and guides are never dressed as the law."""
    quote, own_words = _plain(citation.quote), citation.passage.version.tier in (Tier.DIGEST, Tier.GUIDE)
    return quote if own_words or not quote else f"“{quote}”"


def source_link(version: Version) -> str:
    """The recorded official address, where it is a plain web address; never one that came with an operator's file."""
    plain = re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/?=&%+-]*)?", version.source_url)
    return version.source_url if plain and version.tier is not Tier.USER else ""


def origin_label(answer: Answer) -> str:
    """How the text came about; required on generated text and on its exports."""
    return GENERATED_LABEL if answer.model else COMPOSED_LABEL


def implicit_label(answer: Answer) -> dict[str, str]:
    """What the metadata of an exported file must say of generated text: 标识办法 第五条, in the fields of GB 45438-2025
    附录 E; empty where no model wrote the answer.

    Who passes the file on is not known here, so the fields of 传播 stay empty. The number is a digest of the content.
    """
    if not answer.model:
        return {}
    content = "\n".join((answer.question.text, answer.question.as_of.isoformat(), to_text(answer)))
    return {"Label": "1", "ContentProducer": f"知问 {_plain(answer.model)}",
            "ProduceID": sha256(content.encode("utf-8", "replace")).hexdigest()[:32], "ReservedCode1": "",
            "ContentPropagator": "", "PropagateID": "", "ReservedCode2": ""}


def closing_lines(answer: Answer) -> tuple[str, ...]:
    """What an export ends with: the day, the library and the model it rests on; that it is no legal advice."""
    rests_on = [f"以 {answer.question.as_of.isoformat()} 当日有效的文本为准"]
    rests_on += [f"资料库 {answer.library_version}"] if answer.library_version else []
    rests_on += [f"模型 {answer.model}"] if answer.model else []
    return _plain(" · ".join(rests_on)), NO_LEGAL_ADVICE


# --- the answer as a reader sees it ---------------------------------------------------------------------------------

def to_text(answer: Answer) -> str:
    """The answer without its sources: the answer itself, 法律依据, 怎么做, 注意 (with the notices), plain text."""
    blocks = []
    for heading, items in _layout(answer, _plain, _text_mark):
        if heading:
            blocks.append("\n".join([heading, *_itemised(heading, items)]))
        else:
            blocks.append("\n".join(items))
    if answer.model:
        blocks.append(f"（{GENERATED_LABEL}）")
    return "\n\n".join(blocks)


def answer_markdown(answer: Answer, mark: Callable[[int], str] | None = None) -> str:
    """The same layout as Markdown; `mark` writes a citation number, as [n] unless told otherwise."""
    blocks = []
    for heading, items in _layout(answer, escape_markdown, mark or _markdown_mark):
        if heading:
            indented = [item.replace("\n", "\n   ") for item in items]
            blocks.append("\n".join([f"**{heading}**\n", *_itemised(heading, indented)]))
        else:
            blocks.append("\n\n".join(items))
    return "\n\n".join(blocks)


def to_plain(answer: Answer) -> str:
    """The answer with its sources, plain text: what a terminal shows and what is copied."""
    lines = [to_text(answer)]
    lines += ["\n来源"] if answer.citations else []
    for citation in answer.citations:
        lines.append(f"[{citation.n}] {source_line(citation, answer.question.as_of)}（{verdict_label(citation)}）")
        lines.append(f"    {quotation(citation)}".replace("\n", "\n    "))
    return "\n".join(lines)


def to_markdown(answer: Answer) -> str:
    """For export: question, label, answer, sources."""
    return "\n\n".join([*_exported(answer, 1), "---", *_closing_markdown(answer)]) + "\n"


def conversation_markdown(answers: Sequence[Answer]) -> str:
    """For export: each answer of a conversation as `to_markdown` has it, one heading lower."""
    blocks = [f"# {CONVERSATION}"]
    for answer in answers:
        blocks += [*_exported(answer, 2), *_closing_markdown(answer), "---"]
    return "\n\n".join(blocks[:-1]) + "\n"


def _exported(answer: Answer, level: int) -> list[str]:
    title = escape_markdown(answer.question.text).replace(chr(10), " ")
    lines = [f"{'#' * level} {title}", f"> {origin_label(answer)}"]
    if answer.resolved:
        lines.append(f"{UNDERSTOOD_AS}{escape_markdown(answer.resolved)}")
    lines.append(answer_markdown(answer))
    if answer.citations:
        lines.append(f"{'#' * (level + 1)} 来源")
        lines += [_source_markdown(citation, answer.question.as_of) for citation in answer.citations]
    return lines


def _closing_markdown(answer: Answer) -> list[str]:
    return [escape_markdown(line) for line in closing_lines(answer)]


def _bold(text: str) -> str:
    return f"**{text}**"


def passage_markdown(text: str, quote: str = "", highlight: Callable[[str], str] = _bold) -> str:
    """A passage with `quote`, where it occurs, passed through `highlight` line by line, already escaped."""
    start = text.find(quote) if quote else -1
    if start < 0:
        return escape_markdown(text)
    end, at, lines = start + len(quote), 0, []
    for line in text.split("\n"):
        first, last = min(max(start - at, 0), len(line)), min(max(end - at, 0), len(line))
        marked = escape_markdown(line[first:last])
        lines.append(escape_markdown(line[:first]) + (highlight(marked) if marked else "") + escape_markdown(line[last:]))
        at += len(line) + 1
    return "  \n".join(line for line in lines if line)


def _source_markdown(citation: Citation, day: date) -> str:
    lines = [f"{_markdown_mark(citation.n)} {escape_markdown(source_line(citation, day))}"]
    if citation.quote:
        lines.append(f"{escape_markdown(quotation(citation))}（{verdict_label(citation)}）")
    if link := source_link(citation.passage.version):
        lines.append(f"<{link}>")
    return "  \n".join(lines)


def _itemised(heading: str, items: list[str]) -> list[str]:
    numbered = _is_numbered(heading)
    return [f"{number}. {item}" if numbered else f"- {item}" for number, item in enumerate(items, start=1)]


def _is_numbered(heading: str) -> bool:
    """Whether the lines under this heading follow one another as steps."""
    return heading == _HEADING[Part.STEPS]


def _layout(answer: Answer, escape: Callable[[str], str], mark: Callable[[int], str]) -> list[tuple[str, list[str]]]:
    """(heading, lines) in reading order; the answer itself comes first, without a heading.

    Words pass through `escape`, each number of a source is written by `mark`.
    """
    cited = {citation.n: citation for citation in answer.citations}
    lines: dict[Part, list[str]] = {part: [] for part in Part}
    for claim in answer.claims:
        lines[claim.part].append(_claim_line(claim, cited, escape, mark))
    if not answer.claims:
        lines[Part.DIRECT].append(escape(_WITHOUT_CLAIMS[answer.outcome]))
    said = {claim.text for claim in answer.claims}
    lines[Part.NOTES] += [escape(notice.text) for notice in answer.notices if notice.text not in said]
    if digests := _unmarked_digests(answer, cited):
        lines[Part.NOTES].append(f"{''.join(mark(n) for n in digests)} 为{DIGEST_MARK}。")
    return [(_HEADING.get(part, ""), lines[part]) for part in Part if lines[part]]


def _claim_line(claim: Claim, cited: dict[int, Citation], escape: Callable[[str], str],
                mark: Callable[[int], str]) -> str:
    text, sources = claim.text, [cited[n] for n in claim.citations if n in cited]
    digests = [source for source in sources if source.passage.version.tier is Tier.DIGEST]
    for digest in digests:
        text = text.replace(f"“{digest.quote}”", digest.quote) if digest.quote else text
    if claim.part is Part.BASIS and digests and len(digests) == len(sources) and DIGEST_MARK not in text:
        text += f"（{DIGEST_MARK}）"
    unverified = any(source.verdict is Verdict.UNVERIFIED for source in sources)
    return escape(text) + "".join(mark(source.n) for source in sources) + (UNVERIFIED_MARK if unverified else "")


def _unmarked_digests(answer: Answer, cited: dict[int, Citation]) -> list[int]:
    """Digests the answer relies on that no line of 法律依据 has named as such."""
    named = {n for claim in answer.claims if claim.part is Part.BASIS for n in claim.citations}
    used = {n for claim in answer.claims for n in claim.citations}
    return sorted(n for n in used - named if n in cited and cited[n].passage.version.tier is Tier.DIGEST)


def _text_mark(n: int) -> str:
    return f"[{n}]"


def _markdown_mark(n: int) -> str:
    return f"\\[{n}\\]"


# --- the answer in pieces, for what is no text: a page, a Word document ----------------------------------------------

_FENCE = "\x1e"             # around a number that is a mark: no text can hold it, because `_plain` removes controls
_MARKS = re.compile(f"{_FENCE}(\\d+){_FENCE}|({UNVERIFIED_MARK})")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line: words, or the number of a source (`n`, from 1), or the mark of what is not verified."""

    text: str = ""
    n: int = 0
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One statement, or a notice: `notice` is then its kind."""

    runs: tuple[Run, ...]
    notice: str = ""

    @property
    def words(self) -> str:
        """Without the numbers of sources, to be read aloud."""
        return "".join(run.text for run in self.runs)

    @property
    def written(self) -> str:
        """With them as [n]."""
        return "".join(_text_mark(run.n) if run.n else run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands under one heading; the answer itself, which comes first, has none. `numbered`: steps, one after another."""

    heading: str
    numbered: bool
    lines: tuple[Line, ...]


def answer_blocks(answer: Answer) -> tuple[Block, ...]:
    """The layout of `to_text`, for whoever shows words, numbers and headings by other means than text."""
    notices = {_plain(notice.text): notice.kind for notice in answer.notices}
    return tuple(Block(heading, _is_numbered(heading), tuple(Line(_runs(line), notices.get(line, "")) for line in lines))
                 for heading, lines in _layout(answer, _plain, lambda n: f"{_FENCE}{n}{_FENCE}"))


def _runs(line: str) -> tuple[Run, ...]:
    runs, at = [], 0
    for found in _MARKS.finditer(line):
        runs += [Run(line[at:found.start()])] if at < found.start() else []
        runs.append(Run(n=int(found[1])) if found[1] else Run(UNVERIFIED_MARK, unverified=True))
        at = found.end()
    return (*runs, *([Run(line[at:])] if at < len(line) else []))


# --- the record other programs read ---------------------------------------------------------------------------------

def to_record(answer: Answer, id: str = "") -> dict[str, object]:
    """One line of `zhiwen ask --batch`, and what `--json` prints: a stable interface."""
    return {
        "id": id,
        "outcome": answer.outcome.value,
        "refused": answer.outcome.refused,
        "answer": to_text(answer),
        "claims": [{"text": claim.text, "citations": list(claim.citations)} for claim in answer.claims],
        "citations": [_citation_record(citation, answer.question.as_of) for citation in answer.citations],
        "retrieved": [{"title": hit.passage.title, "locator": hit.passage.locator} for hit in answer.retrieved],
        "notices": [notice.text for notice in answer.notices],
        "findings": [f"{finding.kind}：{finding.detail}" for finding in answer.findings],
        "model": answer.model,
        "library_version": answer.library_version,
        "elapsed_ms": round(answer.elapsed_ms, 1),
    }


def to_json(answer: Answer) -> str:
    """For export: the record with what a reader of the file alone must know, and the verdict on each citation."""
    record: dict[str, object] = {
        "question": answer.question.text, "as_of": answer.question.as_of.isoformat(), "resolved": answer.resolved,
        "label": origin_label(answer), **to_record(answer), "limits": NO_LEGAL_ADVICE}
    record["citations"] = [_citation_record(citation, answer.question.as_of) | {"verdict": citation.verdict.value}
                           for citation in answer.citations]
    if implicit := implicit_label(answer):
        record["AIGC"] = implicit
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _citation_record(citation: Citation, day: date) -> dict[str, object]:
    passage, version = citation.passage, citation.passage.version
    return {
        "n": citation.n,
        "title": version.title,
        "locator": citation.locator,
        "version": version.label,
        "tier": version.tier.label,
        "status": status_of(version, day).value,
        "in_force_from": version.in_force_from.isoformat() if version.in_force_from else None,
        "quote": citation.quote,
        "source_text": passage.text,
        "page": passage.page,
        "url": version.source_url,
    }
