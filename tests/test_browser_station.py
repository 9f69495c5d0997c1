"""The station in a real browser: by touch on a phone and on a tall screen in a hall, read aloud, printed, and forgotten."""

from collections.abc import Iterator

import pytest
from browsed_pages import settled
from browsing import DESKTOP, IN_BROWSER, PHONE, PROJECT, free_port, overflows, picture, served, tab
from pypdfium2 import PdfDocument

from kb.launch import server_command
from views.kit_wording import WORDS as KIT
from views.station_wording import TOPICS, WORDS
from views.wording import CHINESE

STATION, HALL = WORDS[CHINESE.name], {"width": 1080, "height": 1920}
IDLE_S = 12
QUESTION = "能要求赔偿吗"

pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def hall(tmp_path_factory) -> Iterator[str]:
    """A hall screen over the small library that waits for twelve seconds only."""
    folder, port = tmp_path_factory.mktemp("hall"), free_port()
    with served(server_command(PROJECT / "tests" / "page_of_small_library.py", "127.0.0.1", port), port, folder, HOME=str(folder),
                ZHIWEN_KIOSK="true", ZHIWEN_KIOSK_IDLE_S=str(IDLE_S)) as address:
        yield address


def ask(page) -> None:
    page.get_by_role("button", name=STATION.topics["secret"]).wait_for()
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(QUESTION)
    box.press("Enter")
    page.get_by_role("heading", name=QUESTION).wait_for()
    settled(page)


SMALL_TARGETS = """() => {
  const within = root => [...root.querySelectorAll("*")].flatMap(each => each.shadowRoot ? [each, ...within(each.shadowRoot)] : [each]);
  // Around the number of a source lies a wider field that takes the finger.
  const field = each => (({width, height}) => ({width: parseFloat(width), height: parseFloat(height)}))(getComputedStyle(each, "::before"));
  const reached = each => each.matches(".number") ? field(each) : each.getBoundingClientRect();
  return within(document).filter(each => each.matches("button, a[href], summary, textarea, input, [role=radio], [role=button]"))
    .filter(each => each.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && !each.disabled)
    .map(each => [each.textContent || each.getAttribute("aria-label") || each.tagName, reached(each)])
    .filter(([, box]) => box.width > 1 && (box.width < 48 || box.height < 48))
    .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`);
}"""


@pytest.mark.parametrize(("name", "viewport"), [("phone", PHONE), ("hall", HALL)])
def test_a_visitor_finds_an_answer_by_touch_and_every_target_is_large_enough_for_a_finger(browser, real, name, viewport):
    with tab(browser, real, viewport, has_touch=True) as page:
        page.goto(f"{real}/station?kiosk=1")
        page.get_by_role("button", name=STATION.topics["clients"]).wait_for()
        settled(page)
        assert page.get_by_text(CHINESE.about, exact=True).count() == 0, "no way to other pages"
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 18
        assert not overflows(page)
        picture(page, f"station-{name}-start")
        page.get_by_role("button", name=STATION.topics["clients"]).tap()
        page.get_by_role("button", name=TOPICS["clients"].questions[-1]).tap()
        page.get_by_role("heading", name=TOPICS["clients"].questions[-1]).wait_for()
        page.get_by_test_id("stMainBlockContainer").get_by_text("法律依据").first.wait_for()
        page.get_by_role("button", name=STATION.printing).wait_for()
        settled(page)
        assert page.evaluate(SMALL_TARGETS) == []
        assert not overflows(page)
        picture(page, f"station-{name}-answer")
        page.get_by_role("button", name=STATION.finish).tap()
        page.get_by_test_id("stMainBlockContainer").get_by_text("法律依据").first.wait_for(state="detached")
        assert page.get_by_text(TOPICS["clients"].questions[-1]).count() == 0


def test_a_screen_that_nobody_touches_counts_down_and_forgets_its_visitor_everywhere(browser, hall):
    """S12 of the catalogue of bad inputs."""
    with tab(browser, hall, PHONE, has_touch=True) as page:
        ask(page)
        countdown = page.locator(".zhiwen-countdown")
        countdown.get_by_text("秒后清屏").wait_for()
        page.touchscreen.tap(5, 5)
        countdown.wait_for(state="detached")
        assert page.get_by_role("heading", name=QUESTION).is_visible(), "a touch keeps the answer"
        countdown.get_by_text("秒后清屏").wait_for()
        picture(page, "station-countdown")
        page.get_by_role("button", name=STATION.topics["secret"]).wait_for()
        settled(page)
        countdown.wait_for(state="detached")
        assert QUESTION not in page.evaluate("document.documentElement.outerHTML")
        stored = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
        assert [name for name in stored if not name.startswith("stActiveTheme")] == []       # Streamlit: light or dark
        assert page.url.rstrip("/") == hall
        page.reload()
        page.get_by_role("button", name=STATION.topics["secret"]).wait_for()
        assert page.get_by_text(QUESTION).count() == 0
        page.go_back()
        assert QUESTION not in page.content()


