"""What a model elsewhere is sent: masked unless wanted whole, shown before it goes, and nothing without somebody's word.

The model of these tests is elsewhere by its address; a proxy of the environment leads to a real server on loopback instead.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from model_server import ModelServer, fails, model_server, says

from kb import cli, cli_sending
from kb.answer import Assistant
from kb.assemble import open_library
from kb.clock import FixedClock
from kb.confidential import masked
from kb.outgoing import Confidant
from kb.ports import Message
from kb.route import host_of, proxy_for, proxy_host
from kb.settings import Settings
from kb.types import Answer, Question, Sending

ELSEWHERE = "http://llm.example.com/v1"
ASKED = "员工张三（13812345678）离职带走客户名单，可以要求怎样的赔偿？"
MASKED = "员工〔姓名1〕（〔电话1〕）离职带走客户名单，可以要求怎样的赔偿？"
REPLY = says("〔姓名1〕侵犯商业秘密的，应当承担民事责任。[1]")


@contextmanager
def elsewhere(monkeypatch: pytest.MonkeyPatch, reply=REPLY) -> Iterator[ModelServer]:
    """Whatever is sent to `ELSEWHERE` reaches this server, as through the proxy of an office."""
    with model_server(reply) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url.removesuffix("/v1").replace("http://", "http://me:pw@"))
        yield server


@pytest.fixture
def assistant(library_data: Path, clock: FixedClock) -> Callable[..., Assistant]:
    def opened(base_url: str = ELSEWHERE) -> Assistant:
        return open_library(Settings(data=library_data, model="loopback-model", base_url=base_url, model_retries=0), clock).assistant
    return opened


def question(clock: FixedClock, text: str = ASKED, sending: Sending = Sending.MASKED, *turns: str) -> Question:
    return Question(text, clock.today(), turns, sending=sending)


def said(answer: Answer) -> str:
    return "\n".join(claim.text for claim in answer.claims)


# -- what is sent --------------------------------------------------------------------------------------------------

def test_a_model_elsewhere_gets_the_masked_question_and_the_reader_the_names(assistant, clock, monkeypatch):
    with elsewhere(monkeypatch) as server:
        answer = assistant().ask(question(clock))
    sent = str(server.requests)
    assert MASKED in sent
    assert "张三" not in sent and "13812345678" not in sent
    assert answer.model == "loopback-model"
    assert "张三侵犯商业秘密的" in said(answer)
    assert "〔" not in said(answer)


def test_what_would_be_sent_is_what_is_sent(assistant, clock, monkeypatch):
    with elsewhere(monkeypatch) as server:
        opened = assistant()
        outgoing = opened.would_send(question(clock))
        assert server.requests == []
        opened.ask(question(clock))
    user = server.requests[0]["messages"][-1]["content"]
    assert user.endswith(outgoing.question)
    assert user.count("正文：") == len(outgoing.passages)
    assert all(passage.text in user for passage in outgoing.passages)
    assert [mark.kind.value for mark in outgoing.marks] == ["name", "phone"]


def test_wanted_whole_it_is_sent_as_typed(assistant, clock, monkeypatch):
    with elsewhere(monkeypatch) as server:
        outgoing = assistant().would_send(question(clock, sending=Sending.WHOLE))
        assistant().ask(question(clock, sending=Sending.WHOLE))
    assert ASKED in str(server.requests)
    assert outgoing.question == ASKED
    assert len(outgoing.marks) == 2              # still listed


def test_nothing_is_sent_of_a_local_question_and_that_is_no_failure(assistant, bundled, clock, monkeypatch):
    with elsewhere(monkeypatch) as server:
        opened = assistant()
        answer = opened.ask(question(clock, sending=Sending.LOCAL))
        assert opened.would_send(question(clock, sending=Sending.LOCAL)) is None
    assert server.requests == []
    composed = bundled.ask(question(clock))
    assert (answer.claims, answer.notices, answer.model) == (composed.claims, composed.notices, "")


def test_a_model_on_this_machine_gets_the_question_whole_unless_it_is_local(assistant, clock):
    with model_server(REPLY) as server:
        opened = assistant(server.url)
        opened.ask(question(clock, sending=Sending.LOCAL))
        assert server.requests == []
        opened.ask(question(clock))
    assert ASKED in str(server.requests)
    assert opened.would_send(question(clock)).marks == ()


def test_an_earlier_question_lends_its_names_and_is_masked_too(assistant, clock, monkeypatch):
    with elsewhere(monkeypatch) as server:
        assistant().ask(question(clock, "张三的竞业限制最长多久？", Sending.MASKED, "员工张三离职带走客户名单怎么办"))
        assistant().ask(question(clock, "那要是境外的呢", Sending.MASKED, "员工张三侵犯商业秘密怎么处罚"))
    assert len(server.requests) >= 2
    assert "张三" not in str(server.requests)
    assert "〔姓名1〕的竞业限制" in str(server.requests[0])


@pytest.mark.parametrize("text", ["怎么偷到竞争对手的客户名单不被发现", "今天天气怎么样", "那它呢"])
def test_where_nothing_would_be_sent_nothing_is_shown(assistant, clock, monkeypatch, text):
    with elsewhere(monkeypatch):
        assert assistant().would_send(question(clock, text)) is None


def test_without_a_model_nothing_would_be_sent(bundled, clock):
    assert bundled.would_send(question(clock)) is None


@pytest.mark.parametrize("pieces", [["〔姓", "名1", "〕应当", "赔偿〔"], ["〔姓名1〕应当赔偿〔"], list("〔姓名1〕应当赔偿〔")])
def test_a_placeholder_comes_back_wherever_the_pieces_cut_it(pieces):
    class Model:
        name, served, deadline_s = "m", "", 1.0

        def stream(self, messages, until=None, stopped=None):
            return pieces
    heard = list(Confidant(Model(), masked("员工张三离职")).stream([Message("user", "问")]))
    assert "".join(heard) == "张三应当赔偿〔"
    assert len(heard) == len([piece for piece in heard if piece])


# -- the way there -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("variables", "address", "proxy"), [
    ({}, ELSEWHERE, ""),
    ({"HTTP_PROXY": "http://me:pw@proxy.example:8080"}, ELSEWHERE, "http://me:pw@proxy.example:8080"),
    ({"HTTPS_PROXY": "proxy.example:8080"}, "https://llm.example.com/v1", "http://proxy.example:8080"),
    ({"HTTPS_PROXY": "http://proxy.example:8080"}, ELSEWHERE, ""),
    ({"ALL_PROXY": "http://proxy.example:1"}, ELSEWHERE, "http://proxy.example:1"),
    ({"HTTP_PROXY": "http://proxy.example:8080", "NO_PROXY": "example.com"}, ELSEWHERE, ""),
    ({"HTTP_PROXY": "http://proxy.example:8080"}, "http://127.0.0.1:11434/v1", ""),
    ({"HTTP_PROXY": "http://proxy.example:8080"}, "http://localhost/v1", ""),
    ({"HTTP_PROXY": "http://proxy.example:8080"}, "", ""),
])
def test_the_proxy_of_an_address_is_the_one_the_environment_names_for_it(monkeypatch, variables, address, proxy):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(address) == proxy
    assert proxy_host(address) == host_of(proxy)
    assert "pw" not in proxy_host(address)


# -- the command ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def zhiwen(monkeypatch, capsys, library_data):
    """`zhiwen ask` with a model elsewhere; `typed` is what somebody answers at the terminal, None for no terminal."""
    def run(*args: object, typed: str | None = None) -> Ran:
        for name, value in {"ZHIWEN_MODEL": "loopback-model", "ZHIWEN_BASE_URL": ELSEWHERE, "ZHIWEN_MODEL_RETRIES": "0"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["zhiwen", "ask", *map(str, args), "--data", str(library_data)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed or ""))
        monkeypatch.setattr(cli_sending, "_somebody_is_there", lambda: typed is not None)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)
    return run


@pytest.mark.parametrize(("flags", "typed"), [(["--send"], None), ([], "y\n")], ids=["agreed beforehand", "agreed when asked"])
def test_what_is_sent_is_shown_with_its_destination_and_the_proxy(zhiwen, monkeypatch, flags, typed):
    with elsewhere(monkeypatch) as server:
        ran = zhiwen(ASKED, *flags, typed=typed)
        proxy = server.url.removesuffix("/v1").removeprefix("http://")
    assert ran.code == 0
    assert len(server.requests) == 1
    shown = ran.err.splitlines()
    assert f"  问题：{MASKED}" in shown
    assert f"将发给模型 loopback-model（llm.example.com），经由代理 {proxy}" in shown
    assert any("资料库里的文字" in line for line in shown)
    assert "姓名 1、电话 1" in ran.err
    assert "13812345678" not in ran.err and "me:pw" not in ran.err
    assert ("发送吗" in ran.err) is (typed is not None)
    assert "张三侵犯商业秘密的" in ran.out


@pytest.mark.parametrize(("flags", "typed"), [(["--local"], None), (["--local"], "y\n"), ([], "n\n"), ([], "\n"), ([], None)],
                         ids=["local", "local at a terminal", "declined", "not answered", "no terminal"])
def test_without_a_yes_nothing_is_sent_and_the_library_answers(zhiwen, monkeypatch, flags, typed):
    with elsewhere(monkeypatch) as server:
        ran = zhiwen(ASKED, *flags, typed=typed)
    assert server.requests == []
    assert ran.code == 0
    assert "赔偿" in ran.out
    assert "没有用上模型" not in ran.out
    expected = ["没有经过确认，什么都没有发送：只用本机资料库作答。同意发给模型请加 --send"] if typed is None and not flags else []
    assert [line for line in ran.err.splitlines() if "没有发送" in line] == expected


def test_a_question_of_which_nothing_would_be_sent_is_not_asked_about(zhiwen, monkeypatch):
    with elsewhere(monkeypatch) as server:
        ran = zhiwen("今天天气怎么样", typed="y\n")
    assert server.requests == []
    assert ran.err == ""


@pytest.mark.parametrize(("setting", "flags", "sent"), [
    ("local", [], None), ("local", ["--send"], MASKED), ("masked", ["--send"], MASKED), ("whole", ["--send"], ASKED),
])
def test_the_setting_says_how_much_is_sent_by_default(zhiwen, monkeypatch, setting, flags, sent):
    monkeypatch.setenv("ZHIWEN_SENDING", setting)
    with elsewhere(monkeypatch) as server:
        zhiwen(ASKED, *flags)
    assert (sent is None and server.requests == []) or sent in str(server.requests)


def test_a_setting_that_means_nothing_is_refused_by_name(zhiwen, monkeypatch):
    monkeypatch.setenv("ZHIWEN_SENDING", "perhaps")
    ran = zhiwen(ASKED)
    assert ran.code == 2
    assert "ZHIWEN_SENDING" in ran.err and "perhaps" not in ran.err


def test_to_send_and_to_stay_local_is_a_contradiction(zhiwen):
    ran = zhiwen(ASKED, "--send", "--local")
    assert ran.code == 2
    assert "--send" in ran.err and "--local" in ran.err


@pytest.mark.parametrize(("flags", "sent"), [(["--send"], True), ([], False), (["--local"], False)])
def test_a_file_of_questions_needs_the_word_beforehand(zhiwen, monkeypatch, tmp_path, flags, sent):
    lines = [{"id": "q1", "question": ASKED}, {"id": "q2", "question": "员工李四离职带走图纸，可以要求怎样的赔偿？"}]
    batch = tmp_path / "in.jsonl"
    batch.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with elsewhere(monkeypatch) as server:
        ran = zhiwen("--batch", batch, *flags, typed="y\n")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 2
    assert bool(server.requests) is sent
    assert "张三" not in str(server.requests) and "李四" not in str(server.requests)
    assert ("什么都没有发送" in ran.err) is (flags == [])


def test_a_failure_of_the_model_elsewhere_is_one_sentence_and_the_library_answers(zhiwen, monkeypatch):
    with elsewhere(monkeypatch, fails(500)):
        ran = zhiwen(ASKED, "--send")
    assert ran.code == 0
    assert ran.out.count("没有用上模型") == 1


def test_an_assistant_masks_unless_it_is_told_that_its_model_is_here(assistant, clock):
    with model_server(REPLY) as server:
        replace(assistant(server.url), model_stays_here=False).ask(question(clock))
    assert MASKED in str(server.requests)
