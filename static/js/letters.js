/**
 * The bar of letters a keyboard may lack: one tab stop, arrows move in it, Shift gives the capital.
 * `onLetter` is called with each letter.
 */
export function letterKeys(buttons, onLetter) {
  const all = [...buttons];
  all.forEach((button, number) => {
    // The field keeps the focus, so that a phone's keyboard stays open.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", (event) => {
      const { letter } = button.dataset;
      onLetter(event.shiftKey ? letter.toLocaleUpperCase(button.lang) : letter);
    });
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = all[(number + step + all.length) % all.length];
      button.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  });
}

/** Puts a letter where the cursor stands, as if it had been typed. */
export function insertLetter(field, letter) {
  field.setRangeText(letter, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
