"""A follow-up → the standalone question it stands for, from the questions before it. Rules only.

Each earlier turn is itself read in the light of those before it, so that a follow-up to a follow-up finds its subject.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kb import leaning
from kb.leaning import Leans
from kb.slots import Slot, first_named, last_named, names_event, names_law, names_person, slot_of, substituted
from kb.topic import asks, is_bare, is_noun, says_little, topic, without_aspect

__all__ = ["AS_ASKED", "EVERYTHING", "Field", "Resolution", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The standalone `text`.

    `resolved`: with words of an earlier question, which is `earlier`; `unclear`: there is none to take them from; `guessed`:
    the rules found no place for what is `asked` and put it beside the earlier question.
    """

    text: str
    resolved: bool = False
    unclear: bool = False
    guessed: bool = False
    earlier: str = ""
    asked: str = ""


AS_ASKED = Resolution("")     # of an inquiry that is no follow-up


@dataclass(frozen=True, slots=True)
class Field:
    """What belongs to our field. `usable`: a question to come back to, neither declined nor about something else; after one that is not,
    a pronoun refers to nothing we know, and a subject of its own (那赔偿呢) to the question before. `possible`: words that name no
    subject and may be about it."""

    usable: Callable[[str], bool]
    possible: Callable[[str], bool]


EVERYTHING = Field(bool, bool)      # where nobody can say


@dataclass(frozen=True, slots=True)
class _Said:
    """An earlier turn as it stands alone. `about` is what a bare question after it is asked of: after 能报警吗 still the theft. `usable` where
    a later turn may refer to it; `told` where it asks nothing."""

    text: str
    about: str
    usable: bool
    told: bool


def resolve(text: str, turns: Sequence[str], day: date, field: Field = EVERYTHING) -> Resolution:
    """Read `text` after `turns`, corrected and oldest first, asked on `day`."""
    said: list[_Said] = []
    for turn in turns:
        if not leaning.is_courtesy(turn):
            said.append(_taken_in(turn, said, day, field))
    return _read(text, said, day, field)


def _taken_in(turn: str, said: list[_Said], day: date, field: Field) -> _Said:
    read = _read(turn, said, day, field)
    told = not read.resolved and not asks(turn) and (len(turn) >= leaning.AN_ACCOUNT or bool(said and said[-1].told))
    text = f"{said.pop().text}，{read.text}" if told and said and said[-1].told else read.text           # told in several turns
    earlier = _referred_to(said, Leans.SUBJECT) if read.resolved and not leaning.is_ellipsis(read.asked) and says_little(read.asked) else None
    return _Said(text, earlier.about if earlier else text, not read.unclear and field.usable(text), told)


def _read(text: str, said: Sequence[_Said], day: date, field: Field) -> Resolution:
    whole = leaning.plain(text)
    asked = leaning.without_then(whole)
    if meant := _corrected(whole, said, day):
        return meant
    if not said and leaning.SAID_BEFORE.match(whole):
        return Resolution(text, unclear=True)
    last, earlier = _referred_to(said, Leans.LAST), _referred_to(said, Leans.SUBJECT)
    lean = leaning.leans(asked, last.text if last else "")
    if lean is Leans.NOT and earlier:
        if full := _of_both(said, asked) or _in_clauses(earlier, asked, day):
            return _beside(earlier, full, asked)
        if leaning.nameless(asked, earlier.text, taken_up=asked != whole or said[-1].told) and field.possible(asked):
            lean = Leans.SUBJECT
    if lean is Leans.NOT:
        return Resolution(asked if said and len(asked) >= 4 else text)
    earlier = last if lean is Leans.LAST else earlier
    if earlier and not (_of_nobody(earlier, asked) and not field.possible(asked)):
        standing = _of_both(said, asked) or _standing(earlier, asked, day)
        foreign = not standing and leaning.is_ellipsis(asked) and not field.possible(asked)          # 那股票呢
        return Resolution(text) if foreign else _beside(earlier, standing, asked)
    of_law_alone = is_bare(asked, general=True) and asks(asked) and not field.usable(asked)         # 会坐牢吗: of law, but about nothing
    return Resolution(text, unclear=not earlier and (of_law_alone or leaning.means_nothing_alone(asked, opened=asked == whole and not said)))


