"""Cards in and out as files: a table looked at first, a package at once, a deck taken away."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from practice.tests.packages import Package
from tests.newcomer import say_what_to_learn, sign_up
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

TABLE = "la mesa;the table;Una mesa.\nla silla;the chair;Una silla.\n;nothing;\n"


@pytest.fixture(scope="module")
def site():
    with running_site(AI_CHAIN="builtin", RATE_PRACTICE="10000/m") as url:
        yield url


@pytest.fixture
def shelf(page, site):
    sign_up(page, site)
    say_what_to_learn(page, level="A1")
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{site}/decks")
    page.get_by_role("link", name="Import").first.click()
    return page


def bring_in(page, name, data):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()


def sound(page):
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []


def test_a_table_is_mapped_looked_at_and_brought_in(shelf):
    sound(shelf)
    bring_in(shelf, "furniture.csv", TABLE.encode())
    expect(shelf.get_by_text("2 of 3 rows become cards.")).to_be_visible()
    shelf.get_by_label("Column 3").select_option("example")
    shelf.get_by_role("button", name="Look again").click()
    expect(shelf.get_by_label("Column 3")).to_have_value("example")
    sound(shelf)
    shelf.get_by_role("button", name="Import", exact=True).click()
    expect(shelf.get_by_text("Your cards are here")).to_be_visible()
    sound(shelf)
    shelf.get_by_role("link", name="See the deck").click()
    expect(shelf.get_by_role("heading", name="furniture")).to_be_visible()
    expect(shelf.get_by_role("link", name="la silla")).to_be_visible()


def test_a_package_comes_in_and_goes_out_by_keyboard(shelf, tmp_path):
    package = Package("anki21b")
    package.note(["uno", "one"], tags=" number ")
    bring_in(shelf, "deck.apkg", package.build(tmp_path / "collection"))
    shelf.get_by_role("link", name="See the deck").click()
    menu = shelf.locator("summary", has_text="Export")
    menu.focus()
    shelf.keyboard.press("Enter")
    with shelf.expect_download() as started:
        shelf.get_by_role("link", name="JSON").press("Enter")
    told = json.loads(started.value.path().read_bytes())
    assert [note["front"] for note in told["notes"]] == ["uno"]
    with shelf.expect_download() as started:
        shelf.get_by_role("link", name="newest format").press("Enter")
    assert started.value.suggested_filename == "Spanish--Food.apkg"


def test_what_is_no_package_is_said_beside_the_file(shelf):
    bring_in(shelf, "deck.apkg", b"no archive")
    expect(shelf.get_by_text("This is not an Anki package")).to_be_visible()
    expect(shelf.get_by_label("File")).to_have_attribute("aria-invalid", "true")
