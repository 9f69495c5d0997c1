"""The library by kind, status and day: filters that combine, and the documents that meet them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.holdings import Edition, editions
from kb.render import escape_markdown
from kb.text import fold
from kb.types import Kind, Status, Tier, Version
from views.address import link
from views.browse_wording import WORDS
from views.session import spoken

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["STATUS_COLOUR", "Filters", "chosen", "edition_name", "facts", "lets_through", "show_filters", "show_shelves"]

STATUS_COLOUR: Mapping[Status, str] = {
    Status.CURRENT: "green", Status.AMENDED: "gray", Status.REPEALED: "gray", Status.NOT_YET_IN_FORCE: "orange",
    Status.UNKNOWN: "violet"}
_AT_ONCE = 20              # documents; more on request, so that thousands cost no more than these
_FIRST_DAY, _LAST_DAY = date(1979, 1, 1), date(2099, 12, 31)
_NATIONAL = "-"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see; empty means everything. `day` None is today."""

    kinds: tuple[Kind, ...] = ()
    statuses: tuple[Status, ...] = ()
    tiers: tuple[Tier, ...] = ()
    place: str = ""                    # a place, or _NATIONAL
    day: date | None = None
    in_force_only: bool = False
    title: str = ""
    order: str = "kind"
    shown: int = _AT_ONCE

    def folded_away(self) -> int:
        """How many of the filters are set that the page does not show at once."""
        return sum(map(bool, (self.tiers, self.place, self.day, self.in_force_only, self.title)))


def chosen() -> Filters:
    """This session's filters: the widgets' own state would end with the list that they stand above."""
    kept: Filters = st.session_state.setdefault("shelf_filters", Filters())
    return kept


def lets_through(filters: Filters, version: Version, status: Status) -> bool:
    """Whether one text meets them; `status` is how it stands on the day."""
    return ((not filters.kinds or version.kind in filters.kinds)
            and (not filters.statuses or (status in filters.statuses and version.kind is not Kind.GUIDE))
            and (not filters.tiers or version.tier in filters.tiers)
            and (not filters.place or version.place == ("" if filters.place == _NATIONAL else filters.place))
            and (not filters.in_force_only or status in (Status.CURRENT, Status.UNKNOWN))
            and (not filters.title or fold(filters.title) in fold(version.title)))


def edition_name(version: Version) -> str:
    """中华人民共和国反不正当竞争法（2025修订）; the month of a guide is no version of it."""
    return f"{version.title}（{version.label}）" if version.label and version.tier is not Tier.GUIDE else version.title


def facts(version: Version) -> list[str]:
    """Number, issuer, place and days of a version, those that are known."""
    words = spoken(WORDS)
    if version.kind is Kind.GUIDE:
        return [f"{words.version} {version.label}"] if version.label else []
    known = [words.number.format(number=version.number) if version.number else "", version.issuer, version.place,
             words.issued.format(day=version.issued.isoformat()) if version.issued else "",
             words.since.format(day=version.in_force_from.isoformat()) if version.in_force_from else words.unknown_day,
             words.until.format(day=version.in_force_to.isoformat()) if version.in_force_to else ""]
    return [fact for fact in known if fact]


# --- the filters

def show_filters(versions: Sequence[Version]) -> None:
    """Kind and status at once, the others folded away."""
    words, filters = spoken(WORDS), chosen()
    kinds = sorted({v.kind for v in versions}, key=lambda kind: (-kind.authority, kind))
    _seed(kinds=list(filters.kinds), statuses=list(filters.statuses))
    st.pills(words.kind, kinds, selection_mode="multi", key="filter_kinds", format_func=words.kinds.__getitem__, on_change=_take)
    st.pills(words.status, list(Status), selection_mode="multi", key="filter_statuses", format_func=words.statuses.__getitem__,
             on_change=_take)
    away = filters.folded_away()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover(words.more_filters_on.format(count=away) if away else words.more_filters, icon=":material/tune:"):
            _folded_filters(versions, filters)
        if filters != Filters(shown=filters.shown):
            st.button(words.reset, icon=":material/filter_alt_off:", type="tertiary", on_click=_reset)


