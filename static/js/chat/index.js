import { request } from "../api.js";
import { drawBranches, edit, leaveEdit, reader, siblingsOf, writer } from "./actions.js";
import { Announcer } from "./announce.js";
import { makeCards } from "./cards.js";
import { Composer } from "./composer.js";
import { openCards, openInMargin } from "./corrections.js";
import { dictation } from "./dictation.js";
import { LateCorrections } from "./late.js";
import { LearnerMessage, Reply } from "./messages.js";
import { Follower } from "./scroll.js";
import { linkCitations } from "./sources.js";
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
  onUp: () => [...list.querySelectorAll('.message.user [data-do="edit"]')].at(-1)?.click(),
});
const late = new LateCorrections({ word, onCorrection: correct });
let live = null;

const onGrow = () => follower.keep();

function say(text) {
  const question = LearnerMessage.make(page("message-user"), text, word);
  const reply = Reply.make(page("message-assistant"), { onGrow });
  noRetries();
  list.append(question.element, reply.element);
  composer.clear();
  follower.toEnd();
  const takeBack = () => {
    reply.element.remove();
    question.element.remove();
    composer.restore(text);
  };
  run({ question, reply, open: sending({ message: text, conversationId }), takeBack });
}

/** The request of a message; asked again with the same key, it is the same message. */
function sending(body) {
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const headers = { "Idempotency-Key": key };
  return (signal) => request("/api/chat", { body, headers, signal });
}

// Only the last turn can be tried again.
function noRetries() {
  for (const button of list.querySelectorAll("[data-retry]")) button.hidden = true;
}

function retry(element) {
  const reply = Reply.make(page("message-assistant"), { onGrow });
  const path = `/api/chat/messages/${element.dataset.message}/retry`;
  const question = learnerMessageBefore(element);
  const beside = siblingsOf(element);
  element.replaceWith(reply.element);
  const takeBack = () => reply.element.replaceWith(element);
  run({ question, reply, beside, takeBack, open: (signal) => request(path, { signal }) });
}

/** Another reply: a version beside it. What was said after the first stays with the first. */
function regenerate(element) {
  const reply = Reply.make(page("message-assistant"), { onGrow });
  const path = `/api/chat/messages/${element.dataset.message}/regenerate`;
  const question = learnerMessageBefore(element);
  const takeBack = swap(element, [reply.element]);
  const beside = siblingsOf(element);
  run({ question, reply, beside, takeBack, open: (signal) => request(path, { signal }) });
}

/** A message said anew: a version beside it, with its own reply. */
function sayAnew(element, text) {
  const question = LearnerMessage.make(page("message-user"), text, word);
  const reply = Reply.make(page("message-assistant"), { onGrow });
  leaveEdit(element);
  const putBack = swap(element, [question.element, reply.element]);
  const takeBack = () => {
    putBack();
    edit(element, sayAnew, text);
  };
  const body = { message: text, conversationId, editOf: element.dataset.message };
  run({ question, reply, editOf: siblingsOf(element), takeBack, open: sending(body) });
}

/** Puts new messages where `element` and all after it stood; gives what puts these back. */
function swap(element, fresh) {
  const gone = [...list.children].slice([...list.children].indexOf(element));
  list.append(...fresh);
  for (const one of gone) one.remove();
  follower.toEnd();
  return () => {
    for (const one of fresh) one.remove();
    list.append(...gone);
  };
}

