"""The main path: a question in, a checked answer out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kb import currency, guard
from kb.chronicle import chronicle, registered
from kb.compose import Composer, Draft, cite_as
from kb.dialogue import Field, Resolution
from kb.errors import ModelError, ModelStopped
from kb.excerpt import section_of
from kb.generate import Generated, Reader, generate_claims
from kb.instructions import addresses_program
from kb.lead import found_by_name
from kb.lexicon import Lexicon
from kb.misuse import Misuse
from kb.outgoing import Confidant, Outgoing, outgoing
from kb.planned import asks_what_a_figure_is
from kb.ports import ChatModel, PassageIndex, PassageStore, Reranker, TokenCounter, never
from kb.prompting import answer_messages, pack, room_for_passages
from kb.relevance import NEVER, Meaning, asked_terms, coverage, searchable
from kb.retrieve import Retriever
from kb.rewriting import put_in_full
from kb.scope import Scope
from kb.statute import find_documents, short_title
from kb.suggest import near, presentable, suggested
from kb.text import chinese_date
from kb.types import Answer, Citation, Claim, Hit, Kind, Notice, Outcome, Part, Question, Sending, Tier
from kb.understand import Inquiry, understand
from kb.verify import Checked, check

if TYPE_CHECKING:
    from kb.registry import Registry

__all__ = ["SAMPLE_QUESTIONS", "Assistant"]

SAMPLE_QUESTIONS = ("销售离职带走客户名单，可以要求怎样的赔偿？", "什么信息算商业秘密？", "竞业限制最长可以约定多久？",
                    "示范区方案要建多少家商业秘密服务站？")

_OTHER_SUBJECT = "这个问题不在本库范围内：本库只回答知识产权与商业秘密保护、武汉市示范区建设方案方面的问题。"

_BAIT = Notice("instructed", "有自行添加的文件写了给程序的指示，那些段落没有引用")
_INSTRUCTED = Notice("instructed", "问题里对程序的要求没有采用：回答一律来自资料库，并注明出处")
_RIGHTS = ("专利", "商标", "著作权", "软件", "植物新品种")       # a rule about 知识产权 is one about each of them
_COMPARISON = "新旧对照"      # in the title of a page that compares two versions

# Shares of what is asked (kb.relevance.coverage), set on eval/cases: from the first on the library settles a question;
# from the second on it is about it in part; below, it is insufficient.
_OF_A_STORY = "经过较长，以下是按其中的问句和要点查到的；事情是否符合条文写的条件，请逐条对照，必要时把问题单独再问一遍"
_SETTLED = 0.40
_TOUCHED = 0.11
_HELD_WHOLE = 0.95           # a question in words of the field all of which the answer has, whatever else they are used for
_OTHER_WORDS = 0.55          # of a question about another field, by files that somebody added


@dataclass(frozen=True)
class Assistant:
    """Answers questions from one library. Every collaborator is a port; `kb.assemble` chooses the adapters."""

    store: PassageStore
    index: PassageIndex
    registry: "Registry"
    lexicon: Lexicon
    scope: Scope
    misuse: Misuse
    library_version: Callable[[], str]
    meaning: Meaning
    model: ChatModel | None = None
    model_stays_here: bool = False           # the model runs on this machine: nothing needs masking
    counter: TokenCounter | None = None
    context_tokens: int = 9000
    words: frozenset[str] = frozenset()      # bigrams inside words, to tell another subject from a seam
    library_state: Callable[[], object] | None = None     # changes with the library, and is cheaper than its version
    reranker: Reranker | None = None
    help_line: str = ""                      # the operator's, for somebody in distress

    def ask(self, question: Question, progress: Callable[[str], None] = lambda step: None,
            say: Callable[[Checked], None] = lambda draft: None, stopped: Callable[[], bool] = never) -> Answer:
        """Understand → decline or retrieve → compose or generate → verify. `progress` hears each step, in Chinese.

        While a model writes, `say` gets what has been verified so far, and `stopped` may end it (`kb.generate.Reader`);
        what counts is the answer returned.

        Raises:
            QuestionError: the question is empty or too long.
        """
        started = time.perf_counter()
        progress("理解问题")
        notices: list[Notice] = []
        reader = Reader(progress, say, stopped)
        inquiry = self._put_in_full(self._understand(question), reader, notices)
        answer = self._decline(inquiry) or self._answer(inquiry, reader, notices)
        return replace(answer, resolved=inquiry.text if inquiry.resolved else "",
                       library_version=self.library_version(), elapsed_ms=(time.perf_counter() - started) * 1000)

    def search(self, question: Question, top: int = 20) -> list[Hit]:
        """Retrieval alone, for `zhiwen search` and its batch form."""
        return self._retriever.search(self._understand(question), top)

    def _answer(self, inquiry: Inquiry, reader: Reader, notices: list[Notice]) -> Answer:
        reader.progress("检索资料库")
        grounds = self._grounds(inquiry, notices)
        if isinstance(grounds, Answer):
            more = () if grounds.outcome.refused else self._followups(inquiry, self._retriever.search(inquiry), Draft((), grounds.citations))
            return replace(grounds, notices=(*notices, *grounds.notices), followups=more or grounds.followups)
        hits, draft, fit = grounds
        reader.progress("撰写并核对")
        checked, model = self._write(inquiry, hits, draft, reader, notices)
        if inquiry.instructed:
            notices.append(_INSTRUCTED)
        if fit is Outcome.PARTIAL:
            notices.insert(0, Notice("partial", _OF_A_STORY if inquiry.story else "资料库只涉及这个问题的一部分，以下是最接近的内容"))
        notices += self._notices(inquiry, checked)
        return Answer(inquiry.question, fit, checked.claims, checked.citations, checked.findings, tuple(notices),
                      self._followups(inquiry, hits, draft), retrieved=tuple(hits), model=model)

    def _followups(self, inquiry: Inquiry, hits: Sequence[Hit], draft: Draft) -> tuple[str, ...]:
        """Questions to ask next."""
        question = inquiry.question
        return suggested(inquiry.text, question.turns, question.audience, near(hits, draft.citations, draft.rests_on, self.store),
                         lambda text: presentable(text, self.lexicon), SAMPLE_QUESTIONS)

    def _grounds(self, inquiry: Inquiry, notices: list[Notice]) -> tuple[list[Hit], Draft, Outcome] | Answer:
        """What the answer is written from and how far it goes; or the answer itself, where nothing is to be written."""
        compared = self._compared(inquiry) if inquiry.asks_change else []
        if (inquiry.asks_when or inquiry.asks_change) and not compared and (dated := self._chronicle(inquiry)):
            return dated
        hits = _for_people(compared or self._retriever.search(inquiry), notices)
        draft = self._compose(inquiry, hits, notices)
        fit = self._fit(inquiry, hits, draft)
        return self._insufficient(inquiry, hits) if fit is Outcome.INSUFFICIENT else (hits, draft, fit)

    def would_send(self, question: Question) -> Outgoing | None:
        """What `ask` would send to the model, exactly; None where it would send nothing. Nothing is sent by asking for it.

        Of a follow-up that the model is first to put in full, the question is what it gets for that; the passages sent afterwards
        may be others.

        Raises:
            QuestionError: the question is empty or too long.
        """
        if self.model is None or self.counter is None or question.sending is Sending.LOCAL:
            return None
        inquiry = self._understand(question)
        if self._decline(inquiry):
            return None
        grounds = self._grounds(inquiry, [])
        if isinstance(grounds, Answer):
            return self._outgoing(inquiry, [], self.counter) if inquiry.resolution.guessed else None
        return self._outgoing(inquiry, grounds[0], self.counter)

    def _notices(self, inquiry: Inquiry, checked: Checked) -> list[Notice]:
        """What the reader must know of the versions cited; `kb.render` marks digests itself, and two moves are enough."""
        cited = [citation.passage for citation in checked.citations]
        found = [notice for notice in currency.notices_for(cited, self.registry, self.standing.versions(),
                                                           inquiry.question.as_of) if notice.kind != "digest"]
        moved = [notice for notice in found if notice.kind == "moved"]
        ahead = [Notice("ahead", f"按{chinese_date(inquiry.question.as_of)}有效的文本回答")] if inquiry.ahead else []
        return ahead + [notice for notice in found if notice not in moved[2:]]

    def _chronicle(self, inquiry: Inquiry) -> Answer | None:
        """When a document was issued or takes effect is answered from the register, whether or not its text is held."""
        passages = [p for name in inquiry.documents for p in chronicle(self.registry, name, inquiry.question.as_of)]
        if not passages:
            return None
        citations = [Citation(n, p, p.text, p.locator) for n, p in enumerate(passages, start=1)]
        checked = check([Claim(c.quote, (c.n,)) for c in citations], citations)
        if inquiry.asks_change:
            limit = Notice("partial", "以上是登记的版本和日期；逐条有哪些不同，请分别查看两个版本的同一条（可指明条号和年份来问）")
            return Answer(inquiry.question, Outcome.PARTIAL, checked.claims, checked.citations, checked.findings, (limit,))
        return Answer(inquiry.question, Outcome.ANSWERED, checked.claims, checked.citations, checked.findings)

    def _compared(self, inquiry: Inquiry) -> list[Hit]:
        """What the page says that compares the old and the new text of the document asked about, where the library has one."""
        pages = [version.id for version in self.standing.versions() for document in inquiry.documents
                 if version.tier is Tier.GUIDE and _COMPARISON in version.title and document in version.title]
        return [Hit(passage, 1.0, (_COMPARISON,)) for page in pages for passage in self.store.passages_of(page)
                if section_of(passage) in ("一句话", "对照")]

    def _fit(self, inquiry: Inquiry, hits: Sequence[Hit], draft: Draft) -> Outcome:
        """Whether the library settles the question: ANSWERED, PARTIAL or INSUFFICIENT."""
        if inquiry.refs and not draft.rests_on:
            return Outcome.ANSWERED if any(map(found_by_name, hits)) else Outcome.INSUFFICIENT
        if inquiry.beyond or self._misnumbered(inquiry, hits) or self._unheld(inquiry):
            return Outcome.INSUFFICIENT
        if not draft.rests_on or not draft.fits or self._elsewhere(inquiry, draft):
            return Outcome.INSUFFICIENT
        if asks_what_a_figure_is(inquiry):
            return Outcome.ANSWERED
        rarity = self.index.rarity([*sorted(asked_terms(inquiry.told)), NEVER])
        covered = coverage(inquiry.told, self.lexicon.equivalents(inquiry.told), draft.rests_on, rarity, self.words)
        added = any(passage.version.tier is Tier.USER for passage in draft.rests_on)      # may be about anything
        held_whole = covered >= _HELD_WHOLE and self.lexicon.in_field(inquiry.text)
        if covered < _TOUCHED or not (self._ours(inquiry) or held_whole or (added and covered >= _OTHER_WORDS)):
            return Outcome.INSUFFICIENT
        settled = covered >= _SETTLED and draft.complete and not inquiry.story
        return Outcome.ANSWERED if settled else Outcome.PARTIAL

    def _misnumbered(self, inquiry: Inquiry, hits: Sequence[Hit]) -> bool:
        """Whether a law of the library is asked for by the number of an article that its text in force does not have."""
        return any(ref.document in self._documents for ref in inquiry.refs) and not any(map(found_by_name, hits))

    def _ours(self, inquiry: Inquiry) -> bool:
        """Whether the question is about our field, by the documents it names, by its words, or by a lay question that is near it."""
        if inquiry.documents or inquiry.refs or self._in_scope(inquiry.text):
            return True
        nearest = self.index.nearest_asked(inquiry.text, 1)
        return bool(nearest) and self.scope.like_one_of_ours(inquiry.text, nearest[0][1])

    def _in_scope(self, text: str) -> bool:
        return self.scope.ours(text, uses_our_words=self.lexicon.in_field(text))

    def _elsewhere(self, inquiry: Inquiry, draft: Draft) -> bool:
        """Whether the question is about a subject, country, place or coming year of which the answer says nothing."""
        said = " ".join(map(searchable, draft.rests_on))
        subjects = [subject for subject in inquiry.subjects if subject not in _RIGHTS or "知识产权" not in said]
        return any(mark not in said for mark in (*inquiry.bound_to, *subjects))

    def _unheld(self, inquiry: Inquiry) -> list[str]:
        """Documents named whose text the library does not hold, when it holds none of those named."""
        return [] if self._documents & set(inquiry.documents) else list(inquiry.documents)

    def _write(self, inquiry: Inquiry, hits: list[Hit], draft: Draft, reader: Reader,
               notices: list[Notice]) -> tuple[Checked, str]:
        """By the model when one is configured; from the library alone otherwise, and whenever the model fails."""
        if self.model is not None and self.counter is not None and inquiry.question.sending is not Sending.LOCAL:
            reader.progress(f"由 {self.model.name} 撰写")
            try:
                written = self._generate(self.model, self.counter, inquiry, hits, reader)
                return written, written.model
            except ModelStopped:
                notices.append(Notice("model-fallback", "已按您的要求停止由模型撰写。以下由资料库直接摘编"))
            except ModelError as error:
                notices.append(Notice("model-fallback", f"没有用上模型：{error.problem}。以下由资料库直接摘编"))
        return check(draft.claims, draft.citations), ""

    def _generate(self, model: ChatModel, counter: TokenCounter, inquiry: Inquiry, hits: list[Hit],
                  reader: Reader) -> Generated:
        question, sent = inquiry.question, self._outgoing(inquiry, hits, counter)
        messages = answer_messages(sent.question, question.as_of, question.audience, sent.passages)
        written = generate_claims(Confidant(model, sent.hidden), messages, sent.passages, reader)
        if not written.claims:
            raise ModelError("模型认为所给资料不足以回答", "以下由资料库直接摘编")
        return written

    def _outgoing(self, inquiry: Inquiry, hits: list[Hit], counter: TokenCounter) -> Outgoing:
        room = room_for_passages(inquiry.told, inquiry.question, self.context_tokens, counter)
        passages = pack([hit.passage for hit in hits], room, counter)
        return outgoing(inquiry.told, inquiry.question, passages, stays_here=self.model_stays_here)

    def _compose(self, inquiry: Inquiry, hits: list[Hit], notices: list[Notice]) -> Draft:
        parts = [(inquiry, hits)]
        if len(inquiry.parts) > 1:
            asked = [self._understand(replace(inquiry.question, text=part, turns=())) for part in inquiry.parts]
            parts = [(part, self._retriever.search(part)) for part in asked]
        draft = self._composer.compose(inquiry, hits, parts)
        if inquiry.event_day is None:
            return draft
        with_history = self._composer.as_it_stood(draft, inquiry.event_day)
        if with_history != draft:
            notices.append(Notice("which-governs", "两个时间的文本都已列出；适用哪一个取决于行为发生的时间和过渡规定，"
                                                   "资料库没有写明的须另行核实"))
        return with_history

    def _decline(self, inquiry: Inquiry) -> Answer | None:
        refusal = guard.refusal_for(inquiry, self.misuse)
        if refusal is None and inquiry.unclear and (before := guard.refusal_of("".join(inquiry.question.turns[-1:]), self.misuse)) and before.help_line:
            refusal = before
        if refusal is None and inquiry.unclear:
            return Answer(inquiry.question, Outcome.CLARIFY,
                          (Claim("请补充说明所指的是哪件事：前面没有可以参照的问题。", ()),), followups=SAMPLE_QUESTIONS)
        if refusal is None:
            return None
        claims = [Claim(refusal.reason, ())]
        law = self._consequence(inquiry, refusal.consequence) if refusal.consequence else Draft((), ())
        checked = check(law.claims, law.citations)
        claims += checked.claims
        if refusal.lawful:
            named = "合法的做法" if refusal.outcome is Outcome.UNLAWFUL else "可以这样做"
            claims.append(Claim(f"{named}：{'；'.join(refusal.lawful)}。", (), Part.NOTES))
        if refusal.help_line and self.help_line:
            claims.append(Claim(self.help_line, ()))
        followups = SAMPLE_QUESTIONS if refusal.outcome is Outcome.OUT_OF_SCOPE and not refusal.help_line else ()
        return Answer(inquiry.question, refusal.outcome, tuple(claims), checked.citations, followups=followups)

    def _consequence(self, inquiry: Inquiry, query: str) -> Draft:
        """What the law attaches to it, quoted as the legal basis of a refusal."""
        liability = replace(inquiry, text=query, refs=(), documents=(), expansions=(), parts=(query,), topic="")
        hits = [hit for hit in self._retriever.search(liability) if hit.passage.version.kind is not Kind.GUIDE][:2]
        return self._composer.basis_only(liability, hits)

    def _insufficient(self, inquiry: Inquiry, hits: Sequence[Hit]) -> Answer:
        if not self._ours(inquiry):
            return Answer(inquiry.question, Outcome.OUT_OF_SCOPE, (Claim(_OTHER_SUBJECT, ()),),
                          followups=SAMPLE_QUESTIONS)
        near = dict.fromkeys(cite_as(hit.passage) for hit in hits if not hit.passage.version.place or inquiry.place)
        said = "资料不足：资料库里没有能直接回答这个问题的依据。"
        if inquiry.refs:
            said = f"资料不足：资料库里没有现行有效的{'、'.join(map(str, inquiry.refs))}。{self._other_versions(inquiry)}"
        elif near:
            said += f"最接近的是{'、'.join(list(near)[:2])}，但它们没有回答这一点。"
        where = "可向发文机关的官方网站或当地知识产权维权援助机构核实；也可以把相关文件加入资料库后再问。"
        if inquiry.beyond:
            said = f"资料不足：{inquiry.beyond}。" + (f"最接近的是{'、'.join(list(near)[:2])}。" if near else "")
        entries: list[Citation] = []
        if unheld := self._unheld(inquiry):
            said = f"资料不足：本库登记有《{short_title(unheld[0])}》，但没有它的正文，不能据此回答。"
            entries = [Citation(n, p, p.text, p.locator) for n, p in enumerate(
                (p for name in unheld for p in registered(self.registry, name, inquiry.question.as_of)), start=1)]
        checked = check([Claim(entry.quote, (entry.n,)) for entry in entries], entries)
        return Answer(inquiry.question, Outcome.INSUFFICIENT, (Claim(said, ()), *checked.claims, Claim(where, (), Part.NOTES)),
                      checked.citations, checked.findings, retrieved=tuple(hits))

    def _understand(self, question: Question, resolution: Resolution | None = None) -> Inquiry:
        return understand(question, self.lexicon, self.registry.names, Field(self._usable, self._possible), resolution)

    def _put_in_full(self, inquiry: Inquiry, reader: Reader, notices: list[Notice]) -> Inquiry:
        """A follow-up for which the rules found no place, as the model understands it; theirs stands where it does not."""
        guess, question = inquiry.resolution, inquiry.question
        if not guess.guessed or self.model is None or question.sending is Sending.LOCAL or guard.refusal_for(inquiry, self.misuse):
            return inquiry
        reader.progress(f"由 {self.model.name} 补全追问")
        try:
            full = put_in_full(self.model, guess, question, self.registry.names, stays_here=self.model_stays_here, stopped=reader.stopped)
        except ModelStopped:
            return inquiry
        except ModelError as error:
            notices.append(Notice("followup-fallback", f"没有用上模型来理解这句追问：{error.problem}。已把它接在上一问之后理解"))
            return inquiry
        return self._understand(question, replace(guess, text=full, guessed=False)) if full else inquiry

    def _usable(self, earlier: str) -> bool:
        """Whether a follow-up may refer to an earlier question: neither declined nor about something else."""
        declined = guard.refusal_of(earlier, self.misuse)
        ours = self._in_scope(earlier) or bool(find_documents(earlier, self.registry.names))
        return ours and (declined is None or declined.outcome is Outcome.INSUFFICIENT)

    def _possible(self, asked: str) -> bool:
        """Whether words that name no subject may be about our field."""
        return self.scope.score(asked) >= 0

    def _other_versions(self, inquiry: Inquiry) -> str:
        """Where a named article does stand, when the text in force has none of that number."""
        found = [p for ref in inquiry.refs for p in self.store.article(ref.document, ref.article, ref.sub)]
        named = dict.fromkeys(cite_as(p) + (f"（{p.version.in_force_from}起施行）" if p.version.in_force_from else "")
                              for p in found)
        return f"其他版本里有：{'、'.join(named)}；在问题里写明那个版本的年份就可以查看。" if named else ""

    @cached_property
    def standing(self) -> currency.Standing:
        """The versions of the library and which have given way, for as long as the library stays as it is."""
        return currency.Standing(self.store.versions, self.library_state or self.library_version)

    @property
    def _documents(self) -> set[str]:
        """Names of the documents that the library holds in some version."""
        return {version.document for version in self.standing.versions()}

    @property
    def _retriever(self) -> Retriever:
        return Retriever(self.index, self.store, self.standing, reranker=self.reranker)

    @property
    def _composer(self) -> Composer:
        return Composer(self.store, self.index.rarity, self.meaning)


def _for_people(hits: Sequence[Hit], notices: list[Notice]) -> list[Hit]:
    """Without passages of added files that speak to the program instead of its readers."""
    kept = [hit for hit in hits if hit.passage.version.tier is not Tier.USER or not addresses_program(hit.passage.text)]
    notices += [_BAIT] if len(kept) < len(hits) else []
    return kept
