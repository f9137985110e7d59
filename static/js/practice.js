import { hush, listening } from "./assessment/listening.js";
import { countActivity } from "./learn/activity.js";
import { orderWords } from "./learn/order.js";
import { insertLetter, letterKeys } from "./letters.js";
import { onKeys } from "./shortcuts.js";
import { surviveTrouble } from "./trouble.js";

const place = () => document.querySelector("#practice");

const answer = (event) => place()?.querySelector(`[data-key="${event.key}"]`)?.click();
onKeys(Object.fromEntries([..."0123456"].map((key) => [key, answer])));
onKeys({ h: () => place()?.querySelector("[data-help]")?.click() });
countActivity(() => place()?.dataset.session);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("body, #practice-prompt")) return;
  place()?.querySelector("[data-next]")?.click();
});

// What is new takes the focus, so that it is read aloud and the keys go on working.
document.addEventListener("htmx:afterSwap", () => {
  // While the set is being made, the page asks again and again: that is nothing new.
  if (place()?.ariaBusy === "true") return;
  hush();
  window.scrollTo({ top: 0 });
  equip();
  const field = place()?.querySelector(".typed, [data-first]");
  (field ?? place()?.querySelector("#practice-prompt"))?.focus({ preventScroll: true });
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
  const player = place()?.querySelector("[data-player]");
  if (player) listening(player);
}
