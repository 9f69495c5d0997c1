"""Sums, spans and shares as an agreement writes them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.amounts import LARGEST_AMOUNT, capitals, money, share, span

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(("amount", "written"), [
    ("0", "零元整"), ("1", "壹元整"), ("10", "壹拾元整"), ("305", "叁佰零伍元整"), ("12000", "壹万贰仟元整"), ("10005", "壹万零伍元整"),
    ("20010", "贰万零壹拾元整"), ("100000", "壹拾万元整"), ("1000000", "壹佰万元整"), ("100010000", "壹亿零壹万元整"),
    ("100000005", "壹亿零伍元整"), ("1005.30", "壹仟零伍元叁角"), ("10.05", "壹拾元零伍分"), ("0.05", "伍分"), ("0.50", "伍角"),
    ("999999999999", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元整"),
])
def test_an_amount_is_written_in_the_numerals_of_cheques(amount, written):
    assert capitals(Decimal(amount)) == written


@pytest.mark.parametrize("amount", ["-1", "0.001", "1000000000000", "NaN"])
def test_no_other_amount_is_written(amount):
    with pytest.raises((ValueError, ArithmeticError)):
        capitals(Decimal(amount))


@given(st.integers(0, int(LARGEST_AMOUNT)))
def test_the_numerals_read_back_as_the_amount(yuan):
    total = section = digit = 0
    for character in capitals(Decimal(yuan)).removesuffix("元整"):
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        elif character in "拾佰仟":
            section, digit = section + digit * {"拾": 10, "佰": 100, "仟": 1000}[character], 0
        else:
            total, section, digit = total + (section + digit) * {"万": 10**4, "亿": 10**8}[character], 0, 0
    assert total + section + digit == yuan


def test_figure_and_numeral_stand_beside_each_other():
    assert money(Decimal(12000)) == "人民币12,000元（大写：壹万贰仟元整）"
    assert money(Decimal("1005.30")) == "人民币1,005.30元（大写：壹仟零伍元叁角）"
    assert span(24, "个月") == "二十四（24）个月"
    assert share(Decimal(30)) == "百分之三十（30%）"
    assert share(Decimal("12.50")) == "12.5%"
