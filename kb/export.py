"""The files an answer, or a conversation, can be taken away in. The page and the command offer the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeVar

from kb.document import conversation_docx, to_docx
from kb.errors import ConfigError
from kb.render import conversation_markdown, to_json, to_markdown
from kb.types import Answer

__all__ = ["FORMATS", "Format", "format_of"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. `write` gives its bytes; text is UTF-8, with ? for what UTF-8 cannot hold.

    `write_all` does the same for the answers of a conversation, at least one; None where there is no such file.
    """

    suffix: str
    media_type: str
    write: Callable[[Answer], bytes]
    write_all: Callable[[Sequence[Answer]], bytes] | None = None


T = TypeVar("T")


def _encoded(write: Callable[[T], str]) -> Callable[[T], bytes]:
    return lambda said: write(said).encode("utf-8", "replace")


FORMATS = (
    Format(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", to_docx,
           conversation_docx),
    Format(".md", "text/markdown", _encoded(to_markdown), _encoded(conversation_markdown)),
    Format(".json", "application/json", _encoded(to_json)),
)


def format_of(file: PurePath) -> Format:
    """The format that the end of a file's name stands for. Raises ConfigError for any other."""
    for known in FORMATS:
        if known.suffix == file.suffix.lower():
            return known
    raise ConfigError(f"不能导出成这种文件：{file.name}", "文件名请以 .docx（Word）、.md（Markdown）或 .json 结尾")
