"""Embeddings and cross-encoders named in the settings: LangChain's own classes, a loopback server, an index that remembers."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kb.assemble import open_library
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.errors import ConfigError, ModelError, OtherEmbedder
from kb.plugins import ConfiguredEmbedder, CrossEncoder, cross_encoder_of
from kb.retriever import as_langchain_embeddings
from kb.settings import Settings
from kb.store import rebuild_index
from kb.types import Question
from tests.model_server import Reply, closed_port, fails, model_server

CLOCK = FixedClock(date(2026, 11, 22))
FAKE = {"embedding": "langchain_core.embeddings:DeterministicFakeEmbedding", "embedding_options": {"size": 32}}


def vectors(*rows: list[float]) -> Reply:
    """As an OpenAI-compatible server words them."""
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    body = {"object": "list", "data": data, "model": "loopback", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return Reply([json.dumps(body).encode()], headers={"Content-Type": "application/json"})


def remote(url: str, **options: object) -> Settings:
    return Settings(embedding="openai:loopback", embedding_options={"base_url": url, **options})


# --- embeddings

def test_a_langchain_class_is_named_by_its_path():
    embedder = ConfiguredEmbedder(Settings(**FAKE))
    rows = embedder.embed(["商业秘密", "专利", "商业秘密"])
    assert (embedder.name, embedder.dimension, rows.shape, rows.dtype) == (FAKE["embedding"], 32, (3, 32), np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.array_equal(rows[0], rows[2])
    assert embedder.embed([]).shape == (0, 32)


def test_an_openai_compatible_server_is_asked_for_vectors_and_for_nothing_else():
    with model_server(vectors([3.0, 4.0])) as server:
        embedder = ConfiguredEmbedder(remote(server.url))
        assert np.allclose(embedder.embed_query("客户名单被带走"), [0.6, 0.8])
        embedder.embed_query("客户名单被带走")
    assert set(server.paths) == {"/v1/embeddings"}
    assert [request["input"] for request in server.requests] == [["客户名单被带走"], ["商业秘密"]]     # each once; the second for its length


def test_without_an_address_nothing_is_sent_anywhere():
    with pytest.raises(ConfigError, match="没有写服务地址"):
        ConfiguredEmbedder(Settings(embedding="openai:text-embedding-3-small"))


@pytest.mark.parametrize("reply", [
    fails(500), fails(401), Reply([b"<html>"], headers={"Content-Type": "text/html"}), vectors([1.0, 2.0], [3.0, 4.0]), vectors([float("nan")])],
    ids=["server error", "refused", "a web page", "too many", "not a number"])
def test_a_failing_server_ends_in_one_sentence_with_the_way_back(reply):
    with model_server(reply) as server, pytest.raises(ModelError, match=r"语义模型.*\n?.*zhiwen library rebuild"):
        ConfiguredEmbedder(remote(server.url, max_retries=0)).embed(["客户名单被带走"])


def test_a_server_that_is_not_there_is_a_failing_one():
    with pytest.raises(ModelError, match="没有给出向量"):
        ConfiguredEmbedder(remote(closed_port(), max_retries=0)).embed(["配方"])


@pytest.mark.parametrize("name", ["no.such.module:Class", "langchain_core.embeddings:NoSuchClass", "nobody:model", "bge-m3"])
def test_a_name_that_leads_nowhere_is_refused_before_anything_is_indexed(name):
    with pytest.raises(ConfigError, match="装不上"):
        ConfiguredEmbedder(Settings(embedding=name))


def test_the_options_may_hold_a_key_and_are_never_printed():
    assert "sk-secret" not in repr(remote("http://127.0.0.1/v1", api_key="sk-secret"))


def test_an_index_made_with_another_model_is_refused_with_the_command_that_makes_it_anew(tmp_path):
    open_library(Settings(data=tmp_path), CLOCK).catalogue.close()
    with pytest.raises(OtherEmbedder, match="zhiwen library rebuild"):
        open_library(Settings(data=tmp_path, **FAKE), CLOCK)
    rebuild_index(tmp_path, ConfiguredEmbedder(Settings(**FAKE)), CLOCK)
    library = open_library(Settings(data=tmp_path, **FAKE), CLOCK)
    assert library.assistant.search(Question("侵犯商业秘密怎么赔", CLOCK.today()), 3)


# --- the bundled model, for LangChain

def test_the_bundled_model_is_a_langchain_embedding():
    from langchain_core.embeddings import Embeddings

    ours = as_langchain_embeddings(StaticEmbedder())
    assert isinstance(ours, Embeddings)
    assert ours.embed_documents(["商业秘密", "专利"]) == StaticEmbedder().embed(["商业秘密", "专利"]).tolist()
    assert ours.embed_query("商业秘密") == ours.embed_documents(["商业秘密"])[0]


# --- cross-encoders

class PrefersPunishment:
    """What a LangChain cross-encoder is: pairs in, numbers out."""

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        return [float("处" in text) for _, text in text_pairs]


class HasNothingToSay:
    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        return []


def test_a_cross_encoder_decides_the_order_and_the_hits_say_so(bundled):
    question = Question("侵犯商业秘密怎么处理", CLOCK.today())
    before = bundled.search(question, 30)
    reranked = replace(bundled, reranker=CrossEncoder("test", PrefersPunishment()))
    after = reranked.search(question, 30)
    assert [hit.passage.id for hit in after] != [hit.passage.id for hit in before]
    assert "处" in after[0].passage.text
    assert any(why.startswith("重排 1.00，原第") for why in after[0].why)


def test_an_article_asked_for_by_number_stays_first_whatever_the_cross_encoder_says(bundled):
    reranked = replace(bundled, reranker=CrossEncoder("test", PrefersPunishment()))
    first = reranked.search(Question("反不正当竞争法第十条", CLOCK.today()), 5)[0].passage
    assert (first.version.document, first.article) == ("反不正当竞争法", 10)


def test_a_cross_encoder_that_does_not_answer_for_every_text_is_not_believed(bundled):
    reranked = replace(bundled, reranker=CrossEncoder("test", HasNothingToSay()))
    with pytest.raises(ModelError, match="重排模型 test 没有给出分数"):
        reranked.search(Question("侵犯商业秘密怎么处理", CLOCK.today()), 5)


def test_a_cross_encoder_is_named_by_its_path():
    assert cross_encoder_of(Settings()) is None
    assert cross_encoder_of(Settings(reranker="tests.test_plugins:PrefersPunishment")).scores("问", ["处罚", "定义"]) == [1.0, 0.0]
    with pytest.raises(ConfigError, match="没有 score 方法"):
        cross_encoder_of(Settings(reranker="builtins:object"))
