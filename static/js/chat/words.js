/** Sentences the page translated for us, by name; `%n` in one is replaced by a number. */
export function wordsOf(template) {
  const words = new Map();
  for (const node of template.content.querySelectorAll("[data-word]")) {
    words.set(node.dataset.word, node.textContent.trim());
  }
  return (name, { n = "", otherwise = "" } = {}) =>
    (words.get(name) ?? otherwise).replace("%n", String(n));
}

export function errorWords(word, error) {
  const known = word(`error.${error.code}`, { n: error.retryAfter || 10 });
  return known || error.message || word("error.other");
}
