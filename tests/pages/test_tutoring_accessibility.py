"""axe-core over the pages of tutoring sessions and the tutor's desk, as the demo leaves them."""

import pytest
from playwright.sync_api import expect

from conversations.demo import LEARNER, TUTOR
from tests.pages.test_accessibility import OPEN_ALL, TWO_LOOKS, fits, open_page, violations
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

READ = """
from conversations.models import TutoringSession
from conversations.transcripts.processing import process_session
for session in TutoringSession.objects.filter(status="processing"):
    process_session(session_id=session.pk)
"""


@pytest.fixture(scope="module")
def site():
    with running_site(("seed_demo",), ("shell", "-c", READ), AI_CHAIN="builtin") as url:
        yield url


def signed_in(browser, site, account):
    page = browser.new_context().new_page()
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def seen(page, **addresses):
    state = page.context.storage_state()
    page.context.close()
    return {name: (state, url) for name, url in addresses.items()}


@pytest.fixture(scope="module")
def learner(browser, site):
    """The sessions, one that is read, one being read, and one nobody knows the student of."""
    page = signed_in(browser, site, LEARNER)
    page.goto(f"{site}/tutoring")
    page.locator(".tutoring-list a").first.click()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    pages = {"sessions": f"{site}/tutoring", "session": page.url}
    page.goto(pages["sessions"])
    page.get_by_label("Or paste it here").fill("Uno: Hola.\nDos: Hola, ¿qué tal?\nUno: Bien.")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="Your session is being read")).to_be_visible()
    return seen(page, **pages, reading=page.url)


@pytest.fixture(scope="module")
def tutor(browser, site):
    """The desk, the brief of a learner, a question that waits and one that was answered."""
    page = signed_in(browser, site, TUTOR)
    page.goto(f"{site}/tutor")
    page.locator("a.request").first.click()
    page.wait_for_url("**/tutor/requests/*")
    pages = {"desk": f"{site}/tutor", "waiting": page.url, "sessions": f"{site}/tutoring"}
    page.get_by_role("link", name="All about").click()
    page.wait_for_url("**/tutor/students/*")
    pages["brief"] = page.url
    page.locator("a[href*='/tutor/requests/']").last.click()
    page.wait_for_url("**/tutor/requests/*")
    pages["answered"] = page.url
    return seen(page, **pages)


@pytest.mark.parametrize(("scheme", "width"), TWO_LOOKS)
def test_no_violation(browser, learner, tutor, scheme, width):
    found = {}
    for who, pages in {"learner": learner, "tutor": tutor}.items():
        for name, (state, url) in pages.items():
            page = open_page(browser, url, scheme=scheme, width=width, state=state)
            page.evaluate(OPEN_ALL)
            wide = {} if fits(page) else {"too wide": [url]}
            found[f"{who}: {name}"] = violations(page) | wide
            page.context.close()
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_a_form_that_is_wrong(browser, site, learner):
    state, url = learner["sessions"]
    page = open_page(browser, url, scheme="light", width=390, state=state)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("Choose a file, or paste the text.").first).to_be_visible()
    assert violations(page) == {}
    page.context.close()


def test_a_moment_is_found_from_a_finding(browser, learner):
    state, url = learner["session"]
    page = open_page(browser, url, scheme="dark", width=390, state=state)
    link = page.locator(".moment").first
    second = link.get_attribute("href").split("#t=")[1]
    link.click()
    expect(page.locator(".is-here")).to_have_attribute("data-start", second)
    expect(page.locator(".is-here")).to_be_in_viewport()
    page.context.close()
