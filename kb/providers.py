"""Chat services by name: addresses and default models as data (`providers.toml`), and which of them stay on this machine."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb.errors import ConfigError

__all__ = ["Provider", "is_loopback", "provider_named", "providers", "stays_here"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One preset. `check` is where an operator sees whether address and model still hold."""

    name: str
    label: str
    base_url: str
    model: str                          # empty: whoever runs the server decides
    local: bool                         # the address is on this machine
    check: str
    note: str
    options: dict[str, Any] = field(default_factory=dict)      # sent along, with the default model only
    also: tuple[str, ...] = ()          # other spellings of the name


@cache
def providers() -> tuple[Provider, ...]:
    """All presets, in the order of the file."""
    entries = tomllib.loads(Path(__file__).with_name("providers.toml").read_text(encoding="utf-8"))["provider"]
    return tuple(Provider(**{**entry, "also": tuple(entry.get("also", ()))}) for entry in entries)


def provider_named(name: str) -> Provider:
    """The preset of this name, in any case.

    Raises:
        ConfigError: there is none; the remedy lists those there are.
    """
    wanted = name.strip().lower()
    for provider in providers():
        if wanted in (provider.name, *provider.also):
            return provider
    known = "、".join(provider.name for provider in providers())
    raise ConfigError("ZHIWEN_PROVIDER 写的服务不在预设里",
                      f"可以写 {known}；其他服务请直接写 ZHIWEN_BASE_URL 和 ZHIWEN_MODEL")


def is_loopback(base_url: str) -> bool:
    """Whether the address is of this machine itself."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def stays_here(base_url: str, model: str) -> bool:
    """Whether what is sent to this model stays on this machine.

    Ollama passes what it is asked of a `…-cloud` or `…:cloud` model on to its own servers.
    """
    return is_loopback(base_url) and not re.search(r"[:-]cloud$", model.strip().lower())
