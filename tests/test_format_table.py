"""docs/formats.md says what the code does: every format, every ending, every limit."""

import re
from pathlib import Path

import pytest

from ingest.archive import MAX_MEMBERS
from ingest.load import MAX_FILE_BYTES
from ingest.package import MAX_PARTS, MAX_RATIO, MAX_TOTAL_BYTES
from ingest.parse import FORMATS, Format
from ingest.parse.docx import MAX_ROWS
from ingest.parse.table import MAX_CELLS
from ingest.parse.text import MAX_CHARACTERS
from ingest.parse.webpage import MAX_DEPTH, MAX_NODES

DOCUMENT = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
READ_BY_UNPACKING = "ZIP 压缩包"


def section(title: str) -> dict[str, list[str]]:
    """Rows of the table under a heading, by their first cell."""
    text = DOCUMENT.partition(f"## {title}")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")][2:]
    return {row[0]: row[1:] for row in rows}


READ, REFUSED, LIMITS = section("Read"), section("Refused"), section("Limits")


def test_every_format_of_the_code_is_documented_and_no_other() -> None:
    assert {known.name for known in FORMATS if known.parser or known.name == READ_BY_UNPACKING} == set(READ)
    assert {known.name for known in FORMATS if not known.parser and known.name != READ_BY_UNPACKING} == set(REFUSED)
    assert len(FORMATS) == len(READ) + len(REFUSED)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_ending_is_documented_once_and_every_refusal_says_what_to_do(known: Format) -> None:
    assert (READ | REFUSED)[known.name][0] == ", ".join(known.endings)
    assert [other.name for other in FORMATS if set(other.endings) & set(known.endings)] == [known.name]
    assert known.parser or known.remedy


@pytest.mark.parametrize(("limit", "value"), [
    ("A file, and a member of an archive", f"{MAX_FILE_BYTES // 1024 // 1024} MB"), ("Characters of a document", MAX_CHARACTERS),
    ("Cells of a table or workbook", MAX_CELLS), ("Table rows of a Word document", MAX_ROWS), ("Members of an archive", MAX_MEMBERS),
    ("Nodes of a web page", MAX_NODES), ("Levels of a web page", MAX_DEPTH),
    ("Parts of an Office package", MAX_PARTS), ("Inflated, in all (archive or package)", f"{MAX_TOTAL_BYTES // 1024 // 1024} MB"),
    ("Inflated to compressed, from 1 MB on", f"{MAX_RATIO}:1"),
])
def test_the_limits_quoted_are_those_of_the_code(limit: str, value: int | str) -> None:
    assert LIMITS[limit] == [str(value)]


def test_limits_named_in_the_rows_are_those_of_the_code() -> None:
    assert set(re.findall(r"\d{6,}", str(READ))) == {str(MAX_CELLS), str(MAX_ROWS)}
