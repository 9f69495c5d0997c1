"""No network, a clean environment, a fixed day; and the library as a user would have it, built once per run."""

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browsing import browser, page_data, real, small  # noqa: F401  (fixtures)

from kb.answer import Assistant
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.lock import writer_lock
from kb.settings import Settings

CORPUS_FOLDERS = ("regulations", "versions", "plan", "guides")
_CORPUS = "ZHIWEN_TEST_CORPUS"
_FOR_TESTS = (_CORPUS, "ZHIWEN_REQUIRE_BROWSER")
_NOT_OURS_TO_INHERIT = ("ZHIWEN_", "LANGCHAIN_", "LANGSMITH_", "OPENAI_", "TIKTOKEN_", "HTTP_PROXY", "HTTPS_PROXY",
                        "ALL_PROXY", "NO_PROXY")
_LOOPBACK = ("127.", "::1", "localhost")


class NetworkBlocked(RuntimeError):
    """Not an OSError, so that no fallback for an unreachable host hides the attempt."""


def pytest_configure(config: pytest.Config) -> None:
    """What the developer's shell has set must not decide whether a test passes."""
    for name in list(os.environ):
        if name not in _FOR_TESTS and name.upper().startswith(_NOT_OURS_TO_INHERIT):
            del os.environ[name]
    if corpus := os.environ.get(_CORPUS):
        os.environ[_CORPUS] = str(Path(corpus).resolve())
    _block_network()


def _block_network() -> None:
    """Only loopback and local sockets connect; also in fixtures, which run before any test."""
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: object, _original=original) -> object:
            host = address[0] if isinstance(address, tuple) else ""
            if self.family != getattr(socket, "AF_UNIX", None) and not str(host).startswith(_LOOPBACK):
                raise NetworkBlocked(f"a test tried to reach {host}")
            return _original(self, address)

        setattr(socket.socket, name, guarded)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home and data folder of each test are its own."""
    home = tmp_path / "home"
    for name, folder in {"HOME": home, "XDG_DATA_HOME": home / "share", "XDG_CONFIG_HOME": home / "config",
                         "XDG_CACHE_HOME": home / "cache", "ZHIWEN_DATA": tmp_path / "data"}.items():
        monkeypatch.setenv(name, str(folder))


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    return FixedClock(date(2026, 11, 22))


@pytest.fixture(scope="session")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of official documents with its manifest.json."""
    named = os.environ.get(_CORPUS)
    if not named:
        pytest.skip(f"{_CORPUS} does not name the folder of official documents")
    if not (Path(named) / "manifest.json").is_file():
        pytest.skip(f"{_CORPUS} names {named}, which has no manifest.json")
    return Path(named)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def _built_once(run_folder: Path, name: str, clock: FixedClock) -> Iterator[tuple[Path, bool]]:
    """The shared folder and whether it still has to be filled; other workers wait until it is."""
    with writer_lock(run_folder / f"{name}.building", clock=clock, command=name, wait_s=600):
        data, done = run_folder / name, run_folder / f"{name}.done"
        yield data, not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def library_data(run_folder: Path, clock: FixedClock, embedder: StaticEmbedder) -> Path:
    """A data folder with the bundled library. Shared: copy it before writing to it."""
    from ingest.pipeline import ingest_bundled
    from kb.registry import bundled_registry

    for data, empty in _built_once(run_folder, "library-data", clock):
        if empty:
            report = ingest_bundled(Path(__file__).parents[1] / "kb" / "library", data, registry=bundled_registry(),
                                    embedder=embedder, clock=clock)
            assert not report.problems, report.problems
    return data


@pytest.fixture(scope="session")
def corpus_data(corpus: Path, library_data: Path, run_folder: Path, clock: FixedClock,
                embedder: StaticEmbedder) -> Path:
    """The bundled library and the 120 official documents. Shared: copy it before writing to it."""
    from ingest.pipeline import ingest_paths
    from kb.registry import bundled_registry

    for data, empty in _built_once(run_folder, "corpus-data", clock):
        if empty:
            shutil.copytree(library_data, data)
            report = ingest_paths([corpus / folder for folder in CORPUS_FOLDERS], data, registry=bundled_registry(),
                                  embedder=embedder, clock=clock)
            assert not report.problems, report.problems
    return data


@pytest.fixture(scope="session")
def bundled(library_data: Path, clock: FixedClock) -> Assistant:
    """Answers from the bundled library alone, on the fixed day."""
    from kb.assemble import open_library

    return open_library(Settings(data=library_data), clock).assistant


@pytest.fixture(scope="session")
def full(corpus_data: Path, clock: FixedClock) -> Assistant:
    """Answers from the bundled library and the official documents."""
    from kb.assemble import open_library

    return open_library(Settings(data=corpus_data), clock).assistant
