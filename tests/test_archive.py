"""ZIP archives: every member is read under its own name or refused with a reason; nothing touches the disk."""

import io
import stat
import zipfile
from hashlib import sha256
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import archive
from ingest.archive import is_archive, unpack
from ingest.document import RawFile
from ingest.load import MAX_FILE_BYTES

LAW = "第一条 经营者不得侵犯商业秘密。".encode()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> RawFile:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return RawFile("资料.zip", target.getvalue(), "0" * 64)


def refused(raw: RawFile) -> dict[str, str]:
    files, problems = unpack(raw)
    assert not files and all(problem.remedy for problem in problems)
    return {problem.file: problem.problem for problem in problems}


def word_file() -> bytes:
    target = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("第一条 商业秘密。")
    document.save(target)
    return target.getvalue()


def test_members_keep_their_bytes_and_are_named_by_their_path() -> None:
    files, problems = unpack(zipped(("法规/办法.txt", LAW), ("说明.md", b"# a")))
    assert [(f.name, f.data, f.sha256) for f in files] == [
        ("资料.zip/法规/办法.txt", LAW, sha256(LAW).hexdigest()), ("资料.zip/说明.md", b"# a", sha256(b"# a").hexdigest())]
    assert problems == ()


@given(st.dictionaries(st.from_regex(r"[a-z一-龥]{1,12}\.txt", fullmatch=True), st.binary(min_size=1, max_size=200).map(lambda b: b"x" + b), max_size=8))
def test_every_member_comes_back_word_for_word(members: dict[str, bytes]) -> None:
    files, _ = unpack(zipped(*members.items()))
    assert {f.name: f.data for f in files} == {f"资料.zip/{name}": data for name, data in members.items()}


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
def test_names_stored_without_the_utf_8_flag_are_readable(encoding: str) -> None:
    name = "附件1 建设方案.txt" if encoding != "gb18030" else "附件𠀀.txt"
    written = name.encode(encoding)
    stand_in = "x" * len(written)
    data = zipped((stand_in, LAW)).data.replace(stand_in.encode(), written)
    assert [f.name for f in unpack(RawFile("a.zip", data, ""))[0]] == [f"a.zip/{name}"]


def test_an_office_file_is_not_an_archive_and_an_archive_of_office_files_is() -> None:
    word = word_file()
    assert not is_archive(RawFile("制度.docx", word, "")) and not is_archive(RawFile("制度.zip", word, ""))
    assert is_archive(zipped(("制度.docx", word), method=zipfile.ZIP_STORED))
    for member in ("OFD.xml", "META-INF/manifest.xml", "xl/workbook.xml", "ppt/presentation.xml"):
        assert not is_archive(zipped((member, LAW)))
    assert not is_archive(RawFile("资料.zip", b"", "")) and not is_archive(RawFile("资料.txt", zipped(("a.txt", LAW)).data, ""))


def test_an_office_file_in_an_archive_is_a_file_and_an_archive_in_it_is_refused() -> None:
    inner = zipped(("a.txt", LAW)).data
    files, problems = unpack(zipped(("制度.docx", word_file()), ("内.zip", inner), ("改名.txt", inner), ("包.7z", b"7z\xbc\xaf\x27\x1c")))
    assert [f.name for f in files] == ["资料.zip/制度.docx"]
    assert [p.file for p in problems] == ["资料.zip/内.zip", "资料.zip/改名.txt", "资料.zip/包.7z"]
    assert all("压缩包里的压缩包" in p.problem for p in problems)


@pytest.mark.parametrize("name", ["../a.txt", "x/../../a.txt", "/etc/passwd.txt", "C:\\a.txt", "c:a.txt", "..\\a.txt", "\\\\host\\a.txt"])
def test_a_path_that_leads_outside_is_refused(name: str) -> None:
    (problem,) = refused(zipped((name, LAW))).values()
    assert "之外" in problem


