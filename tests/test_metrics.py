"""Every metric against values worked out by hand."""

from fractions import Fraction

import pytest

from eval.metrics import (
    answer_length,
    hit_at_k,
    key_fact_recall,
    mean,
    missing_articles,
    missing_facts,
    mrr,
    over_refusal,
    recall_at_k,
    refusal_recall,
    said,
    verbatim_share,
)

FOUND = ("杂", "十", "十", "杂二", "二十二")     # 第十条 twice: its digest and its text


@pytest.mark.parametrize(("gold", "k", "share"), [
    ({"十", "二十二"}, 5, Fraction(1)),
    ({"十", "二十二"}, 4, Fraction(1, 2)),
    ({"十", "二十二", "三十九"}, 5, Fraction(2, 3)),
    ({"十"}, 1, Fraction(0)),
    ((), 5, None),
])
def test_recall_is_the_share_of_gold_articles_among_the_first_k(gold, k, share):
    assert recall_at_k(FOUND, gold, k) == share


@pytest.mark.parametrize(("gold", "k", "hit"), [
    ({"十", "三十九"}, 2, 1), ({"十"}, 1, 0), ({"三十九"}, 5, 0), ((), 5, None)])
def test_one_gold_article_is_a_hit(gold, k, hit):
    assert hit_at_k(FOUND, gold, k) == hit


@pytest.mark.parametrize(("gold", "value"), [
    ({"杂"}, Fraction(1)), ({"十", "二十二"}, Fraction(1, 2)), ({"二十二"}, Fraction(1, 5)),
    ({"三十九"}, Fraction(0)), ((), None)])
def test_reciprocal_rank_counts_the_first_gold_article(gold, value):
    assert mrr(FOUND, gold) == value


@pytest.mark.parametrize(("text", "wording"), [
    ("最高可判500万元。", "五百万元"),
    ("处十万元以上100万元以下的罚款", "十万元以上一百万元以下"),
    ("不得超过两年", "不得超过二年"),
    ("不少于 6 期", "6期"),
    ("培训２０００人次以上", "2000人次"),
    ("在48小时内作出裁定", "四十八小时"),
    ("应 当 提供“初步证据”", "初步证据"),
    ("2026年1月—2月", "2026年1月"),
])
def test_a_fact_counts_however_it_is_written(text, wording):
    assert said(text, wording)


@pytest.mark.parametrize(("text", "wording"), [
    ("三百万元以下", "五百万元以下"),
    ("五百万元以上", "五百万元以下"),
    ("不少于16期", "6期"),
    ("共210家", "10家"),
    ("一百小时内", "100天"),
    ("提供证据", "初步证据"),
])
def test_another_figure_or_word_is_not_the_fact(text, wording):
    assert not said(text, wording)


FACTS = (("一倍以上五倍以下",), ("故意", "恶意"), ("情节严重",))


@pytest.mark.parametrize(("text", "share", "missing"), [
    ("恶意且情节严重的，可判一至五倍。", Fraction(1), []),
    ("恶意的，可判一至五倍。", Fraction(2, 3), ["情节严重"]),
    ("可以要求赔偿。", Fraction(0), ["一倍以上五倍以下", "故意", "情节严重"]),
])
def test_key_fact_recall_accepts_any_wording_of_a_fact(text, share, missing):
    assert key_fact_recall(text, FACTS) == share
    assert missing_facts(text, FACTS) == missing


def test_without_facts_there_is_no_recall():
    assert key_fact_recall("答", ()) is None


def test_a_gold_article_that_is_not_cited_is_missing():
    assert missing_articles({"十", "二十二"}, ["二十二", "三十九"]) == ["三十九"]


@pytest.mark.parametrize(("quotes", "share"), [
    ([("依法承担民事责任", "应当依法承担民事责任。"), ("依法承担责任", "应当依法承担民事责任。"),
      ("", "应当依法承担民事责任。")], Fraction(1, 3)),
    ([("应当，", "应当,")], Fraction(0)),
    ([], None),
])
def test_a_quotation_counts_only_character_by_character(quotes, share):
    assert verbatim_share(quotes) == share


@pytest.mark.parametrize("metric", [refusal_recall, over_refusal])
def test_refusals_are_counted_over_their_own_half(metric):
    assert metric([True, True, False, True]) == Fraction(3, 4)
    assert metric([]) is None


def test_length_counts_what_a_reader_reads():
    assert answer_length("答：可以。\n\n 一 ") == 6


def test_the_mean_weighs_every_question_alike():
    assert mean([Fraction(1), Fraction(1, 2), Fraction(0)]) == Fraction(1, 2)
    assert mean([]) is None
