/**
 * Words by voice, where the browser can turn speech into text: the button appears only there.
 * `onText(text)` gets each stretch that was understood.
 */
export function dictation(button, { language, onText, tell, word }) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return;
  button.hidden = false;
  let listening = null;
  button.addEventListener("click", () => {
    if (listening) listening.stop();
    else listen();
  });

  function listen() {
    listening = new Recognition();
    listening.lang = language;
    listening.continuous = true;
    listening.addEventListener("result", (event) => {
      for (const result of [...event.results].slice(event.resultIndex)) {
        if (result.isFinal) onText(result[0].transcript.trim());
      }
    });
    let failed = false;
    listening.addEventListener("error", () => (failed = true));
    listening.addEventListener("end", () => {
      listening = null;
      button.setAttribute("aria-pressed", "false");
      tell(failed ? word("not_heard") : "", { problem: failed });
    });
    listening.start();
    button.setAttribute("aria-pressed", "true");
    tell(word("listening"));
  }
}
