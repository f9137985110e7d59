const MOST = 100;
const RETRY_MS = [2000, 5000, 15000, 30000];

/**
 * Answers on their way to the server: kept in the browser until it has them, sent once, in order.
 *
 * `send(answers)` resolves with a result for each, or throws; an error with a `status` is a refusal.
 * What the server refuses for good is given to `onRefused` and forgotten; anything else is tried
 * again, when the network is back or after a while. Sending twice does no harm: each answer has an
 * id of its own, and the server counts it once.
 */
export class Outbox {
  #key;
  #storage;
  #send;
  #onResult;
  #onRefused;
  #onState;
  #answers;
  #gone = new Set();
  #flight = null;
  #failures = 0;
  #timer = null;
  keeps = true;

  constructor({ key, storage, send, onResult = () => {}, onRefused = () => {}, onState = () => {} }) {
    this.#key = key;
    this.#storage = storage;
    this.#send = send;
    this.#onResult = onResult;
    this.#onRefused = onRefused;
    this.#onState = onState;
    this.#answers = this.#read();
  }

  get waiting() {
    return this.#answers.length;
  }

  has(clientId) {
    return this.#answers.some((one) => one.clientId === clientId);
  }

  push(answer) {
    this.#answers.push(answer);
    this.#write();
    return this.flush();
  }

  /** Takes an answer back that has not left yet. False when it is on its way, or was sent. */
  withdraw(clientId) {
    if (this.#flight?.ids.has(clientId) || !this.has(clientId)) return false;
    this.#forget([{ clientId }]);
    this.#tell();
    return true;
  }

  /** Sends all there is. Resolves with whether nothing is left. */
  flush() {
    if (this.#flight) return this.#flight.done;
    clearTimeout(this.#timer);
    if (!this.#answers.length) {
      this.#tell();
      return Promise.resolve(true);
    }
    const batch = this.#answers.slice(0, MOST);
    const done = this.#deliver(batch).then((gone) => {
      this.#flight = null;
      this.#tell();
      return gone ? this.flush() : false;
    });
    this.#flight = { ids: new Set(batch.map((one) => one.clientId)), done };
    return done;
  }

  async #deliver(batch) {
    try {
      const results = await this.#send(batch);
      this.#failures = 0;
      this.#forget(batch);
      results.forEach((result, place) => {
        if (result.status === "refused") this.#onRefused(batch[place], result);
        else this.#onResult(batch[place], result);
      });
      return true;
    } catch (error) {
      // Not valid as it stands: alone, so that the others do not suffer for one of them.
      if (error.status === 400) return this.#deliverOneByOne(batch, error);
      this.#later(error);
      return false;
    }
  }

  async #deliverOneByOne(batch, error) {
    if (batch.length > 1) return this.#deliver(batch.slice(0, Math.ceil(batch.length / 2)));
    this.#forget(batch);
    this.#onRefused(batch[0], { code: error.code });
    return true;
  }

  #later(error) {
    const pause = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#tell(error);
    if (error.status !== 401) {
      this.#timer = setTimeout(() => this.flush(), Math.max(pause, (error.retryAfter ?? 0) * 1000));
    }
  }

  #forget(batch) {
    for (const { clientId } of batch) this.#gone.add(clientId);
    this.#answers = this.#answers.filter((one) => !this.#gone.has(one.clientId));
    this.#write();
  }

  #tell(error = null) {
    this.#onState({ waiting: this.#answers.length, error });
  }

  #read() {
    try {
      const kept = JSON.parse(this.#storage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => one?.clientId && one?.cardId) : [];
    } catch {
      return [];
    }
  }

  #write() {
    try {
      // Another tab keeps its own answers in the same place.
      const others = this.#read().filter((one) => !this.#gone.has(one.clientId) && !this.has(one.clientId));
      const kept = [...others, ...this.#answers];
      if (kept.length) this.#storage.setItem(this.#key, JSON.stringify(kept));
      else this.#storage.removeItem(this.#key);
      this.keeps = true;
    } catch {
      this.keeps = false;
    }
  }
}
