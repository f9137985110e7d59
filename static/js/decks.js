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

for (const form of document.querySelectorAll("[data-note]")) editGaps(form);
for (const output of document.querySelectorAll("[data-output]")) {
  const field = document.getElementById(output.htmlFor.value);
  field.addEventListener("input", () => {
    output.value = `${field.value} %`;
  });
}
