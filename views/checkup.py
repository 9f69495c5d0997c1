"""The self-assessment: group by group with one tap a question, then the result and what to do. All of it stays in the session."""

from functools import partial
from typing import TYPE_CHECKING, Literal

import streamlit as st

from kb.checkup import Checkup, Group, Item, Reply, Standing, bundled_checkup
from kb.checkup_report import FORMATS, currency_notes, full_titles, report_file
from kb.checkup_result import Gap, Result, Score, When, assess
from kb.errors import QuestionError
from kb.render import NO_LEGAL_ADVICE, escape_markdown
from kb.show import source_of
from views.checkup_wording import WORDS, CheckupWords
from views.radar import draw_radar
from views.session import library, spoken
from views.source import open_source

if TYPE_CHECKING:
    from kb.assemble import Library

__all__ = ["page"]

_REPLIES, _AT, _WIDGET = "checkup", "checkup_at", "checkup-"      # what was answered; which group is open; keys of the controls
_RESULT = "result"                                               # in the place of a group
_COLOURS: dict[Standing, Literal["orange", "blue", "gray"]] = {Standing.REQUIRED: "orange", Standing.COURT: "blue", Standing.ADVISED: "gray"}

# The next group begins at its top. Streamlit leaves the reader where the button was.
_TOP = """export default () => {
  for (const place of document.querySelectorAll('[data-testid="stMain"], [data-testid="stAppScrollToBottomContainer"]'))
    place.scrollTo({top: 0, behavior: "instant"});
}"""

# Answers are tapped on a phone, forty-eight times.
_TAPS = '<style>[class*="st-key-checkup-"] button {min-height: 2.75rem; min-width: 3.6rem}</style>'


def page() -> None:
    """Draw the open group of questions, or the result."""
    words, checkup = spoken(WORDS), bundled_checkup()
    opened = library()
    st.html(_TAPS)
    st.title(words.title, anchor=False)
    st.caption(words.tagline.format(questions=len(checkup.items)))
    _steps(words, checkup)
    if _at(checkup) == _RESULT:
        _show_result(words, opened, checkup)
    else:
        _ask(words, opened, checkup, next(group for group in checkup.groups if group.id == _at(checkup)))
    if st.session_state.pop("checkup_moved", False):
        st.components.v2.component("scroll_to_top", js=_TOP)(key=f"top-{_at(checkup)}")


def _replies() -> dict[str, Reply]:
    """This session's answers by question; kept nowhere else."""
    kept: dict[str, Reply] = st.session_state.setdefault(_REPLIES, {})
    return kept


# --- where in the questionnaire -------------------------------------------------------------------------------------

def _at(checkup: Checkup) -> str:
    at: str = st.session_state.setdefault(_AT, checkup.groups[0].id)
    return at


def _go(to: str) -> None:
    st.session_state[_AT] = st.session_state["checkup_step"] = to
    st.session_state["checkup_moved"] = True


def _steps(words: CheckupWords, checkup: Checkup) -> None:
    """How far it has come, and a way to every group and to the result."""
    replies = _replies()
    answered = sum(item.id in replies for item in checkup.items)
    st.progress(answered / len(checkup.items), text=words.answered.format(answered=answered, asked=len(checkup.items)))
    left = {group.id: sum(item.id not in replies for item in checkup.of(group)) for group in checkup.groups}

    def called(step: str) -> str:
        if step == _RESULT:
            return words.result
        return f"{_title(words, next(group for group in checkup.groups if group.id == step))}{'' if left[step] else ' ✓'}"

    if "checkup_step" not in st.session_state:
        st.session_state["checkup_step"] = _at(checkup)
    st.segmented_control(words.parts, [*left, _RESULT], key="checkup_step", required=True, format_func=called,
                         label_visibility="collapsed", on_change=_take_step)


def _take_step() -> None:
    _go(st.session_state["checkup_step"])


def _title(words: CheckupWords, group: Group) -> str:
    return words.groups.get(group.id, group.title)


# --- the questions --------------------------------------------------------------------------------------------------

