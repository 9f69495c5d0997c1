"""The register of official documents: every version, its dates, its names, and which article became which."""

import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from kb.errors import SourceError
from kb.registry import Registry, bundled_registry
from kb.statute import find_documents
from kb.text import parse_numeral
from kb.types import Kind, Status

REGISTRY = bundled_registry()
AUCL = "反不正当竞争法"


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> list[dict]:
    return json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written) else None


@pytest.mark.corpus
def test_every_document_of_the_manifest_is_registered_with_its_dates(manifest):
    for held in manifest:
        issued, begins, ends = (_day(held[key]) for key in ("date_issued", "date_effective", "effective_to"))
        entry = REGISTRY.version_of(held["title"], issued)
        assert entry is not None, held["file"]
        # A first day before the day of issue is that of the original text, not of this version.
        expected = None if issued and begins and begins < issued else begins
        assert (entry.held, entry.issued, entry.in_force_from, entry.in_force_to) == (True, issued, expected, ends)
        assert (entry.kind.value, entry.status.value) == (held["kind"], held["status"])
        assert entry.source_url == held["official_source_url"]
        assert entry.number == held["document_number"].replace("unknown", "")


@pytest.mark.corpus
def test_nothing_is_registered_as_held_that_the_manifest_does_not_have(manifest):
    assert sum(entry.held for entry in REGISTRY.entries) == len(manifest)


@pytest.mark.corpus
def test_every_label_names_the_year_of_its_file(manifest):
    for held in manifest:
        entry = REGISTRY.version_of(held["title"], _day(held["date_issued"]))
        assert entry is not None
        if entry.kind not in (Kind.GUIDE, Kind.OTHER):
            assert re.search(r"(19|20)\d\d", entry.label), held["file"]


@pytest.mark.corpus
@pytest.mark.parametrize(("document", "old", "new", "old_file", "new_file", "complete"), [
    (AUCL, "2019修正", "2025修订", "versions/中华人民共和国反不正当竞争法(2019修正).md",
     "regulations/中华人民共和国反不正当竞争法(2025修订).md", True),
    ("商标法", "2019修正", "2026修订", "regulations/中华人民共和国商标法(2019修正).md",
     "versions/中华人民共和国商标法(2026修订_2027-01-01施行).md", False),
])
def test_a_moved_article_is_the_nearest_of_the_new_text(corpus, document, old, new, old_file, new_file, complete):
    before, after = _articles(corpus / old_file), _articles(corpus / new_file)
    moves = {number: REGISTRY.moved(document, number, old, new) for number in before}
    assert not complete or all(moves.values())
    for number, target in moves.items():
        if target and len(before[number]) > 30:
            nearest = max(after, key=lambda n: _alike(before[number], after[n]))
            assert nearest == target or _alike(before[number], after[target]) > 0.45, (number, target, nearest)


def _articles(path: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"第([零一二三四五六七八九十百]+)条\s*(.*)", line):
            number = parse_numeral(match[1])
            assert number
            found[number] = match[2]
        elif found and line and not line.startswith("#"):
            found[max(found)] += line
    return found


def _alike(one: str, other: str) -> float:
    """Shared pairs of characters (Dice)."""
    a, b = (Counter(pairwise(t)) for t in (one, other))
    return 2 * (a & b).total() / ((a.total() + b.total()) or 1)


@pytest.mark.parametrize(("title", "label", "begins", "ends"), [
    ("反不正当竞争法", "2025修订", date(2025, 10, 15), None),
    ("反不正当竞争法", "2019修正", date(2019, 4, 23), date(2025, 10, 14)),
    ("商标法", "2019修正", date(2019, 11, 1), date(2026, 12, 31)),
    ("商标法", "2026修订", date(2027, 1, 1), None),
    ("专利法", "2020修正", date(2021, 6, 1), None),                   # the last article says 1985-04-01
    ("著作权法", "2020修正", date(2021, 6, 1), None),                 # 1991-06-01
    ("网络安全法", "2025修正", date(2026, 1, 1), None),               # 2017-06-01
    ("专利法实施细则", "2023修订", date(2024, 1, 20), None),          # 2001-07-01
    ("知识产权刑事解释", "法释〔2025〕5号", date(2025, 4, 26), None),
    ("惩罚性赔偿解释", "法释〔2026〕7号", date(2026, 5, 1), None),
    ("惩罚性赔偿解释", "法释〔2021〕4号", date(2021, 3, 3), date(2026, 4, 30)),
    ("劳动争议解释二", "法释〔2025〕12号", date(2025, 9, 1), None),
    ("商业秘密规定", "法释〔2020〕7号", date(2020, 9, 12), None),
    ("集成电路布图设计保护条例", "2026修订", date(2026, 10, 15), None),
])
def test_a_version_carries_its_own_dates_not_those_of_the_first_text(title, label, begins, ends):
    entry = REGISTRY.version_of(title, label=label)
    assert entry is not None
    assert (entry.in_force_from, entry.in_force_to) == (begins, ends)