/** A turn that was being written when the page was loaded: take it up from its beginning. */
function takeUp(element) {
  const reply = new Reply(element, { onGrow });
  const messageId = element.dataset.message;
  const beside = siblingsOf(element).filter((id) => id !== messageId);
  run({ question: learnerMessageBefore(element), reply, messageId, beside });
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
  "message.start"(turn, { messageId, provider, replyTo }) {
    turn.started = true;
    const speaker = word(`provider.${provider}`) || word("provider.other");
    turn.reply.began({ messageId, speaker, beside: turn.beside });
    turn.question?.began(replyTo, turn.editOf);
    nameAfter(turn.question);
    chat.querySelector("[data-speaker]").textContent = speaker;
    chat.querySelector("[data-builtin-note]").hidden = provider !== "builtin";
    tell(word("thinking"));
    if (turn.stopAsked) cancel(messageId);
  },
  route(turn, { route }) {
    const words = word(`route.${route}`);
    if (words) turn.reply.step({ name: `route.${route}`, words, url: word(`url.${route}`) });
  },
  tool(turn, { name, status, title, url }) {
    const told = status === "failed" ? `tool.${name}.failed` : `tool.${name}`;
    turn.reply.step({ name: `tool.${name}`, words: word(told, { otherwise: name }), title, url });
  },
  safety(turn) {
    turn.question?.comfort(page("safety"));
    follower.keep();
  },
  source(turn, source) {
    const counted = (n) => word(n === 1 ? "source.one" : "source.many", { n });
    turn.reply.source(source, page("source"), counted);
  },
  delta(turn, { text }) {
    if (!turn.reply.text) tell(word("writing"));
    turn.reply.add(text);
    announcer.hear(turn.reply.text);
  },
  correction(turn, correction) {
    if (turn.question) correct(turn.question, correction);
  },
  "message.end"(turn, { text, sources, suggestTutor, usage }) {
    if (!sources.length) turn.reply.citeNothing();
    turn.reply.finish({ text, status: "complete" });
    if (suggestTutor) turn.reply.suggestTutor();
    if (usage?.corrections === "later") expectLate(turn, { announced: true });
    announcer.hear(text, { finished: true });
    tell("");
  },
  cancelled(turn, { text }) {
    turn.reply.finish({ text, status: "cancelled", words: word("cancelled"), retry: true });
    expectLate(turn);
    tell("");
  },
  error(turn, error) {
    const status = turn.reply.text ? "interrupted" : "failed";
    turn.reply.finish({ status, words: errorWords(word, error), retry: true });
    expectLate(turn);
    tell("");
  },
  connection(turn, { state }) {
    if (state === "back") tell(word("writing"));
    else tell(word(state), { problem: true });
    if (state === "lost") turn.reply.finish({ status: "interrupted", words: word("lost") });
  },
};

function correct(message, correction) {
  message.correct(correction, page("correction"));
  follower.keep();
}

/** Where nobody has looked through the words in time, or an end does not tell, the server knows. */
function expectLate({ question, reply }, options) {
  const id = question?.id || reply.id;
  if (question && id) late.expect(question, id, options);
}

/** A conversation is called by its first words, as on the next visit. */
function nameAfter(question) {
  const title = chat.querySelector("[data-untitled]");
  if (!title || !question) return;
  title.textContent = question.text;
  title.lang = chat.dataset.language;
  delete title.dataset.untitled;
}

/** What was refused before it began is taken back: the words return to the field. */
function refused(turn, error) {
  const code = error.code ?? "network";
  tell(errorWords(word, { code, message: error.message, retryAfter: error.retryAfter }), {
    problem: true,
  });
  if (turn.started) {
    turn.reply.finish({ status: "interrupted", words: word("interrupted"), retry: true });
  } else {
    turn.takeBack();
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
  return LearnerMessage.of(before, word);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-retry]");
  if (button && !live) retry(button.closest(".message"));
});
reader(list, { word, native: chat.dataset.native, tell });
writer(list, { word, tell, conversationId, isBusy: () => live !== null, onRegenerate: regenerate, onEdit: sayAnew });
makeCards(chat, chat.dataset.language);
openCards(list);
openInMargin(list);
dictation(page("dictate"), { language: chat.dataset.language, onText: (text) => composer.say(text), tell, word });
for (const message of list.querySelectorAll(".message[data-message]")) {
  if (message.querySelector("[data-branches]")) drawBranches(message);
  linkCitations(message);
}
for (const line of list.querySelectorAll("[data-checking]:not([hidden])")) {
  const message = LearnerMessage.of(line.closest(".message"), word);
  late.expect(message, message.id, { announced: true });
}
for (const opener of chat.querySelectorAll("[data-opener]")) {
  opener.addEventListener("click", () => composer.say(opener.textContent.replace(/\s*…$/, " ")));
}
fitKeyboard();
if (!document.getElementById(location.hash.slice(1))) follower.toEnd();
const unfinished = list.querySelector('[data-status="streaming"][data-message]');
if (unfinished) takeUp(unfinished);
else if (matchMedia("(hover: hover)").matches) composer.focus();
