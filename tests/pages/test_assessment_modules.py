"""The scripts of the tests' pages, each alone, in a real browser."""

import pytest

pytestmark = pytest.mark.browser

PLAYER = """
<div data-player data-language="es">
  <div data-controls hidden>
    <button data-play data-again="again" data-over="over"><span>Listen</span></button>
    <button data-slower aria-pressed="false">Slower</button>
    <span data-state data-speaking="speaking" data-left-one="one" data-left-two="two"></span>
  </div>
  <p data-silent>No voice.</p>
  <p data-script hidden>A: Hola.\nB: Buenos días. ¿Qué tal?</p>
</div>
"""
SETUP = """
async ([markup, voices]) => {
  document.body.innerHTML = markup;
  const { listening } = await import("/static/js/assessment/listening.js");
  window.spoken = [];
  window.SpeechSynthesisUtterance = class extends EventTarget {
    constructor(text) { super(); this.text = text; this.pitch = 1; }
  };
  const speech = new EventTarget();
  speech.getVoices = () => voices;
  speech.cancel = () => {};
  speech.speak = (utterance) => window.spoken.push(utterance);
  window.finish = () => window.spoken.at(-1).dispatchEvent(new Event("end"));
  await listening(document.querySelector("[data-player]"), speech);
}
"""
SPANISH = [{"lang": "es-ES", "localService": True}, {"lang": "de-DE", "localService": True}]


def said(page):
    return page.evaluate(
        "spoken.map(({ text, rate, pitch, lang }) => ({ text, rate, pitch, lang }))"
    )


class TestScripts:
    def parts(self, page, script):
        return page.evaluate(
            """async (script) => {
              const { partsOf } = await import("/static/js/assessment/listening.js");
              return partsOf(script);
            }""",
            script,
        )

    def test_speakers_are_heard_not_named(self, blank):
        assert self.parts(blank, "A: Hola.\nB: ¿Qué tal?\n\nMuy bien.") == [
            {"speaker": "A", "text": "Hola."},
            {"speaker": "B", "text": "¿Qué tal?"},
            {"speaker": "B", "text": "Muy bien."},
        ]

    def test_a_time_or_a_list_is_no_speaker(self, blank):
        script = "Atención: hoy hay dos cosas: pan y agua. Abrimos a las 10:30."

        assert self.parts(blank, script) == [{"speaker": "", "text": script}]

    def test_long_speech_is_cut_between_sentences(self, blank):
        parts = self.parts(blank, " ".join(["Esta frase tiene unas cuantas palabras más."] * 20))

        assert len(parts) > 3
        assert all(len(part["text"]) <= 180 for part in parts)
        assert all(part["text"].endswith(".") for part in parts)


class TestPlayer:
    def test_speaks_in_the_language_with_a_voice_each(self, blank):
        blank.evaluate(SETUP, [PLAYER, SPANISH])
        blank.click("[data-play]")

        assert [one["text"] for one in said(blank)] == ["Hola.", "Buenos días. ¿Qué tal?"]
        assert {one["lang"] for one in said(blank)} == {"es-ES"}
        assert said(blank)[0]["pitch"] != said(blank)[1]["pitch"]
        assert blank.is_disabled("[data-play]")
        assert blank.is_hidden("[data-silent]")

    def test_three_times_and_no_more(self, blank):
        blank.evaluate(SETUP, [PLAYER, SPANISH])
        for left in ("two", "one", ""):
            blank.click("[data-play]")
            assert blank.inner_text("[data-state]") == "speaking"
            blank.evaluate("finish()")
            assert blank.inner_text("[data-state]") == left
        assert blank.is_disabled("[data-play]")
        assert blank.inner_text("[data-play]") == "over"
        assert len(said(blank)) == 6

    def test_slower_is_slower(self, blank):
        blank.evaluate(SETUP, [PLAYER, SPANISH])
        blank.click("[data-slower]")
        blank.click("[data-play]")

        assert {one["rate"] for one in said(blank)} == {0.7}
        assert blank.get_attribute("[data-slower]", "aria-pressed") == "true"

    @pytest.mark.parametrize("voices", [[], [{"lang": "de-DE", "localService": True}]])
    def test_without_a_voice_it_says_so(self, blank, voices):
        blank.evaluate(SETUP, [PLAYER, voices])

        assert blank.is_visible("[data-silent]")
        assert blank.is_hidden("[data-controls]")


TEXT = """
<form><textarea class="text" data-draft="parlance-text-1"></textarea>
<span data-words data-one="word" data-many="words"></span><span data-kept hidden>Kept.</span></form>
"""
WRITE = """
async (markup) => {
  document.body.innerHTML = markup;
  const { writing } = await import("/static/js/assessment/writing.js");
  writing(document.querySelector(".text"));
}
"""


class TestWriting:
    @pytest.fixture(autouse=True)
    def _nothing_kept(self, blank):
        blank.evaluate("localStorage.clear()")

    def test_counts_words(self, blank):
        blank.evaluate(WRITE, TEXT)
        for text, count in (
            ("", "0 words"), ("Hola", "1 word"), ("¿Qué  tal?\n— Bien, ¡muy bien!", "5 words"),
        ):  # fmt: skip
            blank.fill(".text", text)
            assert blank.inner_text("[data-words]") == count

    def test_a_closed_tab_loses_nothing(self, blank):
        blank.evaluate(WRITE, TEXT)
        blank.fill(".text", "Vivo aquí.")
        assert blank.is_visible("[data-kept]")
        blank.reload()
        blank.evaluate(WRITE, TEXT)

        assert blank.input_value(".text") == "Vivo aquí."
        assert blank.inner_text("[data-words]") == "2 words"

    @pytest.mark.parametrize(("status", "kept"), [(200, False), (0, True), (503, True)])
    def test_it_is_forgotten_once_the_server_has_it(self, blank, status, kept):
        blank.evaluate(WRITE, TEXT)
        blank.fill(".text", "Vivo aquí.")
        blank.evaluate(
            """(status) => document.querySelector("form").dispatchEvent(
              new CustomEvent("htmx:afterRequest", { detail: { xhr: { status } } }))""",
            status,
        )

        assert bool(blank.evaluate("localStorage.getItem('parlance-text-1')")) is kept
