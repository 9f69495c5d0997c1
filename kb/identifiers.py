"""Numbers and addresses that stand for one person or firm: identity and bank cards, credit codes, telephones, e-mail, accounts.

Each function takes a text in half-width characters and returns spans (start, end), in order. A number is known by its check
digit where it has one, by its form where that is distinctive, or by the word before it; other runs of digits are left alone,
because questions of law are full of them (article, document, case and patent numbers).
"""

import re
from collections.abc import Callable
from datetime import date

__all__ = ["accounts", "bank_cards", "credit_codes", "emails", "identity_cards", "telephones"]

Span = tuple[int, int]

_GAP = r"[ \t\u00a0\-–—·\u200b-\u200f\u2060\ufeff]?"           # people group digits by blanks and dashes; copies carry zero widths
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
_IS = r"\s*(?:[是为:=]|就是)*\s*"


def _spans(pattern: re.Pattern[str], text: str, holds: Callable[[str], bool] = lambda written: True) -> list[Span]:
    """Where the pattern stands, its group 1 where it has one, and `holds` accepts what is written there, gaps left out."""
    group = 1 if pattern.groups else 0
    return [match.span(group) for match in pattern.finditer(text) if holds(re.sub(r"[^0-9A-Za-z]", "", match[group]).upper())]


def _merged(*found: list[Span]) -> list[Span]:
    """All spans in order, none inside or across another: the earlier and longer one stays."""
    kept: list[Span] = []
    for span in sorted((span for spans in found for span in spans), key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


_IDENTITY = re.compile(rf"{_BEFORE}(?:\d{_GAP}){{17}}[\dXx]{_AFTER}")
_IDENTITY_NAMED = re.compile(rf"身份证(?:号码?|编号)?{_IS}((?:\d{_GAP}){{14,17}}[\dXx]){_AFTER}")


def identity_cards(text: str) -> list[Span]:
    """Resident identity numbers: 18 characters whose birthday exists and whose check digit agrees (GB 11643), or named as one."""
    return _merged(_spans(_IDENTITY, text, _is_identity), _spans(_IDENTITY_NAMED, text))


def _is_identity(written: str) -> bool:
    try:
        date(int(written[6:10]), int(written[10:12]), int(written[12:14]))
    except ValueError:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return written[17] == "10X98765432"[sum(int(d) * w for d, w in zip(written[:17], weights, strict=True)) % 11]


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{_GAP}){{17}}[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{_AFTER}")
_CREDIT_NAMED = re.compile(rf"(?:信用代码|税号|纳税人识别号){_IS}((?:[0-9A-Za-z]{_GAP}){{14,19}}[0-9A-Za-z]){_AFTER}")


def credit_codes(text: str) -> list[Span]:
    """Unified social credit codes: 18 characters whose check character agrees (GB 32100), or named as one."""
    return _merged(_spans(_CREDIT, text, _is_credit_code), _spans(_CREDIT_NAMED, text))


def _is_credit_code(written: str) -> bool:
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(written[:17]))
    return any(sign.isdigit() for sign in written) and written[17] == _CREDIT_SIGNS[-total % 31]


_CARD = re.compile(rf"{_BEFORE}[3-69](?:{_GAP}\d){{15,18}}{_AFTER}")
_CARD_NAMED = re.compile(rf"(?:卡号|银行账[号户]|对公账[号户]|收款账[号户]|开户账号){_IS}((?:\d{_GAP}){{8,25}}\d){_AFTER}")


def bank_cards(text: str) -> list[Span]:
    """Card numbers: 16 to 19 digits that satisfy Luhn (ISO/IEC 7812), or named as a card or account number."""
    return _merged(_spans(_CARD, text, _is_luhn), _spans(_CARD_NAMED, text))


def _is_luhn(written: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(written))]
    return len(set(written)) > 1 and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


_MOBILE = re.compile(rf"(?<![0-9A-Za-z.])(?:(?:\+|00)?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?![0-9A-Za-z]|\.\d|[万亿]?元)")
_LANDLINE = re.compile(rf"(?<![0-9A-Za-z.])(?<!\d[ -])(?:(?:\+|00)?86{_GAP})?(?:\(0\d{{2,3}}\) ?|0\d{{2,3}}{_GAP})[2-8]\d{{2,3}}{_GAP}\d{{4}}"
                       rf"(?:\s?(?:转|-|ext\.?)\s?\d{{1,6}})?{_AFTER}", re.IGNORECASE)
_SERVICE = re.compile(rf"{_BEFORE}[48]00[- ]\d{{3,4}}[- ]?\d{{3,4}}{_AFTER}")
_TELEPHONE_NAMED = re.compile(rf"(?:电话|手机|手机号|联系方式|座机|传真|tel|phone|mobile|fax)(?:号码?)?{_IS}(\+?\d[\d \-]{{5,16}}\d){_AFTER}",
                              re.IGNORECASE)


def telephones(text: str) -> list[Span]:
    """Mobile numbers, fixed lines with their area code, 400 and 800 numbers, or seven and more digits named as a telephone.

    Public lines of five digits (12315, 12330) are nobody's.
    """
    return _merged(_spans(_MOBILE, text), _spans(_LANDLINE, text), _spans(_SERVICE, text), _spans(_TELEPHONE_NAMED, text))


_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def emails(text: str) -> list[Span]:
    """E-mail addresses."""
    return _spans(_EMAIL, text)


_SIGNS = r"([A-Za-z0-9_@#$%^&*+/!~.-]*\d[A-Za-z0-9_@#$%^&*+/!~.-]*)"
_MESSENGER = re.compile(rf"(?:微信|QQ|WeChat)(?:账?号)?{_IS}(?=[A-Za-z0-9_-]{{5}}){_SIGNS}", re.IGNORECASE)
_PASSWORD = re.compile(rf"(?:密码|口令|密钥|账号|用户名){_IS}(?=\S{{4}}){_SIGNS}")
_KEY = re.compile(r"(?:password|passwd|pwd|token|secret|api[ _-]?key|access[ _-]?key)\s*[:=]\s*[\"']?([^\s\"',;，。；]{4,})", re.IGNORECASE)
_KEY_SHAPE = re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|ghp|gho|glpat|xox[bpas]|AKIA)[-_]?[A-Za-z0-9_-]{16,}")


def accounts(text: str) -> list[Span]:
    """Names and passwords of accounts: what follows 微信号, QQ, 密码, password=, and keys that show by their form."""
    return _merged(*(_spans(pattern, text) for pattern in (_MESSENGER, _PASSWORD, _KEY, _KEY_SHAPE)))
