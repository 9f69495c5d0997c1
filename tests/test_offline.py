"""Asking and taking in a file need no network: nothing but loopback is ever tried, in any process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Loaded by every Python process that inherits the environment, the parser's child included.
WATCH = '''
import os, socket, sys

def note(line):
    with open(os.environ["WATCHED"], "a", encoding="utf-8") as file:
        file.write(f"{line}\\n")

def refuse(what, address):
    note(f"{what} {address!r}")
    raise RuntimeError(f"{what} {address!r}")

def local(address):
    host = str(address[0]) if isinstance(address, tuple) else ""
    return host.startswith(("127.", "::1", "localhost"))

def watched(name):
    original = getattr(socket.socket, name)
    def call(self, *args):
        address = args[-1]
        if self.family != getattr(socket, "AF_UNIX", None) and not local(address):
            refuse(name, address)
        return original(self, *args)
    setattr(socket.socket, name, call)

for name in ("connect", "connect_ex", "sendto"):
    watched(name)
look_up = socket.getaddrinfo
def getaddrinfo(host, *args, **more):
    return look_up(host, *args, **more) if host is None or local((host,)) else refuse("getaddrinfo", host)
socket.getaddrinfo = getaddrinfo
note("watching")
'''


@pytest.fixture
def offline(tmp_path: Path):
    """Runs Python code with the watch in force; returns the ended process and what was tried."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    log = tmp_path / "tried.txt"

    def run(code: str, *args: object) -> tuple[subprocess.CompletedProcess[bytes], list[str]]:
        root = Path(__file__).parents[1]
        env = {**os.environ, "WATCHED": str(log), "PYTHONPATH": os.pathsep.join([str(tmp_path / "watch"), str(root)])}
        ended = subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True, check=False, timeout=120,
                               env=env, cwd=tmp_path)
        return ended, log.read_text(encoding="utf-8").splitlines()
    return run


def zhiwen(offline, *args: object) -> subprocess.CompletedProcess[bytes]:
    ended, noted = offline("from kb.cli import main; main()", *args)
    assert "watching" in noted
    assert [line for line in noted if line != "watching"] == []
    return ended


def test_the_watch_sees_an_attempt(offline):
    ended, noted = offline("import socket; socket.create_connection(('192.0.2.1', 443), 1)")
    assert ended.returncode != 0
    assert [line.split()[0] for line in noted if line != "watching"] == ["getaddrinfo"]


def test_a_first_start_a_file_taken_in_and_a_question_try_no_connection(offline, tmp_path: Path):
    data, file = tmp_path / "new", tmp_path / "规程.md"
    file.write_text("# 车间规程\n\n## 一、门禁\n\n进入三号车间须登记姓名和时间，登记簿保存五年。\n", encoding="utf-8")
    taken = zhiwen(offline, "ingest", file, "--data", data, "--json")
    assert taken.returncode == 0, taken.stderr.decode("utf-8")
    assert json.loads(taken.stdout)["added"] == 1
    asked = zhiwen(offline, "ask", "商业秘密服务站要建多少家", "--data", data, "--json")
    assert asked.returncode == 0, asked.stderr.decode("utf-8")
    assert "50家" in json.loads(asked.stdout)["answer"]


def test_a_text_that_names_addresses_is_read_without_visiting_them(offline, tmp_path: Path):
    file = tmp_path / "链接.md"
    file.write_text("# 参考\n\n![图](http://beacon.example/a.png) 详见 https://beacon.example/b 。\n", encoding="utf-8")
    assert zhiwen(offline, "ingest", file, "--data", tmp_path / "new").returncode == 0
