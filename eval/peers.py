"""What people use instead, beside our own search: the same articles, the same questions, one run, one thread each.

The packages are those of the development group; one that is missing is left out and named. Each system is set up as its
documentation begins: LangChain's `BM25Retriever` is rank_bm25 over what `split` or jieba makes of the text.
"""

import importlib.util
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from eval.statutes import Asked, Measured, articles_of, measure, values_of
from kb.embedding import StaticEmbedder
from kb.retrieve import Weights
from kb.retriever import as_langchain_embeddings

__all__ = ["compare"]

_TOP, _ASKED = 100, 200      # the slowest takes a third of a second a question
_AT_ONCE = 5_000       # Chroma refuses more than 5,461
Search = Callable[[str], list[str]]      # a question to the ids of articles, best first


def compare(statutes: Path, asked: Sequence[Asked], say: Callable[[str], None]) -> list[Measured]:
    """Every system that is installed, ours last.

    Raises:
        ConfigError: the file of statutes cannot be read.
    """
    articles = articles_of(statutes)
    asked = random.Random(0).sample(list(asked), min(_ASKED, len(asked)))
    ids, texts = [id_ for id_, _ in articles], [text for _, text in articles]
    found = []
    for name, package, made in _SYSTEMS:
        if importlib.util.find_spec(package) is None:
            say(f"{name}：没有安装 {package}，略过")
            continue
        say(f"建立索引：{name}")
        found.append(_asked(name, made(ids, texts), asked))
    return found + measure(statutes, asked, say, {"知问": Weights()})


def _asked(name: str, search: Search, asked: Sequence[Asked]) -> Measured:
    rows, times = [], []
    search(asked[0].text)
    for question in asked:
        began = time.perf_counter()
        ranking = search(question.text)
        times.append((time.perf_counter() - began) * 1000)
        rows.append(values_of(ranking, question.gold))
    return Measured(name, np.array(rows), tuple(times))


def _rank_bm25(cut: Callable[[str], list[str]]) -> Callable[[Sequence[str], Sequence[str]], Search]:
    def made(ids: Sequence[str], texts: Sequence[str]) -> Search:
        from rank_bm25 import BM25Okapi

        index = BM25Okapi([cut(text) for text in texts])

        def search(question: str) -> list[str]:
            scores = index.get_scores(cut(question))
            return [ids[i] for i in np.argsort(-scores, kind="stable")[:_TOP] if scores[i] > 0]
        return search
    return made


def _jieba(text: str) -> list[str]:
    import jieba

    return list(jieba.lcut(text))


def _bm25s(ids: Sequence[str], texts: Sequence[str]) -> Search:
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)

    def search(question: str) -> list[str]:
        terms = bm25s.tokenize([question], show_progress=False, return_ids=False)
        if not any(term in index.vocab_dict for term in terms[0]):
            return []
        found, scores = index.retrieve(terms, k=_TOP, show_progress=False)
        return [ids[int(i)] for i, score in zip(found[0], scores[0], strict=True) if score > 0]
    return search


def _fts5(tokenizer: str, terms: Callable[[str], Iterator[str]]) -> Callable[[Sequence[str], Sequence[str]], Search]:
    def made(ids: Sequence[str], texts: Sequence[str]) -> Search:
        connection = sqlite3.connect(":memory:")
        connection.execute(f"CREATE VIRTUAL TABLE article USING fts5(text, tokenize='{tokenizer}')")
        connection.executemany("INSERT INTO article (rowid, text) VALUES (?, ?)", enumerate(texts))

        def search(question: str) -> list[str]:
            query = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms(question.replace('"', " "))))
            if not query:
                return []
            found = connection.execute("SELECT rowid FROM article WHERE article MATCH ? ORDER BY rank LIMIT ?", (query, _TOP))
            return [ids[rowid] for (rowid,) in found]
        return search
    return made


def _words(text: str) -> Iterator[str]:
    yield from text.split()


def _trigrams(text: str) -> Iterator[str]:
    yield from (text[i:i + 3] for i in range(len(text) - 2))


def _chroma(ids: Sequence[str], texts: Sequence[str]) -> Search:
    """With the vectors of our own model: those it comes with by default are of English."""
    from langchain_chroma import Chroma

    store = Chroma(embedding_function=as_langchain_embeddings(StaticEmbedder()))
    for i in range(0, len(ids), _AT_ONCE):
        store.add_texts(list(texts[i:i + _AT_ONCE]), ids=list(ids[i:i + _AT_ONCE]))
    return lambda question: [str(found.id) for found in store.similarity_search(question, k=_TOP)]


_SYSTEMS: Sequence[tuple[str, str, Callable[[Sequence[str], Sequence[str]], Search]]] = (
    ("LangChain BM25Retriever（按空格切分，默认）", "rank_bm25", _rank_bm25(str.split)),
    ("LangChain BM25Retriever（jieba 分词）", "jieba", _rank_bm25(_jieba)),
    ("bm25s（默认）", "bm25s", _bm25s),
    ("SQLite FTS5（unicode61，默认）", "sqlite3", _fts5("unicode61", _words)),
    ("SQLite FTS5（trigram）", "sqlite3", _fts5("trigram", _trigrams)),
    ("LangChain Chroma（本库的向量）", "langchain_chroma", _chroma),
)
