import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import LearnerLanguage, LearnerProfile, User
from accounts.selectors import current_language, day_ends_at, target_mastery, user_settings
from accounts.services.passwords import reset_token
from accounts.services.verification import uid_of, verification_token
from accounts.tests.factories import (
    PASSWORD,
    AdminFactory,
    LearnerLanguageFactory,
    PendingTutorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NEW = "Battery-staple-8"
SIGN_UP = {
    "name": "Dora Lind",
    "email": "Dora@example.org",
    "password": PASSWORD,
    "role": "student",
}


@pytest.fixture
def browser(ana):
    client = Client()
    client.force_login(ana)
    return client


def where(answer):
    assert answer.status_code == 302, answer.content
    return answer.url


class TestLanding:
    def test_for_strangers(self, client):
        assert client.get("/").status_code == 200

    def test_sends_the_signed_in_to_today(self, browser):
        assert where(browser.get("/")) == reverse("learning:today")

    def test_sends_a_tutor_to_their_learners(self, client, tessa):
        client.force_login(tessa)
        assert where(client.get("/")) == reverse("conversations:tutor_queue")

    def test_sends_an_admin_to_the_back_office(self, client):
        client.force_login(AdminFactory())
        assert where(client.get("/")) == reverse("admin:index")

    def test_wrong_method(self, client):
        assert client.post("/").status_code == 405


class TestRegister:
    def test_signs_in_and_goes_on(self, client):
        assert client.get("/sign-up").status_code == 200
        assert where(client.post("/sign-up", SIGN_UP)) == reverse("learning:today")
        dora = User.objects.get()
        assert dora.email == "dora@example.org"
        assert client.session["_auth_user_id"] == str(dora.pk)
        assert where(client.get("/today")) == reverse("accounts:onboarding")

    def test_tutor_waits(self, client):
        answer = client.post("/sign-up", SIGN_UP | {"role": "tutor"})
        assert where(answer) == reverse("accounts:tutor_waiting")
        assert client.get(answer.url).status_code == 200
        assert where(client.get("/welcome")) == reverse("accounts:tutor_waiting")
        assert client.get("/admin/").status_code == 302

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "no-address"),
            ("email", "x" * 300 + "@example.org"),
            ("password", "weak"),
            ("name", ""),
            ("role", "admin"),
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, client, field, value):
        answer = client.post("/sign-up", SIGN_UP | {field: value})
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
        assert b"Dora" in answer.content
        assert PASSWORD.encode() not in answer.content
        assert not User.objects.exists()

    def test_all_that_is_wrong_is_told_in_one_round(self, client):
        answer = client.post("/sign-up", SIGN_UP | {"email": "dora@", "password": "weak"})
        assert set(answer.context["form"].errors) == {"email", "password"}
        assert b"except the password" in answer.content

    def test_taken_address(self, client):
        UserFactory(email="dora@example.org")
        answer = client.post("/sign-up", SIGN_UP)
        assert answer.status_code == 400
        assert "email" in answer.context["form"].errors

    def test_signed_in_already(self, browser):
        assert where(browser.get("/sign-up")) == reverse("learning:today")

    def test_needs_a_csrf_token(self):
        client = Client(enforce_csrf_checks=True)
        assert client.post("/sign-up", SIGN_UP).status_code == 403
        assert not User.objects.exists()


class TestSignIn:
    form = {"email": "ana@example.org", "password": PASSWORD}

    def test_goes_to_today(self, client, ana):
        assert client.get("/sign-in").status_code == 200
        assert where(client.post("/sign-in", self.form)) == reverse("learning:today")

    def test_new_session_key(self, client, ana):
        client.get("/sign-in")
        client.session["x"] = 1
        before = client.session.session_key
        client.post("/sign-in", self.form)
        assert client.session.session_key != before

    def test_wrong_password(self, client, ana):
        answer = client.post("/sign-in", self.form | {"password": "Wrong-horse-7"})
        assert answer.status_code == 400
        assert b"The address or the password is not right" in answer.content
        assert b"ana@example.org" in answer.content

    @pytest.mark.parametrize("door", ["get", "post"])
    def test_goes_on_to_a_page_of_ours(self, client, ana, door):
        if door == "get":
            answer = client.post("/sign-in?next=/settings", self.form)
        else:
            answer = client.post("/sign-in", self.form | {"next": "/settings"})
        assert where(answer) == "/settings"

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "http:evil.example",
            "\x00//evil.example",
        ],
    )
    def test_does_not_go_anywhere_else(self, client, ana, target):
        answer = client.post("/sign-in", self.form | {"next": target})
        assert where(answer) == reverse("learning:today")

    def test_sign_out(self, browser):
        assert where(browser.post("/sign-out")) == "/"
        assert "_auth_user_id" not in browser.session
        assert browser.get("/sign-out").status_code == 405


