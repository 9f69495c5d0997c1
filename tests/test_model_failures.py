"""Everything a chat model or its server may do wrong, row by row of the catalogue M01–M16, over the real protocol.

Each row ends in a good answer: the library's own with one sentence that says why, or the model's without what does not
stand. The id of every case begins with its row; the last test sees to it that no row is without one.
"""

import logging
import re
import socket
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from model_server import Reply, closed_port, delta, fails, model_server, number_of, pauses, says, sends

from kb.answer import Assistant
from kb.chat import LangChainChat
from kb.render import to_text
from kb.settings import Settings
from kb.tokens import LegalTokenCounter
from kb.types import Answer, Question, ordinal_numeral

TODAY = date(2026, 11, 22)
ASKED = "侵犯商业秘密可以要求怎样的赔偿"
# Sources that the question finds, by words they have; [guide] in a reply becomes the number that the request gives it.
SOURCES = {"guide": "由法院根据情节判决五百万元以下的赔偿", "digest": "由法院根据情节判500万元以下",
           "cap": "最高为计算基数的5倍", "carriers": "返还或者销毁商业秘密载体"}
SECRET = "青鸾九号配方"
KEY = "sk-canary-0815"
SOUND = "可以要求按实际损失或者侵权获利赔偿。"
MORE = "由法院根据情节判决五百万元以下的赔偿。"
ROWS = [f"M{n:02}" for n in range(1, 17)]
PAGE = b"<!DOCTYPE html><html><body>Bad Gateway</body></html>"
HTML = {"Content-Type": "text/html"}
DONE = b"data: [DONE]\n\n"


def answers(text: str, **how: str):
    """A normal answer that cites SOURCES by name."""
    def reply(request: dict[str, object]) -> Reply:
        written = text
        for name, words in SOURCES.items():
            written = written.replace(f"来源{name}", f"来源{ordinal_numeral(number_of(request, words))}")
            written = written.replace(name, str(number_of(request, words)))
        return says(written, **how)
    return reply


def model_at(url: str, **settings: object) -> LangChainChat:
    return LangChainChat(Settings(model="loopback-model", base_url=url, api_key=KEY, **settings))     # type: ignore[arg-type]


@pytest.fixture(scope="module")
def with_model(bundled: Assistant):
    """The bundled library, answered from by the model at an address."""
    def assistant(url: str, **settings: object) -> Assistant:
        return replace(bundled, model=model_at(url, **settings), model_stays_here=True, counter=LegalTokenCounter())

    with model_server(says("资料不足")) as server:      # the first import of the framework takes longer than short deadlines
        ask(assistant(server.url))
    return assistant


@pytest.fixture(scope="module")
def composed(bundled: Assistant) -> Answer:
    return ask(bundled)


def ask(assistant: Assistant, **listener: object) -> Answer:
    return assistant.ask(Question(ASKED, TODAY), **listener)


