"""The screen in a hall: whether this is one, how it looks, and how it forgets a visitor who has left."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from kb.errors import ConfigError

__all__ = ["LeavingWords", "dress", "is_kiosk", "watch"]

_WARN_S = 15      # the countdown is on the screen for so long, or for half the time


@dataclass(frozen=True)
class LeavingWords:
    """What the countdown says. `{seconds}` is filled in the browser."""

    left: str
    touch: str
    clearing: str


def is_kiosk() -> bool:
    """By the address it was opened with, `?kiosk=1`, for as long as the session lasts; or by the operator's setting."""
    if st.query_params.get("kiosk") == "1":
        st.session_state["kiosk"] = True
    return bool(st.session_state.get("kiosk")) or _set_by_operator()


def _set_by_operator() -> bool:
    from kb.settings import Settings

    try:
        return Settings.load().kiosk
    except ConfigError:      # said on the page, where the library is opened
        return False


# Streamlit measures in rem, so the root's size enlarges everything. A finger needs 48 px: what Streamlit gives a fixed
# or smaller height gets one. No link leads away from a screen that has no way back, and there is nowhere to save a file.
_DRESS = """<style>
html { font-size: clamp(18px, 13px + 1vw, 26px); --zhiwen-text: 1.15rem; --zhiwen-touch: max(3rem, 48px); }
[data-testid="stHeader"], [data-testid="stToolbar"] { display: none; }
[data-testid="stMainBlockContainer"] { padding-top: 2.5rem; max-width: 60rem; }
.stApp button, [role="dialog"] button, .stApp summary, .stApp [role="radio"], .stApp [role="tab"] { min-height: 3.25rem; min-width: 3.25rem; }
.stApp button p, [role="dialog"] button p, .stApp summary p { font-size: 1.1rem; }
.stApp h1 { font-size: 2rem; } .stApp h2, .stApp h3 { font-size: 1.5rem; }
.stApp [data-testid="stChatInput"] textarea { min-height: 3.25rem; padding-top: .8rem; font-size: 1.2rem; }
.stApp .stMarkdown p, .stApp .stMarkdown li { font-size: 1.15rem; line-height: 1.75; }
.stApp .stMarkdown button p, .stApp button .stMarkdown p { line-height: 1.4; }
.st-key-topics button { min-height: clamp(4.2rem, 9vh, 12rem); }
.st-key-topics button p { font-size: 1.3rem; }
[data-testid="stLinkButton"], [data-testid="stDownloadButton"] { display: none; }
</style>"""


def dress() -> None:
    """Large type and large targets."""
    st.html(_DRESS)


# A touch, a key or a movement anywhere counts; so does a voice that is reading. Called again on every run of the page,
# which is how an answer that has just come starts the time anew.
_WATCH = """export default ({data, parentElement, setTriggerValue}) => {
  parentElement.zhiwenStop?.();
  const {idle, warn, words, shown} = data;
  // Somebody may have typed before this was here to notice.
  let touched = [...document.querySelectorAll("textarea, input")].some(each => each.value);
  let since = Date.now(), sign = null, leaving = null;
  const line = (name, text) => {
    const made = document.createElement("div");
    made.className = name;
    made.textContent = text;
    return made;
  };
  const say = (first, second) => {
    if (!sign) {
      sign = line("zhiwen-countdown", "");
      sign.setAttribute("role", "alert");
      document.body.append(sign);
    }
    sign.replaceChildren(line("", first), line("", second));
  };
  const quiet = () => { sign?.remove(); sign = null; };
  const touch = () => {
    if (leaving) return;
    touched = true;
    since = Date.now();
    quiet();
  };
  const look = () => {
    if (leaving) return;
    if (!(touched || shown) || window.speechSynthesis?.speaking) since = Date.now();
    const left = idle - (Date.now() - since) / 1000;
    if (left <= 0) {
      say(words.clearing, "");
      setTriggerValue("left", true);
      leaving = setTimeout(() => location.reload(), 5000);   // where the server cannot be reached: a new page has nothing
    } else if (left <= warn) {
      say(words.left.replace("{seconds}", Math.ceil(left)), words.touch);
    }
  };
  const restored = (event) => { if (event.persisted) location.reload(); };
  const signs = ["pointerdown", "pointermove", "touchstart", "keydown", "wheel", "input"];
  for (const name of signs) document.addEventListener(name, touch, {capture: true, passive: true});
  addEventListener("pageshow", restored);
  const looking = setInterval(look, 250);
  const stop = () => {
    for (const name of signs) document.removeEventListener(name, touch, {capture: true});
    removeEventListener("pageshow", restored);
    clearInterval(looking);
    clearTimeout(leaving);
    quiet();
  };
  parentElement.zhiwenStop = stop;
  return stop;
}"""
_COUNTDOWN = """.zhiwen-countdown { position: fixed; z-index: 2000000; left: 50%; bottom: 2rem; transform: translateX(-50%);
  width: min(92vw, 40rem); box-sizing: border-box; padding: 1.5rem 2rem; border-radius: 1rem; text-align: center;
  font: 1.3rem/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #fff; background: #7a2e00;
  box-shadow: 0 .5rem 2rem rgba(0, 0, 0, .4); }
.zhiwen-countdown > :first-child { font-size: 1.7rem; font-weight: 700; }
@media print { .zhiwen-countdown { display: none; } }"""


def watch(idle_s: int, words: LeavingWords, visit: int, shown: bool, leave: Callable[[], None]) -> None:
    """Call `leave` when nobody has touched the screen for `idle_s` seconds, after a countdown that any touch ends.

    An empty page that nobody has touched (`shown` is false) is left alone. A new `visit` starts anew.
    """
    st.components.v2.component("watch", css=_COUNTDOWN, js=_WATCH, isolate_styles=False)(
        key=f"watch-{visit}", on_left_change=leave,
        data={"idle": idle_s, "warn": min(_WARN_S, idle_s / 2), "shown": shown,
              "words": {"left": words.left, "touch": words.touch, "clearing": words.clearing}})
