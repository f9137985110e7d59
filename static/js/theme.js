/** Shows a theme as soon as it is chosen; the form saves it. */
export function previewTheme(root) {
  for (const field of root.querySelectorAll("[name=theme]")) {
    field.addEventListener("change", () => applyTheme(root.documentElement, field.value));
  }
}

export function applyTheme(element, theme) {
  if (theme === "light" || theme === "dark") element.dataset.theme = theme;
  else delete element.dataset.theme;
}
