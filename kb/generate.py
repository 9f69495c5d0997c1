"""Asks the chat model and reads its text into claims with checked citations.

What cannot be tied to a passage is dropped with a finding; an answer that is none at all is a `ModelError`, and the
caller composes one from the library instead.
"""

import re
from collections.abc import Sequence

from kb.chat import ThinkingFilter
from kb.errors import ModelError
from kb.figures import hard_tokens
from kb.ports import ChatModel, Message
from kb.text import fold, grams, sentences, strip_controls
from kb.types import Citation, Claim, Finding, Part, Passage, Tier
from kb.verify import Checked, check, locate_quote, resolve_markers

__all__ = ["generate_claims", "read_claims", "split_sentences"]

_FALL_BACK = "已改用资料库直接作答"
_IN_CHINESE = Message("user", "请只用中文重新回答上面的问题，其余要求不变。")
_LONGEST_QUOTE = 400          # characters shown of one source; beyond it only the first sentence relied on


def generate_claims(model: ChatModel, messages: Sequence[Message], passages: Sequence[Passage]) -> Checked:
    """The model's answer over these passages, numbered as the prompt numbered them, after every check.

    No claims and a finding `model-insufficient` mean that the model found the passages insufficient.

    Raises:
        ModelError: the call failed, or the text is empty, a web page, not Chinese, endlessly repeating, or tied to no
            passage at all.
    """
    if not passages:
        raise ModelError("没有一份资料放得进给模型的篇幅", "请调大 ZHIWEN_CONTEXT_TOKENS；" + _FALL_BACK)
    text = _plain("".join(model.stream(messages)))
    if not _is_chinese(text):
        text = _plain("".join(model.stream([*messages, _IN_CHINESE])))
    if not _is_chinese(text):
        raise ModelError("模型没有用中文回答", _FALL_BACK)
    if _repeats(text):
        raise ModelError("模型的回答不断重复", _FALL_BACK)
    claims, findings = read_claims(text, passages)
    kept: list[Claim] = []
    for claim in claims:      # one by one first: a sentence that fails must not widen what is quoted for the others
        alone = check([claim], _citations([claim], passages), generated=True)
        findings += alone.findings
        kept += [claim] if alone.claims else []
    if not kept and not any(finding.kind == "model-insufficient" for finding in findings):
        raise ModelError("模型的回答没有一句能与来源对上", _FALL_BACK)
    checked = check(kept, _citations(kept, passages), generated=True)
    return Checked(checked.claims, checked.citations, (*findings, *checked.findings))


def _plain(text: str) -> str:
    """Without thinking, even where only its end is marked, and without invisible characters."""
    thinking = ThinkingFilter()
    text = thinking.feed(text) + thinking.rest()
    text = strip_controls(re.split(r"</think(?:ing)?>", text)[-1]).strip()
    if not text:
        raise ModelError("模型返回为空", _FALL_BACK)
    if re.match(r"<(?:!doctype|html|head|body)\b", text, re.IGNORECASE):
        raise ModelError("模型服务返回的是网页，不是回答", _FALL_BACK)
    return text


def _is_chinese(text: str) -> bool:
    """At least three Chinese characters for each ten letters of any kind; names and terms may be Latin."""
    chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", text)), len(re.findall(r"[A-Za-z]", text))
    return chinese > 0 and chinese * 10 >= 3 * (chinese + latin)


def _repeats(text: str) -> bool:
    """The same sentence four times over, or the same words without end."""
    said = [fold(text[start:end]) for start, end in split_sentences(text)]
    often = any(said.count(sentence) >= 4 for sentence in set(said) if len(sentence) >= 6)
    return often or re.search(r"(.{2,60}?)\1{5,}", fold(text)) is not None


# --- sentences ------------------------------------------------------------------------------------------------------

