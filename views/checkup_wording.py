"""The labels of the self-assessment, in Chinese and English; questions, reasons and actions stay Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.checkup import Reply, Standing
from kb.checkup_result import When
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "CheckupWords"]


@dataclass(frozen=True)
class CheckupWords:
    """One language's labels. `{…}` are filled from figures and titles of our own, never with what people typed."""

    title: str
    tagline: str
    stays: str
    replies: Mapping[Reply, str]
    standings: Mapping[Standing, str]
    whens: Mapping[When, str]
    groups: Mapping[str, str]
    parts: str
    answered: str
    partly: str
    why: str
    weight: str
    read: str
    not_here: str
    back: str
    go_on: str
    to_result: str
    result: str
    nothing_yet: str
    to_questions: str
    unanswered: str
    total: str
    level: str
    held_down: str
    chart: str
    chart_axis: str
    inapplicable: str
    head: tuple[str, str, str, str]
    sum: str
    formula: str
    gaps: str
    no_gaps: str
    first: str
    template: str
    take_away: str
    formats: Mapping[str, str]
    file_name: str
    clear: str
    really_clear: str
    clear_note: str
    short_names: str


WORDS: Mapping[str, CheckupWords] = {
    CHINESE.name: CheckupWords(
        title="自测",
        tagline="{questions} 道题，看看商业秘密保护还缺什么、先补哪一样 · 每题点一下",
        stays="答案只在当前页面的内存里，关闭页面即消失。切换到别的页面再回来，答案还在。",
        replies={reply: reply.label for reply in Reply},
        standings={standing: standing.label for standing in Standing},
        whens={When.WEEK: "本周做", When.MONTH: "本月做", When.QUARTER: "本季度做"},
        groups={},
        parts="题目分组",
        answered="已答 {answered} / {asked} 题",
        partly="“部分”：{text}",
        why="为什么问",
        weight="权重 {weight}",
        read="细看指南：《{guide}》",
        not_here="资料库里还没有这一条的文本。",
        back="上一组",
        go_on="下一组",
        to_result="看结果",
        result="结果",
        nothing_yet="还没有可以计分的回答。",
        to_questions="去答题",
        unanswered="还有 {count} 题没有答，没答的不算在内。",
        total="总分",
        level="级别",
        held_down="有关键项答“没有”，级别最高到“{ceiling}”：{missing}",
        chart="各组得分图：{figures}",
        chart_axis="{title} {percent}",
        inapplicable="未计分",
        head=("组别", "得分", "得到 / 可得", "已答"),
        sum="合计",
        formula="没有算 0，部分算一半，有算 1，再乘以题目的权重；“不适用”和没答的题不算在内。",
        gaps="要做的事",
        no_gaps="答过的题里没有缺口。记得定期再测一次。",
        first="**先做**：{action}",
        template="模板：{titles}",
        take_away="带走结果",
        formats={".docx": "Word 报告", ".md": "Markdown 文本", ".json": "JSON 数据"},
        file_name="商业秘密保护自测报告",
        clear="清除答案",
        really_clear="确定清除",
        clear_note="清除以后不能恢复。",
        short_names="依据的简称",
    ),
    ENGLISH.name: CheckupWords(
        title="Self-check",
        tagline="{questions} questions on how you protect trade secrets, and what to do first · one tap each",
        stays="Answers stay in this page's memory and go when you close it. Other pages of this site do not lose them.",
        replies={Reply.NONE: "No", Reply.PARTLY: "Partly", Reply.FULL: "Yes", Reply.INAPPLICABLE: "N/A"},
        standings={Standing.REQUIRED: "required by law", Standing.COURT: "courts look at it", Standing.ADVISED: "advised"},
        whens={When.WEEK: "This week", When.MONTH: "This month", When.QUARTER: "This quarter"},
        groups={"identify": "Know your secrets", "people": "People", "places": "Places and things", "it": "Computers and network",
                "partners": "Partners", "response": "When it happens"},
        parts="Groups of questions",
        answered="{answered} of {asked} answered",
        partly="“Partly”: {text}",
        why="Why we ask",
        weight="weight {weight}",
        read="Guide: 《{guide}》",
        not_here="The library does not have the text of this article yet.",
        back="Back",
        go_on="Next group",
        to_result="Result",
        result="Result",
        nothing_yet="No answer that counts yet.",
        to_questions="To the questions",
        unanswered="{count} questions are unanswered and do not count.",
        total="Total",
        level="Level",
        held_down="Essential questions are answered “No”, so the level is {ceiling} at best: {missing}",
        chart="Scores by group: {figures}",
        chart_axis="{title} {percent}",
        inapplicable="not scored",
        head=("Group", "Score", "Points", "Answered"),
        sum="Total",
        formula="“No” is 0, “Partly” a half, “Yes” 1, times the weight; “N/A” and unanswered questions do not count.",
        gaps="What to do",
        no_gaps="No gaps among the answered questions. Check again from time to time.",
        first="**First**: {action}",
        template="Templates: {titles}",
        take_away="Take it away",
        formats={".docx": "Word report", ".md": "Markdown text", ".json": "JSON data"},
        file_name="商业秘密保护自测报告",
        clear="Clear answers",
        really_clear="Yes, clear them",
        clear_note="This cannot be undone.",
        short_names="Short names of the sources",
    ),
}
