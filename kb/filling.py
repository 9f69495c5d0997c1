"""A template and what somebody filled in → the document, what is missing, and what the law says against it.

Values come as JSON has them and are text, never markup: control and invisible characters go, and no value is looked at for
placeholders. What cannot be read, or what a rule refuses, is not written; its place stays blank and a `Problem` says why.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from kb.amounts import LARGEST_AMOUNT, money, share, span
from kb.conditions import Rows, Value
from kb.templates import PLACEHOLDER, Clause, Field, FieldKind, Signature, Template
from kb.text import chinese_date, strip_controls

__all__ = ["BLANK", "LONGEST", "MOST_ROWS", "Filled", "FilledClause", "Line", "Problem", "fill"]

BLANK = "________"
LONGEST: Mapping[FieldKind, int] = {FieldKind.TEXT: 200, FieldKind.LONG: 4000, FieldKind.ROWS: 400}     # characters; a cell's
MOST_ROWS = 100
_EMPTY_ROWS = 3            # of a table that nobody filled in: room to write by hand
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_LARGEST: Mapping[FieldKind, Decimal] = {FieldKind.MONTHS: Decimal(1200), FieldKind.COUNT: Decimal(9999),
                                         FieldKind.AMOUNT: LARGEST_AMOUNT, FieldKind.PERCENT: Decimal(9999)}
_DECIMALS: Mapping[FieldKind, int] = {FieldKind.AMOUNT: 2, FieldKind.PERCENT: 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against a value. `refused`: it was not written. Without `basis` it is no matter of law."""

    fields: tuple[str, ...]
    says: str
    basis: tuple[str, ...] = ()
    refused: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a clause, or one item of a list in it."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True)
