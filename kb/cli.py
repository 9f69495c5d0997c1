"""The `zhiwen` command: collects input, calls the library, shows the result. Everything heavy is imported on use."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import ConfigError, KbError, QuestionError

if TYPE_CHECKING:
    from ingest.pipeline import Progress
    from kb.assemble import Library, Tools
    from kb.ports import Clock
    from kb.settings import Settings
    from kb.types import Answer, Hit, Question

__all__ = ["main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="知问：知识产权与商业秘密保护问答，离线可用，答案附可核对的出处。")
library_app = typer.Typer(no_args_is_help=True, help="查看和维护资料库。")
app.add_typer(library_app, name="library")

DONE, WITH_PROBLEMS, WRONG_USAGE, COULD_NOT_RUN = 0, 1, 2, 3

Data = Annotated[Path | None, typer.Option("--data", help="数据文件夹（默认 ZHIWEN_DATA 或用户数据目录）")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="日期", help="按哪一天有效的法律回答，如 2024-05-01；默认今天（上海）")]
AllVersions = Annotated[bool, typer.Option("--all-versions", help="也查找已失效和尚未施行的文本")]
NoBundled = Annotated[bool, typer.Option("--no-bundled", help="不使用随程序附带的资料库")]
AsJson = Annotated[bool, typer.Option("--json", help="输出一份 JSON")]
Batch = Annotated[Path | None, typer.Option("--batch", help="逐行 JSON 的问题文件")]
Out = Annotated[Path | None, typer.Option("--out", help="批量结果写到哪个文件（默认标准输出）")]
Host = Annotated[str, typer.Option(help="监听地址；默认仅本机")]


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
             port: Annotated[int, typer.Option(help="端口")] = 8501) -> None:
    """打开网页。"""
    from kb.launch import run_app

    raise typer.Exit(run_app(Path(__file__).parent.parent / "app.py", host, port, _settings(data).data))


@app.command()
def ask(question: Annotated[str, typer.Argument(help="要问的问题")] = "", data: Data = None, as_of: AsOf = "",
        all_versions: AllVersions = False, no_bundled: NoBundled = False,
        audience: Annotated[str, typer.Option(help="enterprise、station 或 trainee")] = "enterprise",
        as_json: AsJson = False, batch: Batch = None, out: Out = None) -> None:
    """提问，得到附出处的回答。"""
    from kb.render import to_record, to_text

    library = _library(_settings(data, no_bundled))
    if batch:
        asked = _questions(batch, library.clock, as_of, audience, all_versions)
        _write_lines(out, (to_record(_answered(library, q), id_) for id_, q in asked))
        return
    answer = library.assistant.ask(_question(question, library.clock, as_of, audience, all_versions))
    if as_json:
        _print_json(to_record(answer, ""))
        return
    typer.echo(to_text(answer))
    if answer.citations:
        from kb.render import quotation, source_line, verdict_label

        typer.echo("\n来源")
        for citation in answer.citations:
            typer.echo(f"[{citation.n}] {source_line(citation, answer.question.as_of)}（{verdict_label(citation)}）")
            typer.echo(f"    {quotation(citation)}".replace("\n", "\n    "))


@app.command()
def search(query: Annotated[str, typer.Argument(help="要找的内容")] = "", data: Data = None, as_of: AsOf = "",
           all_versions: AllVersions = False, no_bundled: NoBundled = False,
           top: Annotated[int, typer.Option(min=1, max=1000, help="最多几条")] = 10,
           as_json: AsJson = False, batch: Batch = None, out: Out = None) -> None:
    """检索，并说明每条为什么排在这里。"""
    library = _library(_settings(data, no_bundled))

    def found(id_: str, question: "Question") -> dict[str, object]:
        hits = _found(library, question, top) if batch else library.assistant.search(question, top)
        return {"id": id_, "hits": [
            {"passage": hit.passage.id, "title": hit.passage.title, "locator": hit.passage.locator,
             "version": hit.passage.version.label, "score": round(hit.score, 4)}
            for hit in hits]}

    if batch:
        asked = _questions(batch, library.clock, as_of, "enterprise", all_versions)
        _write_lines(out, (found(id_, question) for id_, question in asked))
        return
    question = _question(query, library.clock, as_of, "enterprise", all_versions)
    if as_json:
        _print_json(found("", question))
        return
    for rank, hit in enumerate(library.assistant.search(question, top), start=1):
        version = hit.passage.version
        typer.echo(f"{rank:>2}. {hit.score:.2f}  《{hit.passage.title}》（{version.label}）{hit.passage.locator}"
                   f"  [{version.tier.label}]")
        typer.echo(f"      {hit.passage.text[:60].replace(chr(10), ' ')}…\n      依据：{'；'.join(hit.why)}")


@app.command()
def show(document: Annotated[str, typer.Argument(help="文件名，如 反不正当竞争法")],
         locator: Annotated[str, typer.Argument(help="条号，如 10、第十条、219之一；方案用 二、(三)7")] = "",
         data: Data = None, as_of: AsOf = "", all_versions: AllVersions = False, no_bundled: NoBundled = False,
         as_json: AsJson = False) -> None:
    """显示某一条的原文；不写条号则列出目录。"""
    from kb.show import contents, located_text

    library = _library(_settings(data, no_bundled))
    day = _day(as_of, library.clock)
    passages = (located_text(library.assistant.store, library.registry, document, locator, day, all_versions) if locator
                else contents(library.assistant.store, library.registry, document, day, all_versions))
    if as_json:
        _print_json([{"title": p.title, "locator": p.locator, "version": p.version.label, "tier": p.version.tier.label,
                      "status": p.version.status.value, "text": p.text} for p in passages])
        return
    for passage in passages:
        version = passage.version
        typer.echo(f"《{passage.title}》（{version.label}）{passage.locator} · {version.tier.label}")
        if locator:
            typer.echo(passage.text + "\n")


@app.command()
def ingest(paths: Annotated[list[Path], typer.Argument(help="文件或文件夹")], data: Data = None,
           prune: Annotated[bool, typer.Option("--prune", help="移除所列文件夹里已经消失的文件")] = False,
           as_json: AsJson = False) -> None:
    """把文件加入资料库（md、txt、pdf、docx）。"""
    from ingest.pipeline import ingest_paths

    tools = _tools(data)
    report = ingest_paths(paths, tools.data, registry=tools.registry, embedder=tools.embedder, clock=tools.clock,
                          prune=prune, progress=_progress())
    if as_json:
        _print_json(report.as_json())
    else:
        typer.echo(f"新增 {report.added}，更新 {report.updated}，未变 {report.unchanged}，已消失 {report.missing}，"
                   f"移除 {report.removed}；共 {report.passages} 段，用时 {report.seconds:.1f} 秒")
        for label, entries in (("提示", report.warnings), ("未入库", report.problems)):
            for entry in entries:
                typer.echo(f"{label}：{entry.file}：{entry.problem}。{entry.remedy}")
    raise typer.Exit(WITH_PROBLEMS if report.problems else DONE)


@library_app.command("list")
def list_library(data: Data = None, no_bundled: NoBundled = False, as_json: AsJson = False) -> None:
    """列出资料库中的文件和版本。"""
    library = _library(_settings(data, no_bundled))
    versions = library.assistant.store.versions()
    if as_json:
        _print_json([{"id": v.id, "title": v.title, "version": v.label, "kind": v.kind.value, "tier": v.tier.label,
                      "status": v.status.value, "in_force_from": v.in_force_from and v.in_force_from.isoformat()}
                     for v in versions])
        return
    for v in versions:
        typer.echo(f"{v.kind.label}  《{v.title}》（{v.label}） {v.status.label} {v.tier.label}  {v.id}")


@library_app.command()
def remove(version_ids: Annotated[list[str], typer.Argument(help="zhiwen library list 显示的编号")], data: Data = None) -> None:
    """移除文件：正文从目录、索引和原件中一并删除。"""
    from kb.store import remove_versions

    tools = _tools(data)
    change = remove_versions(tools.data, version_ids, tools.embedder, tools.clock)
    typer.echo(f"已移除 {len(change.removed)} 段" if change.removed else "没有移除：没有这些编号，请用 zhiwen library list 查看")
    raise typer.Exit(DONE if change.removed else WITH_PROBLEMS)


@library_app.command()
def verify(data: Data = None) -> None:
    """核对目录与索引是否一致。"""
    from kb.store import verify_library

    manifest = verify_library(_tools(data).data)
    typer.echo(f"一致：目录与索引都有 {manifest.passages} 段，版本 {manifest.library_version}")


@library_app.command()
def rebuild(data: Data = None) -> None:
    """只凭目录重建索引。"""
    from kb.store import rebuild_index

    tools = _tools(data)
    typer.echo(f"索引已重建：{rebuild_index(tools.data, tools.embedder, tools.clock).passages} 段")


@app.command("eval")
def evaluate(what: Annotated[str, typer.Argument(help="retrieval、answers、refusals 或 all")] = "all", data: Data = None,
             as_json: AsJson = False, gate: Annotated[bool, typer.Option("--gate", help="低于门槛时以 1 退出")] = False) -> None:
    """用题库评测检索、回答与拒答。"""
    from eval.runner import run, table

    library = _library(_settings(data))
    results = run(library.assistant, what)
    if as_json:
        _print_json(results.as_json())
    else:
        typer.echo(table(results))
    raise typer.Exit(WITH_PROBLEMS if gate and results.below_gate() else DONE)


@app.command()
def bench(corpus: Annotated[Path | None, typer.Option(help="要入库计时的官方文件夹（其下有 regulations 等）")] = None,
          as_json: AsJson = False) -> None:
    """测量启动、回答、入库用时和内存。"""
    from eval.bench import measure, table

    figures = measure(corpus, _say)
    if as_json:
        _print_json([figure.as_json() for figure in figures])
    else:
        typer.echo(table(figures))


def _settings(data: Path | None = None, no_bundled: bool = False) -> "Settings":
    from kb.settings import Settings

    return Settings.load(data=data, bundled=False if no_bundled else None)


def _library(settings: "Settings") -> "Library":
    from kb.assemble import open_library

    library = open_library(settings, progress=_say)
    if library.warning:
        _say(library.warning)
    return library


def _say(step: str) -> None:
    typer.echo(step, err=True)


def _day(as_of: str, clock: "Clock") -> date:
    if not as_of:
        return clock.today()
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise QuestionError(f"看不懂日期：{as_of}", "请写成 2024-05-01 的样子") from None


def _question(text: str, clock: "Clock", as_of: str, audience: str, all_versions: bool,
              turns: tuple[str, ...] = ()) -> "Question":
    from kb.types import Audience, Question

    try:
        asker = Audience(audience)
    except ValueError:
        raise QuestionError(f"没有这种身份：{audience}", "可用 enterprise（企业）、station（科普驿站）、trainee（培训学员）") from None
    return Question(text, _day(as_of, clock), turns, asker, all_versions)


def _questions(batch: Path, clock: "Clock", as_of: str, audience: str, all_versions: bool) -> "Iterator[tuple[str, Question]]":
    """Questions of a batch file in order; a dialogue yields one question a turn, with ids d1#1, d1#2."""
    if not batch.is_file():
        raise ConfigError(f"没有这个文件：{batch}", "请给出逐行 JSON 的问题文件")
    try:
        lines = batch.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ConfigError(f"{batch} 不是 UTF-8 编码", "请另存为 UTF-8 后重试") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            id_, day, asker = str(case["id"]), case.get("as_of") or as_of, case.get("audience") or audience
            turns = case.get("turns")
            said = [case["question"]] if turns is None else list(turns)
            if not said or not all(isinstance(text, str) for text in said) or isinstance(turns, str):
                raise ValueError("questions are texts")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigError(f"{batch} 第 {number} 行不是约定的问题格式", '每行如 {"id": "q1", "question": "…"}') from None
        for i, text in enumerate(said):
            name = id_ if turns is None else f"{id_}#{i + 1}"
            yield name, _question(text, clock, day, asker, all_versions, tuple(said[:i]))


