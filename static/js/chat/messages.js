import { correctionCard, drawMarked } from "./corrections.js";
import { Reading } from "./markdown.js";

/** A learner's message on the page, to which corrections come one by one. */
export class LearnerMessage {
  #element;
  #text;
  #corrections = [];
  #word;

  constructor(element, text, word) {
    this.#element = element;
    this.#text = text;
    this.#word = word;
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

  get text() {
    return this.#text;
  }

  correct(correction, template) {
    if (this.#corrections.some((known) => known.id === correction.id)) return;
    this.#corrections.push(correction);
    drawMarked(part(this.#element, "words"), this.#text, this.#corrections);
    const known = document.getElementById(`c-${correction.id}`);
    if (!known) part(this.#element, "corrections-list").append(correctionCard(template, correction));
    const count = this.#corrections.length;
    const name = count === 1 ? "correction.one" : "correction.many";
    part(this.#element, "corrections-count").textContent = this.#word(name, { n: count });
    part(this.#element, "corrections").hidden = false;
  }
}

/** A tutor's reply on the page, drawn at most once a frame however fast it comes. */
export class Reply {
  #element;
  #reading;
  #text = "";
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

  began({ messageId, speaker }) {
    this.#element.dataset.message = messageId;
    this.#element.id = `m-${messageId}`;
    part(this.#element, "provider").textContent = speaker;
  }

  add(text) {
    this.#text += text;
    this.#frame ||= requestAnimationFrame(() => this.#draw(true));
  }

  /** The last word: `text` as it was kept, how it ended, what to say about it, whether to offer a retry. */
  finish({ text = this.#text, status, words = "", retry = false }) {
    this.#text = text;
    cancelAnimationFrame(this.#frame);
    this.status = status;
    part(this.#element, "after-words").textContent = words;
    part(this.#element, "retry").hidden = !retry;
    this.#draw(false);
  }

  #draw(live) {
    this.#frame = 0;
    this.#reading.show(this.#text, { live });
    this.#onGrow();
  }
}

function part(element, name) {
  return element.querySelector(`[data-${name}]`);
}
