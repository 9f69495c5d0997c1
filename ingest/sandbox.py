"""Parsers run in child processes with limits, so that a hostile file can hurt nothing but its own child.

Children are ordinary interpreters started with `python -m ingest.sandbox` rather than forks or multiprocessing spawns: a
fork would share our connections, and a spawn would import the page of a running Streamlit as its main module. They are
reused, because starting one costs more than parsing a statute.
"""

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import MappingProxyType, TracebackType
from typing import IO, Any

from ingest.document import TEXT_LAYER_ONLY, PreparedDocument, RawFile, ReadOptions
from ingest.manifest import ManifestEntry
from ingest.prepare import prepare
from kb.errors import ConfigError, KbError, SourceError
from kb.registry import Registry, bundled_registry

__all__ = ["Limits", "ParserPool"]

Job = tuple[RawFile, ManifestEntry | None]
Result = PreparedDocument | SourceError
Answer = Result | ConfigError


@dataclass(frozen=True, slots=True)
class Limits:
    """For each file. Address space counts mapped libraries too, so it is well above what a page of law needs."""

    memory: int = 2 * 1024**3
    cpu_seconds: int = 60
    wall_seconds: float = 60.0
    output: int = 128 * 1024**2
    files: int = 500                    # after so many a child is replaced, and earlier where it has grown:
    grown: int = 768 * 1024**2


# Reading a page from its picture takes 2 to 15 seconds and the programs map large models.
_LIMITS_WITH_OCR = Limits(memory=6 * 1024**3, cpu_seconds=7_200, wall_seconds=7_200.0, grown=3 * 1024**3)


_AHEAD, _HELD = 16, 64 * 1024**2     # files for each child and bytes: while a large file is read, the other child has work


