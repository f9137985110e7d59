"""The modules of an exercise's page, alone."""

import pytest

pytestmark = pytest.mark.browser

SESSION = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c21"


def test_words_that_are_pressed_make_the_sentence(blank):
    said = blank.evaluate(
        """async () => {
          const { orderWords } = await import("/static/js/learn/order.js");
          document.body.innerHTML = `<input id="f"><button data-word="Soy">Soy</button>
            <button data-word="Ana">Ana</button>`;
          const [field, soy, ana] = document.querySelectorAll("input, button");
          orderWords([soy, ana], field);
          const said = [];
          for (const button of [soy, ana, soy, soy]) {
            button.click();
            said.push(`${field.value} ${soy.ariaPressed} ${ana.ariaPressed}`);
          }
          return said;
        }"""
    )
    assert said == [
        "Soy true false",
        "Soy Ana true true",
        "Ana false true",
        "Ana Soy true true",
    ]


@pytest.fixture
def beats(blank):
    """The beats that reach the server while the page does `steps`, half a minute for each."""
    sent = []
    blank.route(
        "**/api/sessions/**",
        lambda route: (sent.append(route.request.url), route.fulfill(body="{}")),
    )

    def run(steps, session=SESSION):
        blank.clock.install()
        blank.evaluate(
            """async (session) => {
              const { countActivity } = await import("/static/js/learn/activity.js");
              window.stop = countActivity(() => session);
            }""",
            session,
        )
        for step in steps:
            blank.evaluate("(step) => step && document.dispatchEvent(new Event(step))", step)
            blank.clock.run_for(30_000)
        blank.evaluate("stop(); document.dispatchEvent(new Event('keydown'))")
        blank.clock.run_for(60_000)
        # What was sent has arrived once a request that was sent after it has.
        blank.evaluate("fetch('/api/sessions/last')")
        return sent[:-1]

    return run


def test_work_is_told_once_for_each_stretch_of_it(beats):
    sent = beats(["keydown", "", "pointerdown", ""])

    assert [url.rpartition("/api/")[2] for url in sent] == [f"sessions/{SESSION}/activity"] * 2


def test_an_open_tab_tells_nothing(beats):
    assert beats(["", "", ""]) == []


def test_nor_does_a_page_without_a_session(beats):
    assert beats(["keydown", "wheel"], session=None) == []
