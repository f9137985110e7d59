/** Wraps what is marked in a field in the next gap: `{{c2::…}}`. Gives the new text and cursor. */
export function withGap(text, start, end) {
  const numbers = [...text.matchAll(/\{\{c(\d+)::/g)].map((found) => Number(found[1]));
  const opening = `{{c${Math.max(0, ...numbers) + 1}::`;
  const made = `${text.slice(0, start)}${opening}${text.slice(start, end)}}}${text.slice(end)}`;
  return { text: made, cursor: end + opening.length + (start === end ? 0 : 2) };
}

function editGaps(form) {
  const front = form.querySelector("[data-front]");
  const row = form.querySelector("[data-gap]");
  const show = () => {
    row.hidden = form.querySelector("[name=kind]:checked")?.value !== "cloze";
  };
  form.addEventListener("change", show);
  show();
  form.querySelector("[data-make-gap]").addEventListener("click", () => {
    const made = withGap(front.value, front.selectionStart, front.selectionEnd);
    front.value = made.text;
    front.focus();
    front.setSelectionRange(made.cursor, made.cursor);
  });
}

/** One card after another without leaving the keys: the front has the focus, Ctrl and Enter send. */
function keepTyping(form) {
  // Not where somebody types already: the page may be there long before this script.
  const begun = document.querySelector("[aria-invalid=true]") || document.activeElement !== document.body;
  if ("fresh" in form.dataset && !begun && matchMedia("(hover: hover)").matches) {
    form.querySelector("[data-front]").focus({ preventScroll: true });
  }
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("[data-note]")) {
  editGaps(form);
  keepTyping(form);
}
for (const output of document.querySelectorAll("[data-output]")) {
  const field = document.getElementById(output.htmlFor.value);
  field.addEventListener("input", () => {
    output.value = `${field.value} %`;
  });
}
