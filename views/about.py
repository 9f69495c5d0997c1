"""What the product is, what leaves the machine, and which texts the library holds."""

from collections import defaultdict
from datetime import date

import streamlit as st

from kb.render import effect_line, escape_markdown
from kb.route import proxy_host
from kb.types import Kind, Version
from views.session import choose_language, endpoint, library, wording

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    words = wording()
    st.title(words.about, anchor=False)
    choose_language()
    opened = library()
    settings = opened.settings
    st.header(words.what, anchor=False)
    st.markdown(words.what_text)
    st.header(words.leaves, anchor=False)
    if settings.uses_model:
        st.markdown(words.leaves_model.format(model=escape_markdown(settings.model),
                                              endpoint=escape_markdown(endpoint(settings))))
        if (model := opened.assistant.model) and model.served.casefold() not in ("", settings.model.casefold()):
            st.markdown(words.served_by.format(served=escape_markdown(model.served)))
        if not settings.model_stays_here:
            st.markdown(words.leaves_masked)
            if proxy := proxy_host(settings.base_url):
                st.markdown(words.proxied.format(proxy=escape_markdown(proxy)))
    elif not settings.plugins:
        st.markdown(words.leaves_nothing)
    if settings.plugins:
        st.markdown(words.read_by.format(names=escape_markdown("、".join(settings.plugins))))
    st.markdown(words.kept)
    st.header(words.limits, anchor=False)
    st.markdown(words.limits_text)
    st.header(words.library, anchor=False)
    _library(opened.assistant.store.versions(), opened.clock.today())
    if checked := opened.assistant.registry.last_checked():
        day, by = checked
        st.caption(words.currency_line.format(day=day.isoformat(), by=escape_markdown(by)))


def _library(versions: list[Version], day: date) -> None:
    documents = {version.document for version in versions}
    st.markdown(wording().library_line.format(documents=len(documents), versions=len(versions)))
    shelves: dict[Kind, list[Version]] = defaultdict(list)
    for version in versions:
        shelves[version.kind].append(version)
    for kind in sorted(shelves, key=lambda kind: (-kind.authority, kind)):
        with st.expander(f"{kind.label}（{len(shelves[kind])}）"):
            st.markdown("\n".join(_line(version, day) for version in shelves[kind]))


def _line(version: Version, day: date) -> str:
    label = f"（{version.label}）" if version.label else ""
    facts = " · ".join(fact for fact in (version.tier.label, effect_line(version, day)) if fact)
    return f"- {escape_markdown(f'《{version.title}》{label}').replace(chr(10), ' ')}  \n  {escape_markdown(facts)}"
