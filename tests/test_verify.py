"""An answer is only as good as its citations: quotations, figures, markers and polarity, each checked by rule."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.types import Citation, Claim, Kind, Part, Passage, Status, Tier, Verdict, Version, ordinal_numeral
from kb.verify import (
    altered_quotations,
    check,
    hard_tokens,
    locate_quote,
    polarity_conflict,
    resolve_markers,
    source_words,
    speaks_of_something_else,
    unsupported_names,
    unsupported_tokens,
)

LAW = Version("v1", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2025修订", Kind.LAW, Tier.OFFICIAL,
              number="主席令第五十号", issued=date(2025, 6, 27), in_force_from=date(2025, 10, 15), status=Status.CURRENT)
DAMAGES = Passage("p22", LAW, "第二十二条", article=22, text=(
    "经营者违反本法规定，给他人造成损害的，应当依法承担民事责任。\n"
    "经营者故意实施侵犯商业秘密行为，情节严重的，可以在按照上述方法确定数额的一倍以上五倍以下确定赔偿数额。\n"
    "权利人因被侵权所受到的实际损失难以确定的，由人民法院根据侵权行为的情节判决给予权利人五百万元以下的赔偿。"))
SECRETS = Passage("p10", LAW, "第十条", article=10, text=(
    "经营者不得实施下列侵犯商业秘密的行为：\n（一）以盗窃、贿赂、欺诈、胁迫、电子侵入或者其他不正当手段获取权利人的商业秘密；"))
GUIDE = Passage("g1", Version("g", "泄密后的头72小时", "泄密后的头72小时", "", Kind.GUIDE, Tier.GUIDE), "先做什么",
                text="发现泄密后的72小时内，先封存电脑和账号，不要自行登录查看。")


def citing(passage, quote, n=1):
    return Citation(n, passage, quote, passage.locator)


# --- quotations -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("quote", "text", "cut"), [
    ("五百万元以下", "判决给予权利人五百万元以下的赔偿", "五百万元以下"),
    ("５００万元", "处500万元以下罚款", "500万元"),                             # 全角
    ("处 500 万元,以下", "处500万元，以下罚款", "处500万元，以下"),                # 空格与标点宽度
    ("第一款。第二款", "第一款。\n第二款", "第一款。\n第二款"),                     # 跨款
    ("〔2025〕5号", "法释[2025]5号", "[2025]5号"),
    ("商业秘密", "商\u200b业秘密", "商\u200b业秘密"),                            # 零宽字符
    ("RCEP", "rcep协定", "rcep"),
])
def test_a_quotation_is_cut_anew_from_the_source_whatever_its_width_and_spacing(quote, text, cut):
    start, end = locate_quote(quote, text)
    assert text[start:end] == cut


@pytest.mark.parametrize(("quote", "text"), [
    ("五百万元以上", "五百万元以下"),
    ("一百万元以下", "五百万元以下"),
    ("五万元以下", "二十五万元以下"),          # the rest of another number
    ("百分之三", "百分之三十"),
    ("第十", "第十一条"),
    ("可以", "不得"),
    ("给予权利人赔偿", "给予权利人五百万元以下的赔偿"),      # words left out
    ("", "任何文字"),
    (" \n", "任何文字"),
    ("商业秘密", ""),
    ("..", "待续…"),                          # half of one character
])
def test_a_quotation_that_is_not_there_is_not_found_by_likeness(quote, text):
    assert locate_quote(quote, text) is None


def test_a_number_cut_in_two_at_first_is_found_where_it_stands_whole():
    text = "二十五万元以下，或者五万元以下"
    assert locate_quote("五万元以下", text) == (10, 15)


@given(st.text(alphabet="经营者不得，。；（ \n", max_size=60), st.data())
def test_every_piece_of_a_text_is_a_quotation_of_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if text[start:end].strip():
        first, last = locate_quote(text[start:end], text)
        assert "".join(text[first:last].split()) == "".join(text[start:end].split())


@pytest.mark.parametrize(("sentence", "altered"), [
    ("法律规定“一倍以上五倍以下确定赔偿数额”。", []),
    ("法律规定“一倍以上三倍以下确定赔偿数额”。", ["一倍以上三倍以下确定赔偿数额"]),      # one character
    ("法律规定“情节严重的……确定赔偿数额”。", []),                                     # an omission shown as such
    ("法律规定「情节轻微的，可以在按照」。", ["情节轻微的，可以在按照"]),
    ("所谓“跳槽”。", []),                                                            # a term
    ('规定"一倍以上五倍以下确定赔偿数额。"', []),                                       # straight marks, added full stop
    ("“经营者不得实施下列侵犯商业秘密的行为，可以在按照上述方法确定数额”", ["经营者不得实施下列侵犯商业秘密的行为，可以在按照上述方法确定数额"]),
])
def test_words_in_quotation_marks_are_the_words_of_a_cited_source(sentence, altered):
    assert altered_quotations(sentence, [DAMAGES.text, SECRETS.text]) == altered


# --- figures --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("same", [
    ("五百万元", "500万元", "5,000,000元", "５００万元", "500 万元", "伍佰万元"),
    ("百分之三十", "30%", "３０％"),
    ("二年", "两年", "2年", "2 年"),
    ("十二个月", "12个月"),
    ("三十日", "30日", "30天"),
    ("2025年10月15日", "2025-10-15", "二〇二五年十月十五日", "2025/10/15", "2025年 10月 15日"),
    ("一倍以上五倍以下", "1倍以上5倍以下"),
    ("第二百一十九条之一", "第219条之一", "第219条之1", "219条之一"),
    ("第一千一百八十五条", "第1185条"),
    ("第二款", "第2款"),
    ("法释〔2025〕5号", "法释[2025]5号", "法释［2025］５号", "法释（2025）5号"),
    ("第706号", "第七百零六号"),
    ("百分之八十三点五", "83.5%"),
    ("七十二小时", "72小时"),
    ("三至五万元", "3万元至5万元", "3-5万元"),
    ("1.5万元", "15000元"),
    ("二十二项", "22项"),
    ("两个以上", "2个以上"),
    ("第五十年", "第50年"),
    ("不超过二年", "不得超过2年", "2年以下"),
])
def test_a_figure_is_one_figure_however_it_is_written(same):
    read = [hard_tokens(written) for written in same]
    assert read[0]
    assert all(tokens == read[0] for tokens in read)


@pytest.mark.parametrize("different", [
    ("五百万元", "五百元", "五十万元", "500万美元", "五百万"),
    ("30%", "30‰", "30", "13%"),
    ("二年", "二个月", "二日", "十二年", "2002年"),
    ("30日", "30个工作日", "30个月"),
    ("2025年10月15日", "2025年10月5日", "2025年10月", "2025年", "10月15日"),
    ("五倍以下", "五倍以上", "五倍"),
    ("第十条", "第十一条", "第十条之一", "第十款", "第十章", "第十年"),
    ("12月31日", "13月31日", "12月32日"),                # impossible dates too: they must not pass as no figure
    ("法释〔2025〕5号", "法释〔2020〕5号", "法释〔2025〕6号"),
])
def test_different_figures_stay_different(different):
    assert len({hard_tokens(written) for written in different}) == len(different)


@pytest.mark.parametrize("text", [
    "1. 先固定证据", "2、再报案", "（一）不为公众所知悉", "(3) 保密措施", "一、总则", "首先，其次，最后",
    "见资料[1][2]", "来自[1-3]", "参见【2】", "三个条件", "一种手段", "第三人", "第一，第二", "一定", "十分重要",
    "一般", "单位：万元", "万一", "一家企业", "十三五", "第一年", "一" * 20_000, "",
])
def test_what_only_structures_a_text_is_no_figure(text):
    assert hard_tokens(text) == frozenset()


@given(st.integers(1, 9999))
def test_article_numbers_read_alike_in_both_numerals(number):
    assert hard_tokens(f"第{ordinal_numeral(number)}条") == hard_tokens(f"第{number}条") != frozenset()


@pytest.mark.parametrize(("sentence", "missing"), [
    ("法院可以判五百万元以下的赔偿。", []),
    ("最高可判500万元。", []),
    ("最高可判 5,000,000 元。", []),
    ("最高500万。", []),
    ("最高可判300万元。", ["300万元"]),
    ("恶意的，一倍以上五倍以下。", []),
    ("恶意的，五倍以上。", ["五倍以上"]),
    ("恶意的，至少五倍。", ["五倍"]),
    ("恶意的，一倍以上三倍以下。", ["三倍以下"]),
    ("依据《反不正当竞争法》第二十二条第三款，五百万元以下。", []),
    ("依据2025修订的文本，自2025年10月15日起施行。", []),
    ("这部法2025年10月起施行。", []),
    ("这部法10月15日起施行。", []),
    ("这部法2025年6月27日公布。", []),
    ("这部法2024年10月15日起施行。", ["2024年10月15日"]),
    ("依据第二十三条。", ["第二十三条"]),
    ("依据第二十二条第九款。", ["第九款"]),
    ("依据《刑法》第二十二条。", ["《刑法》"]),
    ("要满足三个条件：1. 故意；2. 情节严重。", []),
])
def test_every_figure_of_a_sentence_stands_in_what_it_cites(sentence, missing):
    assert unsupported_tokens(sentence, [source_words(citing(DAMAGES, ""))]) == missing


def test_any_of_the_cited_sources_may_carry_a_figure_and_without_sources_none_does():
    assert unsupported_tokens("72小时内固定证据，最高500万元", [GUIDE.text, DAMAGES.text]) == []
    assert unsupported_tokens("72小时内固定证据，最高500万元", [GUIDE.text]) == ["500万元"]
    assert unsupported_tokens("最高500万元，最高500万元", []) == ["500万元"]


@pytest.mark.parametrize(("sentence", "source", "missing"), [
    ("依据《反不正当竞争法》，可以起诉。", source_words(citing(DAMAGES, "")), []),
    ("依据《中华人民共和国反不正当竞争法》，可以起诉。", "《反不正当竞争法》第二十二条", []),
    ("依据《反不正当竞争法》，可以起诉。", "依反不正当竞争法主张其承担民事责任", []),
    ("签订《保密协议》。", "要和员工签保密协议", []),
    ("依据《民法典》，可以起诉。", source_words(citing(DAMAGES, "")), ["《民法典》"]),
    ("依据《合同法》，可以起诉。", "《劳动合同法》第九十条", ["《合同法》"]),
    ("依据《民法典》和《民法典》，可以起诉。", "", ["《民法典》"]),
    ("依据《刑法》或者《专利法》。", "《中华人民共和国刑法》第二百一十九条", ["《专利法》"]),
    ("没有书名号。", "", []),
])
def test_a_name_of_a_law_stands_in_what_the_sentence_cites(sentence, source, missing):
    assert unsupported_names(sentence, [source]) == missing


@pytest.mark.parametrize(("sentence", "elsewhere"), [
    ("故意侵权且情节严重的，赔偿数额可以定为一倍到五倍。", False),
    ("老板可以要求对方赔钱，损失算不清的由法院判决赔偿。", False),
    ("当然可以。", False),
    ("建议尽快咨询专业律师。", True),
    ("请员工妥善保管工牌和门禁卡。", True),
    ("发现泄密以后要先封存电脑。", True),
])
def test_a_sentence_that_has_nothing_in_common_with_what_it_cites_speaks_of_something_else(sentence, elsewhere):
    assert speaks_of_something_else(sentence, [DAMAGES.text]) is elsewhere


def test_only_of_a_generated_sentence_is_every_name_asked_after():
    claim, cited = Claim("依据《民法典》，可以要求赔偿。", (1,)), [citing(DAMAGES, "给他人造成损害的")]
    assert [f.kind for f in check([claim], cited, generated=True).findings] == ["unsupported-name"]
    assert check([claim], cited).findings == ()


def test_a_number_inside_a_longer_number_does_not_carry_it():
    assert unsupported_tokens("电话 123", ["举报电话 12315"]) == ["123"]


# --- markers --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("written", "text", "numbers"), [
    ("不得披露。[1]", "不得披露。", (1,)),
    ("不得披露[1]。", "不得披露。", (1,)),
    ("不得披露【2】。", "不得披露。", (2,)),
    ("不得披露［３］。", "不得披露。", (3,)),
    ("不得披露〔1〕。", "不得披露。", (1,)),
    ("不得披露[1-3]。", "不得披露。", (1, 2, 3)),
    ("不得披露[1,3]。", "不得披露。", (1, 3)),
    ("不得披露[1、3]。", "不得披露。", (1, 3)),
    ("不得披露[3][1][3]。", "不得披露。", (3, 1)),
    ("不得披露 [1] [2]。", "不得披露。", (1, 2)),
    ("不得披露[^2]。", "不得披露。", (2,)),
    ("不得披露来源1。", "不得披露。", (1,)),
    ("不得披露（来源：2）。", "不得披露。", (2,)),
    ("不得披露[来源3]。", "不得披露。", (3,)),
    ("不得披露[资料1、资料2]。", "不得披露。", (1, 2)),
    ("不得披露来源一。", "不得披露。", (1,)),
    ("不得披露[1]，不得使用[2]。", "不得披露，不得使用。", (1, 2)),
    ("依据法释〔2025〕5号。[1]", "依据法释〔2025〕5号。", (1,)),
    ("依据法发〔20〕3号。", "依据法发〔20〕3号。", ()),
    ("信息的来源一致。", "信息的来源一致。", ()),
    ("共有来源10个。", "共有来源10个。", ()),
    ("没有标注。", "没有标注。", ()),
])
def test_markers_are_read_however_a_model_writes_them(written, text, numbers):
    assert resolve_markers(written, 5) == (text, numbers, [])


@pytest.mark.parametrize(("written", "numbers"), [
    ("甲[0]", ()), ("甲[9]", ()), ("甲[-1]", ()), ("甲[100]", ()), ("甲[3-9]", (3, 4, 5)), ("甲[3-1]", ()),
    ("甲[0-2]", (1, 2)), ("甲[1,7]", (1,)), ("甲来源九。", ()),
])
def test_a_marker_without_a_source_is_dropped_and_said_so(written, numbers):
    text, found, findings = resolve_markers(written, 5)
    assert (text.rstrip("。"), found) == ("甲", numbers)
    assert [finding.kind for finding in findings] == ["unknown-citation"]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.sampled_from(["[{}]", "【{}】", "［{}］", "[来源{}]"]))
def test_the_numbers_that_were_written_come_back(numbers, form):
    text, found, findings = resolve_markers("甲" + "".join(form.format(n) for n in numbers), 9)
    assert (text, found, findings) == ("甲", tuple(dict.fromkeys(numbers)), [])


# --- polarity -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("sentence", "quote", "conflict"), [
    ("员工可以披露商业秘密。", "不得披露商业秘密", True),
    ("员工不得披露商业秘密。", "不得披露商业秘密", False),
    ("企业无须承担赔偿责任。", "应当承担赔偿责任", True),
    ("法院应当没收违法所得。", "可以没收违法所得", False),          # stricter, but not the opposite
    ("企业可以使用自己的商业秘密。", "不得使用他人的商业秘密", False),
    ("企业可以披露。", "不得披露商业秘密", False),                  # too little said to be sure
    ("经营者可以实施下列侵犯商业秘密的行为。", "经营者不得实施下列侵犯商业秘密的行为", True),
    ("自行开发不构成侵犯商业秘密。", "构成侵犯商业秘密", True),
    ("反向工程构成侵犯商业秘密。", "不构成侵犯商业秘密行为", True),
    ("不构成侵权；构成侵权的，赔偿。", "构成侵权", False),
    ("可以请求赔偿。", "不得披露商业秘密", False),
    ("商业秘密受保护。", "不得披露商业秘密", False),
    ("", "", False),
    ("可以" * 5000, "不得" * 5000, False),
])
def test_a_sentence_that_says_the_opposite_is_caught_and_one_about_something_else_is_not(sentence, quote, conflict):
    assert polarity_conflict(sentence, quote) is conflict


# --- the whole answer -----------------------------------------------------------------------------------------------

def test_a_sound_answer_passes_unchanged_but_for_its_verdicts():
    claims = [Claim("最高可判五百万元。", (1,)), Claim("72小时内封存电脑。", (2,), Part.STEPS)]
    checked = check(claims, [citing(DAMAGES, "五百万元以下的赔偿"), citing(GUIDE, "先封存电脑和账号", 2)])
    assert checked.claims == tuple(claims)
    assert [c.verdict for c in checked.citations] == [Verdict.VERBATIM, Verdict.SUPPORTED]
    assert checked.findings == ()


def test_a_quotation_is_shown_as_the_source_has_it():
    [citation] = check([Claim("可判赔。", (1,))], [citing(DAMAGES, "五百万元 以下的赔偿")]).citations
    assert citation.quote == "五百万元以下的赔偿"
    assert citation.quote in citation.passage.text


def test_an_altered_quotation_is_never_shown_as_the_sources_words():
    checked = check([Claim("可判赔。", (1,))], [citing(DAMAGES, "三百万元以下的赔偿")])
    assert [(c.quote, c.verdict) for c in checked.citations] == [("", Verdict.UNVERIFIED)]
    assert [f.kind for f in checked.findings] == ["altered-quote"]


@pytest.mark.parametrize(("text", "kind"), [
    ("最高可判三百万元。", "unsupported-figure"),
    ("依据第二十三条处理。", "unsupported-figure"),                          # M14
    ("规定“一倍以上三倍以下确定赔偿数额”。", "unsupported-figure"),           # M09
    ("规定“情节轻微的，可以在按照上述方法”。", "altered-quote"),
    ("“情节严重的，给予权利人五百万元以下的赔偿”", "altered-quote"),           # M10: stitched
    ("经营者无须依法承担民事责任。", "polarity"),
])
def test_what_the_source_does_not_carry_is_dropped_from_a_generated_answer_and_marked_in_a_composed_one(text, kind):
    citations = [citing(DAMAGES, DAMAGES.text)]
    generated = check([Claim(text, (1,))], citations, generated=True)
    assert (generated.claims, generated.citations) == ((), ())
    composed = check([Claim(text, (1,))], citations)
    assert [claim.text for claim in composed.claims] == [text]
    assert composed.citations[0].verdict is Verdict.UNVERIFIED
    assert kind in [f.kind for f in generated.findings]
    assert generated.findings == composed.findings


@pytest.mark.parametrize(("claim", "generated", "kept", "found"), [
    (Claim("可以索赔。", ()), True, False, ["uncited"]),
    (Claim("可以索赔。", ()), False, True, ["uncited"]),
    (Claim("可以索赔。", (7,)), True, False, ["unknown-citation", "uncited"]),
    (Claim("可以索赔。", (1, 7)), True, True, ["unknown-citation"]),
    (Claim("本回答不构成法律意见。", (), Part.NOTES), False, True, []),
    (Claim("72小时内报案。", (), Part.NOTES), False, True, ["uncited"]),
    (Claim("本回答不构成法律意见。", (), Part.NOTES), True, False, ["uncited"]),
])
def test_a_claim_needs_a_source_that_exists(claim, generated, kept, found):
    checked = check([claim], [citing(DAMAGES, DAMAGES.text)], generated=generated)
    assert bool(checked.claims) is kept
    assert [finding.kind for finding in checked.findings] == found


def test_citations_are_numbered_in_the_order_of_their_use_and_the_unused_go():
    citations = [citing(DAMAGES, "应当依法承担民事责任", 4), citing(SECRETS, "侵犯商业秘密的行为", 2), citing(GUIDE, "先封存", 9)]
    checked = check([Claim("甲。", (9,)), Claim("乙。", (4, 9))], citations)
    assert [(c.n, c.passage.id) for c in checked.citations] == [(1, "g1"), (2, "p22")]
    assert [claim.citations for claim in checked.claims] == [(1,), (2, 1)]


def test_a_digest_is_never_called_verbatim_law():
    digest = replace(DAMAGES, version=replace(LAW, tier=Tier.DIGEST))
    [citation] = check([Claim("可判五百万元。", (1,))], [citing(digest, "五百万元以下的赔偿")]).citations
    assert citation.verdict is Verdict.SUPPORTED


def test_checking_twice_changes_nothing():
    once = check([Claim("最高可判五百万元。", (1,))], [citing(DAMAGES, "五百万元以下的赔偿")])
    assert check(once.claims, once.citations) == once
