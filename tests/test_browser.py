"""The page in a real browser: the real server, the real library, and nothing but loopback on the wire."""

import json
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
from io import BytesIO
from pathlib import Path

import docx
import pytest
from small_library import HOSTILE

from kb.export import FORMATS
from kb.launch import server_command
from views.wording import CHINESE, ENGLISH

PROJECT = Path(__file__).parent.parent
ARTEFACTS = PROJECT / "artefacts"
CHROMIUM = "/usr/bin/chromium"
REQUIRED = os.environ.get("ZHIWEN_REQUIRE_BROWSER") == "1"
CORPUS = os.environ.get("ZHIWEN_TEST_CORPUS", "")
PATENT_ACT = "formats/15_专利法_官方排版.pdf"
PRINTED = "formats/01_反不正当竞争法2025_多页_页眉页脚页码.pdf"
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COMPENSATION = "销售离职带走客户名单，可以要求怎样的赔偿"

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"),
              # Playwright's event loop keeps sockets of its own until it is collected.
              pytest.mark.filterwarnings("ignore::ResourceWarning"),
              pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


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


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("real") / "data"


@pytest.fixture(scope="module")
def real(data) -> Iterator[str]:
    """`zhiwen app` over the shipped library alone, indexed on first use."""
    port = free_port()
    with served(zhiwen("app", "--port", str(port), "--data", str(data)), port, data.parent, PYTHONPATH=str(PROJECT),
                HOME=str(data.parent)) as address:
        yield address


@pytest.fixture(scope="module")
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
    """A fresh session; on leaving, nothing but loopback was asked for and no dialog of a script opened."""
    context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
    context.set_default_timeout(30_000)
    page = context.new_page()
    requested, dialogs = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("websocket", lambda websocket: requested.append(websocket.url.replace("ws://", "http://")))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(address)
        page.get_by_test_id("stChatInputTextArea").wait_for()
        yield page
        assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
        assert dialogs == []
    finally:
        context.close()


def ask(page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    chat = page.get_by_test_id("stChatMessage")
    chat.nth(1).get_by_text(re.compile("用时|编号")).wait_for()
    page.wait_for_function("document.querySelector('[data-stale=true]') === null")     # what the last run left on the page
    assert "编号" not in chat.nth(1).inner_text(), chat.nth(1).inner_text()


def picture(page, name: str) -> None:
    page.wait_for_timeout(600)       # until a fading element has settled
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def overflows(page) -> bool:
    return page.evaluate("""() => [...document.querySelectorAll(
        "html, [data-testid=stAppViewContainer], [data-testid=stAppScrollToBottomContainer], [role=dialog]")]
        .some(element => element.scrollWidth > element.clientWidth + 1)""")


@pytest.mark.parametrize(("name", "viewport", "options"), [
    ("desktop", DESKTOP, {}), ("phone", PHONE, {"has_touch": True}), ("dark", DESKTOP, {"color_scheme": "dark"}),
])
def test_a_question_is_answered_and_its_source_opens(browser, real, name, viewport, options):
    with tab(browser, real, viewport, **options) as page:
        page.get_by_text(CHINESE.local_only).wait_for()
        picture(page, f"{name}-empty")
        ask(page, COMPENSATION)
        assert page.get_by_text("法律依据").is_visible()
        assert page.get_by_text("第二十二条").first.is_visible()
        assert not overflows(page)
        page.wait_for_timeout(2000)
        question = page.get_by_test_id("stChatMessage").first
        assert 0 <= question.bounding_box()["y"] < viewport["height"] / 2, "the answer is read from its beginning"
        picture(page, f"{name}-answer")
        page.get_by_role("button", name=CHINESE.open_source).first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(CHINESE.context, exact=True).wait_for()
        assert not overflows(page)
        picture(page, f"{name}-source")


def test_nothing_of_a_conversation_is_in_the_address_or_in_another_tab(browser, real):
    from playwright.sync_api import expect

    with tab(browser, real) as page:
        ask(page, COMPENSATION)
        assert page.url.rstrip("/") == real
        assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])").count("客户名单") == 0
        with tab(browser, real) as other:
            assert other.get_by_text(COMPENSATION, exact=True).count() == 0
        page.get_by_role("button", name=CHINESE.clear).click()
        page.get_by_text(CHINESE.local_only).wait_for()
        expect(page.get_by_test_id("stChatMessage")).to_have_count(0)     # the last run's elements go a moment later


