"""The server of the page: our frame and headers on every reply, on our own names only, and the library opened at once."""

import base64
import hashlib
import http.client
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from browsing import PROJECT, free_port, served, zhiwen

from kb.types import Sending
from views import session
from views.serving import frame, headers, host_is_ours, options

STREAMLITS = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
ICON = (PROJECT / "views" / "icon.svg").read_bytes()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    with served(zhiwen("app", "--port", str(port), "--data", str(folder / "data")), port, folder, PYTHONPATH=str(PROJECT), HOME=str(folder)) as found:
        yield found


def fetch(address: str, path: str, method: str = "GET", **sent: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, headers=sent)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/about", "/no-such-page"])
def test_the_page_is_in_chinese_and_ours_before_any_program_runs(address, path):
    status, sent, html = fetch(address, path, **{"Accept-Encoding": "gzip"})
    assert status == 200 and sent["content-type"].startswith("text/html") and "content-encoding" not in sent
    assert '<html lang="zh-CN">' in html and "<title>知问</title>" in html and "正在打开" in html
    assert "Streamlit app" not in html and "agent API" not in html and "favicon.png" not in html
    assert len(html.encode()) == int(sent["content-length"])


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/no-such-file.js"])
def test_every_reply_forbids_what_the_page_does_not_need(address, path):
    _, sent, _ = fetch(address, path)
    policy = dict(rule.split(" ", 1) for rule in sent["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'" and policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:"
    assert "'unsafe-eval'" not in policy["script-src"] and "'unsafe-inline'" not in policy["script-src"]
    places = [word for rule in policy.values() for word in rule.split() if "://" in word or word in ("*", "http:", "https:", "ws:", "wss:")]
    port = address.rpartition(":")[2]
    assert places == [f"ws://127.0.0.1:{port}", f"wss://127.0.0.1:{port}"], "nothing but this server"
    assert (sent["x-content-type-options"], sent["referrer-policy"], sent["x-frame-options"]) == ("nosniff", "no-referrer", "DENY")


def test_a_question_by_head_gets_no_body(address):
    status, sent, body = fetch(address, "/", "HEAD")
    assert status in (200, 405) and body == "" and "content-security-policy" in sent


def test_another_name_for_this_machine_gets_nothing(address):
    """DNS rebinding: neither the page nor a media file under a name that is not ours."""
    for path in ("/", "/media/0123.png", "/_stcore/health"):
        status, _, body = fetch(address, path, Host="rebound.example:80")
        assert status == 421 and "知问" not in body


def test_the_interface_for_programs_is_off(address):
    status, _, _ = fetch(address, "/_stcore/agent/interact", "POST", **{"Content-Type": "application/json"})
    assert status >= 400


@pytest.mark.parametrize(("host", "allowed", "ours"), [
    ("127.0.0.1:8501", ["127.0.0.1"], True), ("localhost", ["localhost"], True), ("[::1]:8501", ["::1"], True), ("[::1]", ["::1"], True),
    ("evil.example", ["127.0.0.1"], False), ("127.0.0.1.evil.example", ["127.0.0.1"], False), ("", ["127.0.0.1"], False),
    ("station.example:80", [], True)])
def test_a_host_is_ours_by_name_whatever_its_port(host, allowed, ours):
    assert host_is_ours(host, allowed) == ours


def test_the_scripts_in_the_frame_are_the_ones_the_policy_allows():
    html = frame(STREAMLITS, "p{}", "console.log('知问')", ICON)
    policy = headers(html, "127.0.0.1:1")["Content-Security-Policy"]
    inline = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(inline) == 2, "Streamlit's own and ours"
    for script in inline:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy


@pytest.mark.parametrize("host", ["a b", "x;script-src *", "evil'", "a\r\nb", ""])
def test_a_host_that_is_no_host_does_not_reach_the_policy(host):
    assert "ws://" not in headers("", host)["Content-Security-Policy"]


def test_options_are_read_with_their_types():
    assert options(["--server.headless=true", "--server.port=8501", "--theme.font=甲, 乙", "--server.fileWatcherType=none",
                    '--server.allowedHosts=["localhost", "::1"]']) == {
        "server.allowedHosts": ["localhost", "::1"], "server.headless": True, "server.port": 8501, "theme.font": "甲, 乙", "server.fileWatcherType": "none"}


# --- the library, opened at once ---------------------------------------------------------------------------------------

@pytest.fixture
def shelf():
    st.cache_resource.clear()
    yield session._shelf
    st.cache_resource.clear()


class Answering:
    """What an assistant is asked."""

    def __init__(self):
        self.asked = []

    def ask(self, question):
        self.asked.append(question)


def test_the_library_is_open_and_has_answered_before_anybody_asks(shelf, monkeypatch, clock):
    opened = SimpleNamespace(assistant=Answering(), clock=clock)
    monkeypatch.setattr(session, "_open", lambda progress: opened)
    session.warm()
    assert shelf().library is opened
    assert [(question.as_of, question.sending) for question in opened.assistant.asked] == [(clock.today(), Sending.LOCAL)]     # no model is asked


def test_a_library_that_cannot_be_opened_is_left_to_the_first_visitor(shelf, monkeypatch):
    def broken(progress):
        progress("第一步")
        raise OSError("no")
    monkeypatch.setattr(session, "_open", broken)
    session.warm()
    assert shelf().library is None and not shelf().lock.locked()


# --- what is loaded ----------------------------------------------------------------------------------------------------

LATER = ("chromadb", "tantivy", "docx", "pypdf", "pypdfium2", "langchain", "langchain_core", "langchain_openai", "tiktoken", "selectolax",
         "openpyxl", "pptx", "sqlalchemy", "ingest", "kb.assemble", "pandas", "pyarrow", "plotly", "altair", "PIL.Image")
DRAWN = """
import sys
from streamlit.testing.v1 import AppTest
from views import session
from kb.errors import ConfigError
def closed(progress):
    raise ConfigError("没有资料库", "请稍后")
session._open = closed
before = set(sys.modules)
page = AppTest.from_file({script!r}, default_timeout=60).run()
assert not page.exception, page.exception
assert any("没有资料库" in error.value for error in page.error)
print("\\n".join(set(sys.modules) - before))
"""


@pytest.mark.parametrize("name", ["ask", "about"])
def test_a_page_loads_nothing_heavy_by_itself(name, tmp_path):
    """Beyond what opening the library needs, which is left out here: PDF, Word, charts, models come when they are used."""
    script = tmp_path / "page.py"
    script.write_text(f"from views import {name}\nfrom views.session import guarded\nguarded({name}.page)()\n", encoding="utf-8")
    loaded = subprocess.run([sys.executable, "-c", DRAWN.format(script=str(script))], cwd=PROJECT, capture_output=True, encoding="utf-8", timeout=120)
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    assert {module for module in loaded.stdout.split() if module in LATER} == set()
