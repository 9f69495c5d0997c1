"""Ingestion end to end with real child processes: what is added, what is left alone, and what a bad file stops."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ingest import run
from ingest.batch import Batch
from ingest.document import PageReading, ReadOptions
from ingest.pipeline import IngestReport, ingest_bundled, ingest_paths
from ingest.prepare import prepare
from ingest.sandbox import ParserPool
from kb.catalogue import Catalogue
from kb.errors import LibraryBusy, SourceError
from kb.index import open_index
from kb.lock import writer_lock
from kb.registry import Registry
from kb.store import complete, verify_library

ROOT = Path(__file__).parents[1]
LAW = """# 示例市商业秘密保护条例

## 第一章 总则

第一条 为了保护商业秘密，制定本条例。

第二条 本条例所称客户名单，是指经营者整理的客户资料。

第三条 本条例自2024年1月1日起施行。
"""
GUIDE = """# 保密制度指南

## 一句话

先分级，再授权，最后留痕。

## 步骤

先清点资料，再标注密级。
"""
REGISTER = Registry((), {})


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "资料"
    path.mkdir()
    (path / "条例.md").write_text(LAW, encoding="utf-8")
    (path / "指南.md").write_text(GUIDE, encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def ingest(data, embedder, clock):
    def run(*paths: Path, **more) -> IngestReport:
        return ingest_paths(list(paths), data, registry=REGISTER, embedder=embedder, clock=clock, **more)

    return run


def counts(report: IngestReport) -> dict[str, int]:
    return {name: value for name, value in report.as_json().items()
            if name in ("added", "updated", "unchanged", "missing", "removed") and value}


def held(data: Path) -> dict[str, list[str]]:
    with Catalogue(data) as catalogue:
        return {v.title: [p.text for p in catalogue.passages_of(v.id)] for v in catalogue.versions()}


def content(data: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and "sqlite3-" not in path.name}


def test_a_folder_is_taken_in_and_can_be_searched(data, folder, ingest, embedder):
    report = ingest(folder)
    assert (counts(report), report.problems) == ({"added": 2}, ())
    assert report.passages == sum(len(texts) for texts in held(data).values()) > 3
    with open_index(data, embedder) as index, Catalogue(data) as catalogue:
        best = catalogue.passages([index.lexical("客户名单", 1)[0][0]])
    assert [p.locator for p in best.values()] == ["第二条"]
    verify_library(data)


def test_the_second_time_nothing_is_written(data, folder, ingest):
    first, before = ingest(folder), content(data)
    again = ingest(folder)
    assert (counts(again), again.passages) == ({"unchanged": 2}, first.passages)
    assert content(data) == before


def test_a_changed_article_replaces_exactly_itself(data, folder, ingest):
    ingest(folder)
    with Catalogue(data) as catalogue:
        before = set(catalogue.passage_ids())
    (folder / "条例.md").write_text(LAW.replace("整理的客户资料", "长期积累的客户资料"), encoding="utf-8")
    assert counts(ingest(folder)) == {"updated": 1, "unchanged": 1}
    with Catalogue(data) as catalogue:
        after = set(catalogue.passage_ids())
        new = catalogue.passages(after - before)
    assert len(before - after) == 1
    assert [(p.locator, "长期积累" in p.text) for p in new.values()] == [("第二条", True)]
    assert len(list((data / "originals").iterdir())) == 2
    verify_library(data)


def test_a_vanished_file_is_reported_and_stays_until_pruned(data, folder, ingest):
    ingest(folder)
    (folder / "指南.md").unlink()
    assert counts(ingest(folder)) == {"unchanged": 1, "missing": 1}
    assert set(held(data)) == {"示例市商业秘密保护条例", "保密制度指南"}
    assert counts(ingest(folder, prune=True)) == {"unchanged": 1, "removed": 1}
    assert set(held(data)) == {"示例市商业秘密保护条例"}
    assert not [path for path, text in content(data).items() if "最后留痕".encode() in text]
    verify_library(data)


def test_pruning_looks_only_into_the_named_folders(data, folder, ingest, tmp_path):
    other = tmp_path / "资料2"
    other.mkdir()
    (other / "别的.txt").write_text("别处的规定\n第一条 别处的内容，与本处无关。", encoding="utf-8")
    ingest(folder, other)
    (other / "别的.txt").unlink()
    assert counts(ingest(folder, prune=True)) == {"unchanged": 2}
    assert len(held(data)) == 3


def test_a_folder_that_is_gone_as_a_whole_prunes_nothing(data, folder, ingest):
    ingest(folder)
    shutil.rmtree(folder)
    report = ingest(folder, prune=True)
    assert counts(report) == {}
    assert [problem.problem for problem in report.problems] == ["路径不存在或无法访问"]
    assert len(held(data)) == 2


def test_a_moved_file_is_not_read_again_and_its_old_place_can_be_pruned(data, folder, ingest):
    ingest(folder)
    (folder / "新").mkdir()
    (folder / "条例.md").rename(folder / "新" / "条例.md")
    assert counts(ingest(folder)) == {"unchanged": 2, "missing": 1}
    assert counts(ingest(folder, prune=True)) == {"unchanged": 2, "removed": 1}
    assert len(held(data)) == 2


def test_a_bad_file_stops_nothing_and_stores_nothing(data, folder, ingest):
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "空.txt").write_bytes(b"")
    report = ingest(folder)
    assert counts(report) == {"added": 2}
    assert sorted(problem.file for problem in report.problems) == ["坏.pdf", "空.txt"]
    assert all(problem.problem and problem.remedy for problem in report.problems)
    with Catalogue(data) as catalogue:
        assert len(catalogue.files()) == 2
    assert len(list((data / "originals").iterdir())) == 2


def test_a_file_that_turns_bad_leaves_its_last_good_content(data, folder, ingest):
    ingest(folder)
    (folder / "条例.md").write_bytes(b"")
    report = ingest(folder)
    assert (counts(report), len(report.problems)) == ({"unchanged": 1}, 1)
    assert "示例市商业秘密保护条例" in held(data)


def test_a_renamed_document_takes_the_place_of_its_old_self(data, folder, ingest):
    ingest(folder)
    (folder / "指南.md").write_text(GUIDE.replace("保密制度指南", "保密管理指南"), encoding="utf-8")
    assert counts(ingest(folder)) == {"updated": 1, "unchanged": 1}
    assert set(held(data)) == {"示例市商业秘密保护条例", "保密管理指南"}


def test_two_different_files_that_claim_one_version_are_not_mixed(data, folder, ingest):
    (folder / "旧").mkdir()
    (folder / "旧" / "条例.md").write_text(LAW.replace("客户资料", "另一种资料"), encoding="utf-8")
    report = ingest(folder)
    assert counts(report) == {"added": 2}
    assert [problem.problem.endswith("本文件没有入库") for problem in report.problems] == [True]
    again = ingest(folder)
    assert counts(again) == {"unchanged": 2}
    assert again.problems == report.problems


def test_a_manifest_vouches_and_a_changed_entry_is_taken_in(data, folder, ingest):
    def write_manifest(status):
        entry = {"file": "条例.md", "title": "示例市商业秘密保护条例", "kind": "local_regulation", "status": status,
                 "date_effective": "2024-01-01", "sha256": sha256((folder / "条例.md").read_bytes()).hexdigest()}
        (folder / "manifest.json").write_text(json.dumps({"documents": [entry]}), encoding="utf-8")

    write_manifest("current")
    ingest(folder)
    write_manifest("repealed")
    assert counts(ingest(folder)) == {"updated": 1, "unchanged": 1}
    with Catalogue(data) as catalogue:
        assert ("official", "repealed") in {(v.tier.value, v.status.value) for v in catalogue.versions()}
    verify_library(data)


def test_an_original_is_kept_as_it_came(data, folder, ingest):
    ingest(folder)
    with Catalogue(data) as catalogue:
        for version in catalogue.versions():
            assert catalogue.original(version.sha256).read_bytes() == (folder / version.file_name).read_bytes()


def test_the_report_is_the_agreed_json(folder, ingest):
    (folder / "空.txt").write_bytes(b"")
    report = json.loads(json.dumps(ingest(folder).as_json()))
    assert list(report) == ["added", "updated", "unchanged", "missing", "removed", "passages", "seconds", "warnings",
                            "problems"]
    assert list(report["problems"][0]) == ["file", "problem", "remedy"]


def test_progress_names_every_file(folder, ingest):
    steps = []
    ingest(folder, progress=steps.append)
    assert [str(step) for step in steps[:2]] == ["读取 1/2 指南.md", "读取 2/2 条例.md"]
    assert [step.stage for step in steps[2:]] == ["建立索引", "已入库"]
    assert str(steps[-1]) == "已入库 2/2"


def test_a_second_writer_is_refused(data, folder, ingest, clock):
    with writer_lock(data, clock=clock, command="ingest"), pytest.raises(LibraryBusy):
        ingest(folder)


def test_an_index_left_behind_is_completed_by_the_next_run(data, folder, ingest):
    ingest(folder)
    (folder / "指南.md").unlink()
    with Catalogue(data) as catalogue:
        catalogue.remove([v.id for v in catalogue.versions() if v.title == "保密制度指南"])
    ingest(folder)
    assert verify_library(data).passages == len(held(data)["示例市商业秘密保护条例"])


# --- several files of one version

@pytest.fixture
def listed(tmp_path):
    """A folder whose manifest vouches for whatever is in it, as several files of one official text."""
    path = tmp_path / "官方"
    path.mkdir()

    def put(**texts: str) -> Path:
        for name, text in texts.items():
            (path / f"{name}.md").write_text(text, encoding="utf-8")
        (path / "manifest.json").write_text(json.dumps({"documents": [
            {"file": file.name, "title": "示例市商业秘密保护条例", "kind": "local_regulation", "date_issued": "2023-11-01",
             "sha256": sha256(file.read_bytes()).hexdigest()} for file in path.glob("*.md")]}), encoding="utf-8")
        return path

    return put


OTHER_FORM = LAW.replace("## ", "### ").replace("，", ", ")         # other bytes, the same words
EXCERPT = LAW.replace("第三条 本条例自2024年1月1日起施行。\n", "")
TITLE = "示例市商业秘密保护条例"


def origins(data: Path) -> dict[str, str]:
    """Files by name, with the one that provides the text they belong to."""
    with Catalogue(data) as catalogue:
        texts = {version.id: version.file_name for version in catalogue.versions()}
        return {record.name: texts[record.version_id] for record in catalogue.files()}


def test_two_formats_of_one_version_are_one_text_with_two_origins(data, listed, ingest):
    report = ingest(listed(甲=LAW, 乙=OTHER_FORM))
    assert (counts(report), report.problems) == ({"added": 1, "unchanged": 1}, ())
    assert [warning.problem.endswith("文字相同，只收录一次") for warning in report.warnings] == [True]
    assert len(held(data)[TITLE]) == 3
    assert set(origins(data)) == {"甲.md", "乙.md"}
    assert counts(ingest(listed())) == {"unchanged": 2}


@pytest.mark.parametrize("excerpt_first", [True, False])
def test_the_fuller_file_provides_the_text_whichever_comes_first(data, listed, ingest, excerpt_first):
    texts = {"a": EXCERPT, "b": LAW} if excerpt_first else {"a": LAW, "b": EXCERPT}
    assert counts(ingest(listed(**texts))) == {"added": 1, "unchanged": 1}
    assert len(held(data)[TITLE]) == 3
    assert set(origins(data).values()) == {"b.md" if excerpt_first else "a.md"}
    with Catalogue(data) as catalogue:
        (version,) = catalogue.versions()
        assert catalogue.original(version.sha256).read_text(encoding="utf-8") == LAW
    verify_library(data)


def test_the_fuller_file_added_later_takes_the_place_of_the_excerpt(data, listed, ingest):
    ingest(listed(a=EXCERPT))
    assert counts(ingest(listed(b=LAW))) == {"updated": 1, "unchanged": 1}
    assert set(origins(data).values()) == {"b.md"}
    assert len(held(data)[TITLE]) == 3


def test_files_that_differ_are_told_apart_by_the_first_articles_that_do(data, listed, ingest):
    report = ingest(listed(a=LAW, b=LAW.replace("客户资料", "另一种资料")))
    assert counts(report) == {"added": 1}
    (problem,) = report.problems
    assert problem.file == "b.md" and "但文字不同（第二条）" in problem.problem
    again = ingest(listed())
    assert (counts(again), again.problems) == ({"unchanged": 1}, report.problems)


@pytest.mark.parametrize(("gone", "left", "passages"), [("a", "b", 2), ("b", "a", 3)])
def test_when_one_of_two_origins_goes_the_other_provides_the_text(data, listed, ingest, gone, left, passages):
    folder = listed(a=LAW, b=EXCERPT)
    ingest(folder)
    (folder / f"{gone}.md").unlink()
    assert counts(ingest(listed(), prune=True)) == {"updated" if gone == "a" else "unchanged": 1, "removed": 1}
    assert origins(data) == {f"{left}.md": f"{left}.md"}
    assert len(held(data)[TITLE]) == passages
    with Catalogue(data) as catalogue:
        (version,) = catalogue.versions()
        assert catalogue.original(version.sha256).read_bytes() == (folder / f"{left}.md").read_bytes()
    verify_library(data)


def test_nothing_vanishes_where_the_other_origin_cannot_be_read(data, listed, ingest, tmp_path):
    second = shutil.move(listed(b=OTHER_FORM), tmp_path / "另一处")
    (tmp_path / "官方").mkdir()
    first = listed(a=LAW)
    assert counts(ingest(first, second)) == {"added": 1, "unchanged": 1}
    shutil.rmtree(second)
    (first / "a.md").unlink()
    report = ingest(first, prune=True)
    assert report.removed == 1
    assert "暂时保留原来的正文" in report.warnings[0].problem
    assert len(held(data)[TITLE]) == 3


def test_a_version_whose_text_changes_has_its_other_origins_read_again(data, listed, ingest):
    ingest(listed(a=LAW, b=OTHER_FORM))
    report = ingest(listed(a=LAW.replace("整理的客户资料", "长期积累的客户资料")))
    assert counts(report) == {"updated": 1}
    assert [problem.file for problem in report.problems] == ["b.md"]
    assert origins(data) == {"a.md": "a.md"}


def test_both_origins_changed_alike_are_still_one_text(data, listed, ingest):
    ingest(listed(a=LAW, b=OTHER_FORM))
    changed = {name: text.replace("客户资料", "客户信息") for name, text in {"a": LAW, "b": OTHER_FORM}.items()}
    report = ingest(listed(**changed))
    assert (counts(report), report.problems) == ({"updated": 1, "unchanged": 1}, ())
    assert set(origins(data)) == {"a.md", "b.md"}


def test_the_same_bytes_twice_in_one_run_are_taken_in_once(data, folder, ingest):
    (folder / "条例 - 副本.md").write_text(LAW, encoding="utf-8")
    report = ingest(folder)
    assert counts(report) == {"added": 2, "unchanged": 1}
    assert ["内容完全相同，只收录一次" in warning.problem for warning in report.warnings] == [True]
    assert len(held(data)) == 2


def test_a_backup_copy_does_not_keep_its_original_from_changing(data, folder, ingest):
    ingest(folder)
    (folder / "备份.md").write_text(LAW, encoding="utf-8")
    ingest(folder)
    (folder / "条例.md").write_text(LAW.replace("客户资料", "客户信息"), encoding="utf-8")
    report = ingest(folder)
    assert report.problems == ()
    with Catalogue(data) as catalogue:
        texts = {v.file_name: " ".join(p.text for p in catalogue.passages_of(v.id)) for v in catalogue.versions()}
    assert "客户信息" in texts["条例.md"] and "客户资料" in texts["备份.md"]


# --- archives

def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"里/{name}.md", text)
    return path


@pytest.mark.parametrize("named", ["folder", "archive"])
def test_members_of_an_archive_are_taken_in_like_files(data, folder, ingest, named):
    archive = zipped(folder / "附件.zip", 甲=LAW.replace("示例市", "样本市"), 空="")
    report = ingest(folder if named == "folder" else archive)
    assert counts(report) == {"added": 3 if named == "folder" else 1}
    assert [problem.file for problem in report.problems] == ["附件.zip/里/空.md"]
    with Catalogue(data) as catalogue:
        locations = {record.location: record for record in catalogue.files()}
        member = locations[f"{archive}!/里/甲.md"]
        kept = next(v.sha256 for v in catalogue.versions() if v.id == member.version_id)
        assert "样本市" in catalogue.original(kept).read_text(encoding="utf-8")
    assert counts(ingest(archive)) == {"unchanged": 1}


def test_a_member_that_vanished_is_missing_until_pruned(data, tmp_path, ingest):
    archive = zipped(tmp_path / "附件.zip", 甲=LAW, 乙=LAW.replace("示例市", "样本市"))
    ingest(archive)
    zipped(archive, 甲=LAW)
    assert counts(ingest(archive)) == {"unchanged": 1, "missing": 1}
    assert counts(ingest(archive, prune=True)) == {"unchanged": 1, "removed": 1}
    assert set(held(data)) == {TITLE}


def test_an_archive_that_cannot_be_opened_removes_nothing(data, folder, ingest):
    archive = zipped(folder / "附件.zip", 甲=LAW.replace("示例市", "样本市"))
    ingest(folder)
    archive.write_bytes(archive.read_bytes()[:60])
    report = ingest(folder, prune=True)
    assert (report.removed, report.missing, len(report.problems)) == (0, 0, 1)
    assert len(held(data)) == 3


def test_a_folder_whose_name_ends_like_an_archive_is_a_folder(data, tmp_path, ingest):
    (tmp_path / "重要!").mkdir()
    (tmp_path / "重要!" / "条例.md").write_text(LAW, encoding="utf-8")
    ingest(tmp_path / "重要!")
    (tmp_path / "重要!" / "条例.md").write_text(LAW.replace("客户资料", "客户信息"), encoding="utf-8")
    assert counts(ingest(tmp_path / "重要!")) == {"updated": 1}


# --- removal that could be a mistake

def test_a_folder_found_empty_may_be_a_share_that_is_gone(data, folder, ingest):
    ingest(folder)
    for path in folder.iterdir():
        path.unlink()
    report = ingest(folder, prune=True)
    assert (report.removed, report.missing) == (0, 2)
    assert "其中原有的 2 个文件没有移除" in report.problems[0].problem
    (folder / "说明.txt").write_text("搬走了，这里只留一句话。", encoding="utf-8")
    assert counts(ingest(folder, prune=True)) == {"added": 1, "removed": 2}


def test_an_empty_folder_below_the_named_one_is_doubted_too(data, folder, ingest):
    (folder / "共享").mkdir()
    (folder / "共享" / "新.md").write_text(LAW.replace("示例市", "样本市"), encoding="utf-8")
    ingest(folder)
    (folder / "共享" / "新.md").unlink()
    assert ingest(folder, prune=True).removed == 0
    (folder / "共享").rmdir()
    assert ingest(folder, prune=True).removed == 1


def test_a_folder_that_cannot_be_listed_loses_nothing(data, folder, ingest, monkeypatch):
    ingest(folder)
    scandir = os.scandir

    def refused(path):
        if Path(path) == folder:
            raise PermissionError(13, "refused")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert ingest(folder, prune=True).removed == 0
    assert len(held(data)) == 2


# --- batches

@pytest.fixture
def small_batches(monkeypatch):
    """A batch for every document."""
    monkeypatch.setattr(Batch, "is_due", lambda self: bool(self.documents))


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "许多"
    path.mkdir()
    for n in range(6):
        (path / f"{n}.md").write_text(LAW.replace("示例市", f"{'甲乙丙丁戊己'[n]}市"), encoding="utf-8")
    return path


def test_each_batch_is_reported_once_it_is_stored(data, many, ingest, small_batches):
    said = []

    def listen(step):
        if step.stage == "已入库":
            said.append((str(step), len(held(data))))

    report = ingest(many, progress=listen)
    assert said == [(f"已入库 {n}/6", n) for n in range(1, 7)]
    assert (counts(report), report.passages) == ({"added": 6}, 18)
    verify_library(data)


def test_the_report_is_the_same_in_one_batch_and_in_many(tmp_path, listed, many, embedder, clock, monkeypatch):
    def run(name):
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        shutil.copytree(many, tmp_path / "x")
        said = []
        for change in (lambda: None, lambda: (tmp_path / "x" / "0.md").rename(tmp_path / "x" / "9.md"),
                       lambda: (tmp_path / "x" / "9.md").write_text(GUIDE, encoding="utf-8")):
            change()
            report = ingest_paths([tmp_path / "x", listed(a=EXCERPT, b=LAW)], tmp_path / name, registry=REGISTER,
                                  embedder=embedder, clock=clock, prune=True).as_json()
            said.append({key: value for key, value in report.items() if key != "seconds"})
        return said, held(tmp_path / name)

    once = run("once")
    monkeypatch.setattr(Batch, "is_due", lambda self: bool(self.documents))
    assert run("often") == once


def test_a_rerun_after_an_interruption_goes_on_where_it_stopped(data, many, ingest, small_batches):
    def interrupt(step):
        if str(step) == "已入库 3/6":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(many, progress=interrupt)
    assert len(held(data)) == 3
    verify_library(data)
    assert counts(ingest(many)) == {"added": 3, "unchanged": 3}
    assert len(held(data)) == 6
    verify_library(data)


def test_a_text_that_moves_to_a_later_file_is_there_all_the_time(data, many, ingest, small_batches):
    ingest(many)
    texts = {n: (many / f"{n}.md").read_bytes() for n in range(6)}
    for n in range(6):
        (many / f"{n}.md").write_bytes(texts[(n + 5) % 6])          # each text goes one file further
    (many / "0.md").write_text(GUIDE, encoding="utf-8")
    (many / "7.md").write_bytes(texts[5])
    seen = []
    ingest(many, progress=lambda step: seen.append(set(held(data))))
    assert all(title in titles for titles in seen for title in seen[0])
    assert len(held(data)) == 7


def test_what_an_interrupted_run_replaced_goes_with_the_next(data, many, ingest, small_batches):
    ingest(many)
    (many / "0.md").write_text(GUIDE, encoding="utf-8")

    def interrupt(step):
        if step.stage == "已入库":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(many, progress=interrupt)
    assert "甲市商业秘密保护条例" in held(data)
    assert counts(ingest(many)) == {"unchanged": 6}
    assert "甲市商业秘密保护条例" not in held(data)
    verify_library(data)


# --- scans

def a_scan(monkeypatch, *, unread_pages: bool = False) -> None:
    """In place of a program that reads pictures, which few machines have: text that only `--ocr` gets at."""
    def prepare_all(pool, jobs):
        for raw, entry in jobs:
            try:
                document = prepare(raw, entry, REGISTER)
            except SourceError as error:
                yield error
                continue
            engine = OCR.ocr if OCR in pickle.loads(pool._greeting) else ""  # noqa: S301 - our own bytes
            if "扫描" not in raw.name:
                yield document
            elif engine:
                version = replace(document.version, read_by=engine)
                yield replace(document, version=version, passages=tuple(replace(p, version=version) for p in document.passages),
                              pages=(PageReading(1, 99, 1.0, engine),))
            elif unread_pages:
                yield replace(document, passages=document.passages[:1], pages=(PageReading(1, 9, 1.0), PageReading(2, 0, 0.0, "")))
            else:
                yield SourceError("没有文字层", "请加上 --ocr")

    monkeypatch.setattr(ParserPool, "prepare_all", prepare_all)


OCR = ReadOptions(ocr="tesseract")


def test_a_scan_refused_before_is_read_once_ocr_is_asked_for_and_kept_after(data, folder, ingest, monkeypatch):
    a_scan(monkeypatch)
    (folder / "条例.md").rename(folder / "扫描.md")
    assert [problem.file for problem in ingest(folder).problems] == ["扫描.md"]
    assert counts(ingest(folder, options=OCR)) == {"added": 1, "unchanged": 1}
    report = ingest(folder)
    assert (counts(report), report.problems) == ({"unchanged": 2}, ())


def test_pages_left_out_before_are_read_once_ocr_is_asked_for(data, folder, ingest, monkeypatch):
    a_scan(monkeypatch, unread_pages=True)
    (folder / "条例.md").rename(folder / "扫描.md")
    ingest(folder)
    assert counts(ingest(folder)) == {"unchanged": 2}
    assert counts(ingest(folder, options=OCR)) == {"updated": 1, "unchanged": 1}
    assert counts(ingest(folder)) == {"unchanged": 2}
    assert len(held(data)[TITLE]) == 3


def test_a_new_way_of_reading_does_not_replace_what_ocr_read(data, folder, ingest, monkeypatch):
    a_scan(monkeypatch, unread_pages=True)
    (folder / "条例.md").rename(folder / "扫描.md")
    ingest(folder, options=OCR)
    monkeypatch.setattr(run, "RECIPE", 999)
    report = ingest(folder)
    assert "保留上次的结果" in report.warnings[0].problem
    assert len(held(data)[TITLE]) == 3


# --- the bundled library

DIGEST = """---
kind: guide
title: 员工离职怎么办
audience: enterprise
version: 2026-11
valid_from: 2026-05-01
---
# 员工离职怎么办

