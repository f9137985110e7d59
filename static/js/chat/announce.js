const SENTENCE = /^[^]*?[.!?…]["»”)]?(?=\s)/u;

/** Reads an answer to a screen reader sentence by sentence, never token by token. */
export class Announcer {
  #region;
  #said = 0;

  constructor(region) {
    this.#region = region;
  }

  start() {
    this.#said = 0;
    this.#region.replaceChildren();
  }

  /** `text` is the whole answer so far. */
  hear(text, { finished = false } = {}) {
    for (;;) {
      const rest = text.slice(this.#said);
      const sentence = SENTENCE.exec(rest)?.[0] ?? (finished ? rest : "");
      if (!sentence) return;
      this.#said += sentence.length;
      this.#say(sentence);
    }
  }

  #say(sentence) {
    const words = sentence.replaceAll("*", "").trim();
    if (!words) return;
    const line = document.createElement("p");
    line.textContent = words;
    this.#region.append(line);
  }
}
