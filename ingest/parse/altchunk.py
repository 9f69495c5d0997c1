"""A web page embedded in a Word document (altChunk): the only place Word keeps the text of some converted files."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from html.parser import HTMLParser

from ingest.document import Block, BlockKind
from kb.text import clean

__all__ = ["read_altchunk"]

_BREAKING = frozenset(("p", "div", "br", "li", "tr", "pre", "table", "blockquote", "section", "article", "ul", "ol"))
_SILENT = frozenset(("script", "style", "head", "title", "template", "noscript"))


def read_altchunk(data: bytes) -> Iterator[Block]:
    """Blocks of an HTML or MHT part, in order; nothing for other kinds of part."""
    html = _html(data)
    if not html:
        return
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    for level, text in reader.found:
        for line in clean(text).split("\n"):
            yield Block(line, BlockKind.HEADING if level else BlockKind.PARAGRAPH, level)


def _html(data: bytes) -> str:
    if data.lstrip()[:13].upper() == b"MIME-VERSION:":
        for part in message_from_bytes(data, policy=policy.default).walk():
            if part.get_content_type() == "text/html":
                return str(part.get_content())
        return ""
    return data.decode("utf-8", "ignore") if b"<html" in data[:2000].lower() else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._text: list[str] = []
        self._level = self._silent = 0

    def flush(self) -> None:
        if self._text:
            self.found.append((self._level, "".join(self._text)))
        self._text = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        heading = len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()
        if heading or tag in _BREAKING:
            self.flush()
            self._level = int(tag[1]) if heading and tag != "h0" else 0
        elif tag in ("td", "th"):
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in _BREAKING or (len(tag) == 2 and tag[0] == "h"):
            self.flush()
            self._level = 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)
