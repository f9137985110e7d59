from threading import Barrier, Thread

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.errors import StaleSettings
from accounts.models import UserSettings
from accounts.selectors import day_ends_at, target_mastery, user_settings
from accounts.services import update_settings
from accounts.tests.factories import UserFactory, UserSettingsFactory

pytestmark = pytest.mark.django_db
PUT = "/api/user/settings"
SAVE = "/api/settings/save"
SYNC = "/api/settings/sync"


@pytest.fixture(params=["put", "post"])
def save(request, signed_in):
    """Both doors, which take and give the same."""
    if request.param == "put":
        return lambda body: signed_in.put(PUT, body)
    return lambda body: signed_in.post(SAVE, body)


def test_first_save(save, ana):
    answer = save({"version": 1, "theme": "dark", "interface": {"textSize": "large", "n1": {}}})
    assert answer.status_code == 200
    body = answer.json()
    assert body["version"] == 2
    assert body["theme"] == "dark"
    assert body["interface"] == {"textSize": "large", "n1": {}}
    assert user_settings(ana).theme == "dark"


def test_left_out_stays_and_sent_replaces(save, ana):
    UserSettingsFactory(user=ana, theme="light", learning={"a": 1}, privacy={"b": 1, "c": 2})
    body = save({"version": 1, "privacy": {"b": 3}}).json()
    assert (body["theme"], body["learning"], body["privacy"]) == ("light", {"a": 1}, {"b": 3})


def test_what_a_device_saves_is_what_the_product_reads(save, ana):
    """By the names of the wire, as the settings page saves them."""
    learning = {"targetMastery": 85, "dayEndsAt": 2}
    assert save({"version": 1, "learning": learning}).json()["learning"] == learning
    assert (target_mastery(ana), day_ends_at(ana)) == (85, 2)
    assert user_settings(ana).learning == learning


@pytest.mark.parametrize(
    "held", ['"\\u0000"', '"\\ud800"', "1e999", '{"\\u0000": 1}', '[{"\\udfff": []}]']
)
def test_what_cannot_be_kept_is_refused(ana, held):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(ana)
    body = f'{{"version": 1, "interface": {{"a": {held}}}}}'
    answer = client.put(PUT, body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["interface"])
    assert user_settings(ana).version == 1


def test_stale_version(save, ana):
    UserSettingsFactory(user=ana, version=4, theme="light")
    answer = save({"version": 3, "theme": "dark"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale_settings"
    assert answer.json()["details"] == {"version": 4}
    assert user_settings(ana).theme == "light"


@pytest.mark.parametrize(
    "change",
    [
        {"theme": "pink"},
        {"interface": "large"},
        {"interface": ["a"]},
        {"learning": {"big": "x" * 9000}},
        {"version": "new"},
        {"version": 0},
        {"version": None},
    ],
)
def test_bad_input(save, change):
    answer = save({"version": 1} | change)
    assert answer.status_code == 400
    assert next(iter(change)) in answer.json()["details"]


def test_version_is_asked_for(save):
    assert save({"theme": "dark"}).status_code == 400


def test_sync(signed_in, ana):
    UserSettingsFactory(user=ana, version=4, theme="dark")
    news = signed_in.get(SYNC, {"since": 3}).json()
    assert (news["version"], news["changed"]) == (4, True)
    assert news["settings"]["theme"] == "dark"
    same = signed_in.get(SYNC, {"since": 4}).json()
    assert same == {"version": 4, "changed": False, "settings": None}
    assert signed_in.get(SYNC).json()["changed"] is True


@pytest.mark.parametrize("since", ["x", "-1", "1.5"])
def test_sync_bad_input(signed_in, since):
    assert signed_in.get(SYNC, {"since": since}).status_code == 400


def test_anonymous(api):
    assert api.put(PUT, {}).status_code == 401
    assert api.post(SAVE, {}).status_code == 401
    assert api.get(SYNC).status_code == 401


def test_wrong_method(signed_in):
    assert signed_in.get(PUT).status_code == 405
    assert signed_in.put(SAVE).status_code == 405
    assert signed_in.post(SYNC).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_at_once_one_saves():
    user = UserFactory()
    start, refused = Barrier(2), []

    def save(theme):
        start.wait()
        try:
            update_settings(user=user, changes={"theme": theme}, version=1)
        except StaleSettings as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=save, args=[theme]) for theme in ("light", "dark")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert UserSettings.objects.get().version == 2
