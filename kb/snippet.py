"""Where the words that were searched for stand in a text: runs to mark, and the stretch that holds most of them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from kb.relevance import asked_terms
from kb.text import held, sentences

__all__ = ["Run", "marked", "stretch"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text; `hit` where it was searched for."""

    text: str
    hit: bool = False


def marked(text: str, query: str) -> tuple[Run, ...]:
    """The text in runs, those that the query holds too as hits; neighbouring characters that were found are one run."""
    found, lower = [False] * len(text), text.lower()
    for term in asked_terms(query) if len(lower) == len(text) else ():
        at = lower.find(term)
        while at >= 0:
            found[at:at + len(term)] = [True] * len(term)
            at = lower.find(term, at + 1)
    runs: list[Run] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or found[end] != found[start]:
            runs.append(Run(text[start:end], found[start]))
            start = end
    return tuple(runs)


def stretch(text: str, query: str, length: int = 140) -> str:
    """About `length` characters of whole sentences that hold most of what was searched for; … where something is left out."""
    spans, terms = sentences(text), asked_terms(query)
    if len(text) <= length or not spans:
        return text
    windows = [(start, _end(spans, i, start, length)) for i, (start, end) in enumerate(spans)
               if held(text[start:end], terms)] or [(spans[0][0], _end(spans, 0, spans[0][0], length))]
    start, end = max(windows, key=lambda window: (_worth(text[slice(*window)], terms), -window[0]))
    shown = text[start:end] if end - start <= 2 * length else text[start:start + length]
    return ("…" if start > spans[0][0] else "") + shown + ("…" if start + len(shown) < spans[-1][1] else "")


def _end(spans: list[tuple[int, int]], first: int, start: int, length: int) -> int:
    ends = [end for _, end in spans[first:] if end - start <= length]
    return ends[-1] if ends else spans[first][1]


def _worth(text: str, terms: Collection[str]) -> tuple[int, int]:
    """How many different terms it has, and how often."""
    found = held(text, terms)
    return len(found), sum(text.count(term) for term in found)
