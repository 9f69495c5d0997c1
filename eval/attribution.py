"""Whether what an answer says is carried by what it cites: ALCE's citation recall and precision with a deterministic decider. Pure.

Gao, Yen, Yu and Chen, Enabling Large Language Models to Generate Text with Citations (EMNLP 2023), ask an entailment model whether
the cited passages support a statement. Here `supported` decides with the checks of `kb.verify` and `kb.figures`, so that two runs of
one answer cannot disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kb.types import Answer, Citation, Claim, Outcome, Part
from kb.verify import (
    altered_quotations,
    hard_tokens,
    polarity_conflict,
    source_words,
    speaks_of_something_else,
    unsupported_tokens,
)

__all__ = ["Decider", "Statement", "citation_precision", "citation_recall", "hard_token_leak", "leaked_tokens", "statements", "supported",
           "unsupported"]

Decider = Callable[[str, Sequence[Citation]], bool]       # whether these citations together support this text


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim that needs a source, and what it cites."""

    text: str
    cited: tuple[Citation, ...]


def statements(answer: Answer) -> list[Statement]:
    """The claims that need a source.

    Left out are, where they cite nothing: what a declining answer says of itself (that the library does not hold it, where to ask), and
    notes without a figure. Notices, findings and suggested questions are no claims.
    """
    by_number = {citation.n: citation for citation in answer.citations}
    declined = answer.outcome.refused or answer.outcome is Outcome.CLARIFY
    return [Statement(claim.text, tuple(by_number[n] for n in claim.citations if n in by_number))
            for claim in answer.claims if claim.citations or not (declined or _is_a_remark(claim))]


def _is_a_remark(claim: Claim) -> bool:
    return claim.part is Part.NOTES and not hard_tokens(claim.text)


def supported(text: str, cited: Sequence[Citation]) -> bool:
    """Whether the citations together carry the text.

    Every quotation stands in one of them character by character, every hard token in what one of them vouches for, none says the
    contrary, and a text of some length has words in common with them: without the last, a text without figures is carried by anything.
    """
    sources = [source_words(citation) for citation in cited]
    return bool(sources) and not (altered_quotations(text, sources) or unsupported_tokens(text, sources)
                                  or speaks_of_something_else(text, sources)
                                  or any(polarity_conflict(text, citation.quote) for citation in cited))


def unsupported(said: Sequence[Statement], decide: Decider = supported) -> list[Statement]:
    """The statements that their citations do not carry; one without any is among them."""
    return [statement for statement in said if not (statement.cited and decide(statement.text, statement.cited))]


def citation_recall(said: Sequence[Statement], decide: Decider = supported) -> Fraction | None:
    """Share of the statements that their citations together support; None without statements (ALCE, section 3)."""
    return Fraction(len(said) - len(unsupported(said, decide)), len(said)) if said else None


def citation_precision(said: Sequence[Statement], decide: Decider = supported) -> Fraction | None:
    """Share of the citations that are of use; None without citations (ALCE, section 3).

    Of use is one whose statement is supported, and which supports it alone or without which the others do not.
    """
    useful = [_useful(statement, position, decide) for statement in said for position in range(len(statement.cited))]
    return Fraction(sum(useful), len(useful)) if useful else None


def _useful(statement: Statement, position: int, decide: Decider) -> bool:
    cited = statement.cited
    rest = (*cited[:position], *cited[position + 1:])
    return decide(statement.text, cited) and (decide(statement.text, cited[position:position + 1]) or not (rest and decide(statement.text, rest)))


def leaked_tokens(said: Sequence[Statement]) -> list[str]:
    """Hard tokens of the statements that no passage cited anywhere in the answer has, as they are written there."""
    return unsupported_tokens(_all(said), [source_words(citation) for statement in said for citation in statement.cited])


def hard_token_leak(said: Sequence[Statement]) -> Fraction | None:
    """Share of the hard tokens of an answer that no cited passage has: lower is better; None without hard tokens.

    Hard tokens are those of `kb.figures`: amounts, dates, periods, shares, numbers of articles and documents. Written twice the same
    way, a token counts once. After the entity precision of Nan et al., Entity-level Factual Consistency of Abstractive Text
    Summarization (EACL 2021), with figures for entities.
    """
    written = unsupported_tokens(_all(said), ())
    return Fraction(len(leaked_tokens(said)), len(written)) if written else None


def _all(said: Sequence[Statement]) -> str:
    return "\n".join(statement.text for statement in said)
