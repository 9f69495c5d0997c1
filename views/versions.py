"""The versions of a document along the years: a picture, and the same as a table. Registered days only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from kb.currency import later_version
from kb.holdings import editions, standing_on
from kb.render import escape_markdown
from kb.statute import short_title
from kb.types import Status, Tier, Version
from views.address import link
from views.browse_wording import WORDS, BrowseWording
from views.drawing import ink
from views.session import spoken

if TYPE_CHECKING:
    import altair as alt

    from kb.assemble import Library
    from kb.currency import Dated

__all__ = ["Era", "eras", "show_history"]

_YEAR = timedelta(days=365)
_ROW, _AROUND = 42, 80     # height of a bar with its room, and of the legend and the years, in pixels
_COLOURS = {"past": "#8a8f98", "in_force": "#2e8b57", "future": "#d98a00"}


@dataclass(frozen=True, slots=True)
class Era:
    """One version with its days as far as they are known. `ends` is the eve of the next version where no last day is
    registered but a next one is; `held` is its text in the library."""

    title: str
    label: str
    first: date | None
    last: date | None
    ends: date | None
    status: Status
    held: Version | None


def eras(opened: "Library", version: Version, day: date) -> tuple[Era, ...]:
    """Every version of the document that the register or the library knows, the newest first."""
    texts = {(e.best.label, short_title(e.best.title)): e.best for e in editions(opened.assistant.standing.versions())
             if e.best.document == version.document and e.best.tier is not Tier.GUIDE}
    known: dict[tuple[str, str], Dated] = {
        (entry.label, short_title(entry.title)): entry for entry in opened.assistant.registry.versions(version.document)}
    for key, text in texts.items():
        known.setdefault(key, text)
    every = list(known.values())
    found = [_era(entry, every, texts.get(key), day) for key, entry in known.items()]
    return tuple(sorted(found, key=lambda era: (era.first or date.min, era.label), reverse=True))


def _era(entry: "Dated", every: "Sequence[Dated]", held: Version | None, day: date) -> Era:
    later = later_version(entry, every)
    begun = later.in_force_from if later else None
    ends = entry.in_force_to or (begun - timedelta(days=1) if begun else None)
    status = standing_on(entry, day, overtaken=begun is not None and begun <= day)
    return Era(entry.title, entry.label, entry.in_force_from, entry.in_force_to, ends, status, held)


def show_history(opened: "Library", version: Version, day: date) -> None:
    """The picture, the table and the way to each text."""
    words, found = spoken(WORDS), eras(opened, version, day)
    if not found:
        st.info(words.history_none)
        return
    if any(era.first for era in found):
        st.altair_chart(_picture(found, day, words), width="stretch")
    st.markdown(_table(found, words))
    st.caption(words.history_note)
    with st.container(horizontal=True, gap="small"):
        for era in found:
            if era.held and era.held.label != version.label:
                link(words.open_other.format(name=escape_markdown(f"{era.label}")), era.held, icon=":material/arrow_forward:")


def _table(found: Sequence[Era], words: BrowseWording) -> str:
    rows = [f"| {words.version} | {words.first_day} | {words.last_day} | {words.status} | {words.text_held} |",
            "|---|---|---|---|---|"]
    several = len({short_title(era.title) for era in found}) > 1
    for era in found:
        name = f"{era.label} {short_title(era.title)}" if several else era.label
        last = era.last.isoformat() if era.last else "—" if era.status in (Status.CURRENT, Status.NOT_YET_IN_FORCE) else words.no_dates
        held = words.tiers[era.held.tier] if era.held else words.not_held
        cells = (name, era.first.isoformat() if era.first else words.no_dates, last, words.statuses[era.status], held)
        rows.append(f"| {' | '.join(escape_markdown(cell).replace(chr(10), ' ') for cell in cells)} |")
    return "\n".join(rows)


def _picture(found: Sequence[Era], day: date, words: BrowseWording) -> "alt.LayerChart":
    """A bar for each version from its first day to its last; without one as far as the picture goes."""
    import altair as alt

    firsts = [era.first for era in found if era.first]
    edge = max([day, *firsts, *(era.ends for era in found if era.ends)]) + _YEAR
    names = {"past": words.past, "in_force": words.in_force, "future": words.future}
    rows = [{"version": era.label, "from": era.first.isoformat(), "to": (era.ends or edge).isoformat(),
             "state": names[_state(era)], "status": words.statuses[era.status],
             "first": era.first.isoformat(), "last": era.last.isoformat() if era.last else "—"}
            for era in found if era.first]
    scale = alt.Scale(domain=list(names.values()), range=[_COLOURS[key] for key in names])
    order = [row["version"] for row in rows]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("version:N", sort=order, title=None, axis=alt.Axis(labelLimit=150)))
    bars = base.mark_bar(height=20, cornerRadius=4, strokeWidth=2).encode(
        x=alt.X("from:T", title=None, axis=alt.Axis(format="%Y", tickMinStep=31_536_000_000)), x2="to:T",
        color=alt.Color("state:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
        stroke=alt.Stroke("state:N", scale=scale, legend=None),
        fillOpacity=alt.condition(alt.datum.state == words.future, alt.value(0.15), alt.value(0.85)),
        strokeDash=alt.condition(alt.datum.state == words.future, alt.value([5, 3]), alt.value([1, 0])),
        tooltip=[alt.Tooltip("version:N", title=words.version), alt.Tooltip("first:N", title=words.first_day),
                 alt.Tooltip("last:N", title=words.last_day), alt.Tooltip("status:N", title=words.status)])
    now = alt.Data(values=[{"day": day.isoformat(), "name": words.today.format(day=day.isoformat())}])
    rule = alt.Chart(now).mark_rule(strokeWidth=2, strokeDash=[4, 3], color=ink().now).encode(x="day:T")
    said = alt.Chart(now).mark_text(align="right", baseline="bottom", dx=4, y=-3, color=ink().now, fontSize=12).encode(x="day:T", text="name:N")
    return (bars + rule + said).properties(height=_ROW * len(rows) + _AROUND)


def _state(era: Era) -> str:
    if era.status is Status.NOT_YET_IN_FORCE:
        return "future"
    return "past" if era.status in (Status.AMENDED, Status.REPEALED) else "in_force"
