"""Takes the pictures of docs/screenshots anew: `python -m tests.screenshots` (needs Chromium)."""

import os
from dataclasses import dataclass
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, expect

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the settings

from tests.browser import chromium  # noqa: E402
from tests.newcomer import (  # noqa: E402
    answer_placement,
    answer_question,
    say_what_to_learn,
    sign_up,
    start_placement,
)
from tests.site import drop_template, running_site  # noqa: E402

FOLDER = Path(settings.BASE_DIR) / "docs" / "screenshots"
SAID = [
    "Buenos días. Busco un manzana roja.",
    "Quiero dos kilos. Tambien busco pan.",
]


@dataclass(frozen=True, slots=True)
class Shot:
    page: str
    device: str
    scheme: str

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.page}-{self.device}-{self.scheme}.png"


SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SHOTS = [
    Shot("landing", "desktop", "light"),
    Shot("question", "phone", "light"),
    Shot("question", "desktop", "dark"),
    Shot("result", "desktop", "light"),
    Shot("chat", "desktop", "light"),
    Shot("chat", "phone", "dark"),
    Shot("today", "desktop", "light"),
    Shot("today", "phone", "dark"),
]


def live_through(page: Page, site: str) -> dict[str, str]:
    """A newcomer's first quarter of an hour; gives the addresses worth a picture."""
    sign_up(page, site)
    say_what_to_learn(page)
    answer_placement(page, keys="2143")
    seen = {"landing": "", "result": page.url, "today": f"{site}/today"}
    page.goto(f"{site}/talk")
    page.locator(".scenario").first.click()
    for number, text in enumerate(SAID, start=1):
        page.locator("#text").fill(text)
        page.keyboard.press("Enter")
        done = page.locator(".message.assistant[data-status=complete]")
        expect(done).to_have_count(number + 1, timeout=30_000)
    seen["chat"] = page.url
    return seen


def take(browser: Browser, shot: Shot, url: str, state: object) -> None:
    context = browser.new_context(
        viewport=SIZES[shot.device],
        color_scheme=shot.scheme,
        storage_state=state,
        has_touch=shot.device == "phone",
        is_mobile=shot.device == "phone",
    )
    page = context.new_page()
    page.goto(url)
    if shot.page == "chat" and page.locator(".slip").count():
        page.locator(".slip").last.click()
        page.locator(".message").last.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.screenshot(path=shot.file)
    context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_site(AI_CHAIN="builtin") as site, chromium() as browser:
        context = browser.new_context(viewport=SIZES["desktop"])
        page = context.new_page()
        urls = live_through(page, site)
        second = browser.new_context(viewport=SIZES["desktop"])
        urls["question"] = open_question(second.new_page(), site)
        states = {"landing": None, "question": second.storage_state()}
        for shot in SHOTS:
            state = states.get(shot.page, context.storage_state())
            take(browser, shot, urls[shot.page] or site, state)
    drop_template()


def open_question(page: Page, site: str) -> str:
    sign_up(page, site)
    say_what_to_learn(page)
    start_placement(page)
    for number in range(1, 4):
        expect(page.locator(".progress-words span")).to_have_text(f"Question {number}")
        answer_question(page, "2")
    expect(page.locator(".progress-words span")).to_have_text("Question 4")
    return page.url


if __name__ == "__main__":
    main()
