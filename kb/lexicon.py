"""From the words people type to the words the law uses: misspellings, traditional characters, lay terms.

The data is `lexicon.toml` beside this module and the glossary of the bundled library; nothing here decides what an
answer says.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from kb.glossary import Glossary, bundled_glossary
from kb.homophones import Homophones, bundled_homophones
from kb.text import strip_controls

__all__ = ["Lexicon", "bundled_lexicon"]

_ZEROS = re.compile(r"(?<=\d)[оОoOοΟ]+(?=[оОoOοΟ]*[万亿千百元])")      # letters typed, or pasted, for zeros: 5оо万
_ONE_WIDTH = {wide: wide - 0xFEE0 for wide in (*range(ord("０"), ord("９") + 1), *range(ord("Ａ"), ord("Ｚ") + 1), *range(ord("ａ"), ord("ｚ") + 1))}


@dataclass(frozen=True)
class Lexicon:
    """`expand` maps a lay term to legal terms to search for as well; `field` holds the terms of our field; `named` maps a word
    to the document it stands for; `subjects` are terms that an answer must contain when the question does, and `apart` those
    whose sentences answer nothing else; `latin` English and pinyin words, lower case, with the Chinese for each."""

    misspelt: Mapping[str, str]
    expand: Mapping[str, tuple[str, ...]]
    traditional: Mapping[int, str]
    field: frozenset[str]
    named: Mapping[str, str]
    subjects: tuple[str, ...]
    apart: tuple[str, ...]
    latin: Mapping[str, str]
    homophones: Homophones

    def correct(self, text: str) -> str:
        """The question without invisible characters, in simplified characters, digits and letters of one width, known misspellings
        put right.

        One in Latin letters alone becomes the Chinese for those of its words that are known.
        """
        text = _ZEROS.sub(lambda match: "0" * len(match[0]), strip_controls(text).translate({**_ONE_WIDTH, **self.traditional}))
        for wrong, right in self.misspelt.items():
            text = text.replace(wrong, right)
        text = self.homophones.correct(text)
        if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 and not re.search(r"[\u3400-\u9fff]", text):
            text = "".join(self.latin[word.lower()] for word in self._known_latin.findall(text)) or text
        return text.strip()

    @cached_property
    def _known_latin(self) -> re.Pattern[str]:
        longest_first = sorted(self.latin, key=lambda word: -len(word))
        return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?=e?s?\b)", re.IGNORECASE)

    def expansions(self, text: str) -> tuple[str, ...]:
        """Legal terms for the lay terms of a corrected question, without those it already uses, in order."""
        return tuple(dict.fromkeys(term for legal in self.equivalents(text).values() for term in legal
                                   if term not in text))

    def equivalents(self, text: str) -> dict[str, tuple[str, ...]]:
        """The lay terms of a corrected question with the legal terms for each."""
        return {lay: legal for lay, legal in self.expand.items() if lay in text}

    def document_meant(self, text: str) -> str:
        """The document a corrected question means without naming it, or an empty string."""
        return next((document for word, document in self.named.items() if word in text), "")

    def telling(self, text: str) -> int:
        """How many terms of our field, and lay words for them, a corrected text has."""
        return sum(term in text for term in self.field | self.expand.keys())

    def in_field(self, text: str) -> bool:
        """Whether a corrected question uses a word of our field."""
        return any(term in text for term in self.field)


@cache
def bundled_lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    data = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8"))
    glossary = bundled_glossary()
    pairs = zip(data["traditional"]["from"], data["traditional"]["to"], strict=True)
    return Lexicon(
        misspelt=data["misspelt"],
        expand=_expansions(data["expand"], glossary),
        traditional={ord(old): new for old, new in pairs},
        field=frozenset(data["field"]["terms"]) | {word for term in glossary.terms for word in (term.name, *term.also)},
        named=data["named"],
        subjects=tuple(data["subjects"]["terms"]),
        apart=tuple(data["subjects"]["apart"]),
        latin={term.english.lower(): term.name for term in glossary.terms} | data["latin"],
        homophones=bundled_homophones(),
    )


def _expansions(own: Mapping[str, list[str]], glossary: Glossary) -> dict[str, tuple[str, ...]]:
    """The lay words of the lexicon, and the other words for each term of the glossary."""
    named = {word: term.name for term in glossary.terms for word in term.also}
    return {lay: tuple(dict.fromkeys((*own.get(lay, ()), *([named[lay]] if lay in named else ()))))
            for lay in dict.fromkeys((*own, *named))}
