"""Labels of the conversation, of an answer and of an opened source, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.editions import Effect
from kb.types import Audience
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "AskWords"]


@dataclass(frozen=True)
class AskWords:
    """One language's labels. `{…}` are filled with `str.format` from figures of our own, never with what people typed."""

    begin: str
    samples: Mapping[Audience, tuple[str, ...]]
    # the day
    law_of_today: str
    law_of: str
    choose_day: str
    day_help: str
    back_to_today: str
    # the last question
    edit: str
    edited: str
    resend: str
    cancel: str
    # an answer
    source: str
    card: str
    copy: str
    copied: str
    not_copied: str
    made: str
    more_actions: str
    # saving
    save_all: str
    save_all_help: str
    # what readers tell
    helpful: str
    why: str
    remark_kept: str
    with_question: str
    send: str
    told: str
    submit: str
    submit_kept: str
    submitted: str
    # an opened source
    close: str
    beside: str
    effects: Mapping[Effect, str]
    since: str
    read_instead: str
    to_cited: str
    previous_passage: str
    next_passage: str
    other_versions: str
    read: str
    compared: str
    same_words: str
    our_words: str


# Asked in Chinese in either language: the library is.
_SAMPLES: Mapping[Audience, tuple[str, ...]] = {
    Audience.ENTERPRISE: ("员工离职带走了客户名单，怎么办？", "销售离职带走客户名单，可以要求怎样的赔偿？",
                          "竞业限制最长可以约定多久？", "保密协议应该写哪些内容？"),
    Audience.STATION: ("什么信息算商业秘密？", "发现别人卖假冒商标的商品，找谁投诉？", "小区菜店的秘制配方算商业秘密吗？",
                       "示范区方案要建多少家商业秘密服务站？"),
    Audience.TRAINEE: ("商业秘密的构成要件是什么？", "反不正当竞争法2025年修订后商业秘密是第几条？",
                       "侵犯商业秘密罪的立案标准是多少？", "惩罚性赔偿的倍数怎么确定？"),
}


WORDS: Mapping[str, AskWords] = {
    CHINESE.name: AskWords(
        begin="说说发生了什么，几秒内得到附出处的回答。每个编号都能点开，对照原文。",
        samples=_SAMPLES,
        law_of_today="以今天的法律为准", law_of="以 {day} 的法律为准", choose_day="以哪一天的法律为准",
        day_help="事情发生在过去时，可以看那一天有效的条文。该适用哪个版本，请咨询律师或主管部门。",
        back_to_today="回到今天",
        edit="改一改再问", edited="改好后重新提问，原来的回答会被替换", resend="重新提问", cancel="取消",
        source="来源 {n}", card="来源 {n} 的引文", copy="复制", copied="已复制", not_copied="复制不了，请手动选择文字",
        made="以 {day} 当日有效的文本为准 · 用时 {seconds} 秒", more_actions="导出、评价",
        save_all="保存本次对话", save_all_help="对话只在这个页面的内存里；保存下来的文件在你自己的电脑上。",
        helpful="这个回答有用吗？", why="可以说说为什么（不必填）",
        remark_kept="会保存在这台服务器上，供管理员改进资料库：你的评价、上面写的理由、回答引用了哪些条文、时间。不保存你的提问，除非勾选下面一项。",
        with_question="把我的问题一起交给管理员", send="提交评价", told="已交给管理员，谢谢。",
        submit="把这个问题交给管理员",
        submit_kept="会保存在这台服务器上，供管理员补充资料：下面这句问题、它没有得到回答、时间。不保存其他对话。如果里面有不想让人看到的内容，请先改一改再问。",
        submitted="已把问题交给管理员。补充资料后可以再来问。",
        close="关闭原文", beside="原文：{title}",
        effects={Effect.IN_FORCE: "✓ 现行有效", Effect.THEN: "{day} 当日有效，现在已不是现行文本", Effect.AHEAD: "尚未施行",
                 Effect.PAST: "已不再施行", Effect.UNCERTAIN: "效力待核实"},
        since="{first} 起施行", read_instead="看{day}有效的文本：{label} {locator}",
        to_cited="回到引用处", previous_passage="上一条", next_passage="下一条",
        other_versions="其他版本（{count}）", read="看这一版",
        compared="{old} → {new} 改了什么（删去的划线，新增的加底色）", same_words="与正在看的版本文字相同",
        our_words="这是本库要点，不逐字对照。",
    ),
    ENGLISH.name: AskWords(
        begin="Say what happened and get an answer with its sources in seconds. Every number opens the original text.",
        samples=_SAMPLES,
        law_of_today="Law of today", law_of="Law of {day}", choose_day="Which day's law",
        day_help="For something that happened in the past: the texts in force on that day. Which one applies, ask a lawyer or the "
                 "authority.",
        back_to_today="Back to today",
        edit="Edit and ask again", edited="The new answer takes the place of the old one", resend="Ask again", cancel="Cancel",
        source="Source {n}", card="Quotation of source {n}", copy="Copy", copied="Copied",
        not_copied="Copying failed, please select the text",
        made="texts in force on {day} · {seconds} s", more_actions="Export, rate",
        save_all="Save conversation", save_all_help="The conversation lives in this page's memory only; the saved file is on your computer.",
        helpful="Was this answer helpful?", why="Why? (optional)",
        remark_kept="Kept on this server, for the operator to improve the library: your verdict, what you write above, which passages the "
                    "answer cited, the time. Not your question, unless you tick the box below.",
        with_question="Hand my question to the operator too", send="Send", told="Handed to the operator, thank you.",
        submit="Hand this question to the operator",
        submit_kept="Kept on this server, for the operator to add sources: the question below, that it was not answered, the time. Nothing "
                    "else of the conversation. Edit the question first if it holds anything nobody should see.",
        submitted="The question was handed to the operator. Ask again once sources were added.",
        close="Close source", beside="Source: {title}",
        effects={Effect.IN_FORCE: "✓ in force", Effect.THEN: "in force on {day}, no longer today", Effect.AHEAD: "not yet in force",
                 Effect.PAST: "no longer in force", Effect.UNCERTAIN: "effect not verified"},
        since="since {first}", read_instead="Read the text in force on {day}: {label} {locator}",
        to_cited="Back to the citation", previous_passage="Previous article", next_passage="Next article",
        other_versions="Other versions ({count})", read="Read this version",
        compared="{old} → {new}: what changed (struck: removed; shaded: added)", same_words="same words as the version shown",
        our_words="Our digest, not compared word by word.",
    ),
}
