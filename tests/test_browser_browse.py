"""Looking through the library in a real browser: find a text, read on, go back, compare versions."""

import shutil

import pytest
from browsing import DESKTOP, IN_BROWSER, PHONE, PROJECT, free_port, overflows, picture, served, tab, zhiwen

from views.browse_wording import WORDS
from views.wording import CHINESE

pytestmark = IN_BROWSER
SAID = WORDS[CHINESE.name]


@pytest.fixture(scope="module")
def official(corpus_data, tmp_path_factory):
    """`zhiwen app` over the official texts."""
    folder, port = tmp_path_factory.mktemp("official"), free_port()
    shutil.copytree(corpus_data, folder / "data")
    with served(zhiwen("app", "--port", str(port), "--data", str(folder / "data")), port, folder, PYTHONPATH=str(PROJECT),
                HOME=str(folder)) as address:
        yield address


def settled(page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    page.wait_for_function("document.querySelector('[data-stale=true]') === null")


@pytest.mark.parametrize(("name", "viewport", "options"), [
    ("desktop", DESKTOP, {}), ("phone", PHONE, {"has_touch": True, "color_scheme": "dark"}),
])
def test_an_article_is_found_read_on_and_back(browser, real, name, viewport, options):
    with tab(browser, real, viewport, **options) as page:
        page.goto(f"{real}/browse")
        page.get_by_role("link", name="中华人民共和国反不正当竞争法（2025修订）").wait_for()
        settled(page)
        assert not overflows(page)
        picture(page, f"browse-{name}-list")
        field = page.get_by_label(SAID.search)
        field.fill("反不正当竞争法第十条")
        field.press("Enter")
        page.get_by_text("第十条", exact=True).first.wait_for()
        settled(page)
        assert "at=10" in page.url and "第十条" not in page.url and "%E7" not in page.url
        assert not overflows(page)
        picture(page, f"browse-{name}-article")
        page.get_by_role("button", name="下一条").click()
        page.wait_for_url("**at=11*")
        settled(page)
        page.go_back()
        page.wait_for_url("**at=10*")
        page.get_by_role("button", name=SAID.next.format(name="第十一条")).wait_for()
        page.go_back()
        page.get_by_label(SAID.search).wait_for()
        assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])").count("第十条") == 0


def test_the_table_of_contents_opens_an_article(browser, real):
    with tab(browser, real) as page:
        page.goto(f"{real}/browse")
        page.get_by_role("link", name="中华人民共和国反不正当竞争法（2025修订）").click()
        tree = page.get_by_role("navigation", name=SAID.contents)
        tree.get_by_role("button", name="第十条").first.click()
        page.wait_for_url("**at=*")
        page.get_by_role("button", name=SAID.whole).wait_for()
        with tab(browser, real) as other:
            other.goto(page.url)                            # the address alone leads there
            other.get_by_role("button", name=SAID.whole).wait_for()


@pytest.mark.corpus
def test_versions_are_compared_and_drawn(browser, official):
    with tab(browser, official) as page:
        page.goto(f"{official}/browse")
        field = page.get_by_label(SAID.search)
        field.fill("反不正当竞争法")
        field.press("Enter")
        page.get_by_role("navigation", name=SAID.contents).wait_for()
        settled(page)               # a cold server sends parts of the first text late: what is clicked would still move
        page.get_by_text(SAID.compare, exact=True).click()
        page.locator("del").first.wait_for()
        settled(page)
        assert page.locator("strong", has_text="＋").count() > 0
        picture(page, "browse-compare")
        page.get_by_text(SAID.history, exact=True).click()
        page.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first.wait_for()
        settled(page)
        assert not overflows(page)
        picture(page, "browse-history")
