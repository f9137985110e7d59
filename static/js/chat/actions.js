import { request } from "../api.js";
import { errorWords } from "./words.js";

/**
 * What anybody who reads a conversation can do with a message: copy it, have it translated.
 * `tell(text, {problem})` is the line that says what came of it.
 */
export function reader(list, { word, native, tell }) {
  onDo(list, "copy", async ({ message }) => {
    try {
      await navigator.clipboard.writeText(wordsIn(message));
      tell(word("copied"));
    } catch {
      tell(word("copy.failed"), { problem: true });
    }
  });
  onDo(list, "translate", async ({ message, button }) => {
    const place = message.querySelector("[data-translation]");
    if (place.textContent) {
      place.hidden = !place.hidden;
      button.setAttribute("aria-pressed", String(!place.hidden));
      return;
    }
    button.disabled = true;
    tell(word("translating"));
    try {
      const response = await request(`/api/chat/messages/${message.dataset.message}/translate`);
      const { translation, language } = await response.json();
      place.lang = language || native;
      place.textContent = translation;
      place.hidden = false;
      button.setAttribute("aria-pressed", "true");
      tell("");
    } catch (error) {
      tell(errorWords(word, { code: error.code ?? "network", message: error.message }), { problem: true });
    } finally {
      button.disabled = false;
    }
  });
}

/**
 * What only the learner can do: rate a reply, have another, say something anew, go to another
 * version, call the tutor. `isBusy()` tells that a reply is being written: then only rating works.
 */
export function writer(list, { word, tell, conversationId, isBusy, onRegenerate, onEdit }) {
  for (const [name, rating] of [["good", 1], ["bad", -1]]) {
    onDo(list, name, ({ message, button }) => rate({ message, button, rating, word, tell }));
  }
  onDo(list, "regenerate", ({ message }) => isBusy() || onRegenerate(message));
  onDo(list, "edit", ({ message }) => isBusy() || edit(message, onEdit));
  onDo(list, "cancel-edit", ({ message }) => leaveEdit(message));
  onDo(list, "ask-tutor", () => openTutorBar());
  for (const [name, step] of [["previous", -1], ["next", 1]]) {
    onDo(list, name, ({ message }) => isBusy() || showSibling({ message, step, conversationId, word, tell }));
  }
  list.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.target.closest(".edit")) return;
    if (event.key === "Escape") leaveEdit(event.target.closest(".message"));
    if (event.key !== "Enter" || event.shiftKey || !event.target.matches("textarea")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
}

/** Shows which of how many versions a message is; `siblings` are ids in the order they were made. */
export function drawBranches(message) {
  const siblings = siblingsOf(message);
  const place = message.querySelector("[data-branches]");
  const number = siblings.indexOf(message.dataset.message) + 1;
  place.hidden = siblings.length < 2;
  place.querySelector("[data-branches-count]").textContent = `${number} / ${siblings.length}`;
  place.querySelector('[data-do="previous"]').disabled = number <= 1;
  place.querySelector('[data-do="next"]').disabled = number >= siblings.length;
}

export function siblingsOf(message) {
  return (message.dataset.siblings || message.dataset.message || "").split(",").filter(Boolean);
}

/** The words of a message as they are read, without marks of citations. */
export function wordsIn(message) {
  const words = message.querySelector("[data-words]").cloneNode(true);
  for (const mark of words.querySelectorAll(".citation")) mark.remove();
  // A copy that is not on the page has no lines of its own: blocks and breaks give them.
  for (const node of words.querySelectorAll("br")) node.replaceWith("\n");
  const blocks = [...words.querySelectorAll("p, li")].map((block) => block.textContent.trim());
  return blocks.join("\n") || words.textContent.trim();
}

function onDo(list, name, act) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest(`[data-do="${name}"]`);
    if (button) act({ button, message: button.closest(".message") });
  });
}

async function rate({ message, button, rating, word, tell }) {
  const buttons = message.querySelectorAll('[data-do="good"], [data-do="bad"]');
  const before = [...buttons].map((one) => one.getAttribute("aria-pressed"));
  for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
  try {
    await request(`/api/chat/messages/${message.dataset.message}/feedback`, { body: { rating } });
    tell(word("rated"));
  } catch (error) {
    buttons.forEach((one, place) => one.setAttribute("aria-pressed", before[place]));
    tell(errorWords(word, { code: error.code ?? "network", message: error.message }), { problem: true });
  }
}

/** Opens a message for being said anew. `text` is what stands in the field. */
export function edit(message, onEdit, text = wordsIn(message)) {
  if (message.querySelector(".edit")) return;
  const form = document.getElementById("edit").content.firstElementChild.cloneNode(true);
  const field = form.querySelector("textarea");
  field.value = text;
  field.id = `edit-${message.dataset.message}`;
  form.querySelector("label").htmlFor = field.id;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) onEdit(message, text);
  });
  message.classList.add("is-edited");
  message.querySelector("[data-words]").after(form);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

export function leaveEdit(message) {
  message.querySelector(".edit")?.remove();
  message.classList.remove("is-edited");
  message.querySelector('[data-do="edit"]')?.focus();
}

async function showSibling({ message, step, conversationId, word, tell }) {
  const siblings = siblingsOf(message);
  const wanted = siblings[siblings.indexOf(message.dataset.message) + step];
  if (!wanted) return;
  try {
    await request(`/api/chat/conversations/${conversationId}/branch`, { body: { messageId: wanted } });
    location.hash = `m-${wanted}`;
    location.reload();
  } catch (error) {
    tell(errorWords(word, { code: error.code ?? "network", message: error.message }), { problem: true });
  }
}

function openTutorBar() {
  const ask = document.querySelector("#tutor-bar details");
  if (!ask) return;
  ask.open = true;
  ask.scrollIntoView({ block: "nearest" });
  ask.querySelector("textarea")?.focus();
}
