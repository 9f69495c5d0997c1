"""Slides: each one a heading with its number as page, what stands on it in reading order, then the speaker's notes."""

import io
from collections.abc import Iterator
from typing import Any

from ingest.document import Block, BlockKind, ParsedDocument, RawFile, SourceWarning
from ingest.package import check_package, damage_told
from ingest.parse.table import Cell, table_blocks
from ingest.parse.text import blocks_in_place
from kb.errors import SourceError
from kb.text import clean

__all__ = ["parse_pptx"]

_LINE = 300_000        # a third of an inch in the unit of Office: shapes nearer than this stand side by side


def parse_pptx(raw: RawFile) -> ParsedDocument:
    """`page` is the number of the slide as shown. Hidden slides are left out and counted."""
    check_package(raw.data, "演示文稿")
    import pptx
    from pptx.exc import PythonPptxError

    reader = _Reader()
    with damage_told("演示文稿", PythonPptxError):
        slides = pptx.Presentation(io.BytesIO(raw.data)).slides
        blocks = blocks_in_place(block for number, slide in enumerate(slides, start=1) for block in reader.slide(slide, number))
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        raise SourceError("演示文稿里没有文字", "如果内容是图片，请先做文字识别（OCR）再导入")
    return ParsedDocument(blocks, warnings=tuple(reader.warnings(raw.name)))


class _Reader:
    """Reads slide after slide, counting what it leaves out."""

    def __init__(self) -> None:
        self._hidden = self._drawings = 0

    def slide(self, slide: Any, number: int) -> Iterator[Block]:  # noqa: ANN401  (python-pptx has no types)
        if slide.element.get("show") in ("0", "false"):
            self._hidden += 1
            return
        title = slide.shapes.title
        named = clean(title.text_frame.text).replace("\n", " ") if title is not None else ""
        yield Block(named or f"第{number}页", BlockKind.HEADING, 1, number)
        for shape in _in_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                yield from self._shape(shape, number)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for line in clean(slide.notes_slide.notes_text_frame.text).split("\n"):
                yield Block(f"备注：{line}" if line else "", page=number)

    def _shape(self, shape: Any, number: int) -> Iterator[Block]:  # noqa: ANN401
        if hasattr(shape, "shapes"):
            for inner in _in_order(shape.shapes):
                yield from self._shape(inner, number)
        elif getattr(shape, "has_table", False):
            yield from table_blocks(_grid(shape.table), page=number)
        elif shape.has_text_frame:
            for line in clean(_text(shape.text_frame)).split("\n"):
                yield Block(line, page=number)
        elif shape.element.tag.endswith("}graphicFrame"):
            self._drawings += 1

    def warnings(self, file: str) -> Iterator[SourceWarning]:
        if self._hidden:
            yield SourceWarning(file, f"{self._hidden} 张隐藏的幻灯片没有收录", "需要其中内容时请取消隐藏后重新导入")
        if self._drawings:
            yield SourceWarning(file, f"{self._drawings} 个图表或图示里的文字没有收录", "需要其中内容时请改写为文字或表格后重新导入")


def _in_order(shapes: Any) -> list[Any]:  # noqa: ANN401
    """From top to bottom, and from left to right on one line."""
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // _LINE, shape.left or 0))


def _text(frame: Any) -> str:  # noqa: ANN401
    """Paragraphs; a line break inside one, which PowerPoint writes as a vertical tab, ends a line too."""
    return str(frame.text).replace("\v", "\n")


def _grid(table: Any) -> list[list[Cell]]:  # noqa: ANN401
    """A merged cell is one object at all its places."""
    cells: dict[tuple[int, int], Cell] = {}
    height, width = len(table.rows), len(table.columns)
    for row in range(height):
        for column in range(width):
            cell = table.cell(row, column)
            if (row, column) in cells and cell.is_spanned:
                continue
            whole = Cell(clean(_text(cell.text_frame)))
            down, across = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
            cells |= {(r, c): whole for r in range(row, min(row + down, height)) for c in range(column, min(column + across, width))}
    return [[cells[row, column] for column in range(width)] for row in range(height)]
