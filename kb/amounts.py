"""Sums, spans and shares as Chinese agreements write them: a figure and its numeral, so that neither can be altered alone."""

from decimal import Decimal

from kb.types import ordinal_numeral

__all__ = ["LARGEST_AMOUNT", "capitals", "money", "share", "span"]

LARGEST_AMOUNT = Decimal(999_999_999_999)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_GROUPS = ("", "万", "亿")


def capitals(amount: Decimal) -> str:
    """壹万贰仟元整, 壹佰零伍元叁角, 零元整: an amount from 0 to LARGEST_AMOUNT, fen at most, in the numerals of cheques.

    Raises:
        ValueError: another amount.
    """
    fen = amount * 100
    if not (0 <= amount <= LARGEST_AMOUNT) or fen != fen.to_integral_value():
        raise ValueError(f"no such amount of money: {amount}")
    yuan, rest = divmod(int(fen), 100)
    jiao, fen_left = divmod(rest, 10)
    written = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{written}整"
    written += f"{_DIGITS[jiao]}角" if jiao else "零" if yuan else ""
    return written + (f"{_DIGITS[fen_left]}分" if fen_left else "")


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    written, gap = "", False
    for power, group in reversed(list(enumerate(groups))):
        if not group:
            gap = True
            continue
        written += ("零" if written and (gap or group < 1000) else "") + _four(group) + _GROUPS[power]
        gap = False
    return written or _DIGITS[0]


def _four(number: int) -> str:
    written, gap = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if gap and written else "") + _DIGITS[digit] + name
        gap = not digit
    return written


def money(amount: Decimal) -> str:
    """人民币12,000元（大写：壹万贰仟元整）."""
    whole = amount == amount.to_integral_value()
    return f"人民币{amount:,.0f}元（大写：{capitals(amount)}）" if whole else f"人民币{amount:,.2f}元（大写：{capitals(amount)}）"


def span(number: int, unit: str) -> str:
    """二十四（24）个月; `number` from 0 to 9999."""
    return f"{ordinal_numeral(number) if number else '零'}（{number}）{unit}"


def share(percent: Decimal) -> str:
    """百分之三十（30%）; a share with decimals only as 12.5%."""
    shown = f"{percent.normalize():f}%"
    if percent != percent.to_integral_value():
        return shown
    return f"百分之{ordinal_numeral(int(percent)) if percent else '零'}（{shown}）"
