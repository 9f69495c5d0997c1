"""From paths an operator names to bytes in memory. Nothing is followed, nothing is guessed, every refusal has a reason."""

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingest.document import RawFile
from kb.errors import SourceError

__all__ = ["MAX_FILE_BYTES", "Problem", "SourceFile", "display_name", "find_files", "read_file"]

MAX_FILE_BYTES = 20 * 1024 * 1024
_NAME_LENGTH = 120
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. `name` is for display, for the manifest and for the catalogue, never opened."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read, and why."""

    file: str
    problem: str
    remedy: str


def find_files(paths: Sequence[Path]) -> tuple[list[SourceFile], list[Problem]]:
    """Regular files under the paths, sorted within each path, a file named twice only once.

    A path may itself be a link, because the operator named it; links below it are not followed. Hidden files, Office
    lock files and `manifest.json` are not documents and are passed over silently; all else that is skipped is a Problem.
    """
    files: list[SourceFile] = []
    problems: list[Problem] = []
    seen: set[Path] = set()
    for named in paths:
        for found in _under(named):
            if isinstance(found, Problem):
                problems.append(found)
            elif (key := found.path.absolute()) not in seen:
                seen.add(key)
                files.append(found)
    return files, problems


def _under(named: Path) -> Iterator[SourceFile | Problem]:
    try:
        root = named.resolve(strict=True)
        mode = root.stat().st_mode
    except (OSError, RuntimeError):
        yield Problem(display_name(str(named)), "路径不存在或无法访问", "请检查路径是否写对、是否有读取权限")
        return
    if stat.S_ISDIR(mode):
        yield from _walk(root)
    elif stat.S_ISREG(mode):
        yield SourceFile(root, display_name(root.name))
    else:
        yield Problem(display_name(root.name), "不是普通文件（管道、设备或套接字），已跳过", "请改为普通文件后重试")


def _walk(root: Path) -> Iterator[SourceFile | Problem]:
    """Depth first, by name. Not recursive: somebody's folders may be nested deeper than Python calls may be."""
    waiting = [_entries(root, "")]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif isinstance(entry, SourceFile | Problem):
            yield entry
        else:
            waiting.append(_entries(*entry))


def _entries(folder: Path, prefix: str) -> Iterator[SourceFile | Problem | tuple[Path, str]]:
    """What lies in one folder; its folders as path and prefix of names."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError:
        yield Problem(display_name(prefix) or ".", "文件夹无法读取，已跳过", "请检查读取权限")
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) and not entry.name.startswith(".."):
            continue
        relative = prefix + entry.name
        name = display_name(relative)
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
        except OSError:
            yield Problem(name, "文件无法读取，已跳过", "请检查文件是否还在、是否有读取权限")
            continue
        if stat.S_ISLNK(mode):
            yield Problem(name, "是符号链接，没有跟随", "请把实际文件放进该文件夹")
        elif stat.S_ISDIR(mode):
            yield Path(entry.path), relative + "/"
        elif not stat.S_ISREG(mode):
            yield Problem(name, "不是普通文件（管道、设备或套接字），已跳过", "请移出该文件夹")
        elif entry.name != _MANIFEST:
            yield SourceFile(Path(entry.path), name)


def display_name(name: str) -> str:
    """The name with control and invisible characters written out, at most 120 characters, the ending kept.

    Shortened names carry a checksum, so that two long names stay two names.
    """
    shown = "".join(_visible(c) for c in unicodedata.normalize("NFC", name))
    if len(shown) <= _NAME_LENGTH:
        return shown
    mark = "…" + sha256(shown.encode("utf-8")).hexdigest()[:6]
    ending = shown[-16:]
    return shown[:_NAME_LENGTH - len(mark) - len(ending)] + mark + ending


def _visible(c: str) -> str:
    return f"⟨U+{ord(c):04X}⟩" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c


def read_file(source: SourceFile) -> RawFile:
    """The bytes of a regular file. Raises SourceError: empty, over 20 MB, unreadable, or changing while being read."""
    for _ in range(2):
        data = _read_once(source)
        if data is not None:
            return RawFile(source.name, data, sha256(data).hexdigest())
    raise SourceError("文件在读取过程中被修改", "请等写入完成后再导入")


def _read_once(source: SourceFile) -> bytes | None:
    """None when the file changed between the first and the last look."""
    # A link or a pipe put in the file's place after the listing is refused by these flags rather than followed.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(source.path, flags), "rb") as opened:
            before = os.fstat(opened.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise SourceError("不是普通文件", "请改为普通文件后重试")
            if before.st_size > MAX_FILE_BYTES:
                raise SourceError(f"文件有 {before.st_size / 1024 / 1024:.0f} MB，超过 20 MB 上限", "请拆分后再导入")
            data = opened.read(MAX_FILE_BYTES + 1)
            after = os.fstat(opened.fileno())
    except OSError as error:
        raise SourceError("文件无法读取", "请检查文件是否还在、是否有读取权限") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return None
    if not data:
        raise SourceError("文件是空的", "请换一个有内容的文件")
    return data
