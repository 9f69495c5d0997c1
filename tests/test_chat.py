"""The chat model over the real protocol: what arrives, and which reason a reader is told when nothing does (M01–M07)."""

import logging
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue

import pytest
from model_server import Reply, closed_port, delta, fails, model_server, pauses, says, sends

from kb.chat import LangChainChat, ThinkingFilter
from kb.errors import ConfigError, ModelError, ModelStopped
from kb.ports import Message
from kb.settings import Settings

QUESTION = [Message("system", "只依据资料回答"), Message("user", "离职员工带走绝密配方怎么办")]
KEY = "sk-canary-key"
ANSWER = "经营者不得以盗窃手段获取商业秘密。[1]"
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
DONE = b"data: [DONE]\n\n"


@pytest.fixture(scope="module", autouse=True)
def frameworks_loaded():
    """The first import of the framework takes seconds, which short deadlines in here do not allow for."""
    with model_server(says("好")) as server:
        list(chat(server.url, deadline=60).stream(QUESTION))


def chat(url, deadline=20.0, retries=1):
    return LangChainChat(Settings(model="loopback-model", base_url=url, api_key=KEY, model_deadline_s=deadline,
                                  model_retries=retries))


def answer(*script, **how):
    with model_server(*script) as server:
        return "".join(chat(server.url, **how).stream(QUESTION))


def reason(*script, **how):
    with pytest.raises(ModelError) as failure:
        answer(*script, **how)
    return failure.value.problem


def test_a_normal_stream_arrives_in_pieces_and_whole():
    with model_server(says(ANSWER)) as server:
        pieces = list(chat(server.url).stream(QUESTION))
        assert "".join(pieces) == ANSWER
        assert len(pieces) > 1
        assert server.paths == ["/v1/chat/completions"]
        assert server.requests[0]["stream"] is True
        assert server.requests[0]["model"] == "loopback-model"
        assert server.requests[0]["messages"] == [{"role": m.role, "content": m.text} for m in QUESTION]
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_local_server_needs_no_key():
    with model_server(says(ANSWER)) as server:
        settings = Settings(model="qwen", base_url=server.url)
        assert "".join(LangChainChat(settings).stream(QUESTION)) == ANSWER


def test_a_model_without_an_address_is_a_setting_to_repair_not_a_default_to_send_to():
    with pytest.raises(ConfigError, match="服务地址"):
        LangChainChat(Settings(model="gpt"))


@pytest.mark.parametrize("framing", [
    sends(b"".join([delta(ANSWER), delta(finish="stop"), DONE])),                                  # all in one packet
    sends(*(bytes([b]) for b in delta(ANSWER) + delta(finish="stop") + DONE)),                     # byte by byte
    sends(b": keep-alive\n\n", delta(ANSWER), b": ping\n\n", delta(finish="stop"), DONE),          # comments
    sends(delta(ANSWER).replace(b"\n", b"\r\n"), delta(finish="stop"), DONE, DONE),                # CRLF, [DONE] twice
    sends(delta(ANSWER), delta(finish="stop")),                                                    # no [DONE]
    sends(delta(""), delta(None), delta(ANSWER), delta("", finish="stop"), DONE),
])
def test_characters_survive_however_the_stream_is_cut_into_packets(framing):
    assert answer(framing) == ANSWER


