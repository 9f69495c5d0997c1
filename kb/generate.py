"""Asks the chat model, checks each sentence as it arrives, and hands over what stands.

What cannot be tied to a passage is dropped with a finding; an answer that is none at all is a `ModelError`, and the
caller composes one from the library instead.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from kb.chat import ThinkingFilter
from kb.claims import ClaimReader, citations_of, is_chinese, repeats
from kb.errors import ModelError
from kb.ports import ChatModel, Message, never
from kb.text import fold, strip_controls
from kb.types import Claim, Finding, Passage
from kb.verify import Checked, check

__all__ = ["Generated", "Reader", "generate_claims"]

_FALL_BACK = "已改用资料库直接作答"
_IN_CHINESE = Message("user", "请只用中文重新回答上面的问题，其余要求不变。")
_NOTHING = Checked((), (), ())
_LOOK_BACK = 2_000            # characters at the end of what has arrived that are looked at for repetition …
_LOOK_EVERY = 500             # … whenever so many more have arrived


def _unheard(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who waits for an answer: hears each step, in Chinese; is shown what has been verified so far; may stop the model.

    `say` gets the whole of what stands, one sentence more each time, with citations numbered in order of first use as
    in the final answer; nothing at all when what was shown is taken back. `stopped` is asked between pieces of text.
    """

    progress: Callable[[str], None] = _unheard
    say: Callable[[Checked], None] = _unheard
    stopped: Callable[[], bool] = never


@dataclass(frozen=True, slots=True)
class Generated(Checked):
    """A checked answer and who wrote it: the configured name, and the server's own for itself where that differs."""

    model: str = ""


def generate_claims(model: ChatModel, messages: Sequence[Message], passages: Sequence[Passage],
                    reader: Reader = Reader()) -> Generated:
    """The model's answer over these passages, numbered as the prompt numbered them, after every check.

    No claims and a finding `model-insufficient` mean that the model found the passages insufficient.

    Raises:
        ModelError: the call failed, or the text is empty, a web page, a refusal, not Chinese, endlessly repeating, or
            tied to no passage at all.
        ModelStopped: the reader stopped it.
    """
    if not passages:
        raise ModelError("没有一份资料放得进给模型的篇幅", "请调大 ZHIWEN_CONTEXT_TOKENS；" + _FALL_BACK)
    until = time.monotonic() + model.deadline_s
    for asked in (messages, [*messages, _IN_CHINESE]):
        draft = _Draft(passages, reader.say)
        with closing(model.stream(asked, until, reader.stopped)) as reply:
            for piece in reply:
                draft.hear(piece)
        if is_chinese(draft.text):
            return draft.whole(_named(model.name, reply.model))
        draft.take_back()
        _require_text(draft.text)
    raise ModelError("模型没有用中文回答", _FALL_BACK)


def _named(configured: str, served: str) -> str:
    same = not served or served.casefold() == configured.casefold()
    return configured if same else f"{configured}（服务返回：{served}）"


class _Draft:
    """An answer while it is being written."""

    def __init__(self, passages: Sequence[Passage], say: Callable[[Checked], None]) -> None:
        self._passages, self._say = passages, say
        self._thinking = ThinkingFilter()
        self._shown = False
        self._begin()

    def _begin(self) -> None:
        self.text = ""                               # what has arrived, without thinking and invisible characters
        self._sentences = ClaimReader(self._passages)
        self._kept: list[Claim] = []
        self._failed: list[Finding] = []
        self._looked_at = 0

    def hear(self, piece: str) -> None:
        """One more piece; sentences that it completes are checked, and those that stand are said."""
        self._take(strip_controls(self._thinking.feed(piece)))

    def whole(self, model: str) -> Generated:
        """The answer when nothing more arrives.

        Raises:
            ModelError: there is none.
        """
        self._take(strip_controls(self._thinking.rest()))
        _require_text(self.text)
        _require_progress(self.text)
        self._keep(self._sentences.rest())
        checked, findings = self._checked(), [*self._failed, *self._sentences.findings]
        if not checked.claims and not any(finding.kind == "model-insufficient" for finding in findings):
            raise ModelError("模型的回答没有一句能与来源对上", _FALL_BACK)
        return Generated(checked.claims, checked.citations, (*findings, *checked.findings), model)

    def take_back(self) -> None:
        """What was shown is not the answer."""
        if self._shown:
            self._say(_NOTHING)
            self._shown = False

    def _take(self, piece: str) -> None:
        self.text += piece
        if end := _end_of_thinking(self.text, len(piece)):      # whose beginning the server's template swallowed
            self.take_back()
            piece = self.text[end:]
            self._begin()
            self.text = piece
        if len(self.text) - self._looked_at >= _LOOK_EVERY:
            self._looked_at = len(self.text)
            _require_progress(self.text[-_LOOK_BACK:])
        self._keep(self._sentences.feed(piece))

    def _keep(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            self._require_willing()
            # Alone first: a sentence that fails must not widen what is quoted for the others.
            alone = check([claim], citations_of([claim], self._passages), generated=True)
            self._failed += alone.findings
            if alone.claims and not any(fold(claim.text) == fold(said.text) for said in self._kept):
                self._kept.append(claim)
                self._say(self._checked())
                self._shown = True
        self._require_willing()

    def _require_willing(self) -> None:
        """An answer that begins with a refusal is none, whatever general advice follows (M13)."""
        if not self._kept and any(finding.kind == "model-refused" for finding in self._sentences.findings):
            raise ModelError("模型拒绝回答这个问题", _FALL_BACK)

    def _checked(self) -> Checked:
        return check(self._kept, citations_of(self._kept, self._passages), generated=True)


def _require_text(text: str) -> None:
    if not text.strip():
        raise ModelError("模型返回为空", _FALL_BACK)
    if re.match(r"\s*<(?:!doctype|html|head|body)\b", text, re.IGNORECASE):
        raise ModelError("模型服务返回的是网页，不是回答", _FALL_BACK)


def _require_progress(text: str) -> None:
    if repeats(text):
        raise ModelError("模型的回答不断重复", _FALL_BACK)


def _end_of_thinking(text: str, fresh: int) -> int:
    """Position after the last </think> that ends within the last `fresh` characters; 0 where there is none."""
    begin = max(len(text) - fresh - len("</thinking"), 0)
    return max((begin + match.end() for match in re.finditer(r"</think(?:ing)?>", text[begin:])), default=0)
