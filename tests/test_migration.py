"""A catalogue of an older program is brought up to date on opening, with a backup, once, and loses nothing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from kb.catalogue import Catalogue
from kb.clock import FixedClock
from kb.errors import LibraryBusy
from kb.lock import writer_lock
from kb.migrations import SCHEMA
from kb.store import complete, is_complete, remove_versions, verify_library
from kb.types import Kind, Passage, Tier, Version
from tests.crash import make_older

CLOCK = FixedClock(date(2026, 11, 22))
LAW = Version("law", "保密法", "保密规定", "2024", Kind.LAW, Tier.OFFICIAL, in_force_from=date(2024, 1, 1))
ARTICLES = [Passage(f"law/{n}", LAW, f"第{n}条", f"第{n}条的内容", article=n, ordinal=n) for n in range(1, 4)]
# As the first released program made it.
SCHEMA_1 = """
CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT, PRIMARY KEY ("key"));
CREATE TABLE versions (id TEXT NOT NULL, document TEXT NOT NULL, title TEXT NOT NULL, label TEXT NOT NULL,
  kind TEXT NOT NULL, tier TEXT NOT NULL, number TEXT NOT NULL, issuer TEXT NOT NULL, status TEXT NOT NULL,
  supersedes TEXT NOT NULL, source_url TEXT NOT NULL, sha256 TEXT NOT NULL, file_name TEXT NOT NULL,
  place TEXT NOT NULL, owner TEXT NOT NULL, issued DATE, in_force_from DATE, in_force_to DATE, bundled BOOLEAN NOT NULL,
  digest TEXT NOT NULL, document_key TEXT NOT NULL, title_key TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE passages (id TEXT NOT NULL, version_id TEXT NOT NULL, owner TEXT NOT NULL, ordinal INTEGER NOT NULL,
  locator TEXT NOT NULL, text TEXT NOT NULL, article INTEGER, page INTEGER, sub INTEGER NOT NULL, part INTEGER NOT NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading_path JSON NOT NULL, questions JSON NOT NULL,
  basis JSON NOT NULL, PRIMARY KEY (id), FOREIGN KEY(version_id) REFERENCES versions (id) ON DELETE CASCADE);
CREATE TABLE files (location TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL,
  version_id TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (location),
  FOREIGN KEY(version_id) REFERENCES versions (id) ON DELETE CASCADE);
CREATE TABLE jobs (id INTEGER NOT NULL, kind TEXT NOT NULL, started TEXT NOT NULL, seconds FLOAT NOT NULL,
  report JSON NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE gaps (id INTEGER NOT NULL, noted TEXT NOT NULL, question TEXT NOT NULL, outcome TEXT NOT NULL,
  owner TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE feedback (id INTEGER NOT NULL, noted TEXT NOT NULL, passage_id TEXT NOT NULL, verdict TEXT NOT NULL,
  comment TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (id));
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO versions VALUES ('law', '保密法', '保密规定', '2024', 'law', 'official', '', '', 'unknown', '', '', '', '', '',
  'library', NULL, '2024-01-01', NULL, 0, '{digest}', '保密法', '保密规定');
INSERT INTO passages VALUES ('law/1', 'law', 'library', 1, '第1条', '第1条的内容', 1, NULL, 0, 0, 0, 0, '[]', '[]', '[]');
INSERT INTO passages VALUES ('law/2', 'law', 'library', 2, '第2条', '第2条的内容', 2, NULL, 0, 0, 0, 0, '[]', '[]', '[]');
INSERT INTO passages VALUES ('law/3', 'law', 'library', 3, '第3条', '第3条的内容', 3, NULL, 0, 0, 0, 0, '[]', '[]', '[]');
"""
DIGEST = "8329cee88f98c0874dc86acf1eba840097b1d192bb1609bfb13d0adaa797206c"


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalogue.sqlite3")) as connection:
        connection.executescript(SCHEMA_1.replace("{digest}", DIGEST))
    return folder


def number(path):
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


def test_nothing_is_lost_and_the_older_catalogue_is_kept_beside_it(data):
    with Catalogue(data) as catalogue:
        assert catalogue.passages_of("law") == ARTICLES
        (backup,) = catalogue.backups()
        catalogue.check()
    assert number(data / "catalogue.sqlite3") == SCHEMA
    assert number(backup) == 1
    assert backup.name.startswith("catalogue.sqlite3.v1-2")


def test_what_an_older_program_stored_counts_as_unchanged(data):
    with Catalogue(data) as catalogue:
        assert not catalogue.plan([(LAW, ARTICLES)]).documents


def test_opening_again_migrates_nothing(data):
    Catalogue(data).close()
    before = (data / "catalogue.sqlite3").read_bytes()
    Catalogue(data).close()
    assert (data / "catalogue.sqlite3").read_bytes() == before


def test_a_migrated_catalogue_takes_new_fields(data):
    version = replace(LAW, read_by="reader")
    labelled = [replace(ARTICLES[0], version=version, page_label="iv")]
    with Catalogue(data) as catalogue:
        catalogue.replace(version, labelled)
        assert catalogue.passages_of("law") == labelled
        catalogue.check()


@pytest.mark.parametrize("gone", ["verify", "remove"])
def test_the_backup_goes_once_the_library_is_verified_or_something_is_removed(data, embedder, gone):
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
        assert catalogue.backups()
    if gone == "verify":
        verify_library(data)
    else:
        remove_versions(data, ["law"], embedder, CLOCK)
    assert not list(data.glob("*.bak*"))


def test_the_index_of_a_migrated_library_is_still_its_own(data, embedder):
    """A new column without content changes no digest, so 50,000 passages need not be indexed again."""
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, embedder)
    make_older(data)
    with Catalogue(data) as catalogue:
        assert is_complete(catalogue, embedder)


def test_a_second_process_waits_and_finds_it_done(data):
    script = ("import sys; from pathlib import Path; from kb.catalogue import Catalogue\n"
              "print(len(Catalogue(Path(sys.argv[1])).all_passages()))")
    with writer_lock(data, clock=CLOCK):
        waiting = [subprocess.Popen([sys.executable, "-c", script, str(data)], stdout=subprocess.PIPE, text=True)
                   for _ in range(2)]
        Catalogue(data).close()
    assert [process.communicate()[0] for process in waiting] == ["3\n", "3\n"]
    assert len(list(data.glob("*.bak*"))) == 1


def test_a_migration_refused_its_lock_leaves_the_older_catalogue(data, monkeypatch):
    monkeypatch.setattr("kb.migrations._WAIT_S", 0.0)
    script = ("import sys, time; from pathlib import Path; from kb.lock import writer_lock; from kb.clock import SystemClock\n"
              "with writer_lock(Path(sys.argv[1]), clock=SystemClock()): print('held', flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", script, str(data)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LibraryBusy):
            Catalogue(data)
        holder.kill()
    assert number(data / "catalogue.sqlite3") == 1


def test_a_read_only_folder_is_migrated_in_a_private_copy(data, monkeypatch):
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: allowed(path, mode, **more) and not (
        mode & os.W_OK and str(path).startswith(str(data))))
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    with Catalogue(data) as served:
        assert served.passages_of("law") == ARTICLES
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before
