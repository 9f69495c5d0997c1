"""Maintenance: is the library what was stored, make its index anew, and what was done so far."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from kb.errors import IndexDamaged
from kb.generations import current_manifest
from kb.render import escape_markdown
from views import admin_work
from views.admin_care_wording import STATE
from views.admin_session import desk, head, opens_anew
from views.session import explain, spoken

if TYPE_CHECKING:
    from kb.administration import Desk
    from kb.catalogue import Job

__all__ = ["page"]

_MEGABYTE = 1024**2


def page() -> None:
    """Draw the page."""
    words = spoken(STATE)
    head(words.title)
    opened = desk()
    _show_state(opened)
    with st.container(border=True):
        st.caption(words.verify_what)
        if not admin_work.show_progress("verify", words.verifying):
            if st.button(words.verify, key="verify", icon=":material/fact_check:", type="primary", disabled=admin_work.is_busy()):
                admin_work.start("verify", lambda work: opened.verify())
            if done := admin_work.finished("verify"):
                st.success(words.verified.format(passages=done.result.passages, version=done.result.library_version))
    with st.container(border=True):
        st.caption(words.rebuild_what)
        if not admin_work.show_progress("rebuild", words.rebuilding):
            if st.button(words.rebuild, key="rebuild", icon=":material/construction:", disabled=admin_work.is_busy()):
                _start_rebuilding(opened)
            if done := admin_work.finished("rebuild"):
                st.success(words.rebuilt.format(passages=done.result.passages))
    st.header(words.jobs, anchor=False)
    if not (jobs := opened.catalogue.jobs()):
        st.caption(words.no_jobs)
    for job in jobs:
        _show_job(job)


def _start_rebuilding(opened: "Desk") -> None:
    close = opens_anew()

    def rebuild(work: admin_work.Work) -> object:
        manifest = opened.rebuild()
        close()
        return manifest

    admin_work.start("rebuild", rebuild)


def _show_state(opened: "Desk") -> None:
    words, data = spoken(STATE), opened.tools.data
    size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    lines = [words.folder.format(folder=data), words.holds.format(version=opened.catalogue.library_version(), size=round(size / _MEGABYTE),
                                                                   passages=sum(opened.catalogue.sizes().values()))]
    st.markdown("  \n".join(escape_markdown(line) for line in (*lines, _index_line(data))))


def _index_line(data: Path) -> str:
    words = spoken(STATE)
    try:
        manifest = current_manifest(data)
    except IndexDamaged as error:
        return explain(error)
    return words.index.format(generation=manifest.generation, embedder=manifest.embedder) if manifest else words.no_index


def _show_job(job: "Job") -> None:
    words = spoken(STATE)
    figures = words.summary.get(job.kind, "").format_map(_Figures(job.report))
    line = " · ".join(filter(None, (job.started[:16].replace("T", " "), words.kinds.get(job.kind, job.kind), figures,
                                    words.took.format(seconds=f"{job.seconds:.1f}"))))
    st.markdown(f"- {escape_markdown(line)}")


class _Figures(dict[str, object]):
    """A report of another version of the program may lack a figure."""

    def __missing__(self, name: str) -> str:
        return "–"
