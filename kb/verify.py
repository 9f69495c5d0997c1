"""Checks an answer against what it cites: markers, quotations, figures, polarity. Pure, and the same for every answer.

Nothing here is fuzzy. A quotation is in its passage or it is not; a figure is in what the sentence cites or it is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.figures import HardToken, hard_tokens, unsupported_tokens
from kb.relevance import pairs, shared
from kb.text import chinese_date, fold, parse_numeral
from kb.types import Citation, Claim, Finding, Part, Tier, Verdict

__all__ = ["SOURCE_WORD", "Checked", "HardToken", "altered_quotations", "check", "hard_tokens", "locate_quote", "polarity_conflict",
           "resolve_markers", "source_words", "speaks_of_something_else", "unsupported_names", "unsupported_tokens"]


# --- quotations -----------------------------------------------------------------------------------------------------

_fold_character = lru_cache(maxsize=16_384)(fold)
_NUMERAL = frozenset("0123456789零一二三四五六七八九十百千万亿两")


def _folded(text: str) -> tuple[str, list[int]]:
    """Folded text, and for each of its characters the position in `text` that it came from."""
    characters, origins = [], []
    for position, character in enumerate(text):
        for folded in _fold_character(character):
            characters.append(folded)
            origins.append(position)
    return "".join(characters), origins


def locate_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Span (start, end) of the quotation in the text, equal after folding width and white space; None if absent.

    A quotation that cuts a number in two (五万元以下 out of 二十五万元以下) is not in the text.
    """
    wanted, _ = _folded(quote)
    if not wanted:
        return None
    folded, origins = _folded(text)
    found = folded.find(wanted)
    while found >= 0:
        end = found + len(wanted)
        if not (_splits(folded, origins, found) or _splits(folded, origins, end)):
            return origins[found], origins[end - 1] + 1
        found = folded.find(wanted, found + 1)
    return None


def _splits(folded: str, origins: list[int], at: int) -> bool:
    """Whether a cut at this place parts one source character (… folds to ...) or one number."""
    if not 0 < at < len(folded):
        return False
    before, after = folded[at - 1], folded[at]
    return origins[at - 1] == origins[at] or (before in _NUMERAL and after in _NUMERAL)


_QUOTED = re.compile(r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|\"([^\"\n]+)\"")
_SHORTEST_QUOTATION = 6          # shorter ones are terms (“跳槽”), whose figures hard_tokens checks anyway
_EDGE = "，。；：、！？,.;:!? \n"


def altered_quotations(text: str, sources: Sequence[str]) -> list[str]:
    """Quotations of the text that stand in none of the sources character by character.

    An omission (“A……B”) is allowed: each part must be in one of the sources.
    """
    altered = []
    for match in _QUOTED.finditer(text):
        quotation = next(group for group in match.groups() if group)
        parts = [part.strip(_EDGE) for part in re.split(r"…+|\.{3,}", quotation)]
        if len(fold(quotation)) >= _SHORTEST_QUOTATION and not all(
                any(locate_quote(part, source) for source in sources) for part in parts if part):
            altered.append(quotation)
    return altered


# --- markers --------------------------------------------------------------------------------------------------------

SOURCE_WORD = r"(?:来源|资料|材料|source)"      # what a marker may call its source
_JOIN = r"\s*[-–—－~～至到,，、;；]\s*"
_BRACKETED = re.compile(rf"[ \t]*[\[【［〔]\s*\^?{SOURCE_WORD}?\s*(-?\d{{1,3}}(?:{_JOIN}{SOURCE_WORD}?\d{{1,3}})*)\s*[\]】］〕]"
                        r"(?!\s*第?\d+\s*号)", re.IGNORECASE)
_WORDED = re.compile(r"[ \t]*[（(\[【［]?\s*来源\s*[:：]?\s*[\[【［]?(\d{1,3}|[一二三四五六七八九十]{1,3})"
                     r"(?:[\]】］]?\s*[）)\]】］]|(?=\s|[，。；、,.;：:！？]|$))")
_RANGE = re.compile(r"(\d{1,3})\s*[-–—－~～至到]\s*(\d{1,3})")


def resolve_markers(text: str, count: int) -> tuple[str, tuple[int, ...], list[Finding]]:
    """The text without its source markers, the numbers they name (1 to `count`, first use first), and what was wrong.

    Reads [1] 【1】 ［1］ 〔1〕 [1-3] [1,2] [1][2] [来源1] （来源：1） 来源一; leaves 法释〔2025〕5号 alone.
    """
    numbers: list[int] = []
    findings: list[Finding] = []

    def take(match: re.Match[str]) -> str:
        valid, sound = _numbers(match[1], count)
        numbers.extend(valid)
        if not sound:
            findings.append(Finding("unknown-citation", f"{match[0].strip()} 没有对应的来源"))
        return ""

    stripped = _WORDED.sub(take, _BRACKETED.sub(take, text))
    return stripped.strip(), tuple(dict.fromkeys(numbers)), findings


