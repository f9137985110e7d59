/** Makes words that are pressed come into the field, one after the other; pressed again, out of it. */
export function orderWords(buttons, field) {
  const chosen = [];
  const write = () => {
    field.value = chosen.map((button) => button.dataset.word).join(" ");
    for (const button of buttons) button.setAttribute("aria-pressed", String(chosen.includes(button)));
  };
  for (const button of buttons) {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const place = chosen.indexOf(button);
      if (place >= 0) chosen.splice(place, 1);
      else chosen.push(button);
      write();
    });
  }
}
