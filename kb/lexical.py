"""BM25 over character uni- and bigrams, in tantivy. Positions are off: the stored terms cannot be put back in order.

A folder is a list of immutable segments of a few thousand passages. tantivy deletes by marking, which would leave the
words of a removed document in its files and count them in the statistics, so a segment that holds something removed is
written anew instead; the other segments are taken over as they are. Segments are built one at a time in folders of
their own, because a tantivy writer would merge them in the background.
"""

import json
import math
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from kb.ports import IndexEntry
from kb.text import grams

__all__ = ["LexicalIndex", "asked_of", "body_of", "idf", "write_lexical"]

TermsOf = Callable[[IndexEntry], Sequence[str]]

_TOKENIZER = "terms"
_FIELD = "terms"
_MOST_TERMS = 400            # beyond that a query is a document, and its frequent terms decide nothing
_HEAP = 64_000_000
_SEGMENT = 3_000             # passages: rewriting one takes 0.4 s; 20 of them answer as fast as a single one
_MOST_SMALL = 8              # segments under half that size; beyond this they are put together
_META = "meta.json"


def body_of(entry: IndexEntry) -> tuple[str, ...]:
    """Title, headings and text: what an entry says."""
    return grams(f"{entry.title}\n{entry.heading}\n{entry.text}")


def asked_of(entry: IndexEntry) -> tuple[str, ...]:
    """The lay questions of an entry, each cut by itself."""
    return tuple(term for question in entry.questions for term in grams(question))


def write_lexical(folder: Path, put: Iterable[IndexEntry], *, base: Path | None = None, removed: Iterable[str] = (),
                  kept: Callable[[Sequence[str]], Iterable[IndexEntry]] = lambda ids: (), terms_of: TermsOf = body_of) -> int:
    """Make the index in `folder`, which must not exist: what `base` holds, without `removed`, with `put`.

    Returns the number of entries it holds.

    `kept` yields by id the entries that share a segment with something removed or replaced; their segment is rewritten.
    `base` is only read. Afterwards no file of `folder` holds a term that only removed or replaced entries had.
    """
    folder.mkdir(parents=True)
    entries = {entry.id: entry for entry in put}
    segments: list[dict[str, Any]] = []
    if base:
        segments = _take_over(base, folder)
        gone = entries.keys() | set(removed)
        rewritten, held = _to_rewrite(folder, [segment["max_doc"] for segment in segments], gone)
        entries = {entry.id: entry for entry in kept([i for i in held if i not in gone])} | entries
        for ordinal in rewritten:
            _drop(folder, segments[ordinal])
        segments = [segment for ordinal, segment in enumerate(segments) if ordinal not in rewritten]
    todo = [(entry.id, terms_of(entry)) for entry in entries.values()]
    for i in range(0, len(todo), _SEGMENT):
        segments += _build(folder, todo[i:i + _SEGMENT])
    _write_meta(folder, segments)
    return sum(segment["max_doc"] for segment in segments)


