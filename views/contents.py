"""The table of contents of a text: chapters that unfold, articles that open. One element, however long the text is."""

from collections.abc import Sequence

import streamlit as st

from kb.outline import Heading, Place, marks
from views.address import PLACE, VIEW, go
from views.browse_wording import WORDS
from views.session import spoken

__all__ = ["pick", "show_contents"]

_KEY = "outline"

# Built with textContent from names of the library; folded on a narrow screen, where it stands above the text.
_JS = """export default ({data, parentElement, setTriggerValue}) => {
  const kept = parentElement.querySelector("details");
  const unfolded = new Set([...parentElement.querySelectorAll("details[open]")].map(node => node.dataset.path));
  const make = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text) node.textContent = text;
    return node;
  };
  const leaf = (place, into) => {
    const button = make("button", "leaf", place.name);
    button.type = "button";
    if (place.mark === data.current) button.setAttribute("aria-current", "true");
    button.onclick = () => setTriggerValue("picked", {mark: place.mark, whole: false});
    into.append(button);
  };
  const nav = make("nav");
  nav.setAttribute("aria-label", data.title);
  const root = make("details", "root");
  root.dataset.path = "root";
  root.open = kept ? kept.open : innerWidth > 767;
  root.append(make("summary", "", data.title));
  const box = make("div", "box");
  let stack = [box];
  for (const item of data.items) {
    if (item.depth < 0) { leaf(item, box); continue; }
    stack.length = item.depth + 1;
    const branch = make("details");
    branch.dataset.path = item.path;
    branch.open = item.holds || unfolded.has(item.path);
    branch.append(make("summary", "", item.name));
    const inner = make("div", "inner");
    const whole = make("button", "whole", data.whole);
    whole.type = "button";
    whole.setAttribute("aria-label", data.whole + " " + item.name);
    whole.onclick = () => setTriggerValue("picked", {mark: item.mark, whole: true});
    inner.append(whole);
    for (const place of item.places) leaf(place, inner);
    branch.append(inner);
    stack[item.depth].append(branch);
    stack.push(inner);
  }
  root.append(box);
  nav.append(root);
  parentElement.querySelector("nav")?.remove();
  parentElement.append(nav);
  const current = nav.querySelector("[aria-current]");
  if (current) box.scrollTop = Math.max(0, current.offsetTop - box.clientHeight / 2);
}"""

_CSS = """
nav { font-family: var(--st-font); color: var(--st-text-color); font-size: 0.9rem; }
.root { border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); }
.root > summary { font-weight: 600; padding: 0.7rem 0.8rem; }
.box { max-height: 70vh; overflow-y: auto; padding: 0 0.6rem 0.6rem; position: relative; }
summary { cursor: pointer; padding: 0.45rem 0.2rem; border-radius: 0.3rem; line-height: 1.4; }
.inner { padding-left: 0.8rem; display: flex; flex-wrap: wrap; gap: 0.1rem 0.2rem; }
.inner > details { width: 100%; }
button { font: inherit; color: var(--st-link-color); background: none; border: 0; cursor: pointer; text-align: left;
         padding: 0.35rem 0.4rem; border-radius: 0.3rem; min-height: 2rem; line-height: 1.4; }
button:hover, summary:hover { background: var(--st-secondary-background-color); }
button[aria-current] { background: var(--st-secondary-background-color); font-weight: 700; color: var(--st-text-color); }
button:focus-visible, summary:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.whole { font-style: normal; text-decoration: underline; }
@media (pointer: coarse) { button, summary { min-height: 2.75rem; } summary { padding: 0.7rem 0.2rem; } }
"""


def show_contents(leaves: Sequence[Place], chapters: Sequence[Heading], current: Place | None) -> None:
    """Draw it. A click is answered by `pick`, which the page gives the address of the place."""
    words, named = spoken(WORDS), marks(leaves)
    position = current.position if current else -1
    tree = st.components.v2.component("outline", js=_JS, css=_CSS)
    tree(key=_KEY, data={"title": words.contents, "whole": words.whole, "current": named[position] if current else "",
                         "items": _items(leaves, chapters, named, position)},
         on_picked_change=_picked)


def pick(mark: str, whole: bool = False) -> None:
    """Go to a place of the text that is open: alone, or with all of its chapter."""
    go(**{PLACE: mark, VIEW: "whole" if whole else ""})


def _picked() -> None:
    picked = st.session_state[_KEY]["picked"]
    if isinstance(picked, dict) and isinstance(picked.get("mark"), str):
        pick(picked["mark"], bool(picked.get("whole")))


def _items(leaves: Sequence[Place], chapters: Sequence[Heading], named: Sequence[str],
           position: int) -> list[dict[str, object]]:
    """Headings and, under the innermost one of each, its places; places without a heading stand between them."""
    def place(leaf: Place) -> dict[str, object]:
        return {"name": f"{leaf.name} {leaf.caption}".strip(), "mark": named[leaf.position]}

    found: list[tuple[int, int, dict[str, object]]] = [
        (leaf.position, -1, {"depth": -1, **place(leaf)}) for leaf in leaves if not leaf.path]
    for n, chapter in enumerate(chapters):
        own = [leaf for leaf in leaves[chapter.first:chapter.last + 1] if len(leaf.path) == chapter.depth + 1]
        found.append((chapter.first, n, {
            "depth": chapter.depth, "name": chapter.title, "path": f"{n}", "mark": named[chapter.first],
            "holds": chapter.first <= position <= chapter.last, "places": [place(leaf) for leaf in own]}))
    return [item for _, _, item in sorted(found, key=lambda entry: entry[:2])]
