"""The command that lists the official texts the library lacks and, when asked to, downloads them: fetch."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli_options import DONE, WITH_PROBLEMS, AsJson, Data, print_json, say, tools
from kb.errors import QuestionError

if TYPE_CHECKING:
    from datetime import date

    from ingest.fetch import Fetched, Wanted
    from kb.registry import Registry

__all__ = ["fetch"]

_UNCHECKED = "（待核实）"
_BY_HAND = "在官方网站下载到的文件，可以直接用 zhiwen ingest 文件 导入，程序会按登记表认出它"


def fetch(titles: Annotated[list[str] | None, typer.Argument(help="文件标题或简称，如 商业秘密保护规定")] = None,
          data: Data = None,
          listed: Annotated[bool, typer.Option("--list", help="只列出资料库缺少的官方文件，不联网")] = False,
          all_recorded: Annotated[bool, typer.Option("--all", help="下载所有记录了官方网址的缺少文件")] = False,
          proxy: Annotated[str, typer.Option(metavar="http://主机:端口", help="经由这个代理；环境变量里的代理不使用")] = "",
          as_json: AsJson = False) -> None:
    """列出或下载登记在册而资料库缺少的官方文件；只有写明标题或 --all 才联网。"""
    from ingest.fetch import Fetcher, official_policy, wanted
    from kb.catalogue import Catalogue

    if sum((bool(titles), listed, all_recorded)) != 1:
        raise QuestionError("请在 --list、--all 和文件标题中选一种", "如 zhiwen fetch --list 或 zhiwen fetch 商业秘密保护规定")
    chosen = tools(data)
    with Catalogue(chosen.data) as catalogue:
        lacking = wanted(chosen.registry, catalogue.versions())
    if listed:
        _print_list(lacking, as_json)
        raise typer.Exit(DONE)
    wishes = [each for each in lacking if each.page] if all_recorded else _called(titles or [], lacking, chosen.registry)
    policy = official_policy(chosen.registry, proxy)
    _announce(wishes, proxy)
    fetcher = Fetcher(chosen.data, policy, registry=chosen.registry, embedder=chosen.embedder, clock=chosen.clock)
    results = []
    for done, each in enumerate(wishes, start=1):
        say(f"{done}/{len(wishes)} {each.name}")
        results.append(fetcher.fetch(each))
        if not as_json:
            _print_result(results[-1])
    unrecorded = sum(not each.page for each in lacking) if all_recorded else 0
    if as_json:
        print_json({"stored": sum(not r.problem for r in results), "failed": sum(bool(r.problem) for r in results),
                    "unrecorded": unrecorded, "documents": [_result_json(result) for result in results]})
    elif unrecorded:
        typer.echo(f"另有 {unrecorded} 份缺少的文件没有记录官方网址，请用 zhiwen fetch --list 查看到哪里查找")
    raise typer.Exit(WITH_PROBLEMS if any(result.problem for result in results) else DONE)


def _called(titles: list[str], lacking: "tuple[Wanted, ...]", registry: "Registry") -> "list[Wanted]":
    """What is lacking of the documents with these titles, each once. Raises QuestionError for an unknown title."""
    from ingest.fetch import named

    wishes: list[Wanted] = []
    for title in titles:
        entries = named(title.strip("《》 "), registry)
        if not entries:
            raise QuestionError(f"登记表里没有《{title.strip('《》 ')}》", "请用 zhiwen fetch --list 查看缺少哪些文件，或换一个标题")
        found = [each for each in lacking if each.entry in entries]
        if not found:
            say(f"资料库已有《{entries[0].title}》的官方文本，不再下载")
        wishes += [each for each in found if each not in wishes]
    return wishes


def _announce(wishes: "list[Wanted]", proxy: str) -> None:
    """Before anything is sent: whom it goes to, and what."""
    from ingest.download import host_of

    if hosts := sorted({host_of(each.page) for each in wishes if each.page}):
        say(f"将联系：{'、'.join(hosts)}{f'（经代理 {proxy}）' if proxy else ''}；只请求公开网页，不发送提问和资料")


def _print_list(lacking: "tuple[Wanted, ...]", as_json: bool) -> None:
    if as_json:
        print_json([_wanted_json(each) for each in lacking])
        return
    if not lacking:
        typer.echo("登记在册的官方文件，资料库都有")
        return
    typer.echo(f"登记在册而资料库没有官方文本的文件，共 {len(lacking)} 份：")
    for n, each in enumerate(lacking, start=1):
        entry = each.entry
        typer.echo(f"\n{n}. {each.name}  {entry.kind.label}  {entry.number or '文号未登记'}"
                   f"{_UNCHECKED if entry.number and not _number_read(each) else ''}  {entry.status.label}")
        if days := _days(each):
            typer.echo(f"   {days}")
        typer.echo(f"   官方网页：{each.page}" if each.page else
                   f"   官方网页没有记录，请到 {each.site or '国家法律法规数据库或发文机关网站'} 按标题查找")
        if each.older:
            typer.echo(f"   资料库里只有其他版本：{'、'.join(each.older)}")
        if each.own_copy:
            typer.echo("   资料库里有自行添加的一份，未经核对")
        if entry.note:
            typer.echo(f"   说明：{entry.note}")
    typer.echo(f"\n记录了网页的可以用 zhiwen fetch 标题 下载。{_BY_HAND}")


def _print_result(result: "Fetched") -> None:
    each = result.wanted
    if result.problem:
        typer.echo(f"没有得到 {each.name}：{result.problem}。{result.remedy}")
        typer.echo(f"  网页：{each.page}。{_BY_HAND}" if each.page else f"  {_BY_HAND}")
        return
    typer.echo(f"已入库 {each.name}：{result.passages} 段，来自 {result.url}，校验值 {result.sha256}")
    for warning in result.warnings:
        typer.echo(f"  提示：{warning.problem}。{warning.remedy}")


def _days(each: "Wanted") -> str:
    entry = each.entry
    known = [f"{name} {day}" for name, day in (("公布", entry.issued), ("施行", entry.in_force_from),
                                               ("最后施行日", entry.in_force_to)) if day]
    return "，".join(known) + (_UNCHECKED if known and not _days_read(each) else "")


def _number_read(each: "Wanted") -> bool:
    return each.entry.number_basis == "read"


def _days_read(each: "Wanted") -> bool:
    """Whether the dates are from the official text rather than from what others say of it."""
    return each.entry.held or _number_read(each)


def _wanted_json(each: "Wanted") -> dict[str, Any]:
    def day(value: "date | None") -> str | None:
        return value.isoformat() if value else None

    entry = each.entry
    return {"title": entry.title, "version": entry.label, "document": entry.document, "kind": entry.kind.value,
            "number": entry.number, "number_verified": bool(entry.number) and _number_read(each),
            "status": entry.status.value, "issued": day(entry.issued), "in_force_from": day(entry.in_force_from),
            "in_force_to": day(entry.in_force_to), "dates_verified": _days_read(each), "place": entry.place,
            "page": each.page, "site": each.site, "other_versions": list(each.older), "own_copy": each.own_copy,
            "note": entry.note}


def _result_json(result: "Fetched") -> dict[str, Any]:
    entry = result.wanted.entry
    return {"title": entry.title, "version": entry.label, "outcome": "failed" if result.problem else "stored",
            "page": result.wanted.page, "url": result.url, "sha256": result.sha256, "bytes": result.size,
            "passages": result.passages, "problem": result.problem, "remedy": result.remedy,
            "warnings": [{"problem": w.problem, "remedy": w.remedy} for w in result.warnings]}
