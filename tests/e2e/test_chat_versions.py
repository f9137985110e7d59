"""What a learner does with messages: say one anew, have another answer, go between the versions,
copy, translate, rate, look for a conversation, put it away and bring it back."""

import pytest
from playwright.sync_api import expect

from ai.testing.answers import Answer
from ai.testing.provider_server import ProviderServer
from tests.newcomer import say_what_to_learn, sign_up
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]


@pytest.fixture(scope="module")
def model():
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(model):
    with running_site(
        AI_CHAIN="openai,builtin", OPENAI_API_KEY="none", OPENAI_BASE_URL=model.openai_url
    ) as url:
        yield url


@pytest.fixture
def talk(page, site, model):
    """Two turns of a conversation, at a level that no reply is too hard for."""
    model.reset()
    sign_up(page, site)
    say_what_to_learn(page, level="C1")
    page.goto(f"{site}/talk")
    page.get_by_role("button", name="Talk about something else").click()
    expect(page.locator("#text")).to_be_enabled()
    for text, reply in (("Me gusta el mar.", "Y a mí."), ("Vivo en un barco.", "Qué suerte.")):
        model.book.default = Answer(pieces=[reply])
        page.locator("#text").fill(text)
        page.keyboard.press("Enter")
        is_answered(page, reply)
    return page


def is_answered(page, words):
    last = page.locator(".message").last
    expect(last).to_have_attribute("data-status", "complete", timeout=15_000)
    expect(last.locator("[data-words]")).to_have_text(words)


def do(message, name):
    # Another version is another page: what is on it answers once its scripts have run.
    message.page.wait_for_load_state()
    message.hover()
    message.get_by_role("button", name=name, exact=True).click()


def said(page):
    """The words of all messages, to be expected: a page may still be on its way."""
    return page.locator(".message [data-words]")


def test_a_message_said_anew_leaves_the_first_version_there(talk, model):
    model.book.default = Answer(pieces=["¿En la montaña?"])
    first = talk.locator(".message.user").first
    do(first, "Edit and send again")
    first.get_by_label("Your message").fill("Me gusta el monte.")
    talk.keyboard.press("Enter")
    is_answered(talk, "¿En la montaña?")
    expect(said(talk)).to_have_text(["Me gusta el monte.", "¿En la montaña?"])
    do(talk.locator(".message.user").first, "The version before")
    expect(talk.locator(".message")).to_have_count(4)
    expect(said(talk).nth(0)).to_have_text("Me gusta el mar.")
    expect(talk.locator("[data-branches-count]").first).to_have_text("1 / 2")
    do(talk.locator(".message.user").first, "The version after")
    expect(talk.locator(".message")).to_have_count(2)
    expect(said(talk).nth(0)).to_have_text("Me gusta el monte.")


def test_an_edit_that_is_left_changes_nothing(talk):
    talk.locator("#text").focus()
    talk.keyboard.press("ArrowUp")
    field = talk.get_by_label("Your message")
    expect(field).to_have_value("Vivo en un barco.")
    field.fill("Otra cosa.")
    talk.keyboard.press("Escape")
    expect(said(talk).nth(2)).to_have_text("Vivo en un barco.")
    talk.reload()
    expect(said(talk).nth(2)).to_have_text("Vivo en un barco.")


def test_another_answer_stands_beside_the_first(talk, model):
    model.book.default = Answer(pieces=["¿Y no te mareas?"])
    last = talk.locator(".message.assistant").last
    do(last, "Another answer")
    is_answered(talk, "¿Y no te mareas?")
    expect(talk.locator(".message").last.locator("[data-branches-count]")).to_have_text("2 / 2")
    do(talk.locator(".message").last, "The version before")
    is_answered(talk, "Qué suerte.")


def test_an_edit_that_is_refused_puts_everything_back(talk):
    talk.route(
        "**/api/chat",
        lambda route: route.fulfill(
            status=429,
            json={"code": "rate_limited", "error": "Wait."},
            headers={"Retry-After": "7"},
        ),
    )
    first = talk.locator(".message.user").first
    do(first, "Edit and send again")
    first.get_by_label("Your message").fill("Me gusta el monte.")
    talk.keyboard.press("Enter")
    expect(talk.locator("#connection")).to_contain_text("7 seconds")
    expect(talk.locator(".message")).to_have_count(4)
    expect(first.get_by_label("Your message")).to_have_value("Me gusta el monte.")
    talk.keyboard.press("Escape")
    expect(said(talk)).to_have_text(
        ["Me gusta el mar.", "Y a mí.", "Vivo en un barco.", "Qué suerte."]
    )


def test_copied_translated_and_rated(talk, model):
    talk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    last = talk.locator(".message.assistant").last
    do(last, "Copy")
    expect(talk.locator("#connection")).to_have_text("Copied.")
    assert talk.evaluate("navigator.clipboard.readText()") == "Qué suerte."
    model.book.default = Answer(pieces=["How lucky."])
    do(last, "Translate")
    expect(last.locator("[data-translation]")).to_have_text("How lucky.")
    do(last, "Translate")
    expect(last.locator("[data-translation]")).to_be_hidden()
    do(last, "A good answer")
    expect(talk.locator("#connection")).to_have_text("Noted, thank you.")
    talk.reload()
    pressed = talk.locator(".message.assistant").last.locator("[data-do=good]")
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_conversation_is_named_found_put_away_and_brought_back(talk):
    talk.locator(".chat-head .menu summary").click()
    talk.keyboard.press("Escape")
    expect(talk.locator(".menu-body")).to_be_hidden()
    talk.keyboard.press("Enter")
    talk.get_by_label("Name").fill("El barco")
    talk.get_by_role("button", name="Rename").click()
    expect(talk.get_by_role("heading", level=1)).to_have_text("El barco")
    talk.get_by_role("link", name="All conversations").click()
    talk.get_by_label("Search what was said").fill("suerte")
    talk.keyboard.press("Enter")
    expect(talk.locator(".recent li")).to_have_count(1)
    talk.locator(".recent .menu summary").click()
    talk.get_by_role("button", name="Delete").click()
    expect(talk.get_by_text("“El barco” is deleted.")).to_be_visible()
    expect(talk.locator(".recent li")).to_have_count(0)
    talk.get_by_role("button", name="Undo").click()
    expect(talk.get_by_role("heading", level=1)).to_have_text("El barco")
    expect(said(talk)).to_have_count(4)
