"""ZIP archives taken apart in memory: every member becomes a file of its own, or a problem that says why not."""

import stat
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import sha256

from ingest.document import RawFile
from ingest.load import MAX_FILE_BYTES, Problem, display_name
from ingest.package import MAX_TOTAL_BYTES, damage_told, inflate, opened
from ingest.parse import ARCHIVES, kind_of
from kb.errors import SourceError

__all__ = ["MAX_MEMBERS", "is_archive", "unpack"]

MAX_MEMBERS = 500
_SPLIT = "请解压后分批导入"
_SILENT = frozenset(("__macosx", "thumbs.db", "desktop.ini", "manifest.json"))
_UTF_8_NAME = 0x800


def is_archive(raw: RawFile) -> bool:
    """Whether the file is a ZIP archive, by its bytes and its ending; an Office, OFD or ODF package is not one."""
    kind = kind_of(raw.data)
    return kind is not None and ".zip" in kind.endings and raw.name.lower().endswith(".zip")


def unpack(raw: RawFile) -> tuple[tuple[RawFile, ...], tuple[Problem, ...]]:
    """Files named 压缩包.zip/内部/路径.txt in the archive's order, and a Problem for each member that is refused.

    Nothing is written to disk. Folders, hidden files, lock files and what systems add on their own are passed over.
    """
    files: dict[str, RawFile] = {}
    problems: list[Problem] = []
    try:
        with opened(raw.data, "压缩包") as archive:
            for name, member in _documents(archive):
                shown = display_name(f"{raw.name}/{name}")
                try:
                    if shown in files:
                        raise SourceError("压缩包里有同名文件，只收录了前一个", "请改名后重新压缩")
                    files[shown] = _file(archive, name, member, shown)
                except SourceError as refused:
                    problems.append(Problem(shown, refused.problem, refused.remedy))
    except SourceError as refused:
        return (), (Problem(raw.name, refused.problem, refused.remedy),)
    if not files and not problems:
        problems.append(Problem(raw.name, "压缩包里没有文件", "请确认压缩包里有文档"))
    return tuple(files.values()), tuple(problems)


def _documents(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Members that are meant to be read, under their real names. Raises SourceError for an archive out of bounds."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"压缩包里有 {len(members)} 个文件，超过 {MAX_MEMBERS} 个上限", _SPLIT)
    # zipfile never yields more of a member than it claims, so the claims bound what will be held in memory.
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise SourceError(f"压缩包解压后超过 {MAX_TOTAL_BYTES // 1024 // 1024} MB 上限", _SPLIT)
    for name, member in zip(_names(members), members, strict=True):
        if not name.endswith("/") and not any(_is_silent(part) for part in name.split("/")):
            yield name, member


def _names(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Names as their writer saw them. Without the UTF-8 flag zipfile read them as cp437; on Chinese Windows they are GBK."""
    unflagged = [_bytes_of(member) for member in members if not member.flag_bits & _UTF_8_NAME]
    encoding = next((known for known in ("utf-8", "gb18030", "big5") if _all_decode(unflagged, known)), "cp437")
    names = (member.orig_filename if member.flag_bits & _UTF_8_NAME else _bytes_of(member).decode(encoding)
             for member in members)
    return [name.replace("\\", "/") for name in names]


def _bytes_of(member: zipfile.ZipInfo) -> bytes:
    return member.orig_filename.encode("cp437")


def _all_decode(names: Sequence[bytes], encoding: str) -> bool:
    try:
        return all(name.decode(encoding) is not None for name in names)
    except UnicodeDecodeError:
        return False


def _is_silent(part: str) -> bool:
    return part.lower() in _SILENT or (part.startswith((".", "~$")) and part not in (".", ".."))


def _file(archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo, shown: str) -> RawFile:
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise SourceError("压缩包里的路径指向文件夹之外，没有收录", "请从可信的来源重新取得文件")
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        raise SourceError("是符号链接或特殊文件，没有收录", "请把实际文件放进压缩包")
    with damage_told("压缩包里的这个文件"):
        data = b"".join(inflate(archive, member, MAX_FILE_BYTES))
    if not data:
        raise SourceError("文件是空的", "请换一个有内容的文件")
    if kind_of(data) in ARCHIVES:
        raise SourceError("是压缩包里的压缩包，没有收录", "请解压后单独导入")
    return RawFile(shown, data, sha256(data).hexdigest())
