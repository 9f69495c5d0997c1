"""What the commands share: options, exit codes, and how they open the library and speak."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import ConfigError, QuestionError

if TYPE_CHECKING:
    from kb.assemble import Library, Tools
    from kb.ports import Clock
    from kb.settings import Settings

__all__ = ["COULD_NOT_RUN", "DONE", "WITH_PROBLEMS", "WRONG_USAGE", "AllVersions", "AsJson", "AsOf", "Batch", "Data", "Export",
           "Force", "Host", "Local", "NoBundled", "Out", "Port", "Send", "check_destination", "on_day", "opened", "print_json",
           "save_file", "say", "settings", "tools"]

DONE, WITH_PROBLEMS, WRONG_USAGE, COULD_NOT_RUN = 0, 1, 2, 3

Data = Annotated[Path | None, typer.Option("--data", help="数据文件夹（默认 ZHIWEN_DATA 或用户数据目录）")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="日期", help="按哪一天有效的法律回答，如 2024-05-01；默认今天（上海）")]
AllVersions = Annotated[bool, typer.Option("--all-versions", help="也查找已失效和尚未施行的文本")]
NoBundled = Annotated[bool, typer.Option("--no-bundled", help="不使用随程序附带的资料库")]
AsJson = Annotated[bool, typer.Option("--json", help="输出一份 JSON")]
Batch = Annotated[Path | None, typer.Option("--batch", help="逐行 JSON 的问题文件")]
Export = Annotated[Path | None, typer.Option("--export", metavar="文件", help="另存为 .docx（Word）、.md（Markdown）或 .json 文件")]
Force = Annotated[bool, typer.Option("--force", help="要保存的文件已存在时覆盖它")]
Out = Annotated[Path | None, typer.Option("--out", help="批量结果写到哪个文件（默认标准输出）")]
Send = Annotated[bool, typer.Option("--send", help="同意把问题（遮盖后）发给设置的远程模型，不再询问；批量提问必须写明")]
Local = Annotated[bool, typer.Option("--local", help="只用本机资料库作答，不用模型")]
Host = Annotated[str, typer.Option(help="监听地址；默认仅本机")]
Port = Annotated[int, typer.Option(help="端口")]


def settings(data: Path | None = None, no_bundled: bool = False) -> "Settings":
    from kb.settings import Settings

    return Settings.load(data=data, bundled=False if no_bundled else None)


def opened(given: "Settings") -> "Library":
    """The library of these settings; made, with progress, on first use. What limits it is said on the error stream."""
    from kb.assemble import open_library

    library = open_library(given, progress=say)
    if library.warning:
        say(library.warning)
    return library


def tools(data: Path | None) -> "Tools":
    """The adapters of the commands that change the library."""
    from kb.assemble import tools as chosen

    return chosen(settings(data))


def say(step: str) -> None:
    """A line on the error stream: the output belongs to results."""
    typer.echo(step, err=True)


def on_day(as_of: str, clock: "Clock") -> date:
    """The day of --as-of, today (Shanghai) where it is not given. Raises QuestionError for anything else."""
    if not as_of:
        return clock.today()
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise QuestionError(f"看不懂日期：{as_of}", "请写成 2024-05-01 的样子") from None


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def check_destination(file: Path, force: bool, option: str = "--export") -> None:
    """What would make saving fail is said before the work is done. Raises ConfigError."""
    if not file.parent.is_dir():
        raise ConfigError(f"没有这个文件夹：{file.parent}", f"请先建好，或换一个 {option}")
    if file.exists() and not force:
        raise ConfigError(f"文件已经存在：{file}", "请换一个文件名，或加 --force 覆盖它")


def save_file(file: Path, content: bytes, force: bool) -> None:
    """Write an export. Raises ConfigError where that cannot be done."""
    try:
        with file.open("wb" if force else "xb") as opened_file:
            opened_file.write(content)
    except OSError as error:
        raise ConfigError(f"写不了文件 {file}（{error.strerror}）", "请换一个文件名或文件夹") from None
