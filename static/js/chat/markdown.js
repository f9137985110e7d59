/** The tutor's small Markdown (paragraphs, bold, italics, lists) as DOM nodes, as it streams. */

const ITEM = /^(?:([-*+])|(\d{1,9})[.)])[ \t]+(.*)$/;
const SPAN = /(\*\*|__)(?=\S)([^]+?)(?<=\S)\1|([*_])(?=\S)([^]+?)(?<=[^\s*_])\3(?!\3)/;
const WORD = /[\p{L}\p{N}]/u;

/** Splits text into `{kind, lines, start}` blocks; `kind` is p, ul or ol. */
export function blocks(text) {
  const found = [];
  let open = null;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    if (!line.trim()) {
      open = null;
      continue;
    }
    const item = ITEM.exec(line);
    const kind = item ? (item[1] ? "ul" : "ol") : "p";
    if (item && open?.kind === kind) open.lines.push(item[3]);
    else if (!item && open) continueBlock(open, line);
    else found.push((open = { kind, lines: [item ? item[3] : line], start: Number(item?.[2] ?? 1) }));
  }
  return found;
}

function continueBlock(block, line) {
  if (block.kind === "p") block.lines.push(line);
  else block.lines[block.lines.length - 1] += `\n${line.trim()}`;
}

/** Keeps `element` showing the text given so far; only blocks that changed are drawn again. */
export class Reading {
  #element;
  #drawn = [];

  constructor(element) {
    this.#element = element;
  }

  show(text, { live = false } = {}) {
    const next = blocks(text);
    next.forEach((block, number) => {
      const source = JSON.stringify([block, live && number === next.length - 1]);
      if (this.#drawn[number] === source) return;
      const node = draw(block, live && number === next.length - 1);
      const old = this.#element.children[number];
      if (old) old.replaceWith(node);
      else this.#element.append(node);
      this.#drawn[number] = source;
    });
    while (this.#element.children.length > next.length) this.#element.lastElementChild.remove();
    this.#drawn.length = next.length;
  }
}

function draw(block, live) {
  const node = document.createElement(block.kind);
  if (block.kind === "p") {
    node.append(...inline(block.lines.map((line) => line.trim()).join("\n"), live));
    return node;
  }
  if (block.kind === "ol" && block.start !== 1) node.start = block.start;
  block.lines.forEach((line, number) => {
    const item = document.createElement("li");
    item.append(...inline(line, live && number === block.lines.length - 1));
    node.append(item);
  });
  return node;
}

function inline(text, live) {
  const match = nextSpan(text);
  if (!match) return live ? openSpan(text) : withBreaks(text);
  const { from, to, tag, inside } = match;
  const node = document.createElement(tag);
  node.append(...inline(inside, false));
  return [...withBreaks(text.slice(0, from)), node, ...inline(text.slice(to), live)];
}

function nextSpan(text) {
  let offset = 0;
  for (;;) {
    const match = SPAN.exec(text.slice(offset));
    if (!match) return null;
    const from = offset + match.index;
    const to = from + match[0].length;
    if (!splitsWord(text, from, to, match[1] ?? match[3])) {
      return { from, to, tag: match[1] ? "strong" : "em", inside: match[2] ?? match[4] };
    }
    offset = from + (match[1] ?? match[3]).length;
  }
}

// snake_case is no emphasis: an underscore counts only at the edge of a word.
function splitsWord(text, from, to, mark) {
  if (!mark.startsWith("_")) return false;
  return WORD.test(text[from - 1] ?? "") || WORD.test(text[to] ?? "");
}

/** A bold that has not closed yet is drawn bold at once, so that its stars are never seen. */
function openSpan(text) {
  const match = /(^|[\s(«“"¿¡])(\*\*|\*)(?=[^\s*]|$)([^*]*)$/.exec(text);
  if (!match) return withBreaks(text);
  const before = withBreaks(text.slice(0, match.index) + match[1]);
  if (!match[3]) return before;
  const node = document.createElement(match[2].length === 2 ? "strong" : "em");
  node.append(...withBreaks(match[3]));
  return [...before, node];
}

function withBreaks(text) {
  return text
    .split("\n")
    .flatMap((line, number) => (number ? [document.createElement("br"), line] : [line]))
    .filter((part) => part !== "");
}
