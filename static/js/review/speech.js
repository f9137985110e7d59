import { voicesFor } from "../assessment/listening.js";

/** Says a card: its own sound if it has one, else the browser's voice. False when nothing can. */
export async function say(card, speech = globalThis.speechSynthesis) {
  if (card.audioUrl) return play(card.audioUrl);
  const language = card.answerLanguage ?? card.questionLanguage ?? card.language;
  const [voice] = await voicesFor(language, speech);
  if (!voice) return false;
  speech.cancel();
  const utterance = new SpeechSynthesisUtterance(card.spoken);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  speech.speak(utterance);
  return true;
}

async function play(url) {
  try {
    await new Audio(url).play();
    return true;
  } catch (error) {
    // Not allowed before the first click on a page: the button is there for that.
    return error.name === "NotAllowedError";
  }
}
