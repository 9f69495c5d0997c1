"""The retriever that LangChain chains use."""

from pathlib import Path

import pytest

from kb.assemble import open_library
from kb.clock import FixedClock
from kb.retriever import as_langchain_retriever
from kb.settings import Settings


@pytest.fixture(scope="module")
def documents(library_data: Path, clock: FixedClock):
    assistant = open_library(Settings(data=library_data), clock).assistant
    return as_langchain_retriever(assistant, clock, top=4).invoke("反不正当竞争法第二十二条")


def test_a_chain_gets_as_many_documents_as_were_asked_for(documents):
    assert len(documents) == 4


def test_the_named_article_comes_first_with_its_text(documents):
    assert documents[0].metadata["locator"] == "第二十二条"
    assert "五倍" in documents[0].page_content or "5倍" in documents[0].page_content


def test_each_document_carries_what_a_citation_needs(documents):
    for document in documents:
        assert set(document.metadata) == {"passage", "title", "locator", "version", "tier", "page", "score"}
        assert all(document.metadata[name] for name in ("passage", "title", "locator", "version", "tier"))


def test_a_digest_is_named_as_one(documents):
    assert documents[0].metadata["tier"] == "本库要点"


def test_it_is_a_retriever_as_langchain_knows_it(library_data: Path, clock: FixedClock):
    from langchain_core.retrievers import BaseRetriever

    retriever = as_langchain_retriever(open_library(Settings(data=library_data), clock).assistant, clock)
    assert isinstance(retriever, BaseRetriever)
    assert len(retriever.batch(["竞业限制", "商业秘密"])) == 2
