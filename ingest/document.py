"""What travels between the steps of ingestion: a file, its blocks, its identity, its passages."""

from dataclasses import dataclass, field
from enum import StrEnum

from kb.types import Passage, Version

__all__ = ["TEXT_LAYER_ONLY", "Block", "BlockKind", "PageReading", "ParsedDocument", "PreparedDocument", "RawFile", "ReadOptions", "SourceWarning"]


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as it came. `name` is for display and for the manifest, never a path to open again."""

    name: str
    data: bytes = field(repr=False)
    sha256: str


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"            # a table row with its header repeated


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or table row, cleaned (`kb.text.clean`); only cells of a row may hold line breaks.

    `level` is 1–6 for headings. `page` counts from 1 where the format has pages. `start` is the character offset in
    the document's text, which is its blocks joined by a single newline.
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    page: int | None = None
    start: int = 0
    page_label: str = ""


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """Stored, with something to look at."""

    file: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are to be read. `ocr` names the program that reads scans (rapidocr, tesseract); empty: scans are refused."""

    ocr: str = ""


TEXT_LAYER_ONLY = ReadOptions()


@dataclass(frozen=True, slots=True)
class PageReading:
    """How well a page could be read: `quality` is the share of its characters that are legible text, from 0 to 1.

    `read_by` says how: text (the text layer), second (the second opinion), the name of an OCR program, or empty.
    """

    page: int
    characters: int
    quality: float
    read_by: str = "text"


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    blocks: tuple[Block, ...]
    front_matter: dict[str, str] = field(default_factory=dict)
    warnings: tuple[SourceWarning, ...] = ()
    pages: tuple[PageReading, ...] = ()      # of formats that have pages


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A file ready to be stored: who it is and its passages, in order, with ids made from content."""

    version: Version
    passages: tuple[Passage, ...]
    warnings: tuple[SourceWarning, ...] = ()
    pages: tuple[PageReading, ...] = ()
