"""Every label of the page, in Chinese and English; the texts of the library stay Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.confidential import MarkKind
from kb.render import NO_LEGAL_ADVICE
from kb.types import Audience, Outcome, Sending, Verdict

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Wording"]


@dataclass(frozen=True)
class Wording:
    """One language's labels. `{…}` are filled with `str.format` from figures of our own, never with what people typed."""

    name: str
    tagline: str
    ask: str
    about: str
    placeholder: str
    i_am: str
    audiences: Mapping[Audience, str]
    clear: str
    samples: str
    local_only: str
    sent_to: str
    proxied: str
    review: str
    with_passages: str
    with_added: str
    recognised: str
    model_gets: str
    sendings: Mapping[Sending, str]
    marked: Mapping[Sending, str]
    kinds: Mapping[MarkKind, str]
    read_by: str
    preparing: str
    working: str
    too_fast: str
    stop: str
    outcomes: Mapping[Outcome, str]
    verdicts: Mapping[Verdict, str]
    understood_as: str
    sources: str
    open_source: str
    source: str
    official_page: str
    context: str
    printed_page: str
    not_on_page: str
    previous: str
    next: str
    download: str
    digest_note: str
    findings: str
    more: str
    made: str
    save: str
    formats: Mapping[str, str]
    failed: str
    what: str
    what_text: str
    leaves: str
    leaves_nothing: str
    leaves_model: str
    served_by: str
    leaves_masked: str
    kept: str
    library: str
    library_line: str
    limits_text: str


CHINESE = Wording(
    name="中文",
    tagline="知识产权与商业秘密问答 · 每一处引用都能打开核对",
    ask="提问",
    about="关于",
    placeholder="用自己的话说说发生了什么",
    i_am="我是",
    audiences={Audience.ENTERPRISE: "企业", Audience.STATION: "科普驿站", Audience.TRAINEE: "培训学员"},
    clear="清除本次对话",
    samples="可以这样问",
    local_only="全部在本机运行：提问内容不会离开这台电脑，关闭页面后不保留。",
    sent_to="已接入模型 {model}：提问和引用的条文会发送到 {endpoint}。请勿输入尚未公开的商业秘密。",
    proxied="网络请求经由代理 {proxy}：它至少看得到这台电脑在与哪里通信。",
    review="**发送前请过目。** 将发给模型 {model}（{endpoint}）的问题（〔…〕是遮盖后的样子）：",
    with_passages="连同资料库里的 {count} 段文字。",
    with_added="其中 {count} 段来自自行添加的文件，照原文发送。",
    recognised="看起来敏感的内容：{marks}（金额照发）。识别靠规则，可能有遗漏。",
    model_gets="模型收到的问题",
    sendings={Sending.MASKED: "发送遮盖后的文字", Sending.WHOLE: "原样发送", Sending.LOCAL: "只在本机回答"},
    marked={Sending.MASKED: "看起来敏感的内容：{marks}。发给模型的文字里已遮盖（金额照发）。",
            Sending.WHOLE: "看起来敏感的内容：{marks}。按你的选择，原样发给模型。",
            Sending.LOCAL: "看起来敏感的内容：{marks}。按你的选择，什么都不发给模型。"},
    kinds={kind: kind.label for kind in MarkKind},
    preparing="首次使用，正在准备资料库…",
    working="正在查找依据…",
    too_fast="提问太快了，请过 {seconds} 秒再问。",
    stop="停止，改由资料库直接回答",
    outcomes={Outcome.PARTIAL: "只回答了一部分", Outcome.INSUFFICIENT: "资料不足", Outcome.OUT_OF_SCOPE: "不在本库范围",
              Outcome.UNLAWFUL: "涉嫌违法，不提供做法", Outcome.CLARIFY: "需要补充"},
    verdicts={Verdict.VERBATIM: "✓ 已与原文核对", Verdict.SUPPORTED: "✓ 数字与出处已核对", Verdict.UNVERIFIED: "未核实"},
    understood_as="理解为：",
    sources="引用来源（{count}）",
    open_source="打开原文",
    source="原文",
    official_page="官方网站",
    context="上下文",
    printed_page="原件第 {page} 页，共 {pages} 页",
    not_on_page="引文不在这一页上。",
    previous="上一页",
    next="下一页",
    download="下载原件",
    digest_note="这是本库要点，非法条原文；请以官方文本为准。",
    findings="核对记录（{count}）",
    more="还可以问",
    made="{label} · 以 {day} 当日有效的文本为准 · 用时 {seconds} 秒",
    save="导出",
    formats={".docx": "Word 文档", ".md": "Markdown 文本", ".json": "JSON 数据"},
    failed="出现意外错误（{kind}），编号 {incident}。请重试；若再次出现，请把编号告诉管理员。",
    what="这是什么",
    what_text="知问回答知识产权保护，特别是商业秘密方面的问题。回答由资料库中的法律、司法解释、方案和指南支撑，"
              "每一处引文都与原文逐字核对，点开即可看到上下文。资料库不能回答时，会直说资料不足。",
    leaves="哪些内容会离开这台电脑",
    read_by="检索接入了 {names}：提问和入库的文本会交给它处理。它不在本机时，请勿输入尚未公开的商业秘密。",
    leaves_nothing="没有。检索、回答和网页都在本机完成，程序不连接任何网站，也不统计使用情况。",
    leaves_model="提问、本次对话中先前的问题和引用的条文，会发送到模型 {model}（{endpoint}）。除此之外不连接任何网站。",
    served_by="最近一次回答，服务自称的模型是 {served}。",
    leaves_masked="第一次发送之前会先给你看将发送的文字；像姓名、公司、证件和电话号码、地址、价格、名单、配方、代码的内容换成代号再发，"
                  "也可以选择原样发送或只在本机回答。识别靠规则，可能有遗漏。",
    kept="对话只保存在当前页面的内存里，关闭页面或点“清除本次对话”即消失；日志不记录提问内容。",
    library="资料库里有什么",
    library_line="共 {documents} 份文件、{versions} 个文本",
    limits_text=NO_LEGAL_ADVICE,
)

