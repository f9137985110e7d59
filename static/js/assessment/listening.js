const PLAYS = 3;
const SLOWER = 0.7;
const VOICES_WITHIN_MS = 1500;
const LONGEST_PART = 180;
const SPEAKER = /^(\p{Lu}):\s*/u;

/**
 * Who says what in a script: `{speaker, text}`, in parts short enough that no browser cuts them off.
 * Lines may begin with a speaker ("A: ...").
 */
export function partsOf(script) {
  const parts = [];
  let speaker = "";
  for (const line of script.split(/\n+/).map((each) => each.trim()).filter(Boolean)) {
    const named = line.match(SPEAKER);
    if (named) speaker = named[1];
    for (const text of shortened(named ? line.slice(named[0].length) : line)) parts.push({ speaker, text });
  }
  return parts;
}

function shortened(line) {
  const sentences = line.match(/[^.!?…]+[.!?…]*["»”’]*\s*/g) ?? [line];
  const parts = [""];
  for (const sentence of sentences) {
    const last = parts.length - 1;
    if (parts[last] && parts[last].length + sentence.length > LONGEST_PART) parts.push(sentence);
    else parts[last] += sentence;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** The voices for a language, the machine's own first; some browsers load them late. */
export async function voicesFor(language, speech = globalThis.speechSynthesis) {
  if (!speech) return [];
  const fitting = () =>
    speech
      .getVoices()
      .filter((voice) => voice.lang.toLowerCase().replace("_", "-").split("-")[0] === language)
      .sort((one, other) => Number(other.localService) - Number(one.localService));
  if (speech.getVoices().length) return fitting();
  await new Promise((resolve) => {
    speech.addEventListener("voiceschanged", resolve, { once: true });
    setTimeout(resolve, VOICES_WITHIN_MS);
  });
  return fitting();
}

/** Makes a player of its element: spoken three times at most, at two speeds. */
export async function listening(player, speech = globalThis.speechSynthesis) {
  const play = player.querySelector("[data-play]");
  const label = play.querySelector("span");
  const slower = player.querySelector("[data-slower]");
  const state = player.querySelector("[data-state]");
  const parts = partsOf(player.querySelector("[data-script]").textContent);
  const voices = await voicesFor(player.dataset.language, speech);
  if (!voices.length || !player.isConnected) return;

  let left = PLAYS;
  let round = 0;
  player.querySelector("[data-silent]").hidden = true;
  player.querySelector("[data-controls]").hidden = false;

  slower.addEventListener("click", () => {
    slower.setAttribute("aria-pressed", String(slower.getAttribute("aria-pressed") !== "true"));
  });
  play.addEventListener("click", () => {
    if (!left) return;
    left -= 1;
    round += 1;
    const rate = slower.getAttribute("aria-pressed") === "true" ? SLOWER : 1;
    play.disabled = true;
    state.textContent = state.dataset.speaking;
    speak(speech, parts, { voices, rate, onEnd: ended(round) });
  });

  const ended = (number) => () => {
    if (number !== round) return;
    play.disabled = !left;
    label.textContent = left ? play.dataset.again : play.dataset.over;
    state.textContent = { 2: state.dataset.leftTwo, 1: state.dataset.leftOne }[left] ?? "";
  };
}

function speak(speech, parts, { voices, rate, onEnd }) {
  speech.cancel();
  const speakers = [...new Set(parts.map((part) => part.speaker))];
  parts.forEach((part, number) => {
    const place = speakers.indexOf(part.speaker);
    const utterance = new SpeechSynthesisUtterance(part.text);
    utterance.voice = voices[place % voices.length];
    utterance.lang = utterance.voice.lang;
    utterance.rate = rate;
    // One voice for two people: the second speaks a little lower.
    if (voices.length === 1 && place % 2) utterance.pitch = 0.8;
    if (number === parts.length - 1) utterance.addEventListener("end", onEnd);
    utterance.addEventListener("error", onEnd);
    speech.speak(utterance);
  });
}

/** Silence, when the question is gone. */
export function hush(speech = globalThis.speechSynthesis) {
  speech?.cancel();
}
