/** Calls `actions[key]` for plain key presses outside fields. Returns a function that stops it. */
export function onKeys(actions, root = document) {
  const listener = (event) => {
    const action = actions[event.key];
    if (!action || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    action(event);
  };
  root.addEventListener("keydown", listener);
  return () => root.removeEventListener("keydown", listener);
}
