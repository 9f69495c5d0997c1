"""A page found at an official address: whether it is the registered text in the registered version, or has it attached."""

import re
from urllib.parse import unquote

from ingest.document import PreparedDocument
from ingest.download import Page, host_of, joined
from kb.errors import SourceError
from kb.registry import RegisteredVersion
from kb.text import fold
from kb.types import Kind

__all__ = ["attachment", "doubts_about", "file_name"]

_BY_HAND = "请打开官方网页核对；下载到的文件可以用 zhiwen ingest 文件 导入，程序会按登记表认出它"
_ARTICLED = re.compile(r"(法|条例|规定|办法|细则|规则|解释|标准)([（(][^（()）]*[)）])?$")
_NOT_THE_TEXT = re.compile(r"征求意见|草案|送审稿|修订稿|解读|答记者问|问答|起草说明|说明$|修订对照|对照表")
_PAGE_FURNITURE = re.compile(r"版权所有|网站地图|网站标识码|ICP备|公网安备|责任编辑|扫一扫|分享到|上一篇|下一篇|打印本页|关闭窗口")
_NOT_IT = "不是所要的文件"
_TITLE_PAGE = 12           # lines before the first article, or at the start of a text without articles
_FEW_ARTICLES, _SHORT_TEXT, _SHORT_REPLY = 3, 1_500, 200


def doubts_about(entry: RegisteredVersion, document: PreparedDocument) -> tuple[str, ...]:
    """What a person should look at in a page that is the registered text.

    Raises:
        SourceError: it is another document, another version, a draft or a page about it; says which.
    """
    articles = sorted({p.article for p in document.passages if p.article})
    front = _front(document)
    titled = [line for line in front if fold(entry.title) in fold(line)]
    if not titled:
        raise _not_it("网页里没有这个标题")
    if draft := next((found[0] for line in front if len(line) <= 60 and (found := _NOT_THE_TEXT.search(line))), ""):
        raise _not_it(f"网页是它的{draft}")
    size = sum(len(p.text) for p in document.passages)
    if _ARTICLED.search(entry.title) and "批复" not in entry.title:
        if len(articles) < _FEW_ARTICLES:
            raise _not_it("网页上没有条文，可能是通知、目录或解读")
        if gap := next((n for n in range(1, articles[-1]) if n not in articles), 0):
            raise SourceError(f"网页上的条文不完整，缺第 {gap} 条", _BY_HAND)
    elif size < (_SHORT_REPLY if entry.kind is Kind.JUDICIAL_INTERPRETATION else _SHORT_TEXT):
        raise _not_it(f"网页正文只有 {size} 字")
    return (*_version_doubts(entry, document), *_furniture(document))


def _front(document: PreparedDocument) -> list[str]:
    """The lines before the first article: title, number, dates, preamble."""
    lines = [document.version.title, document.version.number]
    for passage in document.passages:
        lines += passage.heading_path
        if passage.article:
            break
        lines += [passage.locator, *passage.text.split("\n")]
    return [line for line in dict.fromkeys(lines) if line][:_TITLE_PAGE]


def _version_doubts(entry: RegisteredVersion, document: PreparedDocument) -> tuple[str, ...]:
    """Other versions have the same title, so a number or a day of this one must be on the page where any is known."""
    said = fold("\n".join((*_front(document), *(p.text for p in document.passages))))
    days = [day for day in (entry.issued, entry.in_force_from) if day]
    written = [form for day in days for form in (f"{day.year}年{day.month}月{day.day}日", day.isoformat())]
    if not days and not entry.number:
        return ("登记表里没有文号和日期，无法确认是不是这一版本",)
    if document.version.issued in days or any(fold(form) in said for form in (*written, entry.number) if form):
        return ()
    raise _not_it("网页上没有登记的文号和日期，可能是另一版本")


def _furniture(document: PreparedDocument) -> tuple[str, ...]:
    found = next((match[0] for p in document.passages if (match := _PAGE_FURNITURE.search(p.text))), "")
    return (f"网页的导航文字（“{found}”）可能混进了正文",) if found else ()


def _not_it(why: str) -> SourceError:
    return SourceError(f"{_NOT_IT}：{why}", _BY_HAND)


_LINK = re.compile(r"<a\s[^<>]{0,500}?href\s*=\s*[\"']?([^\"'\s<>]{1,500})[^<>]{0,500}>(.{0,300}?)</a\s*>",
                   re.DOTALL | re.IGNORECASE)
_READABLE = (".pdf", ".docx")


def attachment(page: Page, title: str) -> str:
    """The one attachment on the page's own host whose link or file is named after the document; empty where none is."""
    if page.data[:5] == b"%PDF-" or page.data[:2] == b"PK":
        return ""
    for found in _LINK.finditer(_as_text(page.data)):
        address = joined(page.url, found[1].replace("&amp;", "&"))
        path = unquote(re.split(r"[?#]", address)[0])
        words = fold(re.sub(r"<[^>]*>", "", found[2]) + path.rpartition("/")[2])
        if path.lower().endswith(_READABLE) and fold(title) in words and host_of(address) == host_of(page.url):
            return address
    return ""


def _as_text(data: bytes) -> str:
    """For links only: a wrong guess finds no link, and the page is then reported."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def file_name(entry: RegisteredVersion, page: Page) -> str:
    """Named after the document, since a page is often called index.html; the ending says what the bytes are."""
    bare = re.sub(r"[^\w（）()〔〕—－-]", "_", entry.title)[:60]
    return f"{bare}({re.sub(r'[/:]', '_', entry.label)}){_ending(page)}"


def _ending(page: Page) -> str:
    start = page.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for ending, found in ((".pdf", start.startswith(b"%pdf-")), (".docx", start.startswith(b"pk\x03\x04")),
                          (".doc", start.startswith(b"\xd0\xcf\x11\xe0")),
                          (".html", "html" in page.content_type.lower() or start.startswith(b"<"))):
        if found:
            return ending
    return ".txt"
