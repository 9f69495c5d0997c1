"""ZIP containers, which Office packages and archives are: what they hold, and how much of it may be inflated."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import SourceError

__all__ = ["MAX_PARTS", "MAX_RATIO", "MAX_TOTAL_BYTES", "ZIP_MAGIC", "check_package", "damage_told", "inflate",
           "member_names", "opened"]

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MAX_TOTAL_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 2_000
_RATIO_MATTERS_FROM = 1024 * 1024      # a small repetitive part compresses better than 100:1 and harms nobody
_TRUSTED = "请从可信的来源重新取得文件"
_RESAVE = "请用 Office 或 WPS 打开后另存一份再导入"
_AGAIN = "请重新下载；仍不行时用 Office 或 WPS 打开后另存一份再导入"


_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, LookupError, SyntaxError, AttributeError, TypeError)


@contextmanager
def damage_told(what: str, *also: type[Exception]) -> Iterator[None]:
    """What is raised on broken containers and parts becomes SourceError: `what` (Word 文档, 压缩包) is damaged.

    The Office libraries read parts only when asked, and meet what they do not expect with any of these; `also` names
    their own. lxml's XMLSyntaxError is a SyntaxError.
    """
    known: tuple[type[Exception], ...] = _DAMAGE + also
    try:
        yield
    except known as error:
        raise SourceError(f"{what}已损坏，无法打开", _AGAIN) from error


@contextmanager
def opened(data: bytes, what: str) -> Iterator[zipfile.ZipFile]:
    with damage_told(what), zipfile.ZipFile(io.BytesIO(data)) as package:
        yield package


def member_names(data: bytes) -> frozenset[str]:
    """Names in the table of contents; none where the container is broken."""
    try:
        with opened(data, "") as package:
            return frozenset(package.namelist())
    except SourceError:
        return frozenset()


def inflate(package: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The content in pieces. Raises SourceError: over `limit` bytes or 100:1, with a password, or an odd method.

    Counted as it comes, because the sizes in the table of contents are the writer's claim.
    """
    _check_size(member, member.file_size, limit)
    if member.flag_bits & 1:
        raise SourceError("文件已加密", "请去掉密码后再导入")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SourceError("用了少见的压缩方法", "请用常见的 ZIP（deflate）方法重新压缩再导入")
    done = 0
    with package.open(member) as content:
        # Small pieces: zipfile would otherwise inflate a whole member before it cuts it to the size it claims.
        while piece := content.read(65_536):
            done += len(piece)
            _check_size(member, done, limit)
            yield piece


def _check_size(member: zipfile.ZipInfo, size: int, limit: int) -> None:
    if size > max(_RATIO_MATTERS_FROM, MAX_RATIO * member.compress_size):
        raise SourceError(f"文件解压后异常膨胀（压缩比超过 {MAX_RATIO}:1），疑似压缩炸弹", _TRUSTED)
    if size > limit:
        raise SourceError(f"文件解压后超过 {limit // 1024 // 1024} MB", f"请拆分，或{_TRUSTED[1:]}")


def check_package(data: bytes, what: str) -> None:
    """Raises SourceError for an Office package that is a bomb, has a password, declares entities or is broken.

    All claims are checked before anything is inflated; then every part is inflated once and thrown away, so that the
    library that reads it meets nothing larger than it was told.
    """
    with opened(data, what) as package:
        members = package.infolist()
        if len(members) > MAX_PARTS:
            raise SourceError(f"文件内含 {len(members)} 个部件，超过 {MAX_PARTS} 个上限", _RESAVE)
        for member in members:
            _check_size(member, member.file_size, MAX_TOTAL_BYTES)
        if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise SourceError(f"文件解压后超过 {MAX_TOTAL_BYTES // 1024 // 1024} MB", f"请拆分，或{_TRUSTED[1:]}")
        for member in members:
            part = inflate(package, member, MAX_TOTAL_BYTES)
            if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_xml(b"".join(part))
            else:
                for _ in part:
                    pass


_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{0,40})")


def _check_xml(part: bytes) -> None:
    # With NULs removed the test also sees UTF-16. Office writes nothing else, and in UTF-7 a declaration could hide.
    text = part.replace(b"\0", b"")
    encoding = _ENCODING.search(text[:400])
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or (
            encoding and encoding[1].lower() not in (b"utf-8", b"utf-16", b"us-ascii", b"ascii")):
        raise SourceError("文件含有 XML 实体声明或异常编码，可能用于攻击，已拒绝", _RESAVE)
