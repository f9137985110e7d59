import { request } from "../api.js";

const BEAT_MS = 30_000;

/**
 * Tells the server, every half minute, that the learner is at work in the session on the page: only
 * when there was input since. Returns a function that stops it.
 */
export function countActivity(sessionOf, { root = document, every = BEAT_MS } = {}) {
  let worked = false;
  const note = () => (worked = true);
  const signs = ["keydown", "pointerdown", "wheel", "touchmove"];
  for (const sign of signs) root.addEventListener(sign, note, { passive: true });
  const timer = setInterval(() => {
    const session = sessionOf();
    if (!worked || !session || document.hidden) return;
    worked = false;
    // A beat that is lost is not worth a word: the next one counts the time, up to a minute.
    request(`/api/sessions/${session}/activity`).catch(() => {});
  }, every);
  return () => {
    clearInterval(timer);
    for (const sign of signs) root.removeEventListener(sign, note);
  };
}
