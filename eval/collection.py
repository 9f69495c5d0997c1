"""A collection of articles of any size, cut or enlarged from those of a statutes file; the same one each time."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from kb.types import Passage, Version

__all__ = ["Document", "collection"]

Document = tuple[Version, tuple[Passage, ...]]
_ALTERED = 10              # one character in so many is another one in a repetition
_POOL = 500                # articles whose characters replace others, so that frequent ones stay frequent


def collection(documents: Sequence[Document], size: int, wanted: Collection[str], ours: Callable[[Version], bool]) -> list[Document]:
    """`size` articles: first those whose ids are `wanted`, then those of laws that are `ours`, then others drawn by lot.

    Beyond all there are, laws are repeated under another title, with one character in ten replaced by another one and
    without lay questions, so that no two passages are alike.
    """
    held = sum(len(passages) for _, passages in documents)
    chosen, pool = _cut(documents, size, wanted, ours), "".join(passage.text for _, passages in documents for passage in passages[:_POOL])[:100_000]
    for turn in range(1, size // held + 1):
        chosen += [_repeated(document, turn, pool) for document in _cut(documents, min(held, size - turn * held), (), ours)]
    return chosen


def _cut(documents: Sequence[Document], size: int, wanted: Collection[str], ours: Callable[[Version], bool]) -> list[Document]:
    if size >= sum(len(passages) for _, passages in documents):
        return list(documents)
    lot = random.Random(0)
    known = [ours(version) for version, _ in documents]
    order = sorted((passage.id not in wanted, not known_here, lot.random(), passage.id)
                   for (_, passages), known_here in zip(documents, known, strict=True) for passage in passages)
    chosen = {id_ for *_, id_ in order[:size]}
    cut = [(version, tuple(passage for passage in passages if passage.id in chosen)) for version, passages in documents]
    return [document for document in cut if document[1]]


def _repeated(document: Document, turn: int, pool: str) -> Document:
    version, passages = document
    title = f"{version.title}（改写{turn}）"
    renamed = replace(version, id=f"{version.id}~{turn}", document=title, title=title)
    return renamed, tuple(
        replace(passage, id=f"{passage.id}~{turn}", version=renamed, questions=(), text=_altered(passage.text, f"{turn}:{passage.id}", pool))
        for passage in passages)


def _altered(text: str, seed: str, pool: str) -> str:
    lot, characters = random.Random(seed), list(text)
    for place in lot.sample(range(len(characters)), -(-len(characters) // _ALTERED)):
        characters[place] = lot.choice(pool)
    return "".join(characters)
