"""Reading aloud, with a voice that is on this device: no word goes to a speech service."""

from dataclasses import dataclass

import streamlit as st

__all__ = ["BUTTON", "ReadingWords", "read_aloud"]


@dataclass(frozen=True)
class ReadingWords:
    read: str
    stop: str
    no_voice: str


# Browsers also list voices that send the text to a service; `localService` tells them apart. A sentence at a time,
# because some engines break off in a long text. Voices may be known only a moment after the page is there.
_JS = """export default ({data, parentElement}) => {
  parentElement.zhiwenStop?.();
  const speech = window.speechSynthesis, place = parentElement.querySelector(".place"), {words} = data;
  let reading = false, waiting = true;
  const voice = () => (speech?.getVoices() ?? [])
    .filter(each => each.localService === true && /^(zh|cmn)/i.test(each.lang))
    .sort((a, b) => /CN|Hans|cmn/i.test(b.lang) - /CN|Hans|cmn/i.test(a.lang))[0];
  const made = (kind, text) => { const each = document.createElement(kind); each.textContent = text; return each; };
  const button = (sign, text, act) => {
    const each = made("button", ""), icon = made("span", sign);
    icon.className = "icon";
    icon.ariaHidden = "true";
    each.append(icon, text);
    each.type = "button";
    each.onclick = act;
    return each;
  };
  const end = () => { reading = false; speech?.cancel(); draw(); };
  const begin = () => {
    const chosen = voice(), sentences = data.text.split(/(?<=[。！？；\\n])/).filter(each => each.trim());
    reading = true;
    draw();
    sentences.forEach((sentence, n) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.voice = chosen;
      said.lang = chosen.lang;
      if (n === sentences.length - 1) said.onend = end;
      speech.speak(said);
    });
  };
  const draw = () => {
    if (voice()) place.replaceChildren(reading ? button("stop_circle", words.stop, end) : button("volume_up", words.read, begin));
    else if (!waiting) place.replaceChildren(made("p", words.no_voice));
  };
  const late = setTimeout(() => { waiting = false; draw(); }, 800);
  speech?.addEventListener?.("voiceschanged", draw);
  draw();
  const stop = () => { clearTimeout(late); speech?.removeEventListener?.("voiceschanged", draw); speech?.cancel(); };
  parentElement.zhiwenStop = stop;
  return stop;
}"""
# A button of ours among Streamlit's, at the size of a finger. The icons are of the font that Streamlit ships.
BUTTON = """button { min-height: 3.25rem; width: 100%; padding: .4rem 1.2rem; border-radius: .6rem; cursor: pointer; font: inherit;
  font-size: 1.1rem; color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); outline: none; }
button:focus-visible { box-shadow: 0 0 0 .2rem color-mix(in srgb, var(--st-primary-color) 40%, transparent); }
.icon { font: 1.3rem/1 "Material Symbols Rounded"; vertical-align: -.25rem; margin-right: .5rem; }"""
_CSS = BUTTON + """
p { margin: 0; font-size: .95rem; color: var(--st-text-color); opacity: .8; }"""


def read_aloud(text: str, words: ReadingWords, key: str) -> None:
    """A button that reads `text` aloud, and one that stops it; where the device has no Chinese voice, a line that says so."""
    st.components.v2.component("read_aloud", html='<div class="place"></div>', css=_CSS, js=_JS)(
        key=key, data={"text": text, "words": {"read": words.read, "stop": words.stop, "no_voice": words.no_voice}})
