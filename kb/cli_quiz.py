"""The command `zhiwen quiz`: a sheet of questions from the bank, its key, or the items as data."""

from typing import Annotated

import typer

from kb.cli_options import AsJson, print_json, say
from kb.errors import QuestionError

__all__ = ["quiz"]

_MOST_SHEETS = 10_000


def quiz(topic: Annotated[list[str] | None, typer.Option(metavar="主题", help="只出这个主题，可以写多次，如 --topic 赔偿；名称见 --list")] = None,
         level: Annotated[list[int] | None, typer.Option(min=1, max=3, help="只出这个难度：1 入门，2 熟悉，3 提高；可以写多次")] = None,
         count: Annotated[int, typer.Option(min=1, max=200, help="出几道题")] = 10,
         seed: Annotated[int | None, typer.Option(min=0, help="卷号：同一个卷号抽出同样的题；不写则随机")] = None,
         key: Annotated[bool, typer.Option("--key", help="附上答案、解析和依据")] = False,
         all_items: Annotated[bool, typer.Option("--all", help="不抽题，列出全部题目，每题附答案、解析和依据")] = False,
         list_topics: Annotated[bool, typer.Option("--list", help="列出主题和每个主题的题数")] = False,
         as_json: AsJson = False) -> None:
    """从题库出一份卷子；--all --json 列出全部题目。"""
    import random

    from kb.class_sheet import item_list, key_sheet, question_sheet
    from kb.clock import SystemClock
    from kb.paper import paper_text
    from kb.quiz import Topic, bundled_items, chosen, drawn, item_record

    bank = bundled_items()
    if list_topics:
        for each in Topic:
            typer.echo(f"{each.value:<14}{each.label}（{len(chosen(bank, [each]))} 题）")
        return
    names = {name: each for each in Topic for name in (each.value, each.label)}
    if unknown := [name for name in topic or [] if name not in names]:
        raise QuestionError(f"题库没有这个主题：{'、'.join(unknown)}", "zhiwen quiz --list 列出全部主题")
    items = chosen(bank, [names[name] for name in topic or []], level or [])
    if not items:
        raise QuestionError("题库里没有这样的题", "请放宽主题或难度")
    number = random.randrange(_MOST_SHEETS) if seed is None else seed
    if not all_items:
        items = drawn(items, count, number)
    if as_json:
        print_json([item_record(item) for item in items])
        return
    day = SystemClock().today()
    if all_items:
        typer.echo(paper_text(item_list(items, day)), nl=False)
        return
    typer.echo(paper_text(question_sheet(items, number, day)), nl=False)
    if key:
        typer.echo(paper_text(key_sheet(items, number, day)), nl=False)
    elif seed is None:
        say(f"加 --seed {number} --key 可以得到这份卷子的答案")
