const AHEAD_MS = 20 * 60 * 1000;
const NAMES = { fsrs: ["again", "hard", "good", "easy"], sm2: ["again", "hard", "fair", "good", "easy"] };

/** The names of a card's ratings, from 1. */
export function ratingNames(card) {
  return NAMES[card.schedule?.scheduler] ?? NAMES.fsrs;
}

/** The rating that means *I knew it*: what the space bar gives. */
export function goodRating(card) {
  return ratingNames(card).indexOf("good") + 1;
}

/**
 * The cards of one sitting: those to ask, those that come back within minutes, and what was
 * answered, so that it can be taken back. No page, no network.
 */
export class Session {
  #queue = [];
  #returning = [];
  #answered = [];
  #now;
  counts = { new: 0, learning: 0, review: 0 };

  constructor(start, now = () => Date.now()) {
    this.#now = now;
    this.take(start);
  }

  get done() {
    return this.#answered.length;
  }

  get left() {
    return this.counts.new + this.counts.learning + this.counts.review;
  }

  /** Cards at hand, whether now or in some minutes. */
  get atHand() {
    return this.#queue.length + this.#returning.length;
  }

  /** Takes what the server says is due; cards at hand already, or just answered, keep their place. */
  take({ cards, counts }, unsent = () => false) {
    const known = new Set([...this.#queue, ...this.#returning].map((card) => card.id));
    const waiting = new Set(
      this.#answered.filter((one) => unsent(one.answer.clientId)).map((one) => one.card.id),
    );
    this.counts = { ...counts };
    this.#queue.push(...cards.filter((card) => !known.has(card.id) && !waiting.has(card.id)));
  }

  /** The card to ask now: one whose minutes are over, else the next, else one that is nearly back. */
  current() {
    const [first] = this.#returning;
    if (first && first.at <= this.#now()) return first.card;
    if (this.#queue.length) return this.#queue[0];
    return first && first.at <= this.#now() + AHEAD_MS ? first.card : null;
  }

  /** Milliseconds until a card comes back that is too far off to be asked early; null without one. */
  wait() {
    const [first] = this.#returning;
    return first ? Math.max(0, first.at - AHEAD_MS - this.#now()) : null;
  }

  answer(card, answer) {
    const name = ratingNames(card)[answer.rating - 1];
    const preview = card.next?.[name];
    const entry = { card, answer, counts: this.counts, siblings: [] };
    this.#queue = this.#queue.filter((one) => one.id !== card.id);
    this.#returning = this.#returning.filter((one) => one.card.id !== card.id);
    entry.siblings = this.#queue.filter((one) => one.noteId === card.noteId);
    this.#queue = this.#queue.filter((one) => one.noteId !== card.noteId);
    const back = this.#comesBack(answer, preview);
    // Its intervals were for this answer; the next ones come with the server's word.
    const { next, ...known } = card;
    if (back) this.#return(known, back);
    this.counts = this.#counted(card, Boolean(back));
    this.#answered.push(entry);
    return entry;
  }

  /** What the server made of an answer: a card that comes back gets its times. Gives that card. */
  settle(cardId, { schedule, next }) {
    const place = this.#returning.findIndex((one) => one.card.id === cardId);
    if (place < 0 || !schedule) return null;
    const [{ card }] = this.#returning.splice(place, 1);
    if (!next) return null;
    const settled = { ...card, schedule, next };
    this.#return(settled, Date.parse(schedule.dueAt));
    return settled;
  }

  /** Takes a card out for good, as when the server knows it no more. */
  drop(cardId) {
    this.#queue = this.#queue.filter((card) => card.id !== cardId);
    this.#returning = this.#returning.filter((one) => one.card.id !== cardId);
  }

  get last() {
    return this.#answered.at(-1) ?? null;
  }

  /** Puts the last card back in front, as it was. */
  undo() {
    const entry = this.#answered.pop();
    if (!entry) return null;
    this.drop(entry.card.id);
    this.#queue.unshift(entry.card, ...entry.siblings);
    this.counts = entry.counts;
    return entry.card;
  }

  #comesBack(answer, preview) {
    if (preview) return preview.intervalDays === 0 ? Date.parse(preview.dueAt) : null;
    // Offline the second time round: nobody has worked out the times yet.
    return answer.rating === 1 ? this.#now() + 60_000 : null;
  }

  #return(card, at) {
    this.#returning.push({ card, at });
    this.#returning.sort((one, other) => one.at - other.at);
  }

  #counted(card, back) {
    const kind = { new: "new", review: "review" }[card.schedule?.state] ?? "learning";
    const counts = { ...this.counts };
    counts[kind] = Math.max(0, counts[kind] - 1);
    if (back) counts.learning += 1;
    return counts;
  }
}
