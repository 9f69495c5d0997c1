"""Practice: one item at a time, marked at once, and at the end the score by topic and what went wrong."""

import secrets
from dataclasses import dataclass, replace

import streamlit as st

from kb.quiz import Form, Item, Option, Response, bundled_items, drawn, mark, scores
from kb.render import escape_markdown
from views.grounds import show_grounds
from views.learn_wording import WORDS
from views.score_bars import show_bars
from views.selection import choose_items
from views.session import spoken

__all__ = ["show_practice"]

_ROUND = "quiz_round"            # session key
_SEEDS = 1 << 32
# A finger's breadth for each option; the question a little larger than its options.
_ROOMY = """<style>.st-key-quiz_options label { padding-block: .45rem; }
.st-key-quiz_question p { font-size: 1.2rem; line-height: 1.5; }</style>"""


@dataclass(frozen=True)
class _Round:
    """Ids of the items, and what was answered so far: the item at hand is answered when there are `place` + 1 responses."""

    ids: tuple[str, ...]
    responses: tuple[Response, ...] = ()
    place: int = 0
    over: bool = False

    @property
    def answered(self) -> bool:
        return len(self.responses) > self.place


def show_practice() -> None:
    """The choice of items, the item at hand, or the score."""
    going: _Round | None = st.session_state.get(_ROUND)
    if going is None:
        _show_choice()
    elif going.over:
        _show_score(going)
    else:
        _show_item(going, {item.id: item for item in bundled_items()}[going.ids[going.place]])


def _show_choice() -> None:
    words, selection = spoken(WORDS), choose_items("practice")
    st.button(words.start, type="primary", icon=":material/play_arrow:", disabled=not selection.items,
              on_click=_begin, args=(selection.items, selection.count))
    st.caption(words.kept)


def _begin(items: tuple[Item, ...], count: int) -> None:
    st.session_state[_ROUND] = _Round(tuple(item.id for item in drawn(items, count, secrets.randbelow(_SEEDS))))


def _show_item(going: _Round, item: Item) -> None:
    words = spoken(WORDS)
    st.progress((going.place + going.answered) / len(going.ids), text=words.place.format(place=going.place + 1, count=len(going.ids)))
    with st.container(horizontal=True, gap="small"):
        st.badge(item.topic.label, color="blue")
        st.badge(words.forms[item.form], color="gray")
        st.badge(words.level_names[item.level], color="gray")
    st.html(_ROOMY)
    st.container(key="quiz_question").markdown(f"**{escape_markdown(item.ask)}**")
    if going.answered:
        _show_marked(item, going.responses[going.place])
        last = going.place + 1 == len(going.ids)
        st.button(words.see_score if last else words.following, type="primary", key=f"next-{item.id}",
                  icon=":material/flag:" if last else ":material/arrow_forward:", on_click=_go_on)
    else:
        _ask(item)
    if going.responses and not (going.answered and going.place + 1 == len(going.ids)):
        st.button(words.stop, type="tertiary", icon=":material/stop_circle:", on_click=_finish)


def _ask(item: Item) -> None:
    """A form: the choice is sent with the button, so that nothing is drawn again on the way to it."""
    words = spoken(WORDS)
    with st.form(f"answer-{item.id}", border=False), st.container(key="quiz_options"):
        if item.form is Form.MULTIPLE:
            st.caption(words.several)
            ticked = [(option.letter, st.checkbox(_shown(option), key=f"tick-{item.id}-{option.letter}")) for option in item.options]
            letters = "".join(letter for letter, on in ticked if on)
        else:
            one = st.radio(escape_markdown(item.ask), item.options, index=None, key=f"pick-{item.id}", format_func=_shown,
                           label_visibility="collapsed")
            letters = one.letter if one else ""
        sent = st.form_submit_button(words.submit, type="primary", icon=":material/check:")
    if sent and letters:
        going: _Round = st.session_state[_ROUND]
        if not going.answered:                       # a second press while the first is drawn
            st.session_state[_ROUND] = replace(going, responses=(*going.responses, mark(item, letters)))
        st.rerun()
    elif sent:
        st.warning(words.choose_first)


def _shown(option: Option) -> str:
    return f"{option.letter}. {escape_markdown(option.text)}"


def _show_marked(item: Item, response: Response) -> None:
    words = spoken(WORDS)
    if response.right:
        st.success(f"**{words.right}**", icon=":material/check_circle:")
    else:
        st.error(f"**{words.wrong}** · {words.right_answer} {item.key}", icon=":material/cancel:")
    _show_explained(item, response)


def _show_explained(item: Item, response: Response) -> None:
    """Every option with what it is and whether it was chosen, in words as in colour; why; the sources."""
    words = spoken(WORDS)
    for option in item.options:
        picked = option.letter in response.letters
        icon = ":green[:material/check_circle:]" if option.right else ":red[:material/cancel:]" if picked else ":gray[:material/circle:]"
        said = [words.right_answer] if option.right else []
        said += [words.your_answer] if picked else [words.missed] if option.right and item.form is Form.MULTIPLE else []
        note = f"  :gray[（{'，'.join(said)}）]" if said else ""
        st.markdown(f"{icon} {_shown(option)}{note}")
    st.markdown(f"**{words.why}**  \n{escape_markdown(item.why)}")
    st.caption(words.sources)
    show_grounds(item.basis, f"ground-{item.id}")


def _go_on() -> None:
    going: _Round = st.session_state[_ROUND]
    last = going.place + 1 == len(going.ids)
    st.session_state[_ROUND] = replace(going, over=True) if last else replace(going, place=going.place + 1)


def _finish() -> None:
    st.session_state[_ROUND] = replace(st.session_state[_ROUND], over=True)


def _show_score(going: _Round) -> None:
    words, bank = spoken(WORDS), {item.id: item for item in bundled_items()}
    right = sum(response.right for response in going.responses)
    st.subheader(words.score, anchor=False)
    st.markdown(words.score_line.format(answered=len(going.responses), right=right))
    show_bars(words.by_topic, [(score.topic.label, score.right, score.answered) for score in scores(bank.values(), going.responses)])
    wrong = [response for response in going.responses if not response.right]
    with st.container(horizontal=True):
        if wrong:
            st.button(words.again_wrong, type="primary", icon=":material/replay:", on_click=_practise,
                      args=(tuple(response.id for response in wrong),))
        st.button(words.again, icon=":material/tune:", type="secondary" if wrong else "primary", on_click=_leave)
    st.subheader(words.wrong_ones.format(count=len(wrong)), anchor=False)
    if not wrong:
        st.caption(words.none_wrong)
    for response in wrong:
        with st.expander(escape_markdown(bank[response.id].ask)):
            _show_explained(bank[response.id], response)
    st.caption(words.kept)


def _practise(ids: tuple[str, ...]) -> None:
    st.session_state[_ROUND] = _Round(ids)


def _leave() -> None:
    del st.session_state[_ROUND]
