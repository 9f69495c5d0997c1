"""Which part of a web page is its text: told by where sentences stand and where links do, not by a list of sites."""

import re
from dataclasses import dataclass

from ingest.parse.webpage import Element

__all__ = ["is_layout", "main_text"]

_CONTAINERS = frozenset(("body", "div", "section", "article", "main", "center", "form", "span", "font"))
_LAYOUT_PARTS = frozenset(("tbody", "tr", "td"))
_TEXT_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "ol", "ul", "blockquote", "pre", "dl"))
_NEVER_FURNITURE = frozenset(("p", "h1", "h2", "h3", "a", "span", "font", "b", "strong", "tr", "li"))
_FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "header", "menu"))
_FURNITURE_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "menu"))
_FURNITURE_NAMES = re.compile(
    r"(?:^|[-_ ])(?:nav\w*|menu\w*|bread\w*|crumbs?|share\w*|foot\w*|side\w*|ads?|advert\w*|banner\w*|relat\w*|recommend\w*"
    r"|pag(?:er|ination)|tool\w*|copyright|login|search\w*)(?:$|[-_ ])")
_FURNITURE_WORDS = re.compile(r"ICP备|公网安备|网站标识码|版权所有|Copyright|当前位置|您(所在|现在)的位置|上一篇|下一篇|分享到|浏览次数|责任编辑")
_SENTENCE = re.compile(r"[，。；！？]")


@dataclass(frozen=True, slots=True)
class _Weight:
    """Characters in an element, in its links and in its sentences, and the number of its links."""

    characters: int
    linked: int
    spoken: int
    links: int


def main_text(body: Element) -> Element:
    """The body without navigation, link lists, adverts and footers. What it keeps is in the order of the page.

    The way leads from the body down to the smallest block that holds most of the sentences. What stands beside the
    way is kept only where it is itself text: sentences, a table of data, the heading above.
    """
    weights: dict[Element, _Weight] = {}
    _weigh(body, weights)
    way = [body]
    while (inner := _heaviest(way[-1], weights)) is not None:
        way.append(inner)
    return _kept(body, weights, way)


def _weigh(element: Element, weights: dict[Element, _Weight]) -> _Weight:
    parts = [_weigh(child, weights) for child in element.elements]
    own = "".join("".join(part.split()) for part in element.content if isinstance(part, str))
    link = element.tag == "a"
    characters = len(own) + sum(part.characters for part in parts)
    weight = _Weight(
        characters, characters if link else sum(part.linked for part in parts),
        (len(own) if _SENTENCE.search(own) and not link else 0) + sum(part.spoken for part in parts),
        link + sum(part.links for part in parts))
    weights[element] = weight
    return weight


def _heaviest(element: Element, weights: dict[Element, _Weight]) -> Element | None:
    """The one child that holds most of the element's sentences, if it can hold blocks."""
    inner = max(element.elements, key=lambda child: weights[child].spoken, default=None)
    if inner is None or weights[inner].spoken <= 0.6 * weights[element].spoken:
        return None
    return inner if inner.tag in _CONTAINERS or inner.tag in _LAYOUT_PARTS or is_layout(inner) else None


def is_layout(element: Element) -> bool:
    """A table that arranges the page rather than data: one with tables in it, or with one cell that holds nearly all."""
    if element.tag != "table":
        return False
    if next(element.all("table"), None) is not None:
        return True
    cells = list(element.all("td"))
    largest = max(cells, key=lambda cell: len(cell.text), default=None)
    return largest is not None and len(cells) <= 12 and len(largest.text) > 0.7 * len(element.text) \
        and len([block for block in largest.elements if block.tag in _TEXT_TAGS or block.tag == "div"]) >= 3


def _kept(element: Element, weights: dict[Element, _Weight], way: list[Element]) -> Element:
    """A copy without furniture."""
    kept = Element(element.tag, element.attributes)
    beside = element in way and element is not way[-1]
    for part in element.content:
        if isinstance(part, str):
            kept.content += [] if beside and "。" not in part else [part]
        elif part in way:
            kept.content.append(_kept(part, weights, way))
        elif _is_furniture(part, weights[part], weights[way[-1]].spoken) or (beside and not _is_text(part, weights[part])):
            kept.content += _headings(part) if beside else []
        else:
            kept.content.append(_kept(part, weights, way))
    return kept


def _is_furniture(element: Element, weight: _Weight, main: int) -> bool:
    if weight.spoken > 0.5 * main:
        return False
    names = f"{element.attributes.get('class', '')} {element.attributes.get('id', '')}".lower()
    if element.tag in _FURNITURE_TAGS or element.attributes.get("role", "") in _FURNITURE_ROLES or _FURNITURE_NAMES.search(names):
        return True
    if element.tag in _NEVER_FURNITURE:
        return False
    words = element.text if weight.characters <= 300 else ""
    linked = weight.links >= 3 and weight.linked > 0.6 * weight.characters and "附件" not in words
    return linked or bool(_FURNITURE_WORDS.search(words))


def _is_text(element: Element, weight: _Weight) -> bool:
    """Whether a block beside the main text belongs to it: sentences with an end, a table of data, attachments."""
    words = element.text
    if weight.linked > 0.5 * weight.characters:
        return "附件" in words
    return element.tag in _TEXT_TAGS or "附件" in words or ("。" in words and weight.spoken >= 20) \
        or element.tag == "table" or next(element.all("table"), None) is not None


def _headings(element: Element) -> list[str | Element]:
    """The title of a text often stands in a block of its own above it."""
    return [element] if element.tag in ("h1", "h2") else list(element.all("h1", "h2"))