class FilledClause:
    """`table` begins with its header; it is empty where the clause has none."""

    heading: str
    lines: tuple[Line, ...]
    table: Rows
    basis: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as far as it is filled in. `asked` are the fields that matter; `missing` the labels of those needed and not there."""

    template: Template
    day: date
    asked: tuple[Field, ...]
    intro: tuple[Line, ...]
    clauses: tuple[FilledClause, ...]
    signatures: tuple[Signature, ...]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]


def fill(template: Template, values: Mapping[str, object], day: date) -> Filled:
    """`template` with `values` (key → text, number, day as 2026-11-22, rows as lists or as records) written in on `day`."""
    read: dict[str, Value] = {}
    problems = [_stranger(key) for key in values if key not in {field.key for field in template.fields}]
    for field in template.fields:
        try:
            value = _read(field, values.get(field.key))
        except ValueError as error:
            problems.append(Problem((field.key,), f"“{field.label}”没有写入：{error}"))
        else:
            read |= {} if value is None else {field.key: value}
    asked = [field for field in template.fields if field.when.holds(read)]
    read = {field.key: read[field.key] for field in asked if field.key in read}
    known = read | {"today": day}
    broken = [rule for rule in template.rules if rule.when.holds(known)]
    problems += [Problem(rule.fields, rule.says, rule.basis, rule.refuse) for rule in broken]
    withheld = {key for rule in broken if rule.refuse for key in rule.fields}
    shown = {field.key: _written(field, read[field.key]) for field in asked if field.key in read and field.key not in withheld}
    return Filled(
        template, day, tuple(asked), tuple(_lines(template.intro, shown)),
        tuple(_clause(template, clause, shown, read, withheld) for clause in template.clauses if clause.when.holds(known)),
        tuple(signature for signature in template.signatures if signature.when.holds(known)), tuple(problems),
        tuple(field.label for field in asked if field.required and (field.key not in read or field.key in withheld)))


def _stranger(key: str) -> Problem:
    return Problem((), f"模板里没有“{_one_line(key)[:40]}”这一项，没有写入")


# --- reading --------------------------------------------------------------------------------------------------------

def _read(field: Field, given: object) -> Value | None:
    """The value, None where nothing is given. Raises ValueError, in Chinese, for what the field cannot hold."""
    if given is None or given in ("", [], ()):
        return None
    if field.kind is FieldKind.ROWS:
        return _rows(field, given)
    if field.kind in _LARGEST:
        return _number(field, given)
    if isinstance(given, date) and field.kind is FieldKind.DATE:
        return _day(given.isoformat()[:10])
    if not isinstance(given, str):
        raise ValueError("应当是文字")
    if field.kind is FieldKind.DATE:
        return _day(_one_line(given))
    text = _several_lines(given) if field.kind is FieldKind.LONG else _one_line(given)
    if field.kind is FieldKind.CHOICE:
        if text not in field.choices:
            raise ValueError(f"只能是“{'”“'.join(field.choices)}”之一")
        return text
    if len(text) > LONGEST[field.kind]:
        raise ValueError(f"有 {len(text)} 个字，最多 {LONGEST[field.kind]} 个")
    return text or None


def _number(field: Field, given: object) -> Decimal | int:
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal):
        raise ValueError("应当是数字")
    written = _one_line(str(given)).replace(",", "").replace("，", "")
    try:
        number = Decimal(written) if len(written) <= 30 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("应当是数字")
    least = 0 if field.at_least is None else field.at_least
    most = _LARGEST[field.kind] if field.at_most is None else field.at_most
    if number < least:
        raise ValueError("不能是负数" if number < 0 else f"不能小于 {least}")
    if number > most:
        raise ValueError(f"不能大于 {most:,}")
    places = _DECIMALS.get(field.kind, 0)
    if number != round(number, places):
        raise ValueError(f"最多 {places} 位小数" if places else "应当是整数")
    return number if places else int(number)


def _day(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise ValueError("应当是 2026-11-22 这样的日期") from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError(f"年份应当在 {_FIRST_DAY.year} 到 {_LAST_DAY.year} 之间")
    return day


def _rows(field: Field, given: object) -> Rows | None:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise ValueError("应当是若干行")
    rows = tuple(row for row in (_row(field.columns, row) for row in given) if any(row))
    if len(rows) > MOST_ROWS:
        raise ValueError(f"有 {len(rows)} 行，最多 {MOST_ROWS} 行")
    return rows or None


def _row(columns: Sequence[str], given: object) -> tuple[str, ...]:
    if isinstance(given, Mapping):
        if strangers := [key for key in given if key not in columns]:
            raise ValueError(f"表里没有“{_one_line(str(strangers[0]))[:40]}”这一栏，只有“{'”“'.join(columns)}”")
        given = [given.get(column) or "" for column in columns]
    if not isinstance(given, Sequence) or isinstance(given, str | bytes) or len(given) > len(columns):
        raise ValueError(f"每行是 {len(columns)} 栏：{'、'.join(columns)}")
    cells = [_one_line(str(cell)) for cell in given if isinstance(cell, str | int | float)]
    if len(cells) < len(given):
        raise ValueError("每一格应当是文字")
    if any(len(cell) > LONGEST[FieldKind.ROWS] for cell in cells):
        raise ValueError(f"每一格最多 {LONGEST[FieldKind.ROWS]} 个字")
    return (*cells, *([""] * (len(columns) - len(cells))))


def _one_line(text: str) -> str:
    """Without controls, invisible characters and halves of characters, which no file can hold."""
    return " ".join(strip_controls(text.encode("utf-8", "replace").decode("utf-8")).split())


def _several_lines(text: str) -> str:
    lines = (_one_line(line) for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text))
    return "\n".join(line for line in lines if line)


# --- writing --------------------------------------------------------------------------------------------------------

def _written(field: Field, value: Value) -> str:
    """As an agreement has it; rows are written as a table of their own."""
    if isinstance(value, date):
        return chinese_date(value)
    if field.kind is FieldKind.AMOUNT:
        return money(Decimal(str(value)))
    if field.kind is FieldKind.PERCENT:
        return share(Decimal(str(value)))
    if field.kind is FieldKind.MONTHS and isinstance(value, int):
        return span(value, "个月")
    return "；".join("，".join(filter(None, row)) for row in value) if isinstance(value, tuple) else str(value)


def _lines(text: str, shown: Mapping[str, str]) -> Iterator[Line]:
    """The lines of a text of ours. A value of several lines goes on in paragraphs; it begins no item."""
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        item = line.startswith("- ")
        first, *more = PLACEHOLDER.sub(lambda match: shown.get(match[1], BLANK), line.removeprefix("- ")).split("\n")
        yield Line(first, item)
        yield from (Line(further) for further in more)


def _clause(template: Template, clause: Clause, shown: Mapping[str, str], read: Mapping[str, Value],
            withheld: set[str]) -> FilledClause:
    table: Rows = ()
    if clause.table:
        columns, rows = template.field(clause.table).columns, read.get(clause.table)
        written = rows if isinstance(rows, tuple) and clause.table not in withheld else (("",) * len(columns),) * _EMPTY_ROWS
        table = (columns, *written)
    return FilledClause(clause.heading, tuple(_lines(clause.text, shown)), table, clause.basis, clause.notes)
