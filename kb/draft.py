"""A filled template as a paper in reading order, and as a record for other programs.

The annex with what each part rests on and what to mind is no part of the document and can be left out.
"""

from collections.abc import Iterator
from itertools import groupby

from kb.filling import BLANK, Filled, FilledClause, Line, Problem
from kb.paper import Block, Bullets, Heading, Items, Paper, Signatures, Table, Text
from kb.templates import Form
from kb.types import ordinal_numeral

__all__ = ["ANNEX", "TEMPLATE_MARK", "body", "headed", "paper_of", "problem_line", "to_record"]

TEMPLATE_MARK = "由模板生成的草稿，不是法律意见；签署或者提交以前，请律师对照原文核对。"
ANNEX = "附：条款依据和填写提示（不属于正文，签署或者提交以前删去）"


def paper_of(filled: Filled, with_annex: bool = True) -> Paper:
    """The document, and its annex on a page of its own."""
    closing = (f"依据以 {filled.day.isoformat()} 有效的文本为准。",) if with_annex else ()
    return Paper(filled.template.title, TEMPLATE_MARK, filled.day, (*body(filled), *(_annex(filled) if with_annex else ())), closing,
                 form=True)


def headed(filled: Filled, clause: FilledClause) -> str:
    """第三条　保密期限 in agreements, 三、保密期限 in records."""
    number = ordinal_numeral(filled.clauses.index(clause) + 1)
    return f"第{number}条　{clause.heading}" if filled.template.form is Form.AGREEMENT else f"{number}、{clause.heading}"


def body(filled: Filled) -> Iterator[Block]:
    """The document itself, under its title."""
    yield from _written(filled.intro)
    for clause in filled.clauses:
        yield Heading(headed(filled, clause))
        yield from _written(clause.lines)
        if clause.table:
            head, *rows = clause.table
            yield Table(head, tuple(rows), (1,) * len(head))
    if filled.signatures:
        yield Signatures(tuple((signature.party, *(f"{line}：{BLANK}" for line in signature.lines)) for signature in filled.signatures))


def _written(lines: tuple[Line, ...]) -> Iterator[Block]:
    for item, group in groupby(lines, key=lambda line: line.item):
        if item:
            yield Items(tuple(line.text for line in group))
        else:
            yield from (Text(line.text) for line in group)


def _annex(filled: Filled) -> Iterator[Block]:
    """What is to be put right and filled in, what each part rests on and what to mind, which texts are not held."""
    yield Heading(ANNEX, new_page=True)
    if filled.problems:
        yield Heading("先看这些问题", 2)
        yield Bullets(tuple(problem_line(problem) for problem in filled.problems))
    if filled.missing:
        yield Heading("还没有填写", 2)
        yield Text("、".join(filled.missing))
    for clause in filled.clauses:
        if clause.basis or clause.notes:
            yield Heading(headed(filled, clause), 2)
            yield Bullets(clause.notes)
            yield from [Text(f"依据：{'；'.join(clause.basis)}", small=True)] if clause.basis else []
    if filled.template.gaps:
        yield Heading("本库没有收录的规定", 2)
        yield Bullets(filled.template.gaps)


def problem_line(problem: Problem) -> str:
    """What is said against a value, and on what ground."""
    ending = "" if problem.says.endswith("。") else "。"
    return problem.says + ending + (f"依据：{'；'.join(problem.basis)}" if problem.basis else "")


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
        "clauses": [{"heading": headed(filled, clause), "text": [line.text for line in clause.lines],
                     "table": [list(row) for row in clause.table], "basis": list(clause.basis), "notes": list(clause.notes)}
                    for clause in filled.clauses],
        "problems": [{"fields": list(problem.fields), "says": problem.says, "basis": list(problem.basis), "refused": problem.refused}
                     for problem in filled.problems],
        "missing": list(filled.missing), "gaps": list(template.gaps), "label": TEMPLATE_MARK,
    }
