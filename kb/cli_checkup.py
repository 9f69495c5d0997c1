"""The command `zhiwen checkup`: the questions of the self-assessment, and what a file of answers comes to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import AsJson, AsOf, Export, Force, check_destination, on_day, print_json, save_file, say
from kb.errors import ConfigError, QuestionError

if TYPE_CHECKING:
    from kb.checkup import Checkup

__all__ = ["checkup"]

_MOST_BYTES = 1 << 20       # of a file of answers


def checkup(answers: Annotated[Path | None, typer.Option("--answers", metavar="文件", help='答题文件：{"题号": "有|部分|没有|不适用", …}')] = None,
            export: Export = None, force: Force = False, as_of: AsOf = "", as_json: AsJson = False) -> None:
    """商业秘密保护自测：列出题目；给出答题文件则算出得分和要做的事。"""
    from kb.checkup import bundled_checkup
    from kb.checkup_report import check_suffix, currency_notes, questions_record, report, report_file, result_record
    from kb.checkup_result import assess, read_replies
    from kb.clock import SystemClock
    from kb.paper import paper_text
    from kb.registry import bundled_registry

    paper, day, registry = bundled_checkup(), on_day(as_of, SystemClock()), bundled_registry()
    if answers is None:
        if export:
            raise ConfigError("没有答题文件，导不出报告", "请加 --answers 文件")
        print_json(questions_record(paper)) if as_json else typer.echo(_questions(paper), nl=False)
        return
    if export:
        check_suffix(export.suffix.lower())
        check_destination(export, force)
    replies = read_replies(paper, _text_of(answers))
    result = assess(paper, replies)
    if as_json:
        print_json(result_record(paper, replies, result, day, currency_notes(paper, registry, day)))
    elif export is None:
        typer.echo(paper_text(report(paper, result, registry, day)), nl=False)
    if export:
        save_file(export, report_file(export.suffix.lower(), paper, replies, registry, day), force)
        say(f"报告已保存到 {export}")


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise QuestionError(f"答题文件太大：{file}", "它应当只有几十行")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise QuestionError(f"读不了答题文件 {file}（{error.strerror}）", "请检查文件名") from None
    except UnicodeDecodeError:
        raise QuestionError(f"答题文件 {file} 不是 UTF-8 文字", "请另存为 UTF-8 的 JSON 文件") from None


def _questions(paper: "Checkup") -> str:
    lines = []
    for group in paper.groups:
        lines += [f"{group.title}", ""]
        for item in paper.of(group):
            lines += [f"  {item.id}（权重 {item.weight}，{item.standing.label}）", f"    {item.text}", f"    部分：{item.partly}",
                      *([f"    {item.applies}"] if item.applies else []), f"    依据：{'；'.join(item.basis)}", ""]
    return "\n".join(lines)
