"""Two versions of a law beside one another: which article became which, and what changed in its words."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from kb.amendment import Amendment, held
from kb.comparison import Change, Pair
from kb.render import escape_markdown
from kb.statute import short_title
from kb.types import StatuteRef, Tier, Version
from views.address import PLACE, go, link
from views.browse_wording import WORDS
from views.difference import show_marked, show_side_by_side
from views.held import amendment_of
from views.moved import badge, places, show_map
from views.session import spoken

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["show_amendment"]

_AT_ONCE = 12              # articles with their differences; more on request
_SINGLE = (Change.UNCHANGED, Change.REWORDED, Change.MOVED, Change.MOVED_AND_REWORDED)


def show_amendment(opened: "Library", version: Version) -> None:
    """The comparison of two versions that the library holds; without two, what the register knows of moved articles."""
    words = spoken(WORDS)
    texts = held(opened.assistant.store, version.document)
    if len(texts) < 2:
        st.info(words.digests_only if version.tier is Tier.DIGEST else words.compare_none, icon=":material/info:")
        _registered(opened, version)
        _guides(opened, version)
        return
    old, new = _chosen(texts, version)
    if old == new:
        st.info(words.compare_none, icon=":material/info:")
        return
    found = amendment_of(opened, version.document, old, new)
    counted = Counter(pair.change for pair in found.pairs)
    pairs = _of(found, version, st.query_params.get(PLACE, ""))
    show_map(found)
    if pairs:
        st.button(words.all_articles, icon=":material/list:", type="tertiary", on_click=_all_articles)
    else:
        pairs = _filtered(found, counted)
    _differences(found, pairs, beside=_layout())
    _guides(opened, version)


def _chosen(texts: Sequence[Version], version: Version) -> tuple[str, str]:
    """The labels to compare: the version of the page and the one before it, unless the reader says otherwise."""
    words = spoken(WORDS)
    labels = [text.label for text in texts]
    here = labels.index(version.label) if version.label in labels else len(labels) - 1
    older = max(here - 1, 0)
    st.session_state.setdefault(f"older {version.id}", labels[older])
    st.session_state.setdefault(f"newer {version.id}", labels[max(here, 1)])
    since = {text.label: text.in_force_from.isoformat() if text.in_force_from else "" for text in texts}
    sides = st.columns(2, gap="medium")
    for side, which, label in zip(sides, ("older", "newer"), (words.older, words.newer), strict=True):
        kept = f"{which} {version.id}"
        st.session_state[which] = st.session_state[kept]
        with side:
            st.selectbox(label, labels, key=which, on_change=_keep, args=(which, kept),
                         format_func=lambda name: f"{name}（{words.since.format(day=since[name])}）")
    return st.session_state[f"older {version.id}"], st.session_state[f"newer {version.id}"]


def _keep(widget: str, kept: str) -> None:
    st.session_state[kept] = st.session_state[widget]


def _all_articles() -> None:
    go(**{PLACE: ""})


def _of(found: Amendment, version: Version, mark: str) -> tuple[Pair, ...]:
    """The pairs of the article that the address names, in the version that it names."""
    if version.label not in (found.old.label, found.new.label):
        return ()
    number, _, sub = mark.partition("-")
    if not number.isdigit() or not (sub or "0").isdigit():
        return ()
    place = (int(number), int(sub or 0))
    newer = version.label == found.new.label
    return tuple(pair for pair in found.pairs if place in [(a.number, a.sub) for a in (pair.new if newer else pair.old)])


def _filtered(found: Amendment, counted: Counter[Change]) -> tuple[Pair, ...]:
    words = spoken(WORDS)
    present = [change for change in Change if counted[change]]
    chosen = st.pills(words.which, present, selection_mode="multi", key=f"which {found.old.id} {found.new.id}",
                      default=[change for change in present if change is not Change.UNCHANGED],
                      format_func=lambda change: words.tally.format(change=words.changes[change], count=counted[change]))
    return tuple(pair for pair in found.pairs if pair.change in chosen)


def _layout() -> bool:
    words = spoken(WORDS)
    names = {False: words.inline, True: words.side_by_side}
    return bool(st.segmented_control(words.layout, list(names), key="beside", default=False, required=True,
                                     format_func=names.__getitem__))


def _differences(found: Amendment, pairs: Sequence[Pair], beside: bool) -> None:
    words = spoken(WORDS)
    st.caption(words.legend if pairs else words.nothing_changed)
    room = st.session_state.get("room", _AT_ONCE)
    for pair in pairs[:room]:
        with st.container(border=True, gap="small"):
            st.markdown(f"**{words.became.format(old=places(pair.old), new=places(pair.new))}** "
                        f"{badge(pair.change)}")
            _words(pair, found, beside)
    if len(pairs) > room:
        st.button(words.more, key="more-pairs", icon=":material/expand_more:", on_click=_more, args=(room,))


def _more(room: int) -> None:
    st.session_state["room"] = room + _AT_ONCE


def _words(pair: Pair, found: Amendment, beside: bool) -> None:
    words = spoken(WORDS)
    if pair.change not in _SINGLE:
        for version, side in ((found.old, pair.old), (found.new, pair.new)):
            for article in side:
                mark = "" if pair.old and pair.new else words.added if pair.new else words.removed
                st.markdown(f"{mark} **{escape_markdown(f'{article.locator}（{version.label}）')}**  \n{escape_markdown(article.text)}")
    elif pair.change in (Change.UNCHANGED, Change.MOVED):
        st.caption(words.same_words)
        st.markdown(escape_markdown(pair.new[0].text))
    elif beside:
        show_side_by_side(pair.old[0].text, pair.new[0].text)
    else:
        show_marked(pair.old[0].text, pair.new[0].text)


def _registered(opened: "Library", version: Version) -> None:
    """The register's own map of moved articles, which needs no text."""
    words = spoken(WORDS)
    for move in opened.assistant.registry.moves:
        if move.document == version.document:
            st.markdown(f"**{escape_markdown(words.registered_moves.format(old=move.old, new=move.new))}**")
            rows = [f"| {escape_markdown(move.old)} | → | {escape_markdown(move.new)} |", "|---|---|---|"]
            rows += [f"| {_article(old)} | → | {_article(new)} |" for old, new in sorted(move.articles.items())]
            with st.expander(words.renumbered.format(count=sum(old != new for old, new in move.articles.items())),
                             icon=":material/alt_route:", expanded=True):
                st.markdown("\n".join(rows))


def _article(number: int) -> str:
    return StatuteRef("", number).locator


def _guides(opened: "Library", version: Version) -> None:
    """Our pages that compare two versions of this document."""
    words, name = spoken(WORDS), short_title(version.title)
    pages = [v for v in opened.assistant.standing.versions() if v.tier is Tier.GUIDE and name in v.title and "对照" in v.title]
    if pages:
        st.caption(words.comparing_pages)
        for page in pages:
            link(escape_markdown(page.title), page, icon=":material/menu_book:")
