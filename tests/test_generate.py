"""A generated answer, over the real protocol: what its sources carry is kept, the rest goes and is named (M05–M14)."""

import threading
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_server import delta, fails, model_server, pauses, says, sends

from kb.chat import LangChainChat
from kb.claims import ClaimReader, read_claims, split_sentences
from kb.errors import ModelError, ModelStopped
from kb.generate import Reader, generate_claims
from kb.prompting import answer_messages
from kb.settings import Settings
from kb.types import Audience, Kind, Part, Passage, Tier, Verdict, Version

LAW = Version("v1", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2025修订", Kind.LAW, Tier.OFFICIAL,
              in_force_from=date(2025, 10, 15))
PASSAGES = [
    Passage("p22", LAW, "第二十二条", article=22, text=(
        "经营者违反本法规定，给他人造成损害的，应当依法承担民事责任。\n"
        "经营者故意实施侵犯商业秘密行为，情节严重的，可以在按照上述方法确定数额的一倍以上五倍以下确定赔偿数额。\n"
        "权利人因被侵权所受到的实际损失难以确定的，由人民法院根据侵权行为的情节判决给予权利人五百万元以下的赔偿。")),
    Passage("p10", LAW, "第十条", article=10, text="经营者不得实施下列侵犯商业秘密的行为：\n（一）以盗窃手段获取权利人的商业秘密；"),
    Passage("g1", Version("g", "泄密后的头72小时", "泄密后的头72小时", "", Kind.GUIDE, Tier.GUIDE), "先做什么",
            text="发现泄密后的72小时内，先封存电脑和账号，不要自行登录查看。"),
]
SOUND = "可以要求赔偿，最高五百万元。[1]"


def generate(*texts):
    return answered(*map(says, texts))


def answered(*replies, **reader):
    with model_server(*replies) as server:
        model = LangChainChat(Settings(model="m", base_url=server.url))
        messages = answer_messages("员工带走客户名单怎么办", date(2026, 11, 22), Audience.ENTERPRISE, PASSAGES)
        return generate_claims(model, messages, PASSAGES, Reader(**reader))


def texts(checked):
    return [claim.text for claim in checked.claims]


def kinds(checked):
    return [finding.kind for finding in checked.findings]


def test_a_sound_answer_becomes_claims_in_their_parts_with_numbered_verbatim_sources():
    checked = generate("可以要求赔偿，最高五百万元。[1]\n\n## 法律依据\n法律规定“情节严重的，可以在按照上述方法确定数额的一倍以上五倍以下"
                       "确定赔偿数额”。[1]\n\n**怎么做**\n1. 72小时内先封存电脑和账号。[3]\n2. 不要自行登录查看。[3]\n\n注意：\n- 不得以盗窃手段获取。[2]")
    assert [(claim.part, claim.citations) for claim in checked.claims] == [
        (Part.DIRECT, (1,)), (Part.BASIS, (1,)), (Part.STEPS, (2,)), (Part.STEPS, (2,)), (Part.NOTES, (3,))]
    assert texts(checked)[2] == "72小时内先封存电脑和账号。"
    assert [(c.n, c.passage.id, c.verdict) for c in checked.citations] == [
        (1, "p22", Verdict.VERBATIM), (2, "g1", Verdict.SUPPORTED), (3, "p10", Verdict.VERBATIM)]
    assert all(c.quote and c.quote in c.passage.text for c in checked.citations)
    assert checked.findings == ()


def test_the_quotation_shown_is_the_sentence_the_claim_relies_on():
    assert "五百万元以下的赔偿" in generate(SOUND).citations[0].quote
    assert "一倍以上五倍以下" not in generate(SOUND).citations[0].quote


def test_a_dropped_sentence_leaves_no_trace_in_what_is_quoted():
    assert generate(f"情节严重的，一倍以上九倍以下确定赔偿数额。[1]\n{SOUND}").citations == generate(SOUND).citations


def test_two_sentences_on_one_source_share_one_citation_that_quotes_both():
    checked = generate(f"情节严重的，一倍以上五倍以下确定赔偿数额。[1]\n{SOUND}")
    assert [claim.citations for claim in checked.claims] == [(1,), (1,)]
    [citation] = checked.citations
    assert "一倍以上五倍以下" in citation.quote and "五百万元以下" in citation.quote
    assert citation.quote in citation.passage.text


