"""One version of a document: its facts, its contents, and what may be changed of it."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.correction import Correction
from kb.errors import KbError
from kb.render import escape_markdown, status_of
from kb.types import Status, Tier, Version
from views.admin_session import tell
from views.admin_wording import ADMIN, LIBRARY, TERMS
from views.session import explain, spoken

if TYPE_CHECKING:
    from kb.administration import Desk

__all__ = ["show_version"]

_DOING = "library_doing"         # session key: what is being done, to which version
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_COLOUR = {Status.CURRENT: "green", Status.AMENDED: "gray", Status.REPEALED: "red", Status.NOT_YET_IN_FORCE: "blue", Status.UNKNOWN: "orange"}
_TIER_COLOUR = {Tier.OFFICIAL: "green", Tier.DIGEST: "blue", Tier.GUIDE: "blue", Tier.USER: "orange"}


def show_version(opened: "Desk", version: Version, passages: int) -> None:
    """The version in a frame of its own, with its buttons."""
    words, terms, day = spoken(LIBRARY), spoken(TERMS), opened.tools.clock.today()
    status = status_of(version, day)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{escape_markdown(_name(version))}**")
        with st.container(horizontal=True, gap="small"):
            st.badge(terms.statuses[status], color=_COLOUR[status])
            st.badge(terms.tiers[version.tier], color=_TIER_COLOUR[version.tier])
            if version.edited:
                st.badge(words.edited, color="violet", icon=":material/edit:")
        st.caption("  \n".join(_facts(opened, version, passages)))
        with st.expander(words.contents, key=f"contents-{version.id}", on_change="rerun") as contents:
            if contents.open:
                places = dict.fromkeys(" › ".join((*p.heading_path, p.locator)) for p in opened.catalogue.passages_of(version.id))
                st.code("\n".join(places), language=None, wrap_lines=True)
        if version.bundled:
            st.caption(words.read_only)
            return
        doing: tuple[str, str] = st.session_state.get(_DOING, ("", ""))
        if doing == ("edit", version.id):
            _edit(opened, version)
            return
        if doing == ("remove", version.id):
            _remove(opened, version, passages)
            return
        with st.container(horizontal=True):
            st.button(words.edit, key=f"edit-{version.id}", icon=":material/edit:", on_click=_begin, args=("edit", version.id))
            st.button(words.remove, key=f"remove-{version.id}", icon=":material/delete:", on_click=_begin, args=("remove", version.id))
            if original := opened.catalogue.original(version.sha256):
                st.download_button(words.original, original.read_bytes, file_name=version.file_name.rpartition("/")[2] or "original",
                                   mime="application/octet-stream", key=f"original-{version.id}", icon=":material/download:", on_click="ignore")


def _begin(what: str = "", version_id: str = "") -> None:
    """One thing at a time; without a name, nothing any more."""
    st.session_state[_DOING] = (what, version_id)


def _cancel(key: str) -> None:
    st.button(spoken(ADMIN).cancel, key=key, on_click=_begin)


def _name(version: Version) -> str:
    return f"《{version.title}》" + (f"（{version.label}）" if version.label else "")


def _facts(opened: "Desk", version: Version, passages: int) -> list[str]:
    words, terms = spoken(LIBRARY), spoken(TERMS)
    dates = [f"{terms.fields[name]} {day.isoformat()}" for name in ("issued", "in_force_from", "in_force_to") if (day := getattr(version, name))]
    files = dict.fromkeys(record.name for record in opened.files_of(version.id)) if not version.bundled else {}
    said = [f"{terms.fields[name]} {_shown(name, written)}" for name, written in version.edited]
    lines = [" · ".join(filter(None, (terms.kinds[version.kind], version.number, version.issuer, *dates))),
             " · ".join((words.size.format(passages=passages), *(words.file.format(name=name) for name in files)))]
    lines += [words.file_said.format(said="；".join(said))] if said else []
    return [escape_markdown(line) for line in lines if line]


def _shown(field: str, written: str) -> str:
    terms = spoken(TERMS)
    return terms.statuses[Status(written)] if field == "status" else written or terms.nothing


def _edit(opened: "Desk", version: Version) -> None:
    words, terms = spoken(LIBRARY), spoken(TERMS)
    st.subheader(words.edit_title, anchor=False)
    st.caption(words.edit_help)
    with st.form("edit", border=False):
        names = {name: st.text_input(terms.fields[name], getattr(version, name), key=f"field-{name}",
                                     help=words.document_help if name == "document" else None)
                 for name in ("title", "label", "document")}
        state, *days = st.columns(4)
        status = state.selectbox(terms.fields["status"], list(Status), index=list(Status).index(version.status), key="field-status",
                                 format_func=lambda each: terms.statuses[each])
        dates = {name: column.date_input(terms.fields[name], getattr(version, name), key=f"field-{name}", format="YYYY-MM-DD",
                                         min_value=_FIRST_DAY, max_value=_LAST_DAY)
                 for name, column in zip(("issued", "in_force_from", "in_force_to"), days, strict=True)}
        with st.container(horizontal=True):
            save = st.form_submit_button(words.save, type="primary", key="save")
            undo = bool(version.edited) and st.form_submit_button(words.undo, key="undo", icon=":material/undo:")
    _cancel("cancel-edit")
    if save or undo:
        wanted = Correction.as_file_says(version) if undo else Correction(**names, **dates, status=status or version.status)
        _save(opened, version, wanted)


def _save(opened: "Desk", version: Version, wanted: Correction) -> None:
    """An error stays beside what was typed."""
    words = spoken(LIBRARY)
    if wanted == Correction.none_of(version):
        st.info(words.unchanged)
        return
    try:
        with st.spinner(words.saving):
            edited = opened.edit(version.id, wanted)
    except KbError as error:
        st.error(escape_markdown(explain(error)))
        return
    st.session_state["library_open"] = edited.document      # where it is now found
    tell(words.saved)
    _begin()
    st.rerun()


def _remove(opened: "Desk", version: Version, passages: int) -> None:
    words = spoken(LIBRARY)
    st.subheader(words.remove_title, anchor=False)
    st.markdown(words.remove_what.format(name=f"**{escape_markdown(_name(version))}**", passages=passages))
    st.markdown("\n".join(f"- {escape_markdown(line)}" for line in (
        words.remove_gone.format(file=version.file_name or "—"), words.remove_again)))
    sure = st.checkbox(words.confirm, key="confirm")
    with st.container(horizontal=True):
        really = st.button(words.remove, key="really-remove", type="primary", icon=":material/delete_forever:", disabled=not sure)
        _cancel("cancel-remove")
    if really:
        try:
            with st.spinner(words.removing):
                change = opened.remove([version.id])
        except KbError as error:
            st.error(escape_markdown(explain(error)))
            return
        tell(escape_markdown(words.removed.format(name=_name(version), passages=len(change.removed))))
        _begin()
        st.rerun()
