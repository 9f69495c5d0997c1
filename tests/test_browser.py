"""The conversation in a real browser: the real server, the real library, and nothing but loopback on the wire."""

import json
import re
import socket
import subprocess
from io import BytesIO
from pathlib import Path

import docx
import pytest
from browsing import CORPUS, DESKTOP, IN_BROWSER, PHONE, PROJECT, ask, overflows, picture, tab, zhiwen
from small_library import HOSTILE

from kb.catalogue import Catalogue
from kb.clock import SystemClock
from kb.export import FORMATS
from kb.notes import Notes
from views.ask_wording import WORDS
from views.wording import CHINESE, ENGLISH

PATENT_ACT = "formats/15_专利法_官方排版.pdf"
COMPENSATION = "销售离职带走客户名单，可以要求怎样的赔偿"

ZH = WORDS[CHINESE.name]
LAW = re.compile("^来源 \\d+ 《中华人民共和国")

pytestmark = IN_BROWSER


def number(page, n: int):
    return page.get_by_role("button", name=re.compile(f"^来源 {n} ")).first


def beside(page):
    """The opened source: beside the conversation, or over it on a phone."""
    panel = page.get_by_role("region", name=re.compile("^原文："))
    panel.wait_for()
    return panel


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
        law = page.get_by_role("button", name=LAW).first
        card = page.get_by_role("dialog", name=LAW)
        if options.get("has_touch"):
            law.tap()
        else:
            law.hover()
        card.wait_for()
        box = card.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= viewport["width"]
        assert "现行有效" in card.inner_text() and "✓" in card.inner_text()
        picture(page, f"{name}-card")
        card.get_by_role("button", name=CHINESE.open_source).click()
        panel = beside(page)
        panel.get_by_text("现行有效").first.wait_for()
        assert not overflows(page)
        picture(page, f"{name}-source")
        panel.get_by_role("button", name=ZH.next_passage).click()
        panel.get_by_role("button", name=ZH.to_cited).wait_for()
        panel.get_by_role("button", name=ZH.close).click()
        panel.wait_for(state="detached")
        assert law.is_visible()


def test_the_keyboard_reaches_a_citation_its_source_and_back(browser, small):
    with tab(browser, small) as page:
        ask(page, "能要求赔偿吗")
        first = number(page, 1)
        first.focus()
        page.keyboard.press("Tab")              # focus that came by the keyboard shows the card
        page.keyboard.press("Shift+Tab")
        card = page.get_by_role("dialog", name=re.compile("^来源 1 "))
        card.wait_for()
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")
        page.keyboard.press("Enter")
        panel = beside(page)
        page.wait_for_function("document.activeElement.getAttribute('role') === 'region'")
        page.keyboard.press("Escape")
        panel.wait_for(state="detached")
        page.wait_for_function("document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')?.startsWith('来源 1 ')")


def test_the_versions_of_an_article_are_a_click_away_from_it(browser, small):
    with tab(browser, small) as page:
        ask(page, "能要求赔偿吗")
        number(page, 1).click()
        panel = beside(page)
        panel.get_by_text(ZH.other_versions.format(count=1)).click()
        panel.get_by_text("2019修正 第十七条 → 2025修订 第二十二条").wait_for()
        picture(page, "desktop-versions")
        panel.get_by_role("button", name=ZH.read).click()
        panel.get_by_text("已不再施行 · 2019-04-23 起施行").wait_for()
        panel.get_by_role("button", name="2025修订 第二十二条").click()
        panel.get_by_text("✓ 现行有效 · 2025-10-15 起施行").wait_for()