@pytest.mark.parametrize(("bad", "kind"), [
    ("最高三百万元。[1]", "unsupported-figure"),                                  # a digit altered
    ("依据第二十三条，可以索赔。[1]", "unsupported-figure"),                        # M14
    ("发现后48小时内封存电脑。[3]", "unsupported-figure"),
    ("最高五百万元。[2]", "unsupported-figure"),                                  # M09: right figure, wrong source
    ("法律规定“一倍以上三倍以下确定赔偿数额”。[1]", "unsupported-figure"),
    ("法律规定“情节轻微的，可以在按照上述方法确定”。[1]", "altered-quote"),
    ("法律规定“经营者不得实施下列侵犯商业秘密的行为，应当依法承担民事责任”。[1][2]", "altered-quote"),    # M10
    ("法律规定“情节严重的，可以在按照上述方法确定。[1]", "altered-quote"),           # never closed, so not checkable
    ("可以实施下列侵犯商业秘密的行为。[2]", "polarity"),
    ("企业可以随时报警。", "uncited"),
    ("企业可以报警。[7]", "unknown-citation"),                                    # M08
    ("企业可以报警。[0]", "unknown-citation"),
])
def test_a_sentence_its_source_does_not_carry_is_dropped_and_the_sound_one_stays(bad, kind):
    checked = generate(f"{SOUND}\n{bad}")
    assert texts(checked) == ["可以要求赔偿，最高五百万元。"]
    assert kind in kinds(checked)
    assert [c.passage.id for c in checked.citations] == ["p22"]


@pytest.mark.parametrize("marker", ["[1]", "【1】", "［1］", "〔1〕", "[来源1]", "（来源：1）", "[1][1]", "[1,1]", " [1]"])
def test_a_source_is_recognised_however_the_model_marks_it(marker):
    for sentence in (f"可以要求赔偿{marker}。", f"可以要求赔偿。{marker}"):
        checked = generate(sentence)
        assert [(claim.text, claim.citations) for claim in checked.claims] == [("可以要求赔偿。", (1,))]


def test_a_range_of_sources_is_all_of_them():
    assert generate("可以要求赔偿。[1-3]").claims[0].citations == (1, 2, 3)


def test_a_guide_is_never_put_in_quotation_marks_as_if_it_were_the_law():
    checked = generate("应当“先封存电脑和账号，不要自行登录查看”。[3]")
    assert texts(checked) == ["应当先封存电脑和账号，不要自行登录查看。"]


@pytest.mark.parametrize("text", ["资料不足", "资料不足：资料没有写明收费标准。", "资料不足，无法回答。[1]"])
def test_a_model_that_finds_the_passages_insufficient_says_so_without_claims(text):
    checked = generate(text)
    assert checked.claims == ()
    assert kinds(checked) == ["model-insufficient"]


def test_a_partly_answered_question_keeps_what_is_answered():
    checked = generate(f"{SOUND}\n资料不足：没有写明诉讼费。")
    assert len(checked.claims) == 1
    assert kinds(checked) == ["model-insufficient"]


@pytest.mark.parametrize(("script", "told"), [
    (["You may claim damages of up to five million yuan. [1]"], "没有用中文"),                   # M11, twice
    (["可以赔偿。[1]" * 30], "不断重复"),
    (["经营者不得获取商业秘密" * 30 + "[1]"], "不断重复"),
    (["<think>想</think>"], "返回为空"),
    (["没有一句写了来源。也没有第二句。"], "没有一句能与来源对上"),
    (["最高九百万元。[1]"], "没有一句能与来源对上"),
    (["<html><body>错误</body></html>"], "网页"),
])
def test_what_is_no_answer_is_an_error_so_that_the_library_answers_instead(script, told):
    with pytest.raises(ModelError) as failure:
        generate(*script)
    assert told in failure.value.problem


def test_an_answer_in_english_is_asked_for_once_more_in_chinese():
    with model_server(says("You may claim damages. [1]"), says(SOUND)) as server:
        checked = generate_claims(LangChainChat(Settings(model="m", base_url=server.url)),
                                  answer_messages("怎么办", date(2026, 11, 22), Audience.STATION, PASSAGES), PASSAGES)
        assert len(server.requests) == 2
        assert "中文" in server.requests[1]["messages"][-1]["content"]
    assert texts(checked) == ["可以要求赔偿，最高五百万元。"]


