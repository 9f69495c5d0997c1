"""Web pages: the main text as headings, paragraphs, numbered items and table rows."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy

from ingest.document import Block, BlockKind, ParsedDocument, RawFile, SourceWarning
from ingest.parse.encoding import decode
from ingest.parse.main_text import is_layout, main_text
from ingest.parse.table import Cell, grid_of, table_blocks
from ingest.parse.text import blocks_in_place
from ingest.parse.webpage import Element, WebPage, read_page
from kb.errors import SourceError
from kb.text import clean

__all__ = ["page_blocks", "page_markup", "parse_html"]

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_CHINESE = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]"
_SOURCE_BREAK = re.compile(rf"(?<={_CHINESE})[ \t]*[\r\n]\s*(?={_CHINESE})")
_BLOCKS = frozenset((
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "form", "fieldset", "center", "blockquote", "pre", "hr",
    "table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "details", "summary",
    "address"))


def parse_html(raw: RawFile) -> ParsedDocument:
    """Raises SourceError where the encoding cannot be told or nothing is left that a reader would see."""
    page = read_page(page_markup(raw.data))
    blocks = list(page_blocks(main_text(page.body)))
    if blocks and not any(block.kind is BlockKind.HEADING for block in blocks):
        blocks = [*_title(page, blocks), *blocks]
    placed = blocks_in_place(blocks)
    if not placed:
        raise SourceError("网页里没有可以看见的正文", "请在浏览器中打开确认有正文，再另存为 .html 或 PDF 导入")
    return ParsedDocument(placed, warnings=tuple(_left_out(raw.name, page)))


def page_markup(data: bytes) -> str:
    """The HTML of a page, or of the first page in a web archive (MHT)."""
    if data.lstrip()[:13].upper() == b"MIME-VERSION:" or data[:5] == b"From:":
        for part in message_from_bytes(data, policy=policy.default).walk():
            if part.get_content_type() == "text/html":
                return decode(bytes(part.get_payload(decode=True) or b""), str(part.get_content_charset("")))
    declared = _DECLARED.search(data[:4_096])
    return decode(data, declared[1].decode("ascii") if declared else "")


def _title(page: WebPage, blocks: list[Block]) -> list[Block]:
    """A page without any heading is named by its title, of which the site's name is the last part."""
    name = clean(re.split(r"[-_|—–]", page.title)[0])
    return [] if not name or blocks[0].text == name else [Block(name, BlockKind.HEADING, 1)]


def _left_out(file: str, page: WebPage) -> Iterator[SourceWarning]:
    if page.hidden:
        yield SourceWarning(file, f"网页中 {page.hidden} 处隐藏文字没有收录", "请确认隐藏文字不是正文")
    if page.struck:
        yield SourceWarning(file, f"网页中 {page.struck} 处划去的文字没有收录", "请确认划去的文字已经失效")


def page_blocks(body: Element) -> Iterator[Block]:
    """Blocks in the order of the page. A line break ends a paragraph, because old pages use nothing else."""
    text: list[str] = []
    for part in _flow(body):
        if isinstance(part, str):
            text.append(part)
            continue
        yield from _lines("".join(text), part.level)
        text = []
        if part.block is not None:
            yield part.block
    yield from _lines("".join(text), 0)


class _End:
    """The end of a block in the flow of text: of a heading of this level, or of nothing but itself."""

    def __init__(self, level: int = 0, block: Block | None = None) -> None:
        self.level, self.block = level, block


def _lines(text: str, level: int) -> Iterator[Block]:
    text = clean(text)
    for line in [text.replace("\n", " ")] if level else text.split("\n"):
        if line:
            yield Block(line, BlockKind.HEADING if level else BlockKind.PARAGRAPH, level)


def _flow(element: Element, number: str = "") -> Iterator[str | _End]:
    """Text and ends of blocks. `number` is what a browser draws before the element."""
    tag, level = element.tag, 0
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(tag[1])
    block = bool(level) or tag in _BLOCKS
    if block:
        yield _End()
    if tag == "br":
        yield "\n"
    elif tag == "table" and not is_layout(element):
        yield from (_End(block=row) for row in _table(element))
    else:
        yield number
        numbers = _numbers(element) if tag == "ol" else {}
        for part in element.content:
            if isinstance(part, Element):
                yield from _flow(part, numbers.get(part, ""))
            else:
                yield part if tag == "pre" else _running(part)
    if block:
        yield _End(level)


def _running(text: str) -> str:
    """As a browser sets it: line ends of the source are blanks, and nothing between two Chinese characters."""
    return re.sub(r"\s+", " ", _SOURCE_BREAK.sub("", text))


def _numbers(ordered: Element) -> dict[Element, str]:
    """The numbers of the items, unless their own words already begin with one."""
    items = [child for child in ordered.elements if child.tag == "li"]
    start = _whole(ordered.attributes.get("start", ""), 1)
    numbers = {}
    for item in items:
        start = _whole(item.attributes.get("value", ""), start)
        if not re.match(r"\s*[（(第\d一二三四五六七八九十①-⑳]", item.text):
            numbers[item] = f"{start}. "
        start += 1
    return numbers


def _table(table: Element) -> Iterator[Block]:
    for caption in table.all("caption"):
        yield from _lines(_cell_text(caption).replace("\n", " "), 0)
    rows = list(table.all("tr"))
    cells = [[Cell(_cell_text(cell), _whole(cell.attributes.get("colspan", ""), 1), _rows_of(cell, len(rows) - i))
              for cell in row.elements if cell.tag in ("td", "th")] for i, row in enumerate(rows)]
    stated = next((i for i, row in enumerate(rows) if any(cell.tag == "td" for cell in row.elements)), len(rows))
    yield from table_blocks(grid_of(cells), stated=max(stated, sum(1 for head in table.all("thead") for _ in head.all("tr"))))


def _cell_text(cell: Element) -> str:
    if not cell.elements:
        return clean(_running(cell.text))        # most cells of large tables
    return "\n".join(block.text for block in page_blocks(Element("div", content=cell.content)))


def _rows_of(cell: Element, left: int) -> int:
    """A span of 0 reaches to the end of the table; no span reaches further."""
    return min(_whole(cell.attributes.get("rowspan", ""), 1) or left, left)


def _whole(written: str, otherwise: int) -> int:
    return int(written) if re.fullmatch(r"\s*\d{1,6}\s*", written) else otherwise
