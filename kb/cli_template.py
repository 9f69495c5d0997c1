"""The command that fills in a template: template."""

import json
from pathlib import Path
from typing import Annotated

import typer

from kb.cli_options import (
    DONE,
    WITH_PROBLEMS,
    AsJson,
    AsOf,
    Force,
    check_destination,
    on_day,
    print_json,
    save_file,
    say,
)
from kb.errors import ConfigError

__all__ = ["template"]

_LARGEST_VALUES = 2_000_000     # bytes; every field filled to its limit is less


def template(name: Annotated[str, typer.Argument(help="模板的名称，如 nda-staff；不写则列出全部模板")] = "",
             values: Annotated[Path | None, typer.Option("--values", metavar="文件", help="填写内容的 JSON 文件；--json 给出可以照填的样子")] = None,
             out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="另存为 .docx（Word）或 .md（Markdown）")] = None,
             force: Force = False,
             no_annex: Annotated[bool, typer.Option("--no-annex", help="不附条款依据和填写提示")] = False,
             as_of: AsOf = "", as_json: AsJson = False) -> None:
    """填写合同、清单和文书模板；违反规定的内容不写入，并说明依据。不写名称则列出全部模板。"""
    from kb.clock import SystemClock
    from kb.draft import paper_of, problem_line, to_record
    from kb.export import format_of, template_formats
    from kb.filling import fill
    from kb.paper import paper_text
    from kb.templates import bundled_templates, template_named

    if not name:
        known = bundled_templates().values()
        if as_json:
            print_json([{"name": t.name, "title": t.title, "group": t.group, "purpose": t.purpose} for t in known])
            return
        for t in known:
            typer.echo(f"{t.name:<20} {t.title}（{t.group}）")
        return
    chosen = template_named(name)
    formats = template_formats(not no_annex)
    if out:
        format_of(out, formats)
        check_destination(out, force, "--out")
    filled = fill(chosen, _values(values) if values else {}, on_day(as_of, SystemClock()))
    if as_json:
        print_json(to_record(filled))
    elif not out:
        typer.echo(paper_text(paper_of(filled, not no_annex)), nl=False)
    if out:
        save_file(out, format_of(out, formats).write(filled), force)
        say(f"已保存到 {out}")
    for problem in filled.problems:
        say(f"{'没有写入' if problem.refused else '请注意'}：{problem_line(problem)}")
    if values and filled.missing:
        say(f"还没有填写：{'、'.join(filled.missing)}")
    raise typer.Exit(WITH_PROBLEMS if any(problem.refused for problem in filled.problems) else DONE)


def _values(file: Path) -> dict[str, object]:
    """What a JSON file has by key. Raises ConfigError for anything else."""
    remedy = "请写成一个 JSON 对象，如 {\"company\": \"某某公司\"}；zhiwen template 名称 --json 的 values 可以照填"
    if not file.is_file():
        raise ConfigError(f"没有这个文件：{file}", remedy)
    if file.stat().st_size > _LARGEST_VALUES:
        raise ConfigError(f"{file} 太大（超过 {_LARGEST_VALUES // 1_000_000} MB）", remedy)
    try:
        given = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise ConfigError(f"{file} 不是 UTF-8 编码的 JSON", remedy) from None
    if not isinstance(given, dict):
        raise ConfigError(f"{file} 里不是一个 JSON 对象", remedy)
    return given