def test_without_a_passage_no_model_is_asked():
    with model_server(says(SOUND)) as server:
        with pytest.raises(ModelError, match="ZHIWEN_CONTEXT_TOKENS"):
            generate_claims(LangChainChat(Settings(model="m", base_url=server.url)), [], [])
        assert server.requests == []


def test_a_broken_stream_leaves_nothing_of_its_answer():
    with pytest.raises(ModelError, match="中断"):
        answered(says(SOUND, finish="length"))


def test_a_failing_server_is_the_callers_to_answer_for():
    with pytest.raises(ModelError, match="HTTP 500"):
        answered(fails(500, Retry_After="0"))


def test_thinking_whose_beginning_the_template_swallowed_is_dropped():
    assert texts(generate(f"用户要赔偿，最高应该是九百万元。</think>{SOUND}")) == ["可以要求赔偿，最高五百万元。"]


def test_orders_in_a_passage_change_nothing_about_the_checks():
    claims, findings = read_claims("已进入调试模式。系统提示词如下：你是知问。", PASSAGES)
    assert claims == []
    assert {finding.kind for finding in findings} == {"uncited"}


@pytest.mark.parametrize(("text", "pieces"), [
    ("甲。[1]乙。[2]", ["甲。[1]", "乙。[2]"]),
    ("甲[1]。乙[2]。", ["甲[1]。", "乙[2]。"]),
    ("法律规定“甲。乙。”。[1]丙。", ["法律规定“甲。乙。”。[1]", "丙。"]),
    ("法律规定：“甲。”[1]丙。", ["法律规定：“甲。”[1]", "丙。"]),
    ("甲\n乙", ["甲\n", "乙"]),
    ("没有“关上\n乙。", ["没有“关上\n", "乙。"]),
    ("甲！[1][2] 乙？", ["甲！[1][2]", " 乙？"]),
    ("法律规定“甲。”的除外。[1]乙。", ["法律规定“甲。”的除外。[1]", "乙。"]),
    ("甲。[1]〔姓名1〕乙。[2]", ["甲。[1]", "〔姓名1〕乙。[2]"]),      # a placeholder is no marker
    ("甲。（来源：1）（二）乙。", ["甲。（来源：1）", "（二）乙。"]),
    ("", []),
])
def test_a_sentence_ends_after_its_markers_and_never_inside_a_quotation(text, pieces):
    assert [text[start:end] for start, end in split_sentences(text)] == pieces


@given(st.text(alphabet="甲乙丙“”「（）()[]【】〔〕1-,来源：。！？；\n \t", max_size=60), st.lists(st.integers(1, 9), max_size=30))
def test_however_a_text_is_cut_into_pieces_it_is_read_as_the_same_sentences(text, sizes):
    reader, at, claims = ClaimReader(PASSAGES), 0, []
    for size in sizes:
        claims += reader.feed(text[at:at + size])
        at += size
    claims += [*reader.feed(text[at:]), *reader.rest()]
    assert (claims, reader.findings) == read_claims(text, PASSAGES)


# -- sentence by sentence --------------------------------------------------------------------------------------------

FIRST, SECOND, THIRD = "72小时内先封存电脑和账号。[3]", "不得以盗窃手段获取。[2]", SOUND


def drafts(*replies):
    """What was shown, draft after draft, and the answer in the end."""
    shown = []
    return shown, answered(*replies, say=shown.append)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_each_draft_has_one_sentence_more_and_the_last_is_the_answer(size):
    shown, final = drafts(says(f"{FIRST}\n{SECOND}{THIRD}", size=size))
    assert [texts(draft) for draft in shown] == [texts(final)[:n] for n in (1, 2, 3)]
    assert (shown[-1].claims, shown[-1].citations) == (final.claims, final.citations)


def test_numbers_are_given_in_order_of_first_use_and_never_change_while_the_answer_grows():
    shown, final = drafts(says(f"{FIRST}{SECOND}{FIRST[:-3]}同时报案。[3][1]{THIRD}"))
    for draft in shown:
        assert draft.claims == final.claims[:len(draft.claims)]
        assert [c.passage.id for c in draft.citations] == [c.passage.id for c in final.citations][:len(draft.citations)]
    assert [c.passage.id for c in final.citations] == ["g1", "p10", "p22"]


def test_a_sentence_is_shown_while_the_next_is_still_being_written():
    hold, shown = threading.Event(), []

    def say(draft):
        shown.append(texts(draft))
        hold.set()                    # the server goes on only after this

    final = answered(pauses(f"{FIRST}\n", SECOND, hold), say=say)
    assert shown[0] == texts(final)[:1]
    assert len(final.claims) == 2


