// Storage may be refused (private windows): a draft is a convenience, not a need.

export function readDraft(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Keeps a text, or forgets it when it is empty. False when the browser keeps nothing. */
export function writeDraft(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}
