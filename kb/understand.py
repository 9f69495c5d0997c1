"""A question as asked → an inquiry: corrected, standalone, with its references, day, place and intent.

Rules only, no model: every decision here can be shown to the person who asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from kb.beyond import beyond, bound_to, place_in
from kb.dialogue import AS_ASKED, EVERYTHING, Field, Resolution, resolve
from kb.errors import QuestionError
from kb.indicators import PLAN, bundled_indicators, counted
from kb.instructions import without_instructions
from kb.lexicon import Lexicon
from kb.statute import DocumentMention, find_documents, find_refs
from kb.story import gist, is_story
from kb.text import fold
from kb.types import Question, StatuteRef

__all__ = ["LONGEST_QUESTION", "Inquiry", "Intent", "understand"]

LONGEST_QUESTION = 2000
_A_TOPIC = 6                 # characters


class Intent(StrEnum):
    """What kind of sentence would answer."""

    LOOKUP = "lookup"            # the text of an article
    DEFINITION = "definition"
    AMOUNT = "amount"            # money, number, share
    DURATION = "duration"
    DATE = "date"
    PENALTY = "penalty"
    WHO = "who"
    STEPS = "steps"
    CHECKLIST = "checklist"      # which evidence, papers, formalities
    PERMISSION = "permission"    # may I, must I, is it
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What retrieval and composition need of one question.

    `text` is the corrected, standalone question, of a long story its point; `story` is then the whole; `expansions` are
    legal terms to search for as well; `event_day` is the
    day the question says something happened, where that is before the day asked about. `asks_when` is true for a
    question about a document's own dates, `asks_change` for one about what a new version changed, `asks_list` for one that wants
    all the cases, conditions or papers that a rule lists; `version_year` names
    the version asked for. `subjects` must occur in an answer, `other_subjects` must not be its document's subject, and
    a sentence about one of `strays` answers something else. `bound_to` are countries, places and coming years without
    which an answer would be about something else. `beforehand` is true where something is to be prevented, `instructed` where
    demands on the program were left out of `text`. `beyond` says what is missing where no library of law could answer. `topic` is
    `text` without the names of documents, which are looked up and not searched for. `resolution` says what was made of a follow-up.
    `ahead` is true where the question is about a coming year; the day of `question` is then its first.
    """

    question: Question
    text: str
    intent: Intent
    refs: tuple[StatuteRef, ...] = ()
    documents: tuple[str, ...] = ()
    expansions: tuple[str, ...] = ()
    event_day: date | None = None
    place: str = ""
    bound_to: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    asks_when: bool = False
    asks_change: bool = False
    asks_list: bool = False
    subjects: tuple[str, ...] = ()
    other_subjects: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    beforehand: bool = False
    version_year: str = ""
    resolution: Resolution = AS_ASKED
    ahead: bool = False
    story: str = ""
    instructed: bool = False
    beyond: str = ""
    topic: str = ""

    @property
    def told(self) -> str:
        """Everything the question says, corrected."""
        return self.story or self.text

    @property
    def resolved(self) -> bool:
        """Whether `text` holds words of an earlier question."""
        return self.resolution.resolved

    @property
    def unclear(self) -> bool:
        """Whether it refers to something that nobody has said."""
        return self.resolution.unclear


def understand(question: Question, lexicon: Lexicon, names: Mapping[str, str],
               field: Field = EVERYTHING, resolution: Resolution | None = None) -> Inquiry:
    """Read a question. `names` maps folded document names and aliases to version groups (`Registry.names`); `field` tells what a
    follow-up may refer to; `resolution` is what was made of one already.

    Raises:
        QuestionError: nothing to read, or longer than `LONGEST_QUESTION` characters.
    """
    text, instructed = without_instructions(_checked(lexicon.correct(question.text)))
    resolution = resolution or resolve(text, _turns(question, lexicon), question.as_of, field)
    text, today = resolution.text, question.as_of
    if ahead := _day_ahead(text, today):
        question = replace(question, as_of=ahead)
    story = text if is_story(text) else ""
    text = gist(text, lexicon.telling)
    named = find_documents(text, names)
    documents = _documents(text, named, lexicon, names)
    mentions = _refs(text, names, documents)
    expansions = lexicon.expansions(text)
    return Inquiry(
        question=question, text=text, intent=_intent(text, bool(mentions)),
        refs=mentions, documents=documents, subjects=tuple(term for term in lexicon.subjects if term in text),
        other_subjects=tuple(term for term in lexicon.subjects if term not in text),
        strays=tuple(term for term in lexicon.apart if term[:2] not in text + "".join(expansions)),
        version_year=_version_year(text) if mentions else "",
        expansions=expansions, event_day=_event_day(story or text, question.as_of), place=place_in(story or text),
        bound_to=bound_to(text, today), beyond=beyond(text, names), topic=_topic(text, named),
        beforehand=bool(_PREVENTION.search(text)), parts=_parts(text), asks_when=bool(_WHEN_LAW.search(text)),
        asks_change=bool(_CHANGED.search(text)), asks_list=bool(_LISTED.search(text)), resolution=resolution, ahead=ahead is not None,
        story=story, instructed=instructed)


