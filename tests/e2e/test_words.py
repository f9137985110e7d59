"""Looking words up where they stand: by tap, by marking, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.newcomer import say_what_to_learn, sign_up
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

PLACE = """
() => {
  const walker = document.createTreeWalker(document.querySelector(".said"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const found = /\\p{L}{3,}/u.exec(node.data);
    if (!found || node.parentElement.closest("[lang]").lang !== "es") continue;
    node.parentElement.scrollIntoView({ block: "center" });
    const range = document.createRange();
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].length);
    const { left, top, width, height } = range.getBoundingClientRect();
    return { word: found[0], x: left + width / 2, y: top + height / 2 };
  }
}
"""


@pytest.fixture(scope="module")
def site():
    with running_site(AI_CHAIN="builtin", RATE_PRACTICE="10000/m") as url:
        yield url


@pytest.fixture
def lesson(page, site):
    sign_up(page, site)
    say_what_to_learn(page, level="A1")
    page.goto(f"{site}/learn?kind=lesson&level=A1")
    page.locator(".shelf a").first.click()
    expect(page.locator("[data-look-up-bar]")).to_be_visible()
    return page


def shown(page):
    return page.locator("[data-facts-word]")


def test_a_tap_shows_the_word_and_keeps_it(lesson):
    place = lesson.evaluate(PLACE)
    lesson.mouse.click(place["x"], place["y"])
    expect(shown(lesson)).to_have_text(place["word"])
    expect(shown(lesson)).to_be_focused()
    if lesson.get_by_label("What it means").count():
        lesson.get_by_label("What it means").fill("its meaning")
    lesson.get_by_role("button", name="Make a card").click()
    expect(lesson.get_by_text("In your cards")).to_be_visible()
    expect(lesson.get_by_text("In your words")).to_be_visible()
    lesson.keyboard.press("Escape")
    expect(lesson.locator("dialog")).to_be_hidden()
    # A tap beside the words, or beside the sheet, looks nothing up.
    lesson.mouse.click(place["x"], place["y"])
    expect(shown(lesson)).to_be_visible()
    lesson.mouse.click(5, 5)
    expect(lesson.locator("dialog")).to_be_hidden()


def test_the_keyboard_goes_from_word_to_word_and_the_focus_returns(lesson):
    button = lesson.get_by_role("button", name="Look up a word")
    button.focus()
    lesson.keyboard.press("ArrowRight")
    lesson.keyboard.press("ArrowRight")
    word = lesson.locator("[data-look-up-said]").inner_text()
    lesson.keyboard.press("Enter")
    expect(shown(lesson)).to_have_text(word)
    lesson.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_a_word_is_typed_when_none_is_chosen(lesson):
    lesson.get_by_role("button", name="Look up a word").click()
    lesson.get_by_label("A word in Spanish").fill("zzyzx")
    lesson.keyboard.press("Enter")
    expect(lesson.get_by_text("not in our lists")).to_be_visible()


def test_what_is_marked_gets_a_button(lesson):
    pill = lesson.get_by_role("button", name="Look up", exact=True)
    expect(pill).to_be_hidden()
    lesson.evaluate(
        """() => {
          const text = document.querySelector(".said [lang=es]").firstChild;
          getSelection().setBaseAndExtent(text, 0, text, text.data.indexOf(" "));
        }"""
    )
    pill.click()
    expect(shown(lesson)).to_be_visible()


def test_a_lost_connection_is_said_and_the_word_can_be_asked_again(lesson):
    place = lesson.evaluate(PLACE)
    lesson.context.set_offline(True)
    lesson.mouse.click(place["x"], place["y"])
    expect(lesson.get_by_text("That did not get through")).to_be_visible()
    lesson.keyboard.press("Escape")
    lesson.context.set_offline(False)
    lesson.mouse.click(place["x"], place["y"])
    expect(shown(lesson)).to_have_text(place["word"])


def test_the_tutors_words_in_a_conversation(page, site):
    sign_up(page, site)
    say_what_to_learn(page, level="A1")
    page.goto(f"{site}/talk")
    page.locator(".scenario").first.click()
    words = page.locator(".message.assistant [data-words]").first
    expect(words).to_be_visible()
    page.wait_for_load_state("load")
    page.get_by_role("button", name="Look up a word").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(shown(page)).to_be_visible()
    assert shown(page).inner_text() in words.inner_text()
