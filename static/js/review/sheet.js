import { compared, isRight } from "./compare.js";

/** The card on the page: its question, then its answer below, in a place kept for it. */
export class Sheet {
  #root;
  #word;
  #card = null;

  constructor(root, word) {
    this.#root = root;
    this.#word = word;
    this.#part("typing").addEventListener("submit", (event) => event.preventDefault());
  }

  get field() {
    return this.#root.querySelector("#typed");
  }

  ask(card) {
    this.#card = card;
    this.#root.hidden = false;
    this.#root.dataset.side = "question";
    const question = this.#root.querySelector("#question");
    spoken(question, card.questionLanguage);
    question.replaceChildren(...(card.question ? this.#withBlanks(card.question) : [this.#word("listen")]));
    question.classList.toggle("instruction", !card.question);
    this.#part("sound").hidden = !card.spoken && !card.audioUrl;
    this.#picture(card);
    this.#part("typing").hidden = !card.expected;
    this.field.value = "";
    this.field.readOnly = false;
    this.field.lang = card.answerLanguage ?? "";
    // The answer stands there from the start, unseen, so that showing it moves nothing.
    this.#fillAnswer(card);
  }

  /** A card by ear that cannot be heard is read. */
  readInstead() {
    const question = this.#root.querySelector("#question");
    question.replaceChildren(this.#word("silent"), document.createElement("br"), this.#card.spoken);
  }

  show() {
    this.#root.dataset.side = "answer";
    this.field.readOnly = true;
    this.field.blur();
    if (this.#card.expected) this.#compare(this.field.value, this.#card);
  }

  #fillAnswer(card) {
    const answer = this.#part("answer");
    spoken(answer, card.answerLanguage);
    answer.replaceChildren(
      ...(card.answerParts?.length ? card.answerParts.map(marked) : [card.answer]),
    );
    this.#part("compare").hidden = true;
    answer.hidden = false;
    const extra = this.#part("extra");
    extra.textContent = card.extra ?? "";
    extra.hidden = !card.extra;
    const example = this.#part("example");
    example.textContent = card.example ?? "";
    example.hidden = !card.example;
    spoken(example, card.language);
  }

  #compare(typed, card) {
    if (!typed.trim()) return;
    const line = this.#part("compare");
    const pieces = compared(typed, card.expected);
    line.hidden = false;
    spoken(line, card.answerLanguage);
    line.dataset.right = String(isRight(pieces));
    line.replaceChildren(
      ...pieces.map(({ text, kind }) => {
        const piece = document.createElement({ extra: "del", missing: "ins" }[kind] ?? "span");
        piece.className = kind;
        piece.textContent = text;
        return piece;
      }),
    );
    // With every letter right the line above says it all.
    this.#part("answer").hidden = isRight(pieces);
  }

  #withBlanks(text) {
    return text.split("[…]").flatMap((part, place) => {
      if (!place) return [part];
      const gap = document.createElement("span");
      gap.className = "gap";
      const said = document.createElement("span");
      said.className = "sr-only";
      said.textContent = this.#word("blank");
      gap.append(said);
      return [gap, part];
    });
  }

  #picture(card) {
    const place = this.#root.querySelector("[data-image]");
    place.replaceChildren();
    if (!card.imageUrl) return;
    const image = document.createElement("img");
    image.src = card.imageUrl;
    image.alt = this.#word("picture");
    place.append(image);
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }
}

function marked({ text, gap }) {
  const piece = document.createElement(gap ? "mark" : "span");
  piece.textContent = text;
  return piece;
}

/** Says whose language the words are in, to fonts, hyphenation and screen readers. */
function spoken(element, language) {
  if (language) element.lang = language;
  else element.removeAttribute("lang");
}
