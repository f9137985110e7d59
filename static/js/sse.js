/** Yields `{id, event, data}` for every frame of a Server-Sent Events body; comments are skipped. */
export async function* frames(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += done ? "" : decoder.decode(value, { stream: true });
      if (done) rest = rest.replace(/\r$/, "\n");
      const { complete, left } = split(rest);
      rest = left;
      for (const block of complete) {
        const frame = parse(block);
        if (frame) yield frame;
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function split(text) {
  // A carriage return at the end may be half of a line break: it waits for the next chunk.
  const held = text.endsWith("\r") ? "\r" : "";
  const parts = text.slice(0, text.length - held.length).replace(/\r\n?/g, "\n").split("\n\n");
  const left = parts.pop() + held;
  return { complete: parts, left };
}

function parse(block) {
  const frame = { id: "", event: "message", data: "" };
  const data = [];
  for (const line of block.split("\n")) {
    if (!line || line.startsWith(":")) continue;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") frame[name] = value;
  }
  frame.data = data.join("\n");
  return data.length ? frame : null;
}
