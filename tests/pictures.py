"""The pictures of README and docs, taken anew: `uv run python -m tests.pictures` (with `ZHIWEN_TEST_CORPUS`, of the official texts).

Each page of the navigation gives `docs/images/NAME.png`, and the conversation three more; `admin` is started by its own command
where there is one. What cannot be taken is named and left out.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from browsed_pages import pages, settled
from browsing import ARGS, CHROMIUM, DESKTOP, PHONE, PROJECT, ask, free_port, served, zhiwen

IMAGES = PROJECT / "docs" / "images"
QUESTION = "销售离职带走客户名单，可以要求怎样的赔偿"
CORPUS_FOLDERS = ("regulations", "versions", "plan", "guides")


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def take(page, name: str, into: Path, quiet_ms: int = 800) -> None:
    page.wait_for_timeout(quiet_ms)
    page.screenshot(path=into / f"{name}.png", animations="disabled")
    say(f"{name}.png")


@contextmanager
def looking(browser, address: str, viewport=DESKTOP, **options) -> Iterator[object]:
    context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        page.goto(address)
        settled(page)
        yield page
    finally:
        context.close()


def of_the_app(browser, address: str, into: Path) -> None:
    """A picture of every page as it opens, and of the conversation: answered, its source, on a phone, in the dark."""
    for path in pages(browser, address):
        with looking(browser, address + path) as page:
            take(page, path.strip("/") or "ask", into)
    for name, viewport, options in (("answer", DESKTOP, {}), ("phone", PHONE, {"has_touch": True}), ("dark", DESKTOP, {"color_scheme": "dark"})):
        with looking(browser, address, viewport, **options) as page:
            ask(page, QUESTION)
            take(page, name, into, 2500)
            if name == "answer":
                page.get_by_role("button", name="原文").first.click()
                take(page, "source", into, 2000)


def of_the_administration(browser, data: Path, into: Path) -> None:
    """Its address, with the one-time token, is on the command's own output."""
    port = free_port()
    with subprocess.Popen(zhiwen("admin", "--port", str(port), "--data", str(data)), cwd=data.parent, env={**os.environ, "PYTHONPATH": str(PROJECT)},
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as command:
        try:
            address = next(filter(None, (re.search(r"http://\S+", line) for line in command.stdout or ())), None)
            if address is None:
                say("没有 admin.png：这个版本没有 zhiwen admin")
                return
            with looking(browser, address[0]) as page:
                take(page, "admin", into, 1500)
        finally:
            command.terminate()


def main(into: Path) -> None:
    from playwright.sync_api import sync_playwright

    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="zhiwen-pictures-") as folder:
        data, port = Path(folder) / "data", free_port()
        if corpus := os.environ.get("ZHIWEN_TEST_CORPUS"):
            say("官方文件入库")
            subprocess.run(zhiwen("ingest", *(str(Path(corpus).resolve() / name) for name in CORPUS_FOLDERS), "--data", str(data)), check=True,
                           cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            with served(zhiwen("app", "--port", str(port), "--data", str(data)), port, Path(folder), PYTHONPATH=str(PROJECT)) as address:
                of_the_app(browser, address, into)
            of_the_administration(browser, data, into)
            browser.close()


if __name__ == "__main__":
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--into", type=Path, default=IMAGES)
    main(chosen.parse_args().into)