def texts(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def kinds(answer: Answer) -> set[str]:
    return {finding.kind for finding in answer.findings}


def fallen_back(answer: Answer, composed: Answer, told: str) -> None:
    """The library's own answer, and one sentence more."""
    assert (answer.claims, answer.citations, answer.outcome) == (composed.claims, composed.citations, composed.outcome)
    assert answer.model == ""
    said = [notice.text for notice in answer.notices if notice not in composed.notices]
    assert len(said) == 1
    assert told in said[0]
    assert said[0].endswith("以下由资料库直接摘编")
    assert KEY not in said[0]


# -- rows that end in the library's answer ---------------------------------------------------------------------------

def case(row: str, told: str, *script: object, **settings: object):
    return pytest.param(script, told, settings, id=row)


FALLS_BACK = [
    case("M02 headers and then not a byte", "超时", sends(b"", pause=30), model_deadline_s=0.6),
    case("M02 a byte at a time", "超时", sends(*(bytes([b]) for b in delta("慢") * 50), pause=0.05), model_deadline_s=0.6),
    case("M02 comments for ever", "超时", sends(b": wait\n\n", pause=0.02, repeat_last=True), model_deadline_s=0.6),
    case("M03 429 with a Retry-After, twice", "限流", fails(429, Retry_After="0")),
    case("M03 429 without one, twice", "限流", fails(429)),
    case("M03 429 with a Retry-After beyond the deadline", "限流", fails(429, Retry_After="3600")),
    case("M04 500, twice", "HTTP 500", fails(500, Retry_After="0")),
    case("M04 502, twice", "HTTP 502", fails(502, Retry_After="0")),
    case("M04 503, twice", "HTTP 503", fails(503, Retry_After="0")),
    case("M04 an HTML page with status 200", "网页", Reply([PAGE], 200, HTML)),
    case("M04 an HTML page as the answer", "网页", says(PAGE.decode())),
    case("M05 cut in the first sentence", "中断", sends(delta("可以要求按实际"), cut=True)),
    case("M05 ended without its end", "中断", sends(delta(f"{SOUND}[1]\n"))),
    case("M06 an event that is no JSON", "无法识别", sends(b"data: {not json}\n\n", DONE)),
    case("M06 an event cut in two by the end", "中断", sends(delta("可以要求"), b'data: {"id": "c1", "choi', cut=True)),
    case("M06 nothing but [DONE]", "返回为空", sends(DONE, DONE)),
    case("M07 an empty answer", "返回为空", says("")),
    case("M07 white space only", "返回为空", says(" \n\u3000\n ")),
    case("M07 a thinking block only", "返回为空", says("<think>用户问的是赔偿</think>")),
    case("M07 thinking that never ends", "返回为空", says("<think>用户问的是赔偿，再想想")),
    case("M08 only sources that were not given", "没有一句能与来源对上", says("可以要求赔偿。[77]可以起诉。[0]")),
    case("M09 only a wrong figure", "没有一句能与来源对上", answers("由法院判决八百万元以下的赔偿。[guide]")),
    case("M11 English, twice", "没有用中文", says("You may claim damages for your actual loss. [1]")),
    case("M12 one sentence for ever", "不断重复", sends(delta("可以要求赔偿实际损失。[1]"), pause=0.002, repeat_last=True)),
    case("M12 words without a full stop for ever", "不断重复", sends(delta("可以要求赔偿"), pause=0.002, repeat_last=True)),
    case("M12 until the token cap", "长度上限", says(f"{SOUND}[1]", finish="length")),
    case("M13 a refusal", "拒绝回答", says("抱歉，我无法回答涉及法律的问题。")),
    case("M13 a refusal dressed with a source", "拒绝回答", says("作为人工智能助手，我不能提供法律意见，建议咨询律师。[1]")),
    case("M13 nothing but 资料不足", "资料不足", says("资料不足")),
    case("M14 only an article that no source has", "没有一句能与来源对上", answers("依据第六百六十条，可以要求赔偿。[guide]")),
    case("M15 a key that is not accepted", "不认可密钥", fails(401)),
    case("M15 a quota used up", "额度已用完", fails(429, {"error": {"message": "no", "type": "x", "code": "insufficient_quota"}})),
    case("M15 an account without money", "额度已用完", fails(402)),
]


@pytest.mark.parametrize(("script", "told", "settings"), FALLS_BACK)
def test_what_is_no_answer_is_replaced_by_the_librarys_with_one_honest_sentence(with_model, composed, script, told, settings):
    with model_server(*script) as server:
        answer = ask(with_model(server.url, **settings))
        assert 1 <= len(server.requests) <= 2
    fallen_back(answer, composed, told)
    assert "<html" not in to_text(answer).lower()


@pytest.mark.parametrize("row", ["M01 nobody listens", "M01 the name is unknown", "M01 no TLS"])
def test_a_server_out_of_reach(with_model, composed, monkeypatch, row):
    if row == "M01 nobody listens":
        fallen_back(ask(with_model(closed_port())), composed, "没有连上模型服务")
    elif row == "M01 the name is unknown":
        def unknown(*_: object) -> object:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        fallen_back(ask(with_model("https://model.invalid/v1")), composed, "没有连上模型服务")
    else:
        with model_server(answers(f"{SOUND}[guide]")) as server:
            fallen_back(ask(with_model(server.url.replace("http:", "https:"))), composed, "没有连上模型服务")
            assert server.requests == []


@pytest.mark.parametrize("row", ["M03 others are answered while one waits for its second try"])
def test_one_who_waits_holds_up_nobody(with_model, composed, row):
    stopped, waited = threading.Event(), []
    with model_server(fails(429, Retry_After="1000"), answers(f"{SOUND}[guide]")) as server:
        assistant = with_model(server.url, model_parallel=1, model_deadline_s=2000)
        first = threading.Thread(target=lambda: waited.append(ask(assistant, stopped=stopped.is_set)))
        first.start()
        assert server.asked.wait(20)
        assert texts(ask(assistant)) == [SOUND]
        assert waited == []
        stopped.set()
        first.join(20)
    fallen_back(waited[0], composed, "已按您的要求停止")


@pytest.mark.parametrize("row", ["M05 cut after a sentence that was already shown"])
def test_what_was_shown_of_a_broken_answer_is_not_in_the_final_one(with_model, composed, row):
    hold, shown = threading.Event(), []

    def say(draft: object) -> None:
        shown.append(draft)
        hold.set()

    with model_server(pauses(f"{SOUND}[1-4]\n", "由法院根据", hold, cut=True)) as server:
        answer = ask(with_model(server.url), say=say)
    assert [claim.text for claim in shown[0].claims] == [SOUND]
    fallen_back(answer, composed, "中断")


@pytest.mark.parametrize("row", ["M15 a key revoked between two questions"])
def test_whoever_runs_it_finds_the_reason_in_the_log_and_the_reader_an_answer(with_model, composed, caplog, row):
    caplog.set_level(logging.INFO)
    with model_server(answers(f"{SOUND}[guide]"), fails(401, {"error": {"message": f"{KEY} revoked; asked: {SECRET}"}})) as server:
        assistant = with_model(server.url)
        assert texts(ask(assistant)) == [SOUND]
        fallen_back(ask(assistant), composed, "不认可密钥")
    assert "模型服务不认可密钥（HTTP 401）。请检查 ZHIWEN_BASE_URL、ZHIWEN_MODEL 和 ZHIWEN_API_KEY" in caplog.text
    assert not [canary for canary in (KEY, SECRET, ASKED) if canary in caplog.text]


# -- rows that leave an answer of the model, without what does not stand ---------------------------------------------

def kept(row: str, *script: object, claims: tuple[str, ...] = (SOUND,), dropped: str = ""):
    return pytest.param(script, list(claims), set(dropped.split()), id=row)


def beside(sentence: str):
    """A sound sentence, and one more."""
    return answers(f"{SOUND}[guide]\n{sentence}")


MARKED = [f"{SOUND[:-1]}{marker}。" for marker in (
    "[guide]", "【guide】", "［guide］", "〔guide〕", "[资料guide]", "（来源：guide）", "来源guide")]

STANDS = [
    kept("M03 429 once", fails(429, Retry_After="0"), answers(f"{SOUND}[guide]")),
    kept("M04 503 once", fails(503, Retry_After="0"), answers(f"{SOUND}[guide]")),
    kept("M06 UTF-8 cut into single bytes", sends(*(bytes([b]) for b in delta(f"{SOUND}[1-4]") + delta(finish="stop") + DONE))),
    kept("M06 [DONE] twice", sends(delta(f"{SOUND}[1-4]"), delta(finish="stop"), DONE, DONE)),
    kept("M06 comments and CRLF", sends(b": ping\r\n\r\n", delta(f"{SOUND}[1-4]").replace(b"\n", b"\r\n"), delta(finish="stop"))),
    kept("M07 thinking before the answer", answers(f"<think>应该是八百万元。[guide]</think>{SOUND}[guide]")),
    *(kept(f"M08 {text}", answers(text)) for text in MARKED),
    kept("M08 a range", answers(f"{SOUND[:-1]}[1-guide]。")),
    kept("M08 a source that was not given", beside("可以起诉。[77]"), dropped="unknown-citation uncited"),
    kept("M08 source zero", beside("可以起诉。[0]"), dropped="unknown-citation uncited"),
    kept("M09 the right figure from the wrong source", beside(f"{MORE}[carriers]"), dropped="unsupported-figure unrelated"),
    kept("M09 advice that no source gives", beside("建议尽快咨询专业律师并注意防范风险。[guide]"), dropped="unrelated"),
    kept("M09 a quotation altered by a digit", beside("写明“由法院根据情节判决六百万元以下的赔偿”。[guide]"),
         dropped="unsupported-figure altered-quote"),
    kept("M09 a quotation altered by a word", beside("写明“由法院根据情节核定五百万元以下的赔偿”。[guide]"), dropped="altered-quote"),
    kept("M10 one quotation stitched from two sources", beside("规定“最高为计算基数的5倍，由法院根据情节判500万元以下”。[digest][cap]"),
         dropped="altered-quote"),
    kept("M10 two parts, one source named", beside("规定“由法院根据情节判……最高为计算基数的”。[digest]"), dropped="altered-quote"),
    kept("M10 two parts, both sources named", beside("规定“由法院根据情节判……最高为计算基数的”。[digest][cap]"),
         claims=(SOUND, "规定由法院根据情节判……最高为计算基数的。")),
    kept("M11 English once", says("You may claim damages for your actual loss. [1]"), answers(f"{SOUND}[guide]")),
    kept("M11 a sentence in English", beside("You may claim up to nine million. [1]"), dropped="not-chinese"),
    kept("M12 a sentence said twice", answers(f"{SOUND}[guide]{SOUND}[guide]")),
    kept("M13 a refusal of a part", beside("其余的问题，我无法回答。"), dropped="model-refused"),
    kept("M14 an article that no source has", beside("依据第六百六十条，可以要求赔偿。[guide]"), dropped="unsupported-figure"),
    kept("M14 a law that no source has", beside("依据《合同法》，可以要求赔偿。[guide]"), dropped="unsupported-name"),
]


@pytest.mark.parametrize(("script", "claims", "dropped"), STANDS)
def test_what_stands_is_kept_and_what_does_not_is_dropped_and_named(with_model, script, claims, dropped):
    with model_server(*script) as server:
        answer = ask(with_model(server.url))
    assert texts(answer) == claims
    assert answer.model == "loopback-model"
    assert kinds(answer) == dropped
    assert all(citation.quote in citation.passage.text for citation in answer.citations)
    assert not [notice for notice in answer.notices if notice.kind == "model-fallback"]


@pytest.mark.parametrize("row", ["M16 the provider serves another model under the name"])
def test_the_name_the_server_gives_itself_is_recorded_shown_and_logged(with_model, caplog, row):
    with model_server(answers(f"{SOUND}[guide]", model="loopback-model-2025-09")) as server:
        assistant = with_model(server.url)
        answer = ask(assistant)
    assert answer.model == "loopback-model（服务返回：loopback-model-2025-09）"
    assert assistant.model.served == "loopback-model-2025-09"
    assert "configured loopback-model, answered by loopback-model-2025-09" in caplog.text


# -- all of them -----------------------------------------------------------------------------------------------------

def test_every_row_of_the_catalogue_has_a_case():
    named = {param.id[:3] for param in (*FALLS_BACK, *STANDS)} | set(re.findall(r'\["(M\d\d) ', Path(__file__).read_text("utf-8")))
    assert sorted(named) == ROWS
