import { request } from "../api.js";

const PAUSES = [2, 3, 4, 6, 9, 13, 18, 20, 20, 20].map((seconds) => seconds * 1000);
const MOST = 5;

/**
 * Asks for the corrections that a turn had no time to find, in growing pauses for about two
 * minutes. What does not come by then is there on the next visit, and the words say so.
 *
 * `ask(id)` resolves with `{state, corrections}`; `onCorrection(message, correction)` shows one.
 */
export class LateCorrections {
  #waiting = new Map();
  #round = 0;
  #timer = 0;
  #word;
  #onCorrection;
  #ask;
  #pauses;

  constructor({ word, onCorrection, ask = askServer, pauses = PAUSES }) {
    this.#word = word;
    this.#onCorrection = onCorrection;
    this.#ask = ask;
    this.#pauses = pauses;
  }

  /** `id` is the message's or its reply's. `announced` says that they are known to come. */
  expect(message, id, { announced = false } = {}) {
    if (announced) message.checking(this.#word("checking"));
    this.#waiting.set(message, id);
    this.#round = 0;
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    if (!this.#waiting.size) return;
    if (this.#round >= this.#pauses.length) {
      this.#giveUp();
      return;
    }
    this.#timer = setTimeout(() => this.#askAll(), this.#pauses[this.#round]);
    this.#round += 1;
  }

  async #askAll() {
    // The newest: with a queue that was down for long there may be many.
    for (const [message, id] of [...this.#waiting].slice(-MOST)) await this.#askFor(message, id);
    this.#plan();
  }

  async #askFor(message, id) {
    const answer = await this.#ask(id).catch(() => null);
    if (!answer) return;
    if (answer.state === "later") {
      message.checking(this.#word("checking"));
      return;
    }
    this.#waiting.delete(message);
    message.checking("");
    for (const correction of answer.corrections) this.#onCorrection(message, correction);
  }

  #giveUp() {
    for (const message of this.#waiting.keys()) {
      if (message.isChecking) message.checking(this.#word("checking.later"));
    }
    this.#waiting.clear();
  }
}

async function askServer(id) {
  const response = await request(`/api/chat/messages/${id}/corrections`, { method: "GET" });
  return response.json();
}
