import { request } from "../api.js";

const SENTENCE = /[^.!?…\n]*[.!?…]*\s*/g;

/**
 * The card a correction makes: the learner's sentence as it should be, with a gap where the slip
 * was. `pieces` are the words of the message, `{text}` or `{id, corrected}` for a slip.
 */
export function cardOf({ id, original, corrected, reason, pieces, language }) {
  const source = { type: "conversations.correction", id };
  const gap = `{{c1::${corrected}}}`;
  const text = pieces
    .map((piece) => (piece.id === id ? gap : (piece.corrected ?? piece.text)))
    .join("");
  if (!text.includes(gap)) return { front: original, back: corrected, example: "", language, source };
  const [before, behind] = text.split(gap);
  const front = `${lastSentence(before)}${gap}${firstSentence(behind)}`.trim();
  return { front, back: reason, kind: "cloze", language, source };
}

function lastSentence(text) {
  const parts = text.match(SENTENCE)?.filter(Boolean) ?? [];
  const last = parts.at(-1) ?? "";
  return /[.!?…\n]\s*$/.test(last) ? "" : last;
}

function firstSentence(text) {
  return text.match(SENTENCE)?.[0] ?? "";
}

/** One tap on a correction makes one card of it, however often it is tapped. */
export function makeCards(root, language) {
  root.classList.add("makes-cards");
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-make-card]");
    if (!button) return;
    button.disabled = true;
    try {
      await request("/api/flashcards/cards", { body: cardOf({ ...read(button, root), language }) });
      button.textContent = button.dataset.made;
    } catch {
      button.textContent = button.dataset.failed;
      button.disabled = false;
    }
  });
}

function read(button, root) {
  const card = button.closest(".correction");
  const words = (name) => card.querySelector(`[data-${name}]`).textContent.trim();
  const id = card.id.slice(2);
  const slip = root.querySelector(`[data-slip="${CSS.escape(id)}"]`);
  return {
    id,
    original: words("original"),
    corrected: words("corrected"),
    reason: words("reason"),
    pieces: [...(slip?.parentElement.childNodes ?? [])].map(pieceOf),
  };
}

function pieceOf(node) {
  const id = node.dataset?.slip;
  const card = id && document.getElementById(`c-${id}`);
  const corrected = card?.querySelector("[data-corrected]").textContent.trim();
  return id ? { id, text: node.textContent, corrected: corrected || node.textContent } : { text: node.textContent };
}