class LexicalIndex:
    """Read side. The folder must be the reader's own copy: tantivy locks and watches the folder it opens."""

    def __init__(self, folder: Path) -> None:
        self._index = _open(folder)
        self._searcher = self._index.searcher()

    def search(self, query: str, top: int) -> list[tuple[str, float]]:
        """(passage id, score), best first, equal scores by id. The text is cut into terms, never parsed as a query.

        The score is BM25 as a share of the rarity of the query's terms, so that a score of another index can be laid
        beside it: about 1 where every term occurs, up to 2.2 where all occur often in a short text.
        """
        counts = dict(list(Counter(grams(query)).items())[:_MOST_TERMS])
        if not counts or top < 1:
            return []
        wanted = [(tantivy.Occur.Should, tantivy.Query.boost_query(
                       tantivy.Query.term_query(self._index.schema, _FIELD, term, index_option="freq"), count))
                  for term, count in counts.items()]
        found = self._searcher.search(tantivy.Query.boolean_query(wanted), limit=top, count=False).hits
        whole = sum(count * idf(len(self), self.frequency(term)) for term, count in counts.items())
        hits = [(str(self._searcher.doc(address)["id"][0]), float(score) / whole) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def frequency(self, term: str) -> int:
        """The number of entries that have the term."""
        return int(self._searcher.doc_freq(_FIELD, term))

    def ids(self, segments: Collection[int] | None = None) -> list[str]:
        """Every passage id, or those in some segments; sorted."""
        if not len(self):
            return []
        found = self._searcher.search(tantivy.Query.all_query(), limit=len(self), count=False).hits
        return sorted(str(self._searcher.doc(address)["id"][0]) for _, address in found
                      if segments is None or address.segment_ord in segments)

    def segments_of(self, ids: Iterable[str]) -> set[int]:
        """Where these passages are, counting segments as meta.json lists them."""
        by_id = (tantivy.Query.term_query(self._index.schema, "id", passage_id, index_option="basic") for passage_id in ids)
        return {address.segment_ord for query in by_id
                for _, address in self._searcher.search(query, limit=1, count=False).hits}

    def __len__(self) -> int:
        return int(self._searcher.num_docs)


def idf(total: int, frequency: int) -> float:
    """Inverse document frequency as BM25 computes it; the largest for a term that occurs nowhere."""
    frequency = min(frequency, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _take_over(base: Path, folder: Path) -> list[dict[str, Any]]:
    """Segments are never written again, so a second name for their files is enough where the file system has links."""
    meta = json.loads((base / _META).read_text(encoding="utf-8"))
    for segment in meta["segments"]:
        for path in _files(base, segment):
            try:
                os.link(path, folder / path.name)
            except OSError:
                shutil.copyfile(path, folder / path.name)
    shutil.copyfile(base / _META, folder / _META)
    segments: list[dict[str, Any]] = meta["segments"]
    return segments


def _to_rewrite(folder: Path, sizes: Sequence[int], gone: Collection[str]) -> tuple[set[int], list[str]]:
    """Segments that hold something gone, and all small ones once there are many, so that their number stays low; and
    the ids in them. The index is closed again before its files are removed, as Windows demands."""
    index = LexicalIndex(folder)
    chosen = index.segments_of(gone)
    small = {ordinal for ordinal, size in enumerate(sizes) if size < _SEGMENT // 2} - chosen
    if len(small) > _MOST_SMALL:
        chosen |= small
    return chosen, index.ids(chosen)


def _build(folder: Path, entries: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, Any]]:
    """One segment (tantivy may make more of very long texts), its files moved into `folder`."""
    workshop = folder / "building"
    workshop.mkdir()
    writer = _open(workshop).writer(_HEAP, 1)
    for passage_id, terms in entries:
        writer.add_document(tantivy.Document(id=passage_id, terms=" ".join(terms)))
    writer.commit()
    writer.wait_merging_threads()
    segments: list[dict[str, Any]] = json.loads((workshop / _META).read_text(encoding="utf-8"))["segments"]
    for segment in segments:
        for path in _files(workshop, segment):
            path.replace(folder / path.name)
    shutil.rmtree(workshop)
    return segments


def _write_meta(folder: Path, segments: list[dict[str, Any]]) -> None:
    """tantivy's list of segments, as an empty index of this schema has it, with ours entered."""
    blank = folder / "blank"
    blank.mkdir()
    _open(blank)
    meta = json.loads((blank / _META).read_text(encoding="utf-8"))
    shutil.rmtree(blank)
    (folder / _META).write_text(json.dumps(meta | {"segments": segments}), encoding="utf-8")
    names = [_META, *(path.name for segment in segments for path in _files(folder, segment))]
    (folder / ".managed.json").write_text(json.dumps(sorted(names)), encoding="utf-8")
    for lock in folder.glob(".tantivy-*.lock"):
        lock.unlink()


def _drop(folder: Path, segment: dict[str, Any]) -> None:
    for path in _files(folder, segment):
        path.unlink()


def _files(folder: Path, segment: dict[str, Any]) -> list[Path]:
    return sorted(folder.glob(f"{segment['segment_id'].replace('-', '')}.*"))


def _open(folder: Path) -> tantivy.Index:
    """The tokenizer lives in the process, not in the files, so it is registered on every open."""
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    schema.add_text_field(_FIELD, tokenizer_name=_TOKENIZER, index_option="freq")
    index = tantivy.Index(schema.build(), path=str(folder))
    index.register_tokenizer(_TOKENIZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
