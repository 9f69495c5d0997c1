"""The page's server as a child process on a free loopback port, and the browser that can look at it."""

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eval.process import ROOT, environment
from kb.errors import ConfigError
from kb.launch import server_command

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["LONGEST_START_S", "browser", "free_port", "page_command", "serving", "window"]

LONGEST_START_S = 60.0


def browser() -> str | None:
    """Path of an installed Chromium that can be driven here."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def window(executable: str) -> "Iterator[Page]":
    """An empty page of a Chromium that is running already, as a user's is."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable)
        page = chromium.new_page()
        page.set_default_timeout(LONGEST_START_S * 1000)
        yield page
        chromium.close()


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def page_command(port: int) -> list[str]:
    """The page alone, without the command around it."""
    return server_command(ROOT / "app.py", "127.0.0.1", port)


@contextmanager
def serving(command: Sequence[str], port: int, data: Path) -> "Iterator[tuple[subprocess.Popen[bytes], str]]":
    """The process of `command` and the address at which it answers; ended afterwards.

    Raises:
        ConfigError: it does not answer.
    """
    server = subprocess.Popen(command, env=environment(data), cwd=data.parent, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, f"http://127.0.0.1:{port}")
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + LONGEST_START_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise ConfigError("网页没有启动", "请先用 zhiwen app 打开一次，看它的提示")
