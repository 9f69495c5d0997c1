"""A page found at an official address: whether it is the registered text in the registered version, or has it attached."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
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
_HEAD = 3_000              # characters, where there is no first article
_FEW_ARTICLES, _SHORT_TEXT, _SHORT_REPLY = 3, 1_000, 120
_ACT = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日(?:(?!\d{4}\s?年)[^。]){0,100}?(?:修正|修订|通过)")
_PUBLISHED_WITHIN = timedelta(days=92)       # after it was passed; the register may hold either day


def doubts_about(entry: RegisteredVersion, page: Page, document: PreparedDocument) -> tuple[str, ...]:
    """What a person should look at in a page that is the registered text; `document` is what was read from it.

    Raises:
        SourceError: it is another document, another version, a draft or a page about it; says which.
    """
    front, size = _front(document), sum(len(p.text) for p in document.passages)
    if not any(_bare(entry.title) in _bare(line) for line in front):
        raise _not_it("网页里没有这个标题")
    if draft := next((found[0] for line in front if len(line) <= 60 and (found := _NOT_THE_TEXT.search(line))), ""):
        raise _not_it(f"标题里有“{draft}”，可能不是正式文本")
    if _ARTICLED.search(entry.title):
        _count(sorted({p.article for p in document.passages if p.article}))
    elif size < (_SHORT_REPLY if entry.kind is Kind.JUDICIAL_INTERPRETATION else _SHORT_TEXT):
        raise _not_it(f"网页正文只有 {size} 字")
    return (*_version_doubts(entry, _said(page, document)), *_furniture(document))


def _count(articles: Sequence[int]) -> None:
    if len(articles) < _FEW_ARTICLES:
        raise _not_it("网页上没有条文，可能是通知、目录或解读")
    if gap := next((n for n in range(1, articles[-1]) if n not in articles), 0):
        raise SourceError(f"网页上的条文不完整，缺第 {gap} 条", _BY_HAND)


def _front(document: PreparedDocument) -> list[str]:
    """The lines before the first article: title, headings, preamble."""
    lines = [document.version.title]
    for passage in document.passages:
        lines += passage.heading_path
        if passage.article:
            break
        lines += [passage.locator, *passage.text.split("\n")]
    return [line for line in dict.fromkeys(lines) if line][:_TITLE_PAGE]


def _said(page: Page, document: PreparedDocument) -> str:
    """All words of a page in a row: number and dates often stand beside the text. Of other formats, what was read."""
    if _is_package(page):
        version = document.version
        return "\n".join((version.number, _day(version.issued), *(p.text for p in document.passages)))
    return re.sub(r"<[^<>]*>", "\n", _as_text(page.data))


def _version_doubts(entry: RegisteredVersion, said: str) -> tuple[str, ...]:
    """Every version has the same title and its history names the older ones, so the newest act and a mark of its own tell.

    The mark is the number or a day of the registered version, in whatever way the page writes it.
    """
    bare, days = _bare(said), [day for day in (entry.issued, entry.in_force_from) if day]
    number = re.sub(r"[（(][^（()）]*年[^（()）]*[)）]$", "", entry.number)
    head = said[:match.start()] if (match := re.search(r"第一条\s", said)) else said[:_HEAD]
    acts = [day for found in _ACT.finditer(head) if (day := _date(found))]
    if entry.issued and acts:
        if max(acts) > entry.issued + _PUBLISHED_WITHIN:
            raise _not_it(f"网页上是 {max(acts)} 修改后的文本，不是这一版本")
        if max(acts) >= entry.issued - _PUBLISHED_WITHIN:
            return ()
    if not days and not number:
        return ("登记表里没有文号和日期，无法确认是不是这一版本",)
    marks = [number, *(_day(day) for day in days), *(day.isoformat() for day in days)]
    if not any(_bare(mark) in bare for mark in marks if mark):
        raise _not_it("网页上没有登记的文号和日期，可能是另一版本")
    return ()


def _bare(text: str) -> str:
    """Letters and digits alone: sites differ in brackets, blanks and 、 even within numbers and titles."""
    return re.sub(r"\W|中华人民共和国", "", fold(text))


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


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
    if _is_package(page):
        return ""
    for found in _LINK.finditer(_as_text(page.data)):
        address = joined(page.url, found[1].replace("&amp;", "&"))
        path = unquote(re.split(r"[?#]", address)[0])
        words = fold(re.sub(r"<[^>]*>", "", found[2]) + path.rpartition("/")[2])
        if path.lower().endswith(_READABLE) and fold(title) in words and host_of(address) == host_of(page.url):
            return address
    return ""


def _is_package(page: Page) -> bool:
    """Whether it is a document file rather than a page of text."""
    return page.data[:5] == b"%PDF-" or page.data[:2] == b"PK"


def _as_text(data: bytes) -> str:
    """For links, numbers and dates: a wrong guess finds none, and the page is then reported."""
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
