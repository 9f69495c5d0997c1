"""What people use instead, beside our own search: the same articles, the same questions, one run.

The packages are those of the groups `dev` and `peers`; one that is missing is left out and named. Each system is set up
as its documentation begins, and keeps what it made in a folder, so that another process can open it. Where vectors are
needed they are those of our own model: the models these systems come with are of English.
"""

import importlib.util
import pickle
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.statutes import Asked, Measured, articles_of, measure, values_of
from kb.embedding import StaticEmbedder
from kb.retrieve import Weights
from kb.retriever import as_langchain_embeddings

if TYPE_CHECKING:
    from langchain_classic.schema import BaseRetriever, Document

__all__ = ["SYSTEMS", "TOP", "Search", "System", "asked_sample", "compare"]

TOP = 100
_ASKED = 200           # the slowest takes a third of a second a question
_AT_ONCE = 5_000       # Chroma refuses more than 5,461
Search = Callable[[str], list[str]]      # a question to the ids of articles, best first


@dataclass(frozen=True, slots=True)
class System:
    """`build` writes ids and texts into an empty folder; `opened` makes what searches them, in this process or another."""

    name: str
    packages: tuple[str, ...]
    build: Callable[[Sequence[str], Sequence[str], Path], None]
    opened: Callable[[Path], Search]
    in_growth: bool = False          # whether `zhiwen bench growth` follows it over the sizes

    @property
    def missing(self) -> list[str]:
        """Packages that are not installed."""
        return [package for package in self.packages if importlib.util.find_spec(package) is None]


def compare(statutes: Path, asked: Sequence[Asked], say: Callable[[str], None]) -> list[Measured]:
    """Every system that is installed, ours last.

    Raises:
        ConfigError: the file of statutes cannot be read.
    """
    articles, asked = articles_of(statutes), asked_sample(asked)
    ids, texts = [id_ for id_, _ in articles], [text for _, text in articles]
    found = []
    for system in SYSTEMS:
        if system.missing:
            say(f"{system.name}：没有安装 {'、'.join(system.missing)}，略过")
            continue
        say(f"建立索引：{system.name}")
        with tempfile.TemporaryDirectory(prefix="zhiwen-peer-", ignore_cleanup_errors=True) as folder:
            system.build(ids, texts, Path(folder))
            found.append(_asked(system.name, system.opened(Path(folder)), asked))
    return found + measure(statutes, asked, say, {"知问": Weights()})


def asked_sample(asked: Sequence[Asked]) -> list[Asked]:
    """The same questions for everyone, and the same ones each time."""
    return random.Random(0).sample(list(asked), min(_ASKED, len(asked)))


def _asked(name: str, search: Search, asked: Sequence[Asked]) -> Measured:
    rows, times = [], []
    search(asked[0].text)
    for question in asked:
        began = time.perf_counter()
        ranking = search(question.text)
        times.append((time.perf_counter() - began) * 1000)
        rows.append(values_of(ranking, question.gold))
    return Measured(name, np.array(rows), tuple(times))


# --- words ------------------------------------------------------------------------------------------------------------

def _jieba(text: str) -> list[str]:
    import jieba

    return list(jieba.lcut(text))


