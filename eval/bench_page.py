"""The page as many people use it at once: until it can be used, until an answer stands there, with a hall full, and its memory.

Without a chat model. Where Chromium is installed, one person is measured in it; the others are sessions that speak the
page's own protocol (`eval.visitor`), because twenty browsers would be measured instead of the page.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from eval.bench import QUESTION, percentile
from eval.cases import load_cases
from eval.figure import Figure, machine
from eval.page_server import browser, free_port, serving, window
from eval.process import command, held_mb, zhiwen
from eval.visitor import PageLost, Turn, Visitor
from kb.render import COMPOSED_LABEL

__all__ = ["Crowd", "measure", "slope"]

_STARTS, _ENTERS = 3, 5
_PACKAGES = ("zhiwen", "streamlit", "starlette", "uvicorn", "chromadb", "tantivy")
_LOOK_EVERY_S = 1.0


@dataclass
class Crowd:
    """What happened to a number of people at the page at once. `memory`: (questions asked so far, megabytes)."""

    opened: list[float] = field(default_factory=list)
    paced: list[Turn] = field(default_factory=list)
    together: list[Turn] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)
    lost: int = 0


def measure(data: Path | None, sessions: int, turns: int, pause: float, say: Callable[[str], None]) -> list[Figure]:
    """Measure on a copy of the data folder; on the bundled library alone where there is none.

    `turns` questions each, about `pause` seconds between two of one person.

    Raises:
        ConfigError: the page does not start.
        PageLost: nobody can open it.
    """
    figures = machine(_PACKAGES)
    with tempfile.TemporaryDirectory(prefix="zhiwen-bench-") as folder:
        copied = Path(folder) / "data"
        if data and (data / "catalogue.sqlite3").is_file():
            shutil.copytree(data, copied)
        say("准备资料库")
        zhiwen(["library", "list", "--json"], copied)       # indexed and on a warm disk, as on every start but the first
        say("启动网页")
        figures += _one_person(copied)
        say(f"{sessions} 人同时使用")
        figures += _figures(_visited(copied, sessions, turns, pause), sessions, turns, pause)
    return figures


def slope(memory: Sequence[tuple[int, float]]) -> float:
    """Megabytes more for a hundred more questions: least squares over (questions, megabytes); 0.0 where nothing was asked."""
    if len({asked for asked, _ in memory}) < 2:
        return 0.0
    return 100 * statistics.linear_regression(*zip(*memory, strict=True)).slope


# --- one person -----------------------------------------------------------------------------------------------------

def _one_person(data: Path) -> list[Figure]:
    chromium = browser()
    runs = [_in_browser(chromium, data) if chromium else _by_protocol(data) for _ in range(_STARTS)]
    seen = "Chromium 中" if chromium else "没有浏览器，按网页的协议；"
    enters = [seconds for _, answers in runs for seconds in answers]
    return [Figure("启动命令到第一页可以输入", statistics.median(opened for opened, _ in runs), "秒", 4.0,
                   f"zhiwen app，{seen}{_STARTS} 次的中位数"),
            Figure("按下回车到看见答案", statistics.median(enters), "秒", 0.5, f"{seen}{len(enters)} 问的中位数"),
            Figure("按下回车到看见答案，最慢", max(enters), "秒", None, f"{seen}{len(enters)} 问，含刚打开时的第一问")]


def _in_browser(executable: str, data: Path) -> tuple[float, list[float]]:
    """Seconds from the command to a page that can be typed into, and from each Enter to its answer."""
    with window(executable) as page:
        port, started = free_port(), time.perf_counter()
        with serving(command("app", "--port", str(port)), port, data) as (_, address):
            page.goto(address)
            box = page.get_by_test_id("stChatInputTextArea")
            box.wait_for()
            opened, answers = time.perf_counter() - started, []
            for number, question in enumerate((QUESTION, *_questions()[:_ENTERS - 1])):
                box.fill(question)
                pressed = time.perf_counter()
                box.press("Enter")
                page.get_by_test_id("stChatMessage").nth(2 * number + 1).get_by_text(COMPOSED_LABEL).first.wait_for()
                answers.append(time.perf_counter() - pressed)
                page.wait_for_timeout(500)
            return opened, answers


def _by_protocol(data: Path) -> tuple[float, list[float]]:
    async def visit(address: str) -> tuple[float, list[float]]:
        visitor = Visitor(address)
        await visitor.open()
        opened = time.perf_counter() - started
        turns = [await visitor.ask(question) for question in (QUESTION, *_questions()[:_ENTERS - 1])]
        await visitor.close()
        return opened, [turn.done if turn.visible is None else turn.visible for turn in turns]

    port, started = free_port(), time.perf_counter()
    with serving(command("app", "--port", str(port)), port, data) as (_, address):
        return asyncio.run(visit(address))


# --- a hall full of people ------------------------------------------------------------------------------------------

def _questions() -> list[str]:
    """What the evaluation asks in one turn, each once."""
    return list(dict.fromkeys(case.turns[0] for case in load_cases() if len(case.turns) == 1 and not case.aside))


def _visited(data: Path, sessions: int, turns: int, pause: float) -> Crowd:
    port = free_port()
    with serving(command("app", "--port", str(port)), port, data) as (server, address):
        return asyncio.run(_crowded(address, server.pid, sessions, turns, pause))


async def _crowded(address: str, process: int, sessions: int, turns: int, pause: float) -> Crowd:
    """Everybody opens the page at the same moment, asks at a pace of their own, and once presses Enter together."""
    crowd, questions, chance = Crowd(), _questions(), Random(20)
    visitors = [Visitor(address) for _ in range(sessions)]
    for opened in await asyncio.gather(*(visitor.open() for visitor in visitors), return_exceptions=True):
        if isinstance(opened, PageLost):
            raise opened
        if isinstance(opened, float):
            crowd.opened.append(opened)
    watching = asyncio.create_task(_watch(crowd, process))
    plans = [[(pause * chance.uniform(0.5, 1.5) if turn else pause * chance.random(), questions[(n * turns + turn) % len(questions)])
              for turn in range(turns)] for n in range(sessions)]
    await asyncio.gather(*(_converse(crowd, visitor, plan) for visitor, plan in zip(visitors, plans, strict=True)))
    watching.cancel()
    await asyncio.sleep(pause)       # so that the limits for one address and one session have filled again
    together = (_asked(crowd, visitor, questions[-1 - n % len(questions)]) for n, visitor in enumerate(visitors))
    crowd.together += [turn for turn in await asyncio.gather(*together) if turn]
    for visitor in visitors:
        await visitor.close()
    return crowd


async def _converse(crowd: Crowd, visitor: Visitor, plan: Sequence[tuple[float, str]]) -> None:
    for wait, question in plan:
        await asyncio.sleep(wait)
        if turn := await _asked(crowd, visitor, question):
            crowd.paced.append(turn)


async def _asked(crowd: Crowd, visitor: Visitor, question: str) -> Turn | None:
    try:
        return await visitor.ask(question)
    except PageLost:
        crowd.lost += 1
        return None


async def _watch(crowd: Crowd, process: int) -> None:
    while True:
        held = held_mb(process)
        if held is not None:
            crowd.memory.append((len(crowd.paced), held))
        await asyncio.sleep(_LOOK_EVERY_S)


def _figures(crowd: Crowd, sessions: int, turns: int, pause: float) -> list[Figure]:
    who = f"{sessions} 人"
    asked = [*crowd.paced, *crowd.together]
    unanswered = crowd.lost + sum(turn.visible is None and not turn.refused for turn in asked)
    figures = [Figure(f"{who}同时打开网页 p95", percentile(crowd.opened, 0.95), "秒", None, "按网页的协议，都在同一刻连上")]
    for name, taken, target in ((f"{who}同时使用，一问一答", crowd.paced, 2.5), (f"{who}同一刻按下回车", crowd.together, None)):
        if seconds := [turn.done for turn in taken if not turn.refused]:
            how = f"{len(seconds)} 问，到页面静止" + (f"；每人 {turns} 问，间隔约 {pause:g} 秒" if taken is crowd.paced else "")
            figures += [Figure(f"{name} p50", percentile(seconds, 0.5), "秒", None, how),
                        Figure(f"{name} p95", percentile(seconds, 0.95), "秒", target, how)]
    figures += [Figure("没有得到回答的提问", float(unanswered), "次", 0.0, f"共 {len(asked) + crowd.lost} 问"),
                Figure("被请稍候的提问", float(sum(turn.refused for turn in asked)), "次", None, "限制每人和每个地址提问的快慢；不计入用时")]
    if crowd.memory:
        figures += [Figure(f"{who}时的内存", max(held for _, held in crowd.memory), "MB", 700.0, "zhiwen app 的全部进程之和（PSS），最大值"),
                    Figure("每百次提问增加的内存", slope([at for at in crowd.memory if at[0] >= len(crowd.paced) / 2]), "MB", None,
                           "后一半提问的回归：在那以前，读过的条文进入共用的缓存")]
    return figures
