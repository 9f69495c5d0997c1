"""Gathers how characters sound and which words are words: `python -m train.homophones --statutes PATH` writes
kb/model/homophones.tsv.

A word is a pair of characters that stands together far more often than chance has it, in the pages of the library, the statutes or
the lay questions (there more often: some are misspelt on purpose). A term is one of the glossary or of the words of the lexicon. pypinyin, a
development dependency, says how characters sound, without tones.
"""

import gzip
import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from pypinyin import lazy_pinyin

from kb.assemble import LIBRARY_FOLDER
from kb.homophones import HOMOPHONES_FILE
from kb.lexicon import bundled_lexicon
from kb.questions import bundled_questions

# Times, and log of how much more often than chance.
_OFTEN_MISTAKEN = {"同行"}       # 通行 is a word as well
_PAGES, _LAW, _QUESTIONS = (3, 2.0), (8, 2.0), (6, 1.0)


def words(text: str, seen: int, together: float) -> set[str]:
    """Pairs of Chinese characters that belong together."""
    characters = Counter(c for c in text if "\u4e00" <= c <= "\u9fff")
    pairs = Counter(a + b for a, b in pairwise(text) if a in characters and b in characters)
    total = sum(characters.values())
    return {pair for pair, n in pairs.items()
            if n >= seen and math.log(n * total / (characters[pair[0]] * characters[pair[1]])) >= together}


def main(statutes: Annotated[Path, typer.Option(help="articles of national law, JSON lines, gzip")]) -> None:
    pages = "\n".join("\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("问："))
                      for path in sorted(LIBRARY_FOLDER.rglob("*")) if path.suffix in (".md", ".toml"))
    asked = "\n".join(question for questions in bundled_questions().values() for question in questions)
    with gzip.open(statutes, "rt", encoding="utf-8") as file:
        law = "\n".join(json.loads(line)["text"] for line in file)
    lexicon = bundled_lexicon()
    terms = sorted({*lexicon.field, *lexicon.expand, *lexicon.misspelt.values()} - _OFTEN_MISTAKEN, key=lambda term: (-pages.count(term), term))
    known = words(pages, *_PAGES) | words(law, *_LAW) | words(asked, *_QUESTIONS)
    known |= {term[i:i + 2] for term in terms for i in range(len(term) - 1)}
    by_sound: dict[str, str] = {}
    for code in range(0x4E00, 0x9FA6):
        if (character := chr(code)).encode("gb2312", "ignore"):
            sound = lazy_pinyin(character)[0]
            by_sound[sound] = by_sound.get(sound, "") + character
    rows = [*by_sound.items(), *(("word", word) for word in sorted(known)), *(("term", term) for term in terms)]
    HOMOPHONES_FILE.write_text("".join(f"{kind}\t{written}\n" for kind, written in rows), encoding="utf-8")
    typer.echo(f"{len(known)} words and {len(terms)} terms written to {HOMOPHONES_FILE}")


if __name__ == "__main__":
    typer.run(main)
