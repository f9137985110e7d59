const LETTERS = "[\\p{L}\\p{M}]+";
const HYPHENED = `${LETTERS}(?:-${LETTERS})*`;
// English joins by an apostrophe (don't), French parts by it (l'eau), but for one everyday word.
const PATTERNS = {
  en: `${LETTERS}(?:['’-]${LETTERS})*`,
  fr: `aujourd['’]hui|${HYPHENED}`,
};

/** The words of a text: `[{word, start, end}]`. */
export function wordsOf(text, language = "") {
  const pattern = new RegExp(PATTERNS[language] ?? HYPHENED, "giu");
  return [...text.matchAll(pattern)].map((found) => ({
    word: found[0],
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/** The word at a place between two letters of a text, or null. */
export function wordAt(text, place, language = "") {
  return wordsOf(text, language).find(({ start, end }) => start <= place && place <= end) ?? null;
}

/** The sentence of a text around a place; nothing when it is longer than `most`. */
export function sentenceAt(text, place, most = 400) {
  const ends = [...text.matchAll(/[.!?…]+["»”’)]*(?=\s|$)|\n/g)].map((found) => found.index + found[0].length);
  const start = Math.max(0, ...ends.filter((end) => end <= place));
  const end = Math.min(text.length, ...ends.filter((one) => one > place));
  const sentence = text.slice(start, end).replace(/\s+/g, " ").trim();
  return sentence.length <= most ? sentence : "";
}
