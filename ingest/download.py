"""One page over the network: https, official hosts only, whole or not at all, within limits of size, time and patience.

Nothing but the page's own path is sent: no cookie, no referrer, no credentials.
"""

import base64
import contextlib
import http.client
import re
import ssl
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import quote, urljoin, urlsplit

from ingest.connection import Connections, FetchPolicy, UnknownHost
from kb.errors import SourceError

__all__ = ["Downloader", "Page", "host_of", "joined"]

_USER_AGENT = "zhiwen-fetch (single official documents, on request)"
_BY_HAND = "请在浏览器中打开官方网页核对"
_LATER = "请稍后再试，或在浏览器中打开官方网页下载"
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """What came back, its content coding undone. `url` is where it was found after redirects."""

    url: str
    data: bytes = field(repr=False)
    content_type: str = ""


def host_of(url: str) -> str:
    """The host of an address, lower case; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def joined(page: str, link: str) -> str:
    """The address a link on a page means; as written where it is none, to be refused like any other."""
    try:
        return urljoin(page, link)
    except ValueError:
        return link


class Downloader:
    """Downloads pages one after the other and remembers when each host was last asked."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._asked: dict[str, float] = {}
        self._connections = Connections(policy)

    def get(self, url: str) -> Page:
        """The page at an address, redirects followed, each checked like the first.

        Raises:
            SourceError: the address may not be contacted, or the page could not be had whole; says why.
        """
        deadline = time.monotonic() + self._policy.total_s
        for _ in range(self._policy.redirects + 1):
            target = self._checked(url)
            body = self._persist(target, deadline)
            if not body.moved_to:
                return Page(url, body.unpacked(self._policy.max_bytes), body.content_type)
            url = joined(url, body.moved_to)
        raise SourceError(f"网址连续跳转超过 {self._policy.redirects} 次", _BY_HAND)

    def _checked(self, url: str) -> "_Target":
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SourceError("网址的写法不对", _BY_HAND) from None
        host = (parts.hostname or "").lower()
        if parts.scheme != "https":
            raise SourceError(f"网址不是 https（{parts.scheme or '没有写明'}），没有访问", _BY_HAND)
        if host not in self._policy.hosts:
            raise SourceError(f"网址指向名单以外的网站 {_shown(host)}，没有访问", _BY_HAND)
        if port not in (None, 443) or parts.username or parts.password:
            raise SourceError("网址带有端口或账号，没有访问", _BY_HAND)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
        return _Target(host, path + ("?" + quote(parts.query, safe="/%:@!$&'()*+,;=-._~?") if parts.query else ""))

    def _persist(self, target: "_Target", deadline: float) -> "_Body":
        """Ask until the answer is whole: what is already here is not asked for again where the site can tell."""
        body, trouble = _Body(), _Interrupted("没有回应")
        for attempt in range(self._policy.attempts):
            if attempt:
                self._wait(trouble.wait, deadline, trouble)
            try:
                self._ask(target, body, deadline)
                return body
            except _Interrupted as error:
                trouble = error
            except ssl.SSLCertVerificationError as error:
                raise SourceError(f"{target.host} 的证书无法验证，没有下载", _BY_HAND) from error
            except UnknownHost:
                trouble = _Interrupted(f"查不到 {target.host} 的网络地址")
            except TimeoutError:
                trouble = _Interrupted(f"等待 {target.host} 超时")
            except (OSError, http.client.HTTPException) as error:
                trouble = _Interrupted(f"与 {target.host} 的连接中断（{type(error).__name__}）")
            if time.monotonic() >= deadline:
                raise SourceError(f"{self._policy.total_s:g} 秒内没有下载完（{trouble.what}）", _LATER)
        raise SourceError(f"试了 {self._policy.attempts} 次都没有下载完整：{trouble.what}", _LATER)

    def _wait(self, seconds: float, deadline: float, trouble: "_Interrupted") -> None:
        if seconds > min(self._policy.longest_wait_s, max(deadline - time.monotonic(), 0)):
            raise SourceError(f"{trouble.what}，要求 {seconds:.0f} 秒后再试", _LATER)
        if seconds > 0:
            self._policy.sleep(seconds)

    def _ask(self, target: "_Target", body: "_Body", deadline: float) -> None:
        """One request; what came of the answer is added to `body` even where it then breaks off."""
        self._be_polite(target.host)
        with self._connections.to(target.host, deadline) as socket_:
            connection = http.client.HTTPConnection(target.host)
            connection.auto_open = 0          # it must never look the name up and connect by itself
            connection.sock = socket_
            connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": target.host, "User-Agent": _USER_AGENT, "Accept": "*/*",
                                "Accept-Encoding": "identity", "Connection": "close", **body.continuation()}.items():
                connection.putheader(name, value)
            connection.endheaders()
            with contextlib.closing(connection.getresponse()) as response:
                body.take(response, self._policy.max_bytes)

    def _be_polite(self, host: str) -> None:
        """At most one request to a host in `pause_s`."""
        now = time.monotonic()
        early = self._asked.get(host, now - self._policy.pause_s) + self._policy.pause_s - now
        if early > 0:
            self._policy.sleep(early)
        self._asked[host] = time.monotonic()

@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    path: str                                 # with the query


class _Interrupted(Exception):
    """This request came to nothing, the next one may not; `wait` is what the site asked for."""

    def __init__(self, what: str, wait: float = 0.0) -> None:
        super().__init__(what)
        self.what, self.wait = what, wait


@dataclass
class _Body:
    """A page as far as it has come, over one request or several."""

    data: bytearray = field(default_factory=bytearray)
    validator: str = ""                       # strong ETag or date of the page these bytes belong to
    total: int | None = None                  # of the whole page, where the site said
    coding: str = ""
    content_type: str = ""
    digest: bytes = b""
    moved_to: str = ""

    def continuation(self) -> dict[str, str]:
        """Headers that ask for the rest of the same page, and for all of it where it has changed (RFC 9110, 13.1.5)."""
        return {"Range": f"bytes={len(self.data)}-", "If-Range": self.validator} if self.data and self.validator else {}

    def take(self, response: http.client.HTTPResponse, most: int) -> None:
        status = response.status
        if status in (301, 302, 303, 307, 308) and response.headers.get("Location"):
            self.moved_to = response.headers["Location"]
            return
        if status in (429, 503):
            raise _Interrupted(f"网站请求过多或暂停服务（{status}）", _retry_after(response.headers.get("Retry-After", "")))
        if status == 416 or (status == 206 and not self._continues(response)):
            self.data.clear()
            raise _Interrupted("网站续传的内容对不上，重新下载")
        if status >= 500:
            raise _Interrupted(f"网站出错（{status}）")
        if status not in (200, 206):
            raise SourceError(f"网站没有给出网页（{status}）", "网页可能已经移动，请到官方网站按标题查找")
        if status == 200:
            self._begin(response)
        self._read(response, most)

    def _begin(self, response: http.client.HTTPResponse) -> None:
        headers = response.headers
        etag = headers.get("ETag", "")
        self.data.clear()
        self.validator = etag if etag.startswith('"') else "" if etag else headers.get("Last-Modified", "")
        self.total = response.length
        self.coding = headers.get("Content-Encoding", "").strip().lower()
        self.content_type = headers.get("Content-Type", "")
        self.digest = _digest(headers)

    def _continues(self, response: http.client.HTTPResponse) -> bool:
        """Whether a partial answer goes on exactly where we stopped, in the same page."""
        span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        same = response.headers.get("ETag") in (None, self.validator) if self.validator.startswith('"') else True
        if not span or not same or not self.data or int(span[1]) != len(self.data):
            return False
        whole = None if span[3] == "*" else int(span[3])
        self.total = self.total or whole
        return whole in (None, self.total) and (self.total is None or int(span[2]) == self.total - 1)

    def _read(self, response: http.client.HTTPResponse, most: int) -> None:
        if (self.total or 0) > most:
            raise _too_large(most)
        while piece := response.read1(_PIECE):
            self.data += piece
            if len(self.data) > most:
                raise _too_large(most)
        # http.client takes a connection that closes early for the end of the page.
        if self.total is not None and len(self.data) < self.total:
            raise _Interrupted(f"内容不完整（{len(self.data)}/{self.total} 字节）")
        if not self.data:
            raise SourceError("网页是空的", _BY_HAND)
        if self.digest and sha256(self.data).digest() != self.digest:
            raise SourceError("下载的内容与网站给出的校验值不一致", _LATER)

    def unpacked(self, most: int) -> bytes:
        """Without its content coding, and never larger than `most`."""
        if self.coding in ("", "identity"):
            return bytes(self.data)
        if self.coding not in ("gzip", "x-gzip", "deflate"):
            raise SourceError(f"网页用了不支持的压缩方式（{_shown(self.coding)}）", _BY_HAND)
        raw_deflate = self.coding == "deflate" and self.data[:1] != b"\x78"      # zlib's own header is often left out
        unpacker = zlib.decompressobj(-15 if raw_deflate else 47)
        try:
            content = unpacker.decompress(bytes(self.data), most + 1)
        except zlib.error as error:
            raise SourceError("网页的压缩内容已损坏", _LATER) from error
        if len(content) > most:
            raise _too_large(most)
        if not unpacker.eof or unpacker.unused_data:
            raise SourceError("网页的压缩内容不完整", _LATER)
        return content


def _retry_after(written: str) -> float:
    """Seconds from a number or a date (RFC 9110, 10.2.3); a few where the site says nothing we understand."""
    if written.strip().isdecimal():
        return float(written[:9])
    with contextlib.suppress(ValueError, TypeError):
        return max((parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds(), 0.0)
    return 5.0


def _digest(headers: http.client.HTTPMessage) -> bytes:
    """The sha-256 of the whole page where the site states it: Repr-Digest (RFC 9530) or Digest (RFC 3230)."""
    for name, form in (("Repr-Digest", r"sha-256=:([A-Za-z0-9+/=]+):"), ("Digest", r"(?i)sha-256=([A-Za-z0-9+/=]+)")):
        if stated := re.search(form, headers.get(name, "")):
            with contextlib.suppress(ValueError):
                return base64.b64decode(stated[1], validate=True)
    return b""


def _too_large(most: int) -> SourceError:
    return SourceError(f"网页超过 {most / 1024 / 1024:.0f} MB 上限", _BY_HAND)


def _shown(text: str) -> str:
    """What a stranger wrote, short and visible."""
    return "".join(c if c.isprintable() else "?" for c in text)[:80] or "（空）"
