"""Commands that fill and maintain the library: ingest; library list, remove, verify, rebuild."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import DONE, WITH_PROBLEMS, AsJson, Data, NoBundled, opened, print_json, say, settings, tools

if TYPE_CHECKING:
    from ingest.pipeline import Progress

__all__ = ["ingest", "list_library", "rebuild", "remove", "verify"]


def ingest(paths: Annotated[list[Path], typer.Argument(help="文件或文件夹")], data: Data = None,
           prune: Annotated[bool, typer.Option("--prune", help="移除所列文件夹里已经消失的文件")] = False,
           as_json: AsJson = False) -> None:
    """把文件加入资料库（md、txt、pdf、docx）。"""
    from ingest.pipeline import ingest_paths

    chosen = tools(data)
    report = ingest_paths(paths, chosen.data, registry=chosen.registry, embedder=chosen.embedder, clock=chosen.clock,
                          prune=prune, progress=_progress())
    if as_json:
        print_json(report.as_json())
    else:
        typer.echo(f"新增 {report.added}，更新 {report.updated}，未变 {report.unchanged}，已消失 {report.missing}，"
                   f"移除 {report.removed}；共 {report.passages} 段，用时 {report.seconds:.1f} 秒")
        for label, entries in (("提示", report.warnings), ("未入库", report.problems)):
            for entry in entries:
                typer.echo(f"{label}：{entry.file}：{entry.problem}。{entry.remedy}")
    raise typer.Exit(WITH_PROBLEMS if report.problems else DONE)


def list_library(data: Data = None, no_bundled: NoBundled = False, as_json: AsJson = False) -> None:
    """列出资料库中的文件和版本。"""
    library = opened(settings(data, no_bundled))
    versions = library.assistant.store.versions()
    if as_json:
        print_json([{"id": v.id, "title": v.title, "version": v.label, "kind": v.kind.value, "tier": v.tier.label,
                      "status": v.status.value, "in_force_from": v.in_force_from and v.in_force_from.isoformat()}
                     for v in versions])
        return
    for v in versions:
        typer.echo(f"{v.kind.label}  《{v.title}》（{v.label}） {v.status.label} {v.tier.label}  {v.id}")


def remove(version_ids: Annotated[list[str], typer.Argument(help="zhiwen library list 显示的编号")], data: Data = None) -> None:
    """移除文件：正文从目录、索引和原件中一并删除。"""
    from kb.store import remove_versions

    chosen = tools(data)
    change = remove_versions(chosen.data, version_ids, chosen.embedder, chosen.clock)
    typer.echo(f"已移除 {len(change.removed)} 段" if change.removed else "没有移除：没有这些编号，请用 zhiwen library list 查看")
    raise typer.Exit(DONE if change.removed else WITH_PROBLEMS)


def verify(data: Data = None) -> None:
    """核对目录与索引是否一致。"""
    from kb.store import verify_library

    manifest = verify_library(settings(data).data)
    typer.echo(f"一致：目录与索引都有 {manifest.passages} 段，版本 {manifest.library_version}")


def rebuild(data: Data = None) -> None:
    """只凭目录重建索引。"""
    from kb.store import rebuild_index

    chosen = tools(data)
    typer.echo(f"索引已重建：{rebuild_index(chosen.data, chosen.embedder, chosen.clock).passages} 段")


def _progress() -> "Callable[[Progress], None]":
    """A line that renews itself on a terminal, a plain line every ten files elsewhere."""
    def show_progress(step: "Progress") -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{step}", end="\n" if step.done == step.total else "", file=sys.stderr, flush=True)  # noqa: T201
        elif step.done % 10 == 0 or step.done == step.total:
            say(str(step))
    return show_progress