@pytest.mark.parametrize(("reply", "told"), [
    (fails(401), "不认可密钥"),
    (fails(402), "额度已用完"),
    (fails(403), "拒绝访问"),
    (fails(404), "没有这个地址或模型"),
    (fails(400), "不接受这个请求"),
    (fails(429, {"error": {"message": "no", "type": "x", "code": "insufficient_quota"}}), "额度已用完"),
    (fails(429, Retry_After="0"), "限流"),
    (fails(429, Retry_After="3600"), "限流"),                                    # longer than the deadline: no waiting
    (fails(429, Retry_After="inf"), "限流"),
    (fails(429, Retry_After="nan"), "限流"),
    (fails(413), "内容过长"),
    (fails(400, {"error": {"message": "no", "type": "x", "code": "context_length_exceeded"}}), "内容过长"),
    (fails(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "限流"),
    (fails(500, Retry_After="0"), "HTTP 500"),
    (fails(502, Retry_After="0"), "HTTP 502"),
    (fails(503, Retry_After="0"), "HTTP 503"),
    (Reply([PAGE], 502, {**HTML, "Retry-After": "0"}), "HTTP 502"),
    (Reply([PAGE], 200, HTML), "网页"),
    (Reply([b"data: ", PAGE, b"\n\n"], 200, HTML), "网页"),
    (says(PAGE.decode()), "网页"),                                               # a gateway that streams its error page
    (says("<html>"), "网页"),
    (sends(delta("经营者不得")), "中断"),                                          # ends without its end
    (sends(delta("经营者不得"), cut=True), "中断"),
    (sends(delta("经营者不得"), b'data: {"id": "c1", "choi', cut=True), "中断"),
    (says("经营者不得", finish="length"), "中断"),
    (says("经营者不得", finish="content_filter"), "拦截"),
    (sends(b"data: {not json}\n\n", DONE), "无法识别"),
    (sends(b'data: {"error": {"message": "overloaded"}}\n\n', DONE), "无法识别"),
    (sends(b"data: 12\n\n", DONE), "无法识别"),
    (sends(delta("经营者"), b"data: {not json}\n\n", DONE), "中断"),
    (sends(DONE), "返回为空"),
    (sends(), "返回为空"),
    (says(""), "返回为空"),
    (says(" \n\u3000 "), "返回为空"),
    (says("<think>用户问的是配方</think>"), "返回为空"),
    (says("<think>用户问的是配方，一直想"), "返回为空"),
    (sends(delta(reasoning_content="想了又想"), delta(finish="stop"), DONE), "返回为空"),
    (says("好" * 30_000, size=1000), "过长"),
])
def test_every_failure_has_a_reason_a_reader_understands_and_no_secret(reply, told):
    with model_server(reply) as server, pytest.raises(ModelError) as failure:
        list(chat(server.url).stream(QUESTION))
    assert told in failure.value.problem
    assert failure.value.__cause__ is None
    for secret in (KEY, "绝密配方", "127.0.0.1"):
        assert secret not in str(failure.value)


def test_nobody_listening_is_said_so():
    with pytest.raises(ModelError, match="没有连上模型服务"):
        list(chat(closed_port()).stream(QUESTION))


@pytest.mark.parametrize("reply", [
    sends(b"", pause=30),                                                            # headers, then not a byte
    sends(b": waiting\n\n", pause=0.02, repeat_last=True),                           # comments for ever
    sends(delta("慢"), pause=0.02, repeat_last=True),                                # an answer for ever
    sends(*(bytes([b]) for b in delta("慢") * 50), pause=0.05),                      # a byte at a time
])
def test_the_deadline_ends_a_call_whatever_the_server_does(reply):
    assert "超时" in reason(reply, deadline=0.4)


def test_a_server_that_accepts_and_never_answers_is_left_at_the_deadline():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="超时"):
            list(chat(url, deadline=0.3).stream(QUESTION))
    join_workers()


def join_workers():
    for thread in threading.enumerate():
        if thread.name == "zhiwen-model":
            thread.join(10)
            assert not thread.is_alive()


def test_a_reader_who_stops_hangs_up_on_the_server():
    with model_server(sends(delta("慢"), pause=0.01, repeat_last=True)) as server:
        stream = chat(server.url).stream(QUESTION)
        assert next(iter(stream)) == "慢"
        stream.close()
        assert server.client_gone.wait(10)
    join_workers()


@pytest.mark.parametrize("reply", [
    sends(b"", pause=30),                                                            # nothing to hear for a long time
    sends(delta("慢"), pause=0.02, repeat_last=True),
    fails(429, Retry_After="25"),                                                    # while we wait for a second try
])
def test_a_reader_who_stops_is_released_whatever_the_server_does(reply):
    stopped = threading.Event()
    with model_server(reply) as server:
        threading.Thread(target=lambda: (server.asked.wait(20), stopped.set())).start()
        with pytest.raises(ModelStopped):
            list(chat(server.url, deadline=30).stream(QUESTION, stopped=stopped.is_set))
        assert len(server.requests) == 1
    join_workers()


