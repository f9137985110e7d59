"""axe-core over the back office, light and dark, as an admin and as a tutor: no violation."""

import pytest

from conversations.demo import ADMIN, TUTOR
from tests.pages.test_accessibility import violations
from tests.pages.test_tutoring_accessibility import signed_in
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.process]

LISTS = {
    "admin": (
        ADMIN,
        ["accounts/user", "practice/vocabularylist", "assessments/item", "auth/group"],
    ),
    "tutor": (TUTOR, ["accounts/user", "conversations/conversation"]),
}
"""Lists, each with the page of its first row: plain ones, one with a table of fields, one with
boxes to choose from."""
FORMS = {"admin": ["accounts/tutorassignment/add/", "learning/contentitem/add/"]}
FIRST = "#result_list tbody a[href*='/change/']"


@pytest.fixture(scope="module")
def site():
    with running_site(("seed_demo",), AI_CHAIN="builtin") as url:
        yield f"{url}/admin/"


@pytest.fixture(scope="module", params=LISTS)
def pages(request, browser, site):
    """The browser state of who works there, and the addresses they go to."""
    account, lists = LISTS[request.param]
    page = signed_in(browser, site.removesuffix("/admin/"), account)
    addresses = [site, *(site + one for one in FORMS.get(request.param, ()))]
    for one in lists:
        page.goto(f"{site}{one}/")
        row = page.locator(FIRST).first.evaluate("link => link.href")
        addresses += [page.url, row]
    state = page.context.storage_state()
    page.context.close()
    return state, addresses


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation(browser, pages, site, scheme):
    state, addresses = pages
    viewport = {"width": 1440, "height": 900}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, storage_state=state)
    page = context.new_page()
    found = {}
    for address in addresses:
        page.goto(address)
        assert page.locator("html.dark").count() == (scheme == "dark")
        found[address.removeprefix(site)] = violations(page)
    context.close()
    assert {name: rules for name, rules in found.items() if rules} == {}
