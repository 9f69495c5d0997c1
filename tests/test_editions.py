"""An article and its other versions: which applies, where it stands in the others, what to read instead."""

from dataclasses import replace
from datetime import date

import pytest

from kb.editions import Effect, edition_in_force, editions, effect_of, neighbours
from kb.registry import bundled_registry
from kb.types import Kind, Passage, Status, Tier, Version, ordinal_numeral

REGISTRY = bundled_registry()
TODAY, THEN, AHEAD = date(2026, 11, 22), date(2024, 5, 1), date(2027, 6, 1)


def version(document: str, label: str, tier: Tier = Tier.OFFICIAL) -> Version:
    entry = REGISTRY.version_of(document, label=label)
    assert entry is not None
    return Version(f"{tier}:{document}{label}", entry.document, entry.title, label, Kind.LAW, tier, in_force_from=entry.in_force_from,
                   in_force_to=entry.in_force_to, status=entry.status)


def article(of: Version, number: int, text: str) -> Passage:
    return Passage(f"{of.id}{number}", of, f"第{ordinal_numeral(number)}条", text, article=number, ordinal=number)


class Shelf:
    def __init__(self, *passages: Passage) -> None:
        self._passages = passages

    def versions(self) -> list[Version]:
        return list({p.version.id: p.version for p in self._passages}.values())

    def passages_of(self, version_id: str) -> list[Passage]:
        return [p for p in self._passages if p.version.id == version_id]

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        return [p for p in self._passages if (p.version.document, p.article, p.sub) == (document, article, sub)]

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        at = next(p for p in self._passages if p.id == passage_id)
        return [p for p in self.passages_of(at.version.id) if abs(p.ordinal - at.ordinal) <= radius]


OLD, NEW = version("反不正当竞争法", "2019修正"), version("反不正当竞争法", "2025修订")
NINTH, TENTH = article(OLD, 9, "经营者不得实施侵犯商业秘密的行为。"), article(NEW, 10, "经营者不得实施下列侵犯商业秘密的行为。")
AUCL = Shelf(NINTH, article(OLD, 10, "有奖销售。"), article(NEW, 9, "虚假宣传。"), TENTH)
MARKS_NOW, MARKS_NEXT = version("商标法", "2019修正"), version("商标法", "2026修订")


@pytest.mark.parametrize(("of", "day", "effect"), [
    (NEW, TODAY, Effect.IN_FORCE), (NEW, AHEAD, Effect.IN_FORCE), (NEW, THEN, Effect.AHEAD),
    (OLD, TODAY, Effect.PAST), (OLD, THEN, Effect.THEN),
    (MARKS_NOW, TODAY, Effect.IN_FORCE), (MARKS_NEXT, TODAY, Effect.AHEAD), (MARKS_NEXT, AHEAD, Effect.IN_FORCE),
    (MARKS_NOW, AHEAD, Effect.PAST),
    (replace(NEW, status=Status.UNKNOWN, in_force_from=None), TODAY, Effect.UNCERTAIN),
    (replace(NEW, kind=Kind.GUIDE), TODAY, None), (replace(NEW, kind=Kind.OTHER, in_force_from=None), TODAY, None),
])
def test_what_a_text_is_worth_to_who_asks_about_a_day(of, day, effect):
    assert effect_of(of, [OLD, NEW, MARKS_NOW, MARKS_NEXT], day, TODAY) is effect


def test_a_text_whose_last_day_nobody_recorded_gives_way_to_the_later_one_of_the_library():
    undated_end = replace(OLD, in_force_to=None, status=Status.CURRENT)
    assert effect_of(undated_end, [undated_end], TODAY, TODAY) is Effect.IN_FORCE
    assert effect_of(undated_end, [undated_end, NEW], TODAY, TODAY) is Effect.PAST


def test_an_article_is_found_in_the_other_version_under_the_number_it_has_there():
    assert [(e.version.label, e.locator, e.text) for e in editions(AUCL, REGISTRY, TENTH)] == [
        ("2025修订", "第十条", TENTH.text), ("2019修正", "第九条", NINTH.text)]
    assert [(e.version.label, e.locator) for e in editions(AUCL, REGISTRY, NINTH)] == [("2025修订", "第十条"), ("2019修正", "第九条")]


def test_where_the_register_is_silent_the_texts_are_compared():
    first = replace(OLD, id="a", document="保密规定", title="保密规定", label="2020")
    second = replace(NEW, id="b", document="保密规定", title="保密规定", label="2026")
    words = "单位应当与接触商业秘密的员工签订保密协议，写明保密的范围、期限和违约责任。"
    shelf = Shelf(article(first, 3, words), article(first, 4, "材料应当登记造册，专人保管。"),
                  article(second, 5, words.replace("员工", "人员")), article(second, 6, "材料应当登记造册，专人保管。"))
    found = editions(shelf, REGISTRY, shelf.article("保密规定", 5)[0])
    assert [(e.version.label, e.locator) for e in found] == [("2026", "第五条"), ("2020", "第三条")]


def test_our_digests_are_not_compared_word_by_word():
    digest = replace(version("反不正当竞争法", "2025修订", Tier.DIGEST))
    summary = article(digest, 40, "本库的要点。")
    found = editions(Shelf(NINTH, summary), REGISTRY, summary)
    assert [e.own_words for e in found] == [False]


def test_an_article_that_is_new_has_no_edition_in_the_version_before():
    new = article(NEW, 13, "数据不得以不正当方式获取。")
    assert [e.version.label for e in editions(Shelf(NINTH, new), REGISTRY, new)] == ["2025修订"]


def test_parts_of_a_long_article_are_one_edition():
    parts = [replace(TENTH, id=f"p{n}", part=n, text=f"第{n}部分。") for n in (1, 2)]
    found, = editions(Shelf(*parts), REGISTRY, parts[1])
    assert (found.locator, found.text) == ("第十条", "第1部分。\n第2部分。")


@pytest.mark.parametrize(("passage", "day", "instead"), [
    (NINTH, TODAY, ("2025修订", "第十条")), (TENTH, THEN, ("2019修正", "第九条")), (TENTH, TODAY, None), (NINTH, THEN, None),
])
def test_what_to_read_instead_is_the_article_in_the_text_of_the_day(passage, day, instead):
    found = edition_in_force(AUCL, REGISTRY, passage, day)
    assert (found and (found.version.label, found.locator)) == instead


def test_a_text_without_articles_has_no_editions():
    plan = Passage("t", replace(NEW, kind=Kind.POLICY_PLAN), "二、(三)7", "任务。")
    assert editions(Shelf(plan), REGISTRY, plan) == ()


def test_neighbours_are_those_of_the_same_version():
    tenth = AUCL.article("反不正当竞争法", 10)[0]      # of the old text, the last one there
    before, after = neighbours(AUCL, tenth)
    assert (before, after) == (NINTH, None)
