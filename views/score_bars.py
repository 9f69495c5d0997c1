"""A score by topic as bars: green for what was right of what was answered, with the figures beside it."""

from collections.abc import Sequence

import streamlit as st

__all__ = ["show_bars"]

_JS = """export default ({data, parentElement}) => {
  const made = (name, text) => {
    const each = document.createElement("div");
    each.className = name;
    if (text) each.textContent = text;
    return each;
  };
  const rows = data.rows.map(([topic, right, answered]) => {
    const row = made("row"), track = made("track"), part = made("part");
    part.style.width = `${100 * right / answered}%`;
    track.append(part);
    row.append(made("topic", topic), track, made("figure", `${right} / ${answered}`));
    return row;
  });
  const bars = parentElement.querySelector(".bars");
  bars.setAttribute("aria-label", data.title + "。" + data.rows.map(([t, r, a]) => `${t} ${r} / ${a}`).join("；"));
  bars.replaceChildren(...rows);
}"""
_CSS = """.bars { display: grid; gap: .55rem; font: inherit; color: var(--st-text-color); }
.row { display: grid; grid-template-columns: minmax(7em, 13em) 1fr 4em; gap: .8rem; align-items: center; }
.track { height: .9rem; border-radius: .45rem; background: color-mix(in srgb, var(--st-red-color) 35%, var(--st-background-color)); overflow: hidden; }
.part { height: 100%; background: var(--st-green-color); }
.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 30rem) { .row { grid-template-columns: 1fr 3.5em; } .topic { grid-column: 1 / -1; margin-bottom: -.4rem; } }"""


def show_bars(title: str, rows: Sequence[tuple[str, int, int]]) -> None:
    """`rows` are topic, right and answered; a topic of which nothing was answered has no row."""
    st.caption(title)
    st.components.v2.component("score_bars", html='<div class="bars" role="img"></div>', css=_CSS, js=_JS)(
        key="score-bars", data={"title": title, "rows": [list(row) for row in rows]})
