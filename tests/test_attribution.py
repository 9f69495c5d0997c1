"""Citation recall and precision after ALCE, and the deterministic decider, against cases worked out by hand."""

from datetime import date
from fractions import Fraction

import pytest

from eval.attribution import (
    Statement,
    citation_precision,
    citation_recall,
    hard_token_leak,
    leaked_tokens,
    statements,
    supported,
    unsupported,
)
from kb.types import Answer, Citation, Claim, Kind, Outcome, Part, Passage, Question, Tier, Version

LAW = Version(id="law", document="反不正当竞争法", title="中华人民共和国反不正当竞争法", label="2025修订", kind=Kind.LAW, tier=Tier.OFFICIAL)


def cited(n: int, locator: str, article: int, text: str) -> Citation:
    return Citation(n, Passage(f"p{n}", LAW, locator, text, article=article), text, locator)


DAMAGES = cited(1, "第二十二条", 22, "由人民法院根据侵权行为的情节判决给予权利人五百万元以下的赔偿。")
FINE = cited(2, "第二十六条", 26, "没收违法所得，处十万元以上一百万元以下的罚款。")
SEVERE = cited(3, "第二十六条", 26, "情节严重的，处一百万元以上五百万元以下的罚款。")
DUTY = cited(4, "第十条", 10, "离职员工不得继续使用其所掌握的商业秘密。")


@pytest.mark.parametrize(("text", "sources"), [
    pytest.param("法院可以判决给予权利人500万元以下的赔偿。", [DAMAGES], id="the figure stands there in other digits"),
    pytest.param("规定：“没收违法所得，处十万元以上一百万元以下的罚款”。", [FINE], id="the quotation stands there"),
    pytest.param("判赔五百万元以下，罚款十万元以上一百万元以下。", [DAMAGES, FINE], id="each figure stands in one of the two"),
    pytest.param("《反不正当竞争法》第二十二条：可以判决给予赔偿。", [DAMAGES], id="the article is what is cited"),
])
def test_a_text_is_supported_by_what_it_cites(text, sources):
    assert supported(text, sources)


@pytest.mark.parametrize(("text", "sources"), [
    pytest.param("法院可以判决给予权利人三百万元以下的赔偿。", [DAMAGES], id="another figure"),
    pytest.param("规定：“没收违法所得，处一百万元以下的罚款”。", [FINE], id="the quotation was shortened in the middle"),
    pytest.param("《反不正当竞争法》第二十三条：可以判决给予赔偿。", [DAMAGES], id="another article"),
    pytest.param("离职员工可以继续使用其所掌握的商业秘密。", [DUTY], id="permits what the source forbids"),
    pytest.param("员工离职时应该办理交接手续并归还全部资料。", [DAMAGES], id="hardly a word in common"),
    pytest.param("判赔五百万元以下，罚款十万元以上一百万元以下。", [DAMAGES], id="half of it stands elsewhere"),
    pytest.param("可以要求赔偿。", [], id="no source"),
])
def test_a_text_is_not_supported_by_what_does_not_say_so(text, sources):
    assert not supported(text, sources)


def statement(text: str, *sources: Citation) -> Statement:
    return Statement(text, sources)


# Three statements: the first is supported; the second is not (half of it stands elsewhere); the third cites nothing.
THREE = [statement("判决给予五百万元以下的赔偿。", DAMAGES), statement("判赔五百万元以下，罚款十万元以上一百万元以下。", DAMAGES),
         statement("处五百万元以下罚款。")]


def test_citation_recall_is_the_share_of_statements_that_are_supported():
    assert citation_recall(THREE) == Fraction(1, 3)
    assert unsupported(THREE) == THREE[1:]
    assert citation_recall([]) is None


@pytest.mark.parametrize(("said", "share"), [
    pytest.param([statement("判决给予五百万元以下的赔偿。", DAMAGES, FINE)], Fraction(1, 2), id="the second adds nothing"),
    pytest.param([statement("判赔五百万元以下，罚款十万元以上一百万元以下。", DAMAGES, FINE)], Fraction(1), id="neither suffices alone"),
    pytest.param([statement("判赔五百万元以下，罚款十万元以上一百万元以下。", DAMAGES, FINE, DUTY)], Fraction(2, 3), id="the third adds nothing"),
    pytest.param([statement("金额为五百万元以下。", SEVERE, DAMAGES)], Fraction(1), id="each suffices alone"),
    pytest.param(THREE, Fraction(1, 2), id="a citation of what is not supported does not count"),
    pytest.param([statement("可以要求赔偿。")], None, id="no citations"),
])
def test_citation_precision_is_the_share_of_citations_that_are_needed(said, share):
    assert citation_precision(said) == share


def test_another_decider_may_take_the_place_of_the_checks():
    assert citation_recall(THREE, decide=lambda text, sources: True) == Fraction(2, 3)      # one still cites nothing
    assert citation_recall(THREE, decide=lambda text, sources: False) == 0


def test_leaked_are_the_figures_that_no_source_of_the_answer_has():
    """Of 五百万元以下, 十万元以上, 一百万元以下 and 30日 the last alone stands in no source; the order of the sources does not matter."""
    said = [statement("判赔五百万元以下。", FINE), statement("罚款十万元以上一百万元以下。", DAMAGES), statement("30日内缴清。", DUTY)]
    assert leaked_tokens(said) == ["30日"]
    assert hard_token_leak(said) == Fraction(1, 4)
    assert hard_token_leak([statement("可以要求赔偿。", DAMAGES)]) is None
    assert hard_token_leak([statement("判赔五百万元。")]) == 1


def answer(outcome: Outcome, *claims: Claim) -> Answer:
    return Answer(Question("最多赔多少", date(2026, 11, 22)), outcome, claims, (DAMAGES,))


SOURCED, UNSOURCED = Claim("判赔五百万元以下。", (1,)), Claim("可以要求赔偿。", ())
REMARK, FIGURE_IN_NOTES = Claim("也可以咨询律师。", (), Part.NOTES), Claim("自2027年1月1日起条号有变。", (), Part.NOTES)


@pytest.mark.parametrize(("outcome", "claims", "counted"), [
    pytest.param(Outcome.ANSWERED, (SOURCED, UNSOURCED), (SOURCED, UNSOURCED), id="every claim of an answer"),
    pytest.param(Outcome.ANSWERED, (SOURCED, REMARK, FIGURE_IN_NOTES), (SOURCED, FIGURE_IN_NOTES), id="but no remark without a figure"),
    pytest.param(Outcome.INSUFFICIENT, (UNSOURCED, SOURCED), (SOURCED,), id="of a refusal only what it cites"),
    pytest.param(Outcome.CLARIFY, (UNSOURCED,), (), id="nothing of a question put back"),
])
def test_only_claims_that_need_a_source_are_counted(outcome, claims, counted):
    assert [s.text for s in statements(answer(outcome, *claims))] == [claim.text for claim in counted]


def test_a_citation_of_nothing_is_none():
    assert statements(answer(Outcome.ANSWERED, Claim("判赔五百万元以下。", (1, 7)))) == [Statement("判赔五百万元以下。", (DAMAGES,))]
