"""What the named paths hold, one piece at a time: files, members of archives, and what a manifest says of each."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from ingest.archive import is_archive, unpack
from ingest.document import RawFile
from ingest.load import Problem, SourceFile, find_files, read_file
from ingest.manifest import Manifest, ManifestEntry, find_manifest
from ingest.progress import Progress
from kb.errors import SourceError

__all__ = ["NamedPaths", "Source", "Unread", "doubtful_folder", "is_there", "read_again"]

_INSIDE = "!/"             # between an archive and its member in a location
_MEMBER = re.compile(r"(.+?\.zip)!/(.+)", re.IGNORECASE | re.DOTALL)        # folders, too, may end with !


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a member of an archive. `location` is its absolute path, or <archive>!/<member>."""

    location: str
    raw: RawFile
    entry: ManifestEntry | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A place that holds something which could not be read."""

    location: str
    problem: Problem


class NamedPaths:
    """The files and folders an operator named, with the manifests that speak for them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._found, self.problems = find_files(paths)
        self._in_archives = 0
        self._manifests: list[tuple[Path, Manifest]] = []
        for path in paths:
            try:
                manifest = find_manifest(path)
            except SourceError as error:
                self.problems.append(Problem("manifest.json", error.problem, error.remedy))
                continue
            if manifest:
                self._manifests.append((path.resolve(), manifest))

    def __len__(self) -> int:
        """Of files, with the members of those archives that have been opened."""
        return len(self._found) + self._in_archives

    def read(self, listener: Callable[[Progress], None]) -> Iterator[Source | Unread]:
        """Everything in order, each file read when it is asked for."""
        for done, found in enumerate(self._found, start=1):
            listener(Progress("读取", done, len(self._found), found.name))
            location = _location(found.path)
            try:
                raw = read_file(found)
            except SourceError as error:
                yield Unread(location, Problem(found.name, error.problem, error.remedy))
                continue
            if is_archive(raw):
                # Only a checksum tells which listed document a member is: its path is a path in another tree.
                members = list(_members(location, raw, partial(self._entry, found.path, "")))
                self._in_archives += len(members) - 1
                yield from members
            else:
                yield Source(location, raw, self._entry(found.path, None, raw.sha256))

    def _entry(self, path: Path, name: str | None, digest: str) -> ManifestEntry | None:
        for root, manifest in self._manifests:
            if path.is_relative_to(root):
                relative = path.relative_to(root).as_posix()
                return manifest.entry((path.name if relative == "." else relative) if name is None else name, digest)
        return None

    def covers(self, location: str) -> bool:
        """Whether the place belongs to a named folder or archive that is there."""
        return any(location.startswith(start) for start in self._covered)

    @cached_property
    def _covered(self) -> tuple[str, ...]:
        # A folder that is itself gone proves nothing about its files.
        return tuple(_location(path.resolve()) + (os.sep if path.is_dir() else _INSIDE)
                     for path in self._paths if path.exists())


def is_there(location: str) -> bool:
    """Whether the file, or the member of the archive, still exists."""
    path, inner = _split(location)
    return path.exists() and (not inner or read_again(location, "") is not None)


def doubtful_folder(location: str) -> Path | None:
    """The folder that makes it doubtful whether a file that was not found is really gone, None where nothing does.

    A share that is not mounted shows as an empty folder, one without permission as an unreadable one: the nearest
    folder above the file that still exists has to hold something else.
    """
    path, inner = _split(location)
    for folder in () if inner and path.exists() else path.parents:
        try:
            with os.scandir(folder) as entries:
                return None if any(True for _ in entries) else folder
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return folder
    return None


def read_again(location: str, name: str) -> Source | None:
    """A source by the location the catalogue remembers; None where it is gone or cannot be read.

    Its manifest is the nearest one above it, because the path that was once named is not remembered.
    """
    path, inner = _split(location)
    try:
        raw = read_file(SourceFile(path, name or path.name))
        if not inner:
            return Source(location, raw, _nearest_entry(path, None, raw.sha256))
        # Members are named after the archive, so it is opened under the name it has in the catalogue.
        archive = RawFile(name.removesuffix("/" + inner) if name else path.name, raw.data, raw.sha256)
        members = _members(str(path), archive, partial(_nearest_entry, path, ""))
        return next((m for m in members if isinstance(m, Source) and m.location == location), None)
    except SourceError:
        return None


def _members(location: str, archive: RawFile, entry: Callable[[str], ManifestEntry | None]) -> Iterator[Source | Unread]:
    members, problems = unpack(archive)
    for problem in problems:
        yield Unread(location if problem.file == archive.name else _member(location, archive, problem.file), problem)
    for member in members:
        yield Source(_member(location, archive, member.name), member, entry(member.sha256))


def _member(location: str, archive: RawFile, name: str) -> str:
    return location + _INSIDE + name.removeprefix(archive.name + "/")


def _nearest_entry(path: Path, name: str | None, digest: str) -> ManifestEntry | None:
    for folder in path.parents:
        if manifest := find_manifest(folder):
            return manifest.entry(path.relative_to(folder).as_posix() if name is None else name, digest)
    return None


def _split(location: str) -> tuple[Path, str]:
    """The file, and what is meant inside it, empty where that is no archive."""
    member = _MEMBER.fullmatch(location)
    return (Path(member[1]), member[2]) if member else (Path(location), "")


def _location(path: Path) -> str:
    """A path as text that any database takes, undecodable bytes written out."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
