"""PDF to paragraphs with their page: text layer first, a second opinion where it is bad, text recognition where asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ingest.document import (
    TEXT_LAYER_ONLY,
    Block,
    BlockKind,
    PageReading,
    ParsedDocument,
    RawFile,
    ReadOptions,
    SourceWarning,
)
from ingest.parse.layout import Line, paragraphs, typed
from ingest.parse.ocr import HOW_TO_INSTALL, Picture, available_engines, choose_engine, read_picture
from ingest.parse.pdf_profile import OutlineEntry, Profile, profile_of, second_opinion
from ingest.parse.pdf_quality import DOUBTFUL, ILLEGIBLE, legibility
from ingest.parse.pdf_text import PageText, PdfPages, open_pdf
from ingest.parse.text import blocks_in_place
from kb.errors import SourceError
from kb.text import clean, fold

__all__ = ["parse_pdf"]

_MAX_PAGES = 1_000
_MAX_CHARACTERS = 5_000_000
_OCR_DPI = 200


def parse_pdf(raw: RawFile, options: ReadOptions = TEXT_LAYER_ONLY) -> ParsedDocument:
    """Raises SourceError: password, damage, nothing legible, over 1000 pages; ConfigError: no program for `options.ocr`."""
    with open_pdf(raw.data) as pdf:
        texts = _text_layer(pdf)
        profile = profile_of(raw.name, raw.data)
        pages = _second_opinions(raw.data, texts, [_judged(text) for text in texts])
        if options.ocr:
            pages = _recognised(pdf, pages, choose_engine(options.ocr))
        restrictions = pdf.restrictions()
    if not any(page.is_kept for page in pages):
        raise _nothing_legible(raw.name, pages)
    blocks = blocks_in_place(_labelled(_blocks(pages), profile))
    warnings = (*profile.warnings, *_of_file(raw, restrictions), *_of_text_layer(raw.name, texts), *_of_pages(raw.name, pages))
    return ParsedDocument(blocks, warnings=warnings, pages=tuple(page.reading for page in pages))


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was read best so far."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    quality: float
    read_by: str = "text"

    @property
    def is_kept(self) -> bool:
        return bool(self.lines) and self.quality >= ILLEGIBLE

    @property
    def reading(self) -> PageReading:
        characters = sum(len(line.text) for line in self.lines) if self.is_kept else 0
        return PageReading(self.number, characters, round(self.quality, 3), self.read_by if self.is_kept else "")


def _text_layer(pdf: PdfPages) -> list[PageText]:
    if len(pdf) > _MAX_PAGES:
        raise SourceError(f"文件有 {len(pdf)} 页，超过 {_MAX_PAGES} 页上限", "请拆分后再导入")
    texts, total = [], 0
    for number in range(1, len(pdf) + 1):
        texts.append(pdf.text(number))
        total += len(texts[-1].text)
        if total > _MAX_CHARACTERS:
            raise SourceError("文件超过 500 万字上限", "请拆分后再导入")
    return texts


def _judged(text: PageText) -> _Page:
    quality = legibility(text.text) * (1 - text.unmapped) if text.lines else 0.0
    return _Page(text.number, text.width, text.height, text.lines, quality)


_CLEARLY = 0.1          # a second opinion must be that much better
_TRIED = 5              # pages of a document share their fonts: after so many in vain, the rest will be no better


def _second_opinions(data: bytes, texts: list[PageText], pages: list[_Page]) -> list[_Page]:
    # Not where words are hidden: pypdf does not look whether a reader can see them.
    bad = [page.number for page, text in zip(pages, texts, strict=True)
           if page.lines and page.quality < DOUBTFUL and not text.unseen]
    better: dict[int, _Page] = {}
    for tried, (number, text) in enumerate(second_opinion(data, bad), start=1):
        page, quality = pages[number - 1], legibility(text) if text.strip() else 0.0
        if quality > page.quality + _CLEARLY:
            better[number] = replace(page, lines=tuple(typed(text, number)), quality=quality,
                                     read_by="second")
        if tried >= _TRIED and not better:
            break
    return [better.get(page.number, page) for page in pages]


def _recognised(pdf: PdfPages, pages: list[_Page], engine: str) -> list[_Page]:
    return [page if page.lines and page.quality >= DOUBTFUL else _seen(pdf, page, engine) for page in pages]


def _seen(pdf: PdfPages, page: _Page, engine: str) -> _Page:
    reading = read_picture(Picture(page.number, page.width, page.height, pdf.picture(page.number, _OCR_DPI)), engine)
    quality = min(reading.confidence, legibility("\n".join(line.text for line in reading.lines)))
    return replace(page, lines=reading.lines, quality=quality, read_by=engine) if quality > page.quality else page


def _nothing_legible(name: str, pages: list[_Page]) -> SourceError:
    how = f"可以用文字识别导入：zhiwen ingest --ocr {name}" + ("" if available_engines() else f"（{HOW_TO_INSTALL}）")
    if any(page.lines for page in pages):
        return SourceError("文字无法正确识别（字体编码问题），没有可收录的内容", how + "；或换用其他版本")
    return SourceError("没有可检索的文字（可能是扫描件）", how + "；或找到带文字的版本")


# Blocks

def _blocks(pages: list[_Page]) -> Iterator[Block]:
    for page, text in paragraphs([page.lines if page.is_kept else () for page in pages]):
        yield Block(clean(text), page=page)


def _labelled(blocks: Iterable[Block], profile: Profile) -> Iterator[Block]:
    """Page labels, and headings where the outline names the very words of a paragraph."""
    levels = {_place(entry): min(entry.level, 6) for entry in profile.outline}
    for block in blocks:
        level = levels.get((block.page, fold(block.text)), 0)
        kind = BlockKind.HEADING if level else block.kind
        yield replace(block, kind=kind, level=level, page_label=profile.label(block.page))


def _place(entry: OutlineEntry) -> tuple[int | None, str]:
    return entry.page, fold(entry.title)


# Doubts

_CHECK = "引用前请核对原件"


def _of_file(raw: RawFile, restrictions: tuple[str, ...]) -> Iterator[SourceWarning]:
    if b"%%EOF" not in raw.data[-2048:]:
        yield SourceWarning(raw.name, "文件末尾不完整，可能缺页", "请核对页数，必要时重新下载")
    if restrictions:
        yield SourceWarning(raw.name, f"文件的所有者限制了{'、'.join(restrictions)}", "请确认有权使用这份文件")


def _of_text_layer(name: str, texts: list[PageText]) -> Iterator[SourceWarning]:
    if unseen := sum(text.unseen for text in texts):
        yield SourceWarning(name, f"{unseen} 行看不见的文字（过小、与底色相同、不显示或在页面之外）没有收录", "请核对原件")
    if layers := [text.number for text in texts if text.over_scan and text.lines]:
        yield SourceWarning(name, f"{_listed(layers)}是扫描图像，文字来自文件自带的识别结果", _CHECK)


def _of_pages(name: str, pages: list[_Page]) -> Iterator[SourceWarning]:
    with_ocr = f"可以用文字识别再导入一次：zhiwen ingest --ocr {name}"
    if empty := [page.number for page in pages if not page.lines]:
        yield SourceWarning(name, f"{_listed(empty)}没有文字，没有收录", f"如果是扫描页，{with_ocr}")
    if lost := [page.number for page in pages if page.lines and not page.is_kept]:
        yield SourceWarning(name, f"{_listed(lost)}的文字无法正确识别（字体编码问题），没有收录", with_ocr)
    doubtful = [page.number for page in pages if page.is_kept and page.quality < DOUBTFUL and page.read_by in ("text", "second")]
    if doubtful:
        yield SourceWarning(name, f"{_listed(doubtful)}有部分文字无法正确识别（字体编码问题）", f"请对照原件核对，或{with_ocr}")
    if second := [page.number for page in pages if page.is_kept and page.read_by == "second"]:
        yield SourceWarning(name, f"{_listed(second)}的文字用备用方法读取，段落划分可能不准", _CHECK)
    if seen := [page.number for page in pages if page.is_kept and page.read_by not in ("text", "second")]:
        yield SourceWarning(name, f"{_listed(seen)}由文字识别得到", _CHECK)


def _listed(numbers: list[int]) -> str:
    """第 1、3–5 页"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:20]]
    return f"第 {'、'.join(shown)}{' 等' if len(runs) > 20 else ''} 页"
