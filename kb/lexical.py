"""BM25 over character uni- and bigrams, in tantivy. Positions are off: the stored terms cannot be put back in order."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from kb.ports import IndexEntry
from kb.text import grams

__all__ = ["LexicalIndex", "write_lexical"]

_TOKENIZER = "terms"
# A field of its own for lay questions: 64 % of unseen ones find their article in the top ten, 61 % when the questions are
# appended to the text, 43 % without; a larger boost gains a little there and costs as much on articles that have none.
_FIELDS = (("body", 1.0), ("questions", 1.0))
_MOST_TERMS = 400            # beyond that a query is a document, and its frequent terms decide nothing
_HEAP = 64_000_000


def write_lexical(folder: Path, put: Iterable[IndexEntry], *, removed: Iterable[str] = ()) -> None:
    """Add entries to the index in `folder` (made where it is missing), replacing those with the same id.

    Terms of replaced and removed entries stay in the files until tantivy merges segments, so whoever must be sure
    that removed text is gone from the disk writes a fresh folder instead.
    """
    fresh = not tantivy.Index.exists(str(folder)) if folder.exists() else True
    folder.mkdir(parents=True, exist_ok=True)
    index = _open(folder)
    writer = index.writer(_HEAP, 1)
    for passage_id in removed:
        writer.delete_documents_by_term("id", passage_id)
    for entry in put:
        if not fresh:
            writer.delete_documents_by_term("id", entry.id)
        writer.add_document(tantivy.Document(
            id=entry.id, body=" ".join(grams(f"{entry.title}\n{entry.heading}\n{entry.text}")),
            questions=" ".join(grams(entry.questions))))
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """Read side. The folder must be the reader's own copy: tantivy locks and watches the folder it opens."""

    def __init__(self, folder: Path) -> None:
        self._index = _open(folder)
        self._searcher = self._index.searcher()

    def search(self, query: str, top: int) -> list[tuple[str, float]]:
        """(passage id, score), best first, equal scores by id. The text is cut into terms, never parsed as a query."""
        counts = Counter(grams(query))
        if not counts or top < 1:
            return []
        schema = self._index.schema
        wanted = [(tantivy.Occur.Should, tantivy.Query.boost_query(
                       tantivy.Query.term_query(schema, name, term, index_option="freq"), boost * count))
                  for term, count in list(counts.items())[:_MOST_TERMS] for name, boost in _FIELDS]
        found = self._searcher.search(tantivy.Query.boolean_query(wanted), limit=top, count=False).hits
        hits = [(str(self._searcher.doc(address)["id"][0]), float(score)) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency as BM25 computes it; the largest for a term that occurs nowhere."""
        total = len(self)
        return {term: _idf(total, max(self._searcher.doc_freq(name, term) for name, _ in _FIELDS)) for term in terms}

    def ids(self) -> list[str]:
        """Every passage id, sorted."""
        if not len(self):
            return []
        found = self._searcher.search(tantivy.Query.all_query(), limit=len(self), count=False).hits
        return sorted(str(self._searcher.doc(address)["id"][0]) for _, address in found)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)


def _idf(total: int, frequency: int) -> float:
    frequency = min(frequency, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _open(folder: Path) -> tantivy.Index:
    """The tokenizer lives in the process, not in the files, so it is registered on every open."""
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name, _ in _FIELDS:
        schema.add_text_field(name, tokenizer_name=_TOKENIZER, index_option="freq")
    index = tantivy.Index(schema.build(), path=str(folder))
    index.register_tokenizer(_TOKENIZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
