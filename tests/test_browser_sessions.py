"""One's conversation is one's own: refresh, back, double click, a second tab, two people at once, a server that goes away."""

import re

from browsed_pages import pages, settled
from browsing import IN_BROWSER, PROJECT, ask, free_port, picture, served, tab, zhiwen

from kb.types import Audience
from views.ask_wording import WORDS
from views.wording import CHINESE

pytestmark = IN_BROWSER
MINE, THEIRS = "我的配方被前员工泄露了怎么办", "竞业限制最长可以约定几年"


def test_two_people_at_once_never_see_each_others_words(browser, real):
    with tab(browser, real) as mine, tab(browser, real) as theirs:
        for page, question in ((mine, MINE), (theirs, THEIRS)):
            box = page.get_by_test_id("stChatInputTextArea")
            box.fill(question)
            box.press("Enter")
        for page, own, other in ((mine, MINE, THEIRS), (theirs, THEIRS, MINE)):
            page.get_by_test_id("stChatMessage").nth(1).get_by_text(re.compile("用时")).wait_for()
            assert own in page.content() and other not in page.content()


def test_leaving_for_another_page_and_going_back_keeps_the_conversation(browser, real):
    others = [path for path in pages(browser, real) if path != "/"]
    with tab(browser, real) as page:
        ask(page, MINE)
        title = pages(browser, real)[others[0]]
        page.get_by_role("link", name=title).first.click()
        settled(page)
        page.go_back()
        page.get_by_test_id("stChatMessage").nth(1).wait_for()
        assert page.get_by_test_id("stChatMessage").count() == 2


def test_a_refresh_and_a_second_tab_begin_anew(browser, real):
    with tab(browser, real) as page:
        ask(page, MINE)
        second = page.context.new_page()
        second.goto(real)
        settled(second)
        assert MINE not in second.content()
        page.reload()
        page.get_by_test_id("stChatInputTextArea").wait_for()
        settled(page)
        assert MINE not in page.content() and page.get_by_test_id("stChatMessage").count() == 0


def test_a_double_click_asks_once(browser, real):
    with tab(browser, real) as page:
        page.get_by_role("button", name=WORDS[CHINESE.name].samples[Audience.ENTERPRISE][0]).dblclick()
        page.get_by_test_id("stChatMessage").nth(1).get_by_text(re.compile("用时")).wait_for()
        page.wait_for_timeout(1500)
        assert page.get_by_test_id("stChatMessage").count() == 2


def test_a_server_that_goes_away_is_said_in_chinese_and_what_is_shown_stays(browser, real, page_data, tmp_path):
    port = free_port()
    command = zhiwen("app", "--port", str(port), "--data", str(page_data))
    with served(command, port, tmp_path, PYTHONPATH=str(PROJECT), HOME=str(tmp_path)) as address:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(address)
        page.get_by_test_id("stChatInputTextArea").wait_for()
        ask(page, THEIRS)
        assert page.get_by_role("alert").filter(has_text="断开").count() == 0
    try:       # the server has ended
        page.get_by_role("alert").filter(has_text="与知问的连接断开了").wait_for()
        page.wait_for_timeout(3000)
        picture(page, "connection-lost")
        shown = page.locator("body").inner_text()
        assert THEIRS in shown and not re.search("Connection error|Streamlit|Running|Connecting", shown), shown
    finally:
        context.close()


def test_no_part_of_the_framework_shows(browser, real):
    with tab(browser, real) as page:
        for path in pages(browser, real):
            page.goto(real + path)
            settled(page)
            for part in ("stAppDeployButton", "stMainMenu", "stStatusWidget", "stDecoration"):
                assert not any(found.is_visible() for found in page.get_by_test_id(part).all()), part
            assert "streamlit" not in page.locator("body").inner_text().casefold()
            assert "icon" in page.locator("link[rel~=icon]").first.get_attribute("rel")
