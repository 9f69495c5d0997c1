"""The fields of a table that a person wrote by hand: none unknown, none missing, each of its kind and not empty."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.basis import place_of
from kb.errors import SourceError
from kb.statute import parse_ref

__all__ = ["Table", "parsed", "read_table", "unread"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file, with what a message calls its place: 题库 secret.toml 第 4 行."""

    raw: Mapping[str, Any]
    place: str

    def check(self, fields: Mapping[str, type], optional: Collection[str] = ()) -> None:
        """Raises SourceError, naming the place, unless the table has these fields alone, with values of these kinds."""
        if unknown := sorted(set(self.raw) - set(fields)):
            raise self.fault(f"不认识的键 {'、'.join(unknown)}")
        if missing := [name for name in fields if name not in self.raw and name not in optional]:
            raise self.fault(f"缺少 {'、'.join(missing)}")
        if wrong := [name for name, value in self.raw.items() if type(value) is not fields[name] or not _filled(value)]:
            raise self.fault(f"{'、'.join(wrong)} 的值不对")
        if wrong := unread(self.raw.get("basis", ())):
            raise self.fault(f"依据“{'”“'.join(wrong)}”读不成条文")

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words; empty where an optional one is left out."""
        return tuple(self.raw.get(name, ()))

    def fault(self, what: str) -> SourceError:
        return SourceError(f"{self.place}有误：{what}", "请改正这一处")


def parsed(text: str, file: str) -> dict[str, Any]:
    """What a TOML file says. Raises SourceError, with the name of the file and what the reader of TOML says, where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{file} 不是有效的 TOML：{error}", "请按报错的行号改正") from error


def unread(basis: Iterable[object]) -> list[str]:
    """The references of a 依据 line that are neither an article nor a place of a plan."""
    return [str(ref) for ref in basis if not (isinstance(ref, str) and (parse_ref(ref) or place_of(ref)))]


def read_table(text: str, file: str, lists: Sequence[str] = ()) -> tuple[Table, Mapping[str, tuple[Table, ...]]]:
    """A TOML file as the table of its head and, by name, its lists of tables, each of which knows its line.

    Raises:
        SourceError: not TOML, or a list that is not written as [[name]] lines; file and line are named.
    """
    data = parsed(text, file)
    found: dict[str, tuple[Table, ...]] = {}
    for name in lists:
        lines = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(rf"^\[\[{name}\]\]", text, re.MULTILINE)]
        raws = data.pop(name, [])
        if not isinstance(raws, list) or len(raws) != len(lines):
            raise SourceError(f"{file} 里的 {name} 写法不对", f"每一处请以单独一行的 [[{name}]] 开头")
        found[name] = tuple(Table(raw, f"{file} 第 {line} 行") for raw, line in zip(raws, lines, strict=True))
    return Table(data, f"{file} 第 1 行"), found


def _filled(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(word, str) and word.strip() for word in value)
    return not isinstance(value, str) or bool(value.strip())
