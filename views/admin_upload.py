"""Upload: choose files, look at what was recognised, publish, read the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from kb.render import escape_markdown
from views import admin_work
from views.admin_session import desk, head
from views.admin_wording import TERMS, UPLOAD
from views.session import spoken

if TYPE_CHECKING:
    from kb.administration import Desk, FilePreview, IngestReport, Preview, Upload

__all__ = ["page"]

_ROUND = "upload_round"          # session key: a new number empties the chooser
_FILES, _MEGABYTES = 50, 200     # held in memory until published
_COLOUR = {"ADDED": "green", "UPDATED": "blue", "UNCHANGED": "gray", "DUPLICATE": "gray", "REFUSED": "red"}
_NEW = ("ADDED", "UPDATED", "DUPLICATE")

# Streamlit's chooser speaks English only; the words of the page stand in their place.
_CHOOSER = """<style>
[data-testid="stFileUploaderDropzoneInstructions"] > * {{ display: none; }}
[data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{drop} · {limit}"; }}
[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] p,
[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] span:not([data-testid]) {{ display: none; }}
[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"]::after {{ content: "{browse}"; }}
</style>"""


@dataclass(frozen=True)
class _Previewed:
    """What was looked at, to be published as it is."""

    chosen: tuple[str, ...]          # ids of the browser's files
    uploads: "tuple[Upload, ...]"
    ocr: bool
    preview: "Preview"


@dataclass(frozen=True)
class _Published:
    looked: _Previewed
    report: "IngestReport"


def page() -> None:
    """Draw the page."""
    words = spoken(UPLOAD)
    head(words.title, words.intro)
    opened = desk()
    if admin_work.show_progress("publish", words.publishing):
        return
    if published := admin_work.finished("publish"):
        if admin_work.result_of("preview") is published.result.looked:
            _discard()           # it is in the library: the chooser is free for the next files
        _show_report(published.result.report)
    _choose(opened)
    if admin_work.show_progress("preview", words.previewing):
        return
    if previewed := admin_work.finished("preview"):
        _show_preview(opened, previewed.result)


def _choose(opened: "Desk") -> None:
    words = spoken(UPLOAD)
    st.html(_CHOOSER.format(drop=words.drop, limit=words.limit, browse=words.browse))
    files = st.file_uploader(words.choose, accept_multiple_files=True, key=f"files-{st.session_state.get(_ROUND, 0)}")
    ocr = st.toggle(words.ocr, help=words.ocr_help, key="upload_ocr")
    too_many = len(files) > _FILES or sum(file.size for file in files) > _MEGABYTES * 1024**2
    if too_many:
        st.error(words.too_many.format(files=_FILES, size=_MEGABYTES))
    if st.button(words.preview, icon=":material/preview:", type="primary", disabled=not files or too_many or admin_work.is_busy()):
        admin_work.forget("publish")
        _preview(opened, files, ocr)
    looked: _Previewed | None = admin_work.result_of("preview")
    if files and looked and looked.chosen != _ids(files):
        admin_work.forget("preview")
        st.info(words.stale, icon=":material/refresh:")


def _ids(files: Sequence[Any]) -> tuple[str, ...]:
    return tuple(file.file_id for file in files)


def _preview(opened: "Desk", files: Sequence[Any], ocr: bool) -> None:
    from kb.administration import Upload

    chosen, uploads = _ids(files), tuple(Upload(file.name, file.getvalue()) for file in files)
    admin_work.start("preview", lambda work: _Previewed(chosen, uploads, ocr, opened.preview(uploads, work.say, ocr=ocr)))


def _show_preview(opened: "Desk", looked: _Previewed) -> None:
    words, found = spoken(UPLOAD), looked.preview
    st.subheader(words.found.format(count=len(found.files) + len(found.problems)), anchor=False)
    for number, file in enumerate(found.files):
        _show_file(file, number)
    for problem in found.problems:
        st.error(escape_markdown(f"{problem.file}：{problem.problem}。{problem.remedy}"))
    new = sum(file.outcome.name in _NEW for file in found.files)
    if not new:
        st.info(words.nothing_new)
    with st.container(horizontal=True):
        if st.button(words.publish.format(count=new), icon=":material/publish:", type="primary", disabled=not new or admin_work.is_busy()):
            admin_work.start("publish", lambda work: _Published(looked, opened.publish(looked.uploads, work.say, ocr=looked.ocr)))
        st.button(words.discard, icon=":material/close:", on_click=_discard)


def _discard() -> None:
    admin_work.forget("preview")
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _show_file(file: "FilePreview", number: int) -> None:
    words, outcome = spoken(UPLOAD), file.outcome.name
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words.outcomes[outcome], color=_COLOUR[outcome])
            st.markdown(f"**{escape_markdown(file.name)}**" + (f" :gray[{escape_markdown(file.format)}]" if file.format else ""),
                        width="content")
        if file.version:
            st.markdown(escape_markdown(f"《{file.version.title}》" + (f"（{file.version.label}）" if file.version.label else "")))
            st.caption("  \n".join(_facts(file)))
            with st.expander(words.tree, key=f"tree-{number}"):
                st.code("\n".join(file.tree(whole=True)), language=None, wrap_lines=True)
        for page_read in file.doubtful_pages:
            st.caption(words.page.format(page=page_read.page, characters=page_read.characters, quality=f"{page_read.quality:.0%}"))
        for warning in file.warnings:
            st.markdown(f":orange[:material/info:] :small[{escape_markdown(words.remedy.format(problem=warning.problem, remedy=warning.remedy))}]")
        if file.problem:
            st.error(escape_markdown(words.remedy.format(problem=file.problem.problem, remedy=file.problem.remedy)))


def _facts(file: "FilePreview") -> list[str]:
    words, terms, version = spoken(UPLOAD), spoken(TERMS), file.version
    assert version is not None       # noqa: S101  (asked for by the caller)
    dates = [f"{terms.fields[name]} {day.isoformat()}" for name in ("issued", "in_force_from", "in_force_to")
             if (day := getattr(version, name))]
    facts = [terms.kinds[version.kind], terms.tiers[version.tier], terms.statuses[version.status], version.number, version.issuer, *dates]
    size = (words.articles if file.articles else words.size).format(articles=file.articles, passages=file.passages)
    entry = words.registered.format(entry=file.registered) if file.registered else words.unregistered
    return [escape_markdown(" · ".join(fact for fact in facts if fact)), escape_markdown(f"{entry} · {size}")]


def _show_report(report: "IngestReport") -> None:
    words = spoken(UPLOAD)
    st.success(words.published.format(added=report.added, updated=report.updated, unchanged=report.unchanged, passages=report.passages,
                                      seconds=f"{report.seconds:.1f}"), icon=":material/check:")
    for problem in report.problems:
        st.error(escape_markdown(f"{words.refused}：{problem.file}：{problem.problem}。{problem.remedy}"))
    if report.warnings:
        with st.expander(f"{words.look}（{len(report.warnings)}）"):
            for warning in report.warnings:
                st.markdown(f"- {escape_markdown(f'{warning.file}：{warning.problem}。{warning.remedy}')}")
    st.caption(words.done_next)