def _topic(text: str, named: Sequence[DocumentMention]) -> str:
    """What is left beside the documents named; everything where that says too little."""
    rest = text
    for mention in sorted(named, key=lambda mention: -mention.start):
        rest = f"{rest[:mention.start]} {rest[mention.end:]}"
    return rest if len(re.findall(r"[\u3400-\u9fff]", rest)) >= _A_TOPIC else text


def _turns(question: Question, lexicon: Lexicon) -> list[str]:
    """The earlier questions corrected, of a story its point, without those that are nothing but demands on the program."""
    read = ((turn, *without_instructions(turn)) for turn in map(lexicon.correct, question.turns))
    return [gist(rest, lexicon.telling) for turn, rest, instructed in read
            if rest and len(rest) <= LONGEST_QUESTION and not (instructed and rest == turn)]


def _refs(text: str, names: Mapping[str, str], documents: tuple[str, ...]) -> tuple[StatuteRef, ...]:
    """Articles named; a bare 第九条 belongs to the one document the question names."""
    found = dict.fromkeys(mention.ref for mention in find_refs(text, names))
    if len(documents) == 1:
        found = dict.fromkeys(ref if ref.document else replace(ref, document=documents[0]) for ref in found)
    return tuple(ref for ref in found if ref.document)


def _version_year(text: str) -> str:
    """2019 in 2019修正, 2019年版, 2019年的第九条, 商标法（2019）: the text of that version is asked for, in force or not."""
    match = re.search(r"(20\d{2}|19\d{2})年?(?:版|修正|修订|的)|[（(](20\d{2}|19\d{2})年?[）)]", text)
    return match[1] or match[2] if match else ""


def _documents(text: str, named: Sequence[DocumentMention], lexicon: Lexicon, names: Mapping[str, str]) -> tuple[str, ...]:
    meant = lexicon.document_meant(text) or (PLAN if _BARE_FIGURE.match(text) and counted(text, bundled_indicators()) else "")
    return tuple(dict.fromkeys(mention.document for mention in named)) or ((names.get(fold(meant), meant),) if meant else ())


# 50家是什么: nothing but a figure is asked about, and the plan has it.
_BARE_FIGURE = re.compile(r"那?[\d.,%零一二两三四五六七八九十百千万]+[家件次期份分人天%]{1,2}(以上)?(都|分别|到底|究竟)?(是|指|代表).{0,2}(什么|啥|哪).{0,6}$")


def _checked(text: str) -> str:
    if not text:
        raise QuestionError("没有看到问题", "请输入想问的事情，例如：员工离职带走客户名单怎么办")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(f"问题太长：{len(text)} 个字，最多 {LONGEST_QUESTION} 个字", "请只写要点，或分几次提问")
    if not re.search(r"[\u3400-\u9fffA-Za-z0-9]", text):
        raise QuestionError("问题里没有文字", "请用一句话说说发生了什么、想知道什么")
    return text