class ParserPool:
    """Child processes that run `prepare`. A context manager; leaving it ends the children.

    Without a registry the children read the bundled one; without limits they are those for the options.
    """

    def __init__(self, registry: Registry | None = None, *, workers: int = 2, limits: Limits | None = None,
                 options: ReadOptions = TEXT_LAYER_ONLY) -> None:
        self._limits = limits or (_LIMITS_WITH_OCR if options.ocr else Limits())
        self._greeting = pickle.dumps((self._limits, options, _portable(registry)))
        self._workers = workers
        self._idle: SimpleQueue[_Child | None] = SimpleQueue()

    def __enter__(self) -> "ParserPool":
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="parser")
        for _ in range(self._workers):
            self._idle.put(None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._workers):
            if child := self._idle.get():
                child.end()

    def prepare(self, raw: RawFile, entry: ManifestEntry | None = None) -> PreparedDocument:
        """As `ingest.prepare.prepare`, and SourceError too where a limit was reached or the parser died."""
        child = self._idle.get()
        still_alive = None
        try:
            if child and child.is_dead:         # killed while it waited: no fault of this file
                child.end()
                child = None
            child = child or _Child(self._greeting, self._limits)
            result = child.ask((raw, entry))
            still_alive = None if child.is_worn else child
        finally:
            if child and not still_alive:
                child.end()
            self._idle.put(still_alive)
        if isinstance(result, KbError):
            raise result
        return result

    def prepare_all(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """One result or SourceError for each job, in order. Jobs are drawn a bounded number of files and bytes ahead."""
        waiting: deque[tuple[Future[Result], int]] = deque()
        held = 0
        for job in jobs:
            size = len(job[0].data)
            waiting.append((self._threads.submit(self._attempt, job), size))
            held += size
            while len(waiting) >= _AHEAD * self._workers or (held > _HELD and len(waiting) >= 2 * self._workers):
                result, size = waiting.popleft()
                held -= size
                yield result.result()
        for result, _ in waiting:
            yield result.result()

    def _attempt(self, job: Job) -> Result:
        try:
            return self.prepare(*job)
        except SourceError as error:
            return error


class _Child:
    """The parent's end of one child process."""

    def __init__(self, greeting: bytes, limits: Limits) -> None:
        self._limits = limits
        self._files = self._memory = 0
        environment = {name: value for name, value in os.environ.items() if name in _KEPT}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen([sys.executable, "-m", "ingest.sandbox"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
                                         start_new_session=True)        # a group of its own: a program it started dies with it
        self._send(greeting)
        if _receive(self._output, self._limits.output) != _READY:
            self.end()
            raise ConfigError("解析程序无法启动", "请重新安装本程序；如仍不行，检查内存和文件数的系统限制")

    def ask(self, job: Job) -> Answer:
        """The child's answer. Raises SourceError, after ending the child, where it was killed or died."""
        late = threading.Event()
        timer = threading.Timer(self._limits.wall_seconds, self._stop, (late,))
        timer.start()
        try:
            self._send(pickle.dumps(job))
            answer = _receive(self._output, self._limits.output)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None or late.is_set():       # an answer in the very moment of the kill leaves a dead child behind
            raise self._verdict(late.is_set())
        result: Answer
        result, self._memory = pickle.loads(answer)  # noqa: S301  (written by our own child; it holds no more rights than we)
        self._files += 1
        return result

    @property
    def is_worn(self) -> bool:
        """Whether a fresh child should take the next file: parsers leak, and what one file piled up is not given back."""
        return self._files >= self._limits.files or self._memory >= self._limits.grown

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        self._kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    @property
    def _output(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise OSError("child without output")
        return self._process.stdout

    def _send(self, message: bytes) -> None:
        if self._process.stdin is None:
            raise OSError("child without input")
        with contextlib.suppress(BrokenPipeError):        # the answer, or its absence, tells what happened
            self._process.stdin.write(struct.pack("!Q", len(message)) + message)
            self._process.stdin.flush()

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg") and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()

    def _verdict(self, late: bool) -> SourceError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.5)
        code = self._process.poll()
        self.end()
        if late:
            return SourceError(f"解析超过 {self._limits.wall_seconds:g} 秒，已停止", _SUSPECT)
        if code is not None and code == -getattr(signal, "SIGXCPU", 0):
            return SourceError(f"解析占用处理器超过 {self._limits.cpu_seconds} 秒，已停止", _SUSPECT)
        return SourceError("解析程序异常退出（可能超过内存上限）", _SUSPECT)


_SUSPECT = "文件可能已损坏或含有恶意内容；请从可信的来源重新取得，或另存为 .docx、PDF 后再导入"
# Paths and locale only: no key or proxy of ours reaches code that handles files of strangers.
_KEPT = frozenset(("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "TESSDATA_PREFIX"))


def _receive(stream: IO[bytes], most: int) -> bytes | None:
    """One message, None at the end of the stream or where it is longer than allowed."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack("!Q", head)
    if length > most:
        return None
    message = stream.read(length)
    return message if len(message) == length else None


_READY = b"ready"
Portable = tuple[tuple[Any, ...], dict[str, str]]


def _portable(registry: Registry | None) -> Portable | None:
    """What identification needs of a register, in a form that crosses to the child."""
    return None if registry is None else (registry.entries, dict(registry.names))


def _serve() -> None:
    """The child: answers jobs from standard input until it closes. Nothing else may write to standard output."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    greeting = _receive(sys.stdin.buffer, 2**32)
    if greeting is None:
        return
    limits, options, portable = pickle.loads(greeting)  # noqa: S301  (from our parent)
    registry = Registry(portable[0], MappingProxyType(portable[1])) if portable else bundled_registry()
    _limit_memory(limits)
    _answer(output, _READY)
    while (message := _receive(sys.stdin.buffer, 2**32)) is not None:
        _limit_cpu(limits)
        result = _result(pickle.loads(message), registry, options)  # noqa: S301  (from our parent)
        answer = pickle.dumps((result, _memory_held()))
        if len(answer) > limits.output:
            answer = pickle.dumps((SourceError("文件内容过多，超过处理上限", "请拆分后再导入"), _memory_held()))
        _answer(output, answer)


def _answer(output: IO[bytes], answer: bytes) -> None:
    output.write(struct.pack("!Q", len(answer)) + answer)
    output.flush()


def _result(job: Job, registry: Registry, options: ReadOptions) -> Answer:
    try:
        return prepare(*job, registry, options)
    except (SourceError, ConfigError) as error:
        return error
    except MemoryError:
        return SourceError("解析超过内存上限，已停止", _SUSPECT)
    except Exception as error:
        # Parsers of foreign formats fail on broken files in ways nobody can list; here, in the child, each becomes a
        # refusal of that file with the type of error, and nothing of it is stored.
        return SourceError(f"文件无法解析（{type(error).__name__}）", _SUSPECT)


def _memory_held() -> int:
    """Bytes, 0 where the system does not tell. Not `ru_maxrss`: on Linux a child inherits the peak of its parent."""
    try:
        with open("/proc/self/statm", "rb") as held:
            return int(held.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _limit_memory(limits: Limits) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):      # no such limits on Windows; wall clock remains
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))       # last: macOS refuses it


def _limit_cpu(limits: Limits) -> None:
    """The limit counts from the start of the process, so each file moves it on."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    _serve()
