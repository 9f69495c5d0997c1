// An answer with its numbered sources. Everything arrives as data and becomes text nodes: nothing of it is ever markup.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".cited");
  root.open = n => setTriggerValue("opened", n);
  const wanted = JSON.stringify(data);
  if (root.drawn === wanted) return root.tidy;
  root.tidy?.();
  root.drawn = wanted;
  root.card = card(root, data.words);
  root.replaceChildren(...(data.blocks ? answer(root, data) : sources(root, data)));
  root.append(root.card.element);
  root.tidy = root.card.hide;
  return root.tidy;
}

function answer(root, data) {
  const byNumber = new Map(data.sources.map(source => [source.n, source]));
  const parts = [];
  if (data.label) parts.push(make("p", { class: "quiet" }, data.label));
  if (data.chips.length)
    parts.push(make("div", { class: "chips" }, ...data.chips.map(([tone, text]) => make("span", { class: `chip ${tone}` }, text))));
  if (data.understood) parts.push(make("p", { class: "quiet" }, data.understood));
  for (const block of data.blocks) parts.push(...section(root, block, byNumber));
  if (data.made) {
    const foot = make("div", { class: "row" }, make("span", { class: "quiet" }, data.made));
    if (data.copy) foot.append(copying(data));
    parts.push(foot);
  }
  return parts;
}

function section(root, block, byNumber) {
  const written = line => line.runs.map(run => run.n ? number(root, byNumber.get(run.n), run.n)
    : run.unverified ? make("span", { class: "chip care" }, run.text) : run.text);
  const parts = block.heading ? [make("h3", {}, block.heading)] : [];
  const said = block.lines.filter(line => !line.notice), notices = block.lines.filter(line => line.notice);
  if (!block.heading) parts.push(...said.map(line => make("p", { class: "direct" }, ...written(line))));
  else if (said.length) parts.push(make(block.numbered ? "ol" : "ul", {}, ...said.map(line => make("li", {}, ...written(line)))));
  if (notices.length)
    parts.push(make("ul", { class: "notices" },
      ...notices.map(line => make("li", { class: `notice ${line.notice}` }, ...written(line)))));
  return parts;
}

function number(root, source, n) {
  if (!source) return "";
  const button = make("button", { type: "button", class: source.verified ? "number" : "number unverified", "aria-label": source.name,
    "aria-haspopup": "dialog", "aria-expanded": "false" }, String(n));
  let pointer = "", soon;
  button.addEventListener("pointerdown", event => { pointer = event.pointerType; });
  button.addEventListener("pointerenter", event => {
    if (event.pointerType === "mouse") soon = setTimeout(() => root.card.show(button, source), 150);
  });
  button.addEventListener("pointerleave", event => {
    clearTimeout(soon);
    if (event.pointerType === "mouse") root.card.hideSoon();
  });
  button.addEventListener("focus", () => { if (button.matches(":focus-visible")) root.card.show(button, source); });
  button.addEventListener("click", () => {
    clearTimeout(soon);
    const finger = pointer === "touch" || pointer === "pen";
    pointer = "";
    if (finger && !root.card.isAt(button)) return root.card.show(button, source);     // a finger cannot hover
    root.card.hide();
    root.open(n);
  });
  return button;
}

// One card for all numbers of an answer. It stands right after its number, so that Tab leads into it.
function card(root, words) {
  const element = make("span", { class: "card", role: "dialog" });
  if ("popover" in element) element.popover = "manual";      // above everything, clipped by nothing
  let at = null, later;

  const hide = () => {
    clearTimeout(later);
    if (!at) return;
    at.setAttribute("aria-expanded", "false");
    at = null;
    element.classList.remove("shown");
    if (element.popover && element.isConnected) element.hidePopover();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("scroll", moved, true);
  };
  const outside = event => { if (event.isTrusted && !event.composedPath().some(node => node === element || node === at)) hide(); };
  const moved = event => { if (event.target !== element) hide(); };
  const hideSoon = () => { clearTimeout(later); later = setTimeout(hide, 250); };
  const show = (button, source) => {
    clearTimeout(later);
    if (at === button) return;
    hide();
    at = button;
    element.setAttribute("aria-label", source.name);
    element.replaceChildren(...entry(root, source, words));
    button.after(element);
    button.setAttribute("aria-expanded", "true");
    element.classList.add("shown");
    if (element.popover) element.showPopover();
    const room = button.getBoundingClientRect(), size = element.getBoundingClientRect();
    const below = room.bottom + 6 + size.height <= innerHeight - 8;
    element.style.left = `${Math.max(8, Math.min(room.left - 16, innerWidth - size.width - 8))}px`;
    element.style.top = `${below ? room.bottom + 6 : Math.max(8, room.top - size.height - 6)}px`;
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("scroll", moved, true);
  };
  element.addEventListener("pointerenter", () => clearTimeout(later));
  element.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") hideSoon(); });
  root.onkeydown = event => {
    if (event.key !== "Escape" || !at) return;
    event.stopPropagation();
    const back = at;
    hide();
    back.focus();
    hide();      // its own focus shows the card again
  };
  root.onfocusout = event => {
    if (at && event.relatedTarget && event.relatedTarget !== at && !element.contains(event.relatedTarget)) hide();
  };
  return { element, show, hide, hideSoon, isAt: button => at === button };
}

function entry(root, source, words) {
  const open = make("button", { type: "button", class: "act", "aria-label": `${words.open} ${source.n}` }, words.open);
  open.addEventListener("click", () => { root.card.hide(); root.open(source.n); });
  return [
    make("strong", {}, source.heading),
    make("span", { class: "quiet" }, source.facts),
    ...(source.quote ? [make("span", { class: "quote" }, source.quote)] : []),
    make("span", { class: "row" }, make("span", { class: `chip ${source.verified ? "good" : "care"}` }, source.verdict), open),
  ];
}

function sources(root, data) {
  const parts = [];
  if (data.sources.length) {
    const list = data.sources.map(source => {
      const [heading, facts, ...rest] = entry(root, source, data.words);
      const facts_ = make("div", {}, facts);
      return make("div", { class: "entry" }, make("span", { class: `chip ${source.verified ? "info" : "care"}` }, String(source.n)), " ",
        heading, facts_, ...rest.map(part => make("div", {}, part)));
    });
    parts.push(folded(data.words.sources, data.expanded, ...list));
  }
  if (data.findings.length)
    parts.push(folded(data.words.findings, false, make("ul", {}, ...data.findings.map(text => make("li", {}, text)))));
  return parts;
}

function folded(title, open, ...children) {
  const details = make("details", {}, make("summary", {}, title), make("div", {}, ...children));
  details.open = open;
  return details;
}

function copying({ copy, words }) {
  const button = make("button", { type: "button", class: "act", "aria-live": "polite" }, words.copy);
  button.addEventListener("click", async () => {
    button.textContent = await copied(copy) ? words.copied : words.not_copied;
    setTimeout(() => { button.textContent = words.copy; }, 2500);
  });
  return button;
}

// A page that is not served from this machine has no clipboard of the browser's own.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
