"""What one question sends to a model that is not on this machine, and the way back of the words that were kept here."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.confidential import Mark, Masked, marks, masked
from kb.ports import ChatModel, Message, Reply, never
from kb.types import Passage, Question, Sending, Tier

__all__ = ["Confidant", "Outgoing", "outgoing"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Question and passages as the model gets them. `marks` are those of the question as typed, for its asker to see."""

    question: str
    passages: tuple[Passage, ...]
    hidden: Masked
    marks: tuple[Mark, ...] = ()

    @property
    def added(self) -> int:
        """How many of the passages come from files that the operator added, and may be nobody else's business."""
        return sum(passage.version.tier is Tier.USER for passage in self.passages)


def outgoing(told: str, question: Question, passages: Sequence[Passage], *, stays_here: bool) -> Outgoing:
    """`told` is the question as it was understood, with what it takes from earlier ones.

    It is masked unless the asker wants it whole or the model `stays_here`. White space is single, as in the request.
    """
    whole = stays_here or question.sending is Sending.WHOLE
    hidden = Masked(told) if whole else masked(told, question.turns)
    return Outgoing(" ".join(hidden.text.split()), tuple(passages), hidden, () if stays_here else marks(question.text, question.turns))


class Confidant:
    """A chat model that was told a masked question: what it says of the placeholders comes back with the asker's words."""

    def __init__(self, model: ChatModel, hidden: Masked) -> None:
        self._model, self._hidden = model, hidden

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def served(self) -> str:
        return self._model.served

    @property
    def deadline_s(self) -> float:
        return self._model.deadline_s

    def stream(self, messages: Sequence[Message], until: float | None = None, stopped: Callable[[], bool] = never) -> Reply:
        """See `ChatModel`. A placeholder is put back wherever the pieces cut it."""
        return _Spoken(self._model.stream(messages, until, stopped), self._hidden)


_LONGEST_PLACEHOLDER = 16     # characters between its brackets, blanks included
_MAY_GO_ON = re.compile(rf"[〔\[［【(（][^〕\]］】)）]{{0,{_LONGEST_PLACEHOLDER}}}\Z")


class _Spoken:
    def __init__(self, reply: Reply, hidden: Masked) -> None:
        self._reply, self._hidden = reply, hidden

    @property
    def model(self) -> str:
        return self._reply.model

    def __iter__(self) -> Iterator[str]:
        held = ""
        for piece in self._reply:
            held += piece
            opened = _MAY_GO_ON.search(held)
            ready = held[:opened.start()] if opened else held
            held = held[len(ready):]
            if ready:
                yield self._hidden.spoken(ready)
        if held:
            yield self._hidden.spoken(held)

    def close(self) -> None:
        self._reply.close()
