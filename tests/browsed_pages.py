"""The pages of the navigation as a browser finds them, so that a new one is tested from the day it arrives."""

from urllib.parse import urlsplit

from browsing import until

WIDE = {"width": 1920, "height": 1000}       # every link of the bar is in sight

_LINKS = """[...document.querySelectorAll('[data-testid="stHeader"] a[href], [data-testid="stSidebar"] a[href]')]
  .map(link => [link.href, link.innerText.trim().split("\\n").at(-1)])"""


def pages(browser, address: str) -> dict[str, str]:
    """Title of each page by its path, `/` first."""
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(address)
        settled(page)
        found = page.evaluate(_LINKS)
    finally:
        context.close()
    by_path = {urlsplit(href).path: title for href, title in found if href.startswith(address)}
    assert "/" in by_path and len(by_path) > 1, found
    return dict(sorted(by_path.items()))


def settled(page) -> None:
    """Wait until the page has been drawn and stands still."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=120_000)     # the first visitor waits for the index
    page.get_by_test_id("stMainBlockContainer").locator("h1, h2, [data-testid=stAlert]").first.wait_for()
    until(page, "document.querySelector('[data-stale=true], [data-testid=stSkeleton]') === null")
    page.wait_for_timeout(400)       # what fades in has arrived
