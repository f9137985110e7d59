const CITATION = /\[(\d{1,2})\]/;

/** One source of a reply as the page lists it. */
export function sourceItem(template, source, messageId) {
  const item = template.content.firstElementChild.cloneNode(true);
  const within = (name) => item.querySelector(`[data-source-${name}]`);
  item.id = `s-${messageId}-${source.index}`;
  within("link").href = source.url;
  within("number").textContent = source.index;
  if (source.title) within("title").textContent = source.title;
  within("time").textContent = clock(source.locator?.start);
  within("excerpt").textContent = source.excerpt;
  return item;
}

function clock(start) {
  if (start === undefined || start === null) return "";
  const seconds = Math.floor(start);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Makes every [n] in a reply's words a link to its source below, when there is one. */
export function linkCitations(message) {
  const id = message.dataset.message;
  if (!message.querySelector(".source")) return;
  const texts = document.createTreeWalker(message.querySelector("[data-words]"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (CITATION.test(texts.currentNode.data)) found.push(texts.currentNode);
  for (const node of found) if (!node.parentElement.closest(".citation")) link(node, id);
}

function link(node, messageId) {
  for (let match; (match = CITATION.exec(node.data)); ) {
    const mark = node.splitText(match.index);
    node = mark.splitText(match[0].length);
    const target = `s-${messageId}-${match[1]}`;
    if (!document.getElementById(target)) continue;
    const anchor = document.createElement("a");
    anchor.className = "citation";
    anchor.href = `#${target}`;
    anchor.textContent = match[1];
    mark.replaceWith(anchor);
  }
}
