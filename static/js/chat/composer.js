import { readDraft, writeDraft } from "../drafts.js";
import { letterKeys } from "../letters.js";

/** The learner's side: a field that grows, letters a keyboard lacks, a draft that survives. */
export class Composer {
  #form;
  #field;
  #send;
  #stop;
  #draft;
  #busy = false;

  constructor(form, { draftKey, onSend, onStop, onUp }) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#send = form.querySelector("#send");
    this.#stop = form.querySelector("#stop");
    this.#draft = draftKey;
    this.#field.value ||= readDraft(draftKey);
    this.#listen(onSend, onStop, onUp);
    this.#field.disabled = false;
    this.#refresh();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  /** While an answer is being written there is a Stop button where Send was. */
  set busy(value) {
    this.#busy = value;
    const moved = document.activeElement === (value ? this.#send : this.#stop);
    this.#send.hidden = value;
    this.#stop.hidden = !value;
    this.#stop.disabled = false;
    if (moved) this.focus();
    this.#refresh();
  }

  stopping() {
    this.#stop.disabled = true;
  }

  clear() {
    this.#field.value = "";
    this.#changed();
  }

  /** Adds words, as if they were typed. */
  say(text) {
    const gap = /\S$/.test(this.#field.value) ? " " : "";
    this.#field.setRangeText(`${gap}${text}`, this.#field.value.length, this.#field.value.length, "end");
    this.#changed();
    this.focus();
  }

  /** Gives words back that were not accepted, before whatever was typed since. */
  restore(text) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.#changed();
  }

  #listen(onSend, onStop, onUp) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (text && !this.#busy) onSend(text);
    });
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp" && !this.#field.value && !this.#busy) {
        event.preventDefault();
        onUp();
      }
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#stop.addEventListener("click", onStop);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#busy && !event.isComposing) onStop();
    });
    letterKeys(this.#form.querySelectorAll("[data-letter]"), (letter) => this.#insert(letter));
  }

  #insert(letter) {
    this.#field.setRangeText(letter, this.#field.selectionStart, this.#field.selectionEnd, "end");
    this.#changed();
    this.focus();
  }

  #changed() {
    writeDraft(this.#draft, this.#field.value);
    this.#refresh();
  }

  #refresh() {
    this.#send.disabled = !this.#field.value.trim();
    this.#field.style.height = "auto";
    // The border is outside scrollHeight.
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}