_OPENING, _CLOSING = "“「『《（(", "”」』》）)"
_ENDING = re.compile(r"[。！？]*(?:[ \t]*(?:[\[【［〔][^\[\]【】［］〔〕\n]{1,24}[\]】］〕]|[（(]\s*来源[^（）()\n]{1,12}[）)])[。！？]?)*")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, each with the markers that follow it. A full stop inside a quotation ends none."""
    spans: list[tuple[int, int]] = []
    start = depth = at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        ends = character == "\n" or (character in "。！？" and not depth) or (
            character in "”」』" and not depth and text[at - 2:at - 1] in ("。", "！", "？"))
        if ends:
            depth = 0
            if character != "\n" and (rest := _ENDING.match(text, at)):
                at = rest.end()
            spans.append((start, at))
            start = at
    spans.append((start, len(text)))
    return [span for span in spans if text[span[0]:span[1]].strip()]


_PARTS = {"法律依据": Part.BASIS, "依据": Part.BASIS, "怎么做": Part.STEPS, "步骤": Part.STEPS, "建议": Part.STEPS,
          "注意": Part.NOTES, "注意事项": Part.NOTES, "结论": Part.DIRECT, "回答": Part.DIRECT}
_BULLET = re.compile(r"^\s*(?:#{1,6}\s*|>\s*|[-*•·]\s+|\d{1,2}[.、)）]\s*(?!\d)|[（(][\d一二三四五六七八九十]{1,3}[)）]\s*)+")


def _words(sentence: str) -> str:
    """A sentence without Markdown: bullets, headings, emphasis."""
    return re.sub(r"\*\*|__|`", "", _BULLET.sub("", sentence)).strip()


def _heading(words: str) -> Part | None:
    """The part a heading opens; None for a sentence."""
    return _PARTS.get(re.sub(r"^[一二三四五六七八九十]+、|[：:。\s]", "", words))


def _introduces(sentence: str, words: str) -> bool:
    """A heading of the model's own, or 具体如下：, which states nothing."""
    return (sentence.lstrip().startswith("#") or words.endswith(("：", ":"))) and len(words) <= 40 \
        and not hard_tokens(words)


# --- claims ---------------------------------------------------------------------------------------------------------

def read_claims(text: str, passages: Sequence[Passage]) -> tuple[list[Claim], list[Finding]]:
    """Claims, citing passages by their number from 1, and what was dropped on the way; not yet checked."""
    claims: list[Claim] = []
    findings: list[Finding] = []
    part = Part.DIRECT
    for start, end in split_sentences(text):
        written, numbers, wrong = resolve_markers(text[start:end], len(passages))
        words = _words(written)
        findings.extend(wrong)
        if not numbers and (opened := _heading(words)):
            part = opened
            continue
        if not re.search(r"\w", words) or (not numbers and _introduces(written, words)):
            continue
        cited = [passages[n - 1] for n in numbers]
        if problem := _unusable(words, cited):
            findings.append(problem)
            continue
        claims.append(Claim(_without_false_quotation_marks(words, cited), numbers, part))
    return claims, findings


def _citations(claims: Sequence[Claim], passages: Sequence[Passage]) -> list[Citation]:
    """One citation for each passage the claims name, quoting all they rely on, or the first of it where that is long."""
    spans: dict[int, tuple[int, int]] = {}
    for claim in claims:
        for n in claim.citations:
            span, held = _relied_on(claim.text, passages[n - 1].text), spans.get(n)
            if held:
                span = min(held[0], span[0]), max(held[1], span[1])
            if not held or span[1] - span[0] <= _LONGEST_QUOTE:
                spans[n] = span
    return [Citation(n, passages[n - 1], passages[n - 1].text[start:end], passages[n - 1].locator)
            for n, (start, end) in sorted(spans.items())]


def _unusable(words: str, cited: list[Passage]) -> Finding | None:
    shown = words[:60]
    if "资料不足" in words:
        return Finding("model-insufficient", shown)
    if not cited:
        return Finding("uncited", f"没有注明来源，已删去：{shown}")
    if words.count("“") != words.count("”") or words.count("「") != words.count("」"):
        return Finding("altered-quote", f"引号不成对，无法核对，已删去：{shown}")
    return None


def _relied_on(claim: str, text: str) -> tuple[int, int]:
    """The quotation in the claim if it is there, else the sentence of the passage that shares most with the claim."""
    for match in re.finditer(r"[“「]([^“”「」]{6,})[”」]", claim):
        if span := locate_quote(match[1].strip("，。；：、"), text):
            return span
    said = set(grams(claim))
    return max(sentences(text), key=lambda span: _shared(said, text[span[0]:span[1]]), default=(0, 0))


def _shared(said: set[str], sentence: str) -> float:
    held = set(grams(sentence))
    return len(said & held) / (len(held) + 20) if held else 0.0       # +20: a short clause does not win by being short


def _without_false_quotation_marks(words: str, cited: list[Passage]) -> str:
    """Marks stay around an official text's own words; around a digest's or a guide's they would pass for the law's."""
    def keep(match: re.Match[str]) -> str:
        inner = match[1].strip("，。；：、")
        homes = [passage for passage in cited if locate_quote(inner, passage.text)]
        ours = homes and all(passage.version.tier in (Tier.DIGEST, Tier.GUIDE) for passage in homes)
        return match[1] if ours else match[0]

    return re.sub(r"[“「]([^“”「」]{6,})[”」]", keep, words)
