"""Counts tokens for the context budget; the only importer of tiktoken.

tiktoken downloads its encodings on first use, which this program must not do. Two sources remain: the genuine file
where the operator already has it and the model is known to use it, and our own encoding, trained on Chinese statutes by
`train/tokens.py`, times a factor that makes up for not knowing the model's own.
"""

import base64
import hashlib
import logging
import math
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import ConfigError

if TYPE_CHECKING:
    import tiktoken

__all__ = ["RANKS_FILE", "SAFETY", "LegalTokenCounter", "read_ranks", "word_bigrams"]

RANKS_FILE = Path(__file__).with_name("tokens_zh.tiktoken")

# Our vocabulary knows statutes, a remote model's does not: 0.455 token a character here against up to 1.3 in
# cl100k_base. 1.3 / 0.455 = 2.9; Qwen- and DeepSeek-class vocabularies (0.6 to 0.7) are over-counted, which only
# leaves room unused.
SAFETY = 3.0
_PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
_STRETCH = 20_000     # characters handed over at once: one run without punctuation must not cost quadratic time

# Where tiktoken keeps cl100k_base (sha1 of its address) and what the genuine file hashes to. Counting with it is exact
# for the models that use it and too high, never too low, for the newer o200k_base. Of other vocabularies it says nothing.
_COUNTED_BY_GENUINE = ("cl100k_base", "o200k_base", "o200k_harmony")
_GENUINE_NAME = hashlib.sha1(b"https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
                             usedforsecurity=False).hexdigest()
_GENUINE_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
_GENUINE_PATTERN = (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"""
                    r"""|\s++$|\s*[\r\n]|\s+(?!\S)|\s""")


def read_ranks(data: bytes) -> dict[bytes, int]:
    """Lines of `base64 rank`, as tiktoken's own files have them. Its loader would copy the file to a cache folder."""
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines() if line)}


@cache
def word_bigrams() -> frozenset[str]:
    """Character bigrams that stand inside a word of Chinese legal text, as the shipped encoding learnt its words.

    离婚 is one, 权找 (the seam of 侵权找谁) is not.
    """
    words = (token.decode("utf-8", errors="ignore") for token in read_ranks(RANKS_FILE.read_bytes()))
    return frozenset(word[i:i + 2] for word in words for i in range(len(word) - 1)
                     if all("\u4e00" <= character <= "\u9fff" for character in word[i:i + 2]))


def _counted_by_genuine(model: str) -> bool:
    import tiktoken

    try:
        return tiktoken.encoding_name_for_model(model) in _COUNTED_BY_GENUINE
    except KeyError:        # a model tiktoken has never heard of, as most are
        return False


class LegalTokenCounter:
    """Tokens of a text, from above: by the encoding of `model` where it is known and `cache` holds it, else by ours
    times `SAFETY`.

    `cache` is the folder tiktoken caches in (TIKTOKEN_CACHE_DIR); a file there that is not genuine is left alone, said so
    in the log, and not used. Nothing is ever downloaded.
    """

    def __init__(self, cache: Path | None = None, model: str = "") -> None:
        self._cache, self._model = cache, model

    @cached_property
    def _encoding(self) -> tuple["tiktoken.Encoding", float]:
        import tiktoken

        genuine = self._genuine()
        if genuine is not None:
            return tiktoken.Encoding("cl100k_base", pat_str=_GENUINE_PATTERN, mergeable_ranks=read_ranks(genuine),
                                     special_tokens={}), 1.0
        try:
            ranks = read_ranks(RANKS_FILE.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError("程序自带的词元表缺失或已损坏", "请重新安装知问") from error
        return tiktoken.Encoding("zhiwen_zh", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={}), SAFETY

    def _genuine(self) -> bytes | None:
        path = self._cache / _GENUINE_NAME if self._cache else None
        if path is None or not path.is_file() or not _counted_by_genuine(self._model):
            return None
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == _GENUINE_SHA256:
            return data
        logging.getLogger("zhiwen").warning("%s is not the genuine cl100k_base; counting with our own encoding", path)
        return None

    def ids(self, text: str) -> list[int]:
        """Token ids, for callers that insist on them (LangChain); as many as `count` only where the factor is 1."""
        encoding, _ = self._encoding
        stretches = (text[i:i + _STRETCH] for i in range(0, len(text), _STRETCH))
        return [token for stretch in stretches for token in encoding.encode(stretch, disallowed_special=())]

    def count(self, text: str) -> int:
        """Tokens, rounded up; 0 for an empty text.

        Raises:
            ConfigError: the shipped encoding is missing or damaged.
        """
        return math.ceil(len(self.ids(text)) * self._encoding[1])
