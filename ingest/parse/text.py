"""Plain text and Markdown: lines and marks turned into blocks, paragraphs that an editor wrapped put together again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.document import Block, BlockKind, ParsedDocument, RawFile
from ingest.parse.encoding import decode
from ingest.parse.table import Cell, table_blocks
from ingest.parse.wrapping import unwrapped
from kb.errors import SourceError
from kb.text import clean

__all__ = ["MAX_CHARACTERS", "blocks_in_place", "front_matter", "parse_markdown", "parse_plain"]

MAX_CHARACTERS = 5_000_000

def blocks_in_place(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks with `start` set: offsets in the texts joined by single newlines. Empty ones are left out.

    Raises SourceError as soon as they are more than five million characters, so that what merged cells repeat stays
    within memory.
    """
    placed, start = [], 0
    for block in blocks:
        if block.text:
            placed.append(replace(block, start=start))
            start += len(block.text) + 1
            if start > MAX_CHARACTERS:
                raise SourceError(f"文件超过 {MAX_CHARACTERS // 10_000} 万字上限", "请拆分后再导入")
    return tuple(placed)


def parse_plain(raw: RawFile) -> ParsedDocument:
    """Each line that is not blank is a paragraph; where an editor wrapped all lines at one width, each paragraph is."""
    lines = _unified(decode(raw.data)).split("\n")
    return ParsedDocument(blocks_in_place(Block(clean(line)) for line in unwrapped(lines)))


def _unified(text: str) -> str:
    return re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text)


def parse_markdown(raw: RawFile) -> ParsedDocument:
    """Headings, paragraphs, list items and table rows; front matter between two `---` lines; emphasis marks dropped.

    HTML stays visible as the text it is; `<br>` in a table cell is a line break.
    """
    lines = _unified(decode(raw.data)).split("\n")
    front, lines = front_matter(lines)
    return ParsedDocument(blocks_in_place(_markdown_blocks(lines, wrapped=not front)), front)


def front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The `key: value` lines between two `---` lines at the head of a page, and the lines after them."""
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        return {}, lines
    end = next(i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---")
    pairs = (line.partition(":") for line in lines[1:end] if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}, lines[end + 1:]


_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(.*)$")
_LIST_MARK = re.compile(r"[-*+][ \t]+|\d{1,3}[.)][ \t]+")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_OPENING = re.compile(r"[#|>]|问：|依据：|第[零〇一二三四五六七八九十百千\d]{1,9}[条章节编]|[（(]?[一二三四五六七八九十]{1,3}[、)）]")
_ENDING = tuple("。；：！？，、”）)】.;:!?")


def _markdown_blocks(lines: list[str], *, wrapped: bool) -> Iterator[Block]:
    """Our own files, which have front matter, give each paragraph a line; others may wrap theirs."""
    paragraph = ""
    rows: list[list[Cell]] = []
    for line in [*(line.strip() for line in lines), ""]:
        if line.startswith("|"):
            if not _TABLE_RULE.match(line):
                rows.append(_cells(line))
            continue
        yield from table_blocks(rows, stated=1)
        rows = []
        if paragraph and not (wrapped and _continues(paragraph, line)):
            yield Block(_plain_words(paragraph))
            paragraph = ""
        if heading := _HEADING.match(line):
            yield Block(_plain_words(heading[2].rstrip(" \t#")), BlockKind.HEADING, len(heading[1]))
        elif not re.fullmatch(r"[-*_ ]{3,}", line):
            paragraph += line


def _continues(paragraph: str, line: str) -> bool:
    """Whether a line is the rest of a paragraph that an editor wrapped, rather than the next paragraph."""
    return bool(line) and len(paragraph) >= 30 and not paragraph.endswith(_ENDING) \
        and not _OPENING.match(line) and not _LIST_MARK.match(line)


def _cells(line: str) -> list[Cell]:
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [Cell(clean(re.sub(r"<br[ /]{0,3}>", "\n", _plain_words(cell.strip()), flags=re.IGNORECASE)).replace("\\|", "|"))
            for cell in cells]


_MARKS = ((re.compile(r"!\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)"), r"\1"),
          (re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\s]{0,500}\)"), r"\1"),
          (re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,500})(?<=\S)\1"), r"\2"),
          (re.compile(r"`([^`\n]{1,500})`"), r"\1"))


def _plain_words(text: str) -> str:
    """Without emphasis, code and link marks; the address of a link is dropped, its words stay."""
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    return clean(text)
