"""The terms of the field: what each means in plain words, its English, the words people use for it, its legal definition.

The data is `library/glossary.toml`; the lexicon reads it too, so that a term has one home.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kb.errors import SourceError
from kb.statute import parse_ref

__all__ = ["GLOSSARY_FILE", "TITLE", "Glossary", "Term", "bundled_glossary"]

TITLE = "术语表"         # of the page that the library makes of it
GLOSSARY_FILE = Path(__file__).parent / "library" / "glossary.toml"


@dataclass(frozen=True, slots=True)
class Term:
    """`plain` is one to three sentences; `basis` the articles that define or use the term, each `str(StatuteRef)`;
    `also` are other words for it, as lay people say them."""

    name: str
    english: str
    plain: str
    basis: tuple[str, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms in the order of the file. `valid_from` is the day since when all the law they rest on has been in force."""

    version: str
    valid_from: date
    terms: tuple[Term, ...]

    @classmethod
    def load(cls, text: str) -> "Glossary":
        """Read the glossary.

        Raises:
            SourceError: not TOML, a key unknown or missing, a reference that does not parse, or one word for two terms;
                the term is named.
        """
        try:
            data = tomllib.loads(text)
            terms = tuple(_term(raw) for raw in data["term"])
            glossary = cls(data["version"], data["valid_from"], terms)
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise SourceError(f"术语表不是有效的 TOML，或者缺少 {error}", "请改正 glossary.toml") from error
        _refuse_twins(terms)
        return glossary


@cache
def bundled_glossary() -> Glossary:
    """The glossary that ships with the program; read once a process."""
    return Glossary.load(GLOSSARY_FILE.read_text(encoding="utf-8"))


_KEYS = {"name": str, "english": str, "plain": str, "basis": list, "also": list}


def _term(raw: dict[str, Any]) -> Term:
    name = str(raw.get("name", "（没有 name）"))
    for key, value in raw.items():
        if key not in _KEYS or not isinstance(value, _KEYS[key]):
            raise _fault(name, f"不认识的键或值 {key}")
    if missing := [key for key in ("name", "english", "plain", "basis") if not raw.get(key)]:
        raise _fault(name, f"缺少 {'、'.join(missing)}")
    if wrong := [ref for ref in raw["basis"] if parse_ref(ref) is None]:
        raise _fault(name, f"依据“{'”“'.join(wrong)}”读不成条文")
    return Term(name, raw["english"], raw["plain"], tuple(raw["basis"]), tuple(raw.get("also", ())))


def _refuse_twins(terms: tuple[Term, ...]) -> None:
    owner: dict[str, str] = {}
    for term in terms:
        for word in (term.name, *term.also):
            if word in owner:
                raise _fault(term.name, f"“{word}”已经属于“{owner[word]}”")
            owner[word] = term.name


def _fault(term: str, what: str) -> SourceError:
    return SourceError(f"术语表的“{term}”有误：{what}", "请改正 glossary.toml 中的这一条")
