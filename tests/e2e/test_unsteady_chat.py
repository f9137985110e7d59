"""A slow model and a bad connection: nothing lost, nothing doubled, and words for what goes on."""

import pytest
from playwright.sync_api import expect

from ai.testing.answers import Answer
from ai.testing.provider_server import ProviderServer
from tests.newcomer import say_what_to_learn, sign_up
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

PIECES = [f"casa {number}, " for number in range(60)]
WHOLE = "".join(PIECES).strip()
AT_END = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 60"


@pytest.fixture(scope="module")
def model():
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(model):
    with running_site(
        AI_CHAIN="openai,builtin",
        OPENAI_API_KEY="none",
        OPENAI_BASE_URL=model.openai_url,
        # The failures of one test would leave the model alone in the next.
        AI_BREAKER_FAILURES="1000",
    ) as url:
        yield url


@pytest.fixture
def talk(page, site, model):
    """An empty conversation, at a level that no reply is too hard for."""
    model.reset()
    model.book.default = Answer(pieces=PIECES, pause=0.05)
    sign_up(page, site)
    say_what_to_learn(page, level="C1")
    page.goto(f"{site}/talk")
    page.get_by_role("button", name="Talk about something else").click()
    expect(page.locator("#text")).to_be_enabled()
    return page


def say(page, text="Hola, ¿cómo estás?"):
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def reply(page):
    return page.locator(".message.assistant").last


def wait_for_words(page, some="casa 5,"):
    expect(reply(page).locator("[data-words]")).to_contain_text(some, timeout=15_000)


def is_whole(page):
    expect(reply(page)).to_have_attribute("data-status", "complete", timeout=30_000)
    expect(reply(page).locator("[data-words]")).to_have_text(WHOLE)
    expect(page.locator(".message")).to_have_count(2)


def test_a_model_is_named(talk):
    say(talk)
    is_whole(talk)
    expect(reply(talk).locator("[data-provider]")).to_have_text("OpenAI")
    expect(talk.locator("[data-builtin-note]")).to_be_hidden()


def test_a_connection_that_drops_mid_answer(talk):
    say(talk)
    wait_for_words(talk)
    talk.context.set_offline(True)
    expect(talk.locator("#connection")).to_contain_text("offline")
    talk.context.set_offline(False)
    is_whole(talk)
    expect(talk.locator("#connection")).to_be_empty()
    talk.reload()
    is_whole(talk)


def test_a_reload_mid_answer(talk):
    say(talk)
    wait_for_words(talk)
    talk.reload()
    expect(reply(talk)).to_have_attribute("data-status", "streaming")
    is_whole(talk)


def test_stop_keeps_what_was_said_and_offers_another_try(talk):
    say(talk)
    wait_for_words(talk)
    talk.keyboard.press("Escape")
    expect(reply(talk)).to_have_attribute("data-status", "cancelled")
    expect(reply(talk)).to_contain_text("You stopped this answer.")
    kept = reply(talk).locator("[data-words]").inner_text()
    assert kept
    assert WHOLE.startswith(kept.rstrip(" ,"))
    talk.reload()
    expect(reply(talk).locator("[data-words]")).to_have_text(kept)
    reply(talk).get_by_role("button", name="Try again").click()
    is_whole(talk)


def test_the_stop_button_stands_where_send_was(talk):
    say(talk)
    wait_for_words(talk)
    expect(talk.locator("#send")).to_be_hidden()
    talk.get_by_role("button", name="Stop the answer").click()
    expect(reply(talk)).to_have_attribute("data-status", "cancelled")
    expect(talk.locator("#send")).to_be_visible()


def test_an_answer_cut_off_by_the_model_is_kept_and_tried_again(talk, model):
    model.book.default = Answer(pieces=PIECES, pause=0.02, cut_after=20)
    say(talk)
    expect(reply(talk)).to_have_attribute("data-status", "interrupted", timeout=15_000)
    expect(reply(talk).locator("[data-words]")).to_contain_text("casa 5,")
    model.book.default = Answer(pieces=PIECES)
    reply(talk).get_by_role("button", name="Try again").click()
    is_whole(talk)


def test_the_built_in_tutor_takes_over_and_the_page_says_so(talk, model):
    model.book.default = Answer(status=500)
    say(talk)
    expect(reply(talk)).to_have_attribute("data-status", "complete", timeout=30_000)
    expect(reply(talk).locator("[data-provider]")).to_have_text("Built-in tutor")
    expect(talk.locator("[data-builtin-note]")).to_be_visible()


def test_a_second_tab_is_told_to_wait_and_keeps_its_words(talk):
    say(talk)
    wait_for_words(talk, "casa 1,")
    other = talk.context.new_page()
    other.route("**/api/chat/stream/*", lambda route: route.abort())
    other.goto(talk.url)
    # The page of a second tab offers Stop, not Send; a client that sends all the same is refused.
    expect(other.locator("#stop")).to_be_visible()
    refused = other.evaluate(
        """async (conversationId) => {
          const { request } = await import("/static/js/api.js");
          const body = { message: "otra cosa", conversationId };
          return (await request("/api/chat", { body }).catch((error) => error)).code;
        }""",
        talk.url.rsplit("/", 1)[1],
    )
    assert refused == "turn_in_progress"
    other.close()
    is_whole(talk)


def test_a_refused_message_comes_back_into_the_field(talk):
    talk.route(
        "**/api/chat",
        lambda route: route.fulfill(
            status=429,
            headers={"Retry-After": "12"},
            json={"success": False, "error": "Slow down.", "code": "rate_limited"},
        ),
    )
    say(talk, "Mi frase larga")
    expect(talk.locator("#connection")).to_contain_text("in 12 seconds")
    expect(talk.locator("#text")).to_have_value("Mi frase larga")
    expect(talk.locator(".message")).to_have_count(0)


def test_a_draft_survives_a_reload_and_is_gone_once_sent(talk):
    talk.locator("#text").fill("Todavía pienso")
    talk.reload()
    expect(talk.locator("#text")).to_have_value("Todavía pienso")
    talk.keyboard.press("Enter")
    is_whole(talk)
    talk.reload()
    expect(talk.locator("#text")).to_have_value("")


def test_the_letters_a_keyboard_lacks(talk):
    talk.locator("#text").fill("Ma ana")
    talk.locator("#text").evaluate("field => field.setSelectionRange(2, 3)")
    talk.get_by_role("button", name="ñ").click()
    expect(talk.locator("#text")).to_have_value("Mañana")
    expect(talk.locator("#text")).to_be_focused()


def test_the_page_follows_the_answer_only_at_the_end(talk, model):
    long = [f"casa {number}\n\n" for number in range(80)]
    model.book.default = Answer(pieces=long, pause=0.03)
    say(talk)
    wait_for_words(talk, "casa 30")
    assert talk.locator("#log").evaluate(AT_END)
    talk.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    wait_for_words(talk, "casa 45")
    assert talk.locator("#log").evaluate("log => log.scrollTop") == 0
    talk.get_by_role("button", name="Latest").click()
    assert talk.locator("#log").evaluate(AT_END)


def test_a_growing_composer_keeps_the_end_in_sight(talk, model):
    model.book.default = Answer(pieces=[f"casa {number}\n\n" for number in range(30)])
    say(talk)
    expect(reply(talk)).to_have_attribute("data-status", "complete", timeout=15_000)
    for _ in range(6):
        talk.keyboard.type("otra cosa")
        talk.keyboard.press("Shift+Enter")
    expect(talk.locator("#to-latest")).to_be_hidden()
    assert talk.locator("#log").evaluate(AT_END)
