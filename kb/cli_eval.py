"""`zhiwen eval`: measure, compare with an earlier run, and leave the result as a table, as JSON, as a record, as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import DONE, WITH_PROBLEMS, AsJson, Data, opened, print_json, say, settings
from kb.errors import ConfigError
from kb.types import Sending

if TYPE_CHECKING:
    from eval.judge import Judgement
    from eval.runner import Results
    from kb.assemble import Library

__all__ = ["evaluate"]


def evaluate(what: Annotated[str, typer.Argument(help="retrieval、answers、refusals、all，或 lexicon（每个口语词和错别字值多少）")] = "all", data: Data = None,
             as_json: AsJson = False, gate: Annotated[bool, typer.Option("--gate", help="低于门槛时以 1 退出")] = False,
             compared_with: Annotated[Path | None, typer.Option("--compare", metavar="文件", help="与以前 --save 的评测比较")] = None,
             save: Annotated[Path | None, typer.Option("--save", metavar="文件", help="把逐题得分存成 JSON，供以后比较；已有的文件会被替换")] = None,
             page: Annotated[Path | None, typer.Option("--html", metavar="文件", help="写一份可离线打开、打印的报告；已有的文件会被替换")] = None,
             judged: Annotated[bool, typer.Option("--judge", help="再请设置的对话模型逐句判断出处是否支持（不影响其他数字）")] = False,
             statutes: Annotated[Path | None, typer.Option(help="法规集 statutes.jsonl.gz：在它的全部条文中检索（只用于 retrieval）")] = None,
             questions: Annotated[Path | None, typer.Option(help="问题集 .jsonl；不写则用法规集旁边的 questions.jsonl")] = None,
             peers: Annotated[bool, typer.Option("--peers", help="抽 200 个问题，与别的检索软件并排测（只用于 --statutes）")] = False) -> None:
    """用题库评测检索、回答与拒答；给出法规集时，评测在全部法条中找到答案的能力。"""
    if (statutes is not None or what == "lexicon") and (gate or compared_with or save or page or judged):
        raise ConfigError("--gate、--compare、--save、--html、--judge 只用于题库的评测", "请运行 zhiwen eval [retrieval|answers|refusals|all] …")
    if statutes is not None:
        if what != "retrieval":
            raise ConfigError("--statutes 只用于评测检索", "请运行 zhiwen eval retrieval --statutes …")
        _statutes(statutes, questions or statutes.with_name("questions.jsonl"), peers, as_json)
    elif what == "lexicon":
        from eval import lexicon

        entries = lexicon.measure(opened(settings(data)).assistant, say)
        typer.echo(lexicon.record(entries) if as_json else lexicon.table(entries))
    else:
        results = _cases(what, data, as_json, compared_with, save, page, judged)
        raise typer.Exit(WITH_PROBLEMS if gate and results.below_gate() else DONE)


def _cases(what: str, data: Path | None, as_json: bool, compared_with: Path | None, save: Path | None, page: Path | None,
           judged: bool) -> "Results":
    """Whatever would make the run useless afterwards is found out before it: a file, another case set, no model."""
    from eval import compared, judge, table
    from eval.cases import load_cases
    from eval.record import Record, program, read_record, summary, write_record
    from eval.report import report
    from eval.runner import prepared, run
    from kb.clock import SystemClock

    for file in filter(None, (save, page)):
        _require_place(file)
    earlier = read_record(compared_with).results if compared_with else None
    library = opened(settings(data))
    if judged:
        _require_judge(library, what)
    if earlier:
        compared.refuse_unlike(earlier, prepared(library.assistant, what)[0])
    results = run(library.assistant, what, say=say)
    beside = compared.compare(earlier, results) if earlier else None
    judgement = _judgement(library, results) if judged else None
    record = Record(results, SystemClock().today(), program())
    if save:
        write_record(record, save)
        say(f"已保存 {save}")
    if page:
        page.write_text(report(record, load_cases(), beside, judgement), encoding="utf-8")
        say(f"已写出 {page}")
    if as_json:
        print_json({**summary(record), **({"comparison": compared.as_json(beside)} if beside else {}),
                    **({"judge": judge.as_json(judgement)} if judgement else {})})
    else:
        typer.echo("\n\n".join(filter(None, (judge.table(judgement) if judgement else "", table.table(results),
                                             compared.table(beside) if beside else ""))))
    return results


def _require_place(file: Path) -> None:
    if file.is_dir() or not file.parent.is_dir():
        raise ConfigError(f"写不了 {file}：{'它是文件夹' if file.is_dir() else '所在的文件夹不存在'}", "请换一个文件名，或先建好文件夹")


def _require_judge(library: "Library", what: str) -> None:
    """A judge reads sentences of the answers and the passages they cite; those are sent only where sending is allowed."""
    if library.assistant.model is None:
        raise ConfigError("--judge 需要对话模型，现在没有设置", "请设置 ZHIWEN_MODEL 和 ZHIWEN_BASE_URL；不加 --judge 也能评测")
    if what == "retrieval":
        raise ConfigError("只评测检索时没有回答可供判断", "请运行 zhiwen eval answers --judge")
    if library.settings.sending is Sending.LOCAL and not library.settings.model_stays_here:
        raise ConfigError("设置了什么都不发给远程模型（ZHIWEN_SENDING=local），--judge 要把回答和出处发给它", "请改用本机的模型，或不加 --judge")


def _judgement(library: "Library", results: "Results") -> "Judgement | None":
    from eval.judge import judge

    model = library.assistant.model
    return judge(model, results, say) if model else None


def _statutes(statutes: Path, questions: Path, peers: bool, as_json: bool) -> None:
    from eval.peers import compare
    from eval.statutes import measure, read_asked, record, table

    asked = read_asked(questions)
    found = compare(statutes, asked, say) if peers else measure(statutes, asked, say)
    if as_json:
        print_json(record(found))
    else:
        typer.echo(table(found))
