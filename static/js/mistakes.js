/**
 * A form that came back to be mended begins where the first thing is wrong, unless somebody types in
 * it already.
 */
export function beginAtMistake(root) {
  const active = root.activeElement;
  if (active && active !== root.body && !active.autofocus) return;
  root.querySelector('main [aria-invalid="true"]')?.focus();
}
