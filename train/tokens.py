"""Makes kb/tokens_zh.tiktoken, the encoding that counts tokens of Chinese legal text without any download.

    python train/tokens.py STATUTES.jsonl.gz

STATUTES holds one article a line, as JSON with a `text` field. Byte-level BPE as `tokenizers` learns it has no random
element, so the same input gives the same file. `tokenizers` arrives with chromadb; nothing else is needed.
"""

import argparse
import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from kb.tokens import RANKS_FILE

__all__ = ["byte_alphabet", "main", "ranks", "train"]

VOCABULARY = 8192        # 130 KB; 32k would be 714 KB to count 23 % closer, which the safety factor swallows anyway


def byte_alphabet() -> dict[str, int]:
    """The printable character that stands for each byte in byte-level BPE (GPT-2's table), to the byte."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + i): byte for i, byte in enumerate(hidden)}


def articles(path: Path) -> Iterator[str]:
    """The text of each article."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def train(texts: Iterator[str]) -> Tokenizer:
    """Byte-level BPE over the texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def ranks(tokenizer: Tokenizer) -> list[bytes]:
    """Tokens as bytes, in the order they were merged: what tiktoken calls mergeable ranks."""
    alphabet = byte_alphabet()
    ordered = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return [bytes(alphabet[c] for c in token) for token, _ in ordered]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("statutes", type=Path)
    parser.add_argument("--out", type=Path, default=RANKS_FILE)
    given = parser.parse_args()
    learned = ranks(train(articles(given.statutes)))
    given.out.write_text("".join(f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(learned)),
                         encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
