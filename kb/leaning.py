"""Does a question lean on one before it? Patterns of ellipsis (那赔偿呢), pronouns (他会坐牢吗), bare asking (多久, 依据呢).

A question that names its subject and asks something stands on its own, however short it is and whatever it begins with.
"""

import re
from enum import StrEnum
from functools import cache

from kb.slots import first_named, last_named, names_event, names_law, names_person, slot_of, table, words
from kb.topic import asks, is_bare, is_noun, says_little, topic

__all__ = ["AN_ACCOUNT", "ELLIPSIS", "NUMBERED", "SAID_BEFORE", "WITH_ANOTHER", "YEAR", "YEAR_ALONE", "Leans", "aspect", "is_courtesy", "is_ellipsis", "leans",
           "means_nothing_alone", "nameless", "of_the_answer", "open_pointer", "plain", "pointer", "without_then"]

_LONGEST_FOLLOW_UP, _LONGEST_NAMELESS = 60, 40       # characters, as all these
_OF_ITS_OWN = 8              # say enough to ask something, if a subject or an event is among them
_SHORT = 12                  # of a question that may say nothing of its own
_BEFORE = 7                  # before a pronoun; more of them hold what it refers to
AN_ACCOUNT = 6               # of a turn that tells something; less names a subject

ELLIPSIS = re.compile(
    r"^(?P<if>如果说?|要是|假如|假设|倘若|若|万一|换成|换作|换做|改成|改为|换到|要换成|如果换成|要是换成)?"
    r"(?P<is>是|向|在(?!职)|放在|到(?![期了])|等到|发生在|发生|对于|对(?![方手家])|给|站在|针对|关于|至于|按照?|依照?|根据|用|从)*"
    r"(?P<what>.{1,24}?)(?P<then>的话)?(?P<also>也?(?:一样|同样|是这样|这样|如此|适用|可以|要|算|行|是|有|成立)(?:吗|么|不)?|行不行|可不可以)?"
    r"(?P<tail>呢|怎么样|如何|怎么说|又如何|又怎样|咋样|怎么办)?$")
YEAR = r"(?:(?:20|19)\d{2}年?(?:\d{1,2}月)?(?:\d{1,2}[日号])?|去年|大前年|前年|今年|明年|后年)"
YEAR_ALONE = re.compile(
    rf"^(?:如果|要是|假如|换成|放在|放到|换到)?(?:是|在|(?P<until>到|等到)了?|发生在|发生)*(?P<year>{YEAR})(?P<after>以后|之后|以前|之前|起|后|前|底|末|修正|修订|版)*"
    r"(?:的|那版|时候|那时候?|当时|事|版本|规定|情况|发生|法律|新法|旧法|开始|文本)*(?:[又还也]?是?怎么(?:样|规定|说|写|算)的?|也一样吗|也是吗)?(?:呢|吗)?$")
WITH_ANOTHER = re.compile(
    r"^(?:和|跟|与|同|比起|相比)[^，,]{2,12}?(?:相比|比|有|的|是)*(?:什么|啥|何)?(?:不一样|区别|不同|差别|关系|联系|一样吗|一回事吗|哪个更?好|哪个划算)(?:在?哪里?|是什么|吗|呢)?$")
NUMBERED = re.compile(r"^第[一二三四五六七八九十\d]+(?:点|项|步|个|句|段|种|条来源|个来源)")
SAID_BEFORE = re.compile("你?(?:上面|刚才|刚刚|前面)(?:所?[说讲]|提到)")
_MEANS = re.compile("什么意思$|^什么[是叫]")
_SAYS_WHAT = re.compile(rf"^[你您](?!们)|\d|{_MEANS.pattern}")          # the program, a figure, a term
_SUPPOSES = re.compile("如果|要是|假如|万一|倘若")
_ADDS = re.compile("他|她|对方|双方|当时|而且|(?:我们?|我方|公司)?(?:当时|一直|从来|也|都|还|就)*(?:没|已经)")
_A_FIGURE = re.compile(r"^[\d.,零一二两三四五六七八九十百千万]+[家件次期份分人天个%]*(?:以上)?(?:是|指|代表)")        # 50家是什么: the plan knows
_THIS_EVENT = (
    r"(?:这|那|此|上述|以上|前述)(?:种|类|样的|些|个)?(?:情况|情形|行为|做法|事情|事儿|事|案子|案件|问题)[下里]?(?:的话)?|[这那]样(?:做|的话)?|"
    r"这么(?:做|干|规定|约定|写|要求)|这(?=算|违法|犯法|合法|是不是|能|会|要|属于|构成|怎么|可以|该|应该|有|也|还|犯|受|得|需要|行|合不合)")
