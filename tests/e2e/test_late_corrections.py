"""Language tools that do not answer in time: the reply comes all the same, corrections later."""

import re

import pytest
from playwright.sync_api import expect

from tests.newcomer import say_what_to_learn, sign_up
from tests.site import LATE_LANGUAGE, running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

WRONG = "Yo quiero comprar un manzana roja."
CHECKING = "Still checking what you wrote."
A_WHILE = 110_000
"""Milliseconds: the worker loads a language first, and the page asks in growing pauses."""


@pytest.fixture(scope="module")
def site():
    with running_site(AI_CHAIN="builtin", worker=True, **LATE_LANGUAGE) as url:
        yield url


@pytest.fixture
def talk(page, site):
    """A conversation at its beginning."""
    sign_up(page, site)
    say_what_to_learn(page, level="B1")
    page.goto(f"{site}/talk")
    page.locator(".scenario").first.click()
    expect(page.locator("#text")).to_be_enabled()
    return page


def say_unchecked(page):
    """Says something wrong, and gives the message when its reply is there."""
    before = page.locator(".message").count()
    page.locator("#text").fill(WRONG)
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_have_count(before + 2)
    reply = page.locator(".message.assistant").last
    expect(reply).to_have_attribute("data-status", "complete", timeout=60_000)
    return page.locator(".message.user").last


def test_corrections_that_come_late_come_without_a_reload(talk):
    said = say_unchecked(talk)
    expect(said.locator("[data-checking]")).to_have_text(CHECKING)
    expect(said.locator(".slip")).to_have_count(0)

    slip = said.locator(".slip", has_text=re.compile("^un$"))
    expect(slip).to_be_visible(timeout=A_WHILE)
    expect(said.locator("[data-checking]")).to_be_hidden()
    expect(said.locator("[data-corrections-count]")).to_have_text("1 correction")
    slip.click()
    card = talk.locator(".correction:visible")
    expect(card).to_be_focused()
    expect(card.locator("[data-corrected]")).to_have_text("una")

    talk.keyboard.press("Escape")
    shown = talk.locator("#messages").inner_text()
    talk.reload()
    assert talk.locator("#messages").inner_text() == shown


def test_a_page_that_is_loaded_anew_waits_on(talk):
    talk.route("**/api/chat/messages/*/corrections", lambda route: route.abort())
    said = say_unchecked(talk)
    expect(said.locator("[data-checking]")).to_have_text(CHECKING)
    talk.unroute("**/api/chat/messages/*/corrections")
    talk.reload()
    expect(said.locator(".slip")).to_have_text("un", timeout=A_WHILE)
    expect(said.locator("[data-checking]")).to_be_hidden()
