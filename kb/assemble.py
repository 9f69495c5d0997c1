"""The composition root: the one place that names adapters, and (with `kb.cli`) the one that knows `ingest`."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.answer import Assistant
from kb.catalogue import Catalogue
from kb.clock import SystemClock
from kb.embedding import StaticEmbedder, meaning
from kb.errors import IndexDamaged, OtherEmbedder, ReadOnlyLibrary
from kb.index import Generation, open_index
from kb.lexicon import bundled_lexicon
from kb.misuse import bundled_misuse
from kb.notes import Notes
from kb.ports import ChatModel, Clock, Embedder, Reranker, TokenCounter
from kb.registry import Registry, bundled_registry
from kb.scope import bundled_scope
from kb.settings import Settings
from kb.shelf import Shelf
from kb.store import repair_index
from kb.tokens import word_bigrams
from kb.types import Passage, Version

__all__ = ["LIBRARY_FOLDER", "Library", "Tools", "open_library", "tools"]

LIBRARY_FOLDER = Path(__file__).parent / "library"


class LiveIndex:
    """`PassageIndex` over whichever generation is in use: a writer's new one is noticed at the next question.

    One that is found damaged on opening is built anew from the catalogue first, where the folder can be written.
    """

    def __init__(self, data: Path, embedder: Embedder, repair: Callable[[], None]) -> None:
        self._data, self._embedder, self._repair = data, embedder, repair
        self._opening = threading.Lock()
        self._generation: Generation = self._opened()

    def lexical(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._newest().lexical(query, top)

    def asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._newest().asked(query, top)

    def nearest(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._newest().nearest(query, top)

    def nearest_asked(self, query: str, top: int) -> list[tuple[str, float]]:
        return self._newest().nearest_asked(query, top)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return self._generation.rarity(terms)     # asked dozens of times a question: whether there is a newer one was looked up by its search

    def __len__(self) -> int:
        return len(self._newest())

    def generation(self) -> str:
        """The name of the generation in use, which changes with the library."""
        return self._newest().manifest.generation

    def _newest(self) -> Generation:
        if not self._generation.current():
            with self._opening:
                if not self._generation.current():
                    # The old one is not closed here: another thread may be searching it. It goes with its last user.
                    self._generation = self._opened()
        return self._generation

    def _opened(self) -> Generation:
        try:
            return open_index(self._data, self._embedder)
        except OtherEmbedder:
            raise
        except IndexDamaged as damage:
            try:
                self._repair()
            except ReadOnlyLibrary:
                raise damage from None
            return open_index(self._data, self._embedder)


class WithoutBundled:
    """The catalogue without the shipped library, for `--no-bundled`."""

    def __init__(self, store: Catalogue) -> None:
        self._store = store

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        return {id_: p for id_, p in self._store.passages(ids).items() if not p.version.bundled}

    def version_ids(self) -> dict[str, str]:
        return self._store.version_ids()

    def article(self, document: str, article: int, sub: int = 0) -> list[Passage]:
        return [p for p in self._store.article(document, article, sub) if not p.version.bundled]

    def located(self, document: str, locator: str) -> list[Passage]:
        return [p for p in self._store.located(document, locator) if not p.version.bundled]

    def versions(self) -> list[Version]:
        return [version for version in self._store.versions() if not version.bundled]

    def passages_of(self, version_id: str) -> list[Passage]:
        return self._store.passages_of(version_id)

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        return self._store.around(passage_id, radius)


@dataclass(frozen=True)
class Library:
    """An opened library with everything that reads it. `warning` says why it cannot be written, where that is so."""

    settings: Settings
    clock: Clock
    catalogue: Catalogue
    assistant: Assistant
    registry: Registry
    warning: str = ""

    @property
    def notes(self) -> Notes:
        """What readers chose to tell the operator."""
        return Notes(self.catalogue, self.clock)

    def original(self, version_id: str) -> bytes | None:
        """The file a version came from, byte for byte; None for the shipped library and for lost originals."""
        version = next((v for v in self.catalogue.versions() if v.id == version_id), None)
        path = self.catalogue.original(version.sha256) if version and version.sha256 else None
        return path.read_bytes() if path else None


@dataclass(frozen=True)
class Tools:
    """What the commands that change the library need, chosen in one place."""

    data: Path
    registry: Registry
    embedder: Embedder
    clock: Clock


def tools(settings: Settings, clock: Clock | None = None) -> Tools:
    """The adapters for writing to the library of `settings`."""
    return Tools(settings.data, bundled_registry(), _embedder(settings), clock or SystemClock())


def _embedder(settings: Settings) -> Embedder:
    if not settings.embedding:
        return StaticEmbedder()
    from kb.plugins import ConfiguredEmbedder

    return ConfiguredEmbedder(settings)


def _reranker(settings: Settings) -> Reranker | None:
    if not settings.reranker:
        return None
    from kb.plugins import cross_encoder_of

    return cross_encoder_of(settings)


def open_library(settings: Settings, clock: Clock | None = None,
                 progress: Callable[[str], None] = lambda step: None) -> Library:
    """Open the data folder; it is made, and the shipped library indexed into it, on first use.

    Raises:
        IndexDamaged: the index cannot be used and not be repaired; the remedy names the command that does.
        ReadOnlyLibrary: the folder cannot be written and holds no library yet.
    """
    from ingest.pipeline import ingest_bundled

    adapters, warning = tools(settings, clock), ""
    try:
        ingest_bundled(LIBRARY_FOLDER, settings.data, registry=adapters.registry, embedder=adapters.embedder,
                       clock=adapters.clock, progress=lambda step: progress(str(step)))
    except ReadOnlyLibrary as error:
        warning = str(error)
    catalogue = Catalogue(settings.data)
    for backup in catalogue.backups():
        progress(f"资料库已升级；升级前的备份 {backup.name} 仍含当时的全部文本，zhiwen library verify 核对无误后自动删除")
    index = LiveIndex(settings.data, adapters.embedder, lambda: repair_index(
        settings.data, adapters.embedder, adapters.clock, progress))
    model, counter = _chat(settings)
    assistant = Assistant(
        store=Shelf(catalogue if settings.bundled else WithoutBundled(catalogue), index.generation),
        index=index, registry=adapters.registry,
        lexicon=bundled_lexicon(), scope=bundled_scope(), misuse=bundled_misuse(), library_version=catalogue.library_version,
        meaning=meaning, model=model, model_stays_here=settings.model_stays_here,
        counter=counter, context_tokens=settings.context_tokens,
        words=word_bigrams(), library_state=index.generation, reranker=_reranker(settings),
        help_line=settings.help_line)
    return Library(settings, adapters.clock, catalogue, assistant, adapters.registry, warning)


def _chat(settings: Settings) -> tuple[ChatModel | None, TokenCounter | None]:
    if not settings.uses_model:
        return None, None
    from kb.chat import LangChainChat
    from kb.tokens import LegalTokenCounter

    counter = LegalTokenCounter(settings.tiktoken_cache_dir, settings.model)
    return LangChainChat(settings, counter.ids), counter
