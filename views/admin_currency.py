"""Which texts of the register have to be looked at: what changes soon, what is not held, when it was last checked."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from kb.render import escape_markdown
from kb.types import Status, Tier
from views.admin_care_wording import CURRENCY
from views.admin_session import desk, head
from views.admin_wording import TERMS
from views.session import spoken

if TYPE_CHECKING:
    from kb.administration import Desk, Wanted
    from kb.registry import RegisteredVersion

__all__ = ["page"]

_AHEAD = timedelta(days=366)
_AT_FIRST = 8                # of the texts that are not held


def page() -> None:
    """Draw the page."""
    words = spoken(CURRENCY)
    head(words.title, words.intro)
    opened = desk()
    day, registry = opened.tools.clock.today(), opened.tools.registry
    if checked := registry.last_checked():
        st.info(words.checked.format(day=checked[0].isoformat(), by=escape_markdown(checked[1])), icon=":material/event_available:")
    held = {(v.title, v.label) for v in opened.catalogue.versions() if v.tier is Tier.OFFICIAL}
    _show_changes(registry.changing(day + timedelta(days=1), day + _AHEAD), held)
    _show_lacking(opened.lacking())
    _show_register(opened, held, day)


def _show_changes(changes: "tuple[tuple[date, RegisteredVersion], ...]", held: set[tuple[str, str]]) -> None:
    words = spoken(CURRENCY)
    st.header(words.soon.format(count=len(changes)), anchor=False)
    if not changes:
        st.caption(words.nothing_soon)
    for changes_on, entry in changes:
        begins = changes_on == entry.in_force_from
        with st.container(border=True, gap="small"):
            st.markdown(f"**{escape_markdown(f'《{entry.title}》（{entry.label}）')}**")
            with st.container(horizontal=True, gap="small"):
                st.badge((words.begins if begins else words.ends).format(day=changes_on.isoformat()), color="blue" if begins else "orange")
                _badge_held((entry.title, entry.label) in held)
            if entry.note:
                st.caption(escape_markdown(entry.note))


def _badge_held(held: bool) -> None:
    words = spoken(CURRENCY)
    st.badge(words.held if held else words.not_held, color="green" if held else "gray")


def _show_lacking(lacking: "tuple[Wanted, ...]") -> None:
    words = spoken(CURRENCY)
    st.header(words.lacking.format(count=len(lacking)), anchor=False)
    st.caption(words.how if lacking else words.nothing_lacking)
    for each in lacking[:_AT_FIRST]:
        _show_wanted(each)
    if rest := lacking[_AT_FIRST:]:
        with st.expander(words.more.format(count=len(rest))):
            for each in rest:
                _show_wanted(each)


def _show_wanted(each: "Wanted") -> None:
    words, terms, entry = spoken(CURRENCY), spoken(TERMS), each.entry
    facts = [terms.kinds[entry.kind], entry.number, terms.statuses[entry.status],
             f"{terms.fields['in_force_from']} {entry.in_force_from.isoformat()}" if entry.in_force_from else "",
             words.own_copy if each.own_copy else "", words.older.format(labels="、".join(each.older)) if each.older else "",
             words.search_at.format(site=each.site) if each.site and not each.page else ""]
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"{escape_markdown(each.name)}  \n:gray[:small[{escape_markdown(' · '.join(fact for fact in facts if fact))}]]", width="stretch")
        if each.page:                    # recorded in the register, which ships with the program
            st.link_button(words.official_page, each.page, icon=":material/open_in_new:")


def _show_register(opened: "Desk", held: set[tuple[str, str]], day: date) -> None:
    words, terms, entries = spoken(CURRENCY), spoken(TERMS), opened.tools.registry.entries
    with st.expander(words.every.format(count=len(entries))):
        rows = [(entry.title, entry.label, terms.statuses[_status_on(entry, day)], entry.in_force_from, entry.in_force_to, entry.currency_checked,
                 (entry.title, entry.label) in held) for entry in entries]
        st.dataframe([dict(zip(words.columns, row, strict=True)) for row in rows], hide_index=True)


def _status_on(entry: "RegisteredVersion", day: date) -> Status:
    """As recorded, corrected where its dates have since passed."""
    if entry.status is Status.NOT_YET_IN_FORCE and entry.in_force_on(day):
        return Status.CURRENT
    if entry.status is Status.CURRENT and entry.in_force_to and entry.in_force_to < day:
        return Status.AMENDED
    return entry.status
