"""Plain text and Markdown: the encoding found out and checked, lines and marks turned into blocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.document import Block, BlockKind, ParsedDocument, RawFile
from kb.errors import SourceError
from kb.text import clean

__all__ = ["blocks_in_place", "decode", "parse_markdown", "parse_plain", "row_text"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
         (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_RESAVE = "请用记事本等编辑器打开，确认文字正常后另存为 UTF-8 编码再导入"


def decode(data: bytes) -> str:
    """Text of a file in UTF-8, UTF-16 or UTF-32 with a mark, GB18030 or Big5. Raises SourceError for anything else.

    Text that was already damaged (U+FFFD, 锟斤拷) is refused too: a quotation from it could not be trusted.
    """
    text = _decoded(data)
    if "�" in text or "锟斤拷" in text:
        raise SourceError("文字已经损坏（含有“�”或“锟斤拷”）", "请取得编码正确的原件再导入")
    if "\0" in text:
        raise SourceError("不是文本文件（含有空字节）", _RESAVE)
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding)
            except UnicodeDecodeError as error:
                raise SourceError(f"文件标明是 {encoding.upper()}，内容却不是", _RESAVE) from error
    if b"\0" in data:
        raise SourceError("不是文本文件，或编码混乱（含有空字节）", _RESAVE)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(data)


# In both legacy encodings the first rows hold the characters ordinary text is made of; text read in the wrong one
# falls into rare rows. Half a million bytes decide.
_LEGACY = (("gb18030", "gb2312", 0xB0, 0xD7), ("big5", "big5", 0xA4, 0xC6))


def _legacy(data: bytes) -> str:
    best, best_share = "", 0.0
    for encoding, table, first, last in _LEGACY:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = _share_of_frequent(text[:250_000], table, first, last)
        if share > best_share:
            best, best_share = text, share
    if best_share < 0.7:
        guess = _guess(data)
        raise SourceError(f"无法确定文字编码{f'（可能是 {guess}）' if guess else ''}", _RESAVE)
    return best


def _share_of_frequent(text: str, table: str, first: int, last: int) -> float:
    characters = [c for c in text if ord(c) > 0x7F and not "　" <= c <= "〗" and not "！" <= c <= "～"]
    if not characters:
        return 1.0
    lead = (c.encode(table, "ignore")[:1] for c in characters)
    return sum(1 for byte in lead if byte and first <= byte[0] <= last) / len(characters)


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:20_000]).best()
    return best.encoding if best is not None else ""


def blocks_in_place(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks with `start` set: offsets in the texts joined by single newlines. Empty ones are left out."""
    placed, start = [], 0
    for block in blocks:
        if block.text:
            placed.append(replace(block, start=start))
            start += len(block.text) + 1
    return tuple(placed)


def parse_plain(raw: RawFile) -> ParsedDocument:
    """Each line that is not blank is a paragraph."""
    return ParsedDocument(blocks_in_place(_lines(decode(raw.data))))


def _lines(text: str) -> Iterator[Block]:
    for line in clean(_unified(text)).split("\n"):
        yield Block(line)


def _unified(text: str) -> str:
    return re.sub("[\v\f\x85\u2028\u2029]", "\n", text)


def parse_markdown(raw: RawFile) -> ParsedDocument:
    """Headings, paragraphs, list items and table rows; front matter between two `---` lines; emphasis marks dropped.

    HTML stays visible as the text it is; `<br>` in a table cell is a line break.
    """
    lines = _unified(decode(raw.data).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    front, lines = _front_matter(lines)
    return ParsedDocument(blocks_in_place(_markdown_blocks(lines, wrapped=not front)), front)


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
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
    rows: list[list[str]] = []
    for line in [*(line.strip() for line in lines), ""]:
        if line.startswith("|"):
            if not _TABLE_RULE.match(line):
                rows.append(_cells(line))
            continue
        yield from _table(rows)
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


def _cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [clean(re.sub(r"<br[ /]{0,3}>", "\n", _plain_words(cell.strip()), flags=re.IGNORECASE)) for cell in cells]


def _table(rows: list[list[str]]) -> Iterator[Block]:
    if not rows:
        return
    header, body = (rows[0], rows[1:]) if len(rows) > 1 else ([], rows)
    for row in body:
        yield Block(row_text(header, row), BlockKind.ROW)


def row_text(header: list[str], row: list[str]) -> str:
    """A table row that can be read alone: 指标：满意度；数值：83.5；单位：分. Cells without a column name stand alone."""
    named = [*header, *[""] * len(row)]
    return "；".join(f"{name}：{cell}" if name and name != cell else cell
                    for name, cell in zip(named, row, strict=False) if cell)


_MARKS = ((re.compile(r"!\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)"), r"\1"),
          (re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\s]{0,500}\)"), r"\1"),
          (re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,500})(?<=\S)\1"), r"\2"),
          (re.compile(r"`([^`\n]{1,500})`"), r"\1"))


def _plain_words(text: str) -> str:
    """Without emphasis, code and link marks; the address of a link is dropped, its words stay."""
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    return clean(text)
