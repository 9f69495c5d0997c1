"""The 依据 line of our own pages: references to the law in force, and to older or coming versions for comparison."""

import re
from collections.abc import Iterable
from functools import lru_cache

from kb.statute import find_refs, parse_ref
from kb.types import StatuteRef

__all__ = ["place_of", "refs_to_current_law", "version_named"]

_PLACE = re.compile(r"《([^》]+)》([一二三四五六七八九十]、\S.*)")


def version_named(reference: str) -> str:
    """The label of the version that a reference names, 2019修正 in 《反不正当竞争法》（2019修正）第九条; else empty."""
    return next((mention.label for mention in find_refs(reference, {})), "")


def place_of(reference: str) -> tuple[str, str] | None:
    """Document and locator of a place of a plan, which has no articles: 《…方案》二、(三)7. None for anything else."""
    found = _PLACE.fullmatch(reference)
    return (found[1], found[2]) if found else None


def refs_to_current_law(basis: Iterable[str]) -> list[StatuteRef]:
    """The articles of a 依据 line. One that names its version is cited for comparison; its number means nothing today."""
    return [ref for written in basis if (ref := _current(written)) is not None]


@lru_cache(maxsize=4096)
def _current(reference: str) -> StatuteRef | None:
    return None if version_named(reference) else parse_ref(reference)
