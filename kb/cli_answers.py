"""Commands that read the library: ask, search, show, diff."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import (
    AllVersions,
    AsJson,
    AsOf,
    Batch,
    Data,
    Export,
    Force,
    Local,
    NoBundled,
    Out,
    Send,
    check_destination,
    on_day,
    opened,
    print_json,
    save_file,
    say,
    settings,
)
from kb.cli_sending import require_one, sending_of_batch, settled
from kb.errors import ConfigError, QuestionError

if TYPE_CHECKING:
    from kb.assemble import Library
    from kb.ports import Clock
    from kb.types import Answer, Hit, Passage, Question

__all__ = ["ask", "diff", "search", "show"]


def ask(question: Annotated[str, typer.Argument(help="要问的问题")] = "", data: Data = None, as_of: AsOf = "",
        all_versions: AllVersions = False, no_bundled: NoBundled = False,
        audience: Annotated[str, typer.Option(help="enterprise、station 或 trainee")] = "enterprise",
        as_json: AsJson = False, batch: Batch = None, out: Out = None, export: Export = None, force: Force = False,
        send: Send = False, local: Local = False) -> None:
    """提问，得到附出处的回答。"""
    require_one(send, local)
    if export:
        _check_destination(export, force, batch)
    library = opened(settings(data, no_bundled))
    if batch:
        from kb.render import to_record

        sending = sending_of_batch(library.settings, send, local)
        asked = _questions(batch, library.clock, as_of, audience, all_versions)
        _write_lines(out, (to_record(_answered(library, replace(q, sending=sending)), id_) for id_, q in asked))
        return
    answer = library.assistant.ask(settled(library, _question(question, library.clock, as_of, audience, all_versions), send, local))
    _print_answer(answer, as_json)
    if export:
        _export(answer, export, force)


def search(query: Annotated[str, typer.Argument(help="要找的内容")] = "", data: Data = None, as_of: AsOf = "",
           all_versions: AllVersions = False, no_bundled: NoBundled = False,
           top: Annotated[int, typer.Option(min=1, max=1000, help="最多几条")] = 10,
           as_json: AsJson = False, batch: Batch = None, out: Out = None) -> None:
    """检索，并说明每条为什么排在这里。"""
    library = opened(settings(data, no_bundled))

    def found(id_: str, question: "Question") -> dict[str, object]:
        hits = _found(library, question, top) if batch else library.assistant.search(question, top)
        return {"id": id_, "hits": [
            {"passage": hit.passage.id, "title": hit.passage.title, "locator": hit.passage.locator,
             "version": hit.passage.version.label, "score": round(hit.score, 4),
             "also": [{"passage": p.id, "title": p.title, "locator": p.locator, "version": p.version.label} for p in hit.also]}
            for hit in hits]}

    if batch:
        asked = _questions(batch, library.clock, as_of, "enterprise", all_versions)
        _write_lines(out, (found(id_, question) for id_, question in asked))
        return
    question = _question(query, library.clock, as_of, "enterprise", all_versions)
    if as_json:
        print_json(found("", question))
        return
    for rank, hit in enumerate(library.assistant.search(question, top), start=1):
        version = hit.passage.version
        typer.echo(f"{rank:>2}. {hit.score:.2f}  {_place_of(hit.passage)}  [{version.tier.label}]")
        typer.echo(f"      {hit.passage.text[:60].replace(chr(10), ' ')}…\n      依据：{'；'.join(hit.why)}")
        if hit.also:
            typer.echo(f"      另见：{'；'.join(_place_of(passage) for passage in hit.also)}")


def show(document: Annotated[str, typer.Argument(help="文件名，如 反不正当竞争法")],
         locator: Annotated[str, typer.Argument(help="条号，如 10、第十条、219之一；方案用 二、(三)7")] = "",
         data: Data = None, as_of: AsOf = "", all_versions: AllVersions = False, no_bundled: NoBundled = False,
         as_json: AsJson = False) -> None:
    """显示某一条的原文；不写条号则列出目录。"""
    from kb.show import contents, located_text, notices_beside

    library = opened(settings(data, no_bundled))
    store, day = library.assistant.store, on_day(as_of, library.clock)
    passages = (located_text(store, library.registry, document, locator, day, all_versions) if locator
                else contents(store, library.registry, document, day, all_versions))
    versions = library.assistant.standing.versions()
    notices = [notices_beside(p, library.registry, versions, day, library.clock.today()) if locator else [] for p in passages]
    if as_json:
        print_json([{"title": p.title, "locator": p.locator, "version": p.version.label, "tier": p.version.tier.label,
                      "status": p.version.status.value, "text": p.text,
                      "notices": [{"kind": notice.kind, "text": notice.text} for notice in beside]}
                     for p, beside in zip(passages, notices, strict=True)])
        return
    for passage, beside in zip(passages, notices, strict=True):
        typer.echo(f"{_place_of(passage)} · {passage.version.tier.label}")
        if locator:
            typer.echo("\n".join((passage.text, *(f"※ {notice.text}" for notice in beside))) + "\n")


def diff(document: Annotated[str, typer.Argument(help="文件名，如 反不正当竞争法")],
         locator: Annotated[str, typer.Argument(help="条号（按较新的版本），如 10；不写则列出全部条文的对照")] = "",
         data: Data = None, as_of: AsOf = "", no_bundled: NoBundled = False, as_json: AsJson = False,
         from_label: Annotated[str, typer.Option("--from", metavar="版本", help="较早的版本，如 2019修正 或 2019")] = "",
         to_label: Annotated[str, typer.Option("--to", metavar="版本", help="较新的版本，如 2026修订（可以是尚未施行的）")] = "") -> None:
    """对照两个版本：哪些条文移了条号、改了文字、新增或删去。默认对照当日有效的版本和它之前的版本。"""
    from kb.amendment import amendment, article_lines, record, table_lines

    library = opened(settings(data, no_bundled))
    found = amendment(library.assistant.store, library.registry, document, on_day(as_of, library.clock), from_label, to_label)
    if as_json:
        print_json(record(found, locator))
        return
    for line in article_lines(found, locator) if locator else table_lines(found):
        typer.echo(line)


def _place_of(passage: "Passage") -> str:
    return f"《{passage.title}》（{passage.version.label}）{passage.locator}"


def _question(text: str, clock: "Clock", as_of: str, audience: str, all_versions: bool,
              turns: tuple[str, ...] = ()) -> "Question":
    from kb.types import Audience, Question

    try:
        asker = Audience(audience)
    except ValueError:
        raise QuestionError(f"没有这种身份：{audience}", "可用 enterprise（企业）、station（科普驿站）、trainee（培训学员）") from None
    return Question(text, on_day(as_of, clock), turns, asker, all_versions)


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


def _print_answer(answer: "Answer", as_json: bool) -> None:
    from kb.render import quotation, source_line, to_record, to_text, verdict_label

    if as_json:
        print_json(to_record(answer, ""))
        return
    typer.echo(to_text(answer))
    if answer.citations:
        typer.echo("\n来源")
    for citation in answer.citations:
        typer.echo(f"[{citation.n}] {source_line(citation, answer.question.as_of)}（{verdict_label(citation)}）")
        typer.echo(f"    {quotation(citation)}".replace("\n", "\n    "))


def _check_destination(file: Path, force: bool, batch: Path | None) -> None:
    """What would make the export fail is said before the question is asked."""
    from kb.export import format_of

    if batch:
        raise ConfigError("--export 每次只保存一个回答", "批量提问的结果请用 --out 保存")
    format_of(file)
    check_destination(file, force)


def _export(answer: "Answer", file: Path, force: bool) -> None:
    from kb.export import format_of

    save_file(file, format_of(file).write(answer), force)
    say(f"回答已保存到 {file}")


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
