"""The program's version and licence, and what it is built from: as installed here, read from the packages themselves."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata

__all__ = ["LICENCE", "ThirdParty", "licence_text", "program_version", "third_parties"]

LICENCE = "Apache-2.0"
_PROGRAM = "zhiwen"


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A package the program needs, as it is installed. `licence` is empty where the package does not say."""

    name: str
    version: str
    licence: str


def program_version() -> str:
    """Of the installed program; empty where it runs without having been installed."""
    try:
        return metadata.version(_PROGRAM)
    except metadata.PackageNotFoundError:
        return ""


def licence_text() -> str:
    """The program's LICENSE file; empty where it runs without having been installed."""
    try:
        program = metadata.distribution(_PROGRAM)
    except metadata.PackageNotFoundError:
        return ""
    return program.read_text("licenses/LICENSE") or program.read_text("LICENSE") or ""


@lru_cache(maxsize=1)
def third_parties() -> tuple[ThirdParty, ...]:
    """What the program itself asks for, extras aside, in alphabetical order."""
    try:
        asked = metadata.requires(_PROGRAM) or []
    except metadata.PackageNotFoundError:
        return ()
    names = sorted({re.split(r"[^\w.-]", line)[0] for line in asked if "extra ==" not in line}, key=str.casefold)
    return tuple(filter(None, map(_third_party, names)))


def _third_party(name: str) -> ThirdParty | None:
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    # Some packages put the whole text of their licence into the field: its first line names it.
    written = [line.strip() for text in facts.get_all("License") or [] for line in text.strip().splitlines()[:1]]
    return ThirdParty(name, facts["Version"], next(iter([*(facts.get_all("License-Expression") or []), *classified, *written]), ""))