def test_links_are_not_followed() -> None:
    link = zipfile.ZipInfo("链接.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(zipped((link, b"/etc/passwd"))) == {"资料.zip/链接.txt": "是符号链接或特殊文件，没有收录"}


def test_what_systems_add_is_passed_over_in_silence() -> None:
    silent = ("__MACOSX/._办法.txt", ".DS_Store", "法规/", "法规/~$办法.docx", "Thumbs.db", "desktop.ini", "法规/manifest.json", ".git/config")
    files, problems = unpack(zipped(*((name, LAW) for name in silent), ("办法.txt", LAW)))
    assert [f.name for f in files] == ["资料.zip/办法.txt"] and not problems


def test_an_archive_without_documents_says_so() -> None:
    assert "没有文件" in refused(zipped(("空/", b"")))["资料.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_only_the_first_is_read() -> None:
    files, problems = unpack(zipped(("a.txt", b"1"), ("a.txt", b"2")))
    assert [f.data for f in files] == [b"1"] and "同名" in problems[0].problem


def changed(raw: RawFile, *patches: tuple[int, int, bytes]) -> RawFile:
    """Bytes put at an offset from the local header and at another from the central one."""
    data = bytearray(raw.data)
    central = data.index(b"PK\x01\x02")
    for local, at, new in patches:
        data[local:local + len(new)] = new
        data[central + at:central + at + len(new)] = new
    return RawFile(raw.name, bytes(data), "")


def test_members_that_cannot_be_trusted_are_refused_one_by_one() -> None:
    good = zipped(("a.txt", LAW))
    assert refused(changed(good, (6, 8, b"\x01\x00"))) == {"资料.zip/a.txt": "文件已加密"}
    assert "压缩方法" in refused(zipped(("a.txt", LAW), method=zipfile.ZIP_BZIP2))["资料.zip/a.txt"]
    assert "已损坏" in refused(changed(good, (14, 16, b"\x00\x00\x00\x00")))["资料.zip/a.txt"]
    assert "空的" in refused(zipped(("a.txt", b"")))["资料.zip/a.txt"]


def test_a_member_larger_than_its_claim_never_comes_out_whole() -> None:
    bomb = zipped(("a.txt", b"0" * 5_000_000))
    claims_little = changed(bomb, (22, 24, (1_000).to_bytes(4, "little")))
    assert "已损坏" in refused(claims_little)["资料.zip/a.txt"]
    assert "膨胀" in refused(bomb)["资料.zip/a.txt"]


def test_limits_of_size_and_number_refuse_before_anything_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    large = zipped(("a.txt", b"0" * (MAX_FILE_BYTES + 1)), method=zipfile.ZIP_STORED)
    assert "超过 20 MB" in refused(large)["资料.zip/a.txt"]
    monkeypatch.setattr(archive, "inflate", None)
    many = zipped(*((f"{n}.txt", LAW) for n in range(501)))
    assert "501 个文件，超过 500 个上限" in refused(many)["资料.zip"]
    heavy = changed(zipped(("a.txt", LAW)), (22, 24, (201 * 1024 * 1024).to_bytes(4, "little")))
    assert "超过 200 MB" in refused(heavy)["资料.zip"]


def test_a_broken_archive_is_one_problem() -> None:
    assert "已损坏" in refused(RawFile("坏.zip", zipped(("a.txt", LAW)).data[:-30], ""))["坏.zip"]


@pytest.mark.corpus
def test_the_real_archives_behave_as_their_manifest_expects(corpus: Path, tmp_path: Path) -> None:
    def real(start: str) -> RawFile:
        path = next((corpus / "formats").glob(start))
        return RawFile(path.name, path.read_bytes(), "")

    files, problems = unpack(real("16_*.zip"))
    assert [f.name for f in files] == ["16_附件打包_GBK文件名.zip/附件1 建设方案.txt", "16_附件打包_GBK文件名.zip/附件2 惩罚性赔偿解释.txt"]
    assert not problems
    files, problems = unpack(real("99_zip*.zip"))
    assert [f.name for f in files] == ["99_zip路径穿越.zip/正常.txt"] and len(problems) == 1