def test_a_conversation_is_edited_dated_copied_and_saved_and_nothing_is_asked_twice(browser, small):
    from playwright.sync_api import expect

    with tab(browser, small, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name=ZH.samples["enterprise"][0]).dblclick()
        chat = page.get_by_test_id("stChatMessage")
        chat.nth(1).get_by_text("用时").wait_for()
        page.get_by_role("button", name=ZH.law_of_today).click()
        page.get_by_test_id("stDateInputField").get_by_role("spinbutton").first.click()
        page.keyboard.type("20240501")
        page.get_by_text(ZH.day_help).click()         # a date is taken when its field is left
        page.get_by_role("button", name=ZH.law_of.format(day="2024-05-01")).wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("button", name=ZH.edit).click()
        page.get_by_label(ZH.edited).fill("能要求赔偿吗")
        page.get_by_role("button", name=ZH.resend).click()
        chat.nth(1).get_by_text("以 2024-05-01 当日有效的文本为准").wait_for()
        expect(chat).to_have_count(2)
        page.get_by_role("button", name=ZH.copy).click()
        page.get_by_role("button", name=ZH.copied).wait_for()
        assert "[1] 《中华人民共和国反不正当竞争法》" in page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("button", name=ZH.save_all).click()
        with page.expect_download() as download:
            page.get_by_role("button", name=CHINESE.formats[".md"]).click()
        assert download.value.suggested_filename == "知问对话.md"
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith("# 知问对话\n")
        picture(page, "desktop-dated")


def test_what_a_reader_tells_the_operator_is_kept_and_nothing_before(browser, real, page_data):
    def kept() -> tuple[list[str], list[tuple[bool, str]]]:
        with Catalogue(page_data) as catalogue:
            notes = Notes(catalogue, SystemClock())
            return [gap.question for gap in notes.gaps()], [(remark.helpful, remark.comment) for remark in notes.remarks()]

    with tab(browser, real) as page:
        ask(page, COMPENSATION)
        page.get_by_test_id("stFeedback").get_by_role("radio").nth(1).click()
        page.get_by_label(ZH.why).fill("看不懂")
        assert kept() == ([], [])
        page.get_by_text(ZH.with_question).click()
        page.get_by_role("button", name=ZH.send).click()
        page.get_by_text(ZH.told).wait_for()
        asked, remarks = kept()
        assert asked == [COMPENSATION]
        assert set(remarks) == {(False, "看不懂")}


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
        page.wait_for_timeout(2000)          # until the answer is no longer held at its beginning: a card goes when the page moves
        number(page, 1).hover()
        page.get_by_role("dialog").get_by_text("点我").first.wait_for()
        page.mouse.move(0, 0)
        page.get_by_role("dialog").wait_for(state="hidden")
        for folded in (CHINESE.sources, CHINESE.findings):
            page.get_by_text(folded.split("（")[0]).click()
        # question; statement, quoted basis, title, quotation, finding; the joiners of `escape_markdown` are not seen
        assert main.inner_text().replace("\u2060", "").count(HOSTILE) == 1, main.inner_text()
        assert main.evaluate(WORDS_OF_COMPONENTS).count(HOSTILE) == 5
        number(page, 1).click()
        beside(page).get_by_text("第二行").wait_for()
        page.wait_for_timeout(1000)
        # Playwright's selectors look into components too
        assert main.locator("a[href*=beacon], a[href*=javascript], script, iframe, img, .katex").count() == 0
        picture(page, "hostile")


WORDS_OF_COMPONENTS = """main => [...main.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  .map(host => host.shadowRoot.querySelector(".cited")?.innerText ?? "").join("\\n")"""


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
        number(page, 1).click()
        panel = beside(page)
        panel.get_by_text("原件第 9 页，共 13 页").wait_for()
        image = panel.locator("img")
        image.wait_for()
        assert image.evaluate(MARKED_PIXELS) > 1000
        assert not overflows(page)
        picture(page, f"{name}-pdf")
        panel.locator(".st-key-next-leaf").get_by_role("button").click()
        panel.get_by_text("原件第 10 页，共 13 页").wait_for()
        panel.get_by_text(CHINESE.not_on_page).wait_for()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="ZHIWEN_TEST_CORPUS is not set")
def test_a_document_added_while_the_page_is_open_is_cited_and_opens_at_its_page(browser, real, page_data):
    with tab(browser, real) as page:
        subprocess.run(zhiwen("ingest", str((Path(CORPUS) / PATENT_ACT).resolve()), "--data", str(page_data)), check=True,
                       timeout=120, cwd=PROJECT, capture_output=True)
        ask(page, "2008年的专利法第二十二条")     # that PDF holds the superseded text
        number(page, 1).click()
        panel = beside(page)
        panel.get_by_text("原件第 2 页，共 7 页").wait_for()
        panel.locator("img").wait_for()
        assert panel.locator("img").evaluate(MARKED_PIXELS) > 1000


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
