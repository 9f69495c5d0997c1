"""A disk that refuses: the change fails with one sentence, the old library answers, and trying again succeeds."""

import errno
import multiprocessing
import os
import resource
import shutil
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from kb.assemble import LiveIndex
from kb.catalogue import Catalogue
from kb.errors import IndexDamaged, KbError, OtherEmbedder
from kb.generations import current_manifest
from kb.index import open_index
from kb.lock import writer_lock
from kb.store import complete, remove_versions, repair_index, store, verify_library
from tests.crash import ARTICLES, CLOCK, EMBEDDER, document

NUMBERS = (errno.ENOSPC, errno.EROFS, errno.EIO)
WRITES = {"os.mkdir", "os.rename", "os.link", "os.truncate"}


def put(data, *numbers, revision=1):
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, EMBEDDER)
        for n in numbers:
            catalogue.keep_original(document(n, revision)[0].sha256, b"original")
        store(catalogue, catalogue.plan([document(n, revision) for n in numbers]), EMBEDDER)


def stored(data):
    with Catalogue(data) as catalogue:
        return {int(version_id.removeprefix("doc")): count for version_id, count in catalogue.sizes().items()}


def answers(data, number):
    with open_index(data, EMBEDDER) as index:
        return index.lexical(f"第{number}号规定", 1)[0][0].startswith(f"{number}/")


@pytest.fixture
def data(tmp_path):
    put(tmp_path / "data", 1, 2, 3)
    return tmp_path / "data"


# --- what Python writes

class Refusals:
    """Refuses the n-th write in a folder, as the audit hook and the patched calls see them."""

    left, number, armed, folder = 0, 0, False, ""

    def arm(self, nth, number, folder):
        self.left, self.number, self.armed, self.folder = nth, number, True, str(folder)

    def disarm(self):
        """Whether a write was refused."""
        self.armed = False
        return self.left <= 0

    def count(self):
        if self.armed:
            self.left -= 1
            if self.left == 0:
                raise OSError(self.number, os.strerror(self.number))

    def hook(self, event, arguments):
        writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if self.armed and (writing or event in WRITES) and str(arguments[0]).startswith(self.folder):
            self.count()


REFUSALS = Refusals()
sys.addaudithook(REFUSALS.hook)


@pytest.fixture
def refusals(monkeypatch):
    def refusable(original):
        def call(*arguments):
            REFUSALS.count()
            return original(*arguments)
        return call

    for name in ("fsync", "write"):
        monkeypatch.setattr(os, name, refusable(getattr(os, name)))
    yield REFUSALS
    REFUSALS.disarm()


@pytest.mark.parametrize("change", ["add", "replace", "remove", "first"])
def test_every_single_write_may_be_refused(data, tmp_path, refusals, change):
    """Each write of the change in turn, until a run has none left to refuse."""
    work = tmp_path / "work"
    change_it = {"add": lambda: put(work, 4), "replace": lambda: put(work, 2, revision=2), "first": lambda: put(work, 4),
                 "remove": lambda: remove_versions(work, ["doc2"], EMBEDDER, CLOCK)}[change]
    for nth in range(1, 200):
        shutil.rmtree(work, ignore_errors=True)
        if change != "first":
            shutil.copytree(data, work)
        refusals.arm(nth, NUMBERS[nth % 3], work)
        try:
            change_it()
        except KbError as error:
            assert error.remedy
            assert "\n" not in str(error)
        if not refusals.disarm():
            break
        if change != "first":
            assert answers(work, 1)
        change_it()
        verify_library(work)
        assert stored(work) == dict.fromkeys({"add": (1, 2, 3, 4), "replace": (1, 2, 3), "first": (4,),
                                              "remove": (1, 3)}[change], ARTICLES)
    assert 10 < nth < 199, "too few writes were seen, or a refusal is never reached"


# --- what SQLite, Chroma and tantivy write

def put_with_limit(data, limit, said):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        put(data, *range(4, 404))
        said.send("")
    except KbError as error:
        said.send(str(error))


@pytest.mark.parametrize("limit", [4_096, 40_000, 150_000, 300_000, 600_000])
def test_a_disk_that_fills_up_under_the_engines_leaves_the_old_library(data, limit):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["chromadb", "kb.chroma_index", "kb.store"])
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=put_with_limit, args=(data, limit, theirs))
    process.start()
    theirs.close()
    sentence = ours.recv()
    process.join()
    assert "磁盘" in sentence or "不可写" in sentence
    assert answers(data, 1)
    assert stored(data).keys() == {1, 2, 3}
    put(data, 4)
    assert verify_library(data).passages == 4 * ARTICLES


# --- damage

