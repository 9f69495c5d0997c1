"""The files an answer, a conversation or a filled template can be taken away in. The page and the command offer the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Generic, TypeVar

from kb.document import MEDIA_TYPE, conversation_docx, paper_docx, to_docx
from kb.draft import paper_of
from kb.errors import ConfigError
from kb.filling import Filled
from kb.paper import Paper, paper_markdown
from kb.render import conversation_markdown, to_json, to_markdown
from kb.types import Answer

__all__ = ["CONVERSATION_FORMATS", "FORMATS", "Format", "format_of", "template_formats"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """A kind of file. `write` gives its bytes; text is UTF-8, with ? for what UTF-8 cannot hold."""

    suffix: str
    media_type: str
    write: Callable[[T], bytes]


def _encoded(write: Callable[[T], str]) -> Callable[[T], bytes]:
    return lambda content: write(content).encode("utf-8", "replace")


FORMATS: tuple[Format[Answer], ...] = (
    Format(".docx", MEDIA_TYPE, to_docx),
    Format(".md", "text/markdown", _encoded(to_markdown)),
    Format(".json", "application/json", _encoded(to_json)),
)
CONVERSATION_FORMATS: tuple[Format[Sequence[Answer]], ...] = (      # of one answer at least
    Format(".docx", MEDIA_TYPE, conversation_docx),
    Format(".md", "text/markdown", _encoded(conversation_markdown)),
)
_NAMES = {".docx": "Word", ".md": "Markdown", ".json": "JSON"}


def template_formats(with_annex: bool) -> tuple[Format[Filled], ...]:
    """The files of a filled template, with the grounds and notes after it or without them."""
    def written(write: Callable[[Paper], bytes]) -> Callable[[Filled], bytes]:
        return lambda filled: write(paper_of(filled, with_annex))

    return (Format(".docx", MEDIA_TYPE, written(paper_docx)), Format(".md", "text/markdown", written(_encoded(paper_markdown))))


def format_of(file: PurePath, formats: Sequence[Format[Any]] = FORMATS) -> Format[Any]:
    """The format that the end of a file's name stands for. Raises ConfigError for any other."""
    for known in formats:
        if known.suffix == file.suffix.lower():
            return known
    *others, last = (f"{known.suffix}（{_NAMES[known.suffix]}）" for known in formats)
    raise ConfigError(f"不能导出成这种文件：{file.name}", f"文件名请以 {'、'.join(others)}或 {last}结尾")
