"""The `zhiwen` command: the table of commands. Each collects input, calls the library, shows the result."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb import cli_answers, cli_eval, cli_fetch, cli_library
from kb.cli_options import (
    COULD_NOT_RUN,
    WRONG_USAGE,
    AsJson,
    Data,
    Host,
    Port,
    print_json,
    say,
    settings,
)
from kb.errors import ConfigError, KbError, QuestionError

if TYPE_CHECKING:
    from eval.figure import Figure

__all__ = ["main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="知问：知识产权与商业秘密保护问答，离线可用，答案附可核对的出处。")
bench_app = typer.Typer(invoke_without_command=True)
library_app = typer.Typer(no_args_is_help=True, help="查看和维护资料库。")
COMMANDS: dict[str, Callable[..., None]] = {
    "ask": cli_answers.ask, "search": cli_answers.search, "show": cli_answers.show, "diff": cli_answers.diff,
    "ingest": cli_library.ingest, "fetch": cli_fetch.fetch, "eval": cli_eval.evaluate}
LIBRARY_COMMANDS: dict[str, Callable[..., None]] = {
    "list": cli_library.list_library, "coverage": cli_library.cover, "remove": cli_library.remove,
    "verify": cli_library.verify, "rebuild": cli_library.rebuild}
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, command in LIBRARY_COMMANDS.items():
    library_app.command(name)(command)
app.add_typer(library_app, name="library")
app.add_typer(bench_app, name="bench")


def main() -> None:
    """Entry point: every `KbError` is one sentence on the error stream, anything else an incident number."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")   # consoles that default to GBK or C
    try:
        app()
    except KbError as error:
        typer.echo(str(error), err=True)
        sys.exit(WRONG_USAGE if isinstance(error, QuestionError | ConfigError) else COULD_NOT_RUN)
    except Exception as error:
        from kb.incidents import record

        typer.echo(f"程序出错（{type(error).__name__}），事件编号 {record(error)}。请把编号告诉维护者；问题内容没有被记录", err=True)
        sys.exit(COULD_NOT_RUN)


@app.command("app")
def open_app(data: Data = None, host: Host = "127.0.0.1",
             port: Port = 8501) -> None:
    """打开网页。"""
    from kb.launch import run_app

    raise typer.Exit(run_app(Path(__file__).parent.parent / "app.py", host, port, settings(data).data))


@bench_app.callback()
def bench(context: typer.Context,
          corpus: Annotated[Path | None, typer.Option(help="要入库计时的官方文件夹（其下有 regulations 等）")] = None,
          as_json: AsJson = False) -> None:
    """测量启动、回答、入库用时和内存。"""
    if context.invoked_subcommand is None:
        from eval.bench import measure

        _print_figures(measure(corpus, say), as_json)


@bench_app.command("ingest")
def bench_ingest(
        statutes: Annotated[Path | None, typer.Option(help="法规集 statutes.jsonl.gz，每行一条")] = None,
        pdf: Annotated[list[Path] | None, typer.Option(help="有文字层的 PDF，可以写多次；其页面会重复成数百页")] = None,
        sample: Annotated[int | None, typer.Option(min=1, help="只取前几部法规，先看个大概")] = None,
        as_json: AsJson = False) -> None:
    """测量大批文件的入库，并与 LangChain 默认路径比较。"""
    from eval.bench_ingest import measure

    _print_figures(measure(statutes, pdf or [], sample, say), as_json)


def _print_figures(figures: "list[Figure]", as_json: bool) -> None:
    from eval.figure import table

    if as_json:
        print_json([figure.as_json() for figure in figures])
    else:
        typer.echo(table(figures))
