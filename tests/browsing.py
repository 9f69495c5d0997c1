"""Driving the real page in Debian's Chromium: the browser and servers as fixtures, tabs, questions, pictures."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.launch import server_command

PROJECT = Path(__file__).parent.parent
ARTEFACTS = PROJECT / "artefacts"
CHROMIUM = "/usr/bin/chromium"
REQUIRED = os.environ.get("ZHIWEN_REQUIRE_BROWSER") == "1"
CORPUS = os.environ.get("ZHIWEN_TEST_CORPUS", "")
PRINTED = "formats/01_反不正当竞争法2025_多页_页眉页脚页码.pdf"
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP, TABLET, PHONE = {"width": 1280, "height": 900}, {"width": 768, "height": 1024}, {"width": 390, "height": 844}

# Every file of browser tests says `pytestmark = IN_BROWSER`: one worker runs them all, with one browser and one server.
IN_BROWSER = [pytest.mark.browser, pytest.mark.xdist_group("browser"),
              # Playwright's event loop keeps sockets of its own until it is collected.
              pytest.mark.filterwarnings("ignore::ResourceWarning"),
              pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def served(command: list[str], port: int, folder: Path, **environment: str) -> Iterator[str]:
    """A server started from another folder, as an installed program would be; its address once it answers."""
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "server.log").read_text(encoding="utf-8")
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def zhiwen(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from kb.cli import main; main()", *arguments]


# A module at a time: while Playwright runs, no test of this worker could run an event loop of its own.
@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists() or shutil.which(CHROMIUM) is None:
        reason = f"{CHROMIUM} is not installed (apt-get install chromium fonts-noto-cjk)"
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def page_data(tmp_path_factory, library_data) -> Path:
    """The shipped library, indexed: how the first use looks is tested by starting the installed program (.ci/run)."""
    return shutil.copytree(library_data, tmp_path_factory.mktemp("real") / "data")


@pytest.fixture(scope="session")
def real(page_data: Path) -> Iterator[str]:
    """`zhiwen app` over the shipped library alone."""
    port = free_port()
    with served(zhiwen("app", "--port", str(port), "--data", str(page_data)), port, page_data.parent, PYTHONPATH=str(PROJECT),
                HOME=str(page_data.parent)) as address:
        yield address


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Iterator[str]:
    """The page over the small library, whose texts are hostile."""
    folder, port = tmp_path_factory.mktemp("small"), free_port()
    pdf = folder / "printed.pdf"
    if CORPUS:
        pdf.write_bytes((Path(CORPUS) / PRINTED).read_bytes())
    script = PROJECT / "tests" / "page_of_small_library.py"
    with served(server_command(script, "127.0.0.1", port), port, folder, HOME=str(folder),
                **({"PAGE_TEST_PDF": str(pdf)} if CORPUS else {})) as address:
        yield address


@contextmanager
def tab(browser, address: str, viewport=DESKTOP, **options):
    """A fresh session; on leaving, nothing but loopback was asked for and no dialog of a script opened.

    The page's own content policy is left out (`bypass_csp=False` keeps it): it forbids `wait_for_function`, and what it
    stops would not be seen here.
    """
    context = browser.new_context(viewport=viewport, locale="zh-CN", **{"bypass_csp": True, **options})
    context.set_default_timeout(60_000)
    page = context.new_page()
    requested, dialogs = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("websocket", lambda websocket: requested.append(websocket.url.replace("ws://", "http://")))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(address)
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=120_000)     # the first visitor of all waits for the index
        yield page
        assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
        assert dialogs == []
    finally:
        context.close()


def until(page, expression: str, seconds: float = 30) -> None:
    """Wait until a JavaScript expression holds; other than `wait_for_function` under any content policy."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def ask(page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    chat = page.get_by_test_id("stChatMessage")
    chat.nth(1).get_by_text(re.compile("用时|编号")).wait_for()
    until(page, "document.querySelector('[data-stale=true]') === null")     # what the last run left on the page
    assert "编号" not in chat.nth(1).inner_text(), chat.nth(1).inner_text()


def picture(page, name: str) -> None:
    page.wait_for_timeout(600)       # until a fading element has settled
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def overflows(page) -> bool:
    return page.evaluate("""() => [...document.querySelectorAll(
        "html, [data-testid=stAppViewContainer], [data-testid=stAppScrollToBottomContainer], [role=dialog]")]
        .some(element => element.scrollWidth > element.clientWidth + 1)""")
