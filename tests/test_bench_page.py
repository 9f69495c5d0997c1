"""The bench of the page: real sessions over the page's own protocol. No time is asserted."""

import asyncio
import os

import pytest

from eval import bench_page
from eval.bench_page import measure, slope
from eval.page_server import free_port, serving
from eval.process import ROOT, command, environment
from eval.visitor import PageLost, Visitor
from kb.cli_options import DONE
from kb.launch import server_command

QUESTION = "客户名单算商业秘密吗？"


@pytest.fixture(scope="module")
def address(library_data):
    port = free_port()
    with serving(command("app", "--port", str(port)), port, library_data) as (_, found):
        yield found


def visited(address, visit):
    async def one():
        visitor = Visitor(address)
        await visitor.open()
        try:
            return await visit(visitor)
        finally:
            await visitor.close()
    return asyncio.run(one())


def test_a_visitor_sees_each_answer_of_a_conversation(address):
    async def converse(visitor):
        return [await visitor.ask(question) for question in (QUESTION, "竞业限制最长几年？", "去哪里投诉？")]
    for turn in visited(address, converse):
        assert turn.visible is not None and 0 < turn.visible <= turn.done
        assert not turn.refused


HASTY = """
import runpy, sys
sys.path[:0] = [{tests!r}]
from views import session
session._shelf().askers.rate, session._shelf().askers.burst = 1e-4, 2
runpy.run_path({page!r})
"""


def test_a_question_that_came_too_soon_is_told_from_one_without_an_answer(tmp_path):
    """Two may be asked here, and no turn comes back while the test runs, however slow the machine is."""
    script, port = tmp_path / "hasty.py", free_port()
    script.write_text(HASTY.format(tests=str(ROOT / "tests"), page=str(ROOT / "tests" / "page_of_small_library.py")), encoding="utf-8")

    async def hurry(visitor):
        return [await visitor.ask(f"能要求赔偿{what}吗") for what in ("损失", "开支", "利息", "运费")]
    with serving(server_command(script, "127.0.0.1", port), port, tmp_path / "data") as (_, found):
        turns = visited(found, hurry)
    assert [turn.refused for turn in turns] == [False, False, True, True]
    assert [turn.visible is None for turn in turns] == [False, False, True, True]


def test_a_page_that_is_not_there_is_said_to_be_lost():
    with pytest.raises(PageLost, match="连不上网页"):
        asyncio.run(Visitor(f"http://127.0.0.1:{free_port()}").open())


@pytest.mark.parametrize(("memory", "grown"), [
    ([(0, 300.0), (100, 310.0), (200, 320.0)], 10.0), ([(0, 300.0), (50, 300.0)], 0.0), ([(7, 300.0), (7, 301.0)], 0.0), ([], 0.0)])
def test_memory_is_said_to_grow_by_the_hundred_questions(memory, grown):
    assert slope(memory) == pytest.approx(grown)


def test_a_few_people_are_measured_without_a_browser(library_data, monkeypatch):
    monkeypatch.setattr(bench_page, "browser", lambda: None)
    monkeypatch.setattr(bench_page, "_STARTS", 1)
    monkeypatch.setattr(bench_page, "_ENTERS", 2)
    before = sorted(path.name for path in library_data.iterdir())
    figures = {figure.name: figure for figure in measure(library_data, 2, 2, 0.2, lambda step: None)}
    assert figures["启动命令到第一页可以输入"].target == 4.0 and figures["按下回车到看见答案"].target == 0.5
    assert figures["2 人同时使用，一问一答 p95"].target == 2.5 and "4 问" in figures["2 人同时使用，一问一答 p95"].how
    assert figures["没有得到回答的提问"].value == figures["被请稍候的提问"].value == 0
    assert figures["没有得到回答的提问"].how == "共 6 问", "two each, and once all together"
    if os.path.exists("/proc/self/status"):
        assert figures["2 人时的内存"].target == 700.0 and figures["2 人时的内存"].value > 50
    assert sorted(path.name for path in library_data.iterdir()) == before, "measured on a copy"


def test_the_command_says_what_it_takes(library_data):
    from eval.process import run

    shown = run("from kb.cli import main; main()", ["bench", "page", "--help"], library_data, name="help", success=(DONE,)).output
    assert {"--sessions", "--turns", "--pause", "--data", "--json"} <= set(shown.split())
    assert "ZHIWEN_DATA" in environment(library_data)