def _ask(words: CheckupWords, opened: "Library", checkup: Checkup, group: Group) -> None:
    at = checkup.groups.index(group)
    st.subheader(_title(words, group), anchor=False)
    before = sum(len(checkup.of(earlier)) for earlier in checkup.groups[:at])
    for number, item in enumerate(checkup.of(group), start=before + 1):
        _ask_one(words, opened, item, number)
    following = checkup.groups[at + 1].id if at + 1 < len(checkup.groups) else _RESULT
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(words.back, icon=":material/arrow_back:", disabled=at == 0, on_click=_go, args=(checkup.groups[max(at - 1, 0)].id,))
        st.button(words.to_result if following == _RESULT else words.go_on, icon=":material/arrow_forward:", type="primary",
                  on_click=_go, args=(following,))
    st.caption(words.stays)


def _ask_one(words: CheckupWords, opened: "Library", item: Item, number: int) -> None:
    key = _WIDGET + item.id
    # A control's own state ends when it is not drawn. Set in every run, it would undo a tap that came during the run.
    if key not in st.session_state:
        st.session_state[key] = _replies().get(item.id)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{number}\\. {escape_markdown(item.text)}**")
        st.segmented_control(item.text, [reply for reply in Reply if reply is not Reply.INAPPLICABLE or item.applies], key=key,
                             format_func=words.replies.__getitem__, label_visibility="collapsed", on_change=_take, args=(item.id,))
        st.caption(escape_markdown(" ".join(filter(None, (words.partly.format(text=item.partly), item.applies)))))
        with st.expander(words.why):       # no popover: it would lie over the opened source
            st.markdown(escape_markdown(item.why))
            _badges(words, item)
            _sources(opened, words, item, "ask")


def _take(id_: str) -> None:
    reply = st.session_state[_WIDGET + id_]
    if reply is None:
        _replies().pop(id_, None)
    else:
        _replies()[id_] = reply


def _badges(words: CheckupWords, item: Item) -> None:
    with st.container(horizontal=True, gap="small"):
        st.badge(words.standings[item.standing], color=_COLOURS[item.standing])
        st.badge(words.weight.format(weight=item.weight), color="gray")


def _sources(opened: "Library", words: CheckupWords, item: Item, where: str) -> None:
    """The references of a question, each opening its text; and the page of the library to read on."""
    with st.container(gap=None):
        for number, reference in enumerate(item.basis):
            if st.button(escape_markdown(reference), key=f"source-{where}-{item.id}-{number}", icon=":material/menu_book:", type="tertiary"):
                _open(opened, words, reference)
    if item.guide:
        st.caption(escape_markdown(words.read.format(guide=item.guide)))


def _open(opened: "Library", words: CheckupWords, reference: str) -> None:
    day = opened.clock.today()
    try:
        citation = source_of(opened.assistant.store, opened.assistant.registry, reference, day)
    except QuestionError:
        st.caption(words.not_here)
        return
    open_source(opened, citation, day)


# --- the result -----------------------------------------------------------------------------------------------------

def _show_result(words: CheckupWords, opened: "Library", checkup: Checkup) -> None:
    replies, day = _replies(), opened.clock.today()
    result = assess(checkup, replies)
    st.subheader(words.result, anchor=False)
    if result.total.share is None:
        st.info(words.nothing_yet, icon=":material/checklist:")
        st.button(words.to_questions, type="primary", on_click=_go, args=(checkup.groups[0].id,))
        return
    _show_level(words, checkup, result)
    _show_scores(words, result)
    _show_gaps(words, opened, checkup, result)
    _take_away(words, opened, checkup)
    for note in currency_notes(checkup, opened.assistant.registry, day):
        st.caption(escape_markdown(note))
    st.caption(escape_markdown(f"{checkup.limits}（{'；'.join(checkup.limits_basis)}）"))
    st.caption(NO_LEGAL_ADVICE)


