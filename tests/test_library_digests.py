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
from tests.library_pages import LIBRARY, Section, Texts, figures, front_matter, official_texts, sections

# Digested whole: a section for every article of the official text, in its order.
WHOLE = ("aucl-2025", "aucl-interpretation-2022", "spc-trade-secrets-2020", "criminal-ip-2025", "punitive-2026", "ip-evidence-2020",
         "act-preservation-2018", "jurisdiction-2022", "technical-investigators-2019", "technology-contracts-2020",
         "patent-law-2020", "patent-rules-2023", "patent-agency-2018", "trademark-law-2019", "trademark-law-2026", "copyright-law-2020",
         "tech-transfer-2015", "science-popularization-2024", "plant-varieties-2025", "customs-protection-2018",
         "foreign-ip-disputes-2025", "complaints-2022", "penalty-publicity-2021", "criminal-law-ip")

# What a digest of a part must not lack: the articles a trade-secret owner, an employee or a trainee asks about.
REQUIRED = {
    "labour-contract-law": [23, 24, 25, 90, 91],
    "labour-disputes-1-2020": range(36, 41),
    "labour-disputes-2-2025": [13, 14, 15, 21],
    "civil-code-general": [123, 188],
    "civil-code-contract": [501, 509, 558, 785, *range(843, 888)],
    "civil-code-tort": [1165, 1185, 1191, 1194, 1195, 1196, 1197],
    "civil-procedure-2023": [*range(66, 85), *range(103, 109)],
    "civil-evidence-2019": [2, 14, 15],
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
    ("labour-disputes-1-2020", "第三十六条", "最低工资标准高于劳动者月平均工资的30%的，每月补偿按履行地最低工资标准"),
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


@pytest.mark.parametrize("stem", WHOLE)
def test_a_text_digested_whole_has_every_article_in_its_order(stem: str, texts: Texts, registry: Registry) -> None:
    path = LIBRARY / "regulations" / f"{stem}.md"
    head = front_matter(path)
    version = registry.version_of(head["document"], label=head["version"])
    assert version is not None
    assert [section.locator for section in sections(path)] == list(texts[version.document, version.label])


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
