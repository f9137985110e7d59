import { request } from "../api.js";
import { onKeys } from "../shortcuts.js";
import { intervalWords } from "./intervals.js";
import { Outbox } from "./outbox.js";
import { goodRating, ratingNames, Session } from "./session.js";
import { Sheet } from "./sheet.js";
import { say } from "./speech.js";
import { onTouch } from "./swipe.js";

const REFILL_AT = 5;
const page = (id) => document.getElementById(id);
const root = page("review");
const word = wordsOf(page("review-words"));
const session = new Session(JSON.parse(page("review-start").textContent));
const sheet = new Sheet(page("sheet"), word);
const began = Date.now();
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const outbox = new Outbox({
  key: `reviews:${root.dataset.user}`,
  storage: globalThis.localStorage,
  send: async (reviews) => {
    const response = await request("/api/flashcards/reviews", { body: { reviews } });
    return (await response.json()).results;
  },
  onResult: (answer, result) => {
    const settled = session.settle(answer.cardId, result);
    if (!settled || current?.id !== settled.id) return;
    current = settled;
    if (root.dataset.phase === "answer") drawRatings(current);
  },
  onRefused: (answer) => {
    session.drop(answer.cardId);
    tell(word("refused"));
  },
  onState: showConnection,
});

let current = null;
let shownAt = 0;
let waking = null;
let exhausted = false;

function ask() {
  clearTimeout(waking);
  current = session.current();
  drawBar();
  if (!current) {
    finish();
    return;
  }
  page("done").hidden = true;
  page("controls").hidden = false;
  page("keys-hint").hidden = false;
  page("show").hidden = false;
  page("ratings").hidden = true;
  root.dataset.phase = "question";
  shownAt = performance.now();
  sheet.ask(current);
  offerChange(current);
  if (current.expected) sheet.field.focus({ preventScroll: true });
  else page("sheet").focus({ preventScroll: true });
  if (current.spoken) sayIt();
}

/** A card of a deck of one's own can be put right once its answer is seen. */
function offerChange({ deckId, noteId }) {
  const link = page("change");
  link.parentElement.hidden = !link.dataset.decks.split(" ").includes(deckId);
  link.href = link.dataset.note.replace(/[0-]{36}/, noteId);
}

function change() {
  if (root.dataset.phase === "answer" && !page("change").parentElement.hidden) page("change").click();
}

function show() {
  if (root.dataset.phase !== "question") return;
  root.dataset.phase = "answer";
  sheet.show();
  drawRatings(current);
  page("show").hidden = true;
  page("ratings").hidden = false;
  // The focus stays with the card: the space bar must not press a button by itself.
  page("sheet").focus({ preventScroll: true });
}

function rate(rating) {
  if (root.dataset.phase !== "answer" || rating > ratingNames(current).length) return;
  const answer = {
    cardId: current.id,
    rating,
    clientId: newId(),
    reviewedAt: new Date().toISOString(),
    durationMs: Math.min(Math.round(performance.now() - shownAt), 3_600_000),
    scheduler: current.schedule?.scheduler ?? "fsrs",
    timezone,
  };
  session.answer(current, answer);
  outbox.push(answer);
  page("undo").disabled = false;
  ask();
  refill();
}

async function undo() {
  const last = session.last;
  if (!last || root.dataset.phase === "undoing") return;
  const { clientId } = last.answer;
  if (!outbox.withdraw(clientId)) {
    root.dataset.phase = "undoing";
    const sent = await takeBack(clientId);
    if (!sent) {
      ask();
      return;
    }
  }
  session.undo();
  page("undo").disabled = !session.last;
  ask();
}

/** Asks the server to take an answer back that it has, or is just getting. */
async function takeBack(clientId) {
  await outbox.flush();
  if (outbox.withdraw(clientId)) return true;
  try {
    await request("/api/flashcards/reviews/undo", { body: { clientId } });
    return true;
  } catch (error) {
    tell(word(error.status === 409 ? "undo.nothing" : "undo.offline"));
    return false;
  }
}

