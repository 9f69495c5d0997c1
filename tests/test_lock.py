"""One writer at a time, and the second is told who it is waiting for."""

import errno
import os
import subprocess
import sys

import pytest

from kb.disk import refusal
from kb.errors import KbError, LibraryBusy, ReadOnlyLibrary
from kb.lock import writer_lock

HOLD = """
import sys, time
from datetime import date
from pathlib import Path
from kb.clock import FixedClock
from kb.lock import writer_lock
with writer_lock(Path(sys.argv[1]), clock=FixedClock(date(2026, 11, 22)), command="ingest"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_which_process_is_ingesting_since_when(tmp_path, holder, clock):
    with pytest.raises(LibraryBusy) as refused, writer_lock(tmp_path, clock=clock):
        pass
    assert refused.value.problem == f"正在入库（进程 {holder.pid}，开始于 2026-11-22T12:00:00+08:00）"
    assert refused.value.remedy


def test_a_killed_writer_leaves_no_lock_behind(tmp_path, holder, clock):
    holder.kill()
    holder.wait()
    with writer_lock(tmp_path, clock=clock, wait_s=5):
        assert str(os.getpid()) in (tmp_path / "writer.lock").read_text(encoding="utf-8")


def test_the_lock_can_be_taken_again_once_it_is_given_back(tmp_path, clock):
    for _ in range(2):
        with writer_lock(tmp_path / "new" / "folder", clock=clock):
            pass
    assert (tmp_path / "new" / "folder" / "writer.lock").read_text(encoding="utf-8") == ""


def test_the_lock_is_given_back_when_the_work_fails(tmp_path, clock):
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path, clock=clock):
        raise ZeroDivisionError
    with writer_lock(tmp_path, clock=clock):
        pass


def test_a_data_folder_that_is_a_file_is_refused_with_a_remedy(tmp_path, clock):
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(KbError) as refused, writer_lock(tmp_path / "data", clock=clock):
        pass
    assert "--data" in refused.value.remedy


@pytest.mark.parametrize(("number", "kind", "said"), [
    (errno.EROFS, ReadOnlyLibrary, "不可写"),
    (errno.EACCES, ReadOnlyLibrary, "不可写"),
    (errno.ENOSPC, KbError, "磁盘空间不足"),
    (errno.EFBIG, KbError, "磁盘空间不足"),
    (errno.EIO, KbError, "无法使用"),
])
def test_each_refusal_of_the_disk_has_its_sentence(tmp_path, number, kind, said):
    error = refusal(OSError(number, os.strerror(number)), tmp_path)
    assert type(error) is kind
    assert said in error.problem
    assert error.remedy
