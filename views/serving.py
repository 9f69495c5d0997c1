"""The server of a page: Streamlit's own, with our frame around its page, our headers on every reply, and the library opened at once.

`python -m views.serving SCRIPT --server.port=8501 …` is what `zhiwen app` starts; the options are those of `streamlit run`.
"""

import base64
import hashlib
import json
import re
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from views.garbage import set_aside

__all__ = ["Framed", "frame", "headers", "host_is_ours", "options", "serve"]

Option = str | bool | int | list[str]
HERE = Path(__file__).parent
PAGE = HERE.parent / "app.py"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_UNUSED_FONT = re.compile(r'<link\s+rel="preload"[^>]*as="font"[^>]*/?>', re.DOTALL)     # the theme names fonts of the system
_ADVERTISED = re.compile(r"<!--(?:(?!-->).)*agent API(?:(?!-->).)*-->\s*<link rel=\"service-desc\"[^>]*>", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:]+\](?::\d{1,5})?")
_OPENING = '<div id="root"><div id="zhiwen-opening" role="status"><b>知问</b>正在打开…</div></div>'


def frame(html: str, css: str, script: str, icon: bytes) -> str:
    """Streamlit's empty page as ours: language, title, sign, what is shown before the program runs and without it."""
    sign = f"data:image/svg+xml;base64,{base64.b64encode(icon).decode()}"
    html = _ADVERTISED.sub("", _UNUSED_FONT.sub("", html))
    html = _NOSCRIPT.sub("<noscript><p>请在浏览器中启用 JavaScript，然后刷新本页。Please enable JavaScript and reload.</p></noscript>", html)
    for theirs, ours in (('<html lang="en">', '<html lang="zh-CN">'), ("<title>Streamlit</title>", "<title>知问</title>"),
                         ('href="./favicon.png"', f'href="{sign}"'), ('<div id="root"></div>', _OPENING)):
        html = html.replace(theirs, ours)
    return html.replace("</head>", f"<style>{css}</style><script>{script}</script></head>", 1)


def headers(html: str, host: str) -> dict[str, str]:
    """What every reply says to the browser: nothing is loaded from elsewhere, framed elsewhere, or guessed.

    The scripts that stand in `html` itself are allowed by their digests; `host` is where the page's socket goes.
    """
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE_SCRIPT.findall(html)]
    inline = " ".join(f"'sha256-{digest}'" for digest in digests)
    socket = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    policy = {
        "default-src": "'self'",
        # Components of ours come as blobs; 'wasm-unsafe-eval' admits no text as a program.
        "script-src": f"'self' blob: 'wasm-unsafe-eval' {inline}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:", "font-src": "'self' data:", "media-src": "'self' data: blob:",
        "connect-src": f"'self' data: blob:{socket}", "worker-src": "'self' blob:", "frame-src": "'self' blob:",
        "object-src": "'none'", "base-uri": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
    }
    return {"Content-Security-Policy": "; ".join(f"{name} {value}".strip() for name, value in policy.items()),
            "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"}


def host_is_ours(host: str, allowed: Sequence[str]) -> bool:
    """Whether the Host header names one of `allowed`; any name is ours where none is listed."""
    return not allowed or host.strip("[]") in allowed or re.sub(r":\d+$", "", host).strip("[]") in allowed


class Framed:
    """ASGI around Streamlit: pages become ours, every reply carries our headers, and a name that is not ours gets nothing."""

    def __init__(self, app: ASGIApp, page: str) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if not host_is_ours(host, st.get_option("server.allowedHosts") or ()):
            await PlainTextResponse("421", status_code=421)(scope, receive, send)
            return
        is_page = False

        async def reply(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                is_page = sent.get("content-type", "").startswith("text/html")
                for name, value in headers(self._page, host).items():
                    sent[name] = value
                if is_page:
                    for name in ("content-encoding", "etag", "last-modified"):
                        del sent[name]
                    sent["content-length"] = str(len(self._page.encode()))
            elif is_page:
                if message.get("more_body", False):
                    return
                message = {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._page.encode()}
            await send(message)

        await self._app(scope, receive, reply)


@asynccontextmanager
async def _opening_at_once(app: st.App) -> AsyncIterator[dict[str, object]]:
    """The library is opened while the browser is still loading the page, and garbage kept from costing turns their time."""
    from views.session import warm

    ended = threading.Event()
    threading.Thread(target=warm, name="library", daemon=True).start()
    threading.Thread(target=set_aside, args=(ended,), name="garbage", daemon=True).start()
    yield {}
    ended.set()


def options(flags: Sequence[str]) -> dict[str, Option]:
    """`--name=value` as Streamlit's options, with the types they have there; a list is one of JSON."""
    named = (flag.removeprefix("--").partition("=") for flag in flags)
    return {name: _value(value) for name, _, value in named}


def _value(text: str) -> Option:
    if text.startswith("["):
        return [str(item) for item in json.loads(text)]
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() else text


def serve(script: Path, chosen: Mapping[str, Option]) -> None:
    """Serve the page of `script` until the process is told to end."""
    html = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    page = frame(html, (HERE / "page.css").read_text(encoding="utf-8"), (HERE / "page.js").read_text(encoding="utf-8"),
                 (HERE / "icon.svg").read_bytes())
    sys.argv = [str(script)]         # what Streamlit takes for the program that runs
    st.App(script, middleware=[Middleware(Framed, page=page)],
           lifespan=_opening_at_once if script.resolve() == PAGE.resolve() else None).run(config=chosen)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), options(sys.argv[2:]))
