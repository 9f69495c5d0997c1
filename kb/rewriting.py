"""A follow-up for which the rules found no place, put in full by the chat model, and what of that is accepted.

The model is told the earlier question and the follow-up, as the answer's request would tell them, and nothing else.
"""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import closing

from kb.claims import is_chinese
from kb.confidential import Masked, masked
from kb.dialogue import Resolution
from kb.instructions import addresses_program, without_instructions
from kb.leaning import Leans, leans, plain, without_then
from kb.outgoing import Confidant
from kb.ports import ChatModel, never
from kb.prompting import followup_messages
from kb.statute import find_documents
from kb.text import grams
from kb.types import Question, Sending

__all__ = ["acceptable", "put_in_full"]

_PATIENCE = 0.25             # of the time a question may take; the answer needs the rest
_SHORTEST, _LONGEST = 4, 80
_OWN_WORDS = 0.5             # of the pairs of characters; with more of them it is another question
_LEAD = re.compile(r"^(?:改写后的?(?:独立)?问题|独立(?:的)?问题|改写|问题|后一问)[：:]\s*")


def put_in_full(model: ChatModel, guess: Resolution, question: Question, names: Mapping[str, str], *, stays_here: bool,
                stopped: Callable[[], bool] = never) -> str:
    """The follow-up as the model words it, with nobody's name left masked; empty where that is not acceptable.

    Raises:
        ModelError: the call failed.
        ModelStopped: the reader stopped it.
    """
    said = "\n".join(" ".join(text.split()) for text in (guess.earlier, guess.asked))
    hidden = Masked(said) if stays_here or question.sending is Sending.WHOLE else masked(said, question.turns)
    earlier, _, asked = hidden.text.rpartition("\n")
    until = time.monotonic() + _PATIENCE * model.deadline_s
    with closing(Confidant(model, hidden).stream(followup_messages(earlier, asked), until, stopped)) as reply:
        written = "".join(reply)
    written = _LEAD.sub("", written.strip()).strip("“”\"'「」 ")
    return written if acceptable(written, guess, names) else ""


def acceptable(written: str, guess: Resolution, names: Mapping[str, str]) -> bool:
    """Whether a model's question may take the place of a guess: one short line of Chinese, leaning on nothing, mostly in the
    words of the two questions, without figures and names of laws of its own. `names` as in `kb.understand`."""
    said = f"{guess.earlier}\n{guess.asked}"
    if not _SHORTEST <= len(written) <= _LONGEST or "\n" in written or not is_chinese(written):
        return False
    if set(_figures(written)) - set(_figures(said)) or set(_laws(written, names)) - set(_laws(said, names)):
        return False
    if addresses_program(written) or without_instructions(written)[1] or leans(without_then(plain(written)), "") is not Leans.NOT:
        return False
    pairs, known = _pairs(written), _pairs(said)
    return len(pairs - known) <= _OWN_WORDS * len(pairs) and bool(pairs & _pairs(guess.asked) or len(guess.asked) < _SHORTEST)


def _pairs(text: str) -> set[str]:
    return {term for term in grams(text) if len(term) > 1}


def _figures(text: str) -> list[str]:
    return re.findall(r"\d[\d.,]*%?|第[一二三四五六七八九十百零]+[条款项]|[一二三四五六七八九十百千万亿两零]{2,}"
                      r"|[一二三四五六七八九十两](?=[年月天日倍万元人次家个])", text)


def _laws(text: str, names: Mapping[str, str]) -> list[str]:
    return [mention.document for mention in find_documents(text, names)] + re.findall("《[^》]+》", text)
