const SHOWN_FOR_MS = 8000;

/** Gives every toast its close button; good news also leaves by itself, unless it is being read. */
export function dismissable(root) {
  for (const toast of root.querySelectorAll("[data-toast]")) {
    const close = toast.querySelector("[data-dismiss]");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    if (toast.classList.contains("success")) leaveLater(toast);
  }
}

function leaveLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) leaveLater(toast);
    else toast.remove();
  }, SHOWN_FOR_MS);
}
