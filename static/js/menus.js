/** A menu closes when something else is pressed, and by Escape, which goes back to its button. */
export function closingMenus(root) {
  root.addEventListener("click", (event) => {
    for (const menu of openMenus(root)) if (!menu.contains(event.target)) menu.open = false;
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus(root)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function openMenus(root) {
  return root.querySelectorAll("details.menu[open]");
}
