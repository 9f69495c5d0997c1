"""What is measured, one pure function each: values in, a number (or None where it does not apply) out.

A share is a `Fraction`, so that tests state it exactly; whoever prints it decides how many digits it deserves.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import log2

from kb.figures import hard_tokens, unsupported_tokens
from kb.text import fold

__all__ = ["LOWER_IS_BETTER", "Reliability", "Reply", "Substance", "answer_length", "crag_score", "differences", "equivalence", "full_credit",
           "hit_at_k", "key_fact_recall", "mean", "missing_articles", "missing_facts", "mrr", "ndcg_at_k", "over_refusal", "recall_at_k",
           "refusal_precision", "refusal_recall", "reliability", "reply", "said", "stale_law_rate", "verbatim_share"]

LOWER_IS_BETTER = frozenset({"误拒率", "禁句率", "失效当现行", "数字无据", "幻觉率"})


def recall_at_k(ranking: Sequence[str], gold: Collection[str], k: int) -> Fraction | None:
    """Share of the gold articles among the first k found; None without gold.

    Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), section 8.4. An article found twice
    (its digest and its text) counts once.
    """
    wanted = set(gold)
    return Fraction(len(wanted & set(ranking[:k])), len(wanted)) if wanted else None


def hit_at_k(ranking: Sequence[str], gold: Collection[str], k: int) -> Fraction | None:
    """1 where at least one gold article is among the first k, else 0; None without gold.

    Also called success@k: Craswell, in Encyclopedia of Database Systems (2009).
    """
    return Fraction(int(bool(set(gold) & set(ranking[:k])))) if gold else None


def mrr(ranking: Sequence[str], gold: Collection[str]) -> Fraction | None:
    """Reciprocal rank of the first gold article, 0 where none was found; its mean over questions is MRR.

    Voorhees, The TREC-8 Question Answering Track Report (1999).
    """
    if not gold:
        return None
    return next((Fraction(1, rank) for rank, found in enumerate(ranking, start=1) if found in gold), Fraction(0))


def ndcg_at_k(ranking: Sequence[str], gold: Collection[str], k: int) -> float | None:
    """Discounted gain of the gold articles among the first k, as a share of the best order; None without gold.

    Järvelin and Kekäläinen, Cumulated Gain-Based Evaluation of IR Techniques (2002), binary gain, logarithm to base 2.
    """
    wanted = set(gold)
    if not wanted:
        return None
    gained = sum(1 / log2(rank + 1) for rank, found in enumerate(ranking[:k], start=1) if found in wanted)
    return gained / sum(1 / log2(rank + 1) for rank in range(1, min(k, len(wanted)) + 1))


def said(text: str, wording: str) -> bool:
    """Whether `text` states `wording`: its figures if it has any (五百万元 is 500万元), else its characters, folded.

    A wording without figures that begins with a digit (6期) is not found inside a longer number (16期).
    """
    if hard_tokens(wording):
        return not unsupported_tokens(wording, [text])
    return re.search(rf"(?<!\d){re.escape(fold(wording))}", fold(text)) is not None


def missing_facts(text: str, facts: Sequence[Sequence[str]]) -> list[str]:
    """First wording of every fact of which `text` says no wording."""
    return [wordings[0] for wordings in facts if not any(said(text, wording) for wording in wordings)]


def key_fact_recall(text: str, facts: Sequence[Sequence[str]]) -> Fraction | None:
    """Share of the key facts that `text` states; None without facts.

    Nugget recall with vital nuggets only: Voorhees, Overview of the TREC 2003 Question Answering Track (2003). Nuggets
    are decided by wording and figures instead of by an assessor.
    """
    return Fraction(len(facts) - len(missing_facts(text, facts)), len(facts)) if facts else None


def full_credit(text: str, facts: Sequence[Sequence[str]]) -> Fraction | None:
    """1 where the text states every key fact, else 0; None without facts. Half of what is needed may be of no use at all."""
    return Fraction(int(not missing_facts(text, facts))) if facts else None


def missing_articles(cited: Collection[str], gold: Sequence[str]) -> list[str]:
    """Gold articles that no citation names: citation recall at the grain of an article.

    After ALCE (Gao, Yen, Yu and Chen, EMNLP 2023), whose entailment decider is replaced by a lawyer's gold article.
    """
    return [article for article in gold if article not in cited]


def verbatim_share(quotes: Sequence[tuple[str, str]]) -> Fraction | None:
    """Share of (quote, source text) pairs in which the quotation occurs character by character; None without quotes.

    DESIGN: `quote` occurs verbatim in `source_text`. An empty quotation quotes nothing and does not count as verbatim.
    """
    exact = sum(bool(quote) and quote in source for quote, source in quotes)
    return Fraction(exact, len(quotes)) if quotes else None


def stale_law_rate(in_force: Sequence[bool]) -> Fraction:
    """1 where an answer presents at least one text as current that is not in force on the day asked, else 0: lower is better.

    The mean over questions is the share of answers that a reader would be misled by; one text is enough.
    """
    return Fraction(int(not all(in_force)))


def refusal_recall(declined: Sequence[bool]) -> Fraction | None:
    """Share of the questions to be declined that were declined; None without such questions.

    Safe refusal as in XSTest (Röttger et al., NAACL 2024), the unsafe half.
    """
    return Fraction(sum(declined), len(declined)) if declined else None


def refusal_precision(due: Sequence[bool]) -> Fraction | None:
    """Of the questions that were declined, the share that had to be; None where none was declined.

    van Rijsbergen, Information Retrieval (1979), chapter 7, with declining as what is looked for.
    """
    return Fraction(sum(due), len(due)) if due else None


def over_refusal(declined: Sequence[bool]) -> Fraction | None:
    """Share of the questions to be answered that were declined: lower is better; None without such questions.

    Exaggerated safety as in XSTest (Röttger et al., NAACL 2024), the safe half.
    """
    return Fraction(sum(declined), len(declined)) if declined else None


class Reply(StrEnum):
    """What an answer says, whatever it cites."""

    RIGHT = "right"          # every key fact and nothing that must not be said; or declined where that was due
    MISSING = "missing"      # declined though it could be answered, or only part of the key facts
    BESIDE = "beside"        # answered, with none of the key facts: another question was answered
    WRONG = "wrong"          # says what must not be said, or answers what cannot be answered


def reply(*, facts: int, missing: int, declined: bool, due: bool, forbidden: bool) -> Reply | None:
    """Which of these an answer is, from the key facts of its question (`missing` of them not stated), whether it `declined` and
    whether that was `due`, and whether it said something `forbidden`; None where nothing tells (no facts, and nothing to decline)."""
    if forbidden or (due and not declined):
        return Reply.WRONG
    if declined:
        return Reply.RIGHT if due else Reply.MISSING
    if not facts:
        return None
    return Reply.RIGHT if not missing else Reply.BESIDE if missing == facts else Reply.MISSING


def crag_score(what: Reply) -> Fraction:
    """1 for what is right, 0 for what is missing, -1 for what is wrong or answers something else; the mean over questions sums up.

    Yang et al., CRAG: Comprehensive RAG Benchmark (NeurIPS 2024), the three levels of its automatic evaluation: better silent than wrong.
    """
    return Fraction({Reply.RIGHT: 1, Reply.MISSING: 0, Reply.BESIDE: -1, Reply.WRONG: -1}[what])


class Reliability(StrEnum):
    """What a lawyer may do with an answer."""

    ACCURATE = "accurate"              # right, and grounded in what it cites
    INCOMPLETE = "incomplete"          # nothing false, but no answer, or a statement without a source
    HALLUCINATED = "hallucinated"      # wrong, or misgrounded: it cites what does not say so


def reliability(what: Reply, *, ungrounded: int, misgrounded: int) -> Reliability:
    """From what an answer says and how many of its statements cite nothing (`ungrounded`) or what does not carry them (`misgrounded`).

    Magesh et al., Hallucination-Free? Assessing the Reliability of Leading AI Legal Research Tools (2024): accurate is correct and
    grounded; hallucinated is incorrect or misgrounded; the rest is incomplete. Assessors are replaced by key facts, by what must
    not be said and by `eval.attribution`.
    """
    if what is Reply.WRONG or misgrounded:
        return Reliability.HALLUCINATED
    return Reliability.ACCURATE if what is Reply.RIGHT and not ungrounded else Reliability.INCOMPLETE


@dataclass(frozen=True, slots=True)
class Substance:
    """What an answer comes to: its outcome, and which of the gold articles it cites and of the key facts it states."""

    outcome: str
    articles: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


def differences(one: Substance, other: Substance) -> list[str]:
    """In what two answers differ, in words for a reader; empty where they come to the same."""
    found = [f"结论 {one.outcome}，原为 {other.outcome}"] if one.outcome != other.outcome else []
    for name, here, there in (("条文", one.articles, other.articles), ("要点", one.facts, other.facts)):
        found += [f"少了{name}{'、'.join(sorted(there - here))}"] if there - here else []
        found += [f"多了{name}{'、'.join(sorted(here - there))}"] if here - there else []
    return found


def equivalence(one: Substance, other: Substance) -> Fraction:
    """1 where two answers come to the same, else 0: a follow-up and the same question put in full, a question and its misspelt form.

    Invariance in the sense of Ribeiro et al., Beyond Accuracy: Behavioral Testing of NLP Models with CheckList (ACL 2020). Both may be
    wrong alike; the other metrics tell.
    """
    return Fraction(int(one == other))


def answer_length(text: str) -> int:
    """Characters a reader has to read, white space aside."""
    return len(re.sub(r"\s", "", text))


def mean(values: Sequence[Fraction]) -> Fraction | None:
    """Arithmetic mean over questions (macro average); None of nothing."""
    return sum(values, Fraction(0)) / len(values) if values else None
