"""Nothing outside this machine is asked for by any page: also when a document, a person or a model tries (Q09, Q10, I06)."""

import json
import re

import pytest
from browsed_pages import pages, settled
from browsing import IN_BROWSER, PROJECT, ask, free_port, served, tab, zhiwen
from model_server import model_server, says
from small_library import HOSTILE

pytestmark = IN_BROWSER
OUTSIDE = "a[href*=beacon], a[href*=javascript], iframe, .katex, [data-testid=stMainBlockContainer] img[src*=beacon]"
BEACONS = ("![图](https://beacon.invalid/a.png)", "<img src=https://beacon.invalid/b.png onerror=alert(1)>", "<script>alert(2)</script>",
           "[点我](javascript:alert(3))", "<https://beacon.invalid/c>", "$\\href{https://beacon.invalid/d}{x}$", "<iframe src=https://beacon.invalid/e>")


def test_every_page_asks_this_server_alone_and_its_policy_forbids_nothing_it_needs(browser, real):
    found, forbidden = pages(browser, real), []
    with tab(browser, real, bypass_csp=False) as page:
        page.on("console", lambda message: forbidden.append(message.text) if "Content Security Policy" in message.text else None)
        ask(page, "客户名单算商业秘密吗")
        for path in found:
            page.goto(real + path)
            settled(page)
            page.wait_for_timeout(300)
            assert page.locator(OUTSIDE).count() == 0
        assert forbidden == []


def test_hostile_documents_fetch_nothing_on_any_page(browser, small):
    found = pages(browser, small)
    with tab(browser, small) as page:
        ask(page, f"材料 {HOSTILE}")
        for path in found:
            page.goto(small + path)
            settled(page)
            for summary in page.locator("summary").all()[:12]:
                summary.click()
            page.wait_for_timeout(300)
            assert page.locator(OUTSIDE).count() == 0, path


def cites_with_beacons(request: dict) -> object:
    """The words of the first source as a model would use them, with everything it should not write around them."""
    asked = "\n".join(str(message["content"]) for message in request["messages"])
    block = re.search(r"=== 资料 \[1\] \w+ ===\n(.*?)(?:\n=== |\Z)", asked, re.DOTALL)
    sentence = max(re.findall(r"[^。\n]{12,80}。", block[1] if block else asked), key=len)
    lines = [f"{sentence}[1]", *(f"{sentence.rstrip('。')}{beacon}。[1]" for beacon in BEACONS)]
    return says("\n".join(lines), model="![m](https://beacon.invalid/model.png)")


def test_a_model_that_writes_pictures_scripts_and_links_fetches_nothing(browser, real, page_data, tmp_path):
    """`real` has filled the data folder; the same page is served again, with a model on this machine."""
    with model_server(cites_with_beacons) as model:
        port = free_port()
        settings = {"ZHIWEN_MODEL": "loopback-model", "ZHIWEN_BASE_URL": model.url, "ZHIWEN_API_KEY": "k", "ZHIWEN_MODEL_DEADLINE_S": "300"}
        with served(zhiwen("app", "--port", str(port), "--data", str(page_data)), port, tmp_path, PYTHONPATH=str(PROJECT), HOME=str(tmp_path),
                    **settings) as address, tab(browser, address) as page:
            page.set_default_timeout(180_000)        # LangChain is loaded with the first question
            ask(page, "销售离职带走客户名单，可以要求怎样的赔偿")
            for summary in page.locator("summary").all():
                summary.click()
            page.wait_for_timeout(800)
            assert model.requests, "the model was asked"
            assert page.locator(OUTSIDE).count() == 0
            assert "beacon" not in json.dumps(page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)"))


@pytest.mark.parametrize("attempt", ["new Image().src = 'http://127.0.0.2:9/x.png'", "fetch('http://127.0.0.2:9/x')",
                                     "new WebSocket('ws://127.0.0.2:9/')", "document.body.append(Object.assign(document.createElement('iframe'), "
                                     "{src: 'http://127.0.0.2:9/'}))"])
def test_the_browser_itself_refuses_another_address(browser, real, attempt):
    """Even a script on the page could not: what it tries is a violation of the page's policy, and no request."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(real)
        refused = page.evaluate("""() => new Promise((told, failed) => {
          addEventListener("securitypolicyviolation", event => told(event.effectiveDirective));
          setTimeout(() => failed(new Error("not refused")), 3000);
          try { void (ATTEMPT); } catch (error) { failed(error); }
        })""".replace("ATTEMPT", attempt))
    finally:
        context.close()
    assert refused in ("img-src", "connect-src", "frame-src")