_INTENTS: tuple[tuple[Intent, str], ...] = (
    (Intent.AMOUNT, r"多少(钱|元|万|金额|数额).{0,4}(坐牢|判刑|立案|入罪|犯罪|报案)"),     # the threshold, not the sentence
    (Intent.DEFINITION, r"(条件|要件|要素|特征)(是|有|包括|为|$)|适用条件|构成要件"),
    (Intent.PENALTY, r"坐牢|判刑|坐几年|蹲(大牢|监狱|几年)|吃官司"),
    (Intent.PERMISSION, r"(吗|犯法不|违法不|算不算|行不行|可不可以|能不能)$"),
    (Intent.CHECKLIST, r"(什么|哪些)(证据|材料|手续)|证据清单|材料清单|准备(什么|哪些)"),
    (Intent.STEPS, r"怎么办|怎么做|咋办|咋整|如何处理|如何应对|如何维权|怎样维权|怎么维权|该做什么|哪些步骤|步骤|流程|"
                   r"怎么报案|怎么举报|怎么保护|如何保护|怎么防|如何防|怎样防|怎么避免|"
                   r"怎样保护|第一步|怎么取证|如何取证|怎么收集|要准备"),
    (Intent.DURATION, r"多久|多长|几年|多少年|几个月|多少天|几天|期限|什么期间|时效|最长|判几年|时限|保护期"),
    (Intent.DATE, r"什么时候|何时|哪天|哪年|哪一年|几号|几月|生效|开始施行|起施行|什么时间|何日"),
    (Intent.PENALTY, r"罚|判刑|坐牢|刑|处罚|后果|承担什么|什么责任|法律责任"),
    (Intent.AMOUNT, r"多少|(?<![哪举出])几[个家次倍期份项类种方]|比例|百分之|多大|数额|金额|赔|上限|下限|标准|目标|指标|门槛|补偿|周期|达到|人次"),
    (Intent.WHO, r"谁|哪个部门|哪个单位|哪家|什么部门|什么机关|哪个法院|哪些人|哪些部门|管辖|找哪|去哪|哪里|向哪"),
    (Intent.DEFINITION, r"是什么$|是什么意思|什么是|什么叫|啥叫|啥是|是指|含义|定义|指的是|算什么"),
    (Intent.PERMISSION, r"吗|可不可以|能不能|可以不|能否|是否|是不是|算不算|行不行|合法|违法|犯法|构成|属于|要不要|必须|应不应该|有没有"),
)


def _intent(text: str, has_reference: bool) -> Intent:
    bare = text.strip("？?。!！ ")
    if has_reference and _SAYS.search(bare):
        return Intent.LOOKUP
    for intent, pattern in _INTENTS:
        if re.search(pattern, bare):
            return Intent.LOOKUP if has_reference and intent is Intent.DEFINITION else intent
    return Intent.LOOKUP if has_reference else Intent.OTHER


# 第十条规定了哪几种: the text of the article itself answers.
_SAYS = re.compile(r"(规定|写|讲|说|列)(了|的是)?(什么|啥|哪些|哪几)|(有)?哪几(种|类|项|个)|哪些(行为|情形|种|类)"
                   r"|怎么(规定|写|说)的?$|的?(内容|原文|全文)(是什么)?$")

_PREVENTION = re.compile(r"防止|防范|预防|避免|怎么防|如何防|怎样防")

# Not 几项指标: where a number is asked, the figure answers.
_LISTED = re.compile(r"哪些|哪几|列举|列出|分别(是|有)|(什么|啥)(情形|情况|因素|材料|内容|条件|行为|证据|措施|方式|要求)"
                     r"|(?<![有共设建])几(种|类|样)(情形|情况|行为|方式|材料)")

_CHANGED = re.compile(r"(修改|修订|改|变)了(什么|哪些|啥)|有(什么|哪些|啥)(变化|修改|不同|区别)|新旧.{0,6}(对照|区别|变化|不同)|(变化|修改)有哪些")

# When a document itself was issued or takes effect, not when something in it falls due.
_WHEN_LAW = re.compile(r"(什么时候|何时|哪天|哪年|哪一年|几号|几月|什么时间|何日|哪一天).{0,6}(施行|生效|印发|公布|颁布|发布|出台|实行|实施|开始用|启用)"
                       r"|(施行|生效|印发|公布|颁布|发布|出台).{0,3}(日期|时间|日是|是哪)")

# 2024年5月1日, 2024年5月, 2024年: the day something happened. A year that names a version or a deadline is not an event.
_EVENT = re.compile(r"(?<![到至截])(20\d{2})年(?!底|末|修|版|新|旧|的?反|前)(?:(\d{1,2})月(?!底前))?+(?:(\d{1,2})[日号])?+"
                    r"(?!.{0,3}(?:施行|修订|修正|生效|印发|公布))")


def _event_day(text: str, as_of: date) -> date | None:
    match = _EVENT.search(text)
    if not match:
        return None
    try:
        day = date(int(match[1]), int(match[2] or 7), int(match[3] or 1))
    except ValueError:
        return None
    return day if day < as_of and int(match[1]) < as_of.year else None


def _day_ahead(text: str, as_of: date) -> date | None:
    """2027年以后商标续展多久: asked of the law that will be in force by then."""
    match = re.search(r"(20\d{2})年(?:1月1[日号])?(?:以后|之后|起|后)(?!施行|生效)", text)
    return date(int(match[1]), 1, 1) if match and int(match[1]) > as_of.year else None


def _parts(text: str) -> tuple[str, ...]:
    """Several questions in one: at most three, each long enough to stand alone."""
    parts = [part.strip() for part in re.split(r"[？?\n]+", text) if len(part.strip()) >= 5]
    return tuple(parts[:3]) if len(parts) > 1 else (text,)