def test_the_moment_by_which_a_reply_must_be_there_can_be_given():
    with pytest.raises(ModelError, match="超时"), model_server(sends(b"", pause=30)) as server:
        list(chat(server.url, deadline=1000).stream(QUESTION, until=time.monotonic() + 0.3))


# -- others who ask at the same time ---------------------------------------------------------------------------------

def answered_in_a_thread(model, **how):
    heard = SimpleQueue()

    def hear():
        try:
            heard.put("".join(model.stream(QUESTION, **how)))
        except ModelError as error:
            heard.put(error)

    threading.Thread(target=hear, daemon=True).start()
    return heard


def one_at_a_time(url, **how):
    return LangChainChat(Settings(model="m", base_url=url, model_parallel=1, **how))


def test_only_so_many_requests_are_under_way_at_once():
    hold = threading.Event()
    with model_server(pauses("甲", "乙", hold)) as server:
        model = one_at_a_time(server.url)
        first = answered_in_a_thread(model)
        assert server.asked.wait(20)
        second = answered_in_a_thread(model)
        with pytest.raises(Empty):
            second.get(timeout=0.3)
        assert len(server.requests) == 1
        hold.set()
        assert (first.get(timeout=20), second.get(timeout=20)) == ("甲乙", "甲乙")


def test_whoever_would_wait_longer_than_the_deadline_is_told_and_sends_nothing():
    hold = threading.Event()
    with model_server(pauses("甲", "乙", hold)) as server:
        model = one_at_a_time(server.url)
        first = answered_in_a_thread(model)
        assert server.asked.wait(20)
        with pytest.raises(ModelError, match="排不上"):
            list(model.stream(QUESTION, until=time.monotonic() + 0.2))
        assert len(server.requests) == 1
        hold.set()
        assert first.get(timeout=20) == "甲乙"


def test_while_one_waits_for_a_second_try_others_are_served():
    stopped = threading.Event()
    with model_server(fails(429, Retry_After="1000"), says(ANSWER)) as server:
        model = one_at_a_time(server.url, model_deadline_s=2000)
        waiting = answered_in_a_thread(model, stopped=stopped.is_set)
        assert server.asked.wait(20)
        assert "".join(model.stream(QUESTION, until=time.monotonic() + 30)) == ANSWER
        assert waiting.empty()
        stopped.set()
        assert isinstance(waiting.get(timeout=20), ModelStopped)


@pytest.mark.parametrize("ends", [lambda stream: stream.close(), lambda stream: list(stream)])
def test_a_reply_left_or_broken_gives_its_turn_back(ends):
    with model_server(sends(delta("甲"), delta("乙"), cut=True), says(ANSWER)) as server:
        model = one_at_a_time(server.url)
        stream = model.stream(QUESTION)
        next(iter(stream))
        with suppress(ModelError):
            ends(stream)
        assert "".join(model.stream(QUESTION, until=time.monotonic() + 30)) == ANSWER


def test_a_minute_takes_only_so_many_requests():
    with model_server(says(ANSWER)) as server:
        model = LangChainChat(Settings(model="m", base_url=server.url, model_per_minute=2))
        for _ in range(2):
            assert "".join(model.stream(QUESTION)) == ANSWER
        with pytest.raises(ModelError, match="排不上"):
            list(model.stream(QUESTION, until=time.monotonic() + 20))
        assert len(server.requests) == 2


# -- who answers -----------------------------------------------------------------------------------------------------

def test_the_name_the_server_gives_itself_is_kept_and_a_swap_is_logged_once(caplog):
    with model_server(says(ANSWER, model="m-2025-09")) as server:
        model = LangChainChat(Settings(model="m", base_url=server.url))
        for _ in range(2):
            reply = model.stream(QUESTION)
            assert "".join(reply) == ANSWER
            assert reply.model == "m-2025-09"
    assert model.served == "m-2025-09"
    assert [r.getMessage() for r in caplog.records].count("chat model: configured m, answered by m-2025-09") == 1


@pytest.mark.parametrize("claims_to_be", ["离职员工带走绝密配方怎么办", "a\nb", "x" * 500, ""])
def test_a_name_that_looks_like_none_goes_nowhere(claims_to_be, caplog):
    with model_server(says(ANSWER, model=claims_to_be)) as server:
        reply = chat(server.url).stream(QUESTION)
        assert "".join(reply) == ANSWER
    assert reply.model == ""
    assert "绝密配方" not in caplog.text


