"""The administrator's page in a real browser: from the printed link to a text that is in the library and out of it again."""

import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from browsing import (
    CORPUS,
    DESKTOP,
    IN_BROWSER,
    PHONE,
    PROJECT,
    TABLET,
    free_port,
    overflows,
    picture,
    served,
    until,
    zhiwen,
)

from views.admin_care_wording import CURRENCY, EVALUATION, NOTES, STATE
from views.admin_wording import ADMIN, DOOR, LIBRARY, TERMS, UPLOAD

NAME = "中文"
SOURCE = "formats/10_反不正当竞争法2025_GBK.txt"
TITLE = "中华人民共和国反不正当竞争法"

pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def admin(library_data, tmp_path_factory):
    """`zhiwen admin` over a library of its own; its folder, and what it has printed so far."""
    folder, port = tmp_path_factory.mktemp("admin"), free_port()
    data = shutil.copytree(library_data, folder / "data")
    with served(zhiwen("admin", "--port", str(port), "--data", str(data)), port, folder, PYTHONPATH=str(PROJECT), HOME=str(folder)) as address:
        yield address, data, folder / "server.log"


def latest_link(log: Path, before: int = 0) -> str:
    for _ in range(300):
        links = re.findall(r"http://\S+\?token=\S+", log.read_text(encoding="utf-8"))
        if len(links) > before:
            return links[-1]
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@contextmanager
def tab(browser, address: str, link: str, viewport=DESKTOP, **options):
    """A fresh session; on leaving, nothing but loopback was asked for."""
    context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
    context.set_default_timeout(60_000)
    page = context.new_page()
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    try:
        page.goto(link)
        page.get_by_test_id("stHeading").first.wait_for()
        yield page
        assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
    finally:
        context.close()


def go(page, name: str, title: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()


def new_link(page, log: Path) -> str:
    """As somebody who lost the page gets in again."""
    before = len(re.findall("token=", log.read_text(encoding="utf-8")))
    for _ in range(12):
        page.get_by_role("button", name=DOOR[NAME].renew).click()
        page.wait_for_timeout(1500)      # one link in ten seconds, however often it is asked for
        if len(re.findall("token=", log.read_text(encoding="utf-8"))) > before:
            break
    return latest_link(log, before)


def chosen(page, words, *files) -> None:
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name=words.preview).click()


@pytest.mark.skipif(not CORPUS, reason="needs the official documents")
def test_a_text_is_uploaded_previewed_published_edited_and_removed(browser, admin):
    address, data, log = admin
    words, library, file = UPLOAD[NAME], LIBRARY[NAME], Path(CORPUS) / SOURCE
    digest = sha256(file.read_bytes()).hexdigest()
    with tab(browser, address, latest_link(log)) as page:
        page.get_by_role("heading", name=library.title, exact=True).wait_for()
        until(page, "!location.href.includes('token')")
        page.get_by_role("button", name=library.open).first.wait_for()
        picture(page, "admin-library")
        go(page, ADMIN[NAME].upload, words.title)
        page.locator("input[type=file]").wait_for(state="attached")
        picture(page, "admin-upload-empty")
        hostile = next((Path(CORPUS) / "formats").glob("99_XXE*"))
        chosen(page, words, file, hostile)
        page.get_by_text(f"《{TITLE}》（2025修订）", exact=True).wait_for()
        page.get_by_text(words.outcomes["REFUSED"], exact=True).wait_for()
        assert not (data / "originals" / digest).exists(), "a preview stores nothing"
        picture(page, "admin-upload-preview")
        page.get_by_role("button", name=words.publish.format(count=1)).click()
        page.get_by_text(words.published.partition("{")[0]).wait_for()
        assert (data / "originals" / digest).is_file()
        picture(page, "admin-upload-published")
        go(page, ADMIN[NAME].library, library.title)
        page.get_by_role("button", name=library.open).first.click()
        page.get_by_role("button", name=library.edit).click()
        page.get_by_test_id("stDateInput").filter(has_text=TERMS[NAME].fields["in_force_to"]).get_by_role("spinbutton").first.click()
        page.keyboard.type("20261231")
        picture(page, "admin-edit")
        page.get_by_role("button", name=library.save).click()
        page.get_by_text(library.saved, exact=True).wait_for()
        page.get_by_text(library.edited).first.wait_for()        # with an icon before it
        picture(page, "admin-version")
        shown = subprocess.run(zhiwen("show", "反不正当竞争法", "10", "--data", str(data)), cwd=PROJECT, capture_output=True, encoding="utf-8")
        assert "（2025修订）第十条 · 官方文本" in shown.stdout, shown.stdout + shown.stderr
        assert "由管理员改过" in shown.stdout
        page.get_by_role("button", name=library.remove).click()
        page.get_by_text(library.confirm).click()
        picture(page, "admin-remove")
        page.get_by_role("button", name=library.remove).click()
        page.get_by_text(library.removed.partition("{")[0]).first.wait_for()
    assert not (data / "originals" / digest).exists()
    listed = subprocess.run(zhiwen("library", "list", "--json", "--data", str(data)), cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert not [v for v in json.loads(listed.stdout) if v["title"] == TITLE and v["tier"] == "官方文本"]


def test_a_refreshed_tab_is_locked_until_a_new_link_from_the_terminal(browser, admin):
    address, _, log = admin
    used = latest_link(log)
    with tab(browser, address, address) as page:
        page.get_by_text(DOOR[NAME].missing).wait_for()
        picture(page, "admin-locked")
        link = new_link(page, log)
        with tab(browser, address, link) as opened:
            opened.get_by_role("heading", name=LIBRARY[NAME].title, exact=True).wait_for()
            go(opened, ADMIN[NAME].state, STATE[NAME].title)
            opened.reload()
            opened.get_by_text(DOOR[NAME].missing).wait_for()
            assert opened.get_by_text(STATE[NAME].verify_what).count() == 0
        with tab(browser, address, link) as late:
            late.get_by_text(DOOR[NAME].used).wait_for()
    assert used


def test_every_page_fits_a_phone_and_a_tablet_in_the_dark(browser, admin):
    address, _, log = admin
    with tab(browser, address, address) as waiting:
        link = new_link(waiting, log)
    with tab(browser, address, link, PHONE, has_touch=True) as page:
        page.get_by_role("heading", name=LIBRARY[NAME].title, exact=True).wait_for()
        for name, viewport in (("phone", PHONE), ("tablet-dark", TABLET)):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme="dark" if "dark" in name else "light")
            page.wait_for_timeout(800)      # the bar of pages becomes a menu, or a bar again
            for path, title in (("library", LIBRARY), ("upload", UPLOAD), ("notes", NOTES), ("currency", CURRENCY), ("state", STATE),
                                ("evaluation", EVALUATION)):
                _follow(page, getattr(ADMIN[NAME], path), title[NAME].title)
                assert not overflows(page), path
                picture(page, f"admin-{path}-{name}")


def _follow(page, name: str, title: str) -> None:
    """On a narrow screen the pages are in a menu, which stays open."""
    top, close = page.get_by_test_id("stTopNavLink").filter(has_text=name), page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    if top.is_visible():
        top.click()
    else:
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    until(page, "document.querySelector('[data-stale=true]') === null")
    if close.is_visible():
        close.click()
