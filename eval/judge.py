"""An optional judge: a chat model is asked of each cited sentence whether its sources support it. Nothing else depends on it.

How far the judge itself can be trusted is measured first, in the same run, on sentences of ours with a known label
(`judged.jsonl`: half say what a passage of our digests says, half change a figure, a condition or a word like 应当). Quotations of
the basis are not judged: they are compared character by character.
"""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

from eval.cases import ASIDE, GROUP_NAMES
from eval.runner import Results
from kb.errors import ConfigError, ModelError
from kb.ports import ChatModel, Message
from kb.prompting import load_prompt
from kb.text import strip_controls
from kb.types import Part

__all__ = ["LABELLED", "Agreement", "Judgement", "Labelled", "Sentence", "Verdict", "agreement", "as_json", "judge", "kappa",
           "read_labelled", "sentences_of", "table", "vote"]

LABELLED = Path(__file__).parent / "judged.jsonl"
_MAJORITY = 2             # of three votes; a third is asked for only where the first two do not decide
_VOTES = 3
_PATIENCE = 5             # sentences in a row without one usable vote: the model is not there, the rest is not asked


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is judged: a sentence, and the text of all it cites."""

    id: str                  # of the case, or of the labelled sentence
    group: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence whose label is known. `source` are lines of our digest of this article; `why` says what is wrong with the sentence."""

    id: str
    sentence: str
    title: str
    version: str
    locator: str
    source: str
    supported: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`supported` is None where no two votes agree; `failed` are the votes that were none, each by its reason."""

    sentence: Sentence
    supported: bool | None
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """The judge on the labelled sentences. An undecided sentence does not agree; kappa is over the decided ones."""

    sentences: int
    decided: int
    agreed: int
    kappa: Fraction | None

    @property
    def share(self) -> Fraction:
        return Fraction(self.agreed, self.sentences)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge said of the answers' sentences, after how far it agrees with known labels."""

    model: str
    agreement: Agreement
    verdicts: tuple[Verdict, ...]
    failures: Mapping[str, int]          # votes that were none, by reason, labelled sentences included
    unasked: int = 0                     # sentences left out after the model had gone

    @property
    def supported(self) -> int:
        return sum(verdict.supported is True for verdict in self.verdicts)

    @property
    def undecided(self) -> int:
        return sum(verdict.supported is None for verdict in self.verdicts)

    @property
    def doubted(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.supported is False]


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """The labelled sentences.

    Raises:
        ConfigError: the file is missing, or a line is something else; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"读不了 {path.name}（{type(error).__name__}）", "请恢复随程序附带的 eval/judged.jsonl") from None
    known, wanted = {field.name for field in fields(Labelled)}, {field.name for field in fields(Labelled)} - {"why"}
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            raw = json.loads(line)
            if not wanted <= set(raw) <= known or type(raw["supported"]) is not bool:
                raise ValueError("字段不对")
            found.append(Labelled(**raw))
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path.name} 第 {number} 行有误：{error}", "请恢复随程序附带的 eval/judged.jsonl") from None
    return found


def sentences_of(results: Results) -> list[Sentence]:
    """Every cited sentence of the answers, once however many give it; cases kept aside are not looked at."""
    group_of = {score.case: score.group for score in results.scores if score.group != ASIDE}
    found: dict[tuple[str, str], Sentence] = {}
    for id_, answer in results.answers.items():
        if id_ not in group_of:
            continue
        texts = {citation.n: citation.passage.text for citation in answer.citations}
        for claim in answer.claims:
            source = "\n".join(dict.fromkeys(texts[n] for n in claim.citations if n in texts))
            if source and claim.part is not Part.BASIS:
                found.setdefault((claim.text, source), Sentence(id_, group_of[id_], claim.text, source))
    return list(found.values())


def judge(model: ChatModel, results: Results, say: Callable[[str], None],
          labelled: Sequence[Labelled] | None = None) -> Judgement:
    """Ask the model of the labelled sentences first, then of every cited sentence of the answers."""
    known = read_labelled() if labelled is None else labelled
    say(f"请 {model.name} 先判断 {len(known)} 句已知答案的句子")
    tried, _ = _verdicts(model, [Sentence(one.id, "", one.sentence, one.source) for one in known], say)
    of_answers = sentences_of(results)
    gone = len(tried) < len(known)
    say(f"请 {model.name} 判断回答中 {len(of_answers)} 句话" if not gone else "模型一直没有给出判断，不再问下去")
    verdicts, unasked = ([], len(of_answers)) if gone else _verdicts(model, of_answers, say)
    failures = Counter(reason for verdict in (*tried, *verdicts) for reason in verdict.failed)
    return Judgement(model.name, agreement(known, tried), tuple(verdicts), dict(failures), unasked)


def _verdicts(model: ChatModel, sentences: Sequence[Sentence], say: Callable[[str], None]) -> tuple[list[Verdict], int]:
    """Verdicts as far as the model was there, and how many sentences are left."""
    found: list[Verdict] = []
    silent = 0
    for done, sentence in enumerate(sentences, start=1):
        found.append(_verdict(model, sentence))
        silent = silent + 1 if len(found[-1].failed) == _VOTES else 0
        if silent == _PATIENCE:
            break
        if done * 10 // len(sentences) > (done - 1) * 10 // len(sentences):
            say(f"已判断 {done} / {len(sentences)} 句")
    return found, len(sentences) - len(found)


def _verdict(model: ChatModel, sentence: Sentence) -> Verdict:
    votes: Counter[bool] = Counter()
    failed: list[str] = []
    for _ in range(_VOTES):
        try:
            said = vote(model, sentence)
        except ModelError as error:
            failed.append(error.problem)
            continue
        if said is None:
            failed.append("没有按要求回答")
            continue
        votes[said] += 1
        if votes[said] == _MAJORITY:
            return Verdict(sentence, said, tuple(failed))
    return Verdict(sentence, None, tuple(failed))


def vote(model: ChatModel, sentence: Sentence) -> bool | None:
    """One answer to the one question; None where it is neither of the two words.

    Raises:
        ModelError: the call failed.
    """
    boundary = secrets.token_hex(6)
    prompt = load_prompt("judge", boundary=boundary, sentence=_data(sentence.text, boundary), source=_data(sentence.source, boundary))
    with closing(model.stream([Message("user", prompt)])) as reply:
        written = "".join(reply)
    return {"支持": True, "不支持": False}.get(written.strip().strip("。.“”\"*"))


def _data(text: str, boundary: str) -> str:
    return strip_controls(text).replace(boundary, "")


def agreement(labelled: Sequence[Labelled], verdicts: Iterable[Verdict]) -> Agreement:
    """Of the verdicts with the labels; sentences without a verdict count as undecided."""
    label = {one.id: one.supported for one in labelled}
    pairs = [(label[verdict.sentence.id], verdict.supported) for verdict in verdicts if verdict.supported is not None]
    return Agreement(len(labelled), len(pairs), sum(ours == theirs for ours, theirs in pairs), kappa(pairs))


def kappa(pairs: Sequence[tuple[bool, bool]]) -> Fraction | None:
    """Agreement of two raters beyond what their shares of yes would give by chance; None where chance alone gives all of it.

    Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960).
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = Fraction(sum(one == other for one, other in pairs), n)
    yes = Fraction(sum(one for one, _ in pairs), n), Fraction(sum(other for _, other in pairs), n)
    chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    return None if chance == 1 else (observed - chance) / (1 - chance)


