/** Fills empty time-zone fields with the browser's own, so that nobody is asked. */
export function fillTimezone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of root.querySelectorAll("[data-timezone], input[type=hidden][name=timezone]")) {
    if (zone && (!field.value || field.value === "UTC")) choose(field, zone);
  }
}

function choose(field, zone) {
  const known = !field.options || [...field.options].some((option) => option.value === zone);
  if (known) field.value = zone;
}