def _answered(library: "Library", question: "Question") -> "Answer":
    """A question of a batch that cannot be taken is answered with the reason, so that the others go on."""
    from kb.types import Answer, Claim, Outcome

    try:
        return library.assistant.ask(question)
    except QuestionError as error:
        return Answer(question, Outcome.CLARIFY, (Claim(str(error), ()),))


def _found(library: "Library", question: "Question", top: int) -> "list[Hit]":
    try:
        return library.assistant.search(question, top)
    except QuestionError:
        return []


def _write_lines(out: Path | None, records: Iterator[dict[str, object]]) -> None:
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    if out is None:
        for line in lines:
            typer.echo(line)
        return
    if not out.parent.is_dir():
        raise ConfigError(f"没有这个文件夹：{out.parent}", "请先建好，或换一个 --out")
    with out.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _tools(data: Path | None) -> "Tools":
    from kb.assemble import tools

    return tools(_settings(data))


def _progress() -> "Callable[[Progress], None]":
    """A line that renews itself on a terminal, a plain line every ten files elsewhere."""
    def show_progress(step: "Progress") -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{step}", end="\n" if step.done == step.total else "", file=sys.stderr, flush=True)  # noqa: T201
        elif step.done % 10 == 0 or step.done == step.total:
            _say(str(step))
    return show_progress
