"""The bundled digests of laws and interpretations: true to the articles they name, in our own words, findable.

Their references and figures: test_library_references.
What needs the official texts reads them through the `corpus` fixture and skips where they are not at hand.
"""

import re
from pathlib import Path

import pytest

from kb.registry import Registry, bundled_registry
from kb.statute import parse_ref
from kb.types import StatuteRef
from tests.library_pages import LIBRARY, Section, Texts, figures, official_texts, sections

# What each digest must not lack: the articles a trade-secret owner, an employee or a trainee asks about.
REQUIRED = {
    "aucl-2025": [5, *range(16, 21), 10, 22, 26, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41],
    "spc-trade-secrets-2020": range(1, 30),
    "criminal-ip-2025": [*range(16, 27), 28, 29, 30, 31],
    "punitive-2026": range(1, 15),
    "labour-contract-law": [23, 24, 25, 90, 91],
    "labour-disputes-1-2020": range(36, 41),
    "labour-disputes-2-2025": [13, 14, 15, 21],
    "civil-code-general": [123, 188],
    "civil-code-contract": [501, 509, 558, 785, 847, 850, 861, 864, 868, 869, 871, 872, 875],
    "civil-code-tort": [1185],
}

# Figures that lay people look for, as the law has them today: (file, article, figures of the section).
KNOWN_FIGURES = [
    ("aucl-2025", "第二十二条", {"5000000元", "1倍", "5倍"}),
    ("aucl-2025", "第二十六条", {"100000元", "1000000元", "5000000元"}),
    ("aucl-2025", "第三十五条", {"10000元", "100000元"}),
    ("criminal-ip-2025", "第十七条", {"300000元", "100000元", "2年", "10倍"}),
    ("criminal-ip-2025", "第二十五条", {"1倍", "10倍", "50%", "3年", "30000元", "1000000元", "150000元", "5000000元"}),
    ("criminal-law-ip", "第二百一十九条", {"3年", "10年"}),
    ("criminal-law-ip", "第二百一十九条之一", {"5年"}),
    ("punitive-2026", "第十二条", {"5倍"}),
    ("labour-contract-law", "第二十四条", {"2年"}),
    ("labour-disputes-1-2020", "第三十六条", {"12个月", "30%"}),
    ("labour-disputes-1-2020", "第三十八条", {"3个月"}),
    ("spc-trade-secrets-2020", "第十五条", {"48小时"}),
]

# Limits whose direction the figures alone do not show.
LIMITS = [
    ("punitive-2026", "第十二条", "最高为计算基数的5倍"),
    ("labour-contract-law", "第二十四条", "不得超过2年"),
    ("labour-disputes-1-2020", "第三十六条", "最低工资标准高于劳动者月平均工资的30%的，每月补偿按该最低工资标准"),
    ("spc-trade-secrets-2020", "第十五条", "应当在48小时内"),
    ("criminal-ip-2025", "第十八条", "利润损失低于合理许可使用费的，按许可使用费"),
    ("civil-code-general", "第一百八十八条", "超过20年的，法院不予保护"),
]


def _section(stem: str, locator: str) -> Section:
    return next(s for s in sections(LIBRARY / "regulations" / f"{stem}.md") if s.locator == locator)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return bundled_registry()


@pytest.fixture(scope="module")
def texts(corpus: Path, registry: Registry) -> Texts:
    return official_texts(corpus, registry)


@pytest.mark.parametrize(("stem", "numbers"), REQUIRED.items(), ids=REQUIRED)
def test_the_articles_people_ask_about_are_all_there(stem: str, numbers: list[int]) -> None:
    present = [section.locator for section in sections(LIBRARY / "regulations" / f"{stem}.md")]
    assert not {StatuteRef("", number).locator for number in numbers} - set(present)
    assert len(present) == len(set(present))


def test_the_criminal_code_has_both_offences_and_the_unit_rule() -> None:
    present = {section.locator for section in sections(LIBRARY / "regulations" / "criminal-law-ip.md")}
    assert present == {"第二百一十九条", "第二百一十九条之一", "第二百二十条"}


@pytest.mark.parametrize(("stem", "locator", "expected"), KNOWN_FIGURES)
def test_the_figures_people_look_for_are_stated(stem: str, locator: str, expected: set[str]) -> None:
    assert expected <= figures(_section(stem, locator).body)


@pytest.mark.parametrize(("stem", "locator", "limit"), LIMITS)
def test_a_limit_points_the_right_way(stem: str, locator: str, limit: str) -> None:
    assert limit in _section(stem, locator).body


# 法释〔2020〕7号 cites the laws of its day by article; these numbers have moved since.
RENUMBERED = {"反不正当竞争法": {9: 10, 17: 22, 32: 39}, "民事诉讼法": {100: 103, 101: 104, 111: 114}}


@pytest.mark.parametrize("section", sections(LIBRARY / "regulations" / "spc-trade-secrets-2020.md"),
                         ids=lambda section: section.locator)
def test_an_interpretation_of_2020_is_told_with_the_numbers_of_today(section: Section, texts: Texts) -> None:
    official = texts["最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定", "法释〔2020〕7号"][section.locator]
    for law, numbers in RENUMBERED.items():
        moved = {StatuteRef("", new).locator for old, new in numbers.items()
                 if re.search(rf"{law}[^，。]*{StatuteRef('', old).locator}", official)}
        named = {ref.locator for ref in map(parse_ref, section.basis) if ref and ref.document == law}
        assert named <= moved, f"{law} is named only where the interpretation rests on it"
        told = set(re.findall(rf"{law}现?(第[一二三四五六七八九十百零]+条)", section.body))
        assert told <= named


def test_the_register_agrees_about_what_became_which(registry: Registry) -> None:
    moved = {old: registry.moved("反不正当竞争法", old, "2019修正", "2025修订")
             for old in RENUMBERED["反不正当竞争法"]}
    assert moved == RENUMBERED["反不正当竞争法"]
