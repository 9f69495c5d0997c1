"""A library of a few passages whose assistant answers from a table: for the page alone, without an index."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from kb.clock import FixedClock
from kb.errors import QuestionError
from kb.outgoing import Outgoing, outgoing
from kb.ports import ChatModel
from kb.registry import Registry, bundled_registry
from kb.settings import Settings
from kb.types import (
    Answer,
    Citation,
    Claim,
    Finding,
    Kind,
    Notice,
    Outcome,
    Part,
    Passage,
    Question,
    Status,
    Tier,
    Verdict,
    Version,
)
from kb.verify import Checked

TODAY = date(2026, 11, 22)
HOSTILE = ("![x](http://beacon.example/a.png) <img src=http://beacon.example/b.png onerror=alert(1)> "
           "[点我](javascript:alert(1)) <script>alert(1)</script> https://beacon.example/c :red[红] :smile: $x^2$ "
           ":material/home: <http://beacon.example/d> -> 完")

LAW = Version(id="law", document="反不正当竞争法", title="中华人民共和国反不正当竞争法", label="2025修订", kind=Kind.LAW,
              tier=Tier.OFFICIAL, in_force_from=date(2025, 10, 15), status=Status.CURRENT, file_name="a/反法.pdf",
              source_url="https://www.example.gov.cn/art_1.html")
DIGEST = replace(LAW, id="digest", tier=Tier.DIGEST, bundled=True, file_name="")
USER = Version(id="user", document="内部材料", title=HOSTILE, label="", kind=Kind.OTHER, tier=Tier.USER,
               source_url="http://beacon.example/e", file_name="../../材料.txt")

ARTICLES = (
    Passage("p21", LAW, "第二十一条", "平台经营者应当在平台服务协议和交易规则中明确平台内公平竞争规则。", page=8, ordinal=0),
    Passage("p22", LAW, "第二十二条", "经营者违反本法规定，给他人造成损害的，应当依法承担民事责任。\n"
            "经营者的合法权益受到不正当竞争行为损害的，可以向人民法院提起诉讼。", page=9, ordinal=1),
    Passage("p23", LAW, "第二十三条", "经营者违反本法第七条规定实施混淆行为的，由监督检查部门责令停止违法行为。", page=9, ordinal=2),
)
SUMMARY = Passage("d10", DIGEST, "第十条", "偷来的、骗来的、违反约定拿走的商业秘密，都不得使用。")
NOTE = Passage("u1", USER, HOSTILE, f"第一行。{HOSTILE}\n第二行")

QUOTE = "给他人造成损害的，应当依法承担民事责任。"
ANSWERS = {
    "赔偿": (Outcome.ANSWERED, (
        Claim("可以要求赔偿损失。", (1,)), Claim(f"《反不正当竞争法》（2025修订）第二十二条：“{QUOTE}”", (1,), Part.BASIS),
        Claim("偷来的商业秘密不得使用。", (2,), Part.BASIS), Claim("先固定证据。", (), Part.STEPS),
    ), (Citation(1, ARTICLES[1], QUOTE, "第二十二条第一款", Verdict.VERBATIM),
        Citation(2, SUMMARY, SUMMARY.text, "第十条", Verdict.SUPPORTED))),
    "材料": (Outcome.PARTIAL, (Claim(HOSTILE, (1,)), Claim(f"“{HOSTILE}”", (1,), Part.BASIS)),
             (Citation(1, NOTE, HOSTILE, HOSTILE, Verdict.UNVERIFIED),)),
    "天气": (Outcome.OUT_OF_SCOPE, (), ()),
}


@dataclass(frozen=True)
class TableAssistant:
    """Answers by the first key that occurs in the question."""

    store: "SmallStore"
    asked: list[Question] = field(default_factory=list)
    shown: list[Question] = field(default_factory=list)      # of which was asked what would be sent
    model: ChatModel | None = None

    def ask(self, question: Question, progress: Callable[[str], None] = lambda step: None,
            say: Callable[[Checked], None] = lambda draft: None, stopped: Callable[[], bool] = lambda: False) -> Answer:
        self.asked.append(question)
        progress("检索资料库")
        if not question.text.strip():
            raise QuestionError("没有看到问题", "请输入想问的事情")
        if "崩" in question.text:
            raise ValueError(f"cannot handle {question.text}")
        outcome, claims, citations = next((a for key, a in ANSWERS.items() if key in question.text),
                                          (Outcome.INSUFFICIENT, (), ()))
        return Answer(question, outcome, claims, citations, library_version="2026.11", elapsed_ms=12.0,
                      resolved="竞业限制的赔偿" if question.turns else "",
                      notices=(Notice("moved", "第十七条自2025-10-15起为第二十二条。"),) if citations else (),
                      findings=(Finding("number", f"删去一句：{HOSTILE}"),) if "材料" in question.text else (),
                      followups=("什么信息算商业秘密？",) if outcome is Outcome.OUT_OF_SCOPE else ())


    def would_send(self, question: Question) -> Outgoing | None:
        """Everything goes to the model but what is outside the library."""
        self.shown.append(question)
        return None if "天气" in question.text else outgoing(question.text, question, (*ARTICLES, NOTE), stays_here=False)


class SmallStore:
    """The reading side of the catalogue, as far as the page reads it."""

    def versions(self) -> list[Version]:
        return [LAW, DIGEST, USER]

    def around(self, passage_id: str, radius: int = 1) -> list[Passage]:
        if passage_id == "p22":
            return list(ARTICLES)
        return [passage for passage in (SUMMARY, NOTE) if passage.id == passage_id]


@dataclass(frozen=True)
class SmallLibrary:
    """What the pages use of `kb.assemble.Library`."""

    assistant: TableAssistant
    settings: Settings = field(default_factory=lambda: Settings(_env_file=None))
    clock: FixedClock = field(default_factory=lambda: FixedClock(TODAY))
    registry: Registry = field(default_factory=bundled_registry)
    printed: bytes | None = None
    warning: str = ""

    def original(self, version_id: str) -> bytes | None:
        return self.printed if version_id == "law" else b"text" if version_id == "user" else None


def open_small_library(printed: Path | None = None, **settings: str) -> SmallLibrary:
    return SmallLibrary(TableAssistant(SmallStore()), Settings(**settings),
                        printed=printed.read_bytes() if printed else None)
