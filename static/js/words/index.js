import { Sheet } from "./sheet.js";
import { sentenceAt, wordAt, wordsOf } from "./text.js";

const MOST_WORDS = 5;
const BLOCK = "p, li, dd, dt, h1, h2, h3, blockquote, td, div";
const TAKEN = "a, button, input, textarea, select, label, summary, [contenteditable]";
const part = (name) => document.querySelector(`[data-look-up-${name}]`);

const sheet = new Sheet(part("sheet"));
const button = part("button");
const pill = part("pill");
let here = null;

/** Texts in the language that is learned, where nothing else waits for a tap. */
function readable(node) {
  const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  if (!element?.closest("[data-look-up]") || element.closest(TAKEN)) return false;
  return element.closest("[lang]").lang === sheet.language;
}

/** Whether the text around a word may be its example: nothing wrong, and no blank in it. */
function exemplary(element, block) {
  return !element.closest("[data-wrong]") && !block.querySelector(".gap, [data-wrong]");
}

/** What to ask about a stretch of a text. */
function asked(range) {
  const node = range.startContainer;
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const block = element.closest(BLOCK) ?? element;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const region = element.closest("[data-look-up]");
  return {
    word: range.toString().replace(/\s+/g, " ").trim(),
    sentence: exemplary(element, block) ? sentenceAt(block.textContent, before.toString().length) : "",
    source: region.dataset.lookUp || (element.closest("[data-message]")?.dataset.message ?? ""),
    box: range.getBoundingClientRect(),
  };
}

function open(range) {
  mark(range);
  pill.hidden = true;
  sheet.open(asked(range));
}

function rangeOf(node, { start, end }) {
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

/** The word under a tap; a tap beside the words means none. */
function wordUnder({ clientX, clientY }) {
  const caret = document.caretPositionFromPoint?.(clientX, clientY);
  const old = caret ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const node = caret?.offsetNode ?? old?.startContainer;
  if (node?.nodeType !== Node.TEXT_NODE || !readable(node)) return null;
  const found = wordAt(node.data, caret?.offset ?? old.startOffset, sheet.language);
  const range = found && rangeOf(node, found);
  const hit = ({ left, right, top, bottom }) =>
    left - 2 <= clientX && clientX <= right + 2 && top <= clientY && clientY <= bottom;
  return range && [...range.getClientRects()].some(hit) ? range : null;
}

/** What is marked on the page, if it can be looked up. */
function marked() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const count = wordsOf(range.toString(), sheet.language).length;
  return count && count <= MOST_WORDS && readable(range.startContainer) ? range : null;
}

function mark(range) {
  if (!globalThis.Highlight) return;
  if (range) CSS.highlights.set("looked-up", new Highlight(range));
  else CSS.highlights.delete("looked-up");
}

/** All words to go through with the arrows, in their order. */
function allWords() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (readable(node)) found.push(...wordsOf(node.data, sheet.language).map((one) => rangeOf(node, one)));
  }
  return found.filter((range) => range.getClientRects().length);
}

function step(by) {
  const words = allWords();
  if (!words.length) return;
  const place = here ? words.findIndex((one) => one.compareBoundaryPoints(Range.START_TO_START, here) === 0) : -1;
  here = place < 0 ? words[by > 0 ? 0 : words.length - 1] : words[(place + by + words.length) % words.length];
  mark(here);
  part("said").textContent = here.toString();
  here.startContainer.parentElement.scrollIntoView({ block: "nearest" });
}

function showPill() {
  const range = marked();
  pill.hidden = !range;
  if (!range) return;
  const box = range.getBoundingClientRect();
  pill.style.left = `${Math.min(box.left, innerWidth - 140) + scrollX}px`;
  pill.style.top = `${box.bottom + 10 + scrollY}px`;
}

document.addEventListener("click", (event) => {
  if (event.button || event.detail > 1 || marked() || !readable(event.target)) return;
  const range = wordUnder(event);
  if (range) open(range);
});
document.addEventListener("selectionchange", showPill);
// The text stays marked while the button is pressed.
pill.addEventListener("pointerdown", (event) => event.preventDefault());
pill.addEventListener("click", () => marked() && open(marked()));

button.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by);
});
button.addEventListener("blur", () => {
  if (!part("sheet").open) here = null;
  if (!here) mark(null);
});
button.addEventListener("click", () => {
  const range = marked() ?? here;
  if (range) open(range);
  else sheet.open();
});
sheet.onClose = () => mark(document.activeElement === button ? here : null);
part("bar").hidden = false;
