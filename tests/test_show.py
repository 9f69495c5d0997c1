"""`zhiwen show`: the article of a day, once, from the best source, with what a reader must know beside it."""

from datetime import date

import pytest

from kb.errors import QuestionError
from kb.registry import bundled_registry
from kb.show import contents, day_meant, located_text, notices_beside
from kb.types import Kind, Passage, Status, Tier, Version, ordinal_numeral

REGISTRY = bundled_registry()
TODAY, THEN = date(2026, 11, 22), date(2024, 5, 1)
AUCL = "反不正当竞争法"


def version(label: str, tier: Tier = Tier.OFFICIAL, file: str = "", title: str = "") -> Version:
    entry = REGISTRY.version_of(AUCL, label=label)
    assert entry is not None
    return Version(f"{tier}:{label}#{file}", AUCL, title or entry.title, label, Kind.LAW, tier, in_force_from=entry.in_force_from,
                   in_force_to=entry.in_force_to, status=entry.status, file_name=file)


def article(of: Version, number: int, text: str = "") -> Passage:
    return Passage(f"{of.id}{number}{text}", of, f"第{ordinal_numeral(number)}条", text or f"{of.label}第{number}条的话。",
                   article=number, ordinal=number)


class Shelf:
    def __init__(self, *passages: Passage) -> None:
        self._passages = passages

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        return [p for p in self._passages if (p.version.document, p.article, p.sub) == (document, article, sub)]

    def located(self, document: str, locator: str) -> list[Passage]:
        return [p for p in self._passages if (p.version.document, p.locator) == (document, locator)]

    def versions(self) -> list[Version]:
        return list({p.version.id: p.version for p in self._passages}.values())

    def passages_of(self, version_id: str) -> list[Passage]:
        return [p for p in self._passages if p.version.id == version_id]


OLD, NEW = version("2019修正"), version("2025修订")
LIBRARY = Shelf(*(article(of, n) for of in (OLD, NEW) for n in (9, 10, 11)))


@pytest.mark.parametrize("written", ["10", "十", "第十条", "第10条"])
@pytest.mark.parametrize(("day", "label"), [(THEN, "2019修正"), (TODAY, "2025修订")])
def test_the_article_of_the_day_is_shown_however_its_number_is_written(written: str, day: date, label: str):
    (passage,) = located_text(LIBRARY, REGISTRY, AUCL, written, day)
    assert (passage.version.label, passage.article) == (label, 10)


def test_beside_an_old_article_stands_where_it_went_and_where_today_s_article_of_its_number_stood():
    (passage,) = located_text(LIBRARY, REGISTRY, AUCL, "10", THEN)
    told = {n.kind: n.text for n in notices_beside(passage, REGISTRY, LIBRARY.versions(), THEN, TODAY)}
    assert "适用到2025年10月14日" in told["later_version"] and "第十条相应为第十一条" in told["later_version"]
    assert told["same_number"] == "现行2025修订的第十条，在2019修正中是第九条"


def test_beside_today_s_article_stands_its_old_number_and_nothing_about_another():
    (passage,) = located_text(LIBRARY, REGISTRY, AUCL, "10", TODAY)
    told = {n.kind: n.text for n in notices_beside(passage, REGISTRY, LIBRARY.versions(), TODAY, TODAY)}
    assert set(told) == {"moved"} and "原第九条（2019修正）" in told["moved"]


def test_one_text_in_several_files_is_shown_once_from_the_best_of_them():
    words = "同样的话。"
    whole, copy = article(NEW, 10, words), article(version("2025修订", Tier.USER, "副本.txt"), 10, "同样的 话｡")
    part = article(version("2025修订", file="节选", title="中华人民共和国反不正当竞争法（节选）"), 10, words)
    for shelf in (Shelf(copy, part, whole), Shelf(whole, part, copy)):
        assert located_text(shelf, REGISTRY, AUCL, "10", TODAY) == [whole]
        assert [p for p in located_text(shelf, REGISTRY, AUCL, "10", TODAY, all_versions=True)] == [whole]
    changed = article(version("2025修订", Tier.USER, "假的.txt"), 10, "别的话。")
    assert located_text(Shelf(changed, whole), REGISTRY, AUCL, "10", TODAY) == [whole]
    assert len(located_text(Shelf(changed, whole), REGISTRY, AUCL, "10", TODAY, all_versions=True)) == 2


def test_a_version_without_a_last_day_gives_way_to_its_successor_in_article_and_contents():
    first, second = (Version(label, "某法", "某法", label, Kind.LAW, Tier.OFFICIAL, in_force_from=date(int(label), 1, 1),
                             status=Status.CURRENT) for label in ("2010", "2020"))
    shelf = Shelf(article(first, 1), article(second, 1))
    assert [p.version for p in located_text(shelf, REGISTRY, "某法", "1", TODAY)] == [second]
    assert [p.version for p in contents(shelf, REGISTRY, "某法", TODAY)] == [second]
    assert [p.version for p in contents(shelf, REGISTRY, "某法", date(2015, 1, 1))] == [first]


@pytest.mark.parametrize("locator", ["99", "第九十九条", "附件"])
def test_what_is_not_there_is_said(locator: str):
    with pytest.raises(QuestionError, match=locator):
        located_text(LIBRARY, REGISTRY, AUCL, locator, TODAY)


@pytest.mark.parametrize(("reference", "meant"), [
    ("《反不正当竞争法》第十条", date(2026, 11, 22)), ("《商标法》（2019修正）第三十九条", date(2026, 11, 22)),
    ("《商标法》（2026修订）第四十三条", date(2027, 1, 1)), ("《反不正当竞争法》（2019修正）第九条", date(2025, 10, 14)),
    ("《武汉市国家知识产权保护示范区建设方案》二、(三)9", date(2026, 11, 22)),
])
def test_a_reference_that_names_its_version_is_read_on_a_day_of_that_version(reference, meant):
    assert day_meant(REGISTRY, reference, date(2026, 11, 22)) == meant