def _numbers(written: str, count: int) -> tuple[list[int], bool]:
    """Valid numbers of one marker, and whether all it names were valid. 0 and -1 are never the last passage."""
    if written.startswith("-"):
        return [], False
    valid: list[int] = []
    sound = True
    for part in re.split(r"[,，、;；]", re.sub(SOURCE_WORD, "", written, flags=re.IGNORECASE)):
        span = _RANGE.fullmatch(part.strip())
        first, last = (int(span[1]), int(span[2])) if span else (parse_numeral(part) or 0,) * 2
        sound = sound and 1 <= first <= last <= count
        valid.extend(n for n in range(max(first, 1), min(last, count) + 1))
    return valid, sound


# --- polarity -------------------------------------------------------------------------------------------------------

_MODALS = {"forbid": "不得|禁止|严禁|不准|不可以|不能|不应当|不应|不允许|无权",
           "waive": "无须|无需|不必|不需要|可以不|免于|不用",
           "allow": "可以|有权|允许|准许|得以",
           "demand": "应当|必须|须|需要"}
_MODAL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _MODALS.items()))
_CONTRARY = {frozenset(pair) for pair in (("forbid", "allow"), ("forbid", "demand"), ("waive", "demand"))}
_NEGATED = re.compile(r"不(属于|构成|承担|适用|视为|支付|享有|影响|公开|得到|受)(?=([\u4e00-\u9fff]{2}))")
_SHARED = 4           # characters of the act that must agree before two modal words are compared


_PLEA = re.compile(r"以[^,。;]{2,60}为由")     # what a party argues, not what the rule says


def _modals(text: str) -> dict[str, set[str]]:
    """The modal words of each act, the act being the characters that follow them."""
    folded, acts = _PLEA.sub("", fold(text)), dict[str, set[str]]()
    for match in _MODAL.finditer(folded):
        act = folded[match.end():match.end() + _SHARED]
        if re.fullmatch(rf"[\u4e00-\u9fff]{{{_SHARED}}}", act):
            acts.setdefault(act, set()).add(match.lastgroup or "")
    return acts


def _negates(one: str, other: str) -> bool:
    """不构成侵权 against 构成侵权: same verb and object, each text saying only the one or only the other."""
    denying, affirming = fold(one), fold(other)
    acts = {match[1] + match[2] for match in _NEGATED.finditer(denying)}
    return any(act in affirming and f"不{act}" not in affirming and not re.search(f"(?<!不){act}", denying)
               for act in acts)


def polarity_conflict(sentence: str, quote: str) -> bool:
    """Whether the sentence permits what the quotation forbids, waives what it demands, or denies what it affirms.

    Conservative: only where both name the same act right after the modal word; silence is not a conflict.
    """
    held = _modals(quote)
    for act, modals in _modals(sentence).items():
        same = held.get(act, set())
        if any(modal not in same and any(frozenset((modal, other)) in _CONTRARY for other in same) for modal in modals):
            return True
    return _negates(sentence, quote) or _negates(quote, sentence)


# --- the whole answer -----------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of an answer after the checks, citations numbered 1..n in order of first use."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    findings: tuple[Finding, ...]


def source_words(citation: Citation) -> str:
    """All that the citation itself vouches for: text, title, version, number, locator, dates in force, 款, 依据."""
    passage, version = citation.passage, citation.passage.version
    dates = [f"自{chinese_date(d)}起施行" for d in (version.in_force_from,) if d]
    dates += [chinese_date(d) for d in (version.issued, version.in_force_to) if d]
    lines = 1 + passage.text.count("\n") if not passage.part else 20    # a part does not know the 款 before it
    paragraphs = "".join(f"第{n}款" for n in range(1, lines + 1)) if passage.article is not None else ""
    return "\n".join((passage.text, f"《{version.title}》{version.document}（{version.label}）", version.number,
                      citation.locator, passage.locator, *passage.heading_path, *dates, paragraphs, *passage.basis,
                      version.issuer, version.place))


_NAME = re.compile(r"《([^《》]{2,60})》")
_STATE = "中华人民共和国"


def unsupported_names(sentence: str, sources: Sequence[str]) -> list[str]:
    """Names in 《》 of the sentence that no source has; 《合同法》 is not in a source that has 《劳动合同法》."""
    words = "\n".join(map(fold, sources))
    held = {name.removeprefix(_STATE) for name in _NAME.findall(words)}
    elsewhere = _NAME.sub("", words)
    names = [name.removeprefix(_STATE) for name in _NAME.findall(fold(sentence))]
    return [f"《{name}》" for name in dict.fromkeys(names) if name not in held and name not in elsewhere]


