"""Which law governs on a day, and what a reader is told about moved, replaced and unverified texts."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from kb.currency import Standing, applicable, governing, in_force, later_version, notices_for
from kb.registry import bundled_registry
from kb.types import Kind, Passage, Status, StatuteRef, Tier, Version

REGISTRY = bundled_registry()
TODAY = date(2026, 11, 22)
AUCL = "反不正当竞争法"


def version(title: str, label: str = "", tier: Tier = Tier.OFFICIAL) -> Version:
    entry = REGISTRY.version_of(title, label=label)
    assert entry is not None, title
    return Version(f"{entry.title}{entry.label}{tier}", entry.document, entry.title, entry.label, entry.kind, tier,
                   entry.number, entry.issuer, entry.issued, entry.in_force_from, entry.in_force_to, entry.status)


def article(of: Version, number: int, text: str = "条文", sub: int = 0) -> Passage:
    return Passage(f"{of.id}{number}", of, StatuteRef("", number, sub).locator, text, article=number, sub=sub)


def notices(passage: Passage, day: date = TODAY) -> dict[str, str]:
    return {notice.kind: notice.text for notice in notices_for([passage], REGISTRY, [passage.version], day)}


OLD, NEW = version(AUCL, "2019修正"), version(AUCL, "2025修订")
SPC = version("商业秘密规定", "法释〔2020〕7号")


@pytest.mark.parametrize(("day", "locator"), [
    (date(2024, 5, 1), "第九条"), (date(2025, 10, 14), "第九条"), (date(2025, 10, 15), "第十条"), (TODAY, "第十条")])
def test_the_trade_secret_article_is_the_one_in_force_on_the_day(day, locator):
    assert [p.locator for p in in_force([article(NEW, 10), article(OLD, 9)], day)] == [locator]


@pytest.mark.parametrize(("day", "label"), [(TODAY, "2019修正"), (date(2026, 12, 31), "2019修正"),
                                            (date(2027, 1, 1), "2026修订")])
def test_the_trademark_law_flips_on_new_years_day_2027(day, label):
    chosen = governing([version("商标法", "2026修订"), version("商标法", "2019修正")], day)
    assert chosen is not None and chosen.label == label


def test_no_version_governs_before_the_first():
    assert governing([NEW], date(2020, 1, 1)) is None


def test_an_undated_text_of_unknown_status_is_kept_and_marked():
    local = version("浙江省反不正当竞争条例")
    assert in_force([article(local, 3)], TODAY) == [article(local, 3)]
    assert "效力待核实" in notices(article(local, 3))["status_unknown"]


def test_a_text_without_a_recorded_end_gives_way_to_its_successor():
    first = Version("a", "甲法", "甲法", "2010", Kind.LAW, Tier.USER, in_force_from=date(2010, 1, 1),
                    status=Status.CURRENT)
    second = Version("b", "甲法", "甲法", "2020", Kind.LAW, Tier.USER, in_force_from=date(2020, 1, 1),
                     status=Status.CURRENT)
    passages = [article(first, 1), article(second, 1)]
    assert in_force(passages, TODAY) == passages[1:]
    assert in_force(passages, date(2015, 1, 1)) == passages[:1]
    assert applicable([first, second], TODAY) == [second] and governing([first, second], TODAY) == second


def test_the_official_text_governs_before_a_digest_of_it():
    assert governing([version(AUCL, "2025修订", Tier.DIGEST), NEW], TODAY) == NEW


def test_the_later_version_is_the_one_that_replaces_not_one_that_stood_beside():
    criminal = [version("刑事解释", label) for label in
                ("法释〔2004〕19号", "法释〔2007〕6号", "法释〔2020〕10号", "法释〔2025〕5号")]
    assert [later_version(v, criminal) for v in criminal] == [criminal[3]] * 3 + [None]


def test_the_reader_learns_that_article_ten_was_article_nine():
    said = notices(article(NEW, 10))
    assert list(said) == ["moved"]
    assert said["moved"] == "《反不正当竞争法》（2025修订）第十条：原第九条（2019修正），2025-10-15起为第十条"


def test_an_article_that_kept_its_number_needs_no_notice():
    assert notices(article(NEW, 1)) == {}


def test_a_text_of_the_past_says_what_replaced_it_and_where_the_article_went():
    assert notices(article(OLD, 17), date(2024, 5, 1)) == {
        "later_version": "《反不正当竞争法》（2019修正）适用到2025年10月14日，自2025年10月15日起施行2025修订，第十七条相应为第二十二条"}
    assert notices(article(OLD, 17)) == {
        "superseded": "《反不正当竞争法》（2019修正）已不再施行，自2025年10月15日起施行2025修订，第十七条相应为第二十二条"}


def test_a_text_two_versions_old_points_to_the_one_in_force():
    assert "2025修订" in notices(article(version("对外贸易法", "2016修正"), 1))["superseded"]


def test_the_coming_trademark_law_is_announced_where_that_law_is_cited_and_nowhere_else():
    said = notices(article(version("商标法", "2019修正"), 63))["later_version"]
    assert "2027年1月1日起施行2026修订" in said and "第七十七条" in said
    assert "尚未施行" in notices(article(version("商标法", "2026修订"), 77))["not_yet_in_force"]
    assert not any("商标法" in text for text in notices(article(NEW, 10)).values())


def test_a_repealed_interpretation_names_its_successor():
    said = notices(article(version("惩罚性赔偿解释", "法释〔2021〕4号"), 3))["superseded"]
    assert "2026年5月1日" in said and "法释〔2026〕7号" in said


def test_a_successor_that_was_not_collected_is_said_to_be_absent():
    said = notices(article(version("集成电路布图设计保护条例", "2001"), 3))["superseded"]
    assert "2026年10月15日" in said and "没有收录" in said


@pytest.mark.parametrize(("cited", "pair"), [
    ("反不正当竞争法第九条第四款", "第九条现为第十条"),
    ("《中华人民共和国反不正当竞争法》第十七条", "第十七条现为第二十二条"),
    ("反不正当竞争法第三十二条", "第三十二条现为第三十九条"),
])
def test_an_interpretation_that_cites_old_numbers_is_shown_with_todays(cited, pair):
    passage = article(SPC, 3, f"人民法院应当认定为{cited}所称的情形。")
    assert pair in notices(passage)["old_numbers"]
    assert "old_numbers" not in notices(passage, date(2024, 5, 1))


def test_todays_numbers_are_not_translated_a_second_time():
    digest = version("商业秘密规定", "法释〔2020〕7号", Tier.DIGEST)
    assert "old_numbers" not in notices(article(digest, 3, "见反不正当竞争法第十条"))
    assert "old_numbers" not in notices(article(SPC, 3, "见《反不正当竞争法》（2025修订）第十条"))
    assert "old_numbers" not in notices(article(version("惩罚性赔偿解释", "法释〔2026〕7号"), 5, "反不正当竞争法第二十二条"))


def test_the_plan_speaks_of_targets_and_its_period_is_over():
    plan = version("武汉方案")
    passage = Passage("p", plan, "二、(三)7", "设立10家市级知识产权科普驿站")
    assert notices(passage)["plan_period"] == (
        "《武汉市国家知识产权保护示范区建设方案》的实施期已于2026年2月结束，文中数字是计划目标，不代表已经完成")
    assert "结束" not in notices(passage, date(2025, 3, 1))["plan_period"]
    assert "status_unknown" not in notices(passage)


def test_a_digest_is_never_taken_for_the_law():
    digest = article(version(AUCL, "2025修订", Tier.DIGEST), 1)
    assert notices(digest)["digest"] == "以下引自本库要点，非法条原文：《反不正当竞争法》（2025修订）第一条"
    assert "digest" not in notices(article(NEW, 1))


def test_a_guide_needs_no_notice_about_its_date():
    guide = Version("g", "指南", "指南", "2026-11", Kind.GUIDE, Tier.GUIDE)
    assert notices(Passage("g1", guide, "指南 > 步骤", "反不正当竞争法第九条")) == {}


def test_the_same_notice_is_given_once():
    assert len(notices_for([article(NEW, 10), article(NEW, 10)], REGISTRY, [NEW], TODAY)) == 1


@pytest.mark.corpus
@pytest.mark.parametrize(("title", "label", "expected"), [
    ("商业秘密规定", "法释〔2020〕7号", {(9, 10), (17, 22), (32, 39)}),
    ("反法解释", "法释〔2022〕9号", {(6, 7), (8, 9), (11, 12), (12, 13), (17, 22)}),
])
def test_every_old_number_in_the_two_interpretations_is_translated(corpus: Path, title, label, expected):
    spc = version(title, label)
    said = notices(article(spc, 1, _text(corpus, spc.title)))["old_numbers"]
    pairs = {f"{StatuteRef('', a).locator}现为{StatuteRef('', b).locator}" for a, b in expected}
    assert pairs <= set(re.split("[，：]", said))


@pytest.mark.corpus
def test_the_checkable_facts_stand_in_the_version_that_the_register_calls_current(corpus: Path):
    facts = Path(corpus).parent / "reference" / "corpus_facts.json"
    if not facts.is_file():
        pytest.skip("the list of checkable facts is not beside the documents")
    by_file = {d["file"]: d for d in json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]}
    for fact in json.loads(facts.read_text(encoding="utf-8"))["facts"]:
        held = by_file[fact["file"]]
        entry = REGISTRY.version_of(held["title"], date.fromisoformat(held["date_issued"]))
        assert entry is not None and entry.in_force_on(TODAY), fact["fact"]
        text = (corpus / fact["file"]).read_text(encoding="utf-8")
        assert all(part in text for part in fact["must_contain"]), fact["fact"]


def _text(corpus: Path, title: str) -> str:
    documents = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["documents"]
    [file] = [d["file"] for d in documents if d["title"] == title]
    return (corpus / file).read_text(encoding="utf-8")


# -- a version without a recorded last day, and who may take its place

def made(title: str, label: str, first: date | None, tier: Tier = Tier.OFFICIAL, last: date | None = None) -> Version:
    return Version(f"{title}{label}{tier}", "某法", title, label, Kind.LAW, tier, in_force_from=first, in_force_to=last,
                   status=Status.CURRENT)


FIRST, SECOND, COMING = (made("某法", label, day) for label, day in (
    ("2010", date(2010, 1, 1)), ("2020修订", date(2020, 1, 1)), ("2027修订", date(2027, 1, 1))))


@pytest.mark.parametrize(("later", "gives_way"), [
    (SECOND, True), (COMING, False), (made("某法", "2020修订", date(2020, 1, 1), Tier.DIGEST), True),
    (made("某法", "2020修订", date(2020, 1, 1), Tier.USER), False), (made("某法实施细则", "2020", date(2020, 1, 1)), False),
    (made("某法（节选）", "2020修订", date(2020, 1, 1)), True), (made("某法", "未注明", None), False)])
def test_an_official_text_gives_way_to_a_later_one_that_has_begun_and_is_vouched_for(later: Version, gives_way: bool):
    standing = Standing(lambda: [FIRST, later], lambda: "")
    assert (FIRST.id in standing.overtaken(TODAY)) is gives_way
    assert FIRST.id not in standing.overtaken(date(2015, 1, 1))


def test_one_user_s_text_gives_way_to_a_later_one_of_a_user():
    old, new = (made("某法", label, day, Tier.USER) for label, day in (("2010", date(2010, 1, 1)), ("2020", date(2020, 1, 1))))
    assert Standing(lambda: [old, new], lambda: "").overtaken(TODAY) == {old.id}


def test_the_standing_of_versions_is_read_once_for_each_state_of_the_library():
    library, state, reads = [FIRST], ["one"], []

    def read() -> list[Version]:
        reads.append(state[0])
        return list(library)

    standing = Standing(read, lambda: state[0])
    assert standing.overtaken(TODAY) == standing.overtaken(date(2025, 1, 1)) == frozenset()
    library.append(SECOND)
    state[0] = "two"
    assert standing.overtaken(TODAY) == {FIRST.id} and standing.versions() == (FIRST, SECOND)
    assert reads == ["one", "two"]


def test_the_whole_text_governs_where_a_part_of_it_is_held_too():
    part = made("某法（第一编 总则）", "2020修订", date(2020, 1, 1))
    assert governing([part, SECOND], TODAY) == SECOND


def test_a_user_s_text_of_a_registered_law_is_told_from_the_official_one():
    mine = version(AUCL, "2025修订", Tier.USER)
    assert "以官方公布的文本为准" in notices(article(mine, 10))["unofficial"]
    told = notices_for([article(mine, 10)], REGISTRY, [mine, NEW], TODAY)
    assert "以本库的官方文本为准" in {n.kind: n.text for n in told}["unofficial"]
    assert "unofficial" not in notices(article(NEW, 10))


def test_a_user_s_claim_of_a_newer_law_does_not_declare_the_official_one_replaced():
    claim = Version("c", AUCL, NEW.title, "2026修订", Kind.LAW, Tier.USER, in_force_from=date(2026, 1, 1))
    assert not {n.kind for n in notices_for([article(NEW, 10)], REGISTRY, [NEW, claim], TODAY)} & {"superseded", "later_version"}
    assert later_version(NEW, [claim]) is None


def test_a_scan_s_label_does_not_hide_where_its_articles_went():
    scan = Version("s", AUCL, OLD.title, "2019修正·文字识别稿", Kind.LAW, Tier.USER, in_force_from=OLD.in_force_from,
                   in_force_to=OLD.in_force_to, status=Status.AMENDED, read_by="tesseract")
    assert "第九条相应为第十条" in notices(article(scan, 9))["superseded"]
