"""An answer, or another paper of ours, as a Word document: real styles, sources that are led to, the label in text and metadata.

What is said, and how a source is worded, comes from `kb.render`; this module knows how Word shows it. Equal answers give
equal bytes: every time in the file is midnight of the day the question was asked for. Fonts are named, not embedded.
"""

import html
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, cast

from kb.paper import Block, Bullets, Heading, Items, Paper, Signatures, Table, Text, numbered
from kb.render import (
    CONVERSATION,
    GENERATED_LABEL,
    UNDERSTOOD_AS,
    Run,
    answer_blocks,
    closing_lines,
    implicit_label,
    origin_label,
    quotation,
    source_facts,
    source_heading,
    source_link,
    verdict_label,
)
from kb.text import strip_controls
from kb.types import Answer, Citation, Verdict

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.rel import Relationships
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

__all__ = ["MEDIA_TYPE", "conversation_docx", "paper_docx", "to_docx"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TITLE = "知问回答"
LABEL, SOURCE, FACTS, CLOSING = "知问标识", "知问来源", "知问来源说明", "知问附注"
ITEM = "知问列项"
NUMBER, UNVERIFIED, ADDRESS = "知问引用编号", "知问未核实", "知问网址"
SONG, HEI, KAI = "宋体", "黑体", "楷体"


@dataclass(frozen=True, slots=True)
class _Look:
    """How a style shows: Chinese and Latin font, size, distances in points, colour as RRGGBB."""

    style: str
    chinese: str
    latin: str = "Times New Roman"
    size: float = 11
    before: float = 0
    after: float = 6
    left: float = 0
    hanging: float = 0
    bold: bool = False
    colour: str = "000000"


_PARAGRAPHS = (
    _Look("Normal", SONG),
    _Look("Title", HEI, "Arial", 20, after=6),
    _Look("Heading 1", HEI, "Arial", 14, before=14),
    _Look("Heading 2", HEI, "Arial", 12, before=8, after=4),
    _Look("List Number", SONG, after=4, left=18, hanging=18),
    _Look("List Bullet", SONG, after=4, left=18, hanging=18),
    _Look("Quote", KAI, left=24, after=4),
    _Look("Footer", SONG, size=9, after=0, colour="595959"),
    _Look(LABEL, HEI, "Arial", 10.5, after=10, colour="7F3F00"),
    _Look(SOURCE, SONG, before=6, after=2, left=24, hanging=24, bold=True),
    _Look(FACTS, SONG, size=9.5, after=2, left=24, colour="404040"),
    _Look(CLOSING, SONG, size=9.5, before=2, after=2, colour="404040"),
    _Look(ITEM, SONG, after=4, left=24),
)
_WORDS = ((NUMBER, "1F4E9E", False), (UNVERIFIED, "B45309", True), (ADDRESS, "1F4E9E", False))
_TEXT_WIDTH_MM = 210 - 2 * 28
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_MOST_SOURCES = 1000         # of one answer: bookmarks are numbered through the document
_FIRST_DAY, _LAST_DAY = date(1980, 1, 1), date(2107, 12, 31)      # what the entries of a ZIP archive can be dated
_CUSTOM = ("http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
           "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes")


def to_docx(answer: Answer) -> bytes:
    """The answer with its sources as the bytes of a .docx file: A4, question, label, answer, 来源, what it rests on."""
    document = _begun((answer,), TITLE)
    document.add_paragraph(origin_label(answer), LABEL)
    _write_answer(document, answer)
    return _dated(document, answer.question.as_of)


def conversation_docx(answers: Sequence[Answer]) -> bytes:
    """Every answer of a conversation, one after another, each as `to_docx` has it; the numbers lead to the answer's own sources."""
    document = _begun(answers, CONVERSATION)
    for place, answer in enumerate(answers, start=1):
        document.add_paragraph(origin_label(answer), LABEL)
        _write_answer(document, answer, place)
    return _dated(document, max(answer.question.as_of for answer in answers))


def _begun(answers: Sequence[Answer], title: str) -> "Document":
    """An empty document that knows its styles and says whose text it will hold."""
    import docx

    document = docx.Document()
    _set_up(document)
    label = next((GENERATED_LABEL for answer in answers if answer.model), origin_label(answers[0]))
    _describe(document, title, label, max(answer.question.as_of for answer in answers))
    # The standard has one label for a file: that of its last generated answer, whose number tells it from others.
    if implicit := next(filter(None, map(implicit_label, reversed(answers))), None):
        _mark_generated(document, implicit)
    _footer(document, label)
    document.add_heading(title, 0)
    return document


def paper_docx(paper: Paper) -> bytes:
    """A paper as the bytes of a .docx file: A4, title, label, its blocks, the closing lines."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document, label = docx.Document(), _words(paper.label)
    _set_up(document)
    _describe(document, _words(paper.title), label, paper.day)
    _footer(document, label)
    title = document.add_heading(_words(paper.title), 0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER if paper.form else None
    document.add_paragraph(label, LABEL)
    for block in paper.blocks:
        _write_block(document, block)
    for line in paper.closing:
        document.add_paragraph(_words(line), CLOSING)
    return _dated(document, paper.day)


def _words(text: str) -> str:
    """`text` as XML can hold it, and without characters that show nothing."""
    return _NOT_IN_XML.sub("", strip_controls(text)).strip()


# --- what it says ---------------------------------------------------------------------------------------------------

def _write_answer(document: "Document", answer: Answer, place: int = 0) -> None:
    """Question, answer, sources, what it rests on. `place` (from 1) keeps the anchors of several answers apart."""
    document.add_heading("问题", 1)
    document.add_paragraph(_words(answer.question.text))
    if answer.resolved:
        document.add_paragraph(UNDERSTOOD_AS + _words(answer.resolved))
    document.add_heading("回答", 1)
    numbers = {citation.n for citation in answer.citations}
    for block in answer_blocks(answer):
        if block.heading:
            document.add_heading(block.heading, 2)
        style = "Normal" if not block.heading else "List Number" if block.numbered else "List Bullet"
        for line in block.lines:
            _write_runs(document.add_paragraph(style=style), line.runs, numbers, place)
    if answer.citations:
        document.add_heading("来源", 1)
        for citation in answer.citations:
            _write_source(document, citation, answer.question.as_of, place)
    for closing in closing_lines(answer):
        document.add_paragraph(_words(closing), CLOSING)


def _write_source(document: "Document", citation: Citation, day: date, place: int) -> None:
    """[1] heading, which the numbers in the answer lead to; facts and verdict; the quotation; the official address."""
    heading = document.add_paragraph(style=SOURCE)
    heading.paragraph_format.keep_with_next = True
    with_number = heading.add_run(f"[{citation.n}]\t")
    heading.add_run(_words(source_heading(citation)))
    id_ = str(place * _MOST_SOURCES + citation.n)
    with_number._r.addprevious(_element("w:bookmarkStart", id=id_, name=_anchor(place, citation.n)))
    heading._p.append(_element("w:bookmarkEnd", id=id_))
    facts = document.add_paragraph(f"{_words(source_facts(citation, day))} · ", FACTS)
    facts.add_run(verdict_label(citation), UNVERIFIED if citation.verdict is Verdict.UNVERIFIED else None)
    if quote := _words(quotation(citation)):
        document.add_paragraph(quote, "Quote")
    if link := source_link(citation.passage.version):
        _write_link(document.add_paragraph(style=FACTS), link)


def _write_block(document: "Document", block: Block) -> None:
    match block:
        case Heading(text, level, new_page):
            document.add_heading(_words(text), level).paragraph_format.page_break_before = new_page or None
        case Text(text, small):
            document.add_paragraph(_words(text), CLOSING if small else "Normal")
        case Bullets(lines):
            for line in lines:
                document.add_paragraph(_words(line), "List Bullet")
        case Items(lines):
            for line in numbered(lines):
                document.add_paragraph(_words(line), ITEM)
        case Table():
            _write_table(document, block)
        case Signatures():
            _write_signatures(document, block)


def _write_signatures(document: "Document", block: Signatures) -> None:
    """A table without lines, a column for each; no page divides it."""
    document.add_paragraph(style=CLOSING)
    table = document.add_table(max(map(len, block.columns)), len(block.columns))
    for column, lines in zip(table.columns, block.columns, strict=True):
        for number, (cell, line) in enumerate(zip(column.cells, lines, strict=False)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_words(line)).bold = number == 0 or None
            paragraph.paragraph_format.keep_with_next = number < len(lines) - 1


def _write_table(document: "Document", table: Table) -> None:
    """Thin lines, the head on every page the table runs over, no row across two pages."""
    from docx.shared import Mm

    made = document.add_table(rows=0, cols=len(table.head))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="A6A6A6"))
    made._tbl.tblPr.append(borders)
    for number, cells in enumerate((table.head, *table.rows)):
        row = made.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if number == 0:
            properties.append(_element("w:tblHeader"))
        for cell, text, share in zip(row.cells, cells, table.widths, strict=True):
            cell.width = Mm(_TEXT_WIDTH_MM * share / sum(table.widths))
            cell.paragraphs[0].style = CLOSING
            cell.paragraphs[0].add_run(_words(text)).bold = number == 0 or None


def _write_runs(paragraph: "Paragraph", runs: Sequence[Run], numbers: set[int], place: int) -> None:
    """A line of the answer with its [n] leading to the sources and 未核实 standing out."""
    for run in runs:
        if run.n in numbers:
            written = paragraph.add_run(f"[{run.n}]", NUMBER)
            _wrap(written._r, _element("w:hyperlink", anchor=_anchor(place, run.n), history="1"))
        elif run.text:
            paragraph.add_run(_NOT_IN_XML.sub("", run.text), UNVERIFIED if run.unverified else None)


def _write_link(paragraph: "Paragraph", address: str) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    run = paragraph.add_run(address, ADDRESS)
    link = _element("w:hyperlink", history="1")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    _wrap(run._r, link)


def _anchor(place: int, n: int) -> str:
    return f"answer_{place}_source_{n}" if place else f"source_{n}"


def _element(tag: str, **attributes: str) -> "BaseOxmlElement":
    """An element of WordprocessingML with attributes of the same namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _wrap(run: "BaseOxmlElement", around: "BaseOxmlElement") -> None:
    run.addprevious(around)
    around.append(run)


# --- how it looks ---------------------------------------------------------------------------------------------------

def _set_up(document: "Document") -> None:
    """A4 and the styles; what the template brings along and nothing here uses is left out."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Mm, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(28)
    page.top_margin = page.bottom_margin = Mm(25)
    for style in [style for style in document.styles if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table"]:
        style.delete()
    for name in (LABEL, SOURCE, FACTS, CLOSING, ITEM):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
    for look in _PARAGRAPHS:
        _apply(look, cast("ParagraphStyle", document.styles[look.style]))
    for name, colour, bold in _WORDS:
        words = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        words.font.color.rgb, words.font.bold = RGBColor.from_string(colour), bold
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    _drop(document.part.rels, "stylesWithEffects", "customXml")


def _apply(look: _Look, style: "ParagraphStyle") -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()             # the fonts of the template's theme would win over those named here
    for script, font in (("ascii", look.latin), ("hAnsi", look.latin), ("cs", look.latin), ("eastAsia", look.chinese)):
        fonts.set(qn(f"w:{script}"), font)
    fonts.set(qn("w:hint"), "eastAsia")     # quotation marks and dashes, which both scripts share, in Chinese width
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, False
    style.font.color.rgb = RGBColor.from_string(look.colour)
    room = style.paragraph_format
    room.space_before, room.space_after, room.line_spacing = Pt(look.before), Pt(look.after), 1.25
    room.left_indent, room.first_line_indent = Pt(look.left), Pt(-look.hanging)
    for unwanted in list(style.element.iter(qn("w:pBdr"), qn("w:contextualSpacing"))):    # a rule; no room between items
        unwanted.getparent().remove(unwanted)


def _footer(document: "Document", label: str) -> None:
    """The label on every page, because pages get separated, and the number of the page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    line = document.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.add_run(f"{label} · 第 ")
    _wrap(line.add_run("1")._r, _element("w:fldSimple", instr="PAGE"))
    line.add_run(" 页，共 ")
    _wrap(line.add_run("1")._r, _element("w:fldSimple", instr="NUMPAGES"))
    line.add_run(" 页")


# --- what the file says of itself -----------------------------------------------------------------------------------

def _describe(document: "Document", title: str, label: str, day: date) -> None:
    """Title, author, label and day."""
    about = document.core_properties
    about.title, about.author, about.last_modified_by = title, "知问", "知问"
    about.comments, about.keywords, about.language = label, "", "zh-CN"
    about.created = about.modified = datetime.combine(_datable(day), time())
    _drop(document.part.package.rels, "thumbnail", "extended-properties")


def _mark_generated(document: "Document", label: dict[str, str]) -> None:
    """The implicit label of generated text, as the custom property AIGC."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    properties, types = _CUSTOM
    value = html.escape(_words(json.dumps(label, ensure_ascii=False)))
    xml = (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{properties}" xmlns:vt="{types}">'
           f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="AIGC">'
           f"<vt:lpwstr>{value}</vt:lpwstr></property></Properties>")
    package = document.part.package
    package.relate_to(Part(PackURI("/docProps/custom.xml"), CONTENT_TYPE.OFC_CUSTOM_PROPERTIES, xml.encode(), package),
                      RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _drop(relations: "Relationships", *kinds: str) -> None:
    """Parts that nothing leads to are not written."""
    for id_ in [id_ for id_, relation in relations.items() if relation.reltype.endswith(kinds)]:
        del relations[id_]


def _datable(day: date) -> date:
    return min(max(day, _FIRST_DAY), _LAST_DAY)


def _dated(document: "Document", day: date) -> bytes:
    """The package with the same day and the same system on every entry: python-docx writes the time of saving."""
    saved, written, day = BytesIO(), BytesIO(), _datable(day)
    document.save(saved)
    with zipfile.ZipFile(saved) as package, zipfile.ZipFile(written, "w") as dated:
        for entry in package.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (day.year, day.month, day.day, 0, 0, 0))
            fixed.create_system, fixed.compress_type = 0, zipfile.ZIP_DEFLATED
            dated.writestr(fixed, package.read(entry))
    return written.getvalue()
