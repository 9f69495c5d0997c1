"""Generations of the index: found is what was stored, the difference is enough, and a killed writer leaves old or new."""

import json
import shutil
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kb import store as store_module
from kb.catalogue import Catalogue
from kb.chroma_index import VectorIndex
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.errors import IndexDamaged, LibraryBusy
from kb.generations import Manifest, current_manifest, file_digests, publish
from kb.index import index_entry, open_index
from kb.lexical import LexicalIndex, write_lexical
from kb.lock import writer_lock
from kb.ports import IndexEntry
from kb.store import complete, is_complete, rebuild_index, remove_versions, store, verify_library
from kb.types import Kind, Passage, Tier, Version, ordinal_numeral

FIXED = FixedClock(date(2026, 11, 22))
LAW = Version("aucl", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2025修订", Kind.LAW, Tier.OFFICIAL,
              in_force_from=date(2025, 10, 15))
LABOUR = replace(LAW, id="lcl", document="劳动合同法", title="中华人民共和国劳动合同法", label="2012修正")
TEXTS = {9: "经营者不得采用给予财物的手段贿赂交易相对方", 10: "经营者不得实施盗窃、贿赂、欺诈等侵犯商业秘密的行为",
         22: "因不正当竞争行为受到损害的经营者的赔偿数额", 26: "监督检查部门责令停止违法行为，处十万元以上罚款"}


def passages(version, texts, questions=()):
    return [Passage(f"{version.id}/{n}/{text[-4:]}", version, f"第{ordinal_numeral(n)}条", text, article=n, ordinal=i,
                    questions=tuple(questions) if n == 10 else ()) for i, (n, text) in enumerate(texts.items())]


def put(catalogue, embedder, version=LAW, texts=TEXTS, questions=()):
    complete(catalogue, embedder)
    return store(catalogue, catalogue.plan([(version, passages(version, texts, questions))]), embedder)


@pytest.fixture
def catalogue(tmp_path, embedder):
    with Catalogue(tmp_path / "data") as opened:
        put(opened, embedder)
        yield opened


@pytest.fixture
def data(catalogue):
    return catalogue.data


class CountingEmbedder(StaticEmbedder):
    def __init__(self):
        super().__init__()
        self.seen = []

    def embed(self, texts):
        self.seen += texts
        return super().embed(texts)


class OtherEmbedder(StaticEmbedder):
    name = "trained-static-1"


# --- finding

def test_words_find_the_article_that_has_them(data, embedder):
    with open_index(data, embedder) as index:
        assert len(index) == 4
        assert index.lexical("盗窃商业秘密", 2)[0][0].startswith("aucl/10/")
        assert index.nearest("侵犯商业秘密的行为", 2)[0][0].startswith("aucl/10/")


def test_best_comes_first_and_no_more_than_asked(data, embedder):
    with open_index(data, embedder) as index:
        for found in (index.lexical("经营者的行为", 3), index.nearest("经营者的行为", 3)):
            assert len(found) == 3
            assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
        assert all(-1.001 <= similarity <= 1.001 for _, similarity in index.nearest("经营者的行为", 9))


def test_a_passage_is_found_by_a_question_lay_people_ask(catalogue, embedder):
    put(catalogue, embedder, questions=["老板挖人带走客户名单咋办"])
    with open_index(catalogue.data, embedder) as index:
        for found in (index.asked("客户名单", 5), index.nearest_asked("客户名单被老板挖走", 5)):
            assert [i.split("/")[1] for i, _ in found] == ["10"]


def test_a_passage_stands_at_its_most_similar_question(catalogue, embedder):
    put(catalogue, embedder, questions=["老板挖人带走客户名单咋办", "偷拍图纸犯法吗"])
    with open_index(catalogue.data, embedder) as index:
        ((_, similarity),) = index.nearest_asked("偷拍图纸犯法吗", 5)
        assert similarity == pytest.approx(1, abs=1e-4)


def test_questions_that_are_no_longer_asked_lead_nowhere(catalogue, embedder):
    put(catalogue, embedder, questions=["老板挖人带走客户名单咋办", "偷拍图纸犯法吗"])
    put(catalogue, embedder, questions=["老板挖人带走客户名单咋办"])
    verify_library(catalogue.data)
    with open_index(catalogue.data, embedder) as index:
        assert index.asked("偷拍图纸", 5) == []
        ((_, similarity),) = index.nearest_asked("偷拍图纸犯法吗", 5)
        assert similarity < 0.9
    put(catalogue, embedder)
    with open_index(catalogue.data, embedder) as index:
        assert (index.asked("客户名单", 5), index.nearest_asked("客户名单", 5)) == ([], [])


