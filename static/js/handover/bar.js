// While a tutor is awaited or in the conversation, the bar of a chat is fetched anew now and then.

const EVERY = 20_000;
const AWAITED = ["asked", "queued", "human"];

let bar = document.getElementById("tutor-bar");
let answered = bar?.dataset.answered ?? "";

async function refresh() {
  if (document.hidden || !AWAITED.includes(bar.dataset.state) || bar.contains(document.activeElement)) return;
  const response = await fetch(bar.dataset.source, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  const fresh = holder.content.querySelector("#tutor-bar");
  if (!fresh) return;
  const news = fresh.dataset.answered !== answered || !bar.querySelector("[data-news]").hidden;
  fresh.querySelector("[data-news]").hidden = !news;
  answered = fresh.dataset.answered;
  bar.replaceWith(fresh);
  bar = fresh;
}

if (bar) setInterval(() => refresh().catch(() => {}), EVERY);
