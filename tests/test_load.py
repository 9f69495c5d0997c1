"""Which files are taken in, under which name, and which are refused before anything is parsed."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.load import MAX_FILE_BYTES, SourceFile, display_name, find_files, read_file
from ingest.manifest import find_manifest
from kb.errors import SourceError
from kb.types import Kind, Status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "资料"
    (root / "法规").mkdir(parents=True)
    (root / "法规" / "乙.md").write_text("第一条 乙", encoding="utf-8")
    (root / "甲.txt").write_text("第一条 甲", encoding="utf-8")
    return root


def names(root: Path) -> list[str]:
    return [found.name for found in find_files([root])[0]]


def test_files_come_in_one_order_with_names_relative_to_the_folder(folder: Path) -> None:
    assert names(folder) == ["法规/乙.md", "甲.txt"]


def test_a_single_file_may_be_named(folder: Path) -> None:
    files, problems = find_files([folder / "甲.txt"])
    assert [found.name for found in files] == ["甲.txt"] and not problems


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    assert len(find_files([folder, folder / "甲.txt"])[0]) == 2


def test_hidden_files_lock_files_and_the_manifest_are_not_documents(folder: Path) -> None:
    for name in (".DS_Store", "~$合同.docx", "manifest.json", ".git/config"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    assert names(folder) == ["法规/乙.md", "甲.txt"]


def test_links_and_pipes_are_skipped_with_a_reason(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "秘密.txt"
    secret.write_text("不在文件夹里", encoding="utf-8")
    (folder / "外面.txt").symlink_to(secret)
    (folder / "循环").symlink_to(folder)
    os.mkfifo(folder / "管道.txt")
    files, problems = find_files([folder])
    assert [found.name for found in files] == ["法规/乙.md", "甲.txt"]
    assert {problem.file for problem in problems} == {"外面.txt", "循环", "管道.txt"}
    assert all(problem.problem and problem.remedy for problem in problems)


def test_a_path_that_is_not_there_is_a_problem_and_stops_nothing(folder: Path) -> None:
    files, problems = find_files([folder / "没有", folder])
    assert len(files) == 2 and len(problems) == 1


@pytest.mark.parametrize(("written", "shown"), [
    ("名称\u202etxt.exe.txt", "名称⟨U+202E⟩txt.exe.txt"),
    ("第一行\n第二行.txt", "第一行⟨U+000A⟩第二行.txt"),
    ("零\u200b宽.txt", "零⟨U+200B⟩宽.txt"),
    ("..\\..\\windows\\win.ini.txt", "..\\..\\windows\\win.ini.txt"),
    ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
    ("普通文件.md", "普通文件.md"),
])
def test_a_hostile_name_is_shown_with_its_controls_visible(written: str, shown: str) -> None:
    assert display_name(written) == shown


def test_long_names_are_cut_but_stay_different() -> None:
    first, second = display_name("长" * 300 + "甲" + "尾" * 20 + ".txt"), display_name("长" * 300 + "乙" + "尾" * 20 + ".txt")
    assert len(first) == len(second) == 120
    assert first != second and first.endswith(".txt")


def test_the_bytes_come_with_their_checksum(folder: Path) -> None:
    raw = read_file(SourceFile(folder / "甲.txt", "甲.txt"))
    assert raw.data == "第一条 甲".encode() and raw.sha256 == sha256(raw.data).hexdigest()


@pytest.mark.parametrize(("size", "problem"), [(0, "文件是空的"), (MAX_FILE_BYTES + 1, "超过 20 MB")])
def test_empty_and_huge_files_are_refused(tmp_path: Path, size: int, problem: str) -> None:
    path = tmp_path / "x.txt"
    with path.open("wb") as opened:
        opened.truncate(size)
    with pytest.raises(SourceError, match=problem):
        read_file(SourceFile(path, "x.txt"))


def test_a_link_put_in_the_place_of_a_file_after_the_listing_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "秘密.txt").write_text("x", encoding="utf-8")
    (folder / "换.txt").symlink_to(tmp_path / "秘密.txt")
    with pytest.raises(SourceError):
        read_file(SourceFile(folder / "换.txt", "换.txt"))


def test_a_file_that_keeps_changing_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "甲.txt"
    real, ticks = os.fstat, iter(range(1, 100))

    def touched(descriptor: int) -> os.stat_result:
        os.utime(path, ns=(next(ticks) * 10**9, next(ticks) * 10**9))
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", touched)
    with pytest.raises(SourceError, match="被修改"):
        read_file(SourceFile(path, "甲.txt"))


ENTRY = {"file": "regulations/乙.md", "title": "乙法", "kind": "law", "document_number": "法释〔2020〕7号",
         "document_number_basis": "compiler_knowledge", "date_issued": "2020-09-10", "date_effective": "unknown",
         "status": "current", "issuer": "unknown", "sha256": sha256(b"yi").hexdigest()}


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    (tmp_path / "regulations").mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps({"documents": [ENTRY]}), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("named", ["", "regulations"])
def test_the_manifest_is_found_in_the_folder_or_above_it(collection: Path, named: str) -> None:
    manifest = find_manifest(collection / named)
    assert manifest is not None
    for name in ("乙.md", "regulations/乙.md", "corpus/regulations/乙.md", "改了名.md"):
        entry = manifest.entry(name, ENTRY["sha256"])
        assert entry is not None and entry.trusted and entry.title == "乙法"


def test_what_the_manifest_does_not_know_stays_empty(collection: Path) -> None:
    manifest = find_manifest(collection)
    entry = manifest.entry("乙.md", ENTRY["sha256"]) if manifest else None
    assert entry is not None
    assert (entry.number, entry.in_force_from, entry.issuer) == ("", None, "")     # 编者记忆中的文号不采用
    assert (entry.kind, entry.status) == (Kind.LAW, Status.CURRENT)


def test_a_file_that_is_not_what_the_manifest_vouched_for_is_not_trusted(collection: Path) -> None:
    manifest = find_manifest(collection)
    assert manifest is not None
    entry = manifest.entry("乙.md", "0" * 64)
    assert entry is not None and not entry.trusted
    assert manifest.entry("别的.md", "0" * 64) is None


def test_a_broken_manifest_is_named_and_a_foreign_one_ignored(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match=r"manifest\.json"):
        find_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "web app"}', encoding="utf-8")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert find_manifest(tmp_path) is None and find_manifest(tmp_path / "deep" / "er") is None