@pytest.mark.parametrize("query", ["", "  ", "，。？！", "\u200b"])
def test_a_query_without_words_finds_nothing(data, embedder, query):
    with open_index(data, embedder) as index:
        assert index.lexical(query, 5) == []
        assert index.nearest(query, 5) == []


@pytest.mark.parametrize("query", ['title:"商业', "商业 AND (秘密", "body:*", "秘密~2^9", "[a TO b]", "-商业秘密", "+id:x", "\\"])
def test_search_syntax_is_ordinary_text(data, embedder, query):
    with open_index(data, embedder) as index:
        assert {i for i, _ in index.lexical(query, 9)} <= {p.id for p in passages(LAW, TEXTS)}


def test_a_very_long_query_is_answered(data, embedder):
    with open_index(data, embedder) as index:
        assert index.lexical("".join(chr(0x4e00 + n % 20000) for n in range(100_000)) + "商业秘密", 3) is not None


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most(data, embedder):
    with open_index(data, embedder) as index:
        weight = index.rarity(["经营", "商业", "龘龘"])
    assert weight["经营"] < weight["商业"] < weight["龘龘"]


def test_threads_share_an_index(data, embedder):
    found = []
    with open_index(data, embedder) as index:
        threads = [threading.Thread(target=lambda: found.append(index.nearest("商业秘密", 1))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 8
    assert all(hits == found[0] and hits for hits in found)


def test_headings_and_locator_help_to_find_and_a_guide_does_not_repeat_them():
    guide = Passage("g", LAW, "离职怎么办 > 步骤", "1. 收回账号", heading_path=("离职怎么办",))
    assert index_entry(guide).heading == "离职怎么办 步骤"


# --- changing

def test_only_what_is_new_is_embedded(catalogue):
    embedder = CountingEmbedder()
    put(catalogue, embedder, LABOUR, {23: "竞业限制"})
    assert len(embedder.seen) == 1


def test_a_replaced_article_is_found_by_its_new_words_only(catalogue, embedder):
    put(catalogue, embedder, texts=TEXTS | {10: "不得披露、使用他人的保密信息"})
    with open_index(catalogue.data, embedder) as index:
        assert [i for i, _ in index.lexical("盗窃", 5)] == []
        assert index.lexical("保密", 5)[0][0].startswith("aucl/10/")
        assert len(index) == 4
    verify_library(catalogue.data)


def test_a_running_reader_keeps_its_generation_and_notices_the_next(catalogue, embedder):
    with open_index(catalogue.data, embedder) as index:
        assert index.current()
        put(catalogue, embedder, LABOUR, {23: "竞业限制"})
        assert not index.current()
        assert index.nearest("商业秘密", 1)
        assert len(index) == 4
    with open_index(catalogue.data, embedder) as index:
        assert len(index) == 5


def test_only_one_generation_stays_and_removed_words_are_not_in_it(catalogue, embedder):
    put(catalogue, embedder, LABOUR, {23: "zhiwensecretword 竞业限制"})
    remove_versions(catalogue.data, [LABOUR.id], embedder, FIXED)
    folders = [path for path in (catalogue.data / "index").iterdir() if path.is_dir()]
    assert len(folders) == 1
    assert not [path for path in catalogue.data.rglob("*") if path.is_file() and b"zhiwensecret" in path.read_bytes()]


def test_a_private_copy_is_removed_when_its_reader_is_forgotten(data, embedder):
    index = open_index(data, embedder)
    index.nearest("商业秘密", 1)
    copy = index._copy
    assert copy.is_dir()
    del index
    assert not copy.exists()


def test_reading_leaves_the_published_generation_untouched(data, embedder):
    def content():
        return {path: path.read_bytes() for path in (data / "index").rglob("*") if path.is_file()}

    before = content()
    with open_index(data, embedder) as index:
        index.lexical("商业秘密", 5)
        index.nearest("商业秘密", 5)
    verify_library(data)
    assert content() == before


def test_a_copy_of_a_read_only_library_is_its_readers_own(data, embedder):
    published = list((data / "index").rglob("*"))
    for path in published:
        path.chmod(path.stat().st_mode & ~0o222)
    with open_index(data, embedder) as index:
        assert all(path.stat().st_mode & 0o200 for path in index._copy.rglob("*"))
        assert index.nearest("商业秘密", 1)
    for path in published:
        path.chmod(path.stat().st_mode | 0o200)


def test_a_library_can_become_empty_and_full_again(catalogue, embedder):
    remove_versions(catalogue.data, [LAW.id], embedder, FIXED)
    with open_index(catalogue.data, embedder) as index:
        assert (len(index), index.lexical("商业", 3), index.nearest("商业", 3)) == (0, [], [])
    verify_library(catalogue.data)
    put(catalogue, embedder)
    assert verify_library(catalogue.data).passages == 4


def test_a_graph_with_many_deletions_is_built_anew(catalogue, embedder):
    put(catalogue, embedder, texts={9: "甲", 10: "乙", 22: "丙", 26: "丁"})
    assert current_manifest(catalogue.data).stale == 0
    assert verify_library(catalogue.data).passages == 4


def entries(texts):
    return [IndexEntry(passage_id, "", "", text) for passage_id, text in texts.items()]


def lexical(folder, texts, **difference):
    """The words of `texts` in `folder`; entries that stay are taken from `texts` too."""
    known = {entry.id: entry for entry in entries(texts)}
    put = difference.pop("put", texts)
    return write_lexical(folder, [known[i] for i in put], kept=lambda ids: [known[i] for i in ids], **difference)


def test_the_lexical_index_replaces_by_id(tmp_path):
    lexical(tmp_path / "old", {"a": "旧的文字", "b": "另一条"})
    assert lexical(tmp_path / "new", {"a": "新写的"}, base=tmp_path / "old", removed=["b"]) == 1
    index = LexicalIndex(tmp_path / "new")
    assert index.ids() == ["a"]
    assert index.search("旧", 5) == []
    assert [i for i, _ in index.search("新", 5)] == ["a"]


@pytest.fixture
def segments_of_two(monkeypatch):
    monkeypatch.setattr("kb.lexical._SEGMENT", 2)


def segments(folder):
    return [segment["segment_id"] for segment in json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]]


def test_only_the_segment_that_held_the_removed_entry_is_rewritten(tmp_path, segments_of_two):
    texts = {"a": "盗窃", "b": "贿赂", "c": "欺诈", "d": "胁迫", "e": "电子侵入"}
    lexical(tmp_path / "old", texts)
    lexical(tmp_path / "new", texts, put=(), base=tmp_path / "old", removed=["c"])
    old, new = segments(tmp_path / "old"), segments(tmp_path / "new")
    assert [segment for segment in old if segment in new] == [old[0], old[2]]
    assert len(new) == 3
    index = LexicalIndex(tmp_path / "new")
    assert index.ids() == ["a", "b", "d", "e"]
    # Asked of the term dictionary, which shortens what terms share, so that a search of the bytes could miss one.
    assert [index.frequency(term) for term in ("欺", "欺诈", "胁迫", "电子")] == [0, 0, 1, 1]


def test_many_small_segments_are_put_together(tmp_path, monkeypatch):
    monkeypatch.setattr("kb.lexical._SEGMENT", 100)
    texts, base = {}, None
    for n in range(12):
        texts |= {f"p{n:02}": f"第{n}条的内容"}
        lexical(tmp_path / f"{n}", texts, put=[f"p{n:02}"], base=base)
        base = tmp_path / f"{n}"
        assert LexicalIndex(base).ids() == sorted(texts)
    assert len(segments(base)) < 9


def test_scores_do_not_depend_on_how_the_library_came_about(tmp_path, segments_of_two):
    """Statistics span all segments, and what was removed is no longer counted in them."""
    texts = {"a": "侵犯商业秘密的行为", "b": "商业秘密的赔偿", "c": "商业贿赂", "d": "商业标识的混淆", "e": "秘密窃取"}
    lexical(tmp_path / "at once", texts)
    lexical(tmp_path / "1", texts | {"x": "商业秘密商业秘密", "y": "赔偿"}, put=["a", "x", "y", "b"])
    lexical(tmp_path / "2", texts, put=["c", "e"], base=tmp_path / "1", removed=["x"])
    lexical(tmp_path / "3", texts, put=["d"], base=tmp_path / "2", removed=["y"])
    found = [LexicalIndex(tmp_path / name).search("侵犯商业秘密的赔偿", 9) for name in ("at once", "3")]
    assert [i for i, _ in found[0]] == [i for i, _ in found[1]]
    assert [score for _, score in found[0]] == pytest.approx([score for _, score in found[1]])


# --- refusing and repairing

def test_another_embedder_is_refused_with_the_command_that_repairs_it(catalogue, data, clock):
    for attempt in (lambda: open_index(data, OtherEmbedder()), lambda: complete(catalogue, OtherEmbedder())):
        with pytest.raises(IndexDamaged) as refused:
            attempt()
        assert StaticEmbedder().name in refused.value.problem
        assert "trained-static-1" in refused.value.problem
        assert "zhiwen library rebuild" in refused.value.remedy
    rebuild_index(data, OtherEmbedder(), clock)
    with open_index(data, OtherEmbedder()) as index:
        assert index.nearest("商业秘密", 1)


def test_the_index_can_be_rebuilt_from_the_catalogue_alone(data, embedder, clock):
    before = current_manifest(data)
    for path in sorted((data / "index").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with pytest.raises(IndexDamaged):
        open_index(data, embedder)
    after = rebuild_index(data, embedder, clock)
    assert (after.passages, after.checksum, after.library_version) == (
        before.passages, before.checksum, before.library_version)
    assert verify_library(data) == after


def test_rebuilding_waits_its_turn(data, embedder, clock):
    with writer_lock(data, clock=clock, command="ingest"), pytest.raises(LibraryBusy):
        rebuild_index(data, embedder, clock)


def reseal(folder, **values):
    """Change a manifest as a program with a fault would: consistent in itself."""
    replace(Manifest.read(folder), **values).write(folder)


def wrong_checksum(folder):
    reseal(folder, checksum="0" * 64)


def wrong_version(folder):
    reseal(folder, library_version="0")


def missing_words(folder):
    write_lexical(folder / "other", [], base=folder / "lexical", removed=["aucl/10/" + TEXTS[10][-4:]],
                  kept=lambda ids: [index_entry(p) for p in passages(LAW, TEXTS) if p.id in ids])
    shutil.rmtree(folder / "lexical")
    (folder / "other").rename(folder / "lexical")
    reseal(folder, files=file_digests(folder))


@pytest.mark.parametrize("fault", [wrong_checksum, wrong_version, missing_words])
def test_an_index_that_says_something_else_than_it_holds_is_found_out(data, embedder, clock, fault):
    fault(data / "index" / current_manifest(data).generation)
    with pytest.raises(IndexDamaged):
        verify_library(data)
    rebuild_index(data, embedder, clock)
    verify_library(data)


def test_an_index_that_misses_a_passage_of_the_catalogue_is_found_out(catalogue, data):
    catalogue.replace(LABOUR, passages(LABOUR, {23: "竞业限制"}))
    with pytest.raises(IndexDamaged):
        verify_library(data)


# --- a process killed at each step

class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["commit", "apply", "publish"])
def test_a_writer_killed_at_any_step_leaves_old_or_new_and_the_next_one_repairs(
        catalogue, embedder, monkeypatch, step):
    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        if step == "commit":
            patch.setattr("kb.index_writer.file_digests", killed)
        elif step == "apply":
            patch.setattr(Catalogue, "apply", killed)
        else:
            patch.setattr(store_module, "publish", killed)
        with pytest.raises(Killed):
            put(catalogue, embedder, LABOUR, {23: "竞业限制"})
    with open_index(catalogue.data, embedder) as index:
        assert len(index) == 4
    assert len(catalogue.passage_ids()) == (5 if step == "publish" else 4)
    built = CountingEmbedder()
    complete(catalogue, built)
    assert built.seen == []                       # the finished generation is used, not made again
    assert is_complete(catalogue, embedder)
    verify_library(catalogue.data)
    put(catalogue, embedder, LABOUR, {23: "竞业限制"})
    assert verify_library(catalogue.data).passages == 5
    assert len([path for path in (catalogue.data / "index").iterdir() if path.is_dir()]) == 1


def test_a_reader_that_copies_while_a_writer_publishes_gets_the_new_generation(catalogue, embedder, monkeypatch):
    first = current_manifest(catalogue.data)
    put(catalogue, embedder, LABOUR, {23: "竞业限制"})
    newest, answers = current_manifest(catalogue.data), [first]
    monkeypatch.setattr("kb.index.current_manifest", lambda data: answers.pop() if answers else newest)
    with open_index(catalogue.data, embedder) as index:
        assert len(index) == 5


def test_publishing_replaces_the_pointer_whole(data):
    name = current_manifest(data).generation
    publish(data, name)
    assert (data / "index" / "CURRENT").read_text(encoding="utf-8") == name
    assert sorted(path.name for path in (data / "index").iterdir()) == sorted(["CURRENT", name])


def test_the_neighbours_are_those_of_an_exact_search_each_time_the_folder_is_opened(tmp_path: Path) -> None:
    """An approximate graph that loses some loses others next time: one question would rank differently in two processes."""
    vectors = np.random.default_rng(7).standard_normal((3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"p{n:04}" for n in range(len(vectors))]
    written = VectorIndex(tmp_path / "written", embedder="random", dimension=64)
    written.put(ids, vectors)
    written.close()
    for copy in ("first", "second"):
        shutil.copytree(tmp_path / "written", tmp_path / copy)
        opened = VectorIndex(tmp_path / copy)
        for query in vectors[:20]:
            exact = {ids[n] for n in np.argsort(-(vectors @ query))[:150]}
            assert {passage_id for passage_id, _ in opened.nearest(query, 150)} == exact
        opened.close()
