"""An answer in the making: a worker writes it, the page shows what there is, and no click can lose it."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.types import Answer, Question
from kb.verify import Checked

if TYPE_CHECKING:
    from kb.answer import Assistant

__all__ = ["Writing", "begin"]


@dataclass
class Writing:
    """One question on its way to its answer. The worker sets the fields, the page reads them; `stopping` is the reader's."""

    question: Question
    step: str = ""                       # what is being done, in Chinese
    draft: Checked | None = None         # what has been verified so far of a model's answer
    answer: Answer | None = None
    error: Exception | None = None       # why there is no answer
    done: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def take_step(self, step: str) -> None:
        self.step = step

    def take_draft(self, draft: Checked) -> None:
        self.draft = draft


def begin(assistant: "Assistant", question: Question) -> Writing:
    """Start answering; the answer or the error is there when `done` is set."""
    writing = Writing(question)
    threading.Thread(target=_write, args=(assistant, writing), name="zhiwen-answer", daemon=True).start()
    return writing


def _write(assistant: "Assistant", writing: Writing) -> None:
    try:
        writing.answer = assistant.ask(writing.question, progress=writing.take_step, say=writing.take_draft,
                                       stopped=writing.stopping.is_set)
    except Exception as error:      # the page shows it as a sentence, and logs what is ours to mend
        writing.error = error
    finally:
        writing.done.set()
