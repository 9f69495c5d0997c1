"""What pdfium sees of a PDF: lines with their places, pages as pictures, and which words no reader can see.

pdfium is 20 times faster than the alternatives and gets the glyphs of browser-made PDFs right; its order of text follows
columns.
"""

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.parse.layout import Line, upright
from kb.errors import SourceError

__all__ = ["PageText", "PdfPages", "open_pdf"]

_REFETCH = "请重新下载；仍不行时用阅读器打开后另存（或打印）为 PDF 再导入"
_LEGIBLE = 1.5                     # points: smaller text is there for machines, not for readers
_PIXELS = 16_000_000               # of one picture; a page may call itself 200 inches wide


@dataclass(frozen=True, slots=True)
class PageText:
    """The text layer of a page in reading order; the size in points.

    `unseen` counts lines left out, wholly or in part, because no reader can see them. `unmapped` is the share of glyphs whose
    font does not say which characters they are. `over_scan`: the words lie unseen over a picture of the page (made by OCR).
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    unseen: int = 0
    unmapped: float = 0.0
    over_scan: bool = False

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class PdfPages:
    """The pages of an open file, counted from 1."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401  (pypdfium2 has no types)
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def restrictions(self) -> tuple[str, ...]:
        """What the owner of the file has forbidden its readers, in words (ISO 32000-1, table 22)."""
        import pypdfium2.raw as raw

        if raw.FPDF_GetSecurityHandlerRevision(self._document) < 0:
            return ()
        allowed = raw.FPDF_GetDocUserPermissions(self._document)
        return tuple(word for bit, word in ((3, "打印"), (4, "修改"), (5, "复制")) if not allowed >> (bit - 1) & 1)

    def text(self, number: int) -> PageText:
        """Raises SourceError where the page is damaged."""
        import pypdfium2 as pdfium

        try:
            page = self._document[number - 1]
            text = page.get_textpage()
        except pdfium.PdfiumError as error:
            raise SourceError(f"第 {number} 页无法读取，文件可能已损坏", _REFETCH) from error
        try:
            return _read(page, text, number)
        finally:
            text.close()
            page.close()

    def picture(self, number: int, dpi: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Grey values, a row for each line of dots; coarser than `dpi` where the page would be too large."""
        page = self._document[number - 1]
        try:
            return _picture(page, dpi)
        finally:
            page.close()


@contextmanager
def open_pdf(data: bytes) -> Iterator[PdfPages]:
    """Raises SourceError: password, damage."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise SourceError("文件有打开密码", "请用阅读器打开后另存为无密码的 PDF 再导入") from error
        raise SourceError("PDF 文件不完整或已损坏，无法打开", _REFETCH) from error
    try:
        yield PdfPages(document)
    finally:
        document.close()


def _read(page: Any, text: Any, number: int) -> PageText:  # noqa: ANN401
    characters = _characters(text)
    looks = _Looks(page)
    over_scan = looks.unprinted > looks.printed and looks.pictured >= 0.5
    hidden = _hidden(page, text, characters, over_scan) if looks.doubtful else frozenset()
    width, height = page.get_size()
    lines, unseen = [], 0
    for match in re.finditer(r"[^\r\n]+", characters):
        spans = _visible(*match.span(), hidden)
        inked = [k for span in spans for k in _ends_and_middle(characters, *span)]
        unseen += any(k in hidden for k in range(*match.span())) if hidden else 0
        if not inked:
            continue
        left, right, top, bottom = _box(text, inked)
        if right > 0 and left < width and top < height and bottom > 0 and top - bottom >= _LEGIBLE:
            words = "".join(_words(text, characters, start, end) for start, end in spans)
            lines.append(Line(words, number, width, height, left, right, top, bottom))
        else:
            unseen += 1
    return PageText(number, width, height, tuple(upright(lines)), unseen, _unmapped(text, characters), over_scan)


_BLANKS = " \t\u3000\xa0\0\2\ufffe"
_DROPPED = dict.fromkeys((0, 2, 0xFFFE), None) | dict.fromkeys(range(0xD800, 0xE000), None)
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’《》〈〉…—"
_SPACE_BESIDE_CHINESE = re.compile(rf" (?=[{_CJK}])|(?<=[{_CJK}]) ")


def _characters(text: Any) -> str:  # noqa: ANN401
    """One character for each of pdfium's, so that indices agree; lines end with generated line breaks."""
    import pypdfium2.raw as raw

    count = max(text.count_chars(), 0)
    buffer = (ctypes.c_ushort * (count * 2 + 1))()
    written = raw.FPDFText_GetText(text, 0, count, buffer)
    characters = bytes(buffer)[:2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")
    if len(characters) == count:
        return characters
    # The whole text leaves out what is no character; asked one by one, pdfium gives a number for everything.
    codes = (raw.FPDFText_GetUnicode(text, k) for k in range(count))
    return "".join(chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes)


def _words(text: Any, characters: str, start: int, end: int) -> str:  # noqa: ANN401
    """The characters of a span; a space that pdfium made up beside a Chinese character is dropped (2019 年 → 2019年)."""
    import pypdfium2.raw as raw

    kept, done = [], start
    for match in _SPACE_BESIDE_CHINESE.finditer(characters, max(start - 1, 0), end):
        if match.start() >= start and raw.FPDFText_IsGenerated(text, match.start()) == 1:
            kept.append(characters[done:match.start()])
            done = match.end()
    return "".join((*kept, characters[done:end])).translate(_DROPPED)


def _ends_and_middle(characters: str, start: int, end: int) -> tuple[int, ...]:
    """Of what is inked in a span; empty where nothing is."""
    first = end - len(characters[start:end].lstrip(_BLANKS))
    last = start + len(characters[start:end].rstrip(_BLANKS)) - 1
    middle = (first + last) // 2
    return () if first > last else (first, last) if characters[middle] in _BLANKS else (first, middle, last)


def _box(text: Any, indices: list[int]) -> tuple[float, float, float, float]:  # noqa: ANN401
    """(left, right, top, bottom) around some characters, in points."""
    import pypdfium2.raw as raw

    boxes, rect = [], raw.FS_RECTF()
    for k in indices:
        raw.FPDFText_GetLooseCharBox(text, k, rect)
        boxes.append((rect.left, rect.right, rect.top, rect.bottom))
    lefts, rights, tops, bottoms = zip(*boxes, strict=True)
    return min(lefts), max(rights), max(tops), min(bottoms)


_SAMPLED = 15      # a font without a map spoils whole runs, so one glyph in fifteen tells as much as all


def _unmapped(text: Any, characters: str) -> float:  # noqa: ANN401
    import pypdfium2.raw as raw

    sampled = [raw.FPDFText_HasUnicodeMapError(text, k) == 1 for k in range(0, len(characters), _SAMPLED)]
    return sum(sampled) / len(sampled) if sampled else 0.0


# What is not to be seen

class _Looks:
    """What stands on a page: pieces of text printed and not printed, the share of it under pictures, and whether some text is
    not printed, transparent or nearly white."""

    def __init__(self, page: Any) -> None:  # noqa: ANN401
        import pypdfium2.raw as raw

        self.printed = self.unprinted = 0
        self.pictured = 0.0
        self.doubtful = False
        self._raw, self._colour = raw, _Colour()
        width, height = page.get_size()
        for k in range(raw.FPDFPage_CountObjects(page)):
            thing = raw.FPDFPage_GetObject(page, k)
            if self._note(thing, _FORMS_IN_FORMS):
                self.pictured += _area_on_page(thing, width, height) / max(width * height, 1.0)

    def _note(self, thing: Any, depth: int) -> bool:  # noqa: ANN401
        """Whether the object is a picture or holds one."""
        raw = self._raw
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(thing) in _UNPRINTED:
                self.unprinted += 1
                self.doubtful = True
            else:
                self.printed += 1
                self.doubtful = self.doubtful or self._colour.is_pale(raw.FPDFPageObj_GetFillColor, thing)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth:
            inside = (raw.FPDFFormObj_GetObject(thing, k) for k in range(raw.FPDFFormObj_CountObjects(thing)))
            return any([self._note(part, depth - 1) for part in inside])
        return bool(kind == raw.FPDF_PAGEOBJ_IMAGE)


_UNPRINTED = (3, 7)        # text rendering modes that draw nothing (ISO 32000-1, table 106)
_FORMS_IN_FORMS = 4


class _Colour:
    """Room for one answer of pdfium, made once because a page asks hundreds of times."""

    def __init__(self) -> None:
        self._parts = tuple(ctypes.c_uint() for _ in range(4))

    def is_pale(self, ask: Any, *of: Any) -> bool:  # noqa: ANN401
        """Whether `ask(*of, red, green, blue, alpha)` tells of a colour that white paper swallows."""
        red, green, blue, alpha = self._parts
        return bool(ask(*of, red, green, blue, alpha)) and (
            alpha.value < 26 or (red.value >= 225 and green.value >= 225 and blue.value >= 225))


def _area_on_page(thing: Any, width: float, height: float) -> float:  # noqa: ANN401
    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return 0.0
    across = min(right.value, width) - max(left.value, 0.0)
    return max(across, 0.0) * max(min(top.value, height) - max(bottom.value, 0.0), 0.0)


def _hidden(page: Any, text: Any, characters: str, over_scan: bool) -> frozenset[int]:  # noqa: ANN401
    """Indices of characters that cannot be seen. A picture of the page decides: white letters on a dark ground are seen."""
    picture = _picture(page, 144)
    doubtful = [k for k, c in enumerate(characters) if c not in _BLANKS and c not in "\r\n" and _is_doubtful(text, k)]
    return frozenset(k for run in _runs(doubtful) if not _is_seen(page, text, run, picture, over_scan) for k in run)


def _is_doubtful(text: Any, k: int) -> bool:  # noqa: ANN401
    import pypdfium2.raw as raw

    return _is_unprinted(text, k) or _Colour().is_pale(raw.FPDFText_GetFillColor, text, k)


def _is_unprinted(text: Any, k: int) -> bool:  # noqa: ANN401
    import pypdfium2.raw as raw

    thing = raw.FPDFText_GetTextObject(text, k)
    return bool(thing) and raw.FPDFTextObj_GetTextRenderMode(thing) in _UNPRINTED


def _runs(indices: list[int]) -> Iterator[list[int]]:
    """Neighbours together."""
    run: list[int] = []
    for k in indices:
        if run and k != run[-1] + 1:
            yield run
            run = []
        run.append(k)
    if run:
        yield run


_CONTRAST = 32      # of 255 grey values, between the lightest and the darkest dot


def _is_seen(page: Any, text: Any, run: list[int], picture: np.ndarray[Any, Any], over_scan: bool) -> bool:  # noqa: ANN401
    if _is_unprinted(text, run[0]) and not over_scan:
        return False
    width, height = page.get_size()
    left, right, top, bottom = _box(text, run)
    across, down = picture.shape[1] / max(width, 1.0), picture.shape[0] / max(height, 1.0)
    # A dot less on every side, so that a neighbour's edge does not count.
    rows = slice(max(int((height - top) * down) + 2, 0), max(int((height - bottom) * down) - 1, 0))
    place = picture[rows, max(int(left * across) + 2, 0):max(int(right * across) - 1, 0)]
    return bool(place.size) and int(place.max()) - int(place.min()) >= _CONTRAST


def _picture(page: Any, dpi: int) -> np.ndarray[Any, np.dtype[np.uint8]]:  # noqa: ANN401
    width, height = page.get_size()
    scale = min(dpi / 72, (_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        dots = bitmap.to_numpy()
        return np.array(dots.reshape(dots.shape[:2]))
    finally:
        bitmap.close()


def _visible(start: int, end: int, hidden: frozenset[int]) -> list[tuple[int, int]]:
    """The parts of a span without what is hidden."""
    if not hidden:
        return [(start, end)]
    return [(run[0], run[-1] + 1) for run in _runs([k for k in range(start, end) if k not in hidden])]