# Of 4,078 sentences of our digests one shares less than this with the article it retells; of the same sentences set beside
# another article, drawn at random, 9 in 10 do. Shorter ones (不行。当然可以。) are answers that need not repeat the source.
_LEAST_SHARED = 0.15
_LEAST_PAIRS = 6


def speaks_of_something_else(sentence: str, sources: Sequence[str]) -> bool:
    """Whether a sentence has hardly a pair of characters in common with all that it cites."""
    return len(pairs(sentence)) >= _LEAST_PAIRS and shared(sentence, "\n".join(sources)) < _LEAST_SHARED


def check(claims: Sequence[Claim], citations: Sequence[Citation], *, generated: bool = False) -> Checked:
    """Verify every claim and citation; what fails is dropped (`generated`) or its citations marked 未核实.

    Quotations are cut anew from the stored passage, so that what is shown occurs there character by character; one
    that does not occur is emptied and its citation marked.
    """
    findings: list[Finding] = []
    known = {citation.n: _recut(citation, findings) for citation in citations}
    kept: list[Claim] = []
    doubted: set[int] = set()
    for claim in claims:
        claim = _known_only(claim, known, findings)
        problems = _problems(claim, [known[n] for n in claim.citations], generated)
        findings.extend(problems)
        if problems and generated:
            continue
        if problems:
            doubted.update(claim.citations)
        kept.append(claim)
    judged = {n: replace(citation, verdict=_verdict(citation, n in doubted)) for n, citation in known.items()}
    return _renumbered(kept, judged, findings)


def _recut(citation: Citation, findings: list[Finding]) -> Citation:
    text = citation.passage.text
    span = locate_quote(citation.quote, text)
    if span:
        return replace(citation, quote=text[span[0]:span[1]])
    if citation.quote:
        findings.append(Finding("altered-quote", f"引文与{_named(citation)}的原文不一致：{citation.quote[:60]}"))
    return replace(citation, quote="")


def _known_only(claim: Claim, known: dict[int, Citation], findings: list[Finding]) -> Claim:
    unknown = [n for n in claim.citations if n not in known]
    findings.extend(Finding("unknown-citation", f"[{n}] 没有对应的来源") for n in unknown)
    numbers = tuple(dict.fromkeys(n for n in claim.citations if n in known))
    return replace(claim, citations=numbers) if numbers != claim.citations else claim


def _problems(claim: Claim, cited: list[Citation], generated: bool) -> list[Finding]:
    """Why the claim is not carried by what it cites; empty when it is."""
    shown = f"“{claim.text[:60]}”"
    if not cited:
        harmless = claim.part is Part.NOTES and not generated and not hard_tokens(claim.text)
        return [] if harmless else [Finding("uncited", f"没有注明来源：{shown}")]
    sources = [source_words(citation) for citation in cited]
    found = []
    if missing := unsupported_tokens(claim.text, sources):
        found.append(Finding("unsupported-figure", f"{'、'.join(missing)} 不在所引来源中：{shown}"))
    if generated and (strange := unsupported_names(claim.text, sources)):
        found.append(Finding("unsupported-name", f"{'、'.join(strange)} 不在所引来源中：{shown}"))
    if generated and speaks_of_something_else(claim.text, sources):
        found.append(Finding("unrelated", f"所引来源没有这样的内容：{shown}"))
    if altered := altered_quotations(claim.text, sources):
        found.append(Finding("altered-quote", f"引号内的文字与所引来源不一致：“{altered[0][:60]}”"))
    if any(polarity_conflict(claim.text, citation.quote) for citation in cited):
        found.append(Finding("polarity", f"与所引来源的意思相反：{shown}"))
    return found


def _verdict(citation: Citation, doubted: bool) -> Verdict:
    if doubted or not citation.quote:
        return Verdict.UNVERIFIED
    return Verdict.VERBATIM if citation.passage.version.tier is Tier.OFFICIAL else Verdict.SUPPORTED


def _renumbered(kept: list[Claim], citations: dict[int, Citation], findings: list[Finding]) -> Checked:
    order = dict.fromkeys(n for claim in kept for n in claim.citations)
    number = {old: new for new, old in enumerate(order, start=1)}
    return Checked(
        tuple(replace(claim, citations=tuple(number[n] for n in claim.citations)) for claim in kept),
        tuple(replace(citations[old], n=new) for old, new in number.items()),
        tuple(findings))


def _named(citation: Citation) -> str:
    return f"《{citation.passage.title}》{citation.locator}"
