"""The configured chat model, through LangChain; the only importer of its chat models.

Every failure becomes a `ModelError` with a reason a reader can be shown and without the text that was sent: the caller
falls back to the composed answer. The deadline is one for the whole call, whatever the server does.
"""

import logging
import math
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from kb.admission import Admission
from kb.errors import ConfigError, ModelError, ModelStopped
from kb.ports import Message, Reply, never
from kb.route import proxy_for
from kb.settings import Settings

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel

__all__ = ["LangChainChat", "ThinkingFilter"]

_FALL_BACK = "已改用资料库直接作答"
_CHECK = "请检查 ZHIWEN_BASE_URL、ZHIWEN_MODEL 和 ZHIWEN_API_KEY"
_LONGEST_ANSWER = 20_000      # characters; longer is a model that cannot stop
_BACKOFF_S = 1.0              # before the one retry, where the server names no time
_LOOK_UP_S = 0.1              # between two looks at whether the reader has stopped it
_TOO_LONG = "请调小 ZHIWEN_CONTEXT_TOKENS"
_log = logging.getLogger("zhiwen")


def _error(problem: str, remedy: str = _FALL_BACK) -> ModelError:
    return ModelError(problem, remedy)


class _Busy(Exception):
    """429 or 5xx before the first token: worth one more try after `wait` seconds."""

    def __init__(self, error: ModelError, wait: float) -> None:
        super().__init__(error.problem)
        self.error, self.wait = error, wait


@dataclass
class _Call:
    """One request: shared between the reader and the thread that talks to the server."""

    until: float
    stopped: Callable[[], bool]
    pieces: "queue.SimpleQueue[str | Exception | None]" = field(default_factory=queue.SimpleQueue)
    abandoned: threading.Event = field(default_factory=threading.Event)
    web_page: bool = False
    served: str = ""

    @property
    def left(self) -> float:
        return self.until - time.monotonic()

    @property
    def over(self) -> bool:
        return self.abandoned.is_set() or self.left <= 0

    def next_piece(self) -> str | None:
        """The next piece, None at the end; raises what went wrong, as soon as that is known."""
        while True:
            _look_up(self.stopped)
            try:
                piece = self.pieces.get(timeout=min(max(self.left, 0.001), _LOOK_UP_S))
            except queue.Empty:
                if self.left <= 0:
                    raise _timeout() from None
                continue
            if isinstance(piece, Exception):
                raise piece
            return piece


class _Streamed:
    """`Reply` over a generator that is told where to leave the server's name."""

    def __init__(self, pieces: Callable[["_Streamed"], Generator[str, None, None]]) -> None:
        self.model = ""
        self._pieces = pieces(self)

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    def close(self) -> None:
        self._pieces.close()


class LangChainChat:
    """`ChatModel` over any OpenAI-compatible endpoint.

    Raises:
        ConfigError: a model is named but no address; there is no default address to send questions to.
    """

    def __init__(self, settings: Settings, token_ids: Callable[[str], list[int]] | None = None) -> None:
        if not settings.base_url:
            raise ConfigError("配置了对话模型，却没有写服务地址", "请设置 ZHIWEN_BASE_URL；不设置模型也能离线回答")
        self._settings = settings
        self._admission = Admission(settings.model_parallel, settings.model_per_minute)
        self.served = ""
        self._token_ids = token_ids        # without it LangChain would download an encoding to count tokens

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def deadline_s(self) -> float:
        return self._settings.model_deadline_s

    def stream(self, messages: Sequence[Message], until: float | None = None,
               stopped: Callable[[], bool] = never) -> Reply:
        """A reply without its thinking; pieces given before it raises are not an answer."""
        end = until if until is not None else time.monotonic() + self.deadline_s
        return _Streamed(lambda reply: self._pieces(messages, end, stopped, reply))

    def _pieces(self, messages: Sequence[Message], until: float, stopped: Callable[[], bool],
                reply: _Streamed) -> Generator[str, None, None]:
        try:
            for tries_left in range(self._settings.model_retries, -1, -1):
                try:
                    with closing(self._attempt(messages, _Call(until, stopped), reply)) as pieces:
                        yield from _visible(pieces)
                    return
                except _Busy as busy:
                    if not tries_left or busy.wait >= until - time.monotonic():
                        raise busy.error from None
                    _pause(busy.wait, stopped)      # without a turn: others are not held up by our waiting
        except ModelStopped:
            raise
        except ModelError as error:
            _log.warning("chat model failed: %s。%s", error.problem, error.remedy)      # our own words, nothing of theirs
            raise

    def _attempt(self, messages: Sequence[Message], call: _Call, reply: _Streamed) -> Generator[str, None, None]:
        """One request in a thread of its own: a read that hangs cannot hold up the reader past the deadline."""
        with self._admission.turn(call.until, call.stopped):
            threading.Thread(target=self._talk, args=(call, list(messages)), name="zhiwen-model", daemon=True).start()
            try:
                while (piece := call.next_piece()) is not None:
                    yield piece
            finally:
                call.abandoned.set()
            reply.model = call.served
            self._notice_name(call.served)

    def _notice_name(self, served: str) -> None:
        """A provider that changes the model behind a name is noticed by whoever runs this (M16)."""
        if served and served != self.served:
            self.served = served
            if served.casefold() != self.name.casefold():
                _log.warning("chat model: configured %s, answered by %s", self.name, served)

    def _talk(self, call: _Call, messages: list[Message]) -> None:
        """Runs in the thread: every outcome goes into the queue, nothing is raised."""
        begun = False
        try:
            with _untraced(), _client(call, self._settings.base_url) as client:
                finished = ""
                for chunk in self._model(client, call.left).stream([(m.role, m.text) for m in messages]):
                    if call.over:
                        return
                    finished = str(chunk.response_metadata.get("finish_reason") or finished)
                    call.served = _name_of(chunk.response_metadata.get("model_name")) or call.served
                    if text := str(chunk.text):
                        begun = True
                        call.pieces.put(text)
                _require_whole(finished, begun, call.web_page)
            call.pieces.put(None)
        # The framework, its client and any compatible server raise open-ended types (pydantic, KeyError, httpx …);
        # the port promises ModelError for every failure. The original is dropped: it may hold the question or the key.
        except Exception as failure:
            call.pieces.put(_reason(failure, begun, call))

    def _model(self, client: "httpx.Client", timeout: float) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        model: BaseChatModel = init_chat_model(
            self._settings.model, model_provider="openai", base_url=self._settings.base_url,
            api_key=self._settings.api_key.get_secret_value() or "none",   # a local server needs no key, the client does
            extra_body=self._settings.model_options or None,
            timeout=max(timeout, 0.1), max_retries=0,                      # its own retries know no deadline
            http_client=client, openai_proxy=None, use_responses_api=False, stream_usage=False, cache=False,
            custom_get_token_ids=self._token_ids)
        return model


