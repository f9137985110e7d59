import { request } from "../api.js";
import { Announcer } from "./announce.js";
import { makeCards } from "./cards.js";
import { Composer } from "./composer.js";
import { openCards } from "./corrections.js";
import { LearnerMessage, Reply } from "./messages.js";
import { Follower } from "./scroll.js";
import { followTurn } from "./turn.js";
import { fitKeyboard } from "./viewport.js";
import { errorWords, wordsOf } from "./words.js";

const page = (id) => document.getElementById(id);
const chat = page("chat");
const list = page("messages");
const conversationId = chat.dataset.conversation;
const word = wordsOf(page("chat-words"));
const announcer = new Announcer(page("announcer"));
const follower = new Follower(page("log"), page("to-latest"));
const composer = new Composer(page("composer"), {
  draftKey: `draft:${conversationId}`,
  onSend: say,
  onStop: stop,
});
let live = null;

const onGrow = () => follower.keep();

function say(text) {
  const question = LearnerMessage.make(page("message-user"), text, word);
  const reply = Reply.make(page("message-assistant"), { onGrow });
  // Only the last turn can be tried again.
  for (const button of list.querySelectorAll("[data-retry]")) button.hidden = true;
  list.append(question.element, reply.element);
  composer.clear();
  follower.toEnd();
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const open = (signal) =>
    request("/api/chat", {
      body: { message: text, conversationId },
      headers: { "Idempotency-Key": key },
      signal,
    });
  run({ question, reply, open });
}

function retry(element) {
  const reply = Reply.make(page("message-assistant"), { onGrow });
  const path = `/api/chat/messages/${element.dataset.message}/retry`;
  const question = learnerMessageBefore(element);
  element.replaceWith(reply.element);
  run({ question, reply, replaced: element, open: (signal) => request(path, { signal }) });
}

/** A turn that was being written when the page was loaded: take it up from its beginning. */
function takeUp(element) {
  const reply = new Reply(element, { onGrow });
  run({ question: learnerMessageBefore(element), reply, messageId: element.dataset.message });
}

async function run(turn) {
  live = { ...turn, started: Boolean(turn.messageId), stopAsked: false };
  composer.busy = true;
  announcer.start();
  tell(word(turn.messageId ? "writing" : "sending"));
  try {
    await read(live);
  } catch (error) {
    refused(live, error);
  } finally {
    live = null;
    composer.busy = false;
    follower.keep();
  }
}

async function read(turn) {
  const resume = (id, after, signal) =>
    request(`/api/chat/stream/${id}`, {
      method: "GET",
      headers: { "Last-Event-ID": String(after) },
      signal,
    });
  for await (const event of followTurn({ ...turn, resume })) handlers[event.type]?.(turn, event);
}

const handlers = {
  "message.start"(turn, { messageId, provider }) {
    turn.started = true;
    const speaker = word(`provider.${provider}`) || word("provider.other");
    turn.reply.began({ messageId, speaker });
    chat.querySelector("[data-speaker]").textContent = speaker;
    chat.querySelector("[data-builtin-note]").hidden = provider !== "builtin";
    tell(word("thinking"));
    if (turn.stopAsked) cancel(messageId);
  },
  delta(turn, { text }) {
    if (!turn.reply.text) tell(word("writing"));
    turn.reply.add(text);
    announcer.hear(turn.reply.text);
  },
  correction(turn, correction) {
    turn.question?.correct(correction, page("correction"));
    follower.keep();
  },
  "message.end"(turn, { text }) {
    turn.reply.finish({ text, status: "complete" });
    announcer.hear(text, { finished: true });
    tell("");
  },
  cancelled(turn, { text }) {
    turn.reply.finish({ text, status: "cancelled", words: word("cancelled"), retry: true });
    tell("");
  },
  error(turn, error) {
    const status = turn.reply.text ? "interrupted" : "failed";
    turn.reply.finish({ status, words: errorWords(word, error), retry: true });
    tell("");
  },
  connection(turn, { state }) {
    if (state === "back") tell(word("writing"));
    else tell(word(state), { problem: true });
    if (state === "lost") turn.reply.finish({ status: "interrupted", words: word("lost") });
  },
};

/** What was refused before it began is taken back: the words return to the field. */
function refused(turn, error) {
  const code = error.code ?? "network";
  tell(errorWords(word, { code, message: error.message, retryAfter: error.retryAfter }), {
    problem: true,
  });
  if (turn.started) {
    turn.reply.finish({ status: "interrupted", words: word("interrupted"), retry: true });
  } else if (turn.replaced) {
    turn.reply.element.replaceWith(turn.replaced);
  } else {
    turn.reply.element.remove();
    turn.question.element.remove();
    composer.restore(turn.question.text);
  }
}

function stop() {
  if (!live || live.stopAsked) return;
  live.stopAsked = true;
  composer.stopping();
  tell(word("stopping"));
  if (live.started) cancel(live.reply.id);
}

function cancel(messageId) {
  // A stop that did not get through is asked for again by pressing it again.
  request(`/api/chat/messages/${messageId}/cancel`).catch(() => {
    if (!live) return;
    live.stopAsked = false;
    composer.busy = true;
  });
}

function tell(text, { problem = false } = {}) {
  const line = page("connection");
  line.textContent = text;
  line.dataset.kind = problem ? "problem" : "";
}

function learnerMessageBefore(element) {
  const before = element.previousElementSibling;
  if (!before?.classList.contains("user")) return null;
  const text = before.querySelector("[data-words] p").textContent;
  return new LearnerMessage(before, text, word);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-retry]");
  if (button && !live) retry(button.closest(".message"));
});
makeCards(chat, chat.dataset.language);
openCards(list);
fitKeyboard();
follower.toEnd();
const unfinished = list.querySelector('[data-status="streaming"][data-message]');
if (unfinished) takeUp(unfinished);
else if (matchMedia("(hover: hover)").matches) composer.focus();
