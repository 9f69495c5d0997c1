"""A chat model server on loopback that speaks the real OpenAI streaming protocol, faults included.

Each test scripts what the server does with the requests it gets; the last reply serves all further requests. A reply
may be a function of the request, for answers that must cite the sources by the numbers they have there.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["ModelServer", "Reply", "closed_port", "delta", "fails", "model_server", "number_of", "pauses", "says", "sends"]

_DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Reply:
    """What the server does with one request: a status, headers, and bytes sent one by one with a pause before each."""

    chunks: Sequence[bytes] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})
    pause: float = 0.0
    cut: bool = False            # the connection ends without the end of the body
    repeat_last: bool = False    # the last chunk again and again, until the client goes away
    hold: threading.Event | None = None      # the last chunk only once this is set


def delta(text: str | None = None, finish: str | None = None, model: str = "loopback-model", **fields: object) -> bytes:
    """One event of a stream."""
    content = {} if text is None else {"content": text}
    event = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": model,
             "choices": [{"index": 0, "delta": {"role": "assistant", **content, **fields}, "finish_reason": finish}]}
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def says(text: str, size: int = 3, finish: str = "stop", model: str = "loopback-model") -> Reply:
    """A normal stream of `text` in pieces of `size` characters."""
    pieces = [delta(text[i:i + size], model=model) for i in range(0, len(text), size)]
    return Reply([*pieces, delta(finish=finish, model=model), _DONE])


def pauses(begins: str, rest: str, hold: threading.Event, cut: bool = False) -> Reply:
    """A stream that says `begins`, waits for `hold`, and then says the rest; or breaks off in it."""
    return Reply([delta(begins), delta(rest) + (b"" if cut else delta(finish="stop") + _DONE)], cut=cut, hold=hold)


def sends(*chunks: bytes, **how: object) -> Reply:
    """Exactly these bytes."""
    return Reply(chunks, **how)  # type: ignore[arg-type]


def fails(status: int, body: object = None, **headers: str) -> Reply:
    """An error as OpenAI-compatible servers word it."""
    error = body if body is not None else {"error": {"message": "no", "type": "server_error", "code": None}}
    return Reply([json.dumps(error).encode()], status,
                 {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}})


def number_of(request: dict[str, object], words: str) -> int:
    """The number of the first source in a request that has these words."""
    asked = "\n".join(str(message["content"]) for message in request["messages"])         # type: ignore[attr-defined]
    for block in re.split(r"(?m)^(?==== 资料 \[\d+\] \w+ ===$)", asked):
        if words in block:
            return int(re.match(r"=== 资料 \[(\d+)\]", block)[1])         # type: ignore[index]
    raise AssertionError(f"no source of this question has {words}: choose other words")


Scripted = Reply | Callable[[dict[str, object]], Reply]


class ModelServer:
    """What the server was asked, and where it is."""

    def __init__(self, script: Sequence[Scripted]) -> None:
        self.script = list(script)
        self.requests: list[dict[str, object]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.asked = threading.Event()           # set with the first request
        self.stopping = threading.Event()
        self.client_gone = threading.Event()
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.http.daemon_threads = False         # leaving the block waits for every reply to end: no stray thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def next_reply(self, path: str, headers: dict[str, str], request: dict[str, object]) -> Reply:
        with self.lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.requests.append(request)
            self.asked.set()
            reply = self.script[min(len(self.requests), len(self.script)) - 1]
            return reply if isinstance(reply, Reply) else reply(request)


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            reply = server.next_reply(self.path, {k.lower(): v for k, v in self.headers.items()},
                                      json.loads(self.rfile.read(length)))
            self.close_connection = True
            try:
                self.send_response(reply.status)
                for name, value in {**reply.headers, "Transfer-Encoding": "chunked", "Connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                for chunk in _paced(reply, server.stopping):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    self.wfile.flush()
                if not reply.cut:
                    self.wfile.write(b"0\r\n\r\n")
            except OSError:
                server.client_gone.set()         # the client hung up, which several tests want to see

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what matters."""

    return Handler


def _paced(reply: Reply, stopping: threading.Event) -> Iterator[bytes]:
    for n, chunk in enumerate(reply.chunks, start=1):
        if stopping.wait(reply.pause):
            return
        while reply.hold and n == len(reply.chunks) and not reply.hold.wait(0.02):
            if stopping.is_set():
                return
        yield chunk
    while reply.repeat_last and not stopping.wait(reply.pause):
        yield reply.chunks[-1]


@contextmanager
def model_server(*script: Scripted) -> Iterator[ModelServer]:
    """A running server; it is gone, with all its threads, when the block ends."""
    server = ModelServer(script)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join()


def closed_port() -> str:
    """The address of a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
