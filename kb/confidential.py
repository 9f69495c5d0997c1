"""What a text would give away: marks of confidential matter in Chinese, and the text with placeholders in their place.

For whatever is about to leave the machine. Everything happens here, by rules: no model, no network, no file, nothing kept.
Rules miss things (a short name of a firm, a secret told in plain words), so a text without marks is not thereby harmless; they
are a second look before sending, not a promise.

    >>> hidden = masked("员工张三（13812345678）离职带走客户名单怎么办")
    >>> hidden.text
    '员工〔姓名1〕（〔电话1〕）离职带走客户名单怎么办'
    >>> hidden.spoken("〔姓名1〕应当停止使用。")
    '张三应当停止使用。'

What a question of law turns on stays: articles, dates, periods, document numbers, and sums of money, which are listed but not
masked because thresholds and damages depend on them. A sum said to be a price, a cost or a bid is masked: it can be the secret
itself, and no rule of law depends on it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kb import firms, identifiers, people, substance

__all__ = ["Mark", "MarkKind", "Masked", "marks", "masked", "tally"]


class MarkKind(StrEnum):
    """What sort of matter a mark covers."""

    NAME = "name"
    COMPANY = "company"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    CREDIT_CODE = "credit_code"
    ACCOUNT = "account"            # of a messenger, passwords, keys
    ADDRESS = "address"
    PRICE = "price"                # a sum or rate said to be a price, cost, bid, margin
    AMOUNT = "amount"              # any other sum: listed, never masked
    CLIENTS = "clients"            # a list of firms or people, inline or as rows
    FORMULA = "formula"            # quantities of materials, parameters of a process
    CODE = "code"                  # source code

    @property
    def label(self) -> str:
        """The name a reader sees, and the word of its placeholder."""
        return _LABEL[self]

    @property
    def is_masked(self) -> bool:
        return self is not MarkKind.AMOUNT

    @property
    def is_block(self) -> bool:
        """Whether it covers a passage of its own, which an answer refers to instead of repeating it."""
        return self in (MarkKind.CLIENTS, MarkKind.FORMULA, MarkKind.CODE)


_LABEL = {MarkKind.NAME: "姓名", MarkKind.COMPANY: "公司", MarkKind.ID_NUMBER: "身份证号", MarkKind.PHONE: "电话", MarkKind.EMAIL: "邮箱",
          MarkKind.BANK_CARD: "银行卡号", MarkKind.CREDIT_CODE: "信用代码", MarkKind.ACCOUNT: "账号", MarkKind.ADDRESS: "地址",
          MarkKind.PRICE: "价格", MarkKind.AMOUNT: "金额", MarkKind.CLIENTS: "名单", MarkKind.FORMULA: "配方参数", MarkKind.CODE: "代码"}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Characters `start` up to `end` of a text, and what they are."""

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Masked:
    """A text fit to be sent, and what was taken out of it, which stays here.

    `marks` are those of the original text, in order; `originals` maps each placeholder (〔姓名1〕) to the words it stands for.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    originals: Mapping[str, str] = field(default_factory=dict, repr=False)      # not even a log of the object shows them

    def restored(self, text: str) -> str:
        """`text` with every placeholder put back exactly: of `self.text`, the original."""
        return _PLACEHOLDER.sub(lambda match: self.originals.get(match[0], match[0]), text)

    def spoken(self, text: str) -> str:
        """What somebody wrote about the masked text, for the asker to read: names and numbers put back, in whatever brackets
        the placeholder was repeated; a list, formula or code is referred to, not repeated.
        """
        return _REPEATED.sub(lambda match: self._spoken(match), text)

    def _spoken(self, match: re.Match[str]) -> str:
        placeholder = f"〔{match[1]}{int(match[2])}〕"
        if placeholder not in self.originals:
            return match[0]
        return f"问题里的{match[1]}" if match[1] in _BLOCK_LABELS else self.originals[placeholder]


_LABELS = "|".join(_LABEL.values())
_BLOCK_LABELS = {kind.label for kind in MarkKind if kind.is_block}
_PLACEHOLDER = re.compile(rf"〔(?:{_LABELS})\d+〕")
_REPEATED = re.compile(rf"[〔\[［【(（]\s*({_LABELS})\s*(\d{{1,4}})\s*[〕\]］】)）]")


def marks(text: str, earlier: Sequence[str] = ()) -> tuple[Mark, ...]:
    """What in `text` looks confidential, in order, nothing twice.

    What a mark covers is marked wherever it occurs; so is what is marked in `earlier`, the texts of the same conversation.
    """
    _, found = _in_conversation(text, earlier)
    return _of_last(found, earlier)


def masked(text: str, earlier: Sequence[str] = ()) -> Masked:
    """`text` with a placeholder for every mark that is masked, the same for the same words.

    `earlier` are the texts of the same conversation, oldest first: what they name is masked in `text` too, under the number
    it had there.
    """
    whole, found = _in_conversation(text, earlier)
    placeholders = _placeholders(whole, found)
    own = _of_last(found, earlier)
    pieces, at = [], 0
    for mark in own:
        if mark.kind.is_masked:
            pieces += [text[at:mark.start], placeholders[mark.kind, text[mark.start:mark.end]]]
            at = mark.end
    used = {placeholders[mark.kind, text[mark.start:mark.end]]: text[mark.start:mark.end] for mark in own if mark.kind.is_masked}
    return Masked("".join([*pieces, text[at:]]), own, used)


def tally(found: Sequence[Mark], label: Callable[[MarkKind], str] = lambda kind: kind.label) -> str:
    """What was marked, each kind once with how often: 姓名 2、电话 1. Empty for no marks."""
    counts = Counter(mark.kind for mark in found)
    return "、".join(f"{label(kind)} {count}" for kind, count in counts.items())


_BETWEEN = "\0"              # two texts; no mark contains it


def _in_conversation(text: str, earlier: Sequence[str]) -> tuple[str, list[Mark]]:
    """All texts in one, and the marks in that: each text is read by itself, and what is marked in one, in all."""
    said = (*earlier, text)
    found: list[Mark] = []
    at = 0
    for one in said:
        found += [Mark(at + mark.start, at + mark.end, mark.kind) for mark in _marks(_level(one))]
        at += len(one) + len(_BETWEEN)
    return _BETWEEN.join(said), _again(_BETWEEN.join(map(_level, said)), found)


def _of_last(found: Sequence[Mark], earlier: Sequence[str]) -> tuple[Mark, ...]:
    offset = sum(len(said) + len(_BETWEEN) for said in earlier)
    return tuple(Mark(mark.start - offset, mark.end - offset, mark.kind) for mark in found if mark.start >= offset)


def _placeholders(text: str, found: Sequence[Mark]) -> dict[tuple[MarkKind, str], str]:
    """One for each kind and words, numbered in order; none that the text happens to contain."""
    named: dict[tuple[MarkKind, str], str] = {}
    taken = set(_PLACEHOLDER.findall(text))
    for mark in found:
        number, words = 0, text[mark.start:mark.end]
        while (mark.kind, words) not in named:
            number += 1
            if (placeholder := f"〔{mark.kind.label}{number}〕") not in taken:
                named[mark.kind, words] = placeholder
                taken.add(placeholder)
    return named


# --- finding --------------------------------------------------------------------------------------------------------

Span = tuple[int, int]

# Surest first: what one has taken is a gap for the next.
_FINDERS: tuple[tuple[MarkKind, Callable[[str], list[Span]]], ...] = (
    (MarkKind.CODE, substance.codes), (MarkKind.EMAIL, identifiers.emails), (MarkKind.ID_NUMBER, identifiers.identity_cards),
    (MarkKind.CREDIT_CODE, identifiers.credit_codes), (MarkKind.BANK_CARD, identifiers.bank_cards),
    (MarkKind.PHONE, identifiers.telephones), (MarkKind.ACCOUNT, identifiers.accounts),
    (MarkKind.ADDRESS, firms.addresses), (MarkKind.NAME, people.people), (MarkKind.COMPANY, firms.companies),
    (MarkKind.PRICE, substance.prices), (MarkKind.AMOUNT, substance.amounts), (MarkKind.FORMULA, substance.formulas))


def _marks(level: str) -> list[Mark]:
    """The marks of one text, which `_level` has made."""
    found: list[Mark] = []
    gaps = level
    for kind, finder in _FINDERS:
        spans = finder(gaps)
        found += [Mark(start, end, kind) for start, end in spans]
        gaps = _without(gaps, spans)
    found = _again(level, _settled(found))
    return _settled([*found, *_lists(level, found)])


def _level(text: str) -> str:
    """The text as the rules read it, character for character: half-width, and simplified where the rules know the character."""
    return "".join(c if c.isascii() or "\u4e00" <= c <= "\u9fff" else _narrow(c) for c in text).translate(_SIMPLIFIED)


def _narrow(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


_SIMPLIFIED = {0: " "} | str.maketrans(          # NUL is how the rules are told what is known already
    "張陳劉楊黃趙吳孫馬羅鄭謝許馮鄧葉蕭呂盧鍾鐘蔣賈韋鄒閻賴龔譚範陸蘇顧錢湯嚴龍萬賀齊莊顏聶華關魯畢樂員業務經總監師會計財產長東職離帶複製傳發給與將對從個這來過開說讓電話機號碼證銀賬帳戶聯"
    "繫係郵區縣鎮鄉樓棟單層廠團責設報價標採購進貨約圓塊幣溫壓濃應時樹劑氫鈉鎂鋁鈦鉻錳鐵鈷鎳銅鋅鋰錫鉛鹽鹼纖維納參數為歲後沒實國廣灣漢寧滬營術軟體間門醫藥貿網絡島陽陰鄰買賣",
    "张陈刘杨黄赵吴孙马罗郑谢许冯邓叶萧吕卢钟钟蒋贾韦邹阎赖龚谭范陆苏顾钱汤严龙万贺齐庄颜聂华关鲁毕乐员业务经总监师会计财产长东职离带复制传发给与将对从个这来过开说让电话机号码证银账账户联"
    "系系邮区县镇乡楼栋单层厂团责设报价标采购进货约元块币温压浓应时树剂氢钠镁铝钛铬锰铁钴镍铜锌锂锡铅盐碱纤维纳参数为岁后没实国广湾汉宁沪营术软体间门医药贸网络岛阳阴邻买卖")


def _without(text: str, spans: Sequence[Span]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], "\0" * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _settled(found: Sequence[Mark]) -> list[Mark]:
    """In order and apart: overlapping marks become one, of the block among them or else the first; a listed sum gives way."""
    apart: list[Mark] = []
    for mark in sorted(mark for mark in found if mark.kind.is_masked):
        if apart and mark.start < apart[-1].end:
            last = apart.pop()
            kind = mark.kind if mark.kind.is_block and not last.kind.is_block else last.kind
            mark = Mark(last.start, max(last.end, mark.end), kind)
        apart.append(mark)
    taken = _cover(apart)
    return sorted([*apart, *{mark for mark in found if not mark.kind.is_masked and not any(taken[mark.start:mark.end])}])


def _cover(found: Sequence[Mark]) -> bytearray:
    """Which characters a masked mark covers: 1, else 0 or nothing at all."""
    cover = bytearray(max((mark.end for mark in found), default=0))
    for mark in found:
        if mark.kind.is_masked:
            cover[mark.start:mark.end] = b"\1" * (mark.end - mark.start)
    return cover


def _again(text: str, found: list[Mark]) -> list[Mark]:
    """With every other place where the words of a masked mark stand; short ones inside a longer number are other words."""
    while True:
        cover = _cover(found)
        told = dict.fromkeys((mark.kind, text[mark.start:mark.end]) for mark in found if mark.kind.is_masked)
        more = [Mark(*match.span(), kind) for kind, words in told if kind is not MarkKind.PRICE or len(words) >= _TELLING
                for match in re.finditer(_by_itself(words), text)
                if cover[match.start():match.end()].count(1) < len(words)]
        if not more:
            return found
        found = _settled([*found, *more])


_TELLING = 4                 # characters; a shorter price (5%, 8折) stands elsewhere for something else
_LONG = 7                    # characters; shorter figures and Latin words may stand inside others (128 in 1280)


def _by_itself(words: str) -> str:
    apart = len(words) < _LONG
    before = r"(?<![0-9A-Za-z])" if apart and re.match("[0-9A-Za-z]", words) else ""
    after = r"(?![0-9A-Za-z])" if apart and re.search("[0-9A-Za-z]$", words) else ""
    return before + re.escape(words) + after


# --- lists ----------------------------------------------------------------------------------------------------------

_PARTIES = (MarkKind.NAME, MarkKind.COMPANY, MarkKind.PHONE, MarkKind.EMAIL, MarkKind.ADDRESS, MarkKind.ID_NUMBER, MarkKind.BANK_CARD)
_REACHED = (MarkKind.PHONE, MarkKind.EMAIL)
_NEXT = re.compile(r"(?:[\s、,;/|:()]|以及|和|与|及|跟|联系人|电话|手机|号码|邮箱|地址|tel)*", re.IGNORECASE)
_OF_CLIENTS = re.compile(r"客户|名单|买家|供应商|代理商|经销商|联系人|渠道")
_LOOK_BACK = 12


def _lists(text: str, found: Sequence[Mark]) -> list[Mark]:
    return [Mark(start, end, MarkKind.CLIENTS) for start, end in (*_inline_lists(text, found), *_tables(text, found))]


def _inline_lists(text: str, found: Sequence[Mark]) -> list[Span]:
    """Three firms in a row, two parties with how to reach them, or three names said to be clients."""
    runs: list[list[Mark]] = []
    for mark in (mark for mark in found if mark.kind in _PARTIES):
        if runs and _NEXT.fullmatch(text[runs[-1][-1].end:mark.start]):
            runs[-1].append(mark)
        else:
            runs.append([mark])
    spans = []
    for run in runs:
        kinds = [mark.kind for mark in run]
        reached = sum(kind in _REACHED for kind in kinds) >= 2 and len(kinds) >= 4
        named = kinds.count(MarkKind.NAME) >= 3 and _OF_CLIENTS.search(text[max(run[0].start - _LOOK_BACK, 0):run[0].start])
        if kinds.count(MarkKind.COMPANY) >= 3 or reached or named:
            spans.append((run[0].start, run[-1].end))
    return spans


_CELL = re.compile(r"[^\s|,;、]+")
_LABELLED = re.compile(r"[^:]{1,8}:")
_FIGURES = re.compile(r"[\d.,%¥$元万亿折/:()\-]+")
_TOLD = re.compile(r"[。!?]|吗|呢|怎么|怎样|如何|什么|是否|能不能|可以|应该")
_SHORT_CELL = 6


def _tables(text: str, found: Sequence[Mark]) -> list[Span]:
    """Two or more lines that are rows: cells of parties and figures, as a spreadsheet pastes them."""
    spans: list[Span] = []
    rows: list[Span] = []
    parties = _cover([mark for mark in found if mark.kind in _PARTIES])
    at = 0
    for line in [*text.split("\n"), "。"]:
        if row := _row(line, at, parties[at:at + len(line)]):
            rows.append(row)
        else:
            spans += [(rows[0][0], rows[-1][1])] if len(rows) >= 2 else []
            rows = []
        at += len(line) + 1
    return spans


def _row(line: str, offset: int, parties: bytearray) -> Span | None:
    """The span of a line that is a row, without a label before its first cell (客户：). `parties` covers those of the line."""
    if _TOLD.search(line):
        return None
    cells = [match.span() for match in _CELL.finditer(line)]
    if cells and (label := _LABELLED.match(line, *cells[0])):
        cells[0] = label.end(), cells[0][1]
    cells = [(start, end) for start, end in cells if start < end]
    known = {(start, end) for start, end in cells if parties[start:end].count(1) == end - start}
    figures = {cell for cell in cells if _FIGURES.fullmatch(line, *cell)} - known
    short = all(cell in known or cell[1] - cell[0] <= _SHORT_CELL for cell in cells)
    if len(cells) < 2 or not known or not (short or len(known) + len(figures) >= 2):
        return None
    return offset + cells[0][0], offset + cells[-1][1]
