"""What a newcomer does in a browser, step by step, for tests and screenshots."""

from uuid import uuid4

from playwright.sync_api import Page, expect

PASSWORD = "Caracola-77"
MOVED_ON = """
number => location.pathname.endsWith("/result")
  || !document.querySelector(".progress-words span")?.innerText.endsWith(` ${number}`)
"""


def sign_up(page: Page, site: str, *, name: str = "Ana Ruiz", role: str = "") -> str:
    """Gives the address the account was made with."""
    email = f"ana-{uuid4().hex[:8]}@example.org"
    page.goto(f"{site}/sign-up")
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    if role:
        page.get_by_label(role).check()
    page.get_by_role("button", name="Make my account").click()
    return email


def say_what_to_learn(page: Page, *, level: str = "Not sure") -> None:
    expect(page.get_by_role("heading", name="What do you want to learn?")).to_be_visible()
    page.get_by_label("Spanish", exact=False).check()
    page.get_by_label(level, exact=False).check()
    page.get_by_role("button", name="Go on").click()


def start_placement(page: Page) -> None:
    page.get_by_role("button", name="Start the test").click()
    expect(page.locator(".progress-words span")).to_have_text("Question 1")
    # The keys work once the page's scripts ran.
    page.wait_for_load_state("load")


def answer_question(page: Page, key: str) -> None:
    if page.locator("#question .typed").count():
        page.locator("#question .typed").fill("nada de nada")
        key = "Enter"
    page.keyboard.press(key)


def answer_placement(page: Page, *, keys: str, at_most: int = 40) -> int:
    """Answers to the end by the keyboard, going round `keys`; gives how many were answered.

    What is to be typed gets a word that is wrong everywhere.
    """
    start_placement(page)
    for number in range(1, at_most + 1):
        expect(page.locator(".progress-words span")).to_have_text(f"Question {number}")
        page.wait_for_load_state("load")
        answer_question(page, keys[(number - 1) % len(keys)])
        page.wait_for_function(MOVED_ON, arg=number)
        if page.url.endswith("/result"):
            return number
    raise AssertionError("The placement did not end.")


def take_progress_test(page: Page, site: str, *, at_most: int = 20) -> None:
    """Answers a progress test up to its last task, the text, and leaves that open."""
    page.goto(f"{site}/assessments/progress")
    page.get_by_role("button", name="Start the test").click()
    for number in range(1, at_most + 1):
        expect(page.locator(".progress-words span")).to_contain_text(f"Question {number} of")
        page.locator("#question form").wait_for()
        if page.locator("#question .text").count():
            return
        if page.locator("#question .typed").count():
            page.locator("#question .typed").fill("nada de nada")
            page.get_by_role("button", name="Answer").click()
        else:
            page.locator("#question .option").first.click()
        page.locator("[data-next]").click()
    raise AssertionError("The progress test has no text.")
