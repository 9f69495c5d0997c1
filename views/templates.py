"""The templates: choose one, fill it in, and read beside it what it will say. All of it stays in the session."""

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from kb.draft import TEMPLATE_MARK, body
from kb.export import template_formats
from kb.filling import Filled, FilledClause, Problem, fill
from kb.paper import Heading, block_markdown
from kb.render import escape_markdown
from kb.templates import Template, bundled_templates
from views.form import Entries, show_field
from views.grounds import show_grounds
from views.session import library, spoken
from views.templates_wording import WORDS, TemplatesWords

__all__ = ["link_to_template", "page"]

_ENTRIES, _CHOSEN = "template_entries", "template"      # key of the session; key of the address, which names a template and nothing else

# Two columns need more room than a conversation. Beside the form the preview stays in sight; on a phone it follows the form.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] {max-width: 76rem;}
@media (min-width: 900px) {
  [data-testid="stColumn"]:has(.st-key-template-preview) {
    position: sticky; top: 4.5rem; align-self: flex-start; max-height: calc(100vh - 6rem); overflow-y: auto;}
}
</style>"""


def page() -> None:
    """Draw the list of templates, or the one that the address names."""
    words, known = spoken(WORDS), bundled_templates()
    chosen = known.get(st.query_params.get(_CHOSEN, ""))
    if chosen is None:
        _choose(words, known.values())
    else:
        _draft(words, chosen)


def link_to_template(label: str, name: str) -> None:
    """A link to the form of a template from any page; `label` is Markdown. What was filled in stays in the session."""
    place = st.Page(page, url_path="templates")         # pages are known by their path alone
    st.page_link(place, label=label, icon=":material/draft:", query_params={_CHOSEN: name})


def _entries(template: Template) -> Entries:
    """What this session has filled into a template, by field; kept nowhere else."""
    kept: dict[str, Entries] = st.session_state.setdefault(_ENTRIES, {})
    return kept.setdefault(template.name, {})


def _go(name: str) -> None:
    if name:
        st.query_params[_CHOSEN] = name
    else:
        st.query_params.pop(_CHOSEN, None)


# --- choosing -------------------------------------------------------------------------------------------------------

def _choose(words: TemplatesWords, known: Iterable[Template]) -> None:
    templates = list(known)
    st.title(words.title, anchor=False)
    st.caption(" ".join(filter(None, (words.tagline.format(count=len(templates)), words.only_chinese))))
    for group, members in groupby(templates, key=lambda template: template.group):
        st.markdown(f"**{words.groups.get(group, group)}**")
        for pair in _in_pairs(list(members)):
            for column, template in zip(st.columns(2), pair, strict=False):
                with column:
                    _card(words, template)
    st.caption(words.stays)


def _in_pairs(members: list[Template]) -> list[list[Template]]:
    return [members[at:at + 2] for at in range(0, len(members), 2)]


def _card(words: TemplatesWords, template: Template) -> None:
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        st.markdown(f"**{escape_markdown(template.title)}**  \n{escape_markdown(template.purpose)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(words.open, key=f"open-{template.name}", icon=":material/edit_document:", on_click=_go, args=(template.name,))
            if begun := len(_entries(template)):
                st.badge(words.begun.format(count=begun), color="green")


# --- one template ---------------------------------------------------------------------------------------------------

def _draft(words: TemplatesWords, template: Template) -> None:
    filled = fill(template, _entries(template), library().clock.today())
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.button(words.back, icon=":material/arrow_back:", type="tertiary", on_click=_go, args=("",))
        _clearing(words, template)
    st.title(template.title, anchor=False)
    st.markdown(escape_markdown(template.purpose))
    with st.expander(f"{words.use} · {words.avoid}", icon=":material/help:"):
        for label, lines in ((words.use, template.use), (words.avoid, template.avoid)):
            st.markdown("\n".join([f"**{label}**\n", *(f"- {escape_markdown(line)}" for line in lines)]))
    form, preview = st.columns(2, gap="large")
    with form:
        _form(words, filled)
    with preview, st.container(key="template-preview"):
        _preview(words, filled)
    st.caption(" ".join((words.stays, TEMPLATE_MARK)))


def _form(words: TemplatesWords, filled: Filled) -> None:
    entries = _entries(filled.template)
    for group, fields in groupby(filled.asked, key=lambda field: field.group):
        with st.container(border=True):
            st.markdown(f"**{escape_markdown(group)}**")
            for field in fields:
                show_field(words, filled.template.name, field, entries)
                for number, problem in enumerate(filled.problems):
                    if problem.fields[:1] == (field.key,):
                        _show_problem(words, problem, number)


def _show_problem(words: TemplatesWords, problem: Problem, number: int) -> None:
    if problem.refused:
        st.error(escape_markdown(problem.says), icon=":material/block:")
    else:
        st.warning(f"**{words.advised}** {escape_markdown(problem.says)}", icon=":material/priority_high:")
    show_grounds(problem.basis, f"source-problem-{number}")


def _preview(words: TemplatesWords, filled: Filled) -> None:
    st.markdown(f"**{words.preview}**")
    if refused := sum(problem.refused for problem in filled.problems):
        st.error(words.not_written.format(count=refused), icon=":material/block:")
    if filled.missing:
        st.caption(escape_markdown(words.missing.format(count=len(filled.missing)) + "、".join(filled.missing)))
    elif not refused:
        st.success(words.complete, icon=":material/check_circle:")
    _take_away(words, filled)
    with st.container(border=True):
        st.markdown(f"**{escape_markdown(filled.template.title)}**", text_alignment="center")
        clauses = iter(enumerate(filled.clauses))
        for block in body(filled):
            if isinstance(block, Heading):
                _show_heading(words, block, *next(clauses))
            else:
                st.markdown(block_markdown(block))
    if filled.template.gaps:
        st.caption("\n".join([f"{words.gaps}\n", *(f"- {escape_markdown(gap)}" for gap in filled.template.gaps)]))


def _show_heading(words: TemplatesWords, heading: Heading, number: int, clause: FilledClause) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{escape_markdown(heading.text)}**", width="content")
        if clause.basis or clause.notes:
            with st.popover(words.why, icon=":material/help:", type="tertiary", key=f"why-{number}"):
                st.markdown("\n".join(f"- {escape_markdown(note)}" for note in clause.notes))
                st.caption(words.basis)
                show_grounds(clause.basis, f"source-clause-{number}")


def _take_away(words: TemplatesWords, filled: Filled) -> None:
    """Files are written when clicked, of what is on the page."""
    with_annex = st.toggle(words.with_annex, value=True, key="template-annex")
    with st.container(horizontal=True):
        for kind in template_formats(with_annex):
            st.download_button(words.formats[kind.suffix], partial(kind.write, filled), file_name=f"{filled.template.title}{kind.suffix}",
                               mime=kind.media_type, key=f"save-template{kind.suffix}", icon=":material/download:", on_click="ignore")


def _clearing(words: TemplatesWords, template: Template) -> None:
    with st.popover(words.clear, icon=":material/delete:", type="tertiary"):
        st.caption(words.clear_note)
        st.button(words.really_clear, key="clear-template", on_click=_clear, args=(template,))


def _clear(template: Template) -> None:
    kept: dict[str, Any] = st.session_state.get(_ENTRIES, {})
    kept.pop(template.name, None)
    for key in [key for key in st.session_state if str(key).startswith(f"entry-{template.name}-")]:
        del st.session_state[key]
