/**
 * What becomes of an answer that did not get through. Without the network the page stays as it is,
 * with what was typed, and `notice` says so until something gets through. What the server refuses
 * loads the page anew: the server knows what was answered.
 */
export function surviveTrouble(notice, reload = () => window.location.reload()) {
  document.addEventListener("htmx:sendError", () => {
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) notice.hidden = true;
  });
  document.addEventListener("htmx:responseError", reload);
}