def test_options_of_the_operator_are_sent_along():
    with model_server(says(ANSWER)) as server:
        settings = Settings(model="m", base_url=server.url, model_options={"thinking": {"type": "disabled"}})
        assert "".join(LangChainChat(settings).stream(QUESTION)) == ANSWER
        assert server.requests[0]["thinking"] == {"type": "disabled"}


def test_whoever_runs_it_finds_the_reason_of_a_failure_in_the_log(caplog):
    with model_server(fails(401)) as server, pytest.raises(ModelError):
        list(chat(server.url).stream(QUESTION))
    assert "模型服务不认可密钥（HTTP 401）" in caplog.text
    assert "ZHIWEN_API_KEY" in caplog.text


@pytest.mark.parametrize("busy", [fails(429, Retry_After="0"), fails(500, Retry_After="0"), fails(503)])
def test_a_busy_server_is_asked_once_more(busy):
    with model_server(busy, says(ANSWER)) as server:
        assert "".join(chat(server.url).stream(QUESTION)) == ANSWER
        assert len(server.requests) == 2


@pytest.mark.parametrize(("reply", "asked"), [
    (fails(429, Retry_After="0"), 2), (fails(500, Retry_After="0"), 2),
    (fails(401), 1), (fails(400), 1), (fails(429, Retry_After="3600"), 1),
    (sends(delta("半句"), cut=True), 1),
])
def test_asking_again_has_its_limit_and_never_follows_a_begun_answer(reply, asked):
    with model_server(reply) as server:
        with pytest.raises(ModelError):
            list(chat(server.url).stream(QUESTION))
        assert len(server.requests) == asked


def test_no_second_try_where_none_is_allowed():
    with model_server(fails(500, Retry_After="0"), says(ANSWER)) as server:
        with pytest.raises(ModelError, match="HTTP 500"):
            list(chat(server.url, retries=0).stream(QUESTION))
        assert len(server.requests) == 1


def test_a_redirect_elsewhere_is_not_followed_with_the_question():
    with model_server(says("不该来这里")) as elsewhere:
        moved = Reply([b""], 307, {"Location": f"{elsewhere.url}/chat/completions"})
        with model_server(moved) as server, pytest.raises(ModelError):
            list(chat(server.url).stream(QUESTION))
        assert elsewhere.requests == []


def test_the_environment_can_neither_trace_nor_divert_a_call(monkeypatch):
    with model_server(says("截获")) as thief, model_server(says(ANSWER)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY"):
            monkeypatch.setenv(name, thief.url.removesuffix("/v1"))
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_ENDPOINT", "LANGSMITH_GATEWAY"):
            monkeypatch.setenv(name, thief.url)
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"):
            monkeypatch.setenv(name, "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "x")
        assert "".join(chat(server.url).stream(QUESTION)) == ANSWER
        assert thief.requests == []


def test_neither_key_nor_question_reaches_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    with model_server(fails(500, Retry_After="0"), says(ANSWER)) as server:
        list(chat(server.url).stream(QUESTION))
    assert KEY not in caplog.text
    assert "绝密配方" not in caplog.text
    assert ANSWER not in caplog.text


@pytest.mark.parametrize(("text", "shown"), [
    ("<think>先想想</think>不得披露。[1]", "不得披露。[1]"),
    ("<thinking>先想想</thinking>不得披露。[1]", "不得披露。[1]"),
    ("不得<think>想</think>披露。", "不得披露。"),
    ("<think>一</think>甲<think>二</think>乙", "甲乙"),
    ("a < b 且 <b", "a < b 且 <b"),
    ("<thin", "<thin"),
    ("不得<think>没有说完", "不得"),
])
@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_thinking_is_never_shown_wherever_the_stream_is_cut(text, shown, size):
    thinking = ThinkingFilter()
    pieces = [thinking.feed(text[i:i + size]) for i in range(0, len(text), size)]
    assert "".join(pieces) + thinking.rest() == shown


@pytest.mark.parametrize("size", [1, 3, 100])
def test_an_answer_after_thinking_is_the_answer(size):
    assert answer(says(f"<think>先想想</think>\n\n{ANSWER}", size=size)) == ANSWER