/** More cards, once there are few at hand and the server knows of every answer. */
async function refill() {
  if (exhausted || session.atHand > REFILL_AT || session.left <= session.atHand) return;
  if (!(await outbox.flush())) return;
  const deck = root.dataset.deck ? `&deck=${root.dataset.deck}` : "";
  try {
    const response = await request(`/api/flashcards/cards/due?limit=20${deck}`, { method: "GET" });
    const due = await response.json();
    const before = session.atHand;
    session.take(due, (clientId) => outbox.has(clientId));
    exhausted = session.atHand === before;
  } catch {
    return;
  }
  if (root.dataset.phase === "done") ask();
  else drawBar();
}

function finish() {
  root.dataset.phase = "done";
  page("sheet").hidden = true;
  page("controls").hidden = true;
  page("keys-hint").hidden = true;
  const done = page("done");
  done.hidden = false;
  const wait = session.wait();
  root.classList.toggle("is-empty", !session.done && wait === null);
  done.querySelector("[data-done-title]").textContent = word(session.done ? "done.title" : "done.empty");
  done.querySelector("[data-done-text]").textContent = endWords(wait);
  done.focus({ preventScroll: true });
  if (wait !== null) waking = setTimeout(ask, Math.min(wait + 1000, 2 ** 30));
  refill();
}

function endWords(wait) {
  if (outbox.waiting && session.left) return word("done.offline");
  if (wait !== null) return word("done.wait", { n: Math.max(1, Math.round(wait / 60_000)) });
  if (!session.done) return word("done.none");
  const minutes = Math.max(1, Math.round((Date.now() - began) / 60_000));
  return word(session.done === 1 ? "done.text.one" : "done.text", { n: session.done, m: minutes });
}

function drawRatings(card) {
  const locale = document.documentElement.lang;
  page("ratings").replaceChildren(
    ...ratingNames(card).map((name, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `rating ${name}`;
      button.dataset.rating = String(place + 1);
      const label = document.createElement("span");
      label.textContent = word(`${card.schedule?.scheduler ?? "fsrs"}.${name}`);
      const interval = document.createElement("small");
      const preview = card.next?.[name];
      interval.textContent = preview ? intervalWords(preview, { locale }) : " ";
      const key = document.createElement("kbd");
      key.textContent = String(place + 1);
      button.append(label, interval, key);
      return button;
    }),
  );
}

function drawBar() {
  for (const [name, count] of Object.entries(session.counts)) {
    root.querySelector(`[data-count="${name}"]`).textContent = String(count);
  }
  const bar = page("progress");
  bar.max = Math.max(1, session.done + session.left);
  bar.value = session.done;
}

function showConnection({ waiting, error }) {
  if (error?.status === 401) tell(word("signed_out"));
  else if (error) tell(word(waiting === 1 ? "waiting.one" : "waiting.many", { n: waiting }));
  else if (waiting && !outbox.keeps) tell(word("unkept"));
  else if (!waiting) tell("");
}

function tell(text) {
  page("connection").textContent = text;
}

async function sayIt() {
  const card = current;
  if (!card || (!card.spoken && !card.audioUrl)) return;
  const heard = await say(card);
  if (!heard && card === current && !card.question) sheet.readInstead();
}

function wordsOf(template) {
  return (name, values = {}) => {
    const text = template.content.querySelector(`[data-word="${CSS.escape(name)}"]`)?.textContent ?? "";
    return Object.entries(values).reduce((said, [key, value]) => said.replace(`%${key}`, value), text);
  };
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Only pages served over plain HTTP lack it.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const forward = () => (root.dataset.phase === "question" ? show() : rate(goodRating(current)));
onKeys({
  " ": (event) => !event.target.closest("button, a") && forward(),
  Enter: (event) => (event.target.closest("button, a") ? event.target.closest("button, a").click() : forward()),
  u: undo,
  z: undo,
  r: sayIt,
  e: change,
  ...Object.fromEntries([1, 2, 3, 4, 5].map((rating) => [String(rating), () => rate(rating)])),
});
page("typed").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  show();
});
page("show").addEventListener("click", show);
page("undo").addEventListener("click", undo);
page("play").addEventListener("click", sayIt);
page("ratings").addEventListener("click", (event) => {
  const button = event.target.closest("[data-rating]");
  if (button) rate(Number(button.dataset.rating));
});
onTouch(page("sheet"), { onTap: show, onLeft: () => rate(1), onRight: () => rate(goodRating(current)) });
window.addEventListener("online", () => outbox.flush());
document.addEventListener("visibilitychange", () => outbox.waiting && outbox.flush());

outbox.flush();
ask();
