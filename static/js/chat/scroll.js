const NEAR = 48;

/** Follows the conversation's end only for a reader who is at it. */
export class Follower {
  #log;
  #button;
  #following = true;

  constructor(log, button) {
    this.#log = log;
    this.#button = button;
    const look = (event) => this.#look(event.target);
    document.addEventListener("scroll", look, { capture: true, passive: true });
    new ResizeObserver(() => this.keep()).observe(log);
    button.addEventListener("click", () => this.toEnd());
  }

  toEnd() {
    this.#following = true;
    this.keep();
  }

  /** Call after the content grew. */
  keep() {
    const scroller = this.#scroller();
    if (this.#following) scroller.scrollTop = scroller.scrollHeight;
    this.#button.hidden = this.#following;
  }

  #look(scrolled) {
    // The composer scrolls too, as it grows.
    if (scrolled !== this.#log && scrolled !== document) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller();
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#following) this.#button.hidden = true;
  }

  // On a low screen the page scrolls instead of the log.
  #scroller() {
    const own = getComputedStyle(this.#log).overflowY !== "visible";
    return own ? this.#log : document.scrollingElement;
  }
}