_PREDICATE = re.compile(
    r"^(?:们|的)?(?:就|也|还|都|到底|本人|最[长高多低少]|新公司)*"
    r"(?:算|构成|属于|是|会|能|要|可以|应该|应当|该|得|需|受|有|合|违|犯|怎|如何|多|几|什么|谁|哪|和|跟|与|行|必须|不|没)|^$")


class Leans(StrEnum):
    """On what a question leans."""

    NOT = "not"              # it stands on its own
    SUBJECT = "subject"      # on the last question that has a subject
    LAST = "last"            # on the question just before, and on no other


@cache
def pointer() -> re.Pattern[str]:
    """这种情况, 他, 它, 这个协议."""
    kind = rf"{words('kind')}(?!人|主|方)"
    thing = (rf"(?:它们?|这个|那个|这些|那些)(?P<named>{kind})?|[这那][种类](?=算|能|会|要|可以|是|怎|违|合法|有效|无效|行|属于|构成|该)"
             rf"|(?:该|其|这份|那份|这种|那种|这类|这项|那项|这条|那条|此类|此)(?P<kind>{kind})")
    return re.compile(rf"(?P<event>{_THIS_EVENT})|(?P<person>[他她]们?家?|[这那][个位家些]?(?:人|员工|公司|企业|单位))|(?P<thing>{thing})")


def is_courtesy(turn: str) -> bool:
    """好的，谢谢 and nothing else."""
    return len(turn) <= 16 and not re.sub(rf"{words('courtesy')}|[啦了您你\s，,。.！!~～、]", "", turn)


def plain(text: str) -> str:
    """Without courtesies before the question and marks after it; years in digits."""
    before, bare = "", text.strip()
    while bare != before:
        before, bare = bare, re.sub(rf"^{words('courtesy')}+[，,。！!、：: ]+|^[哦噢啊呃嗯]+(?!，)|^{words('opening')}[，,：: ]*", "", bare)
    digits = str.maketrans("〇零一二三四五六七八九", "00123456789")
    years = re.compile("([二一][零〇九][零〇一二三四五六七八九]{2})年")
    return years.sub(lambda match: f"{match[1].translate(digits)}年", bare).strip("？?。！!…~～，, ")


def without_then(asked: str) -> str:
    """Without 那, 但是, 刚才说的 and the like at its beginning."""
    rest = re.sub(rf"^{words('then')}[，,、 ]*(?=.)", "", asked)
    return asked if rest in ("呢", "吗", "怎么") else rest


def leans(asked: str, last: str) -> Leans:
    """Whether a plain question leans on others, by its form. `last` is the question just before, standing alone; empty where there is
    none to refer to."""
    if not asked or len(asked) > _LONGEST_FOLLOW_UP:
        return Leans.NOT
    if YEAR_ALONE.match(asked) or is_ellipsis(asked):
        return Leans.LAST if pointer().match(asked) else Leans.SUBJECT
    if points := open_pointer(asked):
        named = first_named(asked[points.end():]) if points["thing"] else ""         # 这个配方算商业秘密吗 names its subject itself,
        return Leans.NOT if named and (named not in last or topic(last) == named) else Leans.LAST       # unless it was spoken of
    if WITH_ANOTHER.match(asked) or NUMBERED.match(asked) or of_the_answer(asked):
        return Leans.LAST
    if _A_FIGURE.match(asked) or (_MEANS.search(asked) and not is_bare(asked)):
        return Leans.NOT
    short = len(asked) <= _SHORT and "，" not in asked
    bare = is_bare(asked) or (short and is_bare(asked, general=True) and (asks(asked) or aspect(asked)))
    return Leans.LAST if bare else Leans.NOT


