"""One real answer of the bundled library as its Word file reads, for a lawyer to review.

`python -m tests.golden_answer` writes it anew; `git diff` shows what a change moved. One line a paragraph, with the name
of its style. The version of the library is masked: it changes with every page of it.
"""

import tempfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import docx

from kb.answer import Assistant
from kb.document import to_docx
from kb.types import Question

FILE = Path(__file__).parent / "golden" / "exported_answer.txt"
QUESTION = Question("员工离职带走客户名单怎么办", date(2026, 11, 22))


def exported(assistant: Assistant) -> str:
    answer = replace(assistant.ask(QUESTION), library_version="（版本）")
    paragraphs = docx.Document(BytesIO(to_docx(answer))).paragraphs
    return "".join(f"{paragraph.style.name}｜{paragraph.text}\n" for paragraph in paragraphs)


if __name__ == "__main__":
    from kb.assemble import open_library
    from kb.clock import FixedClock
    from kb.settings import Settings

    with tempfile.TemporaryDirectory() as data:
        library = open_library(Settings(data=Path(data)), FixedClock(QUESTION.as_of))
        FILE.write_text(exported(library.assistant), encoding="utf-8")