def test_the_page_is_ours_and_offers_no_deployment(browser, real):
    with tab(browser, real) as page:
        assert page.title() == "知问"
        assert page.get_by_text("Deploy").count() == 0
        page.get_by_text(ENGLISH.name, exact=True).click()
        page.get_by_text(ENGLISH.tagline).wait_for()


def test_hostile_texts_are_read_as_they_are_and_fetch_nothing(browser, small):
    """Q09, Q10 and I06 of the catalogue of bad inputs: in the question, the answer, the title, the quotation."""
    with tab(browser, small) as page:
        ask(page, f"材料 {HOSTILE}")
        main = page.get_by_test_id("stMainBlockContainer")
        # question, statement, quoted basis, title and quotation; the joiners of `escape_markdown` are not seen
        assert main.inner_text().replace("\u2060", "").count(HOSTILE) == 5, main.inner_text()
        page.get_by_text(CHINESE.findings.split("（")[0]).click()
        page.get_by_role("button", name=CHINESE.open_source).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("第二行").wait_for()
        page.wait_for_timeout(1000)
        shown = page.locator("[data-testid=stMainBlockContainer], [role=dialog]")
        assert shown.locator("a[href*=beacon], a[href*=javascript], script, iframe, img, .katex").count() == 0
        picture(page, "hostile")


@pytest.mark.parametrize(("name", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_an_answer_is_saved_in_each_format(browser, small, name, viewport):
    with tab(browser, small, viewport) as page:
        ask(page, "能要求赔偿吗")
        page.get_by_role("button", name=CHINESE.save).click()
        saved = {}
        for kind in FORMATS:
            button = page.get_by_role("button", name=CHINESE.formats[kind.suffix])
            button.wait_for()
            with page.expect_download() as download:
                button.click()
            assert download.value.suggested_filename == f"知问回答{kind.suffix}"
            saved[kind.suffix] = Path(download.value.path()).read_bytes()
        assert not overflows(page)
        picture(page, f"{name}-export")
        assert "能要求赔偿吗" in [paragraph.text for paragraph in docx.Document(BytesIO(saved[".docx"])).paragraphs]
        assert saved[".md"].decode().startswith("# 能要求赔偿吗\n")
        assert json.loads(saved[".json"])["question"] == "能要求赔偿吗"


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="ZHIWEN_TEST_CORPUS is not set")
@pytest.mark.parametrize(("name", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_a_pdf_opens_at_the_page_with_the_quotation_marked(browser, small, name, viewport):
    with tab(browser, small, viewport) as page:
        ask(page, "能要求赔偿吗")
        page.get_by_role("button", name=CHINESE.open_source).first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("原件第 9 页，共 13 页").wait_for()
        image = dialog.locator("img")
        image.wait_for()
        assert image.evaluate(MARKED_PIXELS) > 1000
        assert not overflows(page)
        picture(page, f"{name}-pdf")
        dialog.get_by_role("button").filter(has_text="chevron_right").click()
        dialog.get_by_text("原件第 10 页，共 13 页").wait_for()
        dialog.get_by_text(CHINESE.not_on_page).wait_for()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="ZHIWEN_TEST_CORPUS is not set")
def test_a_document_added_while_the_page_is_open_is_cited_and_opens_at_its_page(browser, real, data):
    with tab(browser, real) as page:
        subprocess.run(zhiwen("ingest", str((Path(CORPUS) / PATENT_ACT).resolve()), "--data", str(data)), check=True,
                       timeout=120, cwd=PROJECT, capture_output=True)
        ask(page, "2008年的专利法第二十二条")     # that PDF holds the superseded text
        page.get_by_role("button", name=CHINESE.open_source).first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("原件第 2 页，共 7 页").wait_for()
        dialog.locator("img").wait_for()
        assert dialog.locator("img").evaluate(MARKED_PIXELS) > 1000


MARKED_PIXELS = """async image => {
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let marked = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] > 240 && data[i + 1] > 220 && data[i + 2] < 130) marked++;
  return marked;
}"""


def test_a_page_elsewhere_cannot_reach_the_server_by_another_name(real):
    """DNS rebinding: the socket is refused under a host name that is not this machine's."""
    host, port = real.removeprefix("http://").split(":")
    assert handshake(host, int(port), f"127.0.0.1:{port}").startswith("HTTP/1.1 101")
    assert not handshake(host, int(port), f"rebound.example:{port}").startswith("HTTP/1.1 101")


def handshake(host: str, port: int, name: str) -> str:
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall((f"GET /_stcore/stream HTTP/1.1\r\nHost: {name}\r\nOrigin: http://{name}\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        return connection.recv(200).decode("latin-1")