def damaged_by(kind, path):
    content = path.read_bytes()
    if kind == "deleted":
        path.unlink()
    elif kind == "truncated":
        path.write_bytes(content[:len(content) // 2])
    else:
        path.write_bytes(content[:len(content) // 2] + bytes([content[len(content) // 2] ^ 1]) + content[len(content) // 2 + 1:])


def live(data, said):
    return LiveIndex(data, EMBEDDER, lambda: repair_index(data, EMBEDDER, CLOCK, said.append))


@pytest.mark.parametrize("kind", ["flipped", "truncated", "deleted"])
def test_damage_to_any_file_of_the_index_is_found_on_opening_and_repaired(data, tmp_path, kind):
    names = [path.relative_to(data) for path in sorted((data / "index").rglob("*"))
             if path.is_file() and path.stat().st_size]
    assert len(names) > 10
    for name in names:
        work = tmp_path / "work"
        shutil.copytree(data, work)
        damaged_by(kind, work / name)
        with pytest.raises(IndexDamaged):
            verify_library(work)
        said = []
        index = live(work, said)
        assert index.lexical("第2号规定", 1)[0][0].startswith("2/")
        assert index.nearest("第2号规定", 1)
        verify_library(work)
        shutil.rmtree(work)


def test_a_damaged_generation_is_set_aside_one_at_most_until_the_next_change(data):
    for _ in range(2):
        (data / "index" / current_manifest(data).generation / "lexical" / "meta.json").write_text("{", encoding="utf-8")
        said = []
        live(data, said)
        assert said == ["索引文件缺失或已损坏：lexical/meta.json，正在从目录重建索引"]
        assert len(list((data / "index").glob("damaged-*"))) == 1
    put(data, 4)
    assert not list((data / "index").glob("damaged-*"))


def test_a_writer_does_not_build_on_a_damaged_index(data):
    (data / "index" / current_manifest(data).generation / "chroma" / "chroma.sqlite3").write_bytes(b"")
    put(data, 4)
    assert verify_library(data).passages == 4 * ARTICLES


def test_a_running_application_repairs_what_it_finds_at_the_next_generation(data):
    said = []
    index = live(data, said)
    put(data, 4)
    damaged_by("flipped", data / "index" / current_manifest(data).generation / "chroma" / "chroma.sqlite3")
    assert index.lexical("第4号规定", 1)[0][0].startswith("4/")
    assert said


def test_a_damaged_index_that_cannot_be_replaced_is_never_an_empty_result(data, monkeypatch):
    damaged_by("truncated", data / "index" / current_manifest(data).generation / "lexical" / "meta.json")
    refused = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, *more, **named: refused(path, flags, *more, **named)
                        if not flags & os.O_CREAT or not str(path).startswith(str(data)) else fail(path))
    with pytest.raises(IndexDamaged) as damage:
        live(data, [])
    assert "zhiwen library rebuild" in damage.value.remedy


def fail(path):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))


class Other:
    name, dimension = "other", 3

    def embed(self, texts):
        raise AssertionError("nothing is embedded unasked")


def test_an_index_of_another_embedder_is_refused_not_rebuilt_unasked(data):
    with pytest.raises(OtherEmbedder):
        LiveIndex(data, Other(), lambda: repair_index(data, Other(), CLOCK, print))
    verify_library(data)


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_damaged_catalogue_is_found_by_verify_with_what_to_do(data, place):
    Catalogue(data).close()
    path = data / "catalogue.sqlite3"
    content = bytearray(path.read_bytes())
    at = int(len(content) * place)
    content[at:at + 4096] = os.urandom(4096)
    path.write_bytes(content)
    with pytest.raises(KbError) as damage:
        verify_library(data)
    assert "备份" in damage.value.remedy


def test_a_damaged_catalogue_says_so_instead_of_answering(data):
    Catalogue(data).close()
    path = data / "catalogue.sqlite3"
    content = bytearray(path.read_bytes())
    half = len(content) // 2 // 4096 * 4096
    content[half:] = os.urandom(len(content) - half)         # it still opens: the first pages name the tables
    path.write_bytes(content)
    with Catalogue(data) as catalogue, pytest.raises(KbError, match="已损坏") as damage:
        catalogue.all_passages()
    assert "备份" in damage.value.remedy


def test_an_altered_text_in_an_intact_catalogue_is_found_by_verify(data):
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection, connection:
        connection.execute("UPDATE passages SET text = '改过的' WHERE id = '2/1/1'")
    with pytest.raises(KbError) as damage:
        verify_library(data)
    assert "第2号规定" in damage.value.problem


# --- readers while a writer swaps

def test_a_reader_during_changes_always_finds_what_stayed_and_never_more_than_was_stored(data):
    """Document 1 stays throughout; what a search finds is in the catalogue, or was replaced a moment ago."""
    index, found, failures, done = live(data, []), [], [], threading.Event()

    def search():
        with Catalogue(data) as catalogue:
            while not done.is_set():
                try:
                    hits = [i for i, _ in index.lexical("第1号规定 第2号规定", 50)]
                    near = [i for i, _ in index.nearest("第1号规定", 50)]
                    found.append((hits, near, catalogue.passages([*hits, *near])))
                except Exception as error:
                    failures.append(error)
                    return

    reader = threading.Thread(target=search)
    reader.start()
    for revision in range(2, 8):
        put(data, 2, revision=revision)
    done.set()
    reader.join()
    assert not failures
    assert found
    for hits, near, passages in found:
        for ranking in (hits, near):
            revisions = {i.split("/")[1] for i in ranking if i.startswith("2/")}
            assert len(revisions) == 1, "one ranking mixes two generations"
            assert len([i for i in ranking if i.startswith("1/")]) == ARTICLES
        missing = {i for i in (*hits, *near) if i not in passages}
        assert all(i.startswith("2/") for i in missing)
    assert {i for i, _ in index.nearest("第2号规定", 50) if i.startswith("2/")} == {f"2/7/{n}" for n in range(1, 5)}


def test_replacing_twice_leaves_no_stale_entry(data):
    version, passages = document(2, 2)
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        store(catalogue, catalogue.plan([(version, passages)]), EMBEDDER)
        store(catalogue, catalogue.plan([(version, [replace(passages[0], ordinal=0)])]), EMBEDDER)
    assert verify_library(data).passages == 2 * ARTICLES + 1
