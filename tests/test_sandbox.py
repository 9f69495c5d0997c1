"""Children that read many files stay small, are replaced when worn or dead, and take what they started with them."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.document import RawFile, ReadOptions
from ingest.sandbox import Limits, ParserPool, _Child
from kb.errors import SourceError
from kb.registry import Registry
from tests.pdf_bytes import chinese, document

EMPTY = Registry((), {})
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and process groups are of POSIX systems")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Process ids of the children, in the order they were started."""
    ids: list[int] = []
    start = _Child.__init__

    def noted(self: _Child, *rest: object) -> None:
        start(self, *rest)
        ids.append(self._process.pid)

    monkeypatch.setattr(_Child, "__init__", noted)
    return ids


def law(number: int) -> RawFile:
    return RawFile(f"{number}.pdf", document([chinese(f"第{number}项 经营者应当保守商业秘密。")]), f"{number:064}")


def memory_of(process: int) -> int:
    """Resident bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_is_used_again_and_replaced_after_its_share_of_files(started: list[int]) -> None:
    with ParserPool(EMPTY, workers=1, limits=Limits(files=3)) as pool:
        assert all(pool.prepare(law(n)).passages for n in range(7))
    assert len(started) == 3


def test_a_child_that_has_grown_is_replaced(started: list[int]) -> None:
    with ParserPool(EMPTY, workers=1, limits=Limits(grown=1)) as pool:
        assert all(pool.prepare(law(n)).passages for n in range(2))
    assert len(started) == 2 and not any(alive(process) for process in started)


def test_the_memory_of_the_parent_does_not_count_as_that_of_the_child(started: list[int]) -> None:
    ballast = bytearray(os.urandom(1)) * (300 * 1024**2)
    with ParserPool(EMPTY, workers=1, limits=Limits(grown=280 * 1024**2)) as pool:
        assert all(pool.prepare(law(n)).passages for n in range(3))
    assert len(started) == 1 and ballast


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory from /proc")
def test_many_files_do_not_make_a_child_grow(started: list[int]) -> None:
    with ParserPool(EMPTY, workers=1) as pool:
        for n in range(20):
            pool.prepare(law(n))
        before = memory_of(started[0])
        for n in range(120):
            pool.prepare(law(n))
        assert len(started) == 1 and memory_of(started[0]) - before < 12 * 1024**2


def test_a_child_killed_while_it_waits_costs_no_file(started: list[int]) -> None:
    with ParserPool(EMPTY, workers=1) as pool:
        pool.prepare(law(1))
        os.kill(started[0], signal.SIGKILL)
        os.waitid(os.P_PID, started[0], os.WEXITED | os.WNOWAIT)
        assert pool.prepare(law(2)).passages
    assert len(started) == 2


def test_files_are_drawn_ahead_but_never_without_bound(started: list[int]) -> None:
    drawn: list[int] = []

    def jobs(size: int) -> Iterator[tuple[RawFile, None]]:
        for n in range(100):
            drawn.append(n)
            yield RawFile(f"{n}.zip", b"PK\x03\x04" + bytes(size), "0" * 64), None

    with ParserPool(EMPTY, workers=1) as pool:
        for size, most in ((0, 16), (20 * 1024**2, 4)):
            drawn.clear()
            results = pool.prepare_all(jobs(size))
            next(results)
            assert 2 <= len(drawn) <= most
            results.close()


def test_a_program_started_by_a_child_ends_with_it(started: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text recognition that hangs must not stay behind when its child is stopped."""
    slow = tmp_path / "tesseract"
    slow.write_text(f'#!/bin/sh\n[ "$1" = --list-langs ] && {{ echo chi_sim; exit; }}\n'
                    f'echo $$ > {tmp_path}/pid\nexec sleep 600\n', encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    os.mkfifo(tmp_path / "pid")          # the child may not write files, but a pipe is none
    reader = os.open(tmp_path / "pid", os.O_RDONLY | os.O_NONBLOCK)
    scan = RawFile("扫描.pdf", document([b""]), "0" * 64)
    with ParserPool(EMPTY, workers=1, options=ReadOptions(ocr="tesseract"), limits=Limits(wall_seconds=6)) as pool, \
            pytest.raises(SourceError, match="超过 6 秒"):
        pool.prepare(scan)
    process = int(os.read(reader, 100))
    os.close(reader)
    assert not alive(process) or "sleep" not in Path(f"/proc/{process}/cmdline").read_text()