def _folded_filters(versions: Sequence[Version], filters: Filters) -> None:
    words = spoken(WORDS)
    tiers = [tier for tier in Tier if tier in {v.tier for v in versions}]
    places = ["", _NATIONAL, *sorted({v.place for v in versions if v.place})]
    names = {"": words.anywhere, _NATIONAL: words.national}
    _seed(tiers=list(filters.tiers), place=filters.place if filters.place in places else "", day=filters.day,
          in_force_only=filters.in_force_only, title=filters.title, order=filters.order)
    st.text_input(words.title_words, key="filter_title", on_change=_take, autocomplete="off", max_chars=60)
    st.pills(words.text, tiers, selection_mode="multi", key="filter_tiers", format_func=words.tiers.__getitem__, on_change=_take)
    st.selectbox(words.place, places, key="filter_place", format_func=lambda place: names.get(place, place), on_change=_take)
    st.date_input(words.day, key="filter_day", value=None, min_value=_FIRST_DAY, max_value=_LAST_DAY, format="YYYY-MM-DD",
                  help=words.day_help, on_change=_take)
    st.checkbox(words.in_force_only, key="filter_in_force_only", on_change=_take)
    st.selectbox(words.order, list(words.orders), key="filter_order", format_func=words.orders.__getitem__, on_change=_take)


def _seed(**values: object) -> None:
    for name, value in values.items():
        st.session_state[f"filter_{name}"] = value


def _take() -> None:
    """What the widgets say now, with the list back at its beginning."""
    state = st.session_state
    st.session_state["shelf_filters"] = Filters(
        tuple(state["filter_kinds"] or ()), tuple(state["filter_statuses"] or ()), tuple(state["filter_tiers"] or ()),
        state["filter_place"] or "", state["filter_day"], bool(state["filter_in_force_only"]),
        (state["filter_title"] or "").strip(), state["filter_order"] or "kind")


def _reset() -> None:
    st.session_state["shelf_filters"] = Filters()


# --- the documents

def show_shelves(opened: "Library", versions: Sequence[Version], day: date) -> None:
    """The documents that meet the filters, each with the editions that do."""
    words, filters = spoken(WORDS), chosen()
    overtaken = opened.assistant.standing.overtaken(day)
    found = _sorted(_documents(versions, filters, day, overtaken), filters.order)
    if not versions:
        st.info(words.empty_library, icon=":material/inventory_2:")
        return
    if not found:
        st.info(words.nothing, icon=":material/search_off:")
        st.button(words.reset, key="reset-empty", on_click=_reset)
        return
    st.caption(words.shown.format(count=min(filters.shown, len(found)), total=len(found)))
    kind = None
    for document in found[:filters.shown]:
        first = document[0].best
        if filters.order == "kind" and first.kind is not kind:
            kind = first.kind
            st.subheader(words.kinds[kind], anchor=False)
        _show(document, day, overtaken)
    if len(found) > filters.shown:
        st.button(words.more, key="more-documents", icon=":material/expand_more:", on_click=_more)


def _more() -> None:
    st.session_state["shelf_filters"] = replace(chosen(), shown=chosen().shown + _AT_ONCE)


def _documents(versions: Iterable[Version], filters: Filters, day: date,
               overtaken: Collection[str]) -> list[list[Edition]]:
    """The editions that meet the filters by document, the one in force first."""
    groups: dict[str, list[Edition]] = {}
    for edition in editions(versions):
        status = edition.standing(day, overtaken)
        if any(lets_through(filters, text, status) for text in edition.texts):
            groups.setdefault(edition.best.document, []).append(edition)
    order = [Status.CURRENT, Status.UNKNOWN, Status.NOT_YET_IN_FORCE, Status.AMENDED, Status.REPEALED]
    return [sorted(group, key=lambda e: (order.index(e.standing(day, overtaken)), -_begins(e).toordinal()))
            for group in groups.values()]


def _sorted(documents: list[list[Edition]], order: str) -> list[list[Edition]]:
    if order == "kind":
        return sorted(documents, key=lambda d: (-d[0].best.kind.authority, d[0].best.kind, d[0].best.audience, d[0].best.document))
    dated = [d for d in documents if _begins(d[0]) != date.min]
    undated = [d for d in documents if _begins(d[0]) == date.min]
    return sorted(dated, key=lambda d: _begins(d[0]), reverse=order == "newest") + undated


def _begins(edition: Edition) -> date:
    return edition.best.in_force_from or edition.best.issued or date.min


def _show(document: Sequence[Edition], day: date, overtaken: Collection[str]) -> None:
    with st.container(border=True, gap="small"):
        for edition in document:
            _show_edition(edition, edition.standing(day, overtaken), first=edition is document[0])


def _show_edition(edition: Edition, status: Status, first: bool) -> None:
    words, best = spoken(WORDS), edition.best
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        name = escape_markdown(edition_name(best)).replace("\n", " ")
        link(f"**{name}**" if first else name, best)
        if best.kind is not Kind.GUIDE:
            st.badge(words.statuses[status], color=STATUS_COLOUR[status])      # type: ignore[arg-type]
        for tier in edition.tiers:
            if tier is not Tier.GUIDE:
                st.badge(words.tiers[tier], color="blue" if tier is Tier.OFFICIAL else "orange")
    if first and (known := facts(best)):
        st.caption(escape_markdown(" · ".join(known)).replace("\n", " "))
