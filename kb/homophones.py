"""Characters typed for others that sound alike: 赔尝 for 赔偿, 证剧 for 证据. Data made by `train/homophones.py`.

Only characters that belong to none of their neighbours are doubted, and only a whole term of our field that sounds the same takes their
place: what is right, though rare, stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.errors import ConfigError

__all__ = ["HOMOPHONES_FILE", "Homophones", "bundled_homophones"]

HOMOPHONES_FILE = Path(__file__).parent / "model" / "homophones.tsv"
_LONGEST = 6
# Words of one character, which belong to no neighbour and are right.
_ALONE = frozenset("到的了在和把被给让跟对向从是有没不也都就还又再很我你他她它们这那哪个只要能会可想去来说看做用拿带吗呢啊吧么啥咋得过着"
                   "上下里外时人一二三四五六七八九十")


@dataclass(frozen=True)
class Homophones:
    """`readings` say how a character sounds, `words` are pairs of characters that are not doubted, `terms` the terms of our field
    by their sound."""

    readings: Mapping[str, str]
    words: frozenset[str]
    terms: Mapping[tuple[str, ...], str]

    @classmethod
    def of(cls, readings: Mapping[str, str], words: Iterable[str], terms: Iterable[str]) -> "Homophones":
        """Where two terms sound the same, the first one counts."""
        by_sound: dict[tuple[str, ...], str] = {}
        for term in terms:
            if len(term) <= _LONGEST and all(character in readings for character in term):
                by_sound.setdefault(tuple(readings[c] for c in term), term)
        return cls(readings, frozenset(words), by_sound)

    def correct(self, text: str) -> str:
        """The text with doubtful characters put right, longest terms first."""
        sounds = [self.readings.get(character, "") for character in text]
        for length in range(_LONGEST, 1, -1):
            for start in range(len(text) - length + 1):
                term = self.terms.get(tuple(sounds[start:start + length]), "")
                wrong = [i for i in range(length) if term and text[start + i] != term[i]]
                if wrong and len(wrong) <= length // 2 and all(self._doubtful(text, start + i) for i in wrong):
                    text = text[:start] + term + text[start + length:]
        return text

    def _doubtful(self, text: str, i: int) -> bool:
        """Whether the character makes no word with the one before or after it, nor is one."""
        return text[i] not in _ALONE and text[i - 1:i + 1] not in self.words and text[i:i + 2] not in self.words


@cache
def bundled_homophones() -> Homophones:
    """The shipped data, read once.

    Raises:
        ConfigError: the file is missing or damaged.
    """
    try:
        rows = [line.split("\t") for line in HOMOPHONES_FILE.read_text(encoding="utf-8").splitlines()]
        kinds: dict[str, list[str]] = {"word": [], "term": []}
        readings: dict[str, str] = {}
        for kind, written in rows:
            if kind in kinds:
                kinds[kind].append(written)
            else:
                readings.update(dict.fromkeys(written, kind))
    except (OSError, ValueError) as error:
        raise ConfigError(f"同音字表读不出来（{type(error).__name__}）", "请重新安装本程序") from None
    return Homophones.of(readings, kinds["word"], kinds["term"])