def _referred_to(said: Sequence[_Said], lean: Leans) -> _Said | None:
    """The turn that a follow-up takes up."""
    known = said[-1:] if lean is Leans.LAST else [turn for turn in said if turn.usable][-1:]
    return known[0] if known and known[0].usable else None


def _beside(earlier: _Said, standing: str, asked: str) -> Resolution:
    if standing:
        return Resolution(standing, resolved=True, earlier=earlier.text, asked=asked)
    return Resolution(f"{earlier.text.rstrip('？?。')}，{asked}", resolved=True, guessed=True, earlier=earlier.text, asked=asked)


def _of_nobody(earlier: _Said, asked: str) -> bool:
    """他结婚了吗 after a question in which there is nobody."""
    points = leaning.open_pointer(asked)
    return bool(points and points["person"] and not names_person(earlier.text))


def _of_both(said: Sequence[_Said], asked: str) -> str:
    """两者有什么区别: of the subjects of the last two questions."""
    match = re.match("(?:(?:这|那|它们)两[个种项样者]|两者|二者|两[个种项样](?=能|可以|有|哪|都))(?:之间)?", asked)
    names = list(dict.fromkeys(filter(None, (last_named(turn.text) for turn in said if turn.usable))))[-2:] if match else []
    return f"{names[0]}和{names[1]}{asked[match.end():]}" if match and len(names) == 2 else ""


def _in_clauses(earlier: _Said, asked: str, day: date) -> str:
    """那赔偿呢，亏多少都算不清，最多判多少: the first clause leans and the rest goes on from it. 发明专利要年费，那它呢，不交会怎样: one in
    the middle does. Empty where neither is so."""
    head, _, rest = asked.partition("呢，")
    if rest and leaning.is_ellipsis(f"{head}呢"):
        match = leaning.ELLIPSIS.match(f"{head}呢")
        if match and (match["if"] or match["then"]):
            return "" if last_named(asked) or names_event(asked) else f"{topic(earlier.text)}，如果{match['what']}，{rest}"
        standing = _standing(earlier, f"{head}呢", day)
        return f"{standing}，{rest}" if standing else ""
    named = last_named(earlier.text)
    found = re.search(r"(?<=[，,])那?(?:它|这个|那个)(?=呢[，,])", asked)
    return asked[:found.start()] + named + asked[found.end():] if found and named else ""


def _standing(turn: _Said, asked: str, day: date) -> str:
    """The follow-up as a question of its own; empty where no rule knows its place."""
    earlier = turn.text.rstrip("？?。！! ")
    if match := leaning.YEAR_ALONE.match(asked):
        return _in_year(earlier, match, day)
    if full := leaning.of_the_answer(asked):
        return f"{earlier}，{full}"
    if leaning.is_ellipsis(asked) and (match := leaning.ELLIPSIS.match(_with_persons_named(asked, earlier))) and not leaning.pointer().fullmatch(match["what"]):
        return _exchanged(earlier, match)
    if points := leaning.open_pointer(asked):
        return _pointed(earlier, asked, points)
    if leaning.NUMBERED.match(asked) or not asks(asked):
        return ""
    subject = topic(turn.about)
    if leaning.WITH_ANOTHER.match(asked):
        return (subject if is_noun(subject) else last_named(subject) or subject) + asked
    return _joined(subject if _same_measure(subject, asked) else without_aspect(subject), asked)


