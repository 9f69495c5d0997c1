"""Start the web page or the administrator's: Streamlit as a child process, on this machine only unless told otherwise."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from kb.door import new_token
from kb.errors import ConfigError
from kb.theme import THEME

__all__ = ["ADMIN_OPTIONS", "OPTIONS", "admin_link", "run_admin", "run_app", "server_command"]

# `.streamlit/config.toml` says the same for `streamlit run app.py` in a checkout (a test keeps them equal); here they
# become flags, because an installed wheel is started from any folder.
OPTIONS: Mapping[str, str | bool | int] = {
    "server.headless": True,                 # no question for an e-mail address, no browser of its own
    "server.fileWatcherType": "none",        # it would import its way through every package that is loaded
    "server.maxUploadSize": 1,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",       # a traceback on the page would show what somebody typed
    "client.showErrorLinks": False,
    **THEME,
}
ADMIN_OPTIONS: Mapping[str, str | bool | int] = {**OPTIONS, "server.maxUploadSize": 20}      # MB, as ingest.load takes them
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_START_S = 60.0
_STOP_S = 5.0


def run_app(script: Path, host: str = "127.0.0.1", port: int = 8501, data: Path | None = None) -> int:
    """Serve `script` until Ctrl-C; 0 when stopped so, 3 when the server ended by itself.

    Raises:
        ConfigError: the script is missing, or the address cannot be listened on.
    """
    return _serve(server_command(_present(script), host, port), host, port, data, lambda: _announce(host, port))


def run_admin(script: Path, host: str = "127.0.0.1", port: int = 8502, data: Path | None = None) -> int:
    """The same for the administrator's page. The link that opens it is printed once, and given to the child by a pipe:
    a command line or an environment could be read by others, or be inherited by the child's own children.

    Raises:
        ConfigError: as `run_app`.
    """
    token, address = new_token(), _address(host, port)
    return _serve(server_command(_present(script), host, port, ADMIN_OPTIONS), host, port, data,
                  lambda: _announce_admin(admin_link(address, token), host), json.dumps({"token": token, "address": address}))


def server_command(script: Path, host: str, port: int, options: Mapping[str, str | bool | int] = OPTIONS) -> list[str]:
    """The child's command line, with every option as a flag. Not from the working folder (-P), which may hold anything."""
    given = {**options, "server.address": host, "server.port": port}
    flags = [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in given.items()]
    if host in _LOOPBACK:
        # A page elsewhere must not reach this one by a name that resolves to loopback (DNS rebinding).
        flags.append(f"--server.allowedHosts={json.dumps(_LOOPBACK)}")
    return [sys.executable, "-P", "-m", "views.serving", str(script), *flags]


def admin_link(address: str, token: str) -> str:
    """What opens the administrator's page, once."""
    return f"{address}/?token={token}"


def _present(script: Path) -> Path:
    if not script.is_file():
        raise ConfigError(f"找不到页面程序 {script.name}", "请重新安装 zhiwen")
    return script


def _serve(command: list[str], host: str, port: int, data: Path | None, announce: Callable[[], None], secret: str = "") -> int:
    _require_free(host, port)
    server = subprocess.Popen(command, env=_environment(data), stdout=subprocess.DEVNULL,
                              stdin=subprocess.PIPE if secret else subprocess.DEVNULL)
    previous = signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        if server.stdin:
            with contextlib.suppress(OSError), server.stdin:      # a child that has ended is noticed below
                server.stdin.write(f"{secret}\n".encode())
        if _answers(server, host, port):
            announce()
        server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _stop(server)
    return 3


def _environment(data: Path | None) -> dict[str, str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "LANGSMITH_TRACING": "false", "ANONYMIZED_TELEMETRY": "False"}
    if data is not None:
        environment["ZHIWEN_DATA"] = str(data.absolute())
    return environment


def _require_free(host: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise ConfigError(f"端口 {port} 不存在", "请用 1 到 65535 之间的端口")
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise ConfigError(f"{host} 的端口 {port} 不能使用（可能已被占用）",
                          f"请换一个端口（例如 --port {port + 1 if port < 65535 else 8501}），"
                          "或先关闭占用它的程序") from error


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else "[::1]" if host == "::" else host   # noqa: S104
    return f"http://[{shown}]:{port}" if ":" in shown.strip("[]") and shown[0] != "[" else f"http://{shown}:{port}"


def _answers(server: "subprocess.Popen[bytes]", host: str, port: int) -> bool:
    deadline = time.monotonic() + _START_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))    # a proxy cannot reach this machine
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{_address(host, port)}/_stcore/health", timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _announce(host: str, port: int) -> None:
    address = _address(host, port)
    lines = [f"知问已启动：{address}", "按 Ctrl-C 结束。"]
    if host not in _LOOPBACK:
        lines.insert(1, "注意：同一网络里能连到这台电脑的人都可以打开此页面。")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    has_screen = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.stdout.isatty() and has_screen:
        webbrowser.open(address)


def _announce_admin(link: str, host: str) -> None:
    """Not opened by itself: the address of a browser started by us would stand on its command line."""
    lines = [f"知问管理页已启动，请在浏览器打开（链接只能用一次）：\n{link}", "按 Ctrl-C 结束。"]
    if host not in _LOOPBACK:
        lines.insert(1, "注意：管理页没有加密，同一网络里的人可能看到链接和上传的文件。请只在可信的网络中使用，或经由加密的代理。")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
