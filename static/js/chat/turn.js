import { ApiError } from "../api.js";
import { frames } from "../sse.js";

const LAST = new Set(["message.end", "cancelled", "error"]);
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
const MOST_FAILURES = 12;
const MOST_BEFORE_START = 3;
const SILENCE_MS = 40_000;

/**
 * Yields a turn's events in order, each once, through as many connections as it takes; between them
 * `{type: "connection", state: "offline" | "reconnecting" | "back" | "lost"}`.
 *
 * `open(signal)` starts the turn; it may be called again before the first event came, so it must be
 * idempotent. `resume(messageId, after, signal)` continues it. Throws ApiError when refused.
 */
export async function* followTurn({ open, resume, messageId = "", wait = backOff }) {
  const at = { id: messageId, seq: 0 };
  for (let failures = 0; ; ) {
    const abort = new AbortController();
    const release = dropWhenDead(abort);
    try {
      const response = await (at.id ? resume(at.id, at.seq, abort.signal) : open(abort.signal));
      if (failures) yield { type: "connection", state: "back" };
      for await (const event of events(response, at, release.heard)) {
        failures = 0;
        yield event;
        if (LAST.has(event.type)) return;
      }
    } catch (error) {
      if (isFinal(error, at.id, failures)) throw error;
    } finally {
      release.stop();
      abort.abort();
    }
    failures += 1;
    if (failures > MOST_FAILURES) {
      yield { type: "connection", state: "lost" };
      return;
    }
    yield { type: "connection", state: navigator.onLine ? "reconnecting" : "offline" };
    await wait(failures);
  }
}

async function* events(response, at, heard) {
  for await (const frame of frames(watched(response.body, heard))) {
    const event = { ...JSON.parse(frame.data), type: frame.event };
    event.seq = Number(frame.id || event.seq);
    if (event.seq <= at.seq) continue;
    at.seq = event.seq;
    at.id = event.messageId ?? at.id;
    yield event;
  }
}

function isFinal(error, started, failures) {
  if (error instanceof ApiError) return !started || !PASSING.has(error.status);
  return !started && failures + 1 >= MOST_BEFORE_START;
}

function watched(body, heard) {
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        heard();
        controller.enqueue(chunk);
      },
    }),
  );
}

/** Ends a connection that the device says is gone, or that missed its heartbeats. */
function dropWhenDead(abort) {
  const drop = () => abort.abort();
  let timer = setTimeout(drop, SILENCE_MS);
  window.addEventListener("offline", drop);
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(drop, SILENCE_MS);
    },
    stop() {
      clearTimeout(timer);
      window.removeEventListener("offline", drop);
    },
  };
}

/** Waits longer after each failure, at most 8 s, and not at all once the device is back online. */
export function backOff(failures) {
  const delay = Math.min(8000, 250 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, delay);
    window.addEventListener("online", done);
  });
}
