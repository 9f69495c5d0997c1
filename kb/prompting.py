"""Prompt files with checked variables, and passages packed into a token budget as delimited blocks of data."""

import secrets
from collections.abc import Sequence
from datetime import date
from importlib import resources
from string import Template

from kb.errors import PromptError
from kb.ports import Message, TokenCounter
from kb.text import strip_controls
from kb.types import Audience, Passage, Question, Tier

__all__ = ["SAMPLE_BOUNDARY", "answer_messages", "followup_messages", "load_prompt", "pack", "passage_block", "passage_blocks", "room_for_passages"]

_LONGEST_TITLE = 80        # a title comes from a file, so it may carry anything; it gets one short line
# A word that no document can know. Letters alone, and few: it is written twice for each passage, and hexadecimal digits
# cost up to a token each. The sample costs as much as any, so that what was packed by it fits with the real one.
_LETTERS, _BOUNDARY_LENGTH = "abcdefghijklmnopqrstuvwxyz", 10
SAMPLE_BOUNDARY = "qxzjvkwqxz"


def load_prompt(name: str, **values: str) -> str:
    """The text of prompts/<name>.md with its variables filled in, once: `$` inside a value stays as it is.

    Raises:
        PromptError: no such file, or its variables and `values` differ.
    """
    try:
        written = resources.files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError) as error:
        raise PromptError(f"找不到提示词文件 prompts/{name}.md", "请重新安装知问，或恢复该文件") from error
    return fill(name, written, values)


def fill(name: str, written: str, values: dict[str, str]) -> str:
    """`written` with every `$name` replaced. Both a missing and an unused name are errors."""
    template = Template(written)
    if not template.is_valid():
        raise PromptError(f"提示词 {name} 里有不成形的 $", "变量写作 $名称，单独的 $ 写作 $$")
    wanted, given = set(template.get_identifiers()), set(values)
    if wanted != given:
        missing = "、".join(sorted(wanted - given)) or "无"
        unused = "、".join(sorted(given - wanted)) or "无"
        raise PromptError(f"提示词 {name} 的变量与程序不一致（缺少：{missing}；多余：{unused}）",
                          "请恢复该文件里的变量名")
    return template.substitute(values).strip()


def answer_messages(question: str, as_of: date, audience: Audience, passages: Sequence[Passage],
                    boundary: str = "") -> list[Message]:
    """System and user message for one question over these passages, numbered from 1.

    `boundary` delimits the passages; by default it is random for each request, so that no document can close its block.
    """
    boundary = boundary or _boundary()
    system = load_prompt("answer", audience=load_prompt(f"audience_{audience.value}"), boundary=boundary)
    user = load_prompt("question", question=_one_line(question, boundary),
                       passages=passage_blocks(passages, boundary), boundary=boundary, as_of=as_of.isoformat())
    return [Message("system", system), Message("user", user)]


def followup_messages(earlier: str, asked: str) -> list[Message]:
    """One message that asks for a follow-up as a question of its own."""
    boundary = _boundary()
    return [Message("user", load_prompt("followup", earlier=_one_line(earlier, boundary), asked=_one_line(asked, boundary),
                                        boundary=boundary))]


def _boundary() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_BOUNDARY_LENGTH))


def _one_line(question: str, boundary: str) -> str:
    return " ".join(strip_controls(question).replace(boundary, "").split())


def room_for_passages(told: str, question: Question, budget: int, counter: TokenCounter) -> int:
    """What the rules and the question leave of a budget of tokens for one request; 0 when they leave nothing."""
    messages = answer_messages(told, question.as_of, question.audience, [], SAMPLE_BOUNDARY)
    return max(budget - sum(counter.count(message.text) for message in messages), 0)


def passage_blocks(passages: Sequence[Passage], boundary: str) -> str:
    """All passages as blocks, numbered [1], [2], …."""
    return "\n\n".join(passage_block(n, passage, boundary) for n, passage in enumerate(passages, start=1))


def passage_block(n: int, passage: Passage, boundary: str) -> str:
    """One passage between two lines that only this request knows."""
    version = passage.version
    label = f"（{_line(version.label)}）" if version.label else ""
    force = f"；自 {version.in_force_from.isoformat()} 起施行" if version.in_force_from else ""
    until = f"，至 {version.in_force_to.isoformat()} 止" if version.in_force_to else ""
    nature = "本库要点，不是法条原文，不得加引号" if version.tier is Tier.DIGEST else version.tier.label
    text = strip_controls(passage.text).replace(boundary, "")
    return (f"=== 资料 [{n}] {boundary} ===\n"
            f"出处：《{_line(version.title)}》{label}{_line(passage.locator)}\n"
            f"性质：{nature}{force}{until}\n"
            f"正文：\n{text}\n"
            f"=== 资料 [{n}] 完 {boundary} ===")


def _line(written: str) -> str:
    """A title as one short line that cannot look like a delimiter or a marker."""
    line = " ".join(strip_controls(written).split())
    line = line.translate(str.maketrans("[]【】［］=<>《》", "()()()＝〈〉〈〉"))
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE - 1] + "…"


def pack(passages: Sequence[Passage], budget: int, counter: TokenCounter) -> list[Passage]:
    """Passages that fit into `budget` tokens together, best first, each whole.

    One that is too long is left out and the next is tried, so that a long article does not starve the rest.
    """
    packed: list[Passage] = []
    left = budget
    for passage in passages:
        cost = counter.count(passage_block(len(packed) + 1, passage, SAMPLE_BOUNDARY) + "\n\n")
        if cost <= left:
            packed.append(passage)
            left -= cost
    return packed
