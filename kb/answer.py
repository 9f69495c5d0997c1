"""The main path: a question in, a checked answer out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb import currency, guard
from kb.compose import Composer, Draft, cite_as
from kb.errors import ModelError
from kb.generate import generate_claims
from kb.lexicon import Lexicon
from kb.ports import ChatModel, PassageIndex, PassageStore, TokenCounter
from kb.prompting import answer_messages, pack
from kb.retrieve import Retriever, asked_terms, coverage
from kb.statute import short_title
from kb.types import Answer, Claim, Hit, Kind, Notice, Outcome, Part, Question, Tier
from kb.understand import Inquiry, understand
from kb.verify import Checked, check

if TYPE_CHECKING:
    from kb.registry import Registry

__all__ = ["SAMPLE_QUESTIONS", "Assistant"]

SAMPLE_QUESTIONS = ("销售离职带走客户名单，可以要求怎样的赔偿？", "什么信息算商业秘密？", "示范区方案要建多少家商业秘密服务站？")

_OTHER_SUBJECT = "这个问题不在本库范围内：本库只回答知识产权与商业秘密保护、武汉市示范区建设方案方面的问题。"

# Calibrated on eval/cases (see ARCHITECTURE.md): below the first nothing in the library is about this; below the
# second it is about this only in part.
_SETTLED = 0.42
_TOUCHED = 0.30


@dataclass(frozen=True)
class Assistant:
    """Answers questions from one library. Every collaborator is a port; `kb.assemble` chooses the adapters."""

    store: PassageStore
    index: PassageIndex
    registry: "Registry"
    lexicon: Lexicon
    library_version: Callable[[], str]
    model: ChatModel | None = None
    counter: TokenCounter | None = None
    context_tokens: int = 6000

    def ask(self, question: Question, progress: Callable[[str], None] = lambda step: None) -> Answer:
        """Understand → decline or retrieve → compose or generate → verify. `progress` hears each step, in Chinese.

        Raises:
            QuestionError: the question is empty or too long.
        """
        started = time.perf_counter()
        progress("理解问题")
        inquiry = understand(question, self.lexicon, self.registry.names)
        answer = self._decline(inquiry) or self._answer(inquiry, progress)
        return replace(answer, resolved=inquiry.text if inquiry.resolved else "",
                       library_version=self.library_version(), elapsed_ms=(time.perf_counter() - started) * 1000)

    def search(self, question: Question, top: int = 20) -> list[Hit]:
        """Retrieval alone, for `zhiwen search` and its batch form."""
        return self._retriever.search(understand(question, self.lexicon, self.registry.names), top)

    def _answer(self, inquiry: Inquiry, progress: Callable[[str], None]) -> Answer:
        progress("检索资料库")
        hits = self._retriever.search(inquiry)
        covered = self._coverage(inquiry, hits)
        if not hits or (covered < _TOUCHED and not inquiry.refs):
            return self._insufficient(inquiry, hits)
        progress("撰写并核对")
        notices: list[Notice] = []
        checked, model = self._write(inquiry, hits, progress, notices)
        if not any(claim.part in (Part.DIRECT, Part.BASIS) for claim in checked.claims):
            return self._insufficient(inquiry, hits)
        partial = covered < _SETTLED and not inquiry.refs
        if partial:
            notices.append(Notice("partial", "资料库只涉及这个问题的一部分，以下是最接近的内容"))
        cited = [citation.passage for citation in checked.citations]
        notices += currency.notices_for(cited, self.registry, self.store.versions(), inquiry.question.as_of)
        return Answer(inquiry.question, Outcome.PARTIAL if partial else Outcome.ANSWERED, checked.claims,
                      checked.citations, checked.findings, tuple(notices), retrieved=tuple(hits), model=model)

    def _write(self, inquiry: Inquiry, hits: list[Hit], progress: Callable[[str], None],
               notices: list[Notice]) -> tuple[Checked, str]:
        """By the model when one is configured; from the library alone otherwise, and whenever the model fails."""
        if self.model is not None and self.counter is not None:
            progress(f"由 {self.model.name} 撰写")
            try:
                return self._generate(self.model, self.counter, inquiry, hits), self.model.name
            except ModelError as error:
                notices.append(Notice("model-fallback", f"{error.problem}，{error.remedy}"))
        draft = self._compose(inquiry, hits, notices)
        return check(draft.claims, draft.citations), ""

    def _generate(self, model: ChatModel, counter: TokenCounter, inquiry: Inquiry, hits: list[Hit]) -> Checked:
        question = inquiry.question
        passages = pack([hit.passage for hit in hits], self.context_tokens, counter)
        written = generate_claims(model, answer_messages(inquiry.text, question.as_of, question.audience, passages), passages)
        if not written.claims:
            raise ModelError("模型认为所给资料不足以回答", "以下由资料库直接摘编")
        return written

    def _compose(self, inquiry: Inquiry, hits: list[Hit], notices: list[Notice]) -> Draft:
        parts = ([self._retriever.search(inquiry, text=part) for part in inquiry.parts]
                 if len(inquiry.parts) > 1 else [])
        draft = self._composer.compose(inquiry, hits, parts)
        if inquiry.event_day is None:
            return draft
        with_history = self._composer.as_it_stood(draft, inquiry.event_day)
        if with_history != draft:
            notices.append(Notice("which-governs", "两个时间的文本都已列出；适用哪一个取决于行为发生的时间和过渡规定，"
                                                   "资料库没有写明的须另行核实"))
        return with_history

    def _decline(self, inquiry: Inquiry) -> Answer | None:
        if inquiry.unclear:
            return Answer(inquiry.question, Outcome.CLARIFY,
                          (Claim("请补充说明所指的是哪件事：前面没有可以参照的问题。", ()),), followups=SAMPLE_QUESTIONS)
        refusal = guard.refusal_for(inquiry)
        if refusal is None:
            return None
        claims = [Claim(refusal.reason, ())]
        consequence = self._consequence(inquiry, refusal.consequence) if refusal.consequence else Draft((), ())
        claims += consequence.claims
        if refusal.lawful:
            claims.append(Claim(f"合法的做法：{'；'.join(refusal.lawful)}。", (), Part.NOTES))
        followups = SAMPLE_QUESTIONS if refusal.outcome is Outcome.OUT_OF_SCOPE else ()
        return Answer(inquiry.question, refusal.outcome, tuple(claims), consequence.citations, followups=followups)

    def _consequence(self, inquiry: Inquiry, query: str) -> Draft:
        """What the law attaches to it, quoted as the legal basis of a refusal."""
        liability = replace(inquiry, text=query, refs=(), documents=(), expansions=(), parts=(query,))
        hits = [hit for hit in self._retriever.search(liability) if hit.passage.version.kind is not Kind.GUIDE][:2]
        draft = self._composer.basis_only(liability, hits)
        return draft if hits else Draft((), ())

    def _insufficient(self, inquiry: Inquiry, hits: Sequence[Hit]) -> Answer:
        if not (inquiry.documents or inquiry.refs or self.lexicon.in_field(inquiry.text)):
            return Answer(inquiry.question, Outcome.OUT_OF_SCOPE, (Claim(_OTHER_SUBJECT, ()),),
                          followups=SAMPLE_QUESTIONS)
        nearest = [hit.passage for hit in hits if not hit.passage.version.place or inquiry.place][:2]
        said = "资料不足：资料库里没有能直接回答这个问题的依据。"
        if nearest:
            said += f"最接近的是{'、'.join(cite_as(passage) for passage in nearest)}，但它们没有回答这一点。"
        where = "可向发文机关的官方网站或当地知识产权维权援助机构核实；也可以把相关文件加入资料库后再问。"
        missing = [v for v in self.registry.missing() if v.document in inquiry.documents
                   or short_title(v.title) in inquiry.text]
        if missing:
            said = f"资料不足：本库登记有《{missing[0].title}》，但没有它的正文，不能据此回答。"
        return Answer(inquiry.question, Outcome.INSUFFICIENT, (Claim(said, ()), Claim(where, (), Part.NOTES)),
                      retrieved=tuple(hits))

    def _coverage(self, inquiry: Inquiry, hits: Sequence[Hit]) -> float:
        trusted = [hit for hit in hits[:4] if hit.passage.version.tier is not Tier.USER] or list(hits[:4])
        return coverage(inquiry.text, self.lexicon.equivalents(inquiry.text), trusted,
                        self.index.rarity(sorted(asked_terms(inquiry.text))))

    @property
    def _retriever(self) -> Retriever:
        return Retriever(self.index, self.store)

    @property
    def _composer(self) -> Composer:
        return Composer(self.store, self.index.rarity)