def as_json(judgement: Judgement) -> dict[str, object]:
    """The judgement as `--json` prints it."""
    agreed = judgement.agreement
    return {
        "model": judgement.model,
        "agreement": {"sentences": agreed.sentences, "decided": agreed.decided, "agreed": agreed.agreed,
                      "share": round(float(agreed.share), 4), "kappa": None if agreed.kappa is None else round(float(agreed.kappa), 4)},
        "sentences": len(judgement.verdicts), "supported": judgement.supported, "unsupported": len(judgement.doubted),
        "undecided": judgement.undecided, "unasked": judgement.unasked, "failed_votes": dict(judgement.failures),
        "doubted": [{"id": verdict.sentence.id, "group": verdict.sentence.group, "sentence": verdict.sentence.text}
                    for verdict in judgement.doubted],
    }


def table(judgement: Judgement) -> str:
    """How far the judge agrees with known labels; then what it said of the answers, and what it could not say."""
    agreed = judgement.agreement
    beyond = "算不出" if agreed.kappa is None else f"{float(agreed.kappa):.2f}"
    lines = [f"评判模型 {judgement.model} 与已知答案一致 {agreed.agreed} / {agreed.sentences} 句（{float(agreed.share):.0%}；"
             f"其中 {agreed.decided} 句有结论，Cohen κ {beyond}）",
             f"回答中有出处的 {len(judgement.verdicts)} 句：支持 {judgement.supported}，不支持 {len(judgement.doubted)}，"
             f"没有结论 {judgement.undecided}"]
    if judgement.unasked:
        lines.append(f"模型没有回应，还有 {judgement.unasked} 句没有问")
    lines += [f"  没有算数的票 {count} 张：{reason}" for reason, count in judgement.failures.items()]
    lines += [f"  {verdict.sentence.id}（{GROUP_NAMES.get(verdict.sentence.group, verdict.sentence.group)}）"
              f"模型认为出处不支持：{verdict.sentence.text}" for verdict in judgement.doubted]
    return "\n".join(lines)