@pytest.mark.parametrize(("name", "document"), [
    ("反法", AUCL), ("中华人民共和国反不正当竞争法", AUCL), ("刑法", "刑法"), ("民法典", "民法典"),
    ("惩罚性赔偿解释", "知识产权惩罚性赔偿解释"), ("刑事解释", "知识产权刑事解释"), ("个保法", "个人信息保护法"),
    ("商业秘密规定(2020)", "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定"),
    ("商业秘密司法解释", "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定"),
    ("法释〔2020〕7号", "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定"),
    ("法释[2022]9号", "最高人民法院关于适用《反不正当竞争法》若干问题的解释"),
    ("劳动争议解释一", "最高人民法院关于审理劳动争议案件适用法律问题的解释（一）"),
    ("劳动争议解释（二）", "最高人民法院关于审理劳动争议案件适用法律问题的解释（二）"),
    ("专利细则", "专利法实施细则"), ("商业秘密保护规定", "商业秘密保护规定"),
    ("示范区方案", "武汉市国家知识产权保护示范区建设方案"), ("武汉方案", "武汉市国家知识产权保护示范区建设方案"),
])
def test_a_document_is_found_by_the_names_people_use(name, document):
    assert REGISTRY.document(name) == document
    assert REGISTRY.versions(document)


def test_the_bare_words_for_an_implementing_rule_name_no_document():
    assert find_documents("实施细则怎么规定的", REGISTRY.names) == []
    assert [m.document for m in find_documents("专利法实施细则怎么规定的", REGISTRY.names)] == ["专利法实施细则"]


def test_every_registered_title_is_found_in_running_text_as_its_own_document():
    for entry in REGISTRY.entries:
        found = [m.document for m in find_documents(f"请看《{entry.title}》的规定", REGISTRY.names)]
        assert found == [entry.document]


def test_all_books_of_the_civil_code_and_the_excerpt_share_one_document():
    assert len(REGISTRY.versions("民法典")) == 4


@pytest.mark.parametrize(("day", "label"), [
    (date(2024, 5, 1), "2019修正"), (date(2025, 10, 14), "2019修正"), (date(2025, 10, 15), "2025修订"),
    (date(2018, 6, 1), "2017修订"),
])
def test_one_text_of_the_unfair_competition_law_is_in_force_on_each_day(day, label):
    assert [e.label for e in REGISTRY.in_force(AUCL, day)] == [label]


def test_the_trademark_law_changes_over_on_new_years_day_2027():
    assert [e.label for e in REGISTRY.in_force("商标法", date(2026, 12, 31))] == ["2019修正"]
    assert [e.label for e in REGISTRY.in_force("商标法", date(2027, 1, 1))] == ["2026修订"]


def test_three_criminal_interpretations_stood_side_by_side_until_april_2025():
    assert {e.label for e in REGISTRY.in_force("刑事解释", date(2025, 4, 25))} == {
        "法释〔2004〕19号", "法释〔2007〕6号", "法释〔2020〕10号"}
    assert [e.label for e in REGISTRY.in_force("刑事解释", date(2025, 4, 26))] == ["法释〔2025〕5号"]


def test_versions_of_one_title_follow_each_other_without_a_gap():
    for entry in REGISTRY.entries:
        later = [e for e in REGISTRY.versions(entry.document)
                 if entry.label in e.supersedes.split("、") and entry.in_force_to and e.in_force_from]
        for successor in later:
            assert (successor.in_force_from - entry.in_force_to).days == 1, entry


@pytest.mark.parametrize(("old", "new"), [
    (6, 7), (7, 8), (8, 9), (9, 10), (10, 11), (11, 12), (12, 13), (15, 19), (17, 22), (21, 26), (28, 35), (32, 39)])
def test_articles_of_the_unfair_competition_law_are_followed_both_ways(old, new):
    assert REGISTRY.moved(AUCL, old, "2019修正", "2025修订") == new
    assert REGISTRY.moved("反法", new, "2025修订", "2019修正") == old