def _rank_bm25(name: str, package: str, cut: Callable[[str], list[str]]) -> System:
    """rank_bm25 over what `split` or jieba makes of the text, as LangChain's `BM25Retriever`."""
    def build(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
        from rank_bm25 import BM25Okapi

        _kept(folder, (list(ids), BM25Okapi([cut(text) for text in texts])))

    def opened(folder: Path) -> Search:
        ids, index = _read(folder)

        def search(question: str) -> list[str]:
            scores = index.get_scores(cut(question))
            return [ids[i] for i in np.argsort(-scores, kind="stable")[:TOP] if scores[i] > 0]
        return search
    return System(name, (package,), build, opened)


def _bm25s(name: str, packages: tuple[str, ...], cut: Callable[[str], str], in_growth: bool) -> System:
    """`cut` puts blanks between words, for its tokenizer takes what stands between blanks."""
    def build(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
        import bm25s

        index = bm25s.BM25()
        index.index(bm25s.tokenize([cut(text) for text in texts], show_progress=False), show_progress=False)
        index.save(str(folder / "bm25s"))
        _kept(folder, list(ids))

    def opened(folder: Path) -> Search:
        import bm25s

        ids, index = _read(folder), bm25s.BM25.load(str(folder / "bm25s"))

        def search(question: str) -> list[str]:
            terms = bm25s.tokenize([cut(question)], show_progress=False, return_ids=False)
            if not any(term in index.vocab_dict for term in terms[0]):
                return []
            found, scores = index.retrieve(terms, k=min(TOP, len(ids)), show_progress=False)
            return [ids[int(i)] for i, score in zip(found[0], scores[0], strict=True) if score > 0]
        return search
    return System(name, packages, build, opened, in_growth)


def _fts5(name: str, tokenizer: str, terms: Callable[[str], Iterator[str]], in_growth: bool = False) -> System:
    def build(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
        connection = sqlite3.connect(folder / "articles.sqlite3")
        connection.execute(f"CREATE VIRTUAL TABLE article USING fts5(id UNINDEXED, text, tokenize='{tokenizer}')")
        connection.executemany("INSERT INTO article VALUES (?, ?)", zip(ids, texts, strict=True))
        connection.commit()
        connection.close()

    def opened(folder: Path) -> Search:
        connection = sqlite3.connect(folder / "articles.sqlite3")

        def search(question: str) -> list[str]:
            query = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms(question.replace('"', " "))))
            if not query:
                return []
            found = connection.execute("SELECT id FROM article WHERE article MATCH ? ORDER BY rank LIMIT ?", (query, TOP))
            return [id_ for (id_,) in found]
        return search
    return System(name, ("sqlite3",), build, opened, in_growth)


def _words(text: str) -> Iterator[str]:
    yield from text.split()


def _trigrams(text: str) -> Iterator[str]:
    yield from (text[i:i + 3] for i in range(len(text) - 2))


# --- vectors ----------------------------------------------------------------------------------------------------------

def _build_chroma(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
    from langchain_chroma import Chroma

    store = Chroma(embedding_function=as_langchain_embeddings(StaticEmbedder()), persist_directory=str(folder / "chroma"))
    for i in range(0, len(ids), _AT_ONCE):
        store.add_texts(list(texts[i:i + _AT_ONCE]), [{"article": id_} for id_ in ids[i:i + _AT_ONCE]])


def _chroma_retriever(folder: Path) -> "BaseRetriever":
    from langchain_chroma import Chroma

    store = Chroma(embedding_function=as_langchain_embeddings(StaticEmbedder()), persist_directory=str(folder / "chroma"))
    return store.as_retriever(search_kwargs={"k": TOP})


def _open_chroma(folder: Path) -> Search:
    return _articles_found(_chroma_retriever(folder))


def _articles_found(retriever: "BaseRetriever") -> Search:
    """Of several pieces of an article the first counts."""
    return lambda question: list(dict.fromkeys(str(found.metadata["article"]) for found in retriever.invoke(question)))


def _build_langchain(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from rank_bm25 import BM25Okapi

    pieces = RecursiveCharacterTextSplitter().create_documents(list(texts), [{"article": id_} for id_ in ids])
    _build_chroma([piece.metadata["article"] for piece in pieces], [piece.page_content for piece in pieces], folder)
    _kept(folder, (pieces, BM25Okapi([_jieba(piece.page_content) for piece in pieces])))


def _open_langchain(folder: Path) -> Search:
    """Its weights are those of every example, a half each. `BM25Retriever` itself is in a package no longer maintained."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_classic.schema import BaseRetriever

    pieces, index = _read(folder)

    class BM25Retriever(BaseRetriever):
        def _get_relevant_documents(self, query: str, **_: object) -> "list[Document]":
            found: list[Document] = index.get_top_n(_jieba(query), pieces, n=TOP)
            return found

    return _articles_found(EnsembleRetriever(retrievers=[BM25Retriever(), _chroma_retriever(folder)], weights=[0.5, 0.5]))


def _build_llamaindex(ids: Sequence[str], texts: Sequence[str], folder: Path) -> None:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    nodes = [TextNode(id_=id_, text=text) for id_, text in zip(ids, texts, strict=True)]
    VectorStoreIndex(nodes, embed_model=_llamaindex_embedding()).storage_context.persist(str(folder))


def _open_llamaindex(folder: Path) -> Search:
    from llama_index.core import StorageContext, load_index_from_storage

    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder)), embed_model=_llamaindex_embedding())
    retriever = index.as_retriever(similarity_top_k=TOP)
    return lambda question: [str(found.node.node_id) for found in retriever.retrieve(question)]


def _llamaindex_embedding() -> object:
    from llama_index.core.embeddings import BaseEmbedding

    ours = as_langchain_embeddings(StaticEmbedder())

    class Ours(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return ours.embed_query(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return ours.embed_query(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return ours.embed_query(text)

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return ours.embed_documents(texts)

    return Ours(embed_batch_size=_AT_ONCE // 10)


def _kept(folder: Path, value: object) -> None:
    with (folder / "kept.pickle").open("wb") as file:
        pickle.dump(value, file)


def _read(folder: Path) -> Any:      # noqa: ANN401
    with (folder / "kept.pickle").open("rb") as file:
        return pickle.load(file)      # noqa: S301  (written by ourselves a moment ago)


SYSTEMS: Sequence[System] = (
    _rank_bm25("LangChain BM25Retriever（按空格切分，默认）", "rank_bm25", str.split),
    _rank_bm25("LangChain BM25Retriever（jieba 分词）", "jieba", _jieba),
    _bm25s("bm25s（默认）", ("bm25s",), str, in_growth=False),
    _bm25s("bm25s（jieba 分词）", ("bm25s", "jieba"), lambda text: " ".join(_jieba(text)), in_growth=True),
    _fts5("SQLite FTS5（unicode61，默认）", "unicode61", _words),
    _fts5("SQLite FTS5（trigram）", "trigram", _trigrams, in_growth=True),
    System("LangChain Chroma（本库的向量）", ("langchain_chroma",), _build_chroma, _open_chroma),
    System("LangChain（切分＋Chroma＋BM25）", ("langchain_chroma", "langchain_text_splitters", "langchain_classic", "rank_bm25", "jieba"),
           _build_langchain, _open_langchain, in_growth=True),
    System("LlamaIndex（向量）", ("llama_index",), _build_llamaindex, _open_llamaindex, in_growth=True),
)
