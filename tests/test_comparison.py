"""Article against article: what moved, what was reworded, and what the two texts of one article say differently."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.comparison import Article, Change, articles_of, compare, differences, moves
from kb.registry import bundled_registry
from kb.text import fold
from kb.types import Kind, Passage, StatuteRef, Tier, Version

SECRET = "本法所称的商业秘密，是指不为公众所知悉、具有商业价值并经权利人采取相应保密措施的技术信息、经营信息等商业信息。"
BRIBE = "经营者不得采用财物或者其他手段贿赂交易相对方的工作人员，以谋取交易机会或者竞争优势。"
PRIZE = "经营者进行有奖销售不得存在所设奖的种类、兑奖条件、奖金金额或者奖品等信息不明确的情形。"
FINE = "违反本法第{}条规定侵犯商业秘密的，由监督检查部门责令停止违法行为，没收违法所得，处十万元以上一百万元以下的罚款。"
BRIBE_FINE = "违反本法第{}条规定贿赂他人的，由监督检查部门没收违法所得，处十万元以上三百万元以下的罚款。"
FIRST_DAY = "本法自{}年10月15日起施行。"


def law(*texts: str) -> list[Article]:
    return [Article(StatuteRef("", n).locator, n, 0, text) for n, text in enumerate(texts, start=1)]


def told(old: list[Article], new: list[Article]) -> list[tuple[list[int], list[int], Change]]:
    return [([a.number for a in pair.old], [a.number for a in pair.new], pair.change) for pair in compare(old, new)]


def test_an_article_is_followed_to_its_new_number_by_its_words():
    old = law(SECRET, BRIBE, FINE.format("一"), FIRST_DAY.format(2019))
    new = law("为了促进社会主义市场经济健康发展，制定本法。", BRIBE, SECRET, FINE.format("三"), FIRST_DAY.format(2025))
    assert told(old, new) == [
        ([], [1], Change.NEW), ([2], [2], Change.UNCHANGED), ([1], [3], Change.MOVED),
        ([3], [4], Change.MOVED_AND_REWORDED), ([4], [5], Change.MOVED_AND_REWORDED)]


def test_an_article_that_nothing_resembles_is_gone_and_stands_where_it_stood():
    assert told(law(BRIBE, PRIZE, SECRET), law(BRIBE, SECRET)) == [
        ([1], [1], Change.UNCHANGED), ([2], [], Change.GONE), ([3], [2], Change.MOVED)]


def test_a_rule_divided_in_two_is_told_as_split_and_the_reverse_as_merged():
    whole, first, second = f"{SECRET}\n{PRIZE}", SECRET, PRIZE
    assert told(law(BRIBE, whole), law(BRIBE, first, second))[1] == ([2], [2, 3], Change.SPLIT)
    assert told(law(BRIBE, first, second), law(BRIBE, whole))[1] == ([2, 3], [2], Change.MERGED)


@pytest.mark.parametrize("printed", [SECRET.replace("，", ",").replace("。", "｡"), SECRET.replace("、", "、 "),
                                     SECRET.replace("。", "。\u3000"), SECRET.replace("是指", "是指\n")])
def test_width_and_blanks_are_no_change_of_the_law(printed: str):
    assert told(law(SECRET), law(printed)) == [([1], [1], Change.UNCHANGED)]
    assert all(piece.same for piece in differences(SECRET, printed))


def test_penalties_that_read_alike_are_told_apart_by_the_articles_they_punish():
    """One punishes 第二条, which became 第三条; the wording alone would fit another penalty better."""
    old = law(PRIZE, SECRET, "甲" + BRIBE, FINE.format("二"), BRIBE_FINE.format("三"), FIRST_DAY.format(2019))
    new = law("为了促进公平竞争，制定本法。", PRIZE, SECRET, "甲" + BRIBE, BRIBE_FINE.format("四"),
              FINE.format("三"), FIRST_DAY.format(2025))
    assert moves(compare(old, new)) == {1: 2, 2: 3, 3: 4, 4: 6, 5: 5, 6: 7}


def test_no_article_is_lost_or_counted_twice():
    old, new = law(SECRET, BRIBE, PRIZE, FINE.format("一")), law(PRIZE, f"{SECRET}\n{BRIBE}", FIRST_DAY.format(2025))
    pairs = compare(old, new)
    assert sorted(a.number for pair in pairs for a in pair.old) == [1, 2, 3, 4]
    assert sorted(a.number for pair in pairs for a in pair.new) == [1, 2, 3]


CHINESE = st.text(alphabet="甲乙丙丁，。、（）的法条 \n", max_size=40)


@given(st.lists(CHINESE, max_size=8), st.lists(CHINESE, max_size=8))
def test_every_article_of_both_sides_is_told_exactly_once(old: list[str], new: list[str]):
    pairs = compare(law(*old), law(*new))
    assert sorted(a.number for pair in pairs for a in pair.old) == list(range(1, len(old) + 1))
    assert sorted(a.number for pair in pairs for a in pair.new) == list(range(1, len(new) + 1))
    found = moves(pairs)
    assert len(set(found.values())) == len(found)


@given(CHINESE, CHINESE)
def test_the_runs_of_a_comparison_make_up_both_texts(old: str, new: str):
    runs = differences(old, new)
    assert "".join(run.same + run.added for run in runs) == new
    assert fold("".join(run.same + run.removed for run in runs)) == fold(old)


def test_a_changed_word_is_shown_as_taken_out_and_put_in():
    runs = differences("处五十万元以上五百万元以下的罚款", "处一百万元以上五百万元以下的罚款")
    assert [(run.removed, run.added) for run in runs if not run.same] == [("五十", "一百")]


def test_the_parts_of_a_long_article_are_compared_as_one():
    version = Version("v", "某法", "某法", "2025", Kind.LAW, Tier.OFFICIAL, in_force_from=date(2025, 1, 1))
    parts = [Passage(f"p{n}", version, "第一条", text, article=1, part=n) for n, text in ((1, "甲。"), (2, "乙。"))]
    assert articles_of([*parts, Passage("q", version, "引言", "丙")]) == (Article("第一条", 1, 0, "甲。\n乙。"),)


# -- the facts of the real version groups (../shared/reference/corpus.md, sections 5 and 6)

AUCL = ("反不正当竞争法", "2019修正", "2025修订")
NEW_SINCE_2025 = (14, 15, 40)
FACTS = [
    *((*AUCL, *row) for row in ((6, 7), (7, 8), (8, 9), (9, 10), (10, 11), (11, 12), (12, 13), (15, 19), (17, 22), (21, 26),
                                (28, 35), (32, 39))),
    ("商标法", "2019修正", "2026修订", 63, 77), ("商标法", "2019修正", "2026修订", 73, 87),
    ("专利法实施细则", "2010修订", "2023修订", 77, 93), ("植物新品种保护条例", "2014修订", "2025修订", 34, 35),
    ("知识产权刑事解释", "法释〔2020〕10号", "法释〔2025〕5号", 4, 17),
    ("知识产权刑事解释", "法释〔2004〕19号", "法释〔2025〕5号", 7, 17),
    ("知识产权惩罚性赔偿解释", "法释〔2021〕4号", "法释〔2026〕7号", 7, 14),
]


@pytest.mark.parametrize(("document", "old", "new", "before", "after"), FACTS)
def test_the_register_knows_where_an_article_went_and_whence_it_came(document, old, new, before, after):
    registry = bundled_registry()
    assert registry.moved(document, before, old, new) == after
    assert registry.moved(document, after, new, old) == before


@pytest.mark.parametrize("number", NEW_SINCE_2025)
def test_what_is_new_came_from_nowhere(number):
    assert bundled_registry().moved(AUCL[0], number, AUCL[2], AUCL[1]) is None


@pytest.fixture(scope="module")
def official(corpus: Path):
    from train.fingerprints import official_documents

    return official_documents(corpus, bundled_registry())


@pytest.mark.corpus
def test_the_article_maps_of_the_register_are_those_of_the_texts(official):
    from train.article_moves import article_moves

    registry = bundled_registry()
    computed = {(document, old, new): articles for document, old, new, articles in article_moves(official, registry)}
    assert computed == {(m.document, m.old, m.new): dict(m.articles) for m in registry.moves}


@pytest.mark.corpus
@pytest.mark.parametrize(("old", "new", "change"), [
    ("第九条", "第十条", Change.MOVED), ("第三十二条", "第三十九条", Change.MOVED),           # 文字相同
    ("第十五条", "第十九条", Change.MOVED_AND_REWORDED), ("第十七条", "第二十二条", Change.MOVED_AND_REWORDED),
    ("第二十一条", "第二十六条", Change.MOVED_AND_REWORDED), ("第二十八条", "第三十五条", Change.MOVED_AND_REWORDED),
    ("", "第十四条", Change.NEW), ("", "第十五条", Change.NEW), ("", "第四十条", Change.NEW)])
def test_what_became_of_the_unfair_competition_law_in_2025(official, old, new, change):
    before, after = (next(articles_of(d.passages) for d in official if (d.version.document, d.version.label) == (AUCL[0], label))
                     for label in AUCL[1:])
    assert (len(before), len(after)) == (33, 41)
    pair = next(p for p in compare(before, after) if new in [a.locator for a in p.new])
    assert (pair.change, [a.locator for a in pair.old]) == (change, [old] if old else [])


@pytest.mark.corpus
def test_the_words_that_changed_in_the_penalties_are_shown(official):
    texts = {d.version.label: {a.number: a.text for a in articles_of(d.passages)} for d in official
             if d.version.document == AUCL[0]}
    changed = [(run.removed, run.added) for run in differences(texts["2019修正"][17], texts["2025修订"][22]) if not run.same]
    assert ("恶", "故") in changed         # 恶意 became 故意
    assert all(before.same != after.same for before, after in pairwise(differences(texts["2019修正"][21], texts["2025修订"][26])))
