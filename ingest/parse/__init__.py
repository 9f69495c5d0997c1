"""What a file really is, and the parser for it. The table below is the list of formats; a new one is a new row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ingest.document import TEXT_LAYER_ONLY, Block, BlockKind, ParsedDocument, RawFile, ReadOptions, SourceWarning
from ingest.package import ZIP_MAGIC, member_names
from ingest.parse.text import blocks_in_place
from kb.errors import SourceError

__all__ = ["ARCHIVES", "FORMATS", "Format", "kind_of", "parse", "recognise"]

Parser = Callable[[RawFile, ReadOptions], ParsedDocument]


def _pdf(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.pdf import parse_pdf

    return parse_pdf(raw, options)


def _docx(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.docx import parse_docx

    return parse_docx(raw)


def _markdown(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.text import parse_markdown

    return parse_markdown(raw)


def _plain(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.text import parse_plain

    return parse_plain(raw)


def _html(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.html import parse_html

    return parse_html(raw)


def _xlsx(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.sheet import parse_xlsx

    return parse_xlsx(raw)


def _csv(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.sheet import parse_csv

    return parse_csv(raw)


def _pptx(raw: RawFile, options: ReadOptions) -> ParsedDocument:
    from ingest.parse.slides import parse_pptx

    return parse_pptx(raw)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: `magic` at offset 0 (any of them), or no magic and then known by its ending.

    `inside` tells apart formats that share a container: a member of a ZIP, else bytes anywhere in the file.
    """

    name: str
    endings: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    inside: bytes = b""
    parser: Parser | None = None
    remedy: str = ""


_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")       # Word wraps a .docx with a password in the old container
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_TO_DOCX = "请用 Word 或 WPS 打开后另存为 .docx 再导入"
_TO_XLSX = "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
_TO_PPTX = "请用 PowerPoint 或 WPS 打开后另存为 .pptx 再导入"
_TO_TEXT = "请另存为 .docx、PDF（带文字层）、.txt 或 .md 再导入"
_TO_FILES = "请先解压，再导入里面的文件"
_IMAGE = "请先做文字识别（OCR），或者找到带文字的 PDF 再导入"
_SOUND = "请把内容整理成文字（.docx 或 .txt）再导入"

FORMATS = (
    Format("PDF", (".pdf",), (b"%PDF-",), parser=_pdf),
    Format("Word 文档（.docx）", (".docx",), ZIP_MAGIC, b"word/document.xml", parser=_docx),
    Format("Excel 表格（.xlsx）", (".xlsx", ".xlsm"), ZIP_MAGIC, b"xl/workbook.xml", parser=_xlsx),
    Format("PowerPoint 演示文稿（.pptx）", (".pptx", ".pptm"), ZIP_MAGIC, b"ppt/presentation.xml", parser=_pptx),
    Format("OFD 版式文件", (".ofd",), ZIP_MAGIC, b"OFD.xml", remedy="请用 OFD 阅读器导出为 PDF 再导入"),
    Format("OpenDocument 文档", (".odt", ".ods", ".odp"), ZIP_MAGIC, b"META-INF/manifest.xml",
           remedy="请用 LibreOffice 或 WPS 打开后另存为 .docx、.xlsx 或 .pptx 再导入"),
    Format("EPUB 电子书", (".epub",), ZIP_MAGIC, b"META-INF/container.xml", remedy="请转换为 PDF 或 .docx 再导入"),
    Format("ZIP 压缩包", (".zip",), ZIP_MAGIC, remedy=_TO_FILES),
    Format("GZIP 压缩包", (".gz", ".tgz"), (b"\x1f\x8b",), remedy=_TO_FILES),
    Format("RAR 压缩包", (".rar",), (b"Rar!",), remedy=_TO_FILES),
    Format("7z 压缩包", (".7z",), (b"7z\xbc\xaf\x27\x1c",), remedy=_TO_FILES),
    Format("旧版 Excel 表格（.xls、.et）", (".xls", ".et"), _OLE, "Workbook".encode("utf-16-le"), remedy=_TO_XLSX),
    Format("旧版 PowerPoint 演示文稿（.ppt、.dps）", (".ppt", ".dps"), _OLE, "PowerPoint Document".encode("utf-16-le"), remedy=_TO_PPTX),
    Format("Outlook 邮件（.msg）", (".msg",), _OLE, "__substg1.0_".encode("utf-16-le"), remedy=_TO_TEXT),
    Format("旧版 Word 文档（.doc、.wps）", (".doc", ".wps", ".dot"), _OLE, remedy=_TO_DOCX),
    Format("RTF 文档", (".rtf",), (b"{\\rtf",), remedy=_TO_DOCX),
    Format("PNG 图片", (".png",), (b"\x89PNG\r\n\x1a\n",), remedy=_IMAGE),
    Format("JPEG 图片", (".jpg", ".jpeg"), (b"\xff\xd8\xff",), remedy=_IMAGE),
    Format("GIF 图片", (".gif",), (b"GIF8",), remedy=_IMAGE),
    Format("TIFF 图片", (".tif", ".tiff"), (b"II*\x00", b"MM\x00*"), remedy=_IMAGE),
    Format("BMP、WebP 或 HEIC 图片", (".bmp", ".webp", ".heic"), remedy=_IMAGE),
    Format("SVG 图形", (".svg",), remedy=_IMAGE),
    Format("录音或录像", (".mp3", ".wav", ".m4a", ".ogg", ".flac", ".mp4", ".avi", ".mov", ".mkv", ".wmv"),
           (b"ID3", b"OggS", b"fLaC", b"RIFF", b"\x1a\x45\xdf\xa3"), remedy=_SOUND),
    Format("Windows 程序", (".exe", ".dll"), (b"MZ\x90\x00",), remedy="程序不能作为资料导入"),
    Format("网页", (".html", ".htm", ".xhtml", ".mht", ".mhtml"), parser=_html),
    Format("CSV 表格", (".csv", ".tsv"), parser=_csv),
    Format("邮件", (".eml",), remedy="请把正文复制为文本，附件单独保存后再导入"),
    Format("数据文件", (".json", ".xml", ".yaml", ".yml", ".toml"), remedy=_TO_TEXT),
    Format("Markdown 文本", (".md", ".markdown"), parser=_markdown),
    Format("纯文本", (".txt", ".text"), parser=_plain),
)
ARCHIVES = tuple(known for known in FORMATS if known.name.endswith("压缩包"))


