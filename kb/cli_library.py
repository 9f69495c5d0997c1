"""Commands that fill and maintain the library: ingest; library list, coverage, remove, verify, rebuild."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import DONE, WITH_PROBLEMS, AsJson, Data, NoBundled, opened, print_json, say, settings, tools

if TYPE_CHECKING:
    from ingest.document import ReadOptions

__all__ = ["cover", "ingest", "list_library", "rebuild", "remove", "verify"]

INTERRUPTED = 130          # as shells report a program stopped by Ctrl-C
_PRUNE = "移除所列文件夹和压缩包里已经消失的文件"
_ENGINE = "文字识别程序：rapidocr 或 tesseract；默认用本机已安装的"


def ingest(paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 ZIP 压缩包")], data: Data = None,
           prune: Annotated[bool, typer.Option("--prune", help=_PRUNE)] = False,
           dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览：识别出的文件、结构和问题，不写入任何内容")] = False,
           tree: Annotated[bool, typer.Option("--tree", help="预览时列出每个文件的全部标题")] = False,
           ocr: Annotated[bool, typer.Option("--ocr", help="用文字识别读扫描件（结果会注明，需核对）")] = False,
           ocr_engine: Annotated[str, typer.Option("--ocr-engine", metavar="程序", help=_ENGINE)] = "",
           as_json: AsJson = False) -> None:
    """把文件加入资料库。随时可以中断：已入库的保留，再次运行会接着做。

    --prune 只看所列的文件夹和压缩包。文件夹不在、是空的或无法读取时，可能是共享盘没有连上，其中的文件不会被移除。
    """
    from ingest.pipeline import ingest_paths
    from ingest.preview import preview_paths
    from ingest.progress import shown_on

    chosen = tools(data)
    options = _read_options(ocr, ocr_engine)
    if dry_run:
        with shown_on(sys.stderr) as listener:
            preview = preview_paths(paths, chosen.data, registry=chosen.registry, prune=prune, progress=listener,
                                    options=options)
        if as_json:
            print_json(preview.as_json())
        else:
            typer.echo("\n".join(preview.lines(whole_tree=tree)))
        refused = preview.problems or any(file.problem for file in preview.files)
        raise typer.Exit(WITH_PROBLEMS if refused else DONE)
    try:
        with shown_on(sys.stderr) as listener:
            report = ingest_paths(paths, chosen.data, registry=chosen.registry, embedder=chosen.embedder,
                                  clock=chosen.clock, prune=prune, progress=listener, options=options)
    except KeyboardInterrupt:
        say("已中断。已入库的文件都保留在资料库里；再次运行同一条命令会接着做")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json(report.as_json())
    else:
        typer.echo(f"新增 {report.added}，更新 {report.updated}，未变 {report.unchanged}，已消失 {report.missing}，"
                   f"移除 {report.removed}；共 {report.passages} 段，用时 {report.seconds:.1f} 秒")
        for label, entries in (("提示", report.warnings), ("未入库", report.problems)):
            for entry in entries:
                typer.echo(f"{label}：{entry.file}：{entry.problem}。{entry.remedy}")
    raise typer.Exit(WITH_PROBLEMS if report.problems else DONE)


def _read_options(ocr: bool, engine: str) -> "ReadOptions":
    """Raises ConfigError where a program for reading scans is wanted and there is none of this name."""
    from ingest.document import ReadOptions

    if not (ocr or engine):
        return ReadOptions()
    from ingest.parse.ocr import choose_engine

    return ReadOptions(ocr=choose_engine(engine or "auto"))


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
    if versions and (checked := library.assistant.registry.last_checked()):
        typer.echo(f"时效最近一次核对：{checked[0].isoformat()}（{checked[1]}）")


def cover() -> None:
    """列出内置资料覆盖的主题：每个主题有多少条文要点，有多少篇写给企业、驿站和学员（Markdown 表格）。"""
    from ingest.coverage import coverage, table
    from kb.glossary import bundled_glossary

    pages = (path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "library").rglob("*.md")))
    typer.echo(table(coverage(pages), len(bundled_glossary().terms)), nl=False)


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
