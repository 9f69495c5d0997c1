"""`zhiwen diff`: which two versions are compared, and how what changed is told."""

from datetime import date

import pytest

from kb.amendment import Amendment, amendment, article_lines, record, table_lines
from kb.errors import QuestionError
from kb.registry import bundled_registry
from kb.types import Kind, Passage, Status, Tier, Version, ordinal_numeral

REGISTRY = bundled_registry()
TODAY = date(2026, 11, 22)


def version(label: str, year: int, tier: Tier = Tier.OFFICIAL, title: str = "某法") -> Version:
    return Version(f"{tier}{title}{label}", "某法", title, label, Kind.LAW, tier, in_force_from=date(year, 1, 1),
                   status=Status.CURRENT)


TEXTS = {
    "2010": ("为了保护样品，制定本法。", "样品应当保密五年，到期后可以公开样品的名称。", "违反本法第二条规定的，处一万元罚款。"),
    "2020修订": ("为了保护样品，制定本法。", "样品的保管人应当登记入库的时间和数量。", "样品应当保密十年，到期后可以公开样品的名称。",
                 "违反本法第三条规定的，处一万元罚款。"),
    "2027修订": ("为了保护样品，制定本法。", "样品应当保密十年，到期后可以公开样品的名称。"),
}


class Shelf:
    def __init__(self, *versions: Version) -> None:
        self._versions = versions

    def versions(self) -> list[Version]:
        return list(self._versions)

    def passages_of(self, version_id: str) -> list[Passage]:
        of = next(v for v in self._versions if v.id == version_id)
        return [Passage(f"{of.id}{n}", of, f"第{ordinal_numeral(n)}条", text, article=n)
                for n, text in enumerate(TEXTS[of.label], start=1)]


FIRST, SECOND, COMING = version("2010", 2010), version("2020修订", 2020), version("2027修订", 2027)


def chosen(*held: Version, day: date = TODAY, **labels: str) -> tuple[str, str]:
    found = amendment(Shelf(*held), REGISTRY, "某法", day, **labels)
    return found.old.label, found.new.label


@pytest.mark.parametrize(("held", "day", "labels", "pair"), [
    ((FIRST, SECOND, COMING), TODAY, {}, ("2010", "2020修订")),
    ((FIRST, SECOND, COMING), date(2028, 1, 1), {}, ("2020修订", "2027修订")),
    ((SECOND, COMING), TODAY, {}, ("2020修订", "2027修订")),                       # nothing earlier is held: what is to come
    ((FIRST, SECOND, COMING), TODAY, {"new": "2027"}, ("2020修订", "2027修订")),
    ((FIRST, SECOND, COMING), TODAY, {"old": "2010", "new": "2027修订"}, ("2010", "2027修订")),
    ((FIRST, SECOND, COMING), TODAY, {"old": "2010"}, ("2010", "2020修订")),
    ((FIRST, SECOND, COMING), TODAY, {"old": "2027修订", "new": "2010"}, ("2010", "2027修订")),
])
def test_the_version_in_force_is_compared_with_the_one_before_it_unless_others_are_named(held, day, labels, pair):
    assert chosen(*held, day=day, **labels) == pair


def test_a_digest_is_not_compared_and_the_official_text_goes_before_a_user_s():
    digest, mine = version("2010", 2010, Tier.DIGEST), version("2020修订", 2020, Tier.USER)
    with pytest.raises(QuestionError, match="两个版本"):
        amendment(Shelf(digest, SECOND), REGISTRY, "某法", TODAY)
    assert amendment(Shelf(FIRST, mine, SECOND), REGISTRY, "某法", TODAY).new == SECOND


def test_a_label_that_is_not_held_is_refused_with_those_that_are():
    with pytest.raises(QuestionError, match="2010、2020修订"):
        amendment(Shelf(FIRST, SECOND), REGISTRY, "某法", TODAY, old="1999")


@pytest.fixture
def found() -> Amendment:
    return amendment(Shelf(FIRST, SECOND), REGISTRY, "某法", TODAY)


def test_an_article_is_told_by_its_new_number_with_its_changes_marked(found: Amendment):
    assert article_lines(found, "3") == [
        "第三条（2020修订）← 第二条（2010）：移条并改文字", "样品应当保密【-五-】【+十+】年，到期后可以公开样品的名称。",
        "注意：2010的第三条是另一条，现为第四条"]
    assert article_lines(found, "第一条") == ["第一条（2020修订）← 第一条（2010）：文字相同", TEXTS["2010"][0]]
    assert article_lines(found, "二")[0] == "第二条（2020修订）：新增，2010没有对应的条文"


def test_a_number_that_only_the_older_version_has_is_told_from_there():
    lines = article_lines(amendment(Shelf(SECOND, COMING), REGISTRY, "某法", TODAY), "4")
    assert lines == ["第四条（2020修订）：2027修订没有对应的条文", TEXTS["2020修订"][3]]


def test_a_number_neither_has_is_refused(found: Amendment):
    with pytest.raises(QuestionError, match="都没有9"):
        article_lines(found, "9")


def test_the_table_has_a_line_for_every_article_and_counts_them(found: Amendment):
    lines = table_lines(found)
    assert lines[1] == "未变 1 条，移条并改文字 2 条，新增 1 条"
    assert lines[3:] == ["第一条 ← 第一条  未变", "第二条 ← （无）  新增", "第三条 ← 第二条  移条并改文字", "第四条 ← 第三条  移条并改文字"]


def test_the_record_for_programs_has_both_texts_and_their_differences(found: Amendment):
    told = record(found, "3")
    assert (told["from"]["version"], told["to"]["version"]) == ("2010", "2020修订")
    (pair,) = told["articles"]
    assert (pair["change"], pair["old"][0]["locator"], pair["new"][0]["locator"]) == ("moved_and_reworded", "第二条", "第三条")
    assert {"removed": "五", "added": "十"} in pair["differences"]
    assert len(record(found)["articles"]) == 4
