"""A sheet of paper: what is printed of an answer or a piece of the kit, alone on the page, with a code of its sources."""

from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import date

import streamlit as st

from kb.kit import Piece, Source, as_shown
from kb.qr_code import code_png, code_text
from kb.render import (
    NO_LEGAL_ADVICE,
    Block,
    answer_blocks,
    closing_lines,
    origin_label,
    quotation,
    source_heading,
    source_line,
    source_link,
    verdict_label,
)
from kb.text import strip_controls
from kb.types import Answer
from views.reading import BUTTON

__all__ = ["Sheet", "print_button", "sheet_of_answer", "sheet_of_piece"]

_CODE_NOTE = "用手机扫一扫，看到的是出处的文字；二维码在本机生成，不联网也能读。"
_FROM_THE_KIT = "知问驿站工具包，本库自编，非法条原文"


@dataclass(frozen=True)
class Sheet:
    """What is on the paper. `blocks` are headings, empty for the first, with their lines; `code` is a PNG."""

    title: str
    label: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[tuple[str, str], ...]      # each with what is quoted of it, which may be nothing
    closing: tuple[str, ...]
    code: bytes
    form: str = ""                            # how it is laid out: a poster in large type, cards to cut out


def sheet_of_answer(answer: Answer) -> Sheet:
    """The answer as it is on the page, its sources with what they are quoted for, label, date and limits."""
    day = answer.question.as_of
    sources = tuple((f"[{c.n}] {source_line(c, day)}（{verdict_label(c)}）", quotation(c)) for c in answer.citations)
    addresses = filter(None, (source_link(citation.passage.version) for citation in answer.citations))
    # What was asked is on the paper; it is not put into the code, which others may read in passing.
    code = code_text(f"知问 {day.isoformat()}", (source_heading(citation) for citation in answer.citations), addresses)
    blocks = tuple((block.heading, _itemised(block)) for block in answer_blocks(answer))
    return Sheet(_plain(answer.question.text), origin_label(answer), blocks, sources, closing_lines(answer),
                 code_png(code) if answer.citations else b"")


def sheet_of_piece(piece: Piece, sources: tuple[Source, ...], day: date) -> Sheet:
    """A piece of the kit with everything it rests on."""
    code = code_text(piece.title, map(str, sources), (source.url for source in sources if source.url))
    blocks = tuple((part.heading, tuple(as_shown(line, piece.form) for line in part.lines)) for part in piece.parts)
    closing = f"{piece.version} 版 · 打印于 {day.isoformat()} · 使用前请核对是否现行有效"
    return Sheet(piece.title.rpartition("：")[2], f"{piece.form.label} · {_FROM_THE_KIT}", blocks, tuple((str(source), "") for source in sources),
                 (closing, NO_LEGAL_ADVICE), code_png(code), piece.form)


def _itemised(block: Block) -> tuple[str, ...]:
    if not block.heading:
        return tuple(line.written for line in block.lines)
    return tuple(f"{n}. {line.written}" if block.numbered else f"• {line.written}" for n, line in enumerate(block.lines, start=1))


def _plain(text: str) -> str:
    return strip_controls(text).strip()


