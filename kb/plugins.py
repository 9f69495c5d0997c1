"""Embeddings and cross-encoders of the operator's choice: any LangChain embedding, anything with LangChain's `score`.

Named in the settings, by provider (`ollama:bge-m3`, `openai:…`) or as `package.module:Class`, with the arguments that the
class takes. They see passages and questions: the page says so where the address is not this machine.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from kb.errors import ConfigError, ModelError
from kb.settings import Settings

__all__ = ["ConfiguredEmbedder", "CrossEncoder", "Scorer", "cross_encoder_of"]

Vectors = TypeVar("Vectors")

_TEXTS_AT_ONCE = 64
_WITHOUT = "；清空 ZHIWEN_EMBEDDING 并运行 zhiwen library rebuild，就回到随程序附带的模型"
# LangChain's OpenAI class counts tokens with an encoding that it would download, and waits ten minutes for an answer.
_OPENAI: Mapping[str, Any] = {"check_embedding_ctx_length": False, "timeout": 60, "max_retries": 1}


class Embeddings(Protocol):
    """LangChain's interface of that name, of which only this is used."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]: ...

    def embed_query(self, text: str) -> list[float]: ...


class ConfiguredEmbedder:
    """`kb.ports.Embedder` over a LangChain embedding."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            ConfigError: the name leads nowhere, or the class refuses its arguments.
        """
        self._name = settings.embedding
        self._embeddings = _embeddings(settings)
        self.embed_query = lru_cache(maxsize=2)(self._embed_query)     # compared with the passages, then with the questions

    @property
    def name(self) -> str:
        return self._name

    @cached_property
    def dimension(self) -> int:
        """Of the vector of a short text: LangChain's interface does not say."""
        return len(self._call(lambda: self._embeddings.embed_query("商业秘密")))

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """
        Raises:
            ModelError: the model gave no vectors, or not one of the right length for each text.
        """
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for i in range(0, len(texts), _TEXTS_AT_ONCE):
            some = list(texts[i:i + _TEXTS_AT_ONCE])
            rows[i:i + len(some)] = self._checked(self._call(partial(self._embeddings.embed_documents, some)), len(some))
        return rows

    def _embed_query(self, text: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self._checked([self._call(partial(self._embeddings.embed_query, text))], 1)[0]
        return vector

    def _call(self, ask: Callable[[], Vectors]) -> Vectors:
        try:
            return ask()
        # Providers raise open-ended types. The original is dropped: it may hold the text or the key.
        except Exception as failure:
            raise ModelError(f"语义模型 {self._name} 没有给出向量（{type(failure).__name__}）",
                             f"请检查它的服务和 ZHIWEN_EMBEDDING_OPTIONS{_WITHOUT}") from None

    def _checked(self, vectors: Sequence[Sequence[float]], count: int) -> npt.NDArray[np.float32]:
        rows = np.asarray(vectors, dtype=np.float32)
        if rows.shape != (count, self.dimension) or not np.isfinite(rows).all():
            raise ModelError(f"语义模型 {self._name} 给出的向量形状不对（{rows.shape}，应为 {(count, self.dimension)}）",
                             f"请确认它是语义模型而不是对话模型{_WITHOUT}")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


class Scorer(Protocol):
    """LangChain's `BaseCrossEncoder`, of which only this is used."""

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]: ...


class CrossEncoder:
    """`kb.ports.Reranker` over a cross-encoder."""

    def __init__(self, name: str, scorer: Scorer) -> None:
        self.name, self._scorer = name, scorer

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """
        Raises:
            ModelError: the model gave no number for each text.
        """
        try:
            found = [float(score) for score in self._scorer.score([(question, text) for text in texts])]
        except Exception as failure:
            raise self._failed(type(failure).__name__) from None
        if len(found) != len(texts) or not np.isfinite(found).all():
            raise self._failed(f"{len(found)} 个分数，应为 {len(texts)}")
        return found

    def _failed(self, why: str) -> ModelError:
        return ModelError(f"重排模型 {self.name} 没有给出分数（{why}）", "请检查 ZHIWEN_RERANKER；清空它就不再重排")


def cross_encoder_of(settings: Settings) -> CrossEncoder | None:
    """The configured one.

    Raises:
        ConfigError: the name leads nowhere, or the class refuses its arguments.
    """
    if not settings.reranker:
        return None
    made = _made(settings.reranker, settings.reranker_options, "ZHIWEN_RERANKER")
    if not callable(getattr(made, "score", None)):
        raise ConfigError(f"{settings.reranker} 不是重排模型：没有 score 方法", "请在 ZHIWEN_RERANKER 中写 LangChain 的 cross-encoder 类")
    return CrossEncoder(settings.reranker, made)


def _embeddings(settings: Settings) -> Embeddings:
    name, options = settings.embedding, dict(settings.embedding_options)
    if "." in name.partition(":")[0]:
        return _made(name, options, "ZHIWEN_EMBEDDING")                    # type: ignore[no-any-return]
    if name.startswith("openai:"):
        options = {**_OPENAI, "base_url": settings.base_url, "api_key": settings.api_key.get_secret_value() or "none", **options}
        if not options["base_url"]:
            raise ConfigError("配置了语义模型，却没有写服务地址", "请在 ZHIWEN_EMBEDDING_OPTIONS 里写 base_url；没有默认地址，文本不会自己外发")
    from langchain.embeddings import init_embeddings

    try:
        made: Embeddings = init_embeddings(name, **options)
    except Exception as failure:
        raise _refused(name, failure, "ZHIWEN_EMBEDDING") from None
    return made


def _made(name: str, options: Mapping[str, object], setting: str) -> Any:  # noqa: ANN401 - what the operator named
    """The class `package.module:Class`, called with the options."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)(**options)
    except Exception as failure:
        raise _refused(name, failure, setting) from None


def _refused(name: str, failure: Exception, setting: str) -> ConfigError:
    return ConfigError(f"装不上 {name}（{type(failure).__name__}）",
                       f"请检查 {setting} 和 {setting}_OPTIONS，并确认装有它的软件包；写法见 docs/embedding-model.md")
