"""Starting the page: on this machine only, with one sentence where it cannot start."""

import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kb.errors import ConfigError
from kb.launch import OPTIONS, run_app, server_command

PROJECT = Path(__file__).parent.parent
APP = PROJECT / "app.py"


def flattened(table: dict, prefix: str = "") -> dict:
    flat = {}
    for name, value in table.items():
        flat |= flattened(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def test_a_checkout_and_an_installed_program_have_the_same_options():
    with (PROJECT / ".streamlit" / "config.toml").open("rb") as file:
        written = flattened(tomllib.load(file))
    assert written == {**OPTIONS, "server.address": "127.0.0.1"}


def test_the_server_listens_on_the_asked_address_and_reports_nothing_home():
    command = server_command(APP, "127.0.0.1", 8600)
    assert command[:5] == [sys.executable, "-P", "-m", "views.serving", str(APP)]
    assert {"--server.address=127.0.0.1", "--server.port=8600", "--browser.gatherUsageStats=false",
            "--client.toolbarMode=minimal", "--client.showErrorDetails=none"} <= set(command)


def test_a_taken_port_is_one_sentence_with_another_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"端口 {port} 不能使用.*--port {port + 1 if port < 65535 else 8501}"):
            run_app(APP, "127.0.0.1", port)


def test_a_port_beyond_the_range_is_a_sentence():
    with pytest.raises(ConfigError, match="1 到 65535"):
        run_app(APP, "127.0.0.1", 70_000)


def test_a_missing_page_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"app\.py"):
        run_app(tmp_path / "app.py")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ending_it_ends_the_server_and_is_no_error(tmp_path, ending):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = f"import pathlib, sys; from kb.launch import run_app; sys.exit(run_app(pathlib.Path({str(APP)!r}), port={port}))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, encoding="utf-8") as program:
        try:
            assert program.stdout.readline() == f"知问已启动：http://127.0.0.1:{port}\n"
            program.send_signal(ending)
            assert program.wait(30) == 0
        except subprocess.TimeoutExpired:     # a shell's background job inherits SIGINT ignored: fail, never hang
            program.terminate()
            raise
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
