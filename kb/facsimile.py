"""A page of the original as an image, with the quotation highlighted."""

import threading
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from kb.errors import SourceError
from kb.text import fold

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["Box", "Facsimile", "page_image", "runs"]

_PDFIUM = threading.Lock()        # PDFium keeps global state and is not thread-safe; the page serves many threads
_LONGEST_SIDE = 2400              # pixels: a poster-sized page must not exhaust memory
_SHORTEST_RUN = 8                 # characters: shorter fragments of a quotation occur by chance elsewhere on a page
_MARKER = (255, 233, 100)
_PADDING = 2

Box = tuple[int, int, int, int]   # left, top, right, bottom in pixels of the image


@dataclass(frozen=True, slots=True)
class Facsimile:
    """One rendered page. `boxes` is empty where the quotation was not found on it."""

    png: bytes = field(repr=False)
    boxes: tuple[Box, ...]
    page: int
    pages: int


def page_image(pdf: bytes, page: int, quote: str, scale: float = 2.0) -> Facsimile:
    """Page `page` (from 1) of `pdf`, with whatever part of `quote` stands on it highlighted.

    Raises:
        SourceError: the file cannot be opened, or has no such page.
    """
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise SourceError("原件无法作为 PDF 打开", "请重新入库这份文件，或只看文字版") from error
        try:
            if not 1 <= page <= len(document):
                raise SourceError(f"原件没有第 {page} 页（共 {len(document)} 页）", "请重新入库这份文件")
            return _render(document[page - 1], page, len(document), quote, scale)
        finally:
            document.close()


def _render(leaf: "pypdfium2.PdfPage", page: int, pages: int, quote: str, scale: float) -> Facsimile:
    # Pillow is a fixed requirement of Streamlit and of nothing else here, so it is not listed a second time.
    from PIL import Image, ImageChops, ImageDraw

    scale = min(scale, _LONGEST_SIDE / max(leaf.get_width(), leaf.get_height(), 1))
    bitmap = leaf.render(scale=scale)
    boxes = _boxes(leaf, bitmap, quote)
    image = bitmap.to_pil().convert("RGB")
    ink = Image.new("RGB", image.size, (255, 255, 255))
    for box in boxes:
        ImageDraw.Draw(ink).rectangle(box, fill=_MARKER)
    out = BytesIO()
    ImageChops.multiply(image, ink).save(out, "PNG")    # multiplied, as a marker pen: the letters stay black
    return Facsimile(out.getvalue(), boxes, page, pages)


def _boxes(leaf: "pypdfium2.PdfPage", bitmap: "pypdfium2.PdfBitmap", quote: str) -> tuple[Box, ...]:
    textpage, place = leaf.get_textpage(), bitmap.get_posconv(leaf)
    boxes: list[Box] = []
    for start, end in runs(_characters(textpage), quote):
        for k in range(textpage.count_rects(start, end - start)):
            left, bottom, right, top = textpage.get_rect(k)
            (x1, y1), (x2, y2) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
            _extend(boxes, (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
    return tuple((a - _PADDING, b - _PADDING, c + _PADDING, d + _PADDING) for a, b, c, d in boxes)


def _extend(boxes: list[Box], box: Box) -> None:
    """Join `box` to the one before it where both lie on one line: PDFium gives a rectangle for each change of font."""
    if boxes:
        left, top, right, bottom = boxes[-1]
        height = max(bottom - top, box[3] - box[1])
        if min(bottom, box[3]) > max(top, box[1]) and abs(box[0] - right) <= 2 * height:
            boxes[-1] = (min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3]))
            return
    boxes.append(box)


def _characters(textpage: "pypdfium2.PdfTextPage") -> list[str]:
    """One entry for each of PDFium's character indices; ranges of text skip some, so they cannot be counted in it."""
    from pypdfium2 import raw

    codes = (raw.FPDFText_GetUnicode(textpage.raw, i) for i in range(textpage.count_chars()))
    return [chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "" for code in codes]


def runs(characters: list[str], quote: str) -> list[tuple[int, int]]:
    """Index ranges of `characters` that carry `quote`, ignoring white space, width and line ends.

    A quotation broken by a page end, a footer or a column comes back in pieces; what stands elsewhere is left out.
    """
    folded, index = "", []
    for i, character in enumerate(characters):
        piece = fold(character)
        folded += piece
        index += [i] * len(piece)
    wanted = fold(quote)
    found, at, after = [], 0, 0
    while at < len(wanted):
        place, length = _longest(folded, wanted[at:], after)
        if length and (length >= _SHORTEST_RUN or length == len(wanted)):
            found.append((index[place], index[place + length - 1] + 1))
            at, after = at + length, place + length
        else:
            at += 1
    return found


def _longest(text: str, wanted: str, after: int) -> tuple[int, int]:
    """(place, length) of the longest beginning of `wanted` in `text`, looking behind `after` first."""
    low, high = 0, len(wanted)
    while low < high:                       # what contains a long beginning contains every shorter one
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in text else (low, middle - 1)
    start = text.find(wanted[:low], after)
    return (start if start >= 0 else text.find(wanted[:low])), low