def _joined(subject: str, rest: str) -> str:
    """One sentence where both are short, else two clauses."""
    rest = re.sub(r"^(?:下|的话|里|，|,)+|呢$", "", rest) or rest
    told = not is_noun(subject) and len(rest) > 5
    somebody = rest.startswith(("公司", "我", "双方", "如果", "要是", "万一", "已经"))
    apart = told or somebody or "，" in subject or len(subject) > 14 or subject.endswith(("了", "的"))
    return f"{subject}，{rest}" if apart else f"{subject}{rest}"


def _same_measure(subject: str, asked: str) -> bool:
    """Whether an aspect at the end of the subject may stay: a period has a length but no price."""
    period = re.search(r"(?:保护期限?|有效期限?|期限|时效|时间|年限)$", subject)
    return not (period and re.search(r"多少钱|费用|罚|哪|谁|怎么办", asked))


# --- a phrase in the place of another --------------------------------------------------------------------------------------

_JUDGED = re.compile(r"^(?:什么|哪些|哪种|怎样的|什么样的)[^，,]{0,6}?(?:算|属于|是|构成)([^，,？?吗呢]{2,10})$")
_CONDITION = re.compile(
    r"^(?:如果|要是|假如|没|未|不|已经|只是|只|仅|就|自己|通过|经过|拿到|发现|被|签了|有|他|她|对方|公司|双方|[找买卖拆用去给再先改换])"
    r"|(?:了|过|的|着|[以之]后|时)$|没有?|不|被|已|签|超过|属于|同意|知道|公开|禁止|允许|[到过]期")
_ABOUT = re.compile(r"(?<=.)(?:方面|这块|这边|那边|这里|那里|的情况|来说|的?角度|的?立场|的?时候|期间|来看)$")
_DATED = re.compile(rf"{leaning.YEAR}(?:的时候|以后|之后|以前|之前)?")
_YEARS_AWAY = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}


def _exchanged(earlier: str, match: re.Match[str]) -> str:
    """那商标呢, 换成外观设计, 如果是员工, 那赔偿呢, 如果没签协议呢."""
    said, subject, supposed = match["what"], topic(earlier), match["if"] or match["then"]
    what = _ABOUT.sub("", said).removesuffix("的") or said
    if (match["also"] or "")[:2] not in ("行不", "可不") and (swapped := substituted(earlier, what)):
        return swapped
    named = first_named(what)                                           # 商标被抢注 in place of 域名被抢注
    if named not in ("", what) and what[len(named):] in earlier and (swapped := substituted(earlier, named)):
        return swapped
    if (judged := _JUDGED.search(earlier)) and slot_of(what) is Slot.MATTER:         # 什么信息算商业秘密 … 那报价呢
        return f"{what}算{judged[1]}吗"
    if (asked := leaning.aspect(what)) and not supposed:
        return _joined(without_aspect(subject), asked)
    if placed := _placed(earlier, what):
        return placed
    if supposed or (_CONDITION.search(said) and (len(what) >= 3 or what[0] in "不没未")):
        link = match["is"] or ("是" if said.endswith("的") else "")
        return f"如果{link}{said}，{_unconditional(earlier)}"
    return ""


def _placed(earlier: str, what: str) -> str:
    """Beside the earlier question, as its kind calls for."""
    slot = slot_of(what)
    if slot is Slot.PLACE:
        return f"在{what}，{earlier}"
    if slot is Slot.LAW or what in ("旧法", "新法", "老法", "旧规定", "新规定"):
        return f"按照{what}，{earlier}"
    if slot in (Slot.RIGHT, Slot.DEVICE, Slot.MATTER) and names_law(earlier):
        return f"{what}方面，{earlier}"
    if slot in (Slot.ROLE, Slot.SUM, Slot.STAGE):
        return f"如果是{what}，{_unconditional(earlier)}"
    return ""


def _unconditional(earlier: str) -> str:
    """Without the condition that an earlier follow-up put before it: the new one takes its place."""
    return re.sub(r"^如果[^，]{1,24}，(?=.{4})", "", earlier)


