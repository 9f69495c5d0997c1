"""A web page embedded in a Word document (altChunk): the only place Word keeps the text of some converted files."""

from ingest.document import Block
from ingest.parse.html import page_blocks, page_markup
from ingest.parse.webpage import read_page

__all__ = ["read_altchunk"]


def read_altchunk(data: bytes) -> tuple[tuple[Block, ...], int]:
    """Blocks of an HTML or MHT part, in order, and how much of it is hidden; nothing for other kinds of part."""
    if data.lstrip()[:13].upper() != b"MIME-VERSION:" and b"<html" not in data[:2_000].lower():
        return (), 0
    page = read_page(page_markup(data))
    return tuple(page_blocks(page.body)), page.hidden + page.struck