# --- connection -----------------------------------------------------------------------------------------------------

def _client(call: _Call, base_url: str) -> "httpx.Client":
    """Looks at each piece of a response, so that an abandoned or overdue call ends although bytes keep trickling in."""
    import httpx

    class Guarded(httpx.SyncByteStream):
        def __init__(self, stream: httpx.SyncByteStream) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            for data in self._stream:
                if call.over:
                    raise httpx.ReadTimeout("deadline")
                yield data

        def close(self) -> None:
            self._stream.close()

    def guard(response: httpx.Response) -> None:
        call.web_page = response.is_success and "html" in response.headers.get("content-type", "").lower()
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = Guarded(response.stream)

    # The proxy that page and command line have named, and no other; none to a server on this machine. No redirects: the
    # key and the question go to the configured address only.
    transport = httpx.HTTPTransport(proxy=proxy_for(base_url) or None)
    return httpx.Client(timeout=max(call.left, 0.1), transport=transport, follow_redirects=False,
                        event_hooks={"response": [guard]})


def _untraced() -> Any:  # noqa: ANN401  (a context manager of a package without stable types)
    """No run is reported to a tracing service and no request logged, whatever the environment says."""
    for variable in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER", "OPENAI_LOG"):
        os.environ.pop(variable, None)      # read by the frameworks themselves, below us, at any time
    os.environ.update({"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false", "LANGSMITH_TRACING_V2": "false"})
    from langsmith.run_helpers import tracing_context

    for logger in ("openai", "httpx", "httpcore", "langsmith", "langchain"):
        logging.getLogger(logger).setLevel(logging.ERROR)      # at DEBUG the client logs the whole request
    return tracing_context(enabled=False)


# --- reasons --------------------------------------------------------------------------------------------------------

def _timeout() -> ModelError:
    return _error("对话模型超时，没有在限定时间内答完")


