"""The catalogue: what was stored comes back, by id, by article, by neighbourhood; what was deleted is gone."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.catalogue import Catalogue, FileRecord
from kb.errors import KbError, ReadOnlyLibrary
from kb.migrations import SCHEMA
from kb.types import Kind, Passage, Status, Tier, Version, ordinal_numeral

OLD = Version("aucl-2019", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2019修正", Kind.LAW, Tier.OFFICIAL,
              in_force_from=date(2019, 4, 23), in_force_to=date(2025, 10, 14), status=Status.AMENDED)
NEW = replace(OLD, id="aucl-2025", label="2025修订", in_force_from=date(2025, 10, 15), in_force_to=None,
              status=Status.CURRENT, sha256="ab12")
DIGEST = replace(NEW, id="aucl-2025-digest", tier=Tier.DIGEST, bundled=True, sha256="")
PLAN = Version("plan", "武汉市国家知识产权保护示范区建设方案", "武汉市国家知识产权保护示范区建设方案", "2025", Kind.POLICY_PLAN,
               Tier.OFFICIAL)


def article(version, number, text, **more):
    return Passage(f"{version.id}/{number}/{more.get('part', 0)}", version, f"第{ordinal_numeral(number)}条", text,
                   article=number, **{"ordinal": number, "heading_path": ("第二章",)} | more)


def law(version, *numbers):
    return [article(version, n, f"{version.label}第{n}条的内容") for n in numbers]


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path) as opened:
        yield opened


@pytest.fixture
def library(catalogue):
    for version in (OLD, NEW, DIGEST):
        catalogue.replace(version, law(version, 8, 9, 10, 11))
    catalogue.replace(PLAN, [Passage("task", PLAN, "二、(三)7", "建设服务窗口", ordinal=0)])
    return catalogue


def test_a_passage_comes_back_as_it_was_stored(catalogue):
    stored = article(NEW, 10, "　　侵犯“商业秘密”\n（一）盗窃", questions=("客户名单算不算？",), basis=("《刑法》第二百一十九条",),
                     page=3, start=120, end=140, heading_path=("第二章", "第一节"))
    catalogue.replace(NEW, [stored])
    assert catalogue.passages(["aucl-2025/10/0", "nobody"]) == {stored.id: stored}


def test_passages_come_back_in_the_order_asked_for(library):
    ids = ["aucl-2025/11/0", "task", "aucl-2019/8/0"]
    assert list(library.passages(ids)) == ids


@pytest.mark.parametrize("name", ["反不正当竞争法", "《反不正当竞争法》", "中华人民共和国反不正当竞争法", "《中华人民共和国反不正当竞争法》",
                                  " 反不正当竞争法 "])
def test_an_article_is_found_under_every_name_of_its_law(library, name):
    assert [p.version.id for p in library.article(name, 10)] == ["aucl-2025", "aucl-2025-digest", "aucl-2019"]


@pytest.mark.parametrize("name", ["不正当竞争法", "反不正当", "竞争法", "", "反不正当竞争法实施条例"])
def test_a_name_matches_whole_or_not_at_all(library, name):
    assert library.article(name, 10) == []


def test_parts_of_a_split_article_stay_in_order_and_zhi_yi_is_another_article(catalogue):
    parts = [article(NEW, 219, f"第{n}部分", part=n, ordinal=n) for n in (1, 2, 3)]
    inserted = replace(article(NEW, 220, "之一"), article=219, sub=1, locator="第二百一十九条之一", ordinal=9)
    catalogue.replace(NEW, [inserted, *reversed(parts)])
    assert catalogue.article("反不正当竞争法", 219) == parts
    assert catalogue.article("反不正当竞争法", 219, 1) == [inserted]


def test_a_numbered_task_is_found_by_its_locator(library):
    assert [p.id for p in library.located("武汉市国家知识产权保护示范区建设方案", "二、(三)7")] == ["task"]
    assert library.located("武汉市国家知识产权保护示范区建设方案", "二、(三)") == []


def test_versions_are_listed_newest_first_within_a_document(library):
    assert [v.id for v in library.versions()] == ["aucl-2025", "aucl-2025-digest", "aucl-2019", "plan"]
    assert library.versions()[0] == NEW


@pytest.mark.parametrize(("centre", "radius", "expected"), [
    (9, 1, [8, 9, 10]), (8, 1, [8, 9]), (11, 9, [8, 9, 10, 11]), (9, 0, [9])])
def test_a_passage_is_shown_among_its_neighbours_of_the_same_version(library, centre, radius, expected):
    near = library.around(f"aucl-2025/{centre}/0", radius)
    assert [(p.version.id, p.article) for p in near] == [("aucl-2025", n) for n in expected]


def test_nothing_surrounds_an_unknown_passage(library):
    assert library.around("nobody") == []


def test_a_changed_article_replaces_exactly_itself(library):
    before = law(NEW, 8, 9, 10, 11)
    amended = replace(before[2], id="aucl-2025/10/new", text="新的内容")
    change = library.replace(NEW, [*before[:2], amended, before[3]])
    assert (change.added, change.changed, change.removed) == (("aucl-2025/10/new",), (), ("aucl-2025/10/0",))
    assert library.passages_of("aucl-2025")[2] == amended


def test_a_new_question_changes_how_a_passage_is_found_but_not_the_passage(library):
    passages = law(NEW, 8, 9, 10, 11)
    passages[1] = replace(passages[1], questions=("回扣算商业贿赂吗？",))
    change = library.replace(NEW, passages)
    assert (change.added, change.changed, change.removed) == ((), ("aucl-2025/9/0",), ())


@given(st.lists(st.integers(1, 30), unique=True, max_size=8), st.lists(st.integers(1, 30), unique=True, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_storing_twice_is_storing_once_and_the_change_is_the_difference(catalogue, first, second):
    catalogue.remove([NEW.id])
    catalogue.replace(NEW, law(NEW, *first))
    change = catalogue.replace(NEW, law(NEW, *second))
    assert {int(i.split("/")[1]) for i in change.added} == set(second) - set(first)
    assert {int(i.split("/")[1]) for i in change.removed} == set(first) - set(second)
    version = catalogue.library_version()
    assert not catalogue.replace(NEW, law(NEW, *second))
    assert catalogue.library_version() == version
    assert {p.article for p in catalogue.passages_of(NEW.id)} == set(second)


def test_the_library_version_tells_contents_apart_and_a_plan_foretells_it(library):
    before = library.library_version()
    plan = library.plan([(replace(NEW, status=Status.UNKNOWN), law(NEW, 8))], ["plan"])
    assert library.library_version() == before != plan.library_version
    library.apply(plan)
    assert library.library_version() == plan.library_version


def test_the_library_version_does_not_depend_on_the_order_of_storing(tmp_path):
    made = []
    for order in ((OLD, NEW), (NEW, OLD)):
        with Catalogue(tmp_path / order[0].id) as catalogue:
            for version in order:
                catalogue.replace(version, law(version, 1, 2))
            made.append(catalogue.library_version())
    assert made[0] == made[1]


def test_files_stay_recorded_when_their_version_is_replaced_and_go_with_it(library):
    record = FileRecord("/文件/反法.md", "反法.md", "ab12", "f", NEW.id)
    library.apply(library.plan([], files=[record]))
    library.replace(NEW, law(NEW, 8))
    assert library.files() == [record]
    library.remove([NEW.id])
    assert library.files() == []


def test_deleted_text_is_gone_from_the_disk(tmp_path, library):
    library.replace(PLAN, [Passage("secret", PLAN, "二、(三)7", "绝密配方七十三号", ordinal=0)])
    library.keep_original("ab12", "绝密配方七十三号".encode())
    library.remove([PLAN.id, NEW.id])
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "绝密配方七十三号".encode() in path.read_bytes()]
    assert left == []


def test_an_original_is_kept_while_a_version_refers_to_it(library):
    library.keep_original("ab12", b"%PDF")
    library.sweep_originals()
    assert library.original("ab12").read_bytes() == b"%PDF"
    library.remove([NEW.id])
    assert library.original("ab12") is None
    assert library.original("../catalogue.sqlite3") is None


def test_a_catalogue_of_a_newer_program_is_refused_with_both_numbers(tmp_path):
    Catalogue(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite3")) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(KbError) as refused:
        Catalogue(tmp_path)
    assert "99" in refused.value.problem
    assert f"支持到 {SCHEMA}" in refused.value.problem


def test_a_file_that_is_no_catalogue_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "catalogue.sqlite3").write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(KbError) as refused:
        Catalogue(tmp_path)
    assert refused.value.remedy


def test_the_file_is_in_wal_mode_and_overwrites_what_it_deletes(library):
    with library._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_name_of_a_data_folder_may_hold_any_character(tmp_path):
    folder = tmp_path / "数据 ?#%41&mode=ro"
    with Catalogue(folder) as catalogue:
        catalogue.replace(NEW, law(NEW, 1))
    assert (folder / "catalogue.sqlite3").is_file()


# --- a data folder that cannot be written: the system says so through os.access, whoever runs the tests

@pytest.fixture
def read_only(tmp_path, monkeypatch):
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: allowed(path, mode, **more) and not (
        mode & os.W_OK and str(path).startswith(str(tmp_path))))


def test_a_read_only_library_is_served_and_says_why_it_cannot_be_changed(tmp_path, library, read_only):
    library.close()
    with Catalogue(tmp_path) as served:
        assert served.article("反不正当竞争法", 10)[0].version.id == "aucl-2025"
        with pytest.raises(ReadOnlyLibrary) as refused:
            served.replace(NEW, [])
    assert "--data" in refused.value.remedy


def test_a_read_only_library_is_served_with_what_only_its_log_holds(tmp_path, monkeypatch):
    """As after a crash: the newest commit is in the write-ahead log, which an immutable open would not see."""
    script = ("import os, sys; from pathlib import Path; sys.path.insert(0, 'tests')\n"
              "from test_catalogue import NEW, law; from kb.catalogue import Catalogue\n"
              "Catalogue(Path(sys.argv[1])).replace(NEW, law(NEW, 10)); os._exit(9)")
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, cwd=os.path.dirname(__file__) + "/..")
    assert (tmp_path / "catalogue.sqlite3-wal").stat().st_size > 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(os, "access", lambda path, mode, **more: not mode & os.W_OK)
    with Catalogue(tmp_path) as served:
        assert [p.article for p in served.passages_of(NEW.id)] == [10]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_empty_read_only_folder_says_that_there_is_no_library(tmp_path, read_only):
    with pytest.raises(ReadOnlyLibrary) as refused:
        Catalogue(tmp_path)
    assert "还没有资料库" in refused.value.problem


def test_two_processes_may_make_the_same_catalogue_at_once(tmp_path):
    script = "import sys; from pathlib import Path; from kb.catalogue import Catalogue; Catalogue(Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "new")], stderr=subprocess.PIPE)
               for _ in range(4)]
    said = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 4, said
