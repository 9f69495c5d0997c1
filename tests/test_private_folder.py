"""Private copies do not outlive their process, however it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.private_folder import private_folder, release

MAKE = """
import sys, time
from kb.private_folder import private_folder
folder = private_folder()
(folder / "copy").write_text("绝密配方", encoding="utf-8")
print(folder, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def owner():
    with subprocess.Popen([sys.executable, "-c", MAKE], stdout=subprocess.PIPE, text=True) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_the_copy_of_a_killed_process_goes_when_the_next_one_makes_its_own(owner):
    process, left = owner
    process.kill()
    process.wait()
    assert (left / "copy").exists()
    own = private_folder()
    assert not left.exists()
    assert own.is_dir()
    release(own)
    assert not own.exists()


def test_the_copy_of_a_living_process_stays(owner):
    _, used = owner
    first, second = private_folder(), private_folder()
    assert (used / "copy").exists()
    assert first.is_dir()
    for folder in (first, second):
        release(folder)


@pytest.mark.parametrize(("age_s", "stays"), [(1, True), (3600, False)])
def test_a_folder_that_nobody_has_locked_yet_is_left_alone_for_a_minute(tmp_path, age_s, stays):
    newborn = tmp_path / "zhiwen-private-x"
    newborn.mkdir()
    then = newborn.stat().st_mtime - age_s
    os.utime(newborn, (then, then))
    release(private_folder())
    assert newborn.exists() is stays


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
def test_a_link_that_looks_like_a_private_folder_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / "zhiwen-private-link").symlink_to(elsewhere)
    release(private_folder())
    assert (elsewhere / "kept").exists()