## 一句话
问：销售经理把客户名单带走了怎么办？

先固定证据，再谈赔偿。

依据：《反不正当竞争法》第十条
"""


@pytest.fixture
def shipped(tmp_path):
    path = tmp_path / "shipped" / "guides"
    path.mkdir(parents=True)
    (path / "leaving.md").write_text(DIGEST, encoding="utf-8")
    return path.parent


def test_the_bundled_library_is_indexed_once_and_again_when_it_changes(data, shipped, embedder, clock):
    def start():
        return counts(ingest_bundled(shipped, data, registry=REGISTER, embedder=embedder, clock=clock))

    assert start() == {"added": 1}
    before = content(data)
    assert start() == {}
    assert content(data) == before
    (shipped / "guides" / "leaving.md").write_text(DIGEST.replace("先固定证据", "先留存证据"), encoding="utf-8")
    assert start() == {"updated": 1}
    assert held(data) == {"员工离职怎么办": ["先留存证据，再谈赔偿。"]}


def test_what_the_bundled_library_no_longer_has_goes_and_what_users_added_stays(
        data, shipped, folder, ingest, embedder, clock):
    (shipped / "guides" / "second.md").write_text(DIGEST.replace("员工离职怎么办", "泄密以后"), encoding="utf-8")
    ingest_bundled(shipped, data, registry=REGISTER, embedder=embedder, clock=clock)
    ingest(folder)
    (shipped / "guides" / "second.md").unlink()
    report = ingest_bundled(shipped, data, registry=REGISTER, embedder=embedder, clock=clock)
    assert counts(report) == {"unchanged": 1, "removed": 1}
    assert set(held(data)) == {"员工离职怎么办", "示例市商业秘密保护条例", "保密制度指南"}
    assert counts(ingest(folder, prune=True)) == {"unchanged": 2}


def test_two_first_starts_at_once_both_end_with_the_library(data, shipped):
    started = [subprocess.Popen([sys.executable, "-c", START, str(shipped), str(data)], cwd=ROOT,
                                stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    assert verify_library(data).passages == 1


START = """
import sys
from datetime import date
from pathlib import Path
from ingest.pipeline import ingest_bundled
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.registry import Registry
ingest_bundled(Path(sys.argv[1]), Path(sys.argv[2]), registry=Registry((), {}), embedder=StaticEmbedder(),
               clock=FixedClock(date(2026, 11, 22)))
