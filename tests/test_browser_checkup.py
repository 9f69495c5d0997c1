"""The self-assessment in a real browser: one journey from the first tap to the report, at a desk and on a phone."""

import json
from io import BytesIO
from pathlib import Path

import docx
import pytest
from browsing import DESKTOP, IN_BROWSER, PHONE, overflows, picture, tab

from kb.checkup import Reply, bundled_checkup
from views.checkup_wording import WORDS
from views.wording import CHINESE

CHECKUP, CN = bundled_checkup(), WORDS[CHINESE.name]

pytestmark = IN_BROWSER


def settled(page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp][data-test-script-state=running]') === null"
                           " && document.querySelector('[data-stale=true]') === null")


def choose(page, item, reply: Reply) -> None:
    page.get_by_role("radiogroup", name=item.text).get_by_text(CN.replies[reply], exact=True).click()
    settled(page)


@pytest.mark.parametrize(("name", "viewport", "options"), [("desktop", DESKTOP, {}), ("phone", PHONE, {"has_touch": True})])
def test_from_the_first_tap_to_the_report(browser, real, name, viewport, options):
    from playwright.sync_api import expect

    with tab(browser, real, viewport, **options) as page:
        page.goto(f"{real}/checkup")
        first, second = CHECKUP.items[:2]
        page.get_by_text(first.text).first.wait_for()
        choose(page, first, Reply.NONE)
        choose(page, second, Reply.PARTLY)
        page.get_by_text(CN.answered.format(answered=2, asked=len(CHECKUP.items))).wait_for()
        assert not overflows(page)
        picture(page, f"{name}-checkup")
        page.get_by_text(CN.why).first.click()
        page.get_by_role("button", name=first.basis[0]).click()
        page.get_by_role("dialog").get_by_text("第二十七条").first.wait_for()
        page.wait_for_timeout(500)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name=CN.go_on).click()
        heading = page.get_by_role("heading", name=CHECKUP.groups[1].title)
        heading.wait_for()
        settled(page)
        page.wait_for_timeout(500)
        assert 0 <= heading.bounding_box()["y"] < viewport["height"], "a new group begins at its top"
        page.get_by_role("button", name=CN.back).click()
        page.get_by_role("heading", name=CHECKUP.groups[0].title).wait_for()
        page.get_by_text(CN.result, exact=True).first.click()
        chart = page.get_by_role("img", name="各组得分图")
        chart.wait_for()
        assert chart.locator("polygon").count() == 5
        settled(page)
        assert not overflows(page)
        picture(page, f"{name}-checkup-result")
        saved = {}
        for suffix, label in CN.formats.items():
            with page.expect_download() as download:
                page.get_by_role("button", name=label).click()
            saved[suffix] = Path(download.value.path()).read_bytes()
        assert json.loads(saved[".json"])["answers"] == {first.id: "none", second.id: "partly"}
        assert first.text in [paragraph.text for paragraph in docx.Document(BytesIO(saved[".docx"])).paragraphs]
        assert "总分 20%" in saved[".md"].decode().replace("\\", "")
        kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
        assert first.id not in kept and first.text not in kept
