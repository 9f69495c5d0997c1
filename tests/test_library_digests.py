"""The bundled digests of laws and interpretations: true to the articles they name, in our own words, findable.

Their references and figures: test_library_references.
What needs the official texts reads them through the `corpus` fixture and skips where they are not at hand.
"""

import re
from collections import Counter
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pytest

from kb.registry import Registry, bundled_registry
from kb.statute import parse_ref
from kb.text import fold
from kb.types import StatuteRef
from tests.library_checks import (
    Section,
    copied_runs,
    figures,
    front_matter,
    sections,
    statutes,
)

LIBRARY = Path(str(resources.files("kb").joinpath("library")))
DIGESTS = sorted((LIBRARY / "regulations").glob("*.md"))
TODAY = date(2026, 11, 22)

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

ALL_SECTIONS = [pytest.param(path, section, id=f"{path.stem}-{section.locator}")
                for path in DIGESTS for section in sections(path)]


@lru_cache(maxsize=1)
def _statutes(corpus: Path) -> dict[str, dict[str, str]]:
    return statutes(corpus)


def _section(stem: str, locator: str) -> Section:
    return next(s for s in sections(LIBRARY / "regulations" / f"{stem}.md") if s.locator == locator)


def _refs(section: Section) -> list[StatuteRef]:
    return [ref for ref in map(parse_ref, section.basis) if ref is not None]


def _articles(section: Section, corpus: Path) -> list[str]:
    """The official articles of the 依据 line, the digested one first."""
    return [_statutes(corpus)[ref.document][ref.locator] for ref in _refs(section)]


def _statements(section: Section) -> list[str]:
    """Sentences that may be shown on their own: list marks gone, lead-ins to a list left out."""
    lines = (re.sub(r"^(?:\d+\.|-) ", "", line) for line in section.body.splitlines())
    return [sentence for line in lines for sentence in re.findall(r"[^。]+。", line)]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return bundled_registry()


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_a_digest_is_of_one_registered_text_in_force(path: Path, registry: Registry) -> None:
    head = front_matter(path)
    version = registry.version_of(head["document"], label=head["version"])
    assert version is not None
    assert (head["kind"], version.title, version.label) == ("digest", head["document"], head["version"])
    assert version.in_force_on(TODAY)


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


@pytest.mark.parametrize(("path", "section"), ALL_SECTIONS)
def test_a_section_rests_first_on_the_article_it_digests(path: Path, section: Section, registry: Registry) -> None:
    refs = _refs(section)
    assert len(refs) == len(section.basis) >= 1, "依据 reads as references"
    version = registry.version_of(front_matter(path)["document"], label=front_matter(path)["version"])
    assert version is not None
    assert refs[0].locator == section.locator
    assert registry.document(refs[0].document) == version.document
    known = {entry.document for entry in registry.entries}
    assert {registry.document(ref.document) for ref in refs} <= known


@pytest.mark.parametrize(("path", "section"), ALL_SECTIONS)
def test_every_sentence_can_stand_alone(path: Path, section: Section) -> None:
    statements = _statements(section)
    assert statements, path.stem
    for statement in statements:
        assert len(statement) <= 90, statement
        assert not re.match(r"上述|前款|前述|该|此|这|其(?!他)|它|他们|同时|否则|但", statement), statement
        assert not re.search(r"下列|下面|如下|本法|本解释|本规定|本条", statement), statement
    leads = [line for line in section.body.splitlines() if line.endswith("：")]
    assert all(line.endswith(("。", "：")) for line in section.body.splitlines())
    assert len(leads) <= 1


@pytest.mark.parametrize(("path", "section"), ALL_SECTIONS)
def test_a_section_is_asked_for_in_at_least_two_ways(path: Path, section: Section) -> None:
    assert 2 <= len(section.questions) <= 6, path.stem
    assert all(4 <= len(question) <= 40 for question in section.questions)


def test_no_question_leads_to_two_places() -> None:
    asked = Counter(re.sub(r"[^\w]", "", fold(question))
                    for path in sorted(LIBRARY.rglob("*.md")) for section in sections(path)
                    for question in section.questions)
    assert [question for question, times in asked.items() if times > 1] == []


# -- beside the official texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "section"), ALL_SECTIONS)
def test_duties_and_bans_are_only_told_where_the_law_has_them(path: Path, section: Section, corpus: Path) -> None:
    """可以 also tells what a party may ask for, where the law says that a court grants or hears it."""
    official = "\n".join(_articles(section, corpus))
    for told, printed in {"应当": "应|必须", "不得": "不得", "可以": "可以|有权|支持|准许|受理|审理|申请", "除外": "除外|另有|除",
                          "不予支持": "不予支持", "不予受理": "不予受理"}.items():
        if told in section.body:
            assert re.search(printed, official), (path.stem, told)


@pytest.mark.parametrize(("path", "section"), ALL_SECTIONS)
def test_a_question_is_not_put_in_the_words_of_the_law(path: Path, section: Section, corpus: Path) -> None:
    article = _articles(section, corpus)[0]
    assert [run for question in section.questions for run in copied_runs(question, [article], 8)] == [], path.stem


def test_the_digests_are_in_our_own_words(corpus: Path) -> None:
    official = [path.read_text(encoding="utf-8") for folder in ("regulations", "versions", "plan", "guides")
                for path in sorted((corpus / folder).iterdir())]
    bodies = "\n".join(section.body for path in DIGESTS for section in sections(path))
    assert copied_runs(bodies, official) == []


# 法释〔2020〕7号 cites the laws of its day by article; these numbers have moved since.
RENUMBERED = {"反不正当竞争法": {9: 10, 17: 22, 32: 39}, "民事诉讼法": {100: 103, 101: 104, 111: 114}}


@pytest.mark.parametrize("section", sections(LIBRARY / "regulations" / "spc-trade-secrets-2020.md"),
                         ids=lambda section: section.locator)
def test_an_interpretation_of_2020_is_told_with_the_numbers_of_today(section: Section, corpus: Path) -> None:
    official = _articles(section, corpus)[0]
    for law, numbers in RENUMBERED.items():
        moved = {StatuteRef("", new).locator for old, new in numbers.items()
                 if re.search(rf"{law}[^，。]*{StatuteRef('', old).locator}", official)}
        named = {ref.locator for ref in _refs(section) if ref.document == law}
        assert named <= moved, f"{law} is named only where the interpretation rests on it"
        told = set(re.findall(rf"{law}现?(第[一二三四五六七八九十百零]+条)", section.body))
        assert told <= named


def test_the_register_agrees_about_what_became_which(registry: Registry) -> None:
    moved = {old: registry.moved("反不正当竞争法", old, "2019修正", "2025修订")
             for old in RENUMBERED["反不正当竞争法"]}
    assert moved == RENUMBERED["反不正当竞争法"]
