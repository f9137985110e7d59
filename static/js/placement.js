import { onKeys } from "./shortcuts.js";

let shownAt = performance.now();

const answer = (event) => document.querySelector(`#question [data-key="${event.key}"]`)?.click();
onKeys(Object.fromEntries([..."0123456789"].map((key) => [key, answer])));

document.addEventListener("click", (event) => {
  if (!event.target.closest("#question form button")) return;
  const field = document.querySelector("#question [data-time-spent]");
  if (field) field.value = ((performance.now() - shownAt) / 1000).toFixed(1);
});

// A new question takes the focus, so that it is read aloud and the keys go on working.
document.addEventListener("htmx:afterSwap", () => {
  shownAt = performance.now();
  window.scrollTo({ top: 0 });
  document.querySelector("#question-prompt")?.focus({ preventScroll: true });
});

document.addEventListener("htmx:sendError", offerPlainForm);
document.addEventListener("htmx:responseError", offerPlainForm);

/** The page without scripts is the way out: the server still knows the open question. */
function offerPlainForm() {
  window.location.reload();
}
