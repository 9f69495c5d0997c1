"""DOCX through python-docx: headings, paragraphs and table rows as the reader of the finished document sees them."""

import io
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from ingest.document import Block, BlockKind, ParsedDocument, RawFile, SourceWarning
from ingest.package import check_package, damage_told
from ingest.parse.numbering import Numbering
from ingest.parse.table import Cell, table_blocks
from ingest.parse.text import blocks_in_place
from kb.errors import SourceError
from kb.text import clean

__all__ = ["MAX_ROWS", "parse_docx"]

MAX_ROWS = 100_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def parse_docx(raw: RawFile) -> ParsedDocument:
    """Raises SourceError for bombs, entities and broken packages, before anything is inflated as far as can be told."""
    check_package(raw.data, "Word 文档")
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    with damage_told("Word 文档", PackageNotFoundError):
        document = docx.Document(io.BytesIO(raw.data))
        reader = _Reader(document)
        blocks = blocks_in_place((*reader.blocks(document.element.body), *reader.notes()))
    if not blocks:
        raise SourceError("文档里没有文字", "如果内容是图片，请先做文字识别（OCR）再导入")
    return ParsedDocument(blocks, warnings=tuple(reader.warnings(raw.name)))


class _Reader:
    """Walks the body once, counting what it leaves out."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401  (python-docx has no types)
        self._document = document
        self._numbering = Numbering(document)
        self._styles = {style.get(_W + "styleId"): str(name.get(_W + "val", "")).lower()
                        for style in document.styles.element.findall(_W + "style")
                        if (name := style.find(_W + "name")) is not None}
        self._deleted = self._hidden = self._rows_read = 0

    def blocks(self, parent: Any) -> Iterator[Block]:  # noqa: ANN401
        for child in parent:
            if child.tag == _W + "p":
                yield from self._paragraph(child)
            elif child.tag == _W + "tbl":
                yield from self._table(child)
            elif child.tag == _W + "sdt" and (content := child.find(_W + "sdtContent")) is not None:
                yield from self.blocks(content)
            elif child.tag in (_W + "ins", _W + "moveTo", _W + "customXml", _W + "smartTag"):
                yield from self.blocks(child)
            elif child.tag == _W + "altChunk":
                yield from self._alternative(child)

    def warnings(self, file: str) -> Iterator[SourceWarning]:
        parts = [str(part.partname) for part in self._document.part.package.iter_parts()]
        if any(name.endswith("/comments.xml") for name in parts):
            yield SourceWarning(file, "批注没有收录", "需要批注内容时请写入正文后重新导入")
        if any("vbaProject" in name or "/embeddings/" in name for name in parts):
            yield SourceWarning(file, "宏或嵌入的文件没有收录，也不会运行", "需要其中内容时请单独导入")
        if self._deleted:
            yield SourceWarning(file, f"修订中已删除的 {self._deleted} 处文字没有收录", "请确认修订都已接受")
        if self._hidden:
            yield SourceWarning(file, f"{self._hidden} 处隐藏文字没有收录", "请确认隐藏文字不是正文")

    def _paragraph(self, element: Any) -> Iterator[Block]:  # noqa: ANN401
        level = self._level(element)
        text = self._numbering.label(element) + "".join(self._words(element))
        for line in clean(text).split("\n"):
            yield Block(line, BlockKind.HEADING if level else BlockKind.PARAGRAPH, level)
        for box in element.iter(_W + "txbxContent"):
            around = set(takewhile(lambda place: place is not element, box.iterancestors()))
            if not any(place.tag in (_FALLBACK, _W + "txbxContent") for place in around):
                yield from self.blocks(box)

    def _words(self, element: Any) -> Iterator[str]:  # noqa: ANN401
        for child in element:
            tag = child.tag
            if tag in (_W + "del", _W + "moveFrom"):
                self._deleted += 1
            elif tag in (_FALLBACK, _W + "txbxContent", _W + "pPr"):
                continue
            elif tag == _W + "t":
                yield child.text or ""
            elif tag in (_W + "tab", _W + "noBreakHyphen"):
                yield " " if tag == _W + "tab" else "-"
            elif tag in (_W + "br", _W + "cr"):
                yield "\n"
            elif tag == _W + "r" and _is_on(child.find(f"{_W}rPr/{_W}vanish")):
                self._hidden += 1
            else:
                yield from self._words(child)

    def _level(self, element: Any) -> int:  # noqa: ANN401
        """1–6 for a heading by style or outline level, else 0."""
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None:
            stated = int(outline.get(_W + "val", "9"))
            return stated + 1 if stated < 6 else 0
        style = element.find(f"{_W}pPr/{_W}pStyle")
        name = self._styles.get(style.get(_W + "val"), "") if style is not None else ""
        word, _, number = name.rpartition(" ")
        if word in ("heading", "标题") and number.isdigit():
            return min(int(number), 6)
        return 1 if name in ("title", "标题") else 0

    def _table(self, table: Any) -> Iterator[Block]:  # noqa: ANN401
        rows = list(self._rows(table))
        marked = (_is_on(row.find(f"{_W}trPr/{_W}tblHeader")) for row, _ in rows)
        yield from table_blocks([cells for _, cells in rows], stated=next((i for i, on in enumerate(marked) if not on), 0))

    def _rows(self, table: Any) -> Iterator[tuple[Any, list[Cell]]]:  # noqa: ANN401
        """Rows with their cells by column of the grid; a merged cell is one object at all its places."""
        above: list[Cell] = []
        for row in table.findall(_W + "tr"):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                self._deleted += 1
                continue
            self._rows_read += 1
            if self._rows_read > MAX_ROWS:
                raise SourceError(f"文档里的表格超过 {MAX_ROWS // 10_000} 万行", "请拆分后再导入")
            before = row.find(f"{_W}trPr/{_W}gridBefore")
            cells = [Cell()] * _span(before)
            for cell in row.iterchildren(_W + "tc", _W + "sdt"):
                cell = cell if cell.tag == _W + "tc" else cell.find(f"{_W}sdtContent/{_W}tc")
                if cell is None:
                    continue
                merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                down = merged is not None and merged.get(_W + "val", "continue") == "continue"
                read = above[len(cells)] if down and len(cells) < len(above) else \
                    Cell("\n".join(block.text for block in self.blocks(cell) if block.text))
                cells += [read] * max(1, _span(cell.find(f"{_W}tcPr/{_W}gridSpan")))
            above = cells
            yield row, cells

    def notes(self) -> Iterator[Block]:
        """Footnotes and endnotes, which Word keeps apart from the text that refers to them."""
        from docx.oxml import parse_xml

        for kind, name in (("footnote", "脚注"), ("endnote", "尾注")):
            for part in self._document.part.related_parts.values():
                if str(part.partname).endswith(f"/{kind}s.xml"):
                    written = [note for note in parse_xml(part.blob) if note.get(_W + "type", "normal") == "normal"]
                    for number, note in enumerate(written, start=1):
                        text = "".join(block.text for block in self.blocks(note))
                        yield Block(f"{name}{number}：{text}" if text else "")

    def _alternative(self, element: Any) -> Iterator[Block]:  # noqa: ANN401
        from ingest.parse.altchunk import read_altchunk

        part = self._document.part.related_parts.get(element.get(_REL))
        if part is not None:
            blocks, hidden = read_altchunk(part.blob)
            self._hidden += hidden
            yield from blocks


def _is_on(switch: Any) -> bool:  # noqa: ANN401
    return switch is not None and switch.get(_W + "val", "1") not in ("0", "false", "off")


def _span(element: Any) -> int:  # noqa: ANN401
    """Columns stated by an element, 0 without one. Word knows at most 63."""
    stated = str(element.get(_W + "val", "1")) if element is not None else "0"
    return min(int(stated), 64) if stated.isdigit() else 1