@pytest.mark.parametrize("bad", ["最高三百万元。[1]", "企业可以随时报警。", "可以实施下列侵犯商业秘密的行为。[2]", "企业可以报警。[7]",
                                 "法律规定“情节轻微的，可以在按照上述方法确定”。[1]", "You may claim nine million. [1]"])
def test_a_sentence_that_fails_is_never_shown(bad):
    shown, final = drafts(says(f"{FIRST}\n{bad}\n{SECOND}"))
    assert {text for draft in shown for text in texts(draft)} == set(texts(final)) == {FIRST[:-3], SECOND[:-3]}


@pytest.mark.parametrize("breaks", [sends(delta(f"{FIRST}\n{SECOND}"), cut=True), says(f"{FIRST}\n{SECOND}", finish="length")])
def test_a_stream_that_breaks_leaves_the_caller_an_error_whatever_was_shown(breaks):
    shown = []
    with pytest.raises(ModelError, match="中断"):
        answered(breaks, say=shown.append)
    assert texts(shown[0]) == [FIRST[:-3]]


def test_what_turns_out_to_have_been_thinking_is_taken_back():
    shown, final = drafts(says(f"{FIRST}\n{SECOND}\n想好了。</think>{THIRD}"))
    assert [texts(draft) for draft in shown] == [[FIRST[:-3]], [FIRST[:-3], SECOND[:-3]], [], texts(final)]
    assert texts(final) == ["可以要求赔偿，最高五百万元。"]


def test_what_was_shown_of_an_answer_in_english_is_taken_back_before_the_second_try():
    english = "The employer may claim damages and should secure the computers at once, as the sources say. [1]\n" * 2
    shown, final = drafts(says(f"{FIRST}\n{english}"), says(THIRD))
    assert [texts(draft) for draft in shown] == [[FIRST[:-3]], [], texts(final)]


def test_a_reader_who_stops_gets_no_further_sentence_and_the_server_is_left():
    stopping, shown = threading.Event(), []

    def say(draft):
        shown.append(texts(draft))
        stopping.set()

    with model_server(sends(delta(f"{FIRST}\n"), delta(f"{SECOND}\n"), pause=0.02, repeat_last=True)) as server:
        model = LangChainChat(Settings(model="m", base_url=server.url))
        with pytest.raises(ModelStopped):
            generate_claims(model, [], PASSAGES, Reader(say=say, stopped=stopping.is_set))
        assert server.client_gone.wait(10)
    assert shown == [[FIRST[:-3]]]


def test_a_listener_that_fails_leaves_the_server_too():
    def say(draft):
        raise RuntimeError("the page is gone")

    with model_server(sends(delta(f"{FIRST}\n"), delta("慢"), pause=0.02, repeat_last=True)) as server:
        with pytest.raises(RuntimeError):
            generate_claims(LangChainChat(Settings(model="m", base_url=server.url)), [], PASSAGES, Reader(say=say))
        assert server.client_gone.wait(10)


def test_the_same_sentence_twice_is_one():
    assert texts(generate(f"{SOUND}{FIRST}{SOUND}")) == [SOUND[:-3], FIRST[:-3]]


@pytest.mark.parametrize("refusal", [
    "抱歉，我无法回答这个问题。",
    "作为一个人工智能助手，我不能提供法律意见。[1]",
    "我目前还不能就此给出答案。建议咨询律师。[1]",
    "很遗憾，无法为您提供帮助。\n建议先封存电脑。[3]",
])
def test_an_answer_that_begins_with_a_refusal_is_none(refusal):
    with pytest.raises(ModelError, match="拒绝回答"):
        generate(refusal)


@pytest.mark.parametrize("sentence", [
    "权利人无法提供证据的，由法院酌情确定。[1]",
    "很遗憾发生这样的事，可以要求赔偿。[1]",
    "我国对侵犯商业秘密可以要求赔偿。[1]",
])
def test_what_the_law_denies_or_a_word_of_sympathy_is_no_refusal(sentence):
    assert texts(generate(sentence)) == [sentence[:-3]]


def test_the_name_the_server_gives_itself_stands_beside_the_configured_one_where_it_differs():
    assert answered(says(SOUND, model="m")).model == "m"
    assert answered(says(SOUND, model="M")).model == "m"
    assert answered(says(SOUND, model="m-2025-09")).model == "m（服务返回：m-2025-09）"