def _show_level(words: CheckupWords, checkup: Checkup, result: Result) -> None:
    with st.container(horizontal=True, gap="large"):
        st.metric(words.total, f"{result.total.percent}%", width="content")
        if result.level:
            st.metric(words.level, result.level.title, width="content")
    if result.level:
        st.markdown(escape_markdown(result.level.meaning))
    if result.held_down:
        missing = "；".join(item.text for item in result.missing)
        st.warning(escape_markdown(words.held_down.format(ceiling=checkup.ceiling, missing=missing)), icon=":material/priority_high:")
    if unanswered := result.total.asked - result.total.answered:
        st.caption(words.unanswered.format(count=unanswered))


def _show_scores(words: CheckupWords, result: Result) -> None:
    """The figures as a chart and, the same ones, as a table."""
    axes = [(_title(words, group) if words.groups else group.short, score.share, _percent(words, score)) for group, score in result.groups]
    figures = "，".join(words.chart_axis.format(title=title, percent=percent) for title, _, percent in axes)
    draw_radar(axes, words.chart.format(figures=figures))
    rows = [*((_title(words, group), score) for group, score in result.groups), (f"**{words.sum}**", result.total)]
    lines = [f"| {' | '.join(words.head)} |", "|---|--:|--:|--:|",
             *(f"| {title} | {_percent(words, score)} | {float(score.reached):g} / {score.possible} | {score.answered} / {score.asked} |"
               for title, score in rows)]
    st.markdown("\n".join(lines))
    st.caption(words.formula)


def _percent(words: CheckupWords, score: Score) -> str:
    return words.inapplicable if score.percent is None else f"{score.percent}%"


def _show_gaps(words: CheckupWords, opened: "Library", checkup: Checkup, result: Result) -> None:
    st.subheader(words.gaps, anchor=False)
    if not result.gaps:
        st.success(words.no_gaps, icon=":material/check_circle:")
        return
    for when in When:
        if due := result.due(when):
            with st.expander(f"{words.whens[when]}（{len(due)}）", expanded=when is result.gaps[0].when):
                for gap in due:
                    _show_gap(words, opened, checkup, gap)
    with st.expander(words.short_names):
        cited = tuple(dict.fromkeys(reference for gap in result.gaps for reference in gap.item.basis))
        st.markdown("\n".join(f"- {escape_markdown(line)}" for line in full_titles(cited, opened.assistant.registry)))


def _show_gap(words: CheckupWords, opened: "Library", checkup: Checkup, gap: Gap) -> None:
    item = gap.item
    with st.container(border=True, gap="small"):
        st.markdown(f"**{escape_markdown(item.text)}** :gray-badge[{words.replies[gap.reply]}]")
        st.markdown(words.first.format(action=escape_markdown(item.action)))
        facts = [item.effort, words.standings[item.standing], words.weight.format(weight=item.weight)]
        if item.templates:
            facts.append(words.template.format(titles="、".join(checkup.templates[name] for name in item.templates)))
        st.caption(escape_markdown(" · ".join(facts)))
        st.caption(escape_markdown(item.why))
        _sources(opened, words, item, "gap")


def _take_away(words: CheckupWords, opened: "Library", checkup: Checkup) -> None:
    """The report as a file, written when clicked; and a way to forget everything, asked twice."""
    replies, registry, day = dict(_replies()), opened.assistant.registry, opened.clock.today()
    st.subheader(words.take_away, anchor=False)
    with st.container(horizontal=True):
        for suffix, media_type in FORMATS.items():
            st.download_button(words.formats[suffix], partial(report_file, suffix, checkup, replies, registry, day),
                               file_name=f"{words.file_name}{suffix}", mime=media_type, key=f"save-checkup{suffix}",
                               icon=":material/download:", on_click="ignore")
        with st.popover(words.clear, icon=":material/delete:"):
            st.caption(words.clear_note)
            st.button(words.really_clear, key="clear-checkup", type="primary", on_click=_clear, args=(checkup,))


def _clear(checkup: Checkup) -> None:
    _replies().clear()
    for item in checkup.items:
        st.session_state.pop(_WIDGET + item.id, None)
    _go(checkup.groups[0].id)
