"""An official site on loopback that speaks real TLS, faults included.

Each path has a script of replies; the last one serves all further requests. The certificate is made for the run, for
names of official sites, so that names, certificates and addresses are checked as on the real network.
"""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.connection import FetchPolicy

__all__ = ["Certificate", "PageServer", "Reply", "html", "make_certificate", "moved", "page_server", "played", "proxy_before"]

NAMES = ("www.cnipa.gov.cn", "www.samr.gov.cn")


@dataclass(frozen=True)
class Reply:
    """What the site does with one request. Without a script entry for a path it answers 404."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = -1     # Content-Length; -1 for the true one, None for none
    chunked: bool = False
    cut_at: int | None = None     # the connection breaks after so many bytes of the body
    pause: float = 0.0            # before each byte, of the head too
    silent: bool = False          # never says anything
    etag: str = ""                # set: a request for the rest of this very version gets the rest
    ignores_version: bool = False # answers 206 whatever version the rest is asked of
    resumes_late: int = 0         # the rest begins so many bytes too late
    farewell: bool = True         # closes the encrypted connection as the protocol wants it


def html(body: str, encoding: str = "utf-8", **how: object) -> Reply:
    content = body.encode(encoding)
    headers = {"Content-Type": "text/html", **how.pop("headers", {})}     # type: ignore[dict-item]
    return Reply(content, headers=headers, **how)                         # type: ignore[arg-type]


def moved(location: str, status: int = 301) -> Reply:
    return Reply(b"moved", status, {"Location": location})


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """For NAMES, trusted by nobody but who is told to."""
    program = shutil.which("openssl")
    if not program:
        pytest.skip("openssl is not on this machine: no certificate for the loopback site")
    made = Certificate(folder / "site.pem", folder / "site.key")
    subprocess.run([program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-keyout", made.key, "-out", made.file, "-subj", "/CN=loopback",
                    "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in NAMES)],
                   check=True, capture_output=True)
    return made


class PageServer:
    """What the site was asked. `pages` maps a path with its query to its script."""

    def __init__(self, pages: dict[str, list[Reply]], certificate: Certificate) -> None:
        self.pages, self.certificate = pages, certificate
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        self.asked: dict[str, int] = defaultdict(int)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate.file, certificate.key)
        self.http = _Site(("127.0.0.1", 0), _handler(self), self.tls)

    @property
    def port(self) -> int:
        return int(self.http.server_address[1])

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def next_reply(self, path: str) -> Reply:
        script = self.pages.get(path, [Reply(b"no such page", 404)])
        self.asked[path] += 1
        return script[min(self.asked[path], len(script)) - 1]


class _Site(ThreadingHTTPServer):
    daemon_threads = False         # leaving the block waits for every reply to end: no stray thread

    def __init__(self, address, handler, tls):
        super().__init__(address, handler)
        self.tls = tls

    def finish_request(self, request, client_address):
        """The handshake happens in the connection's own thread; a client that refuses us is part of the game."""
        with contextlib.suppress(OSError), self.tls.wrap_socket(request.dup(), server_side=True) as secure:
            self.RequestHandlerClass(secure, client_address, self)

    def handle_error(self, request, client_address):
        """The client hung up, which several tests want."""


def _handler(site: PageServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = site.next_reply(self.path)
            self.close_connection = True
            if reply.silent:
                site.stopping.wait()
                return
            with contextlib.suppress(OSError):
                self._send(_answer(reply, self.headers), reply.pause)
                if reply.farewell and reply.cut_at is None:
                    self.connection.settimeout(5)
                    self.connection.unwrap()

        def _send(self, answer: bytes, pause: float) -> None:
            if not pause:
                self.wfile.write(answer)
            for i in range(len(answer) if pause else 0):
                if site.stopping.wait(pause):
                    return
                self.wfile.write(answer[i:i + 1])

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what matters."""

    return Handler


def _answer(reply: Reply, asked) -> bytes:
    """Head and body as bytes, the rest only where the rest was asked for."""
    body, status, headers = reply.body, reply.status, {"Connection": "close", **reply.headers}
    if reply.etag:
        headers["ETag"] = reply.etag
    first = int(asked["Range"].removeprefix("bytes=").removesuffix("-")) if asked["Range"] else 0
    if first and reply.etag and (reply.ignores_version or asked["If-Range"] == reply.etag):
        first += reply.resumes_late
        headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
        body, status = body[first:], 206
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif reply.declared is not None:
        headers["Content-Length"] = str(len(body) if reply.declared < 0 else reply.declared)
    sent = body[:reply.cut_at]
    if reply.chunked:
        sent = b"%x\r\n%s\r\n" % (len(sent), sent) + (b"" if reply.cut_at is not None else b"0\r\n\r\n")
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"\r\n" + sent


@contextmanager
def page_server(pages: dict[str, Reply | list[Reply]], certificate: Certificate) -> Iterator[PageServer]:
    """A running site; it is gone, with all its threads, when the block ends."""
    site = PageServer({path: script if isinstance(script, list) else [script] for path, script in pages.items()},
                      certificate)
    thread = threading.Thread(target=site.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.stopping.set()
        site.http.shutdown()
        site.http.server_close()
        thread.join()


def played(policy: FetchPolicy, site: PageServer) -> FetchPolicy:
    """The policy with every official name led to the site on loopback; pauses are not waited for."""
    return replace(policy, port=site.port, resolve=lambda host, port: ["127.0.0.1"], pause_s=0, sleep=lambda seconds: None,
                   may_connect=lambda address: str(address) == "127.0.0.1",
                   tls=lambda: ssl.create_default_context(cafile=str(site.certificate.file)))


@contextmanager
def proxy_before(site: PageServer) -> Iterator[tuple[str, list[str]]]:
    """A proxy that tunnels to the site whatever name it is asked for; its address, and the names it was asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve() -> None:
            client, _ = listening.accept()
            with client, socket.create_connection(("127.0.0.1", site.port)) as beyond:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(4096)
                asked.append(head.split()[1].decode())
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pass_on, args=(beyond, client))
                back.start()
                _pass_on(client, beyond)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
