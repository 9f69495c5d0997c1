"""The controls of a form: each writes what is filled in into the entries of the session as soon as it is changed."""

from datetime import date
from typing import Any

import streamlit as st

from kb.filling import LONGEST, MOST_ROWS
from kb.render import escape_markdown
from kb.templates import Field, FieldKind
from views.templates_wording import TemplatesWords

__all__ = ["Entries", "show_field"]

Entries = dict[str, Any]          # field → text, number, day or rows of cells
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)


def show_field(words: TemplatesWords, form: str, field: Field, entries: Entries) -> None:
    """Draw the control of `field` of the form with this name."""
    label = escape_markdown(field.label) + ("" if field.required else f" :small[:gray[{words.optional}]]")
    if field.kind is FieldKind.ROWS:
        _rows(words, form, field, label, entries)
        return
    key = f"entry-{form}-{field.key}"
    st.session_state[key] = entries.get(field.key, "" if field.kind in (FieldKind.TEXT, FieldKind.LONG) else None)
    taken: dict[str, Any] = {"key": key, "on_change": _take, "args": (key, field.key, entries)}
    if field.kind is FieldKind.TEXT:
        st.text_input(label, max_chars=LONGEST[FieldKind.TEXT], placeholder=field.help or None, **taken)
        return
    if field.kind is FieldKind.LONG:
        st.text_area(label, max_chars=LONGEST[FieldKind.LONG], placeholder=field.help or None, **taken)
        return
    if field.kind is FieldKind.CHOICE:
        st.radio(label, field.choices, format_func=escape_markdown, **taken)
    elif field.kind is FieldKind.DATE:
        st.date_input(label, min_value=_FIRST_DAY, max_value=_LAST_DAY, format="YYYY-MM-DD", **taken)
    elif field.kind in (FieldKind.AMOUNT, FieldKind.PERCENT):
        st.number_input(label, format="%.2f", step=1.0, **taken)
    else:
        st.number_input(label, step=1, **taken)
    if field.help:
        st.caption(escape_markdown(field.help))


def _take(key: str, name: str, entries: Entries) -> None:
    """What is emptied is forgotten."""
    value = st.session_state[key]
    if value in (None, ""):
        entries.pop(name, None)
    else:
        entries[name] = value


# --- tables ---------------------------------------------------------------------------------------------------------

def _rows(words: TemplatesWords, form: str, field: Field, label: str, entries: Entries) -> None:
    """One card a row: a table of cells could not be filled in on a phone."""
    st.markdown(f":small[{label}]")
    if field.help:
        st.caption(escape_markdown(field.help))
    rows: list[list[str]] = entries.get(field.key) or [[""] * len(field.columns)]
    for number, row in enumerate(rows):
        with st.container(border=True, gap="small"):
            _cells(form, field, number, row, entries)
            if len(rows) > 1:
                st.button(words.remove_row, key=f"remove-{form}-{field.key}-{number}", icon=":material/close:", type="tertiary",
                          on_click=_remove_row, args=(field, number, entries))
    if len(rows) < MOST_ROWS:
        st.button(words.add_row, key=f"add-{form}-{field.key}", icon=":material/add:", on_click=_add_row, args=(field, entries))


def _cells(form: str, field: Field, number: int, row: list[str], entries: Entries) -> None:
    for at in range(0, len(field.columns), 2):
        pair = st.columns(2, vertical_alignment="bottom")       # labels of one and of two lines
        for place, (column, cell) in enumerate(zip(pair, field.columns[at:at + 2], strict=False), start=at):
            key = f"entry-{form}-{field.key}-{number}-{place}"
            st.session_state[key] = row[place]
            column.text_input(escape_markdown(cell), key=key, max_chars=LONGEST[FieldKind.ROWS], on_change=_take_cell,
                              args=(key, field, number, place, entries))


def _take_cell(key: str, field: Field, number: int, place: int, entries: Entries) -> None:
    rows = entries.setdefault(field.key, [[""] * len(field.columns)])
    rows[number][place] = st.session_state[key]
    if not any(map(any, rows)):
        del entries[field.key]


def _add_row(field: Field, entries: Entries) -> None:
    entries.setdefault(field.key, [[""] * len(field.columns)]).append([""] * len(field.columns))


def _remove_row(field: Field, number: int, entries: Entries) -> None:
    entries[field.key].pop(number)
    if not any(map(any, entries[field.key])):
        del entries[field.key]
