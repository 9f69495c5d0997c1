"""What each entry of the lexicon is worth: the lay questions that use it, with it and without it.

The questions themselves are left out of the search, or each would lead to its own article. A misspelling is put into the
questions that have the word.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from eval.cases import TODAY
from kb.answer import Assistant
from kb.lexicon import Lexicon
from kb.questions import QUESTIONS_FOLDER, read_questions
from kb.retrieve import Retriever, Weights
from kb.types import Question
from kb.understand import understand

__all__ = ["Entry", "measure", "record", "table"]

_WITHOUT_QUESTIONS = Weights(asked=0, asked_meaning=0)
_MOST = 60                   # questions of an entry: more do not change what it is worth
_TOP = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A lay term, or a misspelling, with the mean reciprocal rank of the right article without and with it."""

    term: str
    leads_to: str
    questions: int
    without: float
    with_it: float

    @property
    def gain(self) -> float:
        return self.with_it - self.without


def measure(assistant: Assistant, say: Callable[[str], None]) -> list[Entry]:
    """Every entry that a question uses, the most useful first."""
    lexicon = assistant.lexicon
    asked = [(question, (article.document, article.locator)) for path in sorted(QUESTIONS_FOLDER.glob("*.jsonl"))
             for article in read_questions(path) for question in article.questions]
    retriever = Retriever(assistant.index, assistant.store, assistant.standing, _WITHOUT_QUESTIONS)

    def mean(chosen: Sequence[tuple[str, tuple[str, str]]], used: Lexicon) -> float:
        return sum(_reciprocal_rank(retriever, used, assistant, *one) for one in chosen) / len(chosen)
    found = []
    say(f"口语词 {len(lexicon.expand)} 个，错别字 {len(lexicon.misspelt)} 个")
    for lay, legal in lexicon.expand.items():
        if chosen := [one for one in asked if lay in lexicon.correct(one[0])][:_MOST]:
            less = replace(lexicon, expand={term: to for term, to in lexicon.expand.items() if term != lay})
            found.append(Entry(lay, "、".join(legal), len(chosen), mean(chosen, less), mean(chosen, lexicon)))
    for wrong, right in lexicon.misspelt.items():
        if chosen := [(text.replace(right, wrong), place) for text, place in asked if right in text][:_MOST]:
            less = replace(lexicon, misspelt={term: to for term, to in lexicon.misspelt.items() if term != wrong})
            found.append(Entry(wrong, right, len(chosen), mean(chosen, less), mean(chosen, lexicon)))
    return sorted(found, key=lambda entry: -entry.gain * entry.questions)


def _reciprocal_rank(retriever: Retriever, lexicon: Lexicon, assistant: Assistant, question: str, place: tuple[str, str]) -> float:
    hits = retriever.search(understand(Question(question, TODAY), lexicon, assistant.registry.names), _TOP)
    rank = next((n for n, hit in enumerate(hits, start=1)
                 if (hit.passage.version.document, hit.passage.locator) == place), 0)
    return 1 / rank if rank else 0.0


def record(entries: Sequence[Entry]) -> str:
    """The same as JSON, a line for each entry."""
    return "\n".join(json.dumps({"term": e.term, "leads_to": e.leads_to, "questions": e.questions, "without": round(e.without, 4),
                                 "with": round(e.with_it, 4)}, ensure_ascii=False) for e in entries)


def table(entries: Sequence[Entry]) -> str:
    """A line for each entry; the last sums up."""
    lines = ["词  法律用语或正字  问题数  MRR 没有它 → 有它"]
    lines += [f"{e.term}  {e.leads_to}  {e.questions}  {e.without:.2f} → {e.with_it:.2f}（{e.gain:+.2f}）" for e in entries]
    better, worse = (sum(sign * e.gain > 0.0005 for e in entries) for sign in (1, -1))
    return "\n".join([*lines, f"{len(entries)} 个词有问题用到：{better} 个有益，{worse} 个有害，其余不变"])