ENGLISH = Wording(
    name="English",
    tagline="Questions about IP and trade secrets in China · every citation opens",
    ask="Ask",
    about="About",
    placeholder="Ask in your own words",
    i_am="I am from",
    audiences={Audience.ENTERPRISE: "a company", Audience.STATION: "an IP station", Audience.TRAINEE: "a training"},
    clear="Clear conversation",
    samples="For example",
    local_only="Runs on this machine only: what you type never leaves it and is gone when you close the page.",
    sent_to="Model {model} is connected: questions and cited articles are sent to {endpoint}. "
            "Do not type undisclosed trade secrets.",
    proxied="Requests go through the proxy {proxy}, which sees at least whom this machine talks to.",
    review="**Before it is sent.** The question that would go to model {model} ({endpoint}), 〔…〕 standing for what is masked:",
    with_passages="Together with {count} passages of the library.",
    with_added="{count} of them are from files added here and go as they are.",
    recognised="Looks confidential: {marks} (sums of money are sent). Rules find this; they miss things.",
    model_gets="The model gets",
    sendings={Sending.MASKED: "the masked text", Sending.WHOLE: "the text as typed", Sending.LOCAL: "nothing: answer here"},
    marked={Sending.MASKED: "Looks confidential: {marks}. Masked in what the model gets (sums of money aside).",
            Sending.WHOLE: "Looks confidential: {marks}. Sent to the model as typed, as you chose.",
            Sending.LOCAL: "Looks confidential: {marks}. Nothing is sent to the model, as you chose."},
    kinds={MarkKind.NAME: "names", MarkKind.COMPANY: "companies", MarkKind.ID_NUMBER: "identity numbers", MarkKind.PHONE: "phone numbers",
           MarkKind.EMAIL: "e-mail addresses", MarkKind.BANK_CARD: "bank cards", MarkKind.CREDIT_CODE: "credit codes",
           MarkKind.ACCOUNT: "accounts", MarkKind.ADDRESS: "addresses", MarkKind.PRICE: "prices", MarkKind.AMOUNT: "sums of money",
           MarkKind.CLIENTS: "lists", MarkKind.FORMULA: "formulas", MarkKind.CODE: "code"},
    preparing="First use: preparing the library…",
    working="Looking for the legal basis…",
    too_fast="Too many questions at once; please ask again in {seconds} s.",
    stop="Stop; answer from the library alone",
    outcomes={Outcome.PARTIAL: "Answered in part", Outcome.INSUFFICIENT: "Not enough material",
              Outcome.OUT_OF_SCOPE: "Outside the library", Outcome.UNLAWFUL: "Unlawful: no instructions",
              Outcome.CLARIFY: "Please clarify"},
    verdicts={Verdict.VERBATIM: "✓ checked against the text", Verdict.SUPPORTED: "✓ figures and source checked",
              Verdict.UNVERIFIED: "not verified"},
    understood_as="Understood as: ",
    sources="Sources ({count})",
    open_source="Open source",
    source="Source",
    official_page="Official site",
    context="In context",
    printed_page="Original, page {page} of {pages}",
    not_on_page="The quotation is not on this page.",
    previous="Previous page",
    next="Next page",
    download="Download original",
    digest_note="This is our digest, not the wording of the law; the official text prevails.",
    findings="Checks ({count})",
    more="You could also ask",
    made="{label} · texts in force on {day} · {seconds} s",
    save="Export",
    formats={".docx": "Word document", ".md": "Markdown text", ".json": "JSON data"},
    failed="Unexpected error ({kind}), incident {incident}. Please try again; if it recurs, tell the administrator.",
    what="What this is",
    what_text="Zhiwen answers questions about protecting intellectual property in China, above all trade secrets. Answers "
              "rest on the laws, interpretations, plans and guides in its library; every quotation is checked "
              "character by character and opens in context. Where the library has no answer, it says so.",
    leaves="What leaves this machine",
    read_by="Search uses {names}: questions and the texts of the library are handed to it. Do not enter a secret unless it "
            "runs on this machine.",
    leaves_nothing="Nothing. Search, answers and this page run here; the program contacts no site and keeps no statistics.",
    leaves_model="Your question, earlier questions of this conversation and the cited articles go to the model {model} "
                 "({endpoint}). Nothing else is contacted.",
    served_by="For the latest answer the service named its model {served}.",
    leaves_masked="Before the first question goes you see what would be sent. What looks like names, companies, numbers, addresses, "
                  "prices, lists, formulas or code is replaced by placeholders, unless you send the text as typed; or nothing is "
                  "sent. Rules find this; they miss things.",
    kept="Conversations live in this page's memory only and are gone when you close or clear it; logs hold no questions.",
    library="What is in the library",
    library_line="{documents} documents in {versions} versions",
    limits_text="For study and first orientation, not legal advice; ask a lawyer or the authority about what matters.",
)

LANGUAGES: Mapping[str, Wording] = {wording.name: wording for wording in (CHINESE, ENGLISH)}