def test_an_article_without_a_recorded_move_is_unknown():
    assert REGISTRY.moved(AUCL, 14, "2025修订", "2019修正") is None     # new in 2025
    assert REGISTRY.moved("商标法", 63, "2019修正", "2026修订") == 77
    assert REGISTRY.moved("专利法", 1, "2008修正", "2020修正") is None


def test_what_is_known_to_exist_but_was_not_collected_says_so():
    missing = {e.title: e for e in REGISTRY.missing()}
    rules = missing["商业秘密保护规定"]
    assert (rules.in_force_from, rules.status) == (date(2026, 6, 1), Status.UNKNOWN)
    assert "二手来源" in rules.note
    assert {missing["湖北省知识产权促进和保护条例"].place, missing["武汉市知识产权促进和保护条例"].place} == {"湖北省", "武汉市"}
    assert not any(e.held for e in missing.values())


def test_the_plan_knows_when_its_period_ended():
    plan = REGISTRY.version_of("武汉市国家知识产权保护示范区建设方案")
    assert plan is not None and plan.period_to == date(2026, 2, 28)


def test_a_version_is_told_apart_by_day_number_or_label():
    assert REGISTRY.version_of(AUCL) is None                                       # four versions
    assert REGISTRY.version_of(AUCL, date(2019, 4, 23)).label == "2019修正"
    assert REGISTRY.version_of("反法", label="2025修订").issued == date(2025, 6, 27)
    assert REGISTRY.version_of("刑事解释", number="法释[2020]10号").in_force_from == date(2020, 9, 14)
    assert REGISTRY.version_of("专利代理条例").number == "国务院令第706号"
    assert REGISTRY.version_of("专利代理条例", date(1999, 1, 1)) is None
    assert REGISTRY.version_of("没有这部法") is None


ENTRY = '[[version]]\ndocument = "甲法"\ntitle = "甲法"\nlabel = "2020"\nkind = "law"\n'


@pytest.mark.parametrize(("text", "said"), [
    (ENTRY + 'colour = "red"\n', ("甲法 2020", "colour")),
    (ENTRY.replace('label = "2020"\n', ""), ("甲法", "label")),
    (ENTRY + 'issued = "2020-01-01"\n', ("甲法 2020", "issued")),
    (ENTRY.replace('"law"', '"statute"'), ("甲法 2020", "kind")),
    (ENTRY + 'held = "no"\n', ("甲法 2020", "held")),
    (ENTRY + ENTRY, ("甲法 2020", "两次")),
    (ENTRY + 'aliases = ["乙"]\n' + ENTRY.replace("甲法", "丙法") + 'aliases = ["乙"]\n', ("丙法", "乙")),
    (ENTRY + '[[move]]\ndocument = "甲法"\nfrom = "2020"\nto = "2030"\narticles = { 1 = 2 }\n', ("甲法 2020→2030", "to")),
    ("[[versions]]\n", ("versions",)),
    ("not toml", ("TOML",)),
])
def test_a_fault_in_the_register_is_refused_and_the_entry_named(text, said):
    with pytest.raises(SourceError) as refused:
        Registry.load(text)
    assert all(part in refused.value.problem for part in said)


def test_every_version_says_when_and_by_whom_its_currency_was_last_checked():
    assert all(entry.currency_checked and entry.currency_checked_by for entry in REGISTRY.entries)


def test_a_version_that_was_looked_at_later_says_so_itself():
    entry = '[[version]]\ndocument = "灯塔法"\ntitle = "灯塔法"\nkind = "law"\nlabel = '
    registry = Registry.load(f"""
[currency_check]
day = 2026-01-01
by = "甲"
{entry}"2010"
{entry}"2024"
currency_checked = 2026-02-01
currency_checked_by = "乙"
""")
    assert [(e.currency_checked, e.currency_checked_by) for e in registry.entries] == [
        (date(2026, 1, 1), "甲"), (date(2026, 2, 1), "乙")]
    assert registry.last_checked() == (date(2026, 2, 1), "乙")


@pytest.mark.parametrize("document", ["商业秘密保护规定", "湖北省知识产权促进和保护条例", "武汉市知识产权促进和保护条例"])
def test_a_text_that_could_not_be_obtained_is_registered_with_where_to_get_it(document):
    (entry,) = REGISTRY.versions(document)
    assert not entry.held
    assert re.search(r"[a-z]+\.[a-z.]+\.cn|flk\.npc\.gov\.cn", entry.note)
