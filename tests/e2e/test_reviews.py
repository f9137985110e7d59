"""A sitting at the review page: by keyboard, by touch, and while the network is away."""

import re

import pytest
from playwright.sync_api import expect

from tests.newcomer import say_what_to_learn, sign_up
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

CARDS = [("la manzana", "the apple"), ("el pan", "the bread"), ("el queso", "the cheese")]


@pytest.fixture(scope="module")
def site():
    with running_site(AI_CHAIN="builtin", RATE_PRACTICE="10000/m", worker=True) as url:
        yield url


@pytest.fixture
def deck(page, site):
    """A learner with a deck of three cards; its page."""
    sign_up(page, site)
    say_what_to_learn(page, level="B1")
    page.goto(f"{site}/decks")
    page.get_by_label("Name").fill("Market words")
    page.get_by_role("button", name="Make the deck").click()
    for front, back in CARDS:
        page.get_by_role("textbox", name="Front").fill(front)
        page.get_by_role("textbox", name="Back").fill(back)
        page.get_by_role("button", name="Add", exact=True).click()
        # The words of the card before are told on the page before, too.
        expect(page.get_by_role("textbox", name="Front")).to_have_value("")
        expect(page.locator(".toast")).to_contain_text("Added")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("heading", name="3 cards")).to_be_visible()
    return page


def begin(page):
    page.get_by_role("link", name="Review").click()
    expect(page.locator("#question")).to_have_text("la manzana")


def count(page, name):
    return page.locator(f"[data-count={name}]")


def history(page):
    """Ratings on record, of all cards, the oldest first."""
    return page.evaluate(
        """async () => {
            const ask = async (path) => (await fetch(`/api/flashcards/${path}`)).json();
            const { cards } = await ask("cards");
            const logs = await Promise.all(cards.map((card) => ask(`cards/${card.id}/history`)));
            return logs.flatMap((one) => one.reviews)
                .sort((one, other) => one.reviewedAt.localeCompare(other.reviewedAt))
                .map((log) => [log.rating, Boolean(log.undoneAt)]);
        }"""
    )


def test_a_sitting_by_keyboard(deck):
    begin(deck)
    before = deck.locator("#sheet").bounding_box()
    question = deck.locator("#question").bounding_box()
    deck.keyboard.press("Space")
    expect(deck.locator("[data-answer]")).to_be_visible()
    assert deck.locator("#sheet").bounding_box() == before
    assert deck.locator("#question").bounding_box() == question
    words = ["1 min", re.compile("[56] min"), "10 min", re.compile(r"\d days")]
    expect(deck.locator(".rating small")).to_have_text(words)
    deck.keyboard.press("4")
    expect(deck.locator("#question")).to_have_text("el pan")
    expect(count(deck, "new")).to_have_text("2")
    deck.keyboard.press("u")
    expect(deck.locator("#question")).to_have_text("la manzana")
    expect(count(deck, "new")).to_have_text("3")
    for _ in CARDS:
        deck.keyboard.press("Space")
        deck.keyboard.press("4")
    expect(deck.get_by_role("heading", name="That is all for today")).to_be_visible()
    deck.wait_for_function("() => !Object.keys(localStorage).some((k) => k.startsWith('reviews'))")
    assert sorted(history(deck)) == [[4, False], [4, False], [4, False], [4, True]]


