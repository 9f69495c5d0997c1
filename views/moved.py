"""The map of moved articles: every article of both versions, a line from what it was to what it is; and the same as a table."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from kb.amendment import Amendment
from kb.comparison import Article, Change, Pair
from kb.render import escape_markdown
from views.browse_wording import WORDS
from views.drawing import ink
from views.session import spoken

if TYPE_CHECKING:
    import altair as alt

__all__ = ["badge", "places", "show_map"]

_COLOUR = {Change.NEW: "green", Change.GONE: "red", Change.MOVED: "blue", Change.MOVED_AND_REWORDED: "violet",
           Change.REWORDED: "orange", Change.SPLIT: "violet", Change.MERGED: "violet", Change.UNCHANGED: "gray"}
_DRAWN = {Change.NEW: "#2e8b57", Change.GONE: "#c0392b", Change.MOVED: "#2f7fd0", Change.MOVED_AND_REWORDED: "#8a5cd0",
          Change.REWORDED: "#c77700", Change.SPLIT: "#b0408f", Change.MERGED: "#0f8a8a", Change.UNCHANGED: "#9aa0a8"}
_DASHED = (Change.SPLIT, Change.MERGED)
_ROW, _AROUND = 16, 90     # height of an article, and of the legend, in pixels


def show_map(found: Amendment) -> None:
    """Folded: the picture for the eye, the table for everybody."""
    words = spoken(WORDS)
    changed = sum(pair.change not in (Change.UNCHANGED, Change.REWORDED) for pair in found.pairs)
    with st.expander(words.map.format(count=changed), icon=":material/alt_route:"):
        st.altair_chart(_picture(found), width="stretch")
        rows = [f"| {escape_markdown(found.old.label)} | → | {escape_markdown(found.new.label)} | |", "|---|---|---|---|"]
        rows += [f"| {places(pair.old)} | → | {places(pair.new)} | {badge(pair.change)} |" for pair in found.pairs]
        st.markdown("\n".join(rows))


def badge(change: Change) -> str:
    """The word for a change, coloured."""
    return f":{_COLOUR[change]}-badge[{spoken(WORDS).changes[change]}]"


def places(articles: Sequence[Article]) -> str:
    """第九条、第十条, escaped; a dash for none."""
    return escape_markdown("、".join(article.locator for article in articles)) or "—"


def _picture(found: Amendment) -> "alt.LayerChart":
    import altair as alt

    words = spoken(WORDS)
    old = _rows((pair.old, pair.change) for pair in found.pairs)
    new = _rows((pair.new, pair.change) for pair in found.pairs)
    height = _ROW * max(len(old), len(new)) + _AROUND
    lines = list(_lines(found.pairs, old, new))
    present = [change for change in Change if change in {pair.change for pair in found.pairs}]
    scale = alt.Scale(domain=[words.changes[change] for change in present], range=[_DRAWN[change] for change in present])
    colour = alt.Color("change:N", scale=scale,
                       legend=alt.Legend(orient="top", title=None, columns=4))
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.4, 1.4]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[1, -0.02]))
    tooltip = [alt.Tooltip("old:N", title=found.old.label), alt.Tooltip("new:N", title=found.new.label),
               alt.Tooltip("change:N", title=words.which)]
    drawn = alt.Chart(alt.Data(values=lines)).mark_rule(strokeWidth=2).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour, tooltip=tooltip,
        strokeDash=alt.condition(alt.datum.dashed, alt.value([4, 3]), alt.value([1, 0])))
    ends = [{"x": side, "y": at, "name": name, "change": words.changes[change]}
            for side, rows in ((0.0, old), (1.0, new)) for name, (at, change) in rows.items()]
    points = alt.Chart(alt.Data(values=ends)).mark_circle(size=36, opacity=1).encode(x=x, y=y, color=colour)
    left = _names(alt.Data(values=[end for end in ends if end["x"] == 0.0]), "right", -8, x, y)
    right = _names(alt.Data(values=[end for end in ends if end["x"] == 1.0]), "left", 8, x, y)
    return (drawn + points + left + right).properties(height=height)


def _names(data: "alt.Data", align: str, dx: int, x: "alt.X", y: "alt.Y") -> "alt.Chart":
    import altair as alt

    return alt.Chart(data).mark_text(align=align, dx=dx, fontSize=11, color=ink().text).encode(x=x, y=y, text="name:N")


Rows = dict[str, tuple[float, Change]]


def _rows(sides: "Iterable[tuple[tuple[Article, ...], Change]]") -> Rows:
    """Where each article stands between 0 and 1, in the order of its own version, and what became of it."""
    found = {article: change for articles, change in sides for article in articles}
    in_order = sorted(found, key=lambda article: (article.number, article.sub))
    return {article.locator: (n / max(len(in_order), 1), found[article]) for n, article in enumerate(in_order)}


def _lines(pairs: Sequence[Pair], old: Rows, new: Rows) -> Iterator[dict[str, object]]:
    words = spoken(WORDS)
    for pair in pairs:
        for before in pair.old:
            for after in pair.new:
                yield {"x": 0, "x2": 1, "y": old[before.locator][0], "y2": new[after.locator][0], "old": before.locator,
                       "new": after.locator, "change": words.changes[pair.change], "dashed": pair.change in _DASHED}
