"""What a question is about without its asking: 员工离职带走客户名单 of 员工离职带走客户名单怎么办; and whether it says that at all.

A question of nothing but words of asking (多久, 依据呢, 要赔多少) is about whatever was asked before it.
"""

import re
from functools import cache

from kb.slots import SUM, last_named, names_event, names_person, place, slot_of, table, words
from kb.text import any_of

__all__ = ["asks", "is_bare", "is_noun", "says_little", "topic", "without_aspect"]

_WH = re.compile(any_of(
    r"什么时候 什么时间 什么 哪[些里儿个条家种天年部]? 谁 何时 多久 多长时间 多长 多少[家个次倍元万天年月份人起件]*钱? 多大 多高 "
    r"几[年个天倍次家条种类项款月岁]+ 怎么样 怎么办 怎么做 怎么 怎样 如何 咋办 咋整 咋 为什么 为啥 为何 凭什么 啥 百分之几"))
_POLAR = re.compile(
    r"是否|能否|可否|可不可以|能不能|会不会|要不要|用不用|需不需要|该不该|算不算|是不是|行不行|有没有(?:必要)?|有必要|可以|算(?![法力])|属于|构成(?!要件)|合法|违法|犯法|有效(?!期)|无效|必须|应该|应当|需要"
    r"|能(?![力源量够])|会(?![议员计展])(?<!协会)(?<!社会)|(?<!必)要(?![求约件点素])|受(?!托|理|贿)|吗")
_ASKS_WHETHER = re.compile("[吗么不没]$|是否|[能可]否|(.)[不没]\\1|有没有")       # 公司要我签协议 tells, 要签吗 asks
_JUDGING = ("算不算", "算", "属于", "构成", "是不是", "吗")
_OPENING = re.compile(
    r"^(?:(?:什么|哪些|哪种|怎样的)[\u4e00-\u9fff]{0,4}?(?:算|属于|是|叫|受|构成)|啥是|啥叫|为什么|为何|凭什么|什么情况下?|(?:怎么|怎样|如何|咋)(?:样)?(?:才能|才|去)?|"
    r"由?谁来?|[在由]?哪[里儿个些家种]?|多久|多少钱?|能不能|可不可以|是不是|有没有|要不要|可以|应该|需要|能|要)")
_CLAUSE = re.compile(r"[^，,。；;？?！!\n]+")
_UNKNOWN = 2
_LONGEST_TOPIC = 70
_LONGEST_NOUN = 12
_VERB = re.compile(r"被|把|了|没|不|查|防|抄|偷|卖|买|抢|带走|拿走|泄露|侵犯|侵害|离职|申请|解除|处罚|认定|撤销|证明|约定|保护[\u4e00-\u9fff]")


def asks(text: str) -> bool:
    """Whether it has a word of asking, 呢 aside."""
    return bool(_WH.search(text) or _POLAR.search(text) or _ASKS_WHETHER.search(text))


def is_bare(text: str, *, general: bool = False) -> bool:
    """Whether it consists of words of asking; with `general`, also of words that belong to any matter of law (要赔多少)."""
    return not _bare(general).sub("", text)


def says_little(text: str) -> bool:
    """Whether all of it is such words but one of at most two characters that is none of its subjects: not at the beginning, nor after 的."""
    rest = _bare(True).sub(lambda word: "的" if word[0] == "的" else " ", text)
    return len(re.sub("[ 的]", "", rest)) <= _UNKNOWN and not re.search("^[^ 的]|的[^ 的]", rest)


@cache
def _bare(general: bool) -> re.Pattern[str]:
    said = f"{words('asking', 'light', 'general', 'person', 'company', 'office')}|{place()}|{SUM}" if general else words("asking", "light")
    return re.compile(rf"{said}|[\s，,、？?。！!：:…]")


def is_noun(phrase: str) -> bool:
    """Whether it names one thing and tells no event."""
    return len(phrase) <= _LONGEST_NOUN and slot_of(phrase) is not None and not _VERB.search(phrase)


def topic(question: str) -> str:
    """What it is about, without the words that ask: of several clauses all that tell; the whole where nothing else is left."""
    told = [tells for clause in _CLAUSE.findall(question) if (tells := _of_clause(clause))]
    joined = "，".join(told)
    while len(joined) > _LONGEST_TOPIC and len(told) > 1:
        told = told[1:]
        joined = "，".join(told)
    return joined or question.strip("？?。！! ")


def without_aspect(told: str) -> str:
    """竞业限制 of 竞业限制的补偿; everything where nothing that tells would be left."""
    rest = re.sub(rf"(?<![给付交收])的?(?:{'|'.join(name for name in table('aspects') if len(name) > 1)})$", "", told)
    return rest if last_named(rest) or names_event(rest) else told


def _of_clause(clause: str) -> str:
    clause = clause.strip().removesuffix("呢")
    whether = _POLAR.search(clause) if _ASKS_WHETHER.search(clause) else None
    if is_bare(clause, general=True) and not last_named(clause) and (asks(clause) or is_bare(clause)):
        told = _untrailed(clause[:whether.start()]) if whether else ""
        return "" if not told or is_bare(told) else told             # 不给补偿有效吗
    if not (match := _WH.search(clause) or whether):
        return clause
    before, after = _untrailed(clause[:match.start()]), clause[match.end():].removesuffix("吗")
    if _tells(before):
        goes_on = _tells(after) and (match is not whether or (match[0] not in _JUDGING and len(after) >= 4))
        return before + (after if goes_on else "")
    return _after_opening(clause)


def _untrailed(told: str) -> str:
    return re.sub(f"{words('trailing')}+$", "", told)


def _after_opening(clause: str) -> str:
    """什么是竞业限制, 怎么防止员工泄密, 哪些信息算商业秘密: what follows the words of asking."""
    return re.sub(r"了?吗$", "", _OPENING.sub("", clause)) or clause


def _tells(said: str) -> bool:
    bare = is_bare(said, general=True) and last_named(said) != said           # 一审 is a subject, 审 a word of law
    return len(said) >= 2 and not bare and said != names_person(said)
