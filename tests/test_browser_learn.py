"""The learning page in a real browser: answering, the source, the score, and what comes out of the printer."""

import re

import pytest
from browsing import DESKTOP, IN_BROWSER, PHONE, overflows, picture, tab

from views.learn_wording import WORDS

pytestmark = IN_BROWSER
ZH = WORDS["中文"]


def settled(page) -> None:
    page.wait_for_function("document.querySelector('[data-stale=true]') === null")


def opened(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).first.click()


@pytest.mark.parametrize(("name", "viewport", "options"), [
    ("desktop", DESKTOP, {}), ("phone", PHONE, {"has_touch": True, "color_scheme": "dark"}),
])
def test_an_item_is_answered_its_article_opens_and_the_score_is_drawn(browser, real, name, viewport, options):
    with tab(browser, real, viewport, **options) as page:
        page.goto(f"{real}/learn")
        page.get_by_role("button", name=ZH.start).click()
        form = page.get_by_test_id("stForm")
        form.get_by_text(re.compile("^A[.] ")).click()
        page.get_by_role("button", name=ZH.submit).click()
        page.get_by_text(ZH.why, exact=True).wait_for()
        settled(page)
        assert not overflows(page)
        picture(page, f"learn-{name}-marked")
        page.get_by_role("button", name=re.compile("《")).first.click()
        page.get_by_role("dialog").get_by_text("《").first.wait_for()     # an article, or a place of the plan
        assert not overflows(page)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.get_by_role("button", name=ZH.stop).click()
        page.get_by_role("img", name=re.compile(ZH.by_topic)).wait_for()
        settled(page)
        assert not overflows(page)
        picture(page, f"learn-{name}-score")


def test_a_sheet_prints_alone_and_is_gone_from_the_page_afterwards(browser, real):
    with tab(browser, real) as page:
        page.goto(f"{real}/learn")
        opened(page, ZH.sections["sheets"])
        page.evaluate("window.print = () => { window.printed = document.querySelectorAll('.zhiwen-sheet').length; }")
        page.get_by_role("button", name=ZH.print_questions).click()
        assert page.evaluate("window.printed") == 1
        page.emulate_media(media="print")
        assert page.locator(".zhiwen-sheet h1").is_visible()
        assert not page.get_by_test_id("stMain").is_visible()
        page.emulate_media(media="screen")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".zhiwen-sheet").count() == 0
