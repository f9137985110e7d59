const GAP = 8;
const ROOM = 320;
const WIDE = "(min-width: 48rem)";

/** The sheet a word is shown in: beside it where there is room, else from the foot of the screen. */
export class Sheet {
  #dialog;
  #asked = 0;

  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(event.target, event.submitter);
    });
    this.#part("close").addEventListener("click", () => dialog.close());
    // A tap beside it closes it: the backdrop counts as the dialog itself.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    // The page's own keys rest meanwhile.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
  }

  get language() {
    return this.#dialog.dataset.language;
  }

  set onClose(action) {
    this.#dialog.addEventListener("close", action);
  }

  /** Opens with a word, or with a field to type one. `box` is where the word stands on the screen. */
  open({ word = "", sentence = "", source = "", box = null } = {}) {
    const form = this.#part("ask");
    form.elements.word.value = word;
    form.elements.sentence.value = sentence;
    form.elements.source.value = source;
    form.hidden = Boolean(word);
    this.#part("told").replaceChildren();
    this.#place(box);
    this.#dialog.showModal();
    if (word) this.#send(form);
    else form.elements.word.focus();
  }

  async #send(form, submitter = null) {
    const asked = ++this.#asked;
    const told = this.#part("told");
    const fresh = form === this.#part("ask");
    told.ariaBusy = "true";
    if (fresh) told.replaceChildren(this.#copy("wait"));
    const pieces = await fetched(form, submitter).catch(() => null);
    if (asked !== this.#asked) return;
    told.ariaBusy = "false";
    if (!pieces && !fresh) told.querySelector("[role=alert]")?.remove();
    if (!pieces && !fresh) told.append(this.#copy("lost"));
    else told.replaceChildren(pieces ?? this.#copy("lost"));
    if (pieces) told.querySelector("[data-facts-word]")?.focus({ preventScroll: true });
  }

  #place(box) {
    const style = this.#dialog.style;
    style.cssText = "";
    const beside = Boolean(box) && matchMedia(WIDE).matches;
    this.#dialog.toggleAttribute("data-beside", beside);
    if (!beside) return;
    const below = innerHeight - box.bottom;
    const upwards = below < ROOM && box.top > below;
    style.setProperty("--left", `${box.left}px`);
    style.setProperty("--room", `${(upwards ? box.top : below) - 2 * GAP}px`);
    // It grows away from the word, so that what comes in moves nothing.
    if (upwards) style.insetBlock = `auto ${innerHeight - box.top + GAP}px`;
    else style.insetBlock = `${box.bottom + GAP}px auto`;
  }

  #copy(name) {
    return this.#part(name).content.cloneNode(true);
  }

  #part(name) {
    return this.#dialog.querySelector(`[data-look-up-${name}]`);
  }
}

async function fetched(form, submitter) {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form, submitter) });
  if (!response.ok && response.status !== 400) throw new Error(String(response.status));
  const made = document.createElement("template");
  made.innerHTML = await response.text();
  return made.content;
}
