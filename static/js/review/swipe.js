const FAR = 80;

/** A tap, or a swipe to a side: `onTap`, `onLeft`, `onRight`. Selecting text and buttons stay free. */
export function onTouch(element, { onTap, onLeft, onRight }) {
  let start = null;
  element.addEventListener("pointerdown", (event) => {
    const free = event.pointerType === "touch" && !event.target.closest("button, input, a");
    start = free ? { x: event.clientX, y: event.clientY } : null;
  });
  element.addEventListener("pointerup", (event) => {
    if (!start) return;
    const across = event.clientX - start.x;
    const down = Math.abs(event.clientY - start.y);
    start = null;
    if (Math.abs(across) >= FAR && down < FAR) (across < 0 ? onLeft : onRight)();
    else if (Math.abs(across) < 10 && down < 10) onTap();
  });
  element.addEventListener("pointercancel", () => {
    start = null;
  });
}
