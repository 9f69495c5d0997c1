"""One text of the library: how it stands, what it says article by article, its versions and what changed between them."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from kb.amendment import held
from kb.currency import governing, later_version
from kb.holdings import editions, standing_on
from kb.outline import Heading, Place, headings, marks, place_marked, span
from kb.render import escape_markdown, passage_markdown, source_link
from kb.show import notices_beside
from kb.statute import short_title
from kb.types import Kind, Status, StatuteRef, Tier, Version
from views.address import PLACE, VIEW, go, leave, link
from views.amended import show_amendment
from views.browse_wording import WORDS
from views.contents import pick, show_contents
from views.held import places_of
from views.session import spoken
from views.shelves import STATUS_COLOUR, edition_name, facts
from views.versions import show_history

if TYPE_CHECKING:
    from kb.assemble import Library
    from kb.currency import Dated

__all__ = ["show_document"]

_READ, _HISTORY, _COMPARE, _WHOLE = "read", "history", "compare", "whole"


def show_document(opened: "Library", version: Version, day: date) -> None:
    """The page of a version; what of it is seen stands in the address."""
    words = spoken(WORDS)
    st.button(words.back, icon=":material/arrow_back:", type="tertiary", on_click=leave)
    st.header(escape_markdown(edition_name(version)), anchor=False)
    _facts(version, day, opened)
    _standing(opened, version, day)
    view = st.query_params.get(VIEW, "")
    seen = view if view in (_HISTORY, _COMPARE) else _READ
    if version.kind is not Kind.GUIDE:
        labels = {_READ: words.read, _HISTORY: words.history, _COMPARE: words.compare}
        st.session_state["seen"] = seen
        st.segmented_control(words.read, list(labels), key="seen", format_func=labels.__getitem__, required=True,
                             label_visibility="collapsed", on_change=_see)
    if seen == _HISTORY:
        show_history(opened, version, day)
    elif seen == _COMPARE:
        show_amendment(opened, version)
    else:
        _text(opened, version, day, whole=view == _WHOLE)


def _see() -> None:
    seen = st.session_state["seen"]
    go(**{VIEW: "" if seen == _READ else seen})


# --- how it stands

def _facts(version: Version, day: date, opened: "Library") -> None:
    words = spoken(WORDS)
    overtaken = version.id in opened.assistant.standing.overtaken(day)
    status = standing_on(version, day, overtaken)
    with st.container(horizontal=True, gap="small"):
        if version.kind is not Kind.GUIDE:
            st.badge(words.statuses[status], color=STATUS_COLOUR[status])       # type: ignore[arg-type]
        st.badge(words.tiers[version.tier], color="blue" if version.tier is Tier.OFFICIAL else "orange")
        st.badge(words.kinds[version.kind], color="gray")
    st.markdown(f":small[{escape_markdown(' · '.join(facts(version)))}]")
    if version.tier is Tier.DIGEST:
        st.info(words.digest_note, icon=":material/info:")
    elif version.tier is Tier.GUIDE:
        st.caption(words.guide_note)
    elif version.tier is Tier.USER:
        st.info(words.user_note, icon=":material/info:")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _other_texts(opened, version)
        if address := source_link(version):
            st.link_button(words.official_page, address, icon=":material/open_in_new:")
        if version.sha256 and opened.catalogue.original(version.sha256):
            name = version.file_name.rpartition("/")[2] or f"{version.title}.txt"
            st.download_button(words.download, partial(_original, opened, version.id), file_name=name,
                               mime="application/octet-stream", icon=":material/download:", on_click="ignore")


def _original(opened: "Library", version_id: str) -> bytes:
    return opened.original(version_id) or b""


def _other_texts(opened: "Library", version: Version) -> None:
    """The official text beside our digest, and the other way round."""
    words = spoken(WORDS)
    twins = next((edition.texts for edition in editions(opened.assistant.standing.versions()) if version in edition.texts), ())
    for twin in twins:
        if twin.id != version.id:
            link(f"{words.other_text}{words.tiers[twin.tier]}", twin, st.query_params.get(PLACE, ""),
                 icon=":material/swap_horiz:")


def _standing(opened: "Library", version: Version, day: date) -> None:
    """Which text is in force instead, or will be: the reader of another one must not miss it."""
    words = spoken(WORDS)
    if version.kind is Kind.GUIDE:
        return
    overtaken = version.id in opened.assistant.standing.overtaken(day)
    status = standing_on(version, day, overtaken)
    known: list[Dated] = [*opened.assistant.registry.versions(version.document), *_texts(opened, version)]
    later = later_version(version, known)
    current = _in_force(opened, version, day)
    if status is Status.NOT_YET_IN_FORCE and version.in_force_from:
        st.warning(words.coming.format(day=version.in_force_from.isoformat()), icon=":material/schedule:")
        _lead_to(opened, current)
    elif status in (Status.AMENDED, Status.REPEALED):
        instead = current or later
        first = instead.in_force_from if instead else None
        st.warning(words.replaced.format(day=first.isoformat()) if first else words.ended, icon=":material/history:")
        _lead_to(opened, instead)
    elif later and later.in_force_from and later.in_force_from > day and later.label != version.label:
        st.info(words.will_change.format(day=later.in_force_from.isoformat()), icon=":material/upcoming:")
        _lead_to(opened, later)


def _texts(opened: "Library", version: Version) -> list[Version]:
    return [v for v in opened.assistant.standing.versions() if v.document == version.document]


def _in_force(opened: "Library", version: Version, day: date) -> "Dated | None":
    """The text of the same document in force on `day`, where it is one only."""
    registered = opened.assistant.registry.in_force(version.document, day)
    if len(registered) == 1:
        return registered[0] if registered[0].label != version.label else None
    same = [v for v in _texts(opened, version) if short_title(v.title) == short_title(version.title)]
    found = governing(same, day)
    return found if found and found.label != version.label else None


def _lead_to(opened: "Library", other: "Dated | None") -> None:
    words = spoken(WORDS)
    if other is None:
        return
    name = f"《{short_title(other.title)}》（{other.label}）"
    held = [edition.best for edition in editions(opened.assistant.standing.versions())
            if (edition.best.document, edition.best.label) == (other.document, other.label)]
    if held:
        link(words.open_other.format(name=escape_markdown(name)), held[0], icon=":material/arrow_forward:")
    else:
        st.caption(escape_markdown(words.current_absent.format(name=name)))


# --- what it says

def _text(opened: "Library", version: Version, day: date, whole: bool) -> None:
    leaves = places_of(opened, version.id)
    chapters = headings(leaves)
    current = place_marked(leaves, st.query_params.get(PLACE, ""))
    _jump(leaves, version)
    tree, text = st.columns([1, 2.6], gap="medium")
    with tree:
        show_contents(leaves, chapters, current)
    with text:
        if current and not whole:
            _article(opened, leaves, current, day)
        elif leaves:
            _whole(leaves, chapters, current or leaves[0])


def _jump(leaves: tuple[Place, ...], version: Version) -> None:
    """A field in which the number or heading is typed: of five hundred articles the one is two keys away."""
    words = spoken(WORDS)
    key = "jump"
    st.session_state[key] = None
    st.selectbox(words.jump, range(len(leaves)), key=key, index=None, placeholder=words.jump_to,
                 format_func=lambda i: f"{leaves[i].name} {leaves[i].caption or ' '.join(leaves[i].path[-1:])}".strip(),
                 label_visibility="collapsed", on_change=_jumped, args=(leaves,))


def _jumped(leaves: tuple[Place, ...]) -> None:
    chosen = st.session_state["jump"]
    if chosen is not None:
        pick(marks(leaves)[chosen])


def _article(opened: "Library", leaves: tuple[Place, ...], place: Place, day: date) -> None:
    words, named = spoken(WORDS), marks(leaves)
    if place.path:
        st.caption(escape_markdown(" > ".join(place.path)))
    with st.container(border=True):
        st.markdown(_written(place))
        for notice in notices_beside(place.passage, opened.assistant.registry, opened.assistant.standing.versions(), day,
                                     opened.clock.today()):
            st.markdown(f":small[:material/info: {escape_markdown(notice.text)}]")
        _elsewhere(opened, place)
    before, after = leaves[max(place.position - 1, 0)], leaves[min(place.position + 1, len(leaves) - 1)]
    with st.container(horizontal=True, gap="small"):
        if before is not place:
            st.button(words.previous.format(name=escape_markdown(before.name)), key="before", icon=":material/chevron_left:",
                      on_click=pick, args=(named[before.position],))
        if after is not place:
            st.button(words.next.format(name=escape_markdown(after.name)), key="after", icon=":material/chevron_right:",
                      on_click=pick, args=(named[after.position],))
        st.button(words.whole, key="whole", icon=":material/article:", type="tertiary", on_click=pick,
                  args=(named[place.position], True))
    if len(leaves) > 1:
        st.caption(words.beside)
        for neighbour in (before, after):
            if neighbour is not place:
                st.markdown(_written(neighbour, gray=True))


def _elsewhere(opened: "Library", place: Place) -> None:
    """The same article in the other versions that are held, by the register's map of moved articles; and what changed."""
    version, article = place.passage.version, place.passage.article
    if article is None or place.passage.sub or version.tier is Tier.GUIDE:
        return
    words = spoken(WORDS)
    in_order = [text.label for text in held(opened.assistant.store, version.document)]
    with st.container(horizontal=True, gap="small"):
        for other in (edition.best for edition in editions(_texts(opened, version))):
            number = opened.assistant.registry.moved(version.document, article, version.label, other.label)
            if not number or other.label == version.label:
                continue
            place_there = StatuteRef("", number).locator
            link(words.stands_in.format(version=escape_markdown(other.label), article=place_there), other, str(number),
                 icon=":material/history:")
            places = [in_order.index(text.label) for text in (version, other) if text.label in in_order]
            if version.tier is Tier.OFFICIAL and len(places) == 2 and abs(places[0] - places[1]) == 1:
                newer, mark = (version, article) if places[0] > places[1] else (other, number)
                link(words.what_changed.format(old=escape_markdown(in_order[min(places)]), new=escape_markdown(in_order[max(places)])),
                     newer, str(mark), _COMPARE, icon=":material/difference:")


def _whole(leaves: tuple[Place, ...], chapters: tuple[Heading, ...], place: Place) -> None:
    """A chapter or section in one go; long ones without sections in stretches."""
    words = spoken(WORDS)
    first, last = span(leaves, place.position)
    for chapter in chapters:
        if chapter.first <= first <= chapter.last and chapter.title in leaves[first].path:
            st.subheader(escape_markdown(chapter.title), anchor=False)
    st.markdown("\n\n".join(_written(leaf) for leaf in leaves[first:last + 1]))
    if last + 1 < len(leaves):
        onward = leaves[last + 1]
        name = onward.path[-1] if onward.path and onward.path != place.path else onward.name
        st.button(words.go_on.format(name=escape_markdown(name)), key="onward", icon=":material/arrow_downward:",
                  on_click=pick, args=(marks(leaves)[last + 1], True))


def _written(place: Place, gray: bool = False) -> str:
    caption = f" {escape_markdown(place.caption)}" if place.caption else ""
    text = f"**{escape_markdown(place.name)}**{caption}  \n{passage_markdown(place.text)}"
    return f":gray[{text}]" if gray else text