def nameless(asked: str, earlier: str, *, taken_up: bool) -> bool:
    """Whether it has no subject of its own: 要拿东西担保吗. `taken_up` where it begins with 那 or follows an account of what happened; it
    may then say more (那我可以去同行上班吗), as it may where it supposes or only adds (对方已经用了三年了)."""
    if _SAYS_WHAT.search(asked) or last_named(asked) or names_event(asked) or names_law(asked):
        return False
    if not asks(asked):
        return AN_ACCOUNT <= len(asked) <= _LONGEST_NAMELESS and not taken_up and bool(_ADDS.match(asked))
    if taken_up or _SUPPOSES.match(asked):
        return len(asked) <= _LONGEST_NAMELESS
    person = names_person(asked)
    return len(asked) <= _SHORT and says_little(asked) and (person in ("", "对方") or person in earlier)


def is_ellipsis(asked: str) -> bool:
    """那商标呢, 换成外观设计, 员工也一样吗: a phrase in place of a question. 商业秘密的保护期呢 says all there is to say."""
    match = ELLIPSIS.match(asked)
    if not match or not (match["if"] or match["then"] or match["also"] or match["tail"] == "呢") or asks(match["what"]):
        return False
    what, supposed = match["what"].removesuffix("的"), match["if"] or match["then"]
    if match["also"] and not supposed:
        return is_noun(what) and not names_event(what) and len(what) <= 6
    name = _aspect_at_end(what)
    return not (name and name != what and last_named(what.removesuffix(name).rstrip("的")))


def aspect(what: str) -> str:
    """赔偿怎么算 of 赔偿, 民事赔偿怎么算 of 民事赔偿; empty where it is no aspect of a matter."""
    name = _aspect_at_end(what)
    full = table("aspects").get(name, "")
    return full.format(what) if name == what or (slot_of(what) is None and "{}" in full) else ""


def _aspect_at_end(what: str) -> str:
    return max((name for name in table("aspects") if what.endswith(name)), default="", key=len)


def of_the_answer(asked: str) -> str:
    """依据呢, 为什么, 有什么例外, asked in full; empty for anything else."""
    return next((full for expression, full in table("answer").items() if re.fullmatch(expression, asked)), "")


def open_pointer(asked: str) -> re.Match[str] | None:
    """A pronoun where the question begins that something is said of; not one whose meaning was said before it in the same
    question (员工把图纸给了别人，他要赔吗), nor somebody of whom a whole event is told (他偷了我们的配方怎么办)."""
    match = pointer().search(asked)
    if not match:
        return None
    before, after = asked[:match.start()], asked[match.end():]
    if "，" in before:
        return None
    if match[0] == "它" and not last_named(before):
        return match
    if len(before) > _BEFORE or not is_bare(before, general=True) or (match["person"] and names_person(before)):
        return None
    of_its_own = len(after) >= _OF_ITS_OWN and (last_named(after) or names_event(after))
    said_of_it = match["event"] or _PREDICATE.match(after) or (match["thing"] and first_named(after))
    return match if said_of_it or not of_its_own else None


def means_nothing_alone(asked: str, *, opened: bool) -> bool:
    """Whether a question that leans on others says nothing without them: 怎么取证 does. `opened` where it opens a conversation and
    does not begin with 那, so that a longer phrase is taken for the whole of what is meant."""
    if of_the_answer(asked) or is_bare(asked):
        return len(asked) < _OF_ITS_OWN
    if points := open_pointer(asked):
        rest = asked[:points.start()] + asked[points.end():]
        return is_bare(rest, general=True) or (len(rest) < _OF_ITS_OWN and not last_named(rest) and not names_event(rest))
    return bool(YEAR_ALONE.match(asked)) or (is_ellipsis(asked) and not (opened and len(asked) > _OF_ITS_OWN))