"""


# --- killed by the system, not by an exception: nothing of ours gets to clean up

KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from kb import catalogue, chroma_index, index_writer, store
from ingest import pipeline
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.registry import Registry
folder, data, where = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
owner, name = {"keeping originals": (catalogue.Catalogue, "keep_original"),
               "planning": (catalogue.Catalogue, "plan"),
               "writing vectors": (chroma_index.VectorIndex, "close"),
               "writing terms": (index_writer, "write_lexical"),
               "checking the index": (index_writer, "_check_counts"),
               "writing the catalogue": (catalogue.Catalogue, "apply"),
               "publishing": (store, "publish")}[where]
setattr(owner, name, die)
pipeline.ingest_paths([folder], data, registry=Registry((), {}), embedder=StaticEmbedder(),
                      clock=FixedClock(date(2026, 11, 22)))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process without its consent")
@pytest.mark.parametrize("where", ["keeping originals", "planning", "writing vectors", "writing terms", "checking the index",
                                   "writing the catalogue", "publishing"])
def test_a_process_killed_while(where, data, folder, ingest, embedder):
    """… leaves the old library or the new one in use, and the next run completes it."""
    ingest(folder)
    old = held(data)
    (folder / "指南.md").write_text(GUIDE.replace("先分级", "先登记"), encoding="utf-8")
    (folder / "新.md").write_text(LAW.replace("示例市", "样本市"), encoding="utf-8")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(data), where], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with open_index(data, embedder) as index:
        assert index.lexical("客户名单", 3)
    if where == "publishing":
        with Catalogue(data) as catalogue:
            complete(catalogue, embedder)
        verify_library(data)
    else:
        assert held(data) == old
        verify_library(data)
    ingest(folder)
    assert "先登记，再授权，最后留痕。" in held(data)["保密制度指南"]
    assert "样本市商业秘密保护条例" in held(data)
    verify_library(data)
    assert len([path for path in (data / "index").iterdir() if path.is_dir()]) == 1
    assert len(list((data / "originals").iterdir())) == 3


# --- the real documents

@pytest.mark.corpus
def test_the_official_documents_are_taken_in_without_a_problem(corpus_data):
    assert verify_library(corpus_data).passages > 5000
    with Catalogue(corpus_data) as catalogue:
        official = [v for v in catalogue.versions() if v.tier.value == "official"]
        assert len(official) == 120
        in_force = catalogue.article("反不正当竞争法", 22)[0]
        assert in_force.version.label == "2025修订"
        assert "赔偿数额" in in_force.text


@pytest.mark.corpus
def test_the_official_documents_twice_are_the_official_documents_once(corpus, corpus_data, tmp_path, embedder, clock):
    from kb.registry import bundled_registry

    data = shutil.copytree(corpus_data, tmp_path / "copy")
    report = ingest_paths([corpus / name for name in ("regulations", "versions", "plan", "guides")], data,
                          registry=bundled_registry(), embedder=embedder, clock=clock)
    assert counts(report) == {"unchanged": 120}
