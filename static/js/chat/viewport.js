/** Keeps the composer above a phone's keyboard where the browser only moves the visible part. */
export function fitKeyboard() {
  const { visualViewport: viewport, document } = window;
  if (!viewport) return;
  const fit = () => {
    // A pinch zoom also shrinks the visible part; only a keyboard does so at scale 1.
    const covered = viewport.scale === 1 && window.innerHeight - viewport.height > 80;
    const { style } = document.body;
    if (covered) style.setProperty("--visible-height", `${viewport.height}px`);
    else style.removeProperty("--visible-height");
    if (covered) window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", fit);
}
