"""What the product is, what leaves the machine, whom to turn to, and what it is made of."""

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from kb.licences import LICENCE, licence_text, program_version, third_parties
from kb.render import effect_line, escape_markdown
from kb.route import proxy_host
from kb.types import Kind, Version
from views.about_wording import WORDS
from views.session import choose_language, endpoint, library, spoken, wording

if TYPE_CHECKING:
    from kb.assemble import Library
    from kb.settings import Settings

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    words = wording()
    st.title(words.about, anchor=False)
    choose_language()
    opened = library()
    st.header(words.what, anchor=False)
    st.markdown(words.what_text)
    st.info(words.limits_text, icon=":material/gavel:")
    _leaves(opened)
    _labels()
    _complaints(opened.settings)
    _versions(opened)
    st.header(words.library, anchor=False)
    _library(opened.assistant.store.versions(), opened.clock.today())
    _licence()


def _leaves(opened: "Library") -> None:
    words, settings = wording(), opened.settings
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


def _labels() -> None:
    words = spoken(WORDS)
    st.header(words.labels, anchor=False)
    st.markdown(f"{words.labels_text}\n\n- {words.composed}\n- {words.generated}")


def _complaints(settings: "Settings") -> None:
    """Only what the operator has written: a made-up address would lead nowhere."""
    words, contact = spoken(WORDS), escape_markdown(settings.complaints).replace("  \n", "，")
    st.header(words.complaints, anchor=False)
    st.markdown(f"{words.complain_to.format(contact=contact) if contact else words.complain_to_operator} {words.complain_with}")
    if settings.help_line:
        st.markdown(words.help_line.format(line=escape_markdown(settings.help_line)))


def _versions(opened: "Library") -> None:
    words, checked = spoken(WORDS), opened.registry.last_checked()
    st.header(words.versions, anchor=False)
    facts = ((words.program, program_version() or words.unknown), (words.library, opened.assistant.library_version() or words.unknown),
             (words.checked, checked[0].isoformat() if checked else words.unchecked))
    st.markdown("\n".join(f"- {name}：**{escape_markdown(value)}**" for name, value in facts))
    if checked:
        st.caption(words.checked_by.format(by=escape_markdown(checked[1])))


def _licence() -> None:
    words, others = spoken(WORDS), third_parties()
    st.header(words.licence, anchor=False)
    st.markdown(words.licence_text.format(licence=LICENCE))
    if text := licence_text():
        with st.expander(words.licence_whole):
            st.text(text)
    with st.expander(words.third_parties.format(count=len(others))):
        st.markdown("\n".join(f"- {escape_markdown(f'{other.name} {other.version} · {other.licence or words.unknown}')}" for other in others))
        st.caption(words.third_parties_note)


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
