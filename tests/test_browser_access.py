"""For everybody: no serious finding of axe-core on any page of the navigation, and the whole conversation by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsed_pages import pages, settled
from browsing import DESKTOP, IN_BROWSER, PHONE, ask, tab, until
from test_browser import beside, number

from kb.types import Audience
from views.ask_wording import WORDS
from views.wording import CHINESE, ENGLISH

pytestmark = IN_BROWSER
SAMPLES = WORDS[CHINESE.name].samples[Audience.ENTERPRISE]
QUESTION = "销售离职带走客户名单，可以要求怎样的赔偿"
SEEN_AS = [("desktop-light", DESKTOP, {}), ("desktop-dark", DESKTOP, {"color_scheme": "dark"}),
           ("phone-light", PHONE, {"has_touch": True}), ("phone-dark", PHONE, {"has_touch": True, "color_scheme": "dark"})]

# Markup of Streamlit's own that a page cannot change: rule → where it may break it, and why.
THEIRS: dict[str, tuple[str, str]] = {}


def findings(page) -> list[str]:
    """Serious and critical findings that are not Streamlit's own fault."""
    found = []
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                where, excused = " ".join(map(str, node["target"])), THEIRS.get(violation["id"], ("", ""))[0]
                if not excused or excused not in node["html"]:
                    found.append(f"{violation['id']}: {where}: {node['html'][:200]} {node['failureSummary'][:300]}")
    return found


@pytest.mark.parametrize(("name", "viewport", "options"), SEEN_AS, ids=[seen[0] for seen in SEEN_AS])
def test_no_page_has_a_serious_finding(browser, real, name, viewport, options):
    found: dict[str, list[str]] = {}
    with tab(browser, real, viewport, **options) as page:
        for path in pages(browser, real):
            page.goto(real + path)
            settled(page)
            found[path] = findings(page)
        page.goto(real)
        ask(page, QUESTION)
        found["answer"] = findings(page)
        number(page, 1).click()
        beside(page)
        page.wait_for_timeout(600)
        found["source"] = findings(page)
    assert {place: problems for place, problems in found.items() if problems} == {}


def test_the_document_says_its_language_and_each_tab_its_page(browser, real):
    with tab(browser, real) as page:
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        titles = {}
        for path, title in pages(browser, real).items():
            page.goto(real + path)
            settled(page)
            titles[path] = page.title()
            assert titles[path] == ("知问" if path == "/" else f"{title} · 知问")
        assert len(set(titles.values())) == len(titles)
        page.goto(real)
        page.get_by_text(ENGLISH.name, exact=True).click()
        until(page, "document.documentElement.lang === 'en'")
        page.get_by_text(CHINESE.name, exact=True).click()
        until(page, "document.documentElement.lang === 'zh-CN'")


FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const ring = getComputedStyle(element.closest('[data-testid="stChatInput"]') ?? element);
  return {name: element.innerText || element.getAttribute("aria-label") || element.placeholder || "",
          top: element.getBoundingClientRect().top, body: element === document.body,
          seen: style.outlineStyle !== "none" || style.boxShadow !== "none" || ring.boxShadow !== "none" || ring.outlineStyle !== "none"};
}"""


def test_the_keyboard_reaches_everything_in_order_and_is_seen(browser, real):
    with tab(browser, real) as page:
        page.mouse.click(2, 450)
        stops = []
        for _ in range(40):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if stop["body"]:
                break
            stops.append(stop)
        names = [stop["name"] for stop in stops]
        assert [stop["name"] for stop in stops if not stop["seen"]] == []
        for wanted in (*SAMPLES[:1], CHINESE.placeholder):
            assert any(wanted in name for name in names), names
        samples = [n for n, name in enumerate(names) if any(sample in name for sample in SAMPLES)]
        assert samples == sorted(samples) and [stops[n]["top"] for n in samples] == sorted(stops[n]["top"] for n in samples)


def test_enter_asks_and_escape_closes_what_is_open(browser, real):
    with tab(browser, real) as page:
        ask(page, QUESTION)
        number(page, 1).focus()
        page.keyboard.press("Enter")
        opened = beside(page)
        page.keyboard.press("Escape")
        opened.wait_for(state="detached")
        assert page.get_by_test_id("stChatMessage").count() == 2, "the conversation is as it was"


@pytest.mark.parametrize("options", [{}, {"reduced_motion": "reduce"}], ids=["usual", "reduced"])
def test_motion_is_left_out_where_it_is_not_wanted(browser, real, options):
    with tab(browser, real, **options) as page:
        longest = page.evaluate("""() => Math.max(...[...document.querySelectorAll("*")].flatMap(element => {
            const style = getComputedStyle(element);
            return [...style.transitionDuration.split(","), ...style.animationDuration.split(",")].map(parseFloat);
        }))""")
        assert (longest < 0.05) == bool(options)
