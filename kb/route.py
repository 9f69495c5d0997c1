"""Where a question goes on its way to a model service: the host, and the proxy before it that the environment names.

Whoever runs a proxy sees at least whom a request goes to, so what is used is said, and nothing else is used: the chat model
connects through exactly what `proxy_for` returns.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from kb.providers import is_loopback

__all__ = ["host_of", "proxy_for", "proxy_host"]


def host_of(address: str) -> str:
    """Host and port of an address as a person would name it: without user, password, path."""
    return urlsplit(address).netloc.rpartition("@")[2]


def proxy_for(base_url: str) -> str:
    """The proxy's address, http://…; empty where there is none, for this machine, and where NO_PROXY excepts the host."""
    target = urlsplit(base_url)
    if not target.hostname or is_loopback(base_url) or proxy_bypass(host_of(base_url)):
        return ""
    named = getproxies()
    proxy = (named.get(target.scheme) or named.get("all") or "").strip()
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def proxy_host(base_url: str) -> str:
    """Host and port of that proxy; empty where there is none."""
    return host_of(proxy_for(base_url))
