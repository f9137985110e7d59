/* A moment of a session: `#t=123` brings up what is said at that second and marks it. */

const MARK = "is-here";

function wanted() {
  const found = /^#t=(\d{1,7})$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

function spokenAt(second) {
  let last = null;
  for (const turn of document.querySelectorAll("[data-start]")) {
    if (Number(turn.dataset.start) > second) break;
    last = turn;
  }
  return last;
}

/* Whether this page of the transcript holds the second: else the server knows which one does. */
function isHere(second) {
  const turns = document.querySelectorAll("[data-start]");
  const place = document.querySelector("#transcript");
  if (!turns.length || !place) return false;
  const first = Number(turns[0].dataset.start);
  const last = Number(turns[turns.length - 1].dataset.start);
  const { page, pages } = place.dataset;
  return (second >= first || page === "1") && (second <= last || page === pages);
}

function show() {
  const second = wanted();
  if (second === null || !document.querySelector("#transcript")) return;
  if (!isHere(second) && !new URLSearchParams(location.search).has("t")) {
    location.replace(`?t=${second}#t=${second}`);
    return;
  }
  const turn = spokenAt(second) ?? document.querySelector("[data-start]");
  document.querySelector(`.${MARK}`)?.classList.remove(MARK);
  if (!turn) return;
  turn.classList.add(MARK);
  turn.scrollIntoView({ block: "center" });
  turn.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href*='#t=']");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const second = Number(link.hash.slice(3));
  if (!document.querySelector("#session")?.contains(link) || !isHere(second)) return;
  event.preventDefault();
  if (location.hash === link.hash) show();
  else location.hash = link.hash;
});
window.addEventListener("hashchange", show);
document.addEventListener("htmx:afterSettle", show);
show();
