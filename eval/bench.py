"""Start, memory, ingestion, search and answer time as a user meets them, beside their targets. Printed, never asserted.

Everything runs in fresh processes on a temporary data folder, without a chat model; what is measured several times is
given as its median.
"""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.cases import TODAY, load_cases
from eval.figure import Figure, machine
from eval.page_server import browser, free_port, page_command, serving, window
from eval.process import resident_mb, run, zhiwen
from kb.assemble import open_library
from kb.clock import FixedClock
from kb.errors import ConfigError
from kb.render import COMPOSED_LABEL
from kb.settings import Settings
from kb.types import Question

__all__ = ["first_answer", "measure", "percentile", "times"]

CORPUS_FOLDERS = ("regulations", "versions", "plan", "guides")
QUESTION = "销售离职带走客户名单，可以要求怎样的赔偿？"
_STARTS = 3


def measure(corpus: Path | None, say: Callable[[str], None]) -> list[Figure]:
    """Measure everything; `corpus` is the folder of official documents to ingest, if there is one.

    Raises:
        ConfigError: the corpus folder has none of the expected folders, or the command itself fails.
    """
    sources = _sources(corpus) if corpus else []
    figures = machine()
    with tempfile.TemporaryDirectory(prefix="zhiwen-bench-") as folder:
        data = Path(folder) / "data"
        say("启动命令")
        zhiwen(["--help"], data)                                    # the disk is warm from here on
        figures.append(Figure("zhiwen --help", statistics.median(zhiwen(["--help"], data).seconds for _ in range(5)), "秒", 0.5,
                              "5 个新进程的中位数"))
        say("首次打开附带的资料库")
        figures.append(Figure("首次使用（建立附带资料库的索引）", zhiwen(["library", "list", "--json"], data).seconds, "秒", None, "1 次"))
        if sources:
            say("官方文件入库")
            figures += _ingest(sources, data)
        say("打开网页并提问")
        figures += _app(data)
        say("回答题库中的问题")
        figures += _answers(data)
    return figures


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that at least `share` of all do not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


# --- the command ----------------------------------------------------------------------------------------------------

def _sources(corpus: Path) -> list[str]:
    found = [str((corpus / name).resolve()) for name in CORPUS_FOLDERS if (corpus / name).is_dir()]
    if not found:
        raise ConfigError(f"{corpus} 下没有 {'、'.join(CORPUS_FOLDERS)} 中的任何一个文件夹", "请用 --corpus 指出官方文件所在的文件夹")
    return found


def _ingest(sources: Sequence[str], data: Path) -> list[Figure]:
    ingested = zhiwen(["ingest", *sources, "--json"], data)
    report = json.loads(ingested.output)
    figures = [Figure("官方文件入库", ingested.seconds, "秒", 60.0, f"整个命令；{report['added']} 份，{report['passages']} 段")]
    if ingested.peak_mb is not None:
        figures.append(Figure("官方文件入库的内存峰值", ingested.peak_mb, "MB", None, "进程与解析子进程之和（PSS），每 0.25 秒看一次"))
    return figures


# --- answers --------------------------------------------------------------------------------------------------------

def times(call: Callable[[Question], object], questions: Sequence[Question]) -> list[float]:
    """Milliseconds for each question, after each was asked once to warm up."""
    for question in questions:
        call(question)
    taken = []
    for question in questions:
        started = time.perf_counter()
        call(question)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _answers(data: Path) -> list[Figure]:
    assistant = open_library(Settings(data=data, model=""), FixedClock(TODAY)).assistant
    questions = [case.asked for case in load_cases()]
    searched, answered = times(assistant.search, questions), times(assistant.ask, questions)
    how = f"题库 {len(questions)} 问各一次，预热后；资料库 {len(assistant.index)} 段"
    return [Figure("检索 p50", percentile(searched, 0.5), "毫秒", None, how),
            Figure("检索 p95", percentile(searched, 0.95), "毫秒", None, how),
            Figure("不用模型的回答 p50", percentile(answered, 0.5), "毫秒", None, how),
            Figure("不用模型的回答 p95", percentile(answered, 0.95), "毫秒", 150.0, how)]


# --- the page -------------------------------------------------------------------------------------------------------

def _app(data: Path) -> list[Figure]:
    """App start to the first answer shown, and the memory of the server then."""
    chromium = browser()
    runs = [_in_browser(chromium, data) if chromium else _without_browser(data) for _ in range(_STARTS)]
    how = (f"{_STARTS} 次的中位数，Chromium 中从启动进程到答案显示" if chromium else
           f"{_STARTS} 次的中位数；没有浏览器，为页面服务就绪 + 另一进程中打开资料库并回答")
    figures = [Figure("启动网页到第一个答案", statistics.median(seconds for seconds, _ in runs), "秒", 8.0, how)]
    resident = [memory for _, memory in runs if memory is not None]
    if resident:
        figures.append(Figure("网页进程常驻内存", statistics.median(resident), "MB", 600.0,
                              "第一个答案之后的 VmRSS" if chromium else "空闲服务 + 回答进程，偏高的估计"))
    return figures


def _in_browser(executable: str, data: Path) -> tuple[float, float | None]:
    with window(executable) as page:
        started, port = time.perf_counter(), free_port()
        with serving(page_command(port), port, data) as (server, address):
            page.goto(address)
            box = page.locator("textarea").first
            box.fill(QUESTION)
            box.press("Enter")
            page.get_by_text(COMPOSED_LABEL).first.wait_for()
            return time.perf_counter() - started, resident_mb(server.pid)


def _without_browser(data: Path) -> tuple[float, float | None]:
    started, port = time.perf_counter(), free_port()
    with serving(page_command(port), port, data) as (server, _):
        idle = resident_mb(server.pid)
        ready = time.perf_counter() - started
    asked = ("import sys, time\nstarted = time.perf_counter()\nfrom eval.bench import first_answer\nfrom eval.process import resident_mb\n"
             "first_answer(sys.argv[1])\nprint(time.perf_counter() - started, resident_mb('self') or 0)")
    seconds, memory = map(float, run(asked, [str(data)], data, name="回答进程").output.split())
    return ready + seconds, idle + memory if idle and memory else None


def first_answer(data: str) -> None:
    """Open the library and answer once, as the page does for its first visitor."""
    open_library(Settings(data=Path(data), model=""), FixedClock(TODAY)).assistant.ask(Question(QUESTION, TODAY))
