import { drawBranches } from "./actions.js";
import { correctionCard, drawMarked, openInMargin, readMarked } from "./corrections.js";
import { Reading } from "./markdown.js";
import { linkCitations, sourceItem } from "./sources.js";

const known = new WeakMap();

/** A learner's message on the page, to which corrections come one by one. */
export class LearnerMessage {
  #element;
  #text;
  #corrections;
  #word;

  constructor(element, text, word) {
    this.#element = element;
    this.#text = text;
    this.#word = word;
    this.#corrections = readMarked(part(element, "words"));
    known.set(element, this);
  }

  /** The one of an element that stands on the page: a turn and a later look share it. */
  static of(element, word) {
    const text = () => element.querySelector("[data-words] p").textContent;
    return known.get(element) ?? new LearnerMessage(element, text(), word);
  }

  static make(template, text, word) {
    const element = template.content.firstElementChild.cloneNode(true);
    const message = new LearnerMessage(element, text, word);
    drawMarked(part(element, "words"), text, []);
    return message;
  }

  get element() {
    return this.#element;
  }

  get id() {
    return this.#element.dataset.message ?? "";
  }

  get text() {
    return this.#text;
  }

  get isChecking() {
    return !part(this.#element, "checking").hidden;
  }

  /** Says, or with no words says no more, that its corrections are still to come. */
  checking(words) {
    const line = part(this.#element, "checking");
    line.textContent = words;
    line.hidden = !words;
  }

  /** It is kept: it has an id, and can be said anew. `beside` are the versions there were. */
  began(id, beside = []) {
    if (!id || this.#element.dataset.message) return;
    this.#element.dataset.message = id;
    this.#element.id = `m-${id}`;
    this.#element.dataset.siblings = [...beside, id].join(",");
    drawBranches(this.#element);
  }

  /** Whom to call, to somebody who writes of hurting themselves. */
  comfort(template) {
    if (this.#element.querySelector(".safety")) return;
    part(this.#element, "words").after(template.content.cloneNode(true));
  }

  correct(correction, template) {
    // Another try of the turn may find what is known already, or a part of it.
    const apart = ({ start, end }) => correction.end <= start || end <= correction.start;
    if (!this.#corrections.every(apart)) return;
    this.#corrections.push(correction);
    drawMarked(part(this.#element, "words"), this.#text, this.#corrections);
    part(this.#element, "corrections-list").append(correctionCard(template, correction));
    const count = this.#corrections.length;
    const name = count === 1 ? "correction.one" : "correction.many";
    part(this.#element, "corrections-count").textContent = this.#word(name, { n: count });
    part(this.#element, "corrections").hidden = false;
    openInMargin(this.#element);
  }
}

/** Milliseconds over which words are spread that come together, as they do some times a second. */
const SPREAD = 200;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A tutor's reply on the page, drawn at most once a frame however fast it comes. */
export class Reply {
  #element;
  #reading;
  #text = "";
  #shown = 0;
  #drawnAt = 0;
  #frame = 0;
  #onGrow;

  constructor(element, { onGrow }) {
    this.#element = element;
    this.#onGrow = onGrow;
    part(element, "words").replaceChildren();
    this.#reading = new Reading(part(element, "words"));
    this.status = "streaming";
  }

  static make(template, options) {
    return new Reply(template.content.firstElementChild.cloneNode(true), options);
  }

  get element() {
    return this.#element;
  }

  get id() {
    return this.#element.dataset.message ?? "";
  }

  get text() {
    return this.#text;
  }

  set status(value) {
    this.#element.dataset.status = value;
  }

  /** `beside` are the replies there were to the same words. */
  began({ messageId, speaker, beside = [] }) {
    this.#element.dataset.message = messageId;
    this.#element.id = `m-${messageId}`;
    this.#element.dataset.siblings = [...beside, messageId].join(",");
    drawBranches(this.#element);
    part(this.#element, "provider").textContent = speaker;
  }

  /** Something done on the way: `{words, title, url, name}`; said again, it replaces the first. */
  step({ name, words, title = "", url = "" }) {
    const list = part(this.#element, "steps");
    const item = document.createElement("li");
    item.dataset.step = name;
    const told = document.createElement(url ? "a" : "span");
    if (url) told.href = url;
    told.append(words);
    if (title) {
      const strong = document.createElement("strong");
      strong.textContent = title;
      told.append(" ", strong);
    }
    item.append(told);
    const known = list.querySelector(`[data-step="${CSS.escape(name)}"]`);
    if (known) known.replaceWith(item);
    else list.append(item);
    this.#onGrow();
  }

  source(source, template, counted) {
    const list = part(this.#element, "sources-list");
    if (list.querySelector(`#${CSS.escape(`s-${this.id}-${source.index}`)}`)) return;
    list.append(sourceItem(template, source, this.id));
    part(this.#element, "sources-count").textContent = counted(list.children.length);
    part(this.#element, "sources").hidden = false;
    this.#onGrow();
  }

  /** What was cited goes with a reply that was taken back. */
  citeNothing() {
    part(this.#element, "sources-list").replaceChildren();
    part(this.#element, "sources").hidden = true;
  }

  suggestTutor() {
    part(this.#element, "suggest-tutor").hidden = false;
  }

  add(text) {
    this.#text += text;
    if (this.#frame) return;
    this.#drawnAt = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#write(now));
  }

  /** The last word: `text` as it was kept, how it ended, what to say about it, whether to offer a retry. */
  finish({ text = this.#text, status, words = "", retry = false }) {
    this.#text = text;
    this.#shown = text.length;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.status = status;
    part(this.#element, "after-words").textContent = words;
    part(this.#element, "retry").hidden = !retry;
    this.#draw(false);
    linkCitations(this.#element);
  }

  /** Shows a part of what is not shown yet: the more, the longer ago the last part was. */
  #write(now) {
    const passed = Math.min(Math.max(now - this.#drawnAt, 0), SPREAD);
    const waiting = this.#text.length - this.#shown;
    this.#shown += still.matches ? waiting : Math.ceil((waiting * passed) / SPREAD);
    // Not between the two halves of a character.
    if (/[\ud800-\udbff]/.test(this.#text[this.#shown - 1] ?? "")) this.#shown += 1;
    this.#drawnAt = now;
    this.#draw(true);
    const more = this.#shown < this.#text.length;
    this.#frame = more ? requestAnimationFrame((then) => this.#write(then)) : 0;
  }

  #draw(live) {
    this.#reading.show(this.#text.slice(0, this.#shown), { live });
    this.#onGrow();
  }
}

function part(element, name) {
  return element.querySelector(`[data-${name}]`);
}
