"""Every metric against values worked out by hand."""

from fractions import Fraction

import pytest

from eval.metrics import (
    Reliability,
    Reply,
    Substance,
    answer_length,
    crag_score,
    differences,
    equivalence,
    full_credit,
    hit_at_k,
    key_fact_recall,
    mean,
    missing_articles,
    missing_facts,
    mrr,
    ndcg_at_k,
    over_refusal,
    recall_at_k,
    refusal_precision,
    refusal_recall,
    reliability,
    reply,
    said,
    stale_law_rate,
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


@pytest.mark.parametrize(("gold", "k", "value"), [
    ({"杂"}, 5, 1.0),                               # 1/log2(2) of 1/log2(2)
    ({"杂二"}, 4, 0.430676558),                      # 1/log2(5) of 1
    ({"杂", "十"}, 2, 1.0),
    ({"三十九"}, 5, 0.0), ((), 5, None)])
def test_discounted_gain_is_a_share_of_the_best_order(gold, k, value):
    assert ndcg_at_k(FOUND, gold, k) == (None if value is None else pytest.approx(value))


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
    assert full_credit(text, FACTS) == (0 if missing else 1)


def test_without_facts_there_is_no_recall():
    assert key_fact_recall("答", ()) is None
    assert full_credit("答", ()) is None


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


def test_refusal_precision_is_the_share_of_refusals_that_were_due():
    assert refusal_precision([True, True, False]) == Fraction(2, 3)
    assert refusal_precision([]) is None


@pytest.mark.parametrize(("in_force", "rate"), [([True, True], 0), ([True, False], 1), ([False, False], 1), ([], 0)])
def test_one_repealed_text_spoils_an_answer(in_force, rate):
    assert stale_law_rate(in_force) == rate


ANSWERED = {"facts": 2, "missing": 0, "declined": False, "due": False, "forbidden": False}


@pytest.mark.parametrize(("found", "what", "score"), [
    ({}, Reply.RIGHT, 1),
    ({"missing": 1}, Reply.MISSING, 0),
    ({"missing": 2}, Reply.BESIDE, -1),
    ({"forbidden": True}, Reply.WRONG, -1),
    ({"missing": 2, "declined": True}, Reply.MISSING, 0),
    ({"facts": 0, "declined": True, "due": True}, Reply.RIGHT, 1),
    ({"facts": 0, "due": True}, Reply.WRONG, -1),
    ({"facts": 0, "declined": True, "due": True, "forbidden": True}, Reply.WRONG, -1),
])
def test_an_answer_is_better_silent_than_wrong(found, what, score):
    assert reply(**{**ANSWERED, **found}) is what
    assert crag_score(what) == score


def test_without_facts_and_with_nothing_to_decline_nothing_is_known():
    assert reply(**{**ANSWERED, "facts": 0}) is None


@pytest.mark.parametrize(("what", "ungrounded", "misgrounded", "found"), [
    (Reply.RIGHT, 0, 0, Reliability.ACCURATE),
    (Reply.RIGHT, 1, 0, Reliability.INCOMPLETE),
    (Reply.RIGHT, 0, 1, Reliability.HALLUCINATED),
    (Reply.MISSING, 0, 0, Reliability.INCOMPLETE),
    (Reply.MISSING, 0, 1, Reliability.HALLUCINATED),
    (Reply.BESIDE, 0, 0, Reliability.INCOMPLETE),
    (Reply.WRONG, 0, 0, Reliability.HALLUCINATED),
])
def test_accurate_is_right_and_grounded_and_hallucinated_is_wrong_or_misgrounded(what, ungrounded, misgrounded, found):
    assert reliability(what, ungrounded=ungrounded, misgrounded=misgrounded) is found


IN_FULL = Substance("answered", frozenset({"《商标法》第三十九条"}), frozenset({"十年"}))


@pytest.mark.parametrize(("other", "differs"), [
    (IN_FULL, []),
    (Substance("partial", IN_FULL.articles, IN_FULL.facts), ["结论 partial，原为 answered"]),
    (Substance("answered", frozenset({"《专利法》第四十二条"}), IN_FULL.facts), ["少了条文《商标法》第三十九条", "多了条文《专利法》第四十二条"]),
    (Substance("answered", IN_FULL.articles), ["少了要点十年"]),
])
def test_a_follow_up_is_equivalent_when_outcome_articles_and_facts_are_the_same(other, differs):
    assert differences(other, IN_FULL) == differs
    assert equivalence(other, IN_FULL) == (0 if differs else 1)


def test_length_counts_what_a_reader_reads():
    assert answer_length("答：可以。\n\n 一 ") == 6


def test_the_mean_weighs_every_question_alike():
    assert mean([Fraction(1), Fraction(1, 2), Fraction(0)]) == Fraction(1, 2)
    assert mean([]) is None