@pytest.fixture
def phone(browser, deck):
    """The same learner at the same deck, on a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        storage_state=deck.context.storage_state(),
    )
    page = context.new_page()
    page.goto(deck.url)
    yield page
    context.close()


def swipe(page, across):
    box = page.locator("#sheet").bounding_box()
    x, y = box["x"] + (box["width"] - across) / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", 0), ("touchMove", across / 2), ("touchMove", across)):
        points = [{"x": x + at, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_sitting_by_touch(phone):
    begin(phone)
    phone.locator("#question").tap()
    expect(phone.locator("[data-answer]")).to_have_text("the apple")
    swipe(phone, 200)
    expect(phone.locator("#question")).to_have_text("el pan")
    # A swipe says nothing of a card whose answer was not looked at.
    swipe(phone, 200)
    expect(phone.locator("#question")).to_have_text("el pan")
    phone.locator("#question").tap()
    expect(phone.locator("[data-answer]")).to_have_text("the bread")
    swipe(phone, -200)
    expect(phone.locator("#question")).to_have_text("el queso")
    phone.wait_for_function("() => !Object.keys(localStorage).some((k) => k.startsWith('reviews'))")
    assert history(phone) == [[3, False], [1, False]]


def test_nothing_moves_under_the_thumb(phone):
    begin(phone)
    place = phone.locator("#controls").bounding_box()
    sheet = phone.locator("#sheet").bounding_box()
    assert place["y"] + place["height"] <= phone.locator(".tabs").bounding_box()["y"]
    for answer in ("the apple", "the bread", "the cheese"):
        assert phone.locator("#controls").bounding_box() == place
        phone.locator("#show").tap()
        expect(phone.locator("[data-answer]")).to_have_text(answer)
        assert phone.locator("#controls").bounding_box() == place
        assert phone.locator("#sheet").bounding_box() == sheet
        phone.locator("[data-rating='4']").tap()


def test_answers_of_a_minute_without_network_are_kept_and_sent_once_in_order(deck):
    begin(deck)
    deck.context.set_offline(True)
    for rating in "443":
        deck.keyboard.press("Space")
        deck.keyboard.press(rating)
    expect(deck.locator("#connection")).to_contain_text("3 answers are kept")
    deck.keyboard.press("u")
    expect(deck.locator("#question")).to_have_text("el queso")
    deck.keyboard.press("Space")
    deck.keyboard.press("2")
    deck.context.set_offline(False)
    expect(deck.locator("#connection")).to_have_text("", timeout=15_000)
    assert history(deck) == [[4, False], [4, False], [2, False]]


def test_answers_left_behind_by_a_closed_page_are_sent_by_the_next(deck, site):
    begin(deck)
    deck.context.set_offline(True)
    deck.keyboard.press("Space")
    deck.keyboard.press("4")
    deck.wait_for_function("() => Object.keys(localStorage).some((k) => k.startsWith('reviews'))")
    deck.context.set_offline(False)
    deck.goto(f"{site}/review")
    deck.wait_for_function("() => !Object.keys(localStorage).some((k) => k.startsWith('reviews'))")
    assert history(deck) == [[4, False]]


def test_a_typed_answer_is_compared_letter_by_letter(deck):
    deck.get_by_role("link", name="Add cards").click()
    deck.get_by_label("Type the answer").check()
    deck.get_by_role("textbox", name="Front").fill("the tree")
    deck.get_by_role("textbox", name="Back").fill("el árbol")
    deck.get_by_role("button", name="Add", exact=True).click()
    deck.get_by_role("link", name="Done").click()
    begin(deck)
    for _ in CARDS:
        deck.keyboard.press("Space")
        deck.keyboard.press("4")
    expect(deck.locator("#typed")).to_be_focused()
    deck.keyboard.type("el arbl")
    deck.keyboard.press("Enter")
    expect(deck.locator(".compare .nearly")).to_have_text("á")
    expect(deck.locator(".compare .missing")).to_have_text("o")
    deck.keyboard.press("1")
    expect(deck.locator("#question")).to_have_text("the tree")
    expect(deck.locator("#typed")).to_have_value("")


def test_one_tap_on_a_correction_makes_one_card(page, site):
    sign_up(page, site)
    say_what_to_learn(page, level="B1")
    page.goto(f"{site}/talk")
    page.locator(".scenario").first.click()
    expect(page.locator("#text")).to_be_enabled()
    page.locator("#text").fill("Yo quiero comprar un manzana.")
    page.keyboard.press("Enter")
    last = page.locator(".message").last
    expect(last).to_have_attribute("data-status", "complete", timeout=30_000)
    # On a busy machine the language is loaded too late for the turn: then a worker finds it.
    page.locator(".slip").last.click(timeout=110_000)
    button = page.get_by_role("button", name="Make a card")
    button.click()
    expect(page.get_by_role("button", name="Card made")).to_be_disabled()
    page.reload()
    page.locator(".slip").last.click()
    button.click()
    expect(page.get_by_role("button", name="Card made")).to_be_disabled()
    page.goto(f"{site}/decks")
    page.get_by_role("link", name="My Spanish cards").click()
    expect(page.get_by_role("heading", name="1 card")).to_be_visible()
    expect(page.locator(".sides .reading")).to_have_text("Yo quiero comprar […] manzana.")
