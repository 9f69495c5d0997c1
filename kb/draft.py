"""A filled template in reading order, and that as Markdown: the page, the command and the Word file show the same parts.

The annex with what each part rests on and what to mind is no part of the document and can be left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kb.conditions import Rows
from kb.filling import BLANK, Filled, FilledClause, Problem
from kb.render import escape_markdown
from kb.templates import Form
from kb.types import ordinal_numeral

__all__ = ["ANNEX", "TEMPLATE_MARK", "Block", "Shape", "annex", "body", "numbered", "problem_line", "to_markdown", "to_record"]

TEMPLATE_MARK = "本文件由模板生成，供起草参考，不是法律意见；签署或者提交以前，请律师对照原文核对。"
ANNEX = "附：条款依据和填写提示（不属于正文，签署或者提交以前删去）"


class Shape(StrEnum):
    """How a block is set."""

    TITLE = "title"
    MARK = "mark"              # that it is a template
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"              # （一）…
    TABLE = "table"
    SIGNATURES = "signatures"  # one column a party
    ANNEX = "annex"            # heading of the annex, which begins a page
    PART = "part"              # heading in the annex
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the document. A table's first row is its header; in signatures a column is a party, then its lines."""

    shape: Shape
    text: str = ""
    rows: Rows = ()


def numbered(filled: Filled, clause: FilledClause) -> str:
    """第三条　保密期限 in agreements, 三、保密期限 in records."""
    number = ordinal_numeral(filled.clauses.index(clause) + 1)
    return f"第{number}条　{clause.heading}" if filled.template.form is Form.AGREEMENT else f"{number}、{clause.heading}"


def body(filled: Filled) -> Iterator[Block]:
    """The document itself."""
    yield Block(Shape.TITLE, filled.template.title)
    yield Block(Shape.MARK, TEMPLATE_MARK)
    yield from (Block(Shape.PARAGRAPH, line.text) for line in filled.intro)
    for clause in filled.clauses:
        yield Block(Shape.HEADING, numbered(filled, clause))
        item = 0
        for line in clause.lines:
            item = item + 1 if line.item else 0
            yield Block(Shape.ITEM, f"（{ordinal_numeral(item)}）{line.text}") if line.item else Block(Shape.PARAGRAPH, line.text)
        if clause.table:
            yield Block(Shape.TABLE, rows=clause.table)
    if filled.signatures:
        yield Block(Shape.SIGNATURES, rows=tuple(
            (signature.party, *(f"{line}：{BLANK}" for line in signature.lines)) for signature in filled.signatures))


def annex(filled: Filled) -> Iterator[Block]:
    """What is to be put right and filled in, what each part rests on and what to mind, which texts are not held."""
    yield Block(Shape.ANNEX, ANNEX)
    if filled.problems:
        yield Block(Shape.PART, "先看这些问题")
        yield from (Block(Shape.NOTE, problem_line(problem)) for problem in filled.problems)
    if filled.missing:
        yield Block(Shape.PART, "还没有填写")
        yield Block(Shape.NOTE, "、".join(filled.missing))
    for clause in filled.clauses:
        if clause.basis or clause.notes:
            yield Block(Shape.PART, numbered(filled, clause))
            yield from (Block(Shape.NOTE, note) for note in clause.notes)
            if clause.basis:
                yield Block(Shape.NOTE, f"依据：{'；'.join(clause.basis)}")
    if filled.template.gaps:
        yield Block(Shape.PART, "本库没有收录的规定")
        yield from (Block(Shape.NOTE, gap) for gap in filled.template.gaps)
    yield Block(Shape.NOTE, f"以上依据以 {filled.day.isoformat()} 有效的文本为准。")


def problem_line(problem: Problem) -> str:
    """What is said against a value, and on what ground."""
    ending = "" if problem.says.endswith("。") else "。"
    return problem.says + ending + (f"依据：{'；'.join(problem.basis)}" if problem.basis else "")


def to_markdown(filled: Filled, with_annex: bool = True) -> str:
    """The document, and the annex after a rule."""
    blocks = [_markdown(block) for block in body(filled)]
    if with_annex:
        blocks += ["---", *(_markdown(block) for block in annex(filled))]
    return "\n\n".join(blocks) + "\n"


_BEFORE = {Shape.TITLE: "# ", Shape.MARK: "> ", Shape.HEADING: "## ", Shape.ANNEX: "## ", Shape.PART: "### ", Shape.NOTE: "- "}


def _markdown(block: Block) -> str:
    if block.shape is Shape.TABLE:
        head, *rows = ([_cell(cell) for cell in row] for row in block.rows)
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
    if block.shape is Shape.SIGNATURES:
        return "\n\n".join("  \n".join(escape_markdown(line) for line in column) for column in block.rows)
    return _BEFORE.get(block.shape, "") + escape_markdown(block.text)


def _cell(text: str) -> str:
    return escape_markdown(text) or "　"


def to_record(filled: Filled) -> dict[str, object]:
    """What other programs read: fields with an empty set of values to fill in, the document in parts, problems, missing."""
    template = filled.template
    return {
        "name": template.name, "title": template.title, "purpose": template.purpose, "as_of": filled.day.isoformat(),
        "fields": [{"key": field.key, "label": field.label, "kind": field.kind.value, "help": field.help,
                    "required": field.required, **({"choices": list(field.choices)} if field.choices else {}),
                    **({"columns": list(field.columns)} if field.columns else {})} for field in template.fields],
        "values": {field.key: [] if field.columns else None for field in template.fields},
        "intro": [line.text for line in filled.intro],
        "clauses": [{"heading": numbered(filled, clause), "text": [line.text for line in clause.lines],
                     "table": [list(row) for row in clause.table], "basis": list(clause.basis), "notes": list(clause.notes)}
                    for clause in filled.clauses],
        "problems": [{"fields": list(problem.fields), "says": problem.says, "basis": list(problem.basis), "refused": problem.refused}
                     for problem in filled.problems],
        "missing": list(filled.missing), "gaps": list(template.gaps), "label": TEMPLATE_MARK,
    }