# The sheet stands beside the page, unseen on a screen, from the moment its button is there: the browser's own print
# command prints the same. It goes when the button goes. Data become text only; the one picture is ours.
_JS = """export default ({data, parentElement}) => {
  parentElement.zhiwenStop?.();
  const made = (kind, name, text) => {
    const each = document.createElement(kind);
    if (name) each.className = name;
    if (text) each.textContent = text;
    return each;
  };
  const sheet = made("article", ("zhiwen-handout " + data.form).trim());
  const style = made("style", "", data.css);
  const head = made("header");
  head.append(made("h1", "", data.title), made("p", "label", data.label));
  sheet.append(style, head);
  for (const [heading, lines] of data.blocks) {
    const block = made("section");
    if (heading) block.append(made("h2", "", heading));
    for (const line of lines) block.append(made("p", "", line));
    sheet.append(block);
  }
  const foot = made("footer"), sources = made("div", "sources");
  if (data.sources.length) sources.append(made("h2", "", data.words.sources));
  for (const [name, quote] of data.sources) {
    sources.append(made("p", "", name));
    if (quote) sources.append(made("p", "quote", quote));
  }
  foot.append(sources);
  if (/^[A-Za-z0-9+\\/]+=*$/.test(data.code)) {
    const code = made("figure"), picture = made("img");
    picture.src = "data:image/png;base64," + data.code;
    picture.alt = data.words.code;
    code.append(picture, made("figcaption", "", data.words.code));
    foot.append(code);
  }
  sheet.append(foot);
  for (const line of data.closing) sheet.append(made("p", "closing", line));
  document.body.append(sheet);
  const button = made("button"), icon = made("span", "icon", "print");
  icon.ariaHidden = "true";
  button.append(icon, data.words.print);
  button.type = "button";
  button.onclick = () => window.print();
  parentElement.querySelector(".place").replaceChildren(button);
  const stop = () => sheet.remove();
  parentElement.zhiwenStop = stop;
  return stop;
}"""
_PAPER = """@page { size: A4; margin: 16mm 15mm; }
@media screen { body > .zhiwen-handout { display: none; } }
@media print {
  body:has(> .zhiwen-handout) > :not(.zhiwen-handout) { display: none !important; }
  html:has(> body > .zhiwen-handout), body:has(> .zhiwen-handout)
    { font-size: 16px !important; height: auto !important; overflow: visible !important; background: #fff !important; }
  .zhiwen-handout { font: 11.5pt/1.7 "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000; }
  .zhiwen-handout h1 { font-size: 20pt; line-height: 1.35; margin: 0 0 2mm; padding: 0; }
  .zhiwen-handout h2 { font-size: 13pt; margin: 5mm 0 1mm; padding: 0; break-after: avoid; }
  .zhiwen-handout p { margin: 0 0 1.2mm; font-size: inherit; overflow-wrap: anywhere; }
  .zhiwen-handout section { break-inside: avoid-page; }
  .zhiwen-handout .label { display: inline-block; border: .4mm solid #000; padding: .3mm 2.5mm; font-size: 10pt; }
  .zhiwen-handout footer { display: flex; gap: 8mm; align-items: flex-start; margin-top: 6mm; border-top: .3mm solid #000; }
  .zhiwen-handout .sources { flex: 1; font-size: 9.5pt; }
  .zhiwen-handout .quote { padding-left: 6mm; color: #333; }
  .zhiwen-handout figure { width: 50mm; margin: 5mm 0 0; break-inside: avoid; }
  .zhiwen-handout img { width: 50mm; height: 50mm; image-rendering: pixelated; display: block; }
  .zhiwen-handout figcaption { font-size: 8pt; line-height: 1.4; color: #333; }
  .zhiwen-handout.poster h1 { font-size: 32pt; }
  .zhiwen-handout.poster section h2 { font-size: 20pt; }
  .zhiwen-handout.poster section p { font-size: 17pt; line-height: 1.45; }
  .zhiwen-handout.poster figure, .zhiwen-handout.poster img { width: 42mm; }
  .zhiwen-handout.poster img { height: 42mm; }
  .zhiwen-handout.cards section { float: left; box-sizing: border-box; width: 50%; min-height: 38mm; padding: 2mm 4mm; border: .3mm dashed #666; }
  .zhiwen-handout.cards footer { clear: both; }
  .zhiwen-handout .closing { margin-top: 2mm; font-size: 9pt; color: #333; }
}"""


def print_button(sheet: Sheet, label: str, key: str) -> None:
    """A button that prints `sheet`, and nothing else of the page."""
    st.components.v2.component("handout", html='<div class="place"></div>', css=BUTTON, js=_JS)(
        key=key, data={**asdict(sheet), "code": b64encode(sheet.code).decode(), "css": _PAPER,
                       "words": {"print": label, "sources": "依据与来源", "code": _CODE_NOTE}})
