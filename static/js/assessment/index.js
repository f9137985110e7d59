import { insertLetter, letterKeys } from "../letters.js";
import { onKeys } from "../shortcuts.js";
import { surviveTrouble } from "../trouble.js";
import { hush, listening } from "./listening.js";
import { writing } from "./writing.js";

let shownAt = performance.now();

const answer = (event) => document.querySelector(`#question [data-key="${event.key}"]`)?.click();
onKeys(Object.fromEntries([..."0123456789"].map((key) => [key, answer])));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("body, #question-prompt")) return;
  document.querySelector("#question [data-next]")?.click();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#question form button")) noteTime();
});

// A new question takes the focus, so that it is read aloud and the keys go on working.
document.addEventListener("htmx:afterSwap", () => {
  hush();
  shownAt = performance.now();
  window.scrollTo({ top: 0 });
  equip();
  const field = document.querySelector("#question .typed");
  (field ?? document.querySelector("#question-prompt"))?.focus({ preventScroll: true });
});

surviveTrouble(document.querySelector("[data-offline]"));
window.addEventListener("pagehide", () => hush());

equip();

/** Gives the question on the page what its type needs. */
function equip() {
  const field = document.querySelector("#question .typed, #question .text");
  const letters = document.querySelector("#question [data-letters]");
  if (field && letters) {
    letters.hidden = false;
    letterKeys(letters.querySelectorAll("[data-letter]"), (letter) => insertLetter(field, letter));
  }
  if (field?.matches(".text")) writing(field);
  const player = document.querySelector("#question [data-player]");
  if (player) listening(player);
}

function noteTime() {
  const field = document.querySelector("#question [data-time-spent]");
  if (field) field.value = ((performance.now() - shownAt) / 1000).toFixed(1);
}
