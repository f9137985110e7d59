import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.tests.moderation_cast import (
    DespairFlagFactory,
    FlagFactory,
    NotedFlagFactory,
    QueuedFlagFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/moderation"


@pytest.fixture
def browser(client, ana):
    client.force_login(ana)
    return client


def shown(browser, query=""):
    return browser.get(f"{PAGE}{query}").content.decode()


def appeal(browser, flag, text="It is a line of a play."):
    return browser.post(
        reverse("conversations:moderation_appeal", args=[flag.pk]), {"text": text}, follow=True
    )


def test_nothing_is_flagged(browser):
    assert "Nothing is flagged" in shown(browser)
    assert "Nothing waits" in shown(browser, "?state=open")
    assert "Nothing was decided" in shown(browser, "?state=decided")
    assert "Nothing is flagged" in shown(browser, "?state=x")


def test_what_why_and_what_came_of_it(browser, ana):
    FlagFactory(user=ana, excerpt="I will kill you, <b>he</b> said.")
    page = shown(browser)
    assert "I will kill you, &lt;b&gt;he&lt;/b&gt; said." in page
    assert "It threatens somebody, or calls for violence." in page
    assert "It was not sent." in page
    assert "Your message" in page
    assert "Why it is wrong" in page


def test_a_note_has_no_form(browser, ana):
    NotedFlagFactory(user=ana)
    page = shown(browser)
    assert "This is only a note for you." in page
    assert "Why it is wrong" not in page


def test_words_of_despair_lead_to_help_and_to_no_form(browser, ana):
    DespairFlagFactory(user=ana)
    page = shown(browser)
    assert reverse("conversations:safety") in page
    assert "Why it is wrong" not in page


def test_a_decision_is_told_with_its_reason(browser, ana):
    QueuedFlagFactory(user=ana, status="overturned", appeal="A quote.", decision="You are right.")
    page = shown(browser)
    assert "A person looked at it: it is fine." in page
    assert "You are right." in page


def test_what_was_blocked_wrongly_can_be_sent(browser, ana):
    FlagFactory(user=ana, status="overturned", appeal="A play.")
    assert "You can send it now." in shown(browser)


def test_an_answer_that_was_left_out_is_not_shown(browser, ana):
    FlagFactory(user=ana, surface="reply", excerpt="unfit words")
    page = shown(browser)
    assert "unfit words" not in page
    assert "It was left out of your conversation." in page


def test_appealing(browser, ana):
    flag = FlagFactory(user=ana)
    page = appeal(browser, flag).content.decode()
    assert "A person will look at it." in page
    assert "It is a line of a play." in page
    flag.refresh_from_db()
    assert flag.status == "appealed"


def test_appealing_twice_or_with_nothing_to_say(browser, ana):
    flag = FlagFactory(user=ana)
    assert "Write 1 to 1000 characters" in appeal(browser, flag, " ").content.decode()
    appeal(browser, flag)
    assert "You have said what you think" in appeal(browser, flag).content.decode()


def test_nobody_sees_or_appeals_anothers(browser, ben):
    flag = FlagFactory(user=ben)
    assert flag.excerpt not in shown(browser)
    assert appeal(browser, flag).status_code == 404
    assert (
        browser.get(reverse("conversations:moderation_appeal", args=[flag.pk])).status_code == 405
    )


def test_whom_to_call_is_in_the_native_language(browser, ana):
    ana.native_language = "de"
    ana.save()
    page = browser.get(reverse("conversations:safety")).content.decode()
    assert 'lang="de"' in page
    assert "tel:08001110111" in page


def test_queries_do_not_grow_with_flags(browser, ana):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            browser.get(PAGE)
        return len(caught)

    FlagFactory.create_batch(2, user=ana)
    few = queries()
    FlagFactory.create_batch(15, user=ana)
    assert queries() == few
