import { insertLetter, letterKeys } from "../letters.js";
import { onKeys } from "../shortcuts.js";
import { surviveTrouble } from "../trouble.js";
import { countActivity } from "./activity.js";
import { orderWords } from "./order.js";

const place = () => document.querySelector("#exercise");

const answer = (event) => place()?.querySelector(`[data-key="${event.key}"]`)?.click();
onKeys(Object.fromEntries([..."012"].map((key) => [key, answer])));
countActivity(() => place()?.dataset.session);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("body, #exercise-prompt")) return;
  place()?.querySelector("[data-next]")?.click();
});

// What is new takes the focus, so that it is read aloud and the keys go on working.
document.addEventListener("htmx:afterSwap", () => {
  window.scrollTo({ top: 0 });
  equip();
  const field = place()?.querySelector(".typed");
  (field ?? place()?.querySelector("#exercise-prompt"))?.focus({ preventScroll: true });
});

surviveTrouble(document.querySelector("[data-offline]"));

equip();

function equip() {
  const field = place()?.querySelector(".typed");
  const letters = place()?.querySelector("[data-letters]");
  if (field && letters) {
    letters.hidden = false;
    letterKeys(letters.querySelectorAll("[data-letter]"), (letter) => insertLetter(field, letter));
  }
  const words = place()?.querySelectorAll("[data-word]");
  if (field && words?.length) orderWords(words, field);
}