def parse(raw: RawFile, options: ReadOptions = TEXT_LAYER_ONLY) -> ParsedDocument:
    """The blocks of a file, by what its bytes are. Raises SourceError with the real type where it cannot be read."""
    if not raw.data:
        raise SourceError("文件是空的", "请换一个有内容的文件")
    kind = recognise(raw)
    if kind.parser is None:
        raise SourceError(f"暂不支持{kind.name}", kind.remedy)
    document = _named(kind.parser(raw, options), raw.name)
    ending = PurePosixPath(raw.name.lower()).suffix
    if ending in kind.endings:
        return document
    said = SourceWarning(raw.name, f"扩展名是 {ending or '空的'}，实际是{kind.name}，已按实际类型收录", "请改回正确的扩展名")
    return replace(document, warnings=(*document.warnings, said))


def _named(document: ParsedDocument, file: str) -> ParsedDocument:
    """A document that begins with the row of a table is named by its file, so that no row is taken for its title."""
    name = PurePosixPath(file).stem
    if not name or not document.blocks or document.blocks[0].kind is not BlockKind.ROW:
        return document
    heading = Block(name, BlockKind.HEADING, 1, document.blocks[0].page)
    return replace(document, blocks=blocks_in_place((heading, *document.blocks)))


def kind_of(data: bytes) -> Format | None:
    """The format that the bytes themselves show; None for text and whatever else has no magic."""
    members = member_names(data) if data.startswith(ZIP_MAGIC) else frozenset()
    return next((known for known in FORMATS if known.magic and data.startswith(known.magic) and _holds(data, members, known.inside)), None)


def _holds(data: bytes, members: frozenset[str], inside: bytes) -> bool:
    # The names decide where they can be read: an archive may hold a whole .docx, whose own names are among the bytes.
    return inside.decode() in members if inside and members else inside in data


def recognise(raw: RawFile) -> Format:
    """The format of a file. Raises SourceError where bytes and ending contradict each other dangerously."""
    ending = PurePosixPath(raw.name.lower()).suffix
    by_bytes = kind_of(raw.data)
    by_ending = next((known for known in FORMATS if ending in known.endings), None)
    if by_bytes is None:
        return _without_magic(by_ending, ending)
    if by_bytes.parser is None:
        if _ENCRYPTED_OFFICE in raw.data and by_bytes.magic == _OLE and by_ending is not None and by_ending.magic == ZIP_MAGIC:
            raise SourceError("文件有打开密码", f"请用 Office 或 WPS 打开后去掉密码、另存为 {ending} 再导入")
        if by_ending is not None and by_ending.parser is not None:
            raise SourceError(f"文件扩展名是 {ending}，实际是{by_bytes.name}", by_bytes.remedy)
        return by_bytes
    if by_ending is not None and by_ending is not by_bytes and not by_ending.magic:
        # A PDF that calls itself text is at best a mistake; Office types renamed into each other are read as they are.
        raise SourceError(f"文件扩展名是 {ending}，实际是{by_bytes.name}", "请改回正确的扩展名再导入")
    if by_bytes.name == "PDF" and b"PK\x05\x06" in raw.data[-66_000:] and b"word/document.xml" in raw.data:
        raise SourceError("文件同时是 PDF 和压缩包", "请从可信的来源重新取得文件")
    return by_bytes


def _without_magic(by_ending: Format | None, ending: str) -> Format:
    if by_ending is None:
        raise SourceError(f"不认识的文件类型（{ending or '没有扩展名'}）", _TO_TEXT)
    if by_ending.magic and (by_ending.parser is not None or by_ending in ARCHIVES):
        raise SourceError(f"文件内容不是{by_ending.name}，可能已损坏或扩展名有误", "请重新下载，或改为正确的扩展名再导入")
    return by_ending
