"""What an administrator puts right of a version: seen everywhere, kept when the file is read again, taken back at will."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.pipeline import ingest_paths
from ingest.preview import preview_paths
from kb.catalogue import Catalogue
from kb.correction import Correction, carried_over, corrected
from kb.currency import notices_for
from kb.errors import KbError, LibraryBusy
from kb.index import open_index
from kb.lock import writer_lock
from kb.registry import Registry
from kb.render import EDITED_MARK, source_facts
from kb.store import edit_version, remove_versions, verify_library
from kb.types import Citation, Kind, Passage, Status, Tier, Version

LAW = """# 示例市商业秘密保护条例

第一条 为了保护商业秘密，制定本条例。

第二条 本条例自2024年1月1日起施行。
"""
REGISTER = Registry((), {})
VERSION = Version("v", "保密条例", "保密条例", "2024", Kind.OTHER, Tier.USER, in_force_from=date(2024, 1, 1))
PASSAGES = [Passage("p", VERSION, "第一条", "为了保护商业秘密，制定本条例。")]
STANDS = Correction.none_of(VERSION)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "资料" / "条例.md"
    path.parent.mkdir()
    path.write_text(LAW, encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path, file, ingest) -> Path:
    assert ingest(file).added == 1
    return tmp_path / "library"


@pytest.fixture
def ingest(tmp_path, embedder, clock):
    return lambda *paths: ingest_paths(list(paths), tmp_path / "library", registry=REGISTER, embedder=embedder, clock=clock)


@pytest.fixture
def edit(data, embedder, clock):
    def change(**values) -> Version:
        return edit_version(data, only(data).id, replace(Correction.none_of(only(data)), **values), embedder, clock)

    return change


def only(data: Path) -> Version:
    with Catalogue(data) as catalogue:
        version, = catalogue.versions()
        return version


def test_a_corrected_version_remembers_what_its_file_says_and_goes_back_to_it():
    changed, passages = corrected(VERSION, PASSAGES, replace(STANDS, title=" 保密  条例 ", status=Status.REPEALED, in_force_to=date(2026, 1, 1)))
    assert (changed.title, changed.status, changed.in_force_to) == ("保密 条例", Status.REPEALED, date(2026, 1, 1))
    assert changed.edited == (("title", "保密条例"), ("status", "unknown"), ("in_force_to", ""))
    assert passages[0].version is changed
    assert corrected(changed, passages, Correction.as_file_says(changed)) == (VERSION, PASSAGES)


def test_edited_twice_it_still_knows_the_file_and_back_by_hand_is_no_edit():
    once, _ = corrected(VERSION, [], replace(STANDS, in_force_from=date(2025, 1, 1)))
    twice, _ = corrected(once, [], replace(Correction.none_of(once), in_force_from=date(2026, 1, 1)))
    assert twice.edited == (("in_force_from", "2024-01-01"),)
    assert corrected(twice, [], replace(Correction.none_of(twice), in_force_from=date(2024, 1, 1)))[0] == VERSION


@pytest.mark.parametrize(("values", "says"), [
    ({"title": " \u200b "}, "标题不能空着"), ({"document": ""}, "所属文件不能空着"), ({"label": "长" * 201}, "版本说明超过 200 字"),
    ({"in_force_to": date(2023, 12, 31)}, "最后施行日早于施行日"),
])
def test_a_correction_that_contradicts_itself_is_refused(values, says):
    with pytest.raises(KbError, match=says):
        corrected(VERSION, PASSAGES, replace(STANDS, **values))


def test_a_file_that_says_something_new_is_followed_where_nothing_was_edited():
    edited, _ = corrected(VERSION, PASSAGES, replace(STANDS, status=Status.CURRENT))
    read = replace(VERSION, title="保密条例（修订）", status=Status.AMENDED)
    kept, _ = carried_over(read, PASSAGES, edited)
    assert (kept.title, kept.status, kept.edited) == ("保密条例（修订）", Status.CURRENT, (("status", "amended"),))


def test_reading_the_same_or_a_changed_file_again_undoes_nothing(data, edit, ingest, file):
    edit(title="示例市保密条例", status=Status.CURRENT, in_force_from=date(2024, 3, 1))
    assert ingest(file).unchanged == 1
    file.write_text(LAW.replace("保护商业秘密，", "加强保护商业秘密，"), encoding="utf-8")
    assert ingest(file).updated == 1
    version = only(data)
    assert (version.title, version.status, version.in_force_from) == ("示例市保密条例", Status.CURRENT, date(2024, 3, 1))
    with Catalogue(data) as catalogue:
        assert catalogue.passages_of(version.id)[0].text.startswith("为了加强保护")
    verify_library(data)


def test_a_file_read_by_other_rules_changes_nothing_that_was_edited(data, edit, file, embedder, clock, monkeypatch):
    edit(title="示例市保密条例")
    monkeypatch.setattr("ingest.run.RECIPE", 999)
    assert preview_paths([file], data, registry=REGISTER).files[0].outcome.value == "未变"
    report = ingest_paths([file], data, registry=REGISTER, embedder=embedder, clock=clock)
    assert (report.unchanged, only(data).title) == (1, "示例市保密条例")


def test_passages_keep_their_ids_and_are_found_under_the_new_title(data, edit, embedder):
    with Catalogue(data) as catalogue:
        before = catalogue.passage_ids()
    edit(title="云梦泽保密条例")
    with Catalogue(data) as catalogue:
        assert catalogue.passage_ids() == before
    verify_library(data)
    assert {id_ for id_, _ in open_index(data, embedder).lexical("云梦泽", 5)} == set(before)


def test_a_reader_sees_that_it_was_edited(data, edit):
    edit(status=Status.CURRENT)
    with Catalogue(data) as catalogue:
        passage = catalogue.passages_of(only(data).id)[0]
        versions = catalogue.versions()
    assert EDITED_MARK in source_facts(Citation(1, passage, "", "第一条"), date(2026, 11, 22))
    assert "edited" in [notice.kind for notice in notices_for([passage], REGISTER, versions, date(2026, 11, 22))]
    assert EDITED_MARK not in source_facts(Citation(1, PASSAGES[0], "", "第一条"), date(2026, 11, 22))


def test_removing_the_version_leaves_nothing_of_the_correction(data, edit, embedder, clock):
    edit(title="云梦泽保密条例")
    remove_versions(data, [only(data).id], embedder, clock)
    assert not [path for path in data.rglob("*") if path.is_file() and "云梦泽".encode() in path.read_bytes()]


def test_what_ships_with_the_program_and_what_is_gone_cannot_be_edited(data, edit, embedder, clock):
    with writer_lock(data, clock=clock), Catalogue(data) as catalogue:
        catalogue.replace(replace(VERSION, bundled=True), PASSAGES)
    for version_id, says in (("v", "只读"), ("nowhere", "已经没有这个版本")):
        with pytest.raises(KbError, match=says):
            edit_version(data, version_id, STANDS, embedder, clock)


def test_while_another_writes_nothing_is_edited_and_it_is_named(data, edit, clock):
    with writer_lock(data, clock=clock), pytest.raises(LibraryBusy, match=r"正在入库（进程 \d+"):
        edit(title="别的标题")
    assert only(data).title == "示例市商业秘密保护条例"
