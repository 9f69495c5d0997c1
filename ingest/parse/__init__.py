"""What a file really is, and the parser for it. The table below is the list of formats; a new one is a new row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ingest.document import TEXT_LAYER_ONLY, ParsedDocument, RawFile, ReadOptions, SourceWarning
from kb.errors import SourceError

__all__ = ["MAX_CHARACTERS", "Format", "parse", "recognise"]

MAX_CHARACTERS = 5_000_000

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


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: `magic` at offset 0 (any of them), or no magic and then known by its ending.

    `inside` is a member that tells apart formats which share the ZIP container.
    """

    name: str
    endings: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    inside: bytes = b""
    parser: Parser | None = None
    remedy: str = ""


_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")       # Word wraps a .docx with a password in the old container
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TO_DOCX = "请用 Word 或 WPS 打开后另存为 .docx 再导入"
_TO_TEXT = "请另存为 .docx、PDF（带文字层）、.txt 或 .md 再导入"
_IMAGE = "请先做文字识别（OCR），或者找到带文字的 PDF 再导入"

FORMATS = (
    Format("PDF", (".pdf",), (b"%PDF-",), parser=_pdf),
    Format("Word 文档（.docx）", (".docx",), _ZIP, b"word/document.xml", parser=_docx),
    Format("Excel 表格", (".xlsx", ".xlsm"), _ZIP, b"xl/workbook.xml", remedy="请把表格复制到 Word，另存为 .docx 再导入"),
    Format("PowerPoint 演示文稿", (".pptx", ".pptm"), _ZIP, b"ppt/presentation.xml", remedy="请导出为 PDF 再导入"),
    Format("OFD 版式文件", (".ofd",), _ZIP, b"OFD.xml", remedy="请用 OFD 阅读器导出为 PDF 再导入"),
    Format("OpenDocument 文档", (".odt", ".ods", ".odp"), _ZIP, b"mimetypeapplication/vnd.oasis", remedy=_TO_DOCX),
    Format("压缩包", (".zip",), _ZIP, remedy="请先解压，再导入里面的文件"),
    Format("压缩包", (".gz", ".tgz"), (b"\x1f\x8b",), remedy="请先解压，再导入里面的文件"),
    Format("压缩包", (".rar",), (b"Rar!",), remedy="请先解压，再导入里面的文件"),
    Format("压缩包", (".7z",), (b"7z\xbc\xaf\x27\x1c",), remedy="请先解压，再导入里面的文件"),
    Format("旧版 Office 文件（.doc、.xls、.ppt、.wps）", (".doc", ".xls", ".ppt", ".wps", ".et", ".dps"),
           (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), remedy=_TO_DOCX),
    Format("RTF 文档", (".rtf",), (b"{\\rtf",), remedy=_TO_DOCX),
    Format("PNG 图片", (".png",), (b"\x89PNG\r\n\x1a\n",), remedy=_IMAGE),
    Format("JPEG 图片", (".jpg", ".jpeg"), (b"\xff\xd8\xff",), remedy=_IMAGE),
    Format("GIF 图片", (".gif",), (b"GIF8",), remedy=_IMAGE),
    Format("TIFF 图片", (".tif", ".tiff"), (b"II*\x00", b"MM\x00*"), remedy=_IMAGE),
    Format("BMP 图片", (".bmp",), remedy=_IMAGE),
    Format("Windows 程序", (".exe", ".dll"), (b"MZ\x90\x00",), remedy="程序不能作为资料导入"),
    Format("网页", (".html", ".htm", ".mht", ".mhtml"), remedy="请在浏览器中另存为 PDF，或把正文复制为文本再导入"),
    Format("CSV 表格", (".csv", ".tsv"), remedy="请把表格复制到 Word，另存为 .docx 再导入"),
    Format("数据文件", (".json", ".xml", ".yaml", ".yml", ".toml"), remedy=_TO_TEXT),
    Format("Markdown 文本", (".md", ".markdown"), parser=_markdown),
    Format("纯文本", (".txt", ".text"), parser=_plain),
)


def parse(raw: RawFile, options: ReadOptions = TEXT_LAYER_ONLY) -> ParsedDocument:
    """The blocks of a file, by what its bytes are. Raises SourceError with the real type where it cannot be read."""
    if not raw.data:
        raise SourceError("文件是空的", "请换一个有内容的文件")
    kind = recognise(raw)
    if kind.parser is None:
        raise SourceError(f"暂不支持{kind.name}", kind.remedy)
    document = kind.parser(raw, options)
    size = sum(len(block.text) for block in document.blocks)
    if size > MAX_CHARACTERS:
        raise SourceError(f"文件有 {size / 10_000:.0f} 万字，超过 500 万字上限", "请拆分后再导入")
    ending = PurePosixPath(raw.name.lower()).suffix
    if ending in kind.endings:
        return document
    said = SourceWarning(raw.name, f"扩展名是 {ending or '空的'}，实际是{kind.name}，已按实际类型收录", "请改回正确的扩展名")
    return replace(document, warnings=(*document.warnings, said))


def recognise(raw: RawFile) -> Format:
    """The format of a file. Raises SourceError where bytes and ending contradict each other dangerously."""
    ending = PurePosixPath(raw.name.lower()).suffix
    by_bytes = next((known for known in FORMATS if _has_magic(known, raw.data)), None)
    by_ending = next((known for known in FORMATS if ending in known.endings), None)
    if by_bytes is None:
        return _without_magic(by_ending, ending)
    if by_bytes.parser is None:
        if _ENCRYPTED_OFFICE in raw.data and ending == ".docx":
            raise SourceError("文件有打开密码", "请用 Word 或 WPS 打开后去掉密码、另存为 .docx 再导入")
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
    if by_ending.parser is not None and by_ending.magic:
        raise SourceError(f"文件内容不是{by_ending.name}，可能已损坏或扩展名有误", "请重新下载，或改为正确的扩展名再导入")
    return by_ending


def _has_magic(known: Format, data: bytes) -> bool:
    return data.startswith(known.magic) and known.inside in data if known.magic else False
