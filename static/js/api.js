/** A refusal by the server, in its own vocabulary: `code`, a sentence, seconds to wait if it said so. */
export class ApiError extends Error {
  constructor({ status, code, message, retryAfter = 0 }) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Sends JSON as the signed-in learner. Resolves with the response, or throws ApiError. */
export async function request(path, { method = "POST", body, headers = {}, signal } = {}) {
  const response = await fetch(path, {
    method,
    signal,
    credentials: "same-origin",
    cache: "no-store",
    headers: {
      Accept: "text/event-stream, application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError({
    status: response.status,
    code: body.code ?? "other",
    message: body.error ?? "",
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

function csrfToken() {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  if (cookie) return decodeURIComponent(cookie.slice("csrftoken=".length));
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}
