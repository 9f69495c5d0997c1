"""The `zhiwen` command: the table of commands. Each collects input, calls the library, shows the result."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb import cli_answers, cli_checkup, cli_eval, cli_fetch, cli_kit, cli_library, cli_quiz, cli_template
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
    "checkup": cli_checkup.checkup, "template": cli_template.template, "quiz": cli_quiz.quiz, "kit": cli_kit.kit,
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


@app.command("admin")
def open_admin(data: Data = None, host: Host = "127.0.0.1", port: Port = 8502) -> None:
    """打开资料库管理页：上传、修改、移除、核对、读者反馈、评测。终端会显示只能用一次的链接。"""
    from kb.launch import run_admin

    raise typer.Exit(run_admin(Path(__file__).parent.parent / "views" / "admin.py", host, port, settings(data).data))


@bench_app.callback()
def bench(context: typer.Context,
          corpus: Annotated[Path | None, typer.Option(help="要入库计时的官方文件夹（其下有 regulations 等）")] = None,
          as_json: AsJson = False) -> None:
    """测量启动、检索、回答、入库用时和内存。"""
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


@bench_app.command("growth")
def bench_growth(
        statutes: Annotated[Path, typer.Option(help="法规集 statutes.jsonl.gz，每行一条")],
        questions: Annotated[Path | None, typer.Option(help="问题集 .jsonl；不写则用法规集旁边的 questions.jsonl")] = None,
        sizes: Annotated[str, typer.Option(help="段数，用逗号分开；多于法规集的部分是改动过的重复。默认 1000 到 300000")] = "",
        minutes: Annotated[float, typer.Option(help="一个进程最多多少分钟")] = 6.0,
        gib: Annotated[float, typer.Option(help="一个进程最多多少 GiB 内存")] = 6.0,
        plot: Annotated[Path | None, typer.Option(help="另画成 .svg（需要 matplotlib）")] = None, as_json: AsJson = False) -> None:
    """资料库变大时各项用时和占用怎样增长，与常用的其他做法并排测。"""
    from eval.growth import SIZES, measure, table
    from eval.plot import needs, svg
    from eval.process import Limit

    try:
        chosen = [int(size) for size in sizes.split(",")] if sizes else list(SIZES)
    except ValueError:
        chosen = [0]
    if min(chosen) < 1:
        raise ConfigError(f"不认识的段数：{sizes}", "请写成 --sizes 1000,10000")
    if plot:
        needs()
    found = measure(statutes, questions or statutes.with_name("questions.jsonl"), chosen, Limit(minutes * 60, gib * 1024), say)
    if plot:
        plot.write_text(svg(found), encoding="utf-8")
    if as_json:
        print_json(found.as_json())
    else:
        typer.echo(table(found))


@bench_app.command("page")
def bench_page(
        data: Data = None,
        sessions: Annotated[int, typer.Option(min=1, max=100, help="多少人同时使用")] = 20,
        turns: Annotated[int, typer.Option(min=1, max=50, help="每人问几次")] = 5,
        pause: Annotated[float, typer.Option(min=0.0, max=120.0, help="一个人两次提问之间约隔几秒")] = 8.0,
        as_json: AsJson = False) -> None:
    """测量网页：启动到可用、回车到答案、多人同时使用的用时和内存（在数据文件夹的副本上）。"""
    from eval.bench_page import measure

    _print_figures(measure(settings(data).data, sessions, turns, pause, say), as_json)


@bench_app.command("results")
def bench_results(out: Annotated[Path, typer.Option(help="写到哪个文件")] = Path("docs/results.md"),
                  saved: Annotated[Path, typer.Option(help="各命令保存的 JSON 所在的文件夹")] = Path("docs/results"),
                  readme: Annotated[Path | None, typer.Option(help="也更新这份 README 中标记之间的数字")] = None) -> None:
    """把各项评测和测量保存的 JSON 写成一页。"""
    from eval.results import write

    for name in write(saved, out, readme):
        say(f"没有 {name}，略过")


def _print_figures(figures: "list[Figure]", as_json: bool) -> None:
    from eval.figure import table

    if as_json:
        print_json([figure.as_json() for figure in figures])
    else:
        typer.echo(table(figures))