class TestOnboarding:
    form = {
        "language": "es",
        "native_language": "en",
        "level": "place",
        "motivation": "a year in Valencia",
        "interests": "cooking, football,  ,cooking",
        "daily_minutes": "20",
        "timezone": "Europe/Madrid",
    }

    def test_place_me(self, browser, ana):
        assert browser.get("/welcome").status_code == 200
        answer = browser.post("/welcome", self.form)
        assert where(answer) == reverse("assessments:placement")
        row = current_language(ana)
        assert (row.language, row.level) == ("es", "")
        assert ana.profile.interests == ["cooking", "football"]
        assert ana.profile.daily_minutes == 20

    def test_says_which_language_is_missing_and_lets_go(self, browser):
        answer = browser.post("/welcome", self.form | {"language": ""})
        assert answer.context["form"].errors["language"] == [
            "Choose the language you want to learn."
        ]
        assert reverse("accounts:logout").encode() in answer.content

    def test_own_guess(self, browser, ana):
        answer = browser.post("/welcome", self.form | {"level": "B1"})
        assert where(answer) == reverse("learning:today")
        row = current_language(ana)
        assert (row.level, row.level_source) == ("B1", LearnerLanguage.Source.SELF)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("language", "pt"),
            ("language", "en"),
            ("native_language", "xx"),
            ("level", "Z9"),
            ("daily_minutes", "7"),
            ("daily_minutes", "x"),
            ("timezone", "Mars/Olympus"),
            ("interests", ",".join(map(str, range(11)))),
            ("interests", "x" * 61),
            ("motivation", "m" * 281),
        ],
    )
    def test_bad_input(self, browser, ana, field, value):
        answer = browser.post("/welcome", self.form | {field: value})
        assert answer.status_code == 400
        assert b"a year in Valencia" in answer.content or field == "motivation"
        assert current_language(ana) is None

    def test_anonymous(self, client):
        assert where(client.get("/welcome")) == "/sign-in?next=/welcome"


class TestSettings:
    def form(self, **changes):
        return {
            "name": "Ana Torres",
            "language": "es",
            "native_language": "en",
            "daily_minutes": "25",
            "target_mastery": "80",
            "day_ends_at": "2",
            "timezone": "Europe/Madrid",
            "theme": "dark",
            "version": "1",
        } | changes

    def test_shows_and_saves(self, browser, ana):
        LearnerLanguageFactory(user=ana)
        assert b"Ana Torres" in browser.get("/settings").content
        assert where(browser.post("/settings", self.form(name="Ana T"))) == "/settings"
        ana.refresh_from_db()
        assert (ana.name, ana.timezone, ana.profile.daily_minutes) == ("Ana T", "Europe/Madrid", 25)
        assert user_settings(ana).theme == "dark"
        assert user_settings(ana).version == 2
        assert (target_mastery(ana), day_ends_at(ana)) == (80, 2)
        assert b'data-theme="dark"' in browser.get("/settings").content

    def test_what_was_told_at_the_start_can_be_changed(self, browser, ana):
        topics = [f"topic {number}" for number in range(12)]
        LearnerProfile.objects.create(user=ana, interests=topics, motivation="a trip")
        page = browser.get("/settings").content
        assert b"topic 0, topic 1" in page
        assert b"a trip" in page
        told = {"motivation": "my grandmother", "interests": "chess, , films, chess"}
        assert where(browser.post("/settings", self.form(**told))) == "/settings"
        profile = LearnerProfile.objects.get(user=ana)
        assert (profile.motivation, profile.interests) == ("my grandmother", ["chess", "films"])

    def test_a_list_of_choices_is_not_called_optional(self, browser):
        page = browser.get("/settings").content.decode()
        assert page.count("(optional)") == 2  # why, and what about

    def test_other_learning_settings_stay(self, browser, ana):
        settings = user_settings(ana)
        settings.learning = {"scheduler": "sm2", "targetMastery": "odd"}
        settings.save()
        browser.post("/settings", self.form())
        kept = {"scheduler": "sm2", "targetMastery": 80, "dayEndsAt": 2}
        assert user_settings(ana).learning == kept

    def test_another_language_comes_first_and_none_is_lost(self, browser, ana):
        LearnerLanguageFactory(user=ana)
        browser.post("/settings", self.form(language="fr"))
        assert [row.language for row in ana.languages.all()] == ["fr", "es"]

    def test_stale_version_saves_nothing_and_keeps_what_was_typed(self, browser, ana):
        browser.post("/settings", self.form(theme="light"))
        answer = browser.post("/settings", self.form(name="Typed Here", theme="dark"))
        assert answer.status_code == 409
        assert b"changed on another device" in answer.content
        assert b"Typed Here" in answer.content
        ana.refresh_from_db()
        assert ana.name == "Ana Torres"
        assert user_settings(ana).theme == "light"
        version = re.search(rb'name="version" value="(\d+)"', answer.content)[1].decode()
        second = self.form(name="Typed Here", theme="dark", version=version)
        assert where(browser.post("/settings", second)) == "/settings"

    def test_refusal_of_one_part_saves_nothing(self, browser, ana):
        answer = browser.post("/settings", self.form(native_language="es"))
        assert answer.status_code == 400
        assert user_settings(ana).theme == "system"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("theme", "pink"),
            ("timezone", "Mars/Olympus"),
            ("daily_minutes", "3"),
            ("language", "pt"),
            ("version", "x"),
        ],
    )
    def test_bad_input(self, browser, ana, field, value):
        assert browser.post("/settings", self.form(**{field: value})).status_code == 400
        assert user_settings(ana).version == 1

    def test_anonymous(self, client):
        assert where(client.get("/settings")) == "/sign-in?next=/settings"


