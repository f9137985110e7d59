const UNITS = [
  ["year", 365],
  ["month", 30.4],
  ["day", 1],
];

/** How long until a card comes back, as short as a button needs it: "10 min", "3 days". */
export function intervalWords({ intervalDays, dueAt }, { locale = "en", now = Date.now() } = {}) {
  const format = (value, unit, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit,
      unitDisplay: unit === "minute" || unit === "hour" ? "short" : "long",
      maximumFractionDigits: digits,
    }).format(value);
  if (intervalDays > 0) {
    const [unit, length] = UNITS.find(([, days]) => intervalDays >= days) ?? UNITS.at(-1);
    const value = intervalDays / length;
    return format(value, unit, unit === "day" || value >= 10 ? 0 : 1);
  }
  const minutes = Math.max(1, Math.round((Date.parse(dueAt) - now) / 60_000));
  return minutes < 60 ? format(minutes, "minute") : format(Math.round(minutes / 60), "hour");
}