def test_what_was_typed_and_not_asked_goes_too_and_another_tab_never_had_it(browser, hall):
    with tab(browser, hall) as page:
        page.get_by_test_id("stChatInputTextArea").fill("只打了字")
        with tab(browser, hall) as other:
            assert other.get_by_test_id("stChatInputTextArea").input_value() == ""
        page.wait_for_function("document.querySelector('[data-testid=stChatInputTextArea]')?.value === ''", timeout=30_000)


VOICES = """window.said = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  speaking: false, getVoices: () => %s, addEventListener() {}, removeEventListener() {},
  speak(each) { window.said.push(each); }, cancel() { window.said.push("cancel"); }}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };"""
REMOTE = '[{name: "cloud", lang: "zh-CN", localService: false}, {name: "English", lang: "en-US", localService: true}]'
LOCAL = REMOTE[:-1] + ', {name: "here", lang: "zh-CN", localService: true}]'


def test_an_answer_is_read_by_a_voice_on_the_device_and_stopped(browser, small):
    with tab(browser, small) as page:
        page.add_init_script(VOICES % LOCAL)
        page.goto(f"{small}/station?kiosk=1")
        ask(page)
        page.get_by_role("button", name=STATION.reading.read).click()
        said = page.evaluate("window.said.filter(each => each.text).map(each => [each.voice.name, each.text])")
        assert {voice for voice, _ in said} == {"here"}
        assert "可以要求赔偿损失" in said[0][1] and "[1]" not in "".join(text for _, text in said)
        page.evaluate("window.said.length = 0")
        page.get_by_role("button", name=STATION.reading.stop).click()
        assert page.evaluate("window.said") == ["cancel"]
        page.get_by_role("button", name=STATION.reading.read).wait_for()


def test_a_voice_that_sends_the_text_away_is_not_used(browser, small):
    with tab(browser, small) as page:
        page.add_init_script(VOICES % REMOTE)
        page.goto(f"{small}/station?kiosk=1")
        ask(page)
        page.get_by_text(STATION.reading.no_voice).wait_for()
        assert page.get_by_role("button", name=STATION.reading.read).count() == 0
        assert page.evaluate("window.said.filter(each => each.text)") == []


def printed(page) -> str:
    """What comes out of the printer, as text without blanks."""
    paper = PdfDocument(page.pdf(prefer_css_page_size=True))
    try:
        return "".join("".join(leaf.get_textpage().get_text_bounded() for leaf in paper).split())
    finally:
        paper.close()


def test_an_answer_is_printed_alone_with_its_sources_label_and_day(browser, small):
    with tab(browser, small) as page:
        page.add_init_script("window.print = () => { window.asked = true; };")
        page.goto(f"{small}/station?kiosk=1")
        ask(page)
        page.get_by_role("button", name=STATION.printing).click()
        assert page.evaluate("window.asked") is True
        page.emulate_media(media="print")
        sheet = page.locator("body > .zhiwen-handout")
        assert sheet.is_visible() and sheet.locator("img").is_visible()
        assert not page.get_by_test_id("stApp").is_visible()
        page.screenshot(path=PROJECT / "artefacts" / "station-print.png", full_page=True)
        paper = printed(page)
        for said in (QUESTION, "可以要求赔偿损失", "第二十二条", "由程序从资料库摘编", "2026-11-22", "不是法律意见"):
            assert said in paper, said
        for unsaid in (STATION.printing, STATION.again, "打开原文"):
            assert unsaid not in paper, unsaid
        page.emulate_media(media="screen")
        page.get_by_role("button", name=STATION.finish).click()
        page.get_by_role("button", name=STATION.topics["secret"]).wait_for()
        sheet.wait_for(state="detached")


@pytest.mark.parametrize(("name", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_a_piece_of_the_kit_is_looked_at_and_printed_with_its_code(browser, small, name, viewport):
    with tab(browser, small, viewport) as page:
        page.goto(f"{small}/kit")
        page.get_by_role("button", name=KIT[CHINESE.name].printing).wait_for()
        page.get_by_role("combobox").click()
        page.get_by_role("option", name="它算商业秘密吗").click()
        page.get_by_role("heading", name="海报：它算商业秘密吗").wait_for()
        page.locator("body > .zhiwen-handout.poster h1").wait_for(state="attached")
        settled(page)
        assert page.get_by_test_id("stImage").locator("img").is_visible()
        assert not overflows(page)
        picture(page, f"kit-{name}")
        paper = printed(page)
        assert "外人知道吗" in paper and "《反不正当竞争法》（2025修订）第十条第四款" in paper
        assert KIT[CHINESE.name].choose not in paper
