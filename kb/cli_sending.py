"""Before a question leaves the machine by a command: what would be sent is shown, and asked about once."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from kb.cli_options import say
from kb.errors import ConfigError

if TYPE_CHECKING:
    from kb.assemble import Library
    from kb.outgoing import Outgoing
    from kb.settings import Settings
    from kb.types import Question, Sending

__all__ = ["require_one", "sending_of_batch", "settled"]

_WITHOUT_SEND = "没有经过确认，什么都没有发送：只用本机资料库作答。同意发给模型请加 --send"


def require_one(send: bool, local: bool) -> None:
    """Raises ConfigError where both --send and --local are given."""
    if send and local:
        raise ConfigError("--send 和 --local 不能同时使用", "同意发给模型用 --send，只用本机资料库用 --local")


def settled(library: "Library", question: "Question", send: bool, local: bool) -> "Question":
    """The question with how much of it may be sent: as the flags say, or as somebody at the terminal answers.

    Without a terminal to ask at, nothing is sent.
    """
    from kb.types import Sending

    asked = replace(question, sending=_wanted(library.settings, send, local))
    if library.settings.model_stays_here or asked.sending is Sending.LOCAL:
        return asked
    outgoing = library.assistant.would_send(asked)
    if outgoing is None:
        return asked
    if not send and not _somebody_is_there():
        say(_WITHOUT_SEND)
        return replace(asked, sending=Sending.LOCAL)
    _show(outgoing, library.settings)
    if send or typer.confirm("发送吗？（不发送则只用本机资料库作答）", err=True):
        return asked
    return replace(asked, sending=Sending.LOCAL)


def sending_of_batch(settings: "Settings", send: bool, local: bool) -> "Sending":
    """The same for the questions of a file: nobody is asked, so without --send none of them goes anywhere."""
    from kb.types import Sending

    wanted = _wanted(settings, send, local)
    if settings.model_stays_here or wanted is Sending.LOCAL:
        return wanted
    if not send:
        say(_WITHOUT_SEND)
        return Sending.LOCAL
    say(_destination(settings))
    return wanted


def _wanted(settings: "Settings", send: bool, local: bool) -> "Sending":
    from kb.types import Sending

    if local:
        return Sending.LOCAL
    return Sending.MASKED if send and settings.sending is Sending.LOCAL else settings.sending


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _show(outgoing: "Outgoing", settings: "Settings") -> None:
    from kb.confidential import tally

    added = f"（其中 {outgoing.added} 段来自自行添加的文件）" if outgoing.added else ""
    say(_destination(settings))
    say(f"  问题：{outgoing.question}")
    say(f"  资料库里的文字：{len(outgoing.passages)} 段{added}")
    if hidden := tally(outgoing.hidden.marks):
        say(f"  已识别：{hidden}（〔…〕是遮盖后的样子；金额照发）")
    elif outgoing.marks:
        say(f"  没有遮盖，其中看起来有：{tally(outgoing.marks)}")


def _destination(settings: "Settings") -> str:
    from kb.route import host_of, proxy_host

    proxy = proxy_host(settings.base_url)
    return f"将发给模型 {settings.model}（{host_of(settings.base_url)}）" + (f"，经由代理 {proxy}" if proxy else "")
