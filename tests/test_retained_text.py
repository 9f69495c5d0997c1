"""What was removed is nowhere: every byte of every file of the data folder and of private copies is searched."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from kb.catalogue import Catalogue, FileRecord
from kb.clock import FixedClock
from kb.generations import current_manifest
from kb.lexical import LexicalIndex
from kb.lock import writer_lock
from kb.private_folder import private_folder, release
from kb.store import complete, is_complete, remove_versions, store, verify_library
from kb.types import Kind, Passage, Tier, Version

CLOCK = FixedClock(date(2026, 11, 22))
CANARY = "龘靐齉爩麤灪纞虋"           # characters that occur nowhere else here
PAIRS = [CANARY[i:i + 2] for i in range(len(CANARY) - 1)]
LAW = Version("law", "保密规定", "保密规定", "2026", Kind.OTHER, Tier.USER, sha256="aa11")
SECRET = Version("secret", f"{CANARY}办法", f"{CANARY}办法", "2026", Kind.OTHER, Tier.USER, sha256="bb22",
                 file_name=f"{CANARY}.md")


def articles(version, *texts):
    return [Passage(f"{version.id}/{n}/{len(text)}", version, f"第{n}条", text, article=n, ordinal=n,
                    questions=(f"{text}怎么办",)) for n, text in enumerate(texts, start=1)]


def put(catalogue, embedder, version, *texts):
    complete(catalogue, embedder)
    catalogue.keep_original(version.sha256, "\n".join(texts).encode())
    record = FileRecord(f"/folder/{version.file_name}", version.file_name, version.sha256, version.sha256, version.id)
    store(catalogue, catalogue.plan([(version, articles(version, *texts))], files=[record]), embedder)
    catalogue.note_job("ingest", "2026-11-22", 1.0, {"added": 1, "problems": [], "warnings": [
        {"file": version.file_name, "problem": f"《{version.title}》没有日期", "remedy": ""}]})


@pytest.fixture
def data(tmp_path, embedder, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with writer_lock(tmp_path / "data", clock=CLOCK), Catalogue(tmp_path / "data") as catalogue:
        # So many that the removal of two is a difference to the index and no reason to build it anew.
        put(catalogue, embedder, LAW, *(f"应当妥善保管第{n}类材料。" for n in range(12)))
        put(catalogue, embedder, SECRET, f"{CANARY}应当妥善保管。", f"含{CANARY}的材料应当登记。")
    return tmp_path / "data"


def traces(folder):
    """Where any two neighbouring characters of the canary stand, in the encodings a program here might use."""
    wanted = [pair.encode(encoding) for pair in PAIRS for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    wanted += [repr(pair.encode("unicode_escape").decode())[1:-1].encode() for pair in PAIRS]      # as JSON escapes it
    return sorted({path.name for path in folder.rglob("*") if path.is_file()
                   for content in [path.read_bytes()] if any(pair in content for pair in wanted)})


def terms(data):
    """Of the canary, as the term dictionary knows them; its bytes shorten what terms share."""
    found = []
    for words in ("lexical", "asked"):
        copy = private_folder()
        try:
            for path in (data / "index" / current_manifest(data).generation / words).iterdir():
                (copy / path.name).write_bytes(path.read_bytes())
            found += [term for term in (*CANARY, *PAIRS) if LexicalIndex(copy).frequency(term)]
        finally:
            release(copy)
    return found


def removed(data, embedder):
    remove_versions(data, ["secret"], embedder, CLOCK)


def replaced(data, embedder):
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        harmless = replace(SECRET, document="另一办法", title="另一办法", sha256="cc33", file_name="b.md")
        complete(catalogue, embedder)
        catalogue.keep_original("cc33", b"-")
        store(catalogue, catalogue.plan(
            [(harmless, articles(harmless, "应当妥善保管。"))], forgotten=[f"/folder/{SECRET.file_name}"],
            files=[FileRecord("/folder/b.md", "b.md", "cc33", "cc33", "secret")]), embedder)


def pruned(data, embedder):
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        store(catalogue, catalogue.plan([], ["secret"], forgotten=[f"/folder/{SECRET.file_name}"]), embedder)


def test_the_search_finds_what_is_there(data):
    """Otherwise the tests below would pass on anything."""
    found = traces(data)
    assert "catalogue.sqlite3" in found or "catalogue.sqlite3-wal" in found
    assert "bb22" in found
    assert set(terms(data)) == {*CANARY, *PAIRS}


def test_the_unfilled_part_of_the_graph_is_blank(tmp_path):
    """hnswlib would save the memory it was given as it found it, with whatever this process had read before."""
    program = ("import sys; from pathlib import Path; import numpy; from kb.chroma_index import VectorIndex\n"
               "index = VectorIndex(Path(sys.argv[1]), embedder='none', dimension=64)\n"
               "index.put(['one'], numpy.eye(1, 64, dtype='f4')); index.close()")
    found = {**os.environ, "MALLOC_PERTURB_": "165"}         # the C library fills what it hands out
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "chroma")], env=found, check=True)
    (graph,) = (tmp_path / "chroma").rglob("data_level0.bin")
    assert graph.stat().st_size > 0 and not any(graph.read_bytes())


@pytest.mark.parametrize("away", [removed, replaced, pruned])
def test_nothing_of_it_is_left_in_any_file(data, tmp_path, embedder, away):
    away(data, embedder)
    assert traces(tmp_path) == []
    assert terms(data) == []
    assert not [path for path in tmp_path.rglob("*") if any(pair in path.name for pair in PAIRS)]
    verify_library(data)


def test_the_report_of_an_earlier_run_keeps_its_figures(data, embedder):
    removed(data, embedder)
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
        assert [r for r, in connection.execute("SELECT report ->> 'added' FROM jobs")] == [1, 1]


READ = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN")
print(connection.execute("SELECT count(*) FROM passages").fetchone()[0], flush=True)
sys.stdin.readline()
"""


def test_text_that_a_reader_still_holds_goes_with_the_next_opening_after_it(data, tmp_path, embedder, monkeypatch):
    monkeypatch.setattr("kb.catalogue_file._WAIT_FOR_READERS_MS", 1)
    with subprocess.Popen([sys.executable, "-c", READ, str(data / "catalogue.sqlite3")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "14\n"
        removed(data, embedder)
        assert traces(data) != []
        with Catalogue(data) as catalogue:
            assert catalogue.removal_pending()
            assert not is_complete(catalogue, embedder)
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        assert is_complete(catalogue, embedder)
    assert traces(tmp_path) == []


SERVE = """
import sys, time
from pathlib import Path
from kb.embedding import StaticEmbedder
from kb.index import open_index
index = open_index(Path(sys.argv[1]), StaticEmbedder())
print("open", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_the_private_copy_of_a_killed_reader_goes_with_the_next_start(data, tmp_path, embedder):
    with subprocess.Popen([sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "open\n"
        reader.kill()
    removed(data, embedder)
    release(private_folder())
    assert traces(tmp_path) == []
    assert list((tmp_path / "temporary").iterdir()) == []
