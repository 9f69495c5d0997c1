"""A paper on paper: a button that prints it, and nothing else of the page."""

from typing import Any

import streamlit as st

from kb.paper import Block, Bullets, Heading, Items, Paper, Signatures, Table, Text, numbered

__all__ = ["print_button"]

# The sheet is put beside the page when the button is pressed, and goes once the browser has printed: two buttons of one page
# would else print both. Words become text only.
_JS = """export default ({data, parentElement}) => {
  const made = (kind, text, name) => {
    const each = document.createElement(kind);
    if (text) each.textContent = text;
    if (name) each.className = name;
    return each;
  };
  const cells = (row, kind, texts) => { row.append(...texts.map((text) => made(kind, text))); return row; };
  const block = ([kind, value]) => {
    if (kind === "table") {
      const table = made("table"), columns = made("colgroup");
      const all = value.widths.reduce((sum, width) => sum + width, 0);
      for (const width of value.widths) {
        const column = made("col");
        column.style.width = `${100 * width / all}%`;
        columns.append(column);
      }
      const head = made("thead"), body = made("tbody");
      head.append(cells(made("tr"), "th", value.head));
      body.append(...value.rows.map((row) => cells(made("tr"), "td", row)));
      table.append(columns, head, body);
      return table;
    }
    if (kind === "bullets") {
      const list = made("ul");
      list.append(...value.map((line) => made("li", line)));
      return list;
    }
    return made({h1: "h2", h2: "h3", small: "p", text: "p"}[kind], value, kind);
  };
  const print = () => {
    const sheet = made("article", "", "zhiwen-sheet");
    sheet.append(made("style", data.css), made("h1", data.title), made("p", data.label, "label"),
                 ...data.blocks.map(block), ...data.closing.map((line) => made("p", line, "small")));
    document.body.append(sheet);
    addEventListener("afterprint", () => sheet.remove(), {once: true});
    window.print();
  };
  const button = made("button", data.words);
  button.type = "button";
  button.onclick = print;
  parentElement.querySelector(".place").replaceChildren(button);
}"""
_BUTTON = """button { min-height: 2.5rem; padding: .25rem .9rem; border-radius: .6rem; cursor: pointer; font: inherit;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); outline: none; }
button:focus-visible { box-shadow: 0 0 0 .2rem color-mix(in srgb, var(--st-primary-color) 40%, transparent); }"""
_PAPER = """@page { size: A4; margin: 16mm 15mm; }
@media screen { body > .zhiwen-sheet { display: none; } }
@media print {
  body:has(> .zhiwen-sheet) > :not(.zhiwen-sheet) { display: none !important; }
  html:has(> body > .zhiwen-sheet), body:has(> .zhiwen-sheet) { height: auto !important; overflow: visible !important; background: #fff !important; }
  .zhiwen-sheet { font: 11pt/1.6 "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000; }
  .zhiwen-sheet h1 { font-size: 18pt; margin: 0 0 2mm; padding: 0; }
  .zhiwen-sheet h2 { font-size: 13pt; margin: 5mm 0 1mm; padding: 0; break-after: avoid; }
  .zhiwen-sheet h3 { font-size: 11.5pt; margin: 3mm 0 1mm; padding: 0; break-after: avoid; }
  .zhiwen-sheet p { margin: 0 0 2mm; font-size: inherit; white-space: pre-line; break-inside: avoid; overflow-wrap: anywhere; }
  .zhiwen-sheet ul { margin: 0 0 2mm; padding-left: 6mm; }
  .zhiwen-sheet table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 9.5pt; }
  .zhiwen-sheet th, .zhiwen-sheet td { border: .3mm solid #888; padding: 1mm 1.5mm; text-align: left; vertical-align: top; white-space: pre-line;
    overflow-wrap: anywhere; }
  .zhiwen-sheet tr { break-inside: avoid; }
  .zhiwen-sheet .label { display: inline-block; border: .3mm solid #000; padding: .3mm 2.5mm; font-size: 9.5pt; }
  .zhiwen-sheet .small { font-size: 9pt; color: #333; }
}"""


def print_button(paper: Paper, label: str, key: str) -> None:
    """A button with this label that prints the paper."""
    data = {"title": paper.title, "label": paper.label, "blocks": [_block(block) for block in paper.blocks],
            "closing": list(paper.closing), "css": _PAPER, "words": label}
    st.components.v2.component("print_sheet", html='<div class="place"></div>', css=_BUTTON, js=_JS)(key=key, data=data, width="content")


def _block(block: Block) -> tuple[str, Any]:
    match block:
        case Heading(text, level):
            return f"h{level}", text
        case Text(text, small):
            return "small" if small else "text", text
        case Bullets(lines):
            return "bullets", list(lines)
        case Items(lines):
            return "bullets", list(numbered(lines))
        case Signatures(columns):
            return "bullets", ["　　".join(column) for column in columns]
        case Table(head, rows, widths):
            return "table", {"head": list(head), "rows": [list(row) for row in rows], "widths": list(widths)}
