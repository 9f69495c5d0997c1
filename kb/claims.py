"""A model's text, read sentence by sentence into claims that cite passages. Nothing here is checked against them yet.

Text may come in pieces: a claim is there as soon as its sentence cannot grow any more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from kb.figures import hard_tokens
from kb.text import fold, grams, sentences
from kb.types import Citation, Claim, Finding, Part, Passage, Tier
from kb.verify import SOURCE_WORD, locate_quote, resolve_markers

__all__ = ["ClaimReader", "citations_of", "is_chinese", "read_claims", "repeats", "split_sentences"]

_LONGEST_QUOTE = 400          # characters shown of one source; beyond it only the first sentence relied on


# --- sentences ------------------------------------------------------------------------------------------------------

_OPENING, _CLOSING = "“「『《（(", "”」』》）)"
# Only what looks like a marker belongs to the sentence before it: 〔姓名1〕 after a full stop begins the next one.
_MARKER = (rf"[\[【［〔][ \t]*\^?(?:{SOURCE_WORD}[ \t]*[:：]?[ \t]*[\d一二三四五六七八九十]|-?\d)[^\[\]【】［］〔〕\n]{{0,16}}[\]】］〕]"
           r"|[（(][ \t]{0,4}来源[^（）()\n]{1,12}[）)]")
_ENDING = re.compile(rf"[。！？]*(?:[ \t]*(?:{_MARKER})[。！？]?)*", re.IGNORECASE)
_LONGEST_MARKER = 40          # characters; an opening bracket not closed by then opens no marker


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, each with the markers that follow it. A full stop inside a quotation ends none."""
    spans, start = [], 0
    while start < len(text):
        end = _sentence_end(text, start) or len(text)
        spans.append((start, end))
        start = end
    return [span for span in spans if text[span[0]:span[1]].strip()]


def _sentence_end(text: str, start: int) -> int | None:
    """Where the sentence that begins at `start` ends, its markers included; None where the text ends before it does."""
    depth = 0
    for at in range(start, len(text)):
        character = text[at]
        if character == "\n":
            return at + 1
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        if not depth and (character in "。！？" or (character in "”」』" and _closes_sentence(text, at))):
            ending = _ENDING.match(text, at + 1)
            return ending.end() if ending else at + 1
    return None


def _closes_sentence(text: str, at: int) -> bool:
    """Whether a closing quotation mark ends the sentence too: “……赔偿。” but not “……赔偿。”的规定."""
    following = text[at + 1:at + 20].lstrip(" \t")[:1]
    return text[at - 1:at] in ("。", "！", "？") and not re.match(r"[\w，、；：,;:]", following)


def _settled_end(text: str) -> int | None:
    """Where the first sentence ends, once nothing that may still arrive can belong to it."""
    end = _sentence_end(text, 0)
    if end is None or text[end - 1] == "\n":
        return end
    following = text[end:].lstrip(" \t")
    if not following:
        return None
    unclosed = following[0] in "[【［〔（(" and not re.search(r"[\]】］〕）)\n]", following)
    return None if unclosed and len(following) < _LONGEST_MARKER else end


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

class ClaimReader:
    """Reads a text that arrives in pieces; `findings` says what was dropped on the way.

    Claims cite passages by their number from 1, in the order of `passages`.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.findings: list[Finding] = []
        self._passages = passages
        self._part = Part.DIRECT
        self._unread = ""

    def feed(self, piece: str) -> Iterator[Claim]:
        """Claims of the sentences that this piece completes. However a text is cut, the claims are the same."""
        self._unread += piece
        while self._unread and (end := _settled_end(self._unread)):
            sentence, self._unread = self._unread[:end], self._unread[end:]
            yield from self._read(sentence)

    def rest(self) -> Iterator[Claim]:
        """Claims of what is left when nothing more arrives."""
        left, self._unread = self._unread, ""
        for start, end in split_sentences(left):
            yield from self._read(left[start:end])

    def _read(self, sentence: str) -> list[Claim]:
        """The claim of one sentence; none of a heading, an introduction or a sentence that cannot be used."""
        written, numbers, wrong = resolve_markers(sentence, len(self._passages))
        words = _words(written)
        self.findings += wrong
        if not numbers and (opened := _heading(words)):
            self._part = opened
            return []
        if not re.search(r"\w", words) or (not numbers and _introduces(written, words)):
            return []
        cited = [self._passages[n - 1] for n in numbers]
        if problem := _unusable(words, cited):
            self.findings.append(problem)
            return []
        return [Claim(_without_false_quotation_marks(words, cited), numbers, self._part)]


def read_claims(text: str, passages: Sequence[Passage]) -> tuple[list[Claim], list[Finding]]:
    """Claims of a whole text, citing passages by their number from 1, and what was dropped on the way."""
    reader = ClaimReader(passages)
    claims = [*reader.feed(text), *reader.rest()]
    return claims, reader.findings


def citations_of(claims: Sequence[Claim], passages: Sequence[Passage]) -> list[Citation]:
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


# 我无法回答, 抱歉，不能提供…, 作为人工智能助手，不便…; 当事人无法提供证据的 is no refusal.
_REFUSAL = re.compile(
    r"(?:我(?!们)|本助手|作为[^，,。]{0,16}(?:模型|助手|AI|人工智能)[，,]?|(?:抱歉|对不起|遗憾)[，,]?)(?:暂时|目前|实在|恐怕|并|还)*"
    r"(?:无法|不能|不便|不会|没法|没有办法|拒绝)(?:就|对|为|向|给)?[^，,。]{0,10}?(?:回答|提供|协助|帮助|讨论|给出|处理|参与)", re.IGNORECASE)


def _unusable(words: str, cited: list[Passage]) -> Finding | None:
    shown = words[:60]
    if "资料不足" in words:
        return Finding("model-insufficient", shown)
    if _REFUSAL.search(words):
        return Finding("model-refused", f"模型没有回答：{shown}")
    if not is_chinese(words):
        return Finding("not-chinese", f"不是中文，无法核对，已删去：{shown}")
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
        parts = [part.strip("，。；：、") for part in re.split(r"…+", match[1])]
        homes = [[passage for passage in cited if locate_quote(part, passage.text)] for part in parts if part]
        ours = all(home and all(passage.version.tier in (Tier.DIGEST, Tier.GUIDE) for passage in home) for home in homes)
        return match[1] if ours else match[0]

    return re.sub(r"[“「]([^“”「」]{6,})[”」]", keep, words)


# --- the text as a whole --------------------------------------------------------------------------------------------

def is_chinese(text: str) -> bool:
    """At least three Chinese characters for each ten letters of any kind; names and terms may be Latin."""
    chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", text)), len(re.findall(r"[A-Za-z]", text))
    return chinese > 0 and chinese * 10 >= 3 * (chinese + latin)


def repeats(text: str) -> bool:
    """The same sentence four times over, or the same words without end."""
    said = Counter(fold(text[start:end]) for start, end in split_sentences(text))
    often = any(count >= 4 for sentence, count in said.items() if len(sentence) >= 6)
    return often or re.search(r"(.{2,60}?)\1{5,}", fold(text)) is not None