def _in_year(earlier: str, match: re.Match[str], day: date) -> str:
    year, after = match["year"], match["after"] or ""
    if year in _YEARS_AWAY:
        year = f"{day.year + _YEARS_AWAY[year]}年"
    year = year if "年" in year else f"{year}年"
    if _DATED.search(earlier):
        return _DATED.sub(year + after, earlier, count=1)
    if re.search(r"第[一二三四五六七八九十百零\d]+条", earlier) or after in ("修正", "修订", "版"):
        return f"{year}{after}的{earlier}"
    return f"到{year}，{earlier}" if match["until"] and not after else f"{year}{after or '的时候'}，{earlier}"


# --- a pronoun ----------------------------------------------------------------------------------------------------------------

def _with_persons_named(asked: str, earlier: str) -> str:
    points, person = leaning.open_pointer(asked), names_person(earlier)
    return asked[:points.start()] + person + asked[points.end():] if points and points["person"] and person else asked


def _pointed(earlier: str, asked: str, points: re.Match[str]) -> str:
    """这种情况违法吗, 他会坐牢吗, 怎么证明它: with what is meant in place of the pronoun."""
    subject, before, after = topic(earlier), asked[:points.start()], asked[points.end():].removeprefix("呢，")
    if after in ("", "呢") and not before:
        return f"{subject}是怎么规定的"
    if points["person"]:
        person = names_person(earlier)
        if person and not before and subject.startswith(person):
            return _joined(subject, re.sub(r"^的(?=.)", f"{person}的", after))
        return f"{subject}，{before}{person}{after}" if person else ""
    tail = (points["named"] or points["kind"] or "") if points["thing"] else ""
    thing = subject if is_noun(subject) else last_named(subject) if points[0].startswith("它") or before else ""
    if points["event"] or not thing:
        return f"{subject}，{before}{tail}{after}" if before or tail else _joined(subject, after)
    return f"{before}{thing if thing.endswith(tail) else thing + tail}{after}"


# --- a correction -------------------------------------------------------------------------------------------------------------

_CORRECTION = re.compile(
    r"^(?:(?:不是的?|不对|错了|不|我?说错了|我?打错了|更正一下|更正|你?理解错了)[，,。！! ]+"
    r"(?:我是(?:说|问|指)|我(?:要|想)?(?:说|问|指|讲)(?:的)?(?:其实)?(?:是)?|我的意思是|应该是|应当是|是|而是)"
    r"|我(?:要|想)?(?:说|问|指|讲)的(?:其实)?是|我是(?:说|问|指)|我的意思是|我指的是|应该是(?=.{1,8}$)|更正[：:，, ]*)[，,：: ]*(?P<meant>.+)$")
_NOT_BUT = re.compile(r"^(?:我(?:说|问|指)的)?不是(?P<wrong>[^，,]{1,12})[，,](?:我(?:说|问|指)的)?(?:而)?是(?P<meant>.{1,8})$")


def _corrected(whole: str, said: Sequence[_Said], day: date) -> Resolution | None:
    """不是，我说的是商标: what was meant instead, in the question before."""
    swap, match = _NOT_BUT.match(whole), _CORRECTION.match(whole)
    swap = None if swap and asks(swap["meant"]) else swap
    if not (found := swap or match):
        return None
    meant = re.split("[，,]不是", leaning.plain(found["meant"]))[0].removesuffix("呢")
    earlier = _referred_to(said, Leans.SUBJECT)
    if asks(meant) and leaning.leans(meant, earlier.text if earlier else "") is Leans.NOT:
        return Resolution(meant)
    if not earlier:
        return Resolution(whole, unclear=True)
    if asks(meant) or leaning.YEAR_ALONE.match(meant):
        return _beside(earlier, _standing(earlier, meant, day), meant)
    as_if = leaning.ELLIPSIS.match(f"{meant}呢")
    return _beside(earlier, _exchanged(earlier.text, as_if) if as_if else "", meant)
