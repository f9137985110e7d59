import { reader } from "./actions.js";
import { makeCards } from "./cards.js";
import { openCards, openInMargin } from "./corrections.js";
import { linkCitations } from "./sources.js";
import { wordsOf } from "./words.js";

/** A conversation that is only read: an earlier part of one's own, or a learner's by their tutor. */
const page = (id) => document.getElementById(id);
const chat = page("chat");
const list = page("messages");
const line = page("connection");

reader(list, {
  word: wordsOf(page("chat-words")),
  native: chat.dataset.native,
  tell: (text) => (line.textContent = text),
});
if ("mine" in chat.dataset) makeCards(chat, chat.dataset.language);
openCards(list);
openInMargin(list);
for (const message of list.querySelectorAll(".message.assistant")) linkCitations(message);
