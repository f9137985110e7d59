/**
 * Cuts a learner's words at their corrections: `[{text, correction?}]`. Offsets count Unicode code
 * points, while JavaScript counts UTF-16 units; what overlaps or lies outside is left unmarked.
 */
export function cut(text, corrections) {
  const points = Array.from(text);
  const part = (start, end) => points.slice(start, end).join("");
  const pieces = [];
  let at = 0;
  for (const correction of [...corrections].sort((a, b) => a.start - b.start)) {
    if (correction.start < at || correction.end > points.length) continue;
    pieces.push({ text: part(at, correction.start) });
    pieces.push({ text: part(correction.start, correction.end), correction });
    at = correction.end;
  }
  pieces.push({ text: part(at) });
  return pieces.filter((piece) => piece.text);
}

/** Draws the words with their slips underlined, as the server does for a finished page. */
export function drawMarked(element, text, corrections) {
  const paragraph = document.createElement("p");
  for (const { text: words, correction } of cut(text, corrections)) {
    if (!correction) {
      paragraph.append(words);
      continue;
    }
    const slip = document.createElement("a");
    slip.className = "slip";
    slip.href = `#c-${correction.id}`;
    slip.dataset.slip = correction.id;
    slip.textContent = words;
    paragraph.append(slip);
  }
  element.replaceChildren(paragraph);
}

/** The marks that words were drawn with, here or by the server: `[{id, start, end}]`. */
export function readMarked(element) {
  const found = [];
  let at = 0;
  for (const node of element.querySelector("p")?.childNodes ?? []) {
    const end = at + Array.from(node.textContent).length;
    if (node.dataset?.slip) found.push({ id: node.dataset.slip, start: at, end });
    at = end;
  }
  return found;
}

export function correctionCard(template, correction) {
  const card = template.content.firstElementChild.cloneNode(true);
  card.id = `c-${correction.id}`;
  card.querySelector("[data-original]").textContent = correction.original;
  card.querySelector("[data-corrected]").textContent = correction.corrected;
  const hint = correction.manner === "hint";
  card.querySelector("[data-better]").hidden = !correction.corrected || hint;
  card.querySelector("[data-make-card]").hidden = !correction.corrected || hint;
  card.querySelector("[data-hint]").hidden = !correction.corrected || !hint;
  card.querySelector("[data-reason]").textContent = correction.reason;
  return card;
}

/** Where there is a margin to stand in (`chat.css`), corrections are open from the beginning. */
export function openInMargin(root) {
  if (!matchMedia("(min-width: 82rem)").matches) return;
  for (const details of root.querySelectorAll("details.corrections")) details.open = true;
}

/** An underlined slip opens its card; Escape in the card goes back to the slip. A hint is lifted. */
export function openCards(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) reveal(button.closest(".correction"));
  });
  root.addEventListener("click", (event) => {
    const slip = event.target.closest("[data-slip]");
    if (!slip) return;
    event.preventDefault();
    const card = document.getElementById(`c-${slip.dataset.slip}`);
    card.closest("details").open = true;
    card.scrollIntoView({ block: "nearest" });
    card.focus({ preventScroll: true });
  });
  root.addEventListener("keydown", (event) => {
    const card = event.key === "Escape" && event.target.closest(".correction");
    if (!card) return;
    event.stopPropagation();
    card.closest("details").open = false;
    root.querySelector(`[data-slip="${CSS.escape(card.id.slice(2))}"]`)?.focus();
  });
}

function reveal(card) {
  card.querySelector("[data-hint]").hidden = true;
  card.querySelector("[data-better]").hidden = false;
  const maker = card.querySelector("[data-make-card]");
  maker.hidden = false;
  maker.focus();
}
