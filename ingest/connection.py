"""Encrypted connections to exactly the address that was checked, and nowhere else.

Made here rather than by a client library, because a name may lead elsewhere between the check and the connection.
Proxies of the environment are not used: an operator who needs one names it.
"""

import contextlib
import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.errors import ConfigError, SourceError

__all__ = ["BoundedSocket", "Connections", "FetchPolicy", "UnknownHost", "is_public"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, and says so itself: no IPv4 address inside an IPv6 one."""
    # Asked here too, because newer Pythons judge such an address by the IPv4 one inside it.
    if isinstance(address, ipaddress.IPv6Address) and (
            address.ipv4_mapped or address.sixtofour or address.teredo or address in _NAT64 or address.is_site_local):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _system_addresses(host: str, port: int) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be contacted, and how much of it. Sizes in bytes, times in seconds.

    `resolve`, `may_connect`, `tls`, `port` and `sleep` are what tests replace to play the official sites on loopback.
    """

    hosts: frozenset[str]                     # exact names
    proxy: str = ""                           # http://host:port named by the operator; empty: straight to the site
    max_bytes: int = 20 * 1024 * 1024         # as received, and once more when unpacked
    read_s: float = 20.0                      # for each wait on the network
    total_s: float = 180.0                    # for one page with its redirects and retries
    pause_s: float = 1.0                      # between two requests to one host
    longest_wait_s: float = 60.0              # a site that asks for more patience is reported instead
    attempts: int = 3
    redirects: int = 3
    port: int = 443
    resolve: Callable[[str, int], Sequence[str]] = _system_addresses
    may_connect: Callable[[Address], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    sleep: Callable[[float], None] = time.sleep


class UnknownHost(OSError):
    """The name has no address, as far as could be found out now."""


class Connections:
    """Opens connections as a policy allows them."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._tls = policy.tls()
        self._proxy = _proxy(policy.proxy)

    @contextmanager
    def to(self, host: str, deadline: float) -> Iterator["BoundedSocket"]:
        """An encrypted connection to a host of the list, closed on leaving; no wait on it outlives `deadline`.

        Raises:
            SourceError: the name leads to an address that may not be contacted.
            OSError: no connection; an unknown name, a certificate that does not verify and a time-out among them.
        """
        wait = max(min(self._policy.read_s, deadline - time.monotonic()), 0.001)
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(contextlib.closing(self._dial(host, wait)))
            # A connection that merely ends must not pass for the end of a page without a length: ragged ends are errors.
            secure = stack.enter_context(contextlib.closing(self._tls.wrap_socket(
                plain, server_hostname=host, suppress_ragged_eofs=False)))
            yield BoundedSocket(secure, self._policy.read_s, deadline)

    def _dial(self, host: str, wait: float) -> socket.socket:
        """A connection to an address that was checked, or through the proxy the operator named."""
        if self._proxy:
            # The proxy looks the name up; that name and its certificate are checked all the same.
            tunnel = http.client.HTTPConnection(*self._proxy, timeout=wait)
            tunnel.set_tunnel(host, self._policy.port)
            tunnel.connect()
            return tunnel.sock
        trouble: OSError = ConnectionError()
        for address in self._addresses(host):
            try:
                return socket.create_connection((str(address), self._policy.port), timeout=wait)
            except OSError as error:
                trouble = error
        raise trouble

    def _addresses(self, host: str) -> list[Address]:
        """Every address of the name. One that is not public condemns all: a public name has no business inside."""
        try:
            found = [ipaddress.ip_address(each) for each in self._policy.resolve(host, self._policy.port)]
        except (OSError, ValueError) as error:
            raise UnknownHost(host) from error
        if not found:
            raise UnknownHost(host)
        for address in found:
            if not self._policy.may_connect(address):
                raise SourceError(f"{host} 解析到非公网地址 {address}，没有访问", "请检查本机的域名解析（DNS）设置")
        return list(dict.fromkeys(found))


class BoundedSocket:
    """A connection on which no wait outlives `deadline`: a server that sends a byte now and then is cut off, too.

    Made for `http.client`, which may close it before the answer is read; whoever opened the connection closes it.
    """

    def __init__(self, connection: socket.socket, read_s: float, deadline: float) -> None:
        self._connection, self._read_s, self._deadline = connection, read_s, deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def sendall(self, data: bytes) -> None:
        self._limit().sendall(data)

    def recv_into(self, buffer: memoryview) -> int:
        return self._limit().recv_into(buffer)

    def close(self) -> None:
        """Nothing: see above."""

    def _limit(self) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(self._read_s, left))
        return self._connection


class _Incoming(io.RawIOBase):
    def __init__(self, source: BoundedSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:      # type: ignore[override]
        return self._source.recv_into(buffer)


def _proxy(address: str) -> tuple[str, int] | None:
    """Host and port of --proxy. Raises ConfigError for anything but http://host:port."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme != "http" or parts.username or parts.path not in ("", "/"):
        raise ConfigError("看不懂代理地址", "请写成 http://主机:端口（不支持带账号的代理）")
    return host, port
