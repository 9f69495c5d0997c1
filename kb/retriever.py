"""For LangChain chains: our retriever and our embedding behind its interfaces."""

from typing import TYPE_CHECKING

from kb.answer import Assistant
from kb.ports import Clock, Embedder
from kb.types import Hit, Question

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.retrievers import BaseRetriever

__all__ = ["as_langchain_embeddings", "as_langchain_retriever"]


def as_langchain_retriever(assistant: Assistant, clock: Clock, top: int = 10) -> "BaseRetriever":
    """A `BaseRetriever` over the passages in force today.

    Each LangChain document carries the text as `page_content` and, in `metadata`, what a citation needs: passage id,
    title, locator, version, tier, page, score.
    """
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

    class ZhiwenRetriever(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
            hits = assistant.search(Question(query, clock.today()), top)
            return [Document(page_content=hit.passage.text, metadata=_metadata(hit)) for hit in hits]

    return ZhiwenRetriever()


def as_langchain_embeddings(embedder: Embedder) -> "Embeddings":
    """An `Embeddings` with the vectors that our own index uses."""
    from langchain_core.embeddings import Embeddings

    class ZhiwenEmbeddings(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            rows: list[list[float]] = embedder.embed(texts).tolist()
            return rows

        def embed_query(self, text: str) -> list[float]:
            vector: list[float] = embedder.embed_query(text).tolist()
            return vector

    return ZhiwenEmbeddings()


def _metadata(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {"passage": passage.id, "title": passage.title, "locator": passage.locator,
            "version": passage.version.label, "tier": passage.version.tier.label, "page": passage.page,
            "score": hit.score}