class TestPasswordPages:
    def test_change_keeps_this_session(self, browser, ana):
        assert browser.get("/settings/password").status_code == 200
        form = {"current_password": PASSWORD, "new_password": NEW}
        assert where(browser.post("/settings/password", form)) == "/settings"
        assert browser.get("/settings").status_code == 200
        ana.refresh_from_db()
        assert ana.check_password(NEW)

    @pytest.mark.parametrize(
        ("field", "value"), [("current_password", "Wrong-horse-7"), ("new_password", "weak")]
    )
    def test_change_bad_input(self, browser, ana, field, value):
        form = {"current_password": PASSWORD, "new_password": NEW} | {field: value}
        answer = browser.post("/settings/password", form)
        assert answer.status_code == 400
        assert field in answer.context["form"].errors

    def test_change_anonymous(self, client):
        assert where(client.get("/settings/password")) == "/sign-in?next=/settings/password"

    def test_reset(self, client, ana, django_capture_on_commit_callbacks):
        assert client.get("/reset").status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            assert where(client.post("/reset", {"email": ana.email})) == "/reset/sent"
        assert client.get("/reset/sent").status_code == 200
        link = re.search(r"http://localhost:8000(/reset/\S+)", mail.outbox[0].body)[1]
        assert client.get(link).status_code == 200
        assert client.post(link, {"new_password": "weak"}).status_code == 400
        assert where(client.post(link, {"new_password": NEW})) == "/sign-in"
        assert client.get(link).status_code == 400
        ana.refresh_from_db()
        assert ana.check_password(NEW)

    def test_reset_of_an_unknown_address(self, client):
        assert where(client.post("/reset", {"email": "nobody@example.org"})) == "/reset/sent"

    def test_reset_with_another_users_link(self, client, ana, ben):
        link = f"/reset/{uid_of(ben)}/{reset_token(ana)}"
        answer = client.post(link, {"new_password": NEW})
        assert answer.status_code == 400
        assert answer.context["form"] is None


class TestVerify:
    def test_acts_only_on_the_button(self, client):
        dora = UserFactory(email_verified_at=None)
        link = f"/verify/{uid_of(dora)}/{verification_token(dora)}"
        assert client.get(link).status_code == 200
        dora.refresh_from_db()
        assert dora.email_verified_at is None
        assert where(client.post(link)) == "/"
        dora.refresh_from_db()
        assert dora.email_verified_at is not None
        assert client.post(link).status_code == 400

    def test_garbage(self, client):
        assert client.post("/verify/x/y").status_code == 400

    def test_sent_again(self, client, django_capture_on_commit_callbacks):
        client.force_login(UserFactory(email_verified_at=None))
        with django_capture_on_commit_callbacks(execute=True):
            assert where(client.post("/verify")) == "/settings"
        assert len(mail.outbox) == 1
        assert client.get("/verify").status_code == 405


class TestTutorWaiting:
    def test_declined(self, client):
        client.force_login(PendingTutorFactory(tutor_profile__status="declined"))
        assert b"declined" in client.get("/waiting").content

    def test_others_go_on(self, browser):
        assert where(browser.get("/waiting")) == reverse("learning:today")


@pytest.mark.parametrize(
    "url", ["/", "/sign-up", "/sign-in", "/reset", "/reset/sent", "/reset/x/y", "/verify/x/y"]
)
def test_entrance_pages_need_no_account(client, url):
    assert client.get(url).status_code in (200, 400)
