"""A web page as a reader sees it: the tree of its elements without scripts and without what is hidden from the eye."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kb.errors import SourceError

__all__ = ["MAX_DEPTH", "MAX_NODES", "Element", "WebPage", "read_page"]

MAX_NODES = 1_000_000
MAX_DEPTH = 200
_SILENT = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "canvas", "select", "textarea",
                     "button", "input", "datalist", "audio", "video", "head", "title", "meta", "link"))
_STRUCK = frozenset(("del", "s", "strike"))


@dataclass(eq=False, slots=True)
class Element:
    """Grown while the page is read, then only looked at. `content` holds text and elements in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[str | Element]" = field(default_factory=list)

    @property
    def elements(self) -> "list[Element]":
        return [part for part in self.content if isinstance(part, Element)]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    def all(self, *tags: str) -> "Iterator[Element]":
        """Elements with one of these tags anywhere inside, in order."""
        for child in self.elements:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)


@dataclass(frozen=True, slots=True)
class WebPage:
    """`hidden` and `struck` count the pieces of text left out because the eye does not see them, or sees them crossed out."""

    title: str
    body: Element
    hidden: int
    struck: int


def read_page(html: str) -> WebPage:
    """Raises SourceError for pages of more than a million nodes or 200 levels."""
    from selectolax.lexbor import LexborHTMLParser

    parsed = LexborHTMLParser(html)
    title = parsed.css_first("title")
    body = Element("body")
    if parsed.body is None:
        return WebPage("", body, 0, 0)
    unseen = _hidden_names("\n".join(style.text() for style in parsed.css("style")))
    hidden = struck = nodes = 0
    node: Any = parsed.body.child
    path = [body]
    while node is not None:
        nodes += 1
        if nodes > MAX_NODES or len(path) > MAX_DEPTH:
            raise SourceError("网页结构过于复杂", "请把正文复制为文本或另存为 .docx 再导入")
        inside = None
        if node.is_text_node:
            path[-1].content.append(node.text_content or "")
        elif node.is_element_node and node.tag not in _SILENT:
            element = Element(node.tag, {name: value or "" for name, value in node.attributes.items()})
            if _is_hidden(element, path, unseen):
                hidden += bool(node.text().strip())
            elif node.tag in _STRUCK:
                struck += bool(node.text().strip())
            else:
                path[-1].content.append(element)
                inside = node.child
                if inside is not None:
                    path.append(element)
        while inside is None and node.next is None and len(path) > 1:
            node = node.parent
            path.pop()
        node = inside or node.next
    return WebPage(title.text().strip() if title else "", body, hidden, struck)


_LENGTH = r"-?[\d.]+"
_HIDING = re.compile(
    r"display:none|visibility:(hidden|collapse)|font-size:0*\.?0+(px|pt|em|rem|%)?(;|$)|opacity:0*\.?0+(;|$)"
    r"|(?<![-\w])(left|top|right|bottom|margin-left|margin-top|text-indent):-(\d{4,}|[5-9]\d\d)(\.\d+)?(px|pt)?(;|$)"
    r"|(left|top|margin-left|text-indent):-\d{2,}(\.\d+)?(em|rem|%)|clip:rect\(0|clip-path:inset\((50|100)%"
    r"|(?<![-\w])(max-)?(height|width):0(px)?(;|$)(?=.*overflow:hidden)|overflow:hidden.*(?<![-\w])(max-)?(height|width):0(px)?(;|$)")
_WHITE = r"(#fff(fff)?|white|rgba?\(255,255,255(,[\d.]+)?\))"
_WHITE_TEXT = re.compile(rf"(?<![-\w])color:{_WHITE}(;|$)")
_BACKGROUND = re.compile(r"(?<![-\w])background(-color|-image)?:([^;]*)")


def _is_hidden(element: Element, above: list[Element], unseen: frozenset[str]) -> bool:
    style = _tight(element.attributes.get("style", ""))
    names = {"." + name for name in element.attributes.get("class", "").split()} | {"#" + element.attributes.get("id", "")}
    if "hidden" in element.attributes or names & unseen or _HIDING.search(style):
        return True
    white = bool(_WHITE_TEXT.search(style)) or (element.tag == "font" and bool(
        re.fullmatch(_WHITE, element.attributes.get("color", "").lower().strip())))
    return white and not any(_is_coloured(place) for place in (element, *above))


def _is_coloured(element: Element) -> bool:
    """White text on a coloured ground is ordinary, as in the head of a table."""
    ground = _BACKGROUND.search(_tight(element.attributes.get("style", "")))
    colour = ground[2] if ground else element.attributes.get("bgcolor", "").lower()
    return bool(colour) and not re.fullmatch(_WHITE + "|none|transparent", colour)


def _tight(style: str) -> str:
    return re.sub(r"\s+|!important", "", style[:2_000].lower())


def _hidden_names(css: str) -> frozenset[str]:
    """Classes and ids that the page's own style sheet hides on screen: `.hid` for `.hid{display:none}`."""
    found: set[str] = set()
    pieces, depth = re.split(r"([{}])", re.sub(r"/\*[^*]*\*/", "", css)), 0
    for names, brace, style in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
        if brace == "{" and depth == 0 and _HIDING.search(_tight(style)):     # deeper: rules for print or small screens
            found |= {name.strip() for name in names.split(",") if re.fullmatch(r"\s*[.#][\w-]+\s*", name)}
        depth = max(0, depth + (1 if brace == "{" else -1))
    return frozenset(found)
