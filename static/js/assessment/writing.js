import { readDraft, writeDraft } from "../drafts.js";

/** Words as people count them: runs between blanks that hold a letter or a digit. */
export function countWords(text) {
  return text.split(/\s+/).filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
}

/** The field for a free text: it counts words, and keeps what is typed until it is handed in. */
export function writing(field) {
  const form = field.form;
  const count = form.querySelector("[data-words]");
  const kept = form.querySelector("[data-kept]");
  const key = field.dataset.draft;

  const show = () => {
    const words = countWords(field.value);
    count.textContent = `${words} ${words === 1 ? count.dataset.one : count.dataset.many}`;
  };
  field.value ||= readDraft(key);
  show();
  field.addEventListener("input", () => {
    show();
    kept.hidden = !writeDraft(key, field.value);
  });
  // Forgotten only once the server has it: a lost connection leaves the text where it was.
  form.addEventListener("htmx:afterRequest", (event) => {
    const { status } = event.detail.xhr;
    if (status >= 200 && status < 300) writeDraft(key, "");
  });
}
