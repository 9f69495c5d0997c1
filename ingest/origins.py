"""Which file provides which version, and which merely says the same: a PDF beside a DOCX, an excerpt beside the law."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kb.catalogue import FileRecord
from kb.text import fold
from kb.types import Passage, Version

__all__ = ["Origins", "places_told", "unsaid"]

_SHOWN = 3


class Origins:
    """The files of the library as they are known while a run changes them.

    The file whose checksum a version carries provides its text; every other file with that version is a further origin.
    """

    def __init__(self, records: Iterable[FileRecord], versions: Iterable[Version]) -> None:
        self.records = {record.location: record for record in records}
        self._alike = {record.fingerprint: record for record in self.records.values()}
        self._by_version: dict[str, dict[str, FileRecord]] = {}
        for record in self.records.values():
            self._by_version.setdefault(record.version_id, {})[record.location] = record
        self._text_from = {version.id: version.sha256 for version in versions}

    def with_fingerprint(self, fingerprints: Iterable[str]) -> FileRecord | None:
        """A file with the same bytes, read under the same conditions."""
        return next((self._alike[each] for each in fingerprints if each in self._alike), None)

    def of(self, version_id: str) -> list[FileRecord]:
        return list(self._by_version.get(version_id, {}).values())

    def note(self, record: FileRecord, *, provides: bool) -> None:
        self.forget(record.location)
        self.records[record.location] = record
        self._alike[record.fingerprint] = record
        self._by_version.setdefault(record.version_id, {})[record.location] = record
        if provides:
            self._text_from[record.version_id] = record.sha256

    def forget(self, location: str) -> None:
        if old := self.records.pop(location, None):
            del self._by_version[old.version_id][location]

    def providers(self, version_id: str) -> Iterator[FileRecord]:
        """Files the version's text was taken from: several only where they are copies of one another."""
        return (r for r in self.of(version_id) if r.sha256 == self._text_from.get(version_id))

    def bereft(self) -> set[str]:
        """Versions that still have a file, but not the one their text was taken from."""
        return {version_id for version_id, files in self._by_version.items()
                if files and not any(self.providers(version_id))}

    def orphans(self) -> list[str]:
        """Versions without any file: it went, or now holds another version."""
        return sorted(version_id for version_id in self._text_from if not self._by_version.get(version_id))


def unsaid(said: Sequence[Passage], also: Sequence[Passage]) -> list[str]:
    """The places of `said` whose words `also` does not have at the same place; compared folded, parts put together."""
    return list(dict.fromkeys(locator for locator, _ in Counter(_places(said)) - Counter(_places(also))))


def places_told(locators: Sequence[str]) -> str:
    """第一条、第三条等 5 处."""
    shown = "、".join(locator or "正文" for locator in locators[:_SHOWN])
    return shown + (f"等 {len(locators)} 处" if len(locators) > _SHOWN else "")


def _places(passages: Sequence[Passage]) -> Iterator[tuple[str, str]]:
    """Each article or task whole: a long one is cut into numbered parts, wherever its format put the line ends."""
    locator, text = "", ""
    for passage in passages:
        if passage.part > 1 and passage.locator == locator:
            text += passage.text
            continue
        if text:
            yield locator, fold(text)
        locator, text = passage.locator, passage.text
    if text:
        yield locator, fold(text)