def _look_up(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise ModelStopped("已按您的要求停止由模型撰写", _FALL_BACK)


def _pause(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _look_up(stopped)
        time.sleep(min(left, _LOOK_UP_S))


def _name_of(model: object) -> str:
    """The name a server gives itself, where it looks like one: it goes into logs, and a server may say anything."""
    name = str(model or "")
    return name if re.fullmatch(r"[\w./@:+-]{1,80}", name, re.ASCII) else ""


def _require_whole(finish_reason: str, begun: bool, web_page: bool) -> None:
    """An answer without its end is not an answer."""
    if web_page:
        raise _error("模型服务返回的是网页，不是回答", _CHECK)
    if finish_reason == "content_filter":
        raise _error("模型服务拦截了回答")
    if begun and finish_reason == "length":
        raise _error("模型的回答超过长度上限，内容中断")
    if begun and not finish_reason:
        raise _error("模型的回答没有传完，内容中断")


def _reason(failure: Exception, begun: bool, call: _Call) -> Exception:
    """Any failure as what a reader is told, or `_Busy` where another try may help."""
    import httpx
    import openai

    if isinstance(failure, ModelError):
        return failure
    if call.left <= 0 or isinstance(failure, (openai.APITimeoutError, httpx.TimeoutException)):
        return _timeout()
    if call.web_page:
        return _error("模型服务返回的是网页，不是回答", _CHECK)
    if isinstance(failure, openai.APIStatusError):
        return _status_reason(failure, begun)
    if begun:
        return _error("模型的回答没有传完，内容中断")
    if str(failure).startswith("No generation chunks"):        # LangChain's word for a stream without events
        return _error("模型返回为空")
    if isinstance(failure, (openai.APIConnectionError, httpx.TransportError)):
        return _error("没有连上模型服务", _CHECK)
    return _error(f"模型服务返回的内容无法识别（{type(failure).__name__}）", _CHECK)


_STATUS = {400: "模型服务不接受这个请求", 401: "模型服务不认可密钥", 402: "模型服务的额度已用完",
           403: "模型服务拒绝访问", 404: "模型服务没有这个地址或模型", 422: "模型服务不接受这个请求"}


def _status_reason(failure: Any, begun: bool) -> Exception:  # noqa: ANN401  (openai is imported lazily)
    status = int(failure.status_code)
    if status == 429 and failure.code == "insufficient_quota":
        return _error("模型服务的额度已用完", _CHECK)
    if status == 413 or failure.code == "context_length_exceeded":
        return _error(f"发给模型的内容过长（HTTP {status}）", _TOO_LONG)
    if status == 429 or status >= 500:
        problem = "模型服务限流，请求过多（HTTP 429）" if status == 429 else f"模型服务出错（HTTP {status}）"
        error = _error(problem)
        return error if begun else _Busy(error, _retry_after(failure.response.headers.get("retry-after", "")))
    return _error(f"{_STATUS.get(status, '模型服务出错')}（HTTP {status}）", _CHECK)


def _retry_after(header: str) -> float:
    """Seconds; the header holds a number or an HTTP date."""
    try:
        seconds = float(header)
        return _BACKOFF_S if math.isnan(seconds) else max(seconds, 0.0)
    except ValueError:
        pass        # not a number: a date, or nothing
    try:
        return max(parsedate_to_datetime(header).timestamp() - time.time(), 0.0)
    except ValueError:
        return _BACKOFF_S


# --- text -----------------------------------------------------------------------------------------------------------

class ThinkingFilter:
    """Drops <think>…</think> from a stream, wherever the pieces are cut; an unclosed block hides the rest."""

    _OPEN, _CLOSE = ("<think>", "<thinking>"), ("</think>", "</thinking>")

    def __init__(self) -> None:
        self._held = ""
        self._hidden = False

    def feed(self, piece: str) -> str:
        """What of the text so far can be shown."""
        self._held += piece
        shown = ""
        while True:
            tags = self._CLOSE if self._hidden else self._OPEN
            at, tag = min(((self._held.find(t), t) for t in tags if t in self._held), default=(-1, ""))
            if at < 0:
                break
            shown += "" if self._hidden else self._held[:at]
            self._held = self._held[at + len(tag):]
            self._hidden = not self._hidden
        keep = max((n for t in tags for n in range(1, len(t)) if self._held.endswith(t[:n])), default=0)
        ready, self._held = self._held[:len(self._held) - keep], self._held[len(self._held) - keep:]
        return shown if self._hidden else shown + ready

    def rest(self) -> str:
        """What was held back as the possible beginning of a tag and was none."""
        return "" if self._hidden else self._held


def _visible(pieces: Iterator[str]) -> Iterator[str]:
    """Without thinking; refuses a web page sent as the answer, an endless answer and an empty one."""
    thinking, begun, length, lead = ThinkingFilter(), False, 0, ""
    for piece in _and_rest(pieces, thinking):
        length += len(piece)
        if length > _LONGEST_ANSWER:
            raise _error("模型的回答过长，停不下来")
        if begun:
            yield piece
            continue
        lead = (lead + piece).lstrip()
        if lead[:1] == "<" and len(lead) < len("<!doctype html"):
            continue                                    # may yet turn out to be a page
        if lead.lower().startswith(("<!doctype", "<html", "<head", "<body")):
            raise _error("模型服务返回的是网页，不是回答", _CHECK)
        if lead:
            begun = True
            yield lead
    if not begun:
        if lead.lower().startswith(("<!doctype", "<html", "<head", "<body")):
            raise _error("模型服务返回的是网页，不是回答", _CHECK)
        if not lead:
            raise _error("模型返回为空")
        yield lead


def _and_rest(pieces: Iterator[str], thinking: ThinkingFilter) -> Iterator[str]:
    for piece in pieces:
        yield thinking.feed(piece)
    yield thinking.rest()
