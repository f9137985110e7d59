import pytest
from django.core import mail

from accounts.errors import EmailTaken
from accounts.models import AuditEntry, LearnerLanguage, TutorProfile, User
from accounts.services import register_user
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/auth/register"
NEWCOMER = {
    "email": "dora@example.org",
    "password": PASSWORD,
    "name": "Dora Lind",
    "nativeLanguage": "sv",
    "targetLanguages": ["es", "fr"],
}


def test_opens_an_account_and_signs_in(api):
    answer = api.post(URL, NEWCOMER)
    assert answer.status_code == 201
    body = answer.json()
    assert body["user"]["email"] == "dora@example.org"
    assert body["user"]["role"] == "student"
    assert body["user"]["targetLanguages"] == ["es", "fr"]
    assert body["user"]["nativeLanguage"] == "sv"
    me = api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert me.json()["id"] == body["user"]["id"]
    assert api.post("/api/auth/refresh", {"refreshToken": body["refreshToken"]}).status_code == 200


def test_password_is_kept_as_argon2(api):
    api.post(URL, NEWCOMER)
    user = User.objects.get()
    assert user.password.startswith("argon2$")
    assert user.check_password(PASSWORD)


def test_address_is_kept_in_lower_case(api):
    api.post(URL, NEWCOMER | {"email": " Dora@Example.ORG "})
    assert User.objects.get().email == "dora@example.org"


def test_languages_become_rows_in_order(api):
    api.post(URL, NEWCOMER)
    rows = LearnerLanguage.objects.order_by("position")
    assert [(row.language, row.level) for row in rows] == [("es", ""), ("fr", "")]


def test_mails_a_link_after_commit(api, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        api.post(URL, NEWCOMER)
        assert mail.outbox == []
    (message,) = mail.outbox
    assert message.to == ["dora@example.org"]
    assert "/verify/" in message.body
    assert "/verify/" in message.alternatives[0][0]


def test_is_audited(api):
    api.post(URL, NEWCOMER)
    entry = AuditEntry.objects.get(action="account.registered")
    assert entry.subject.email == "dora@example.org"
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize("email", ["dora@example.org", "DORA@example.org", "dora@EXAMPLE.org"])
def test_taken_address_in_any_case(api, email):
    UserFactory(email="dora@example.org")
    answer = api.post(URL, NEWCOMER | {"email": email})
    assert answer.status_code == 409
    assert answer.json()["code"] == "email_taken"
    assert User.objects.count() == 1


def test_address_taken_after_the_look(monkeypatch):
    UserFactory(email="dora@example.org")
    # The other sign-up commits between our look and our insert.
    monkeypatch.setattr(
        "accounts.models.UserQuerySet.by_email", lambda queryset, email: queryset.none()
    )
    with pytest.raises(EmailTaken):
        register_user(email="dora@example.org", password=PASSWORD, name="Dora")
    assert User.objects.count() == 1


def test_tutor_waits(api):
    body = api.post(URL, NEWCOMER | {"role": "tutor"}).json()
    tutor = User.objects.get()
    assert body["user"]["role"] == "tutor"
    assert body["user"]["tutorStatus"] == "pending"
    assert tutor.tutor_profile.status == TutorProfile.Status.PENDING
    assert not tutor.is_staff
    assert not tutor.groups.exists()


def test_admin_is_refused(api):
    answer = api.post(URL, NEWCOMER | {"role": "admin"})
    assert answer.status_code == 400
    assert "role" in answer.json()["details"]
    assert not User.objects.exists()


def test_powers_in_the_body_are_ignored(api):
    powers = {"isStaff": True, "is_staff": True, "isSuperuser": True, "plan": "enterprise"}
    api.post(URL, NEWCOMER | powers)
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser
    assert user.plan == User.Plan.FREE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not-an-address"),
        ("email", "a" * 250 + "@example.org"),
        ("email", 7),
        ("email", None),
        ("email", {"a": 1}),
        ("email", "dora@exa\x00mple.org"),
        ("password", "short-1A"[:7]),
        ("password", "alllowercase1"),
        ("password", "NoDigitsAtAll"),
        ("password", "Password1"),
        ("password", "dora@example.org1A"),
        ("password", "Aa1" * 100),
        ("password", ["Correct-horse-7"]),
        ("name", ""),
        ("name", "   "),
        ("name", "\u200b\u202e"),
        ("name", "n" * 256),
        ("role", "superuser"),
        ("grade", 14),
        ("grade", -1),
        ("grade", "ten"),
        ("nativeLanguage", "tlh"),
        ("targetLanguages", "es"),
        ("targetLanguages", ["xx"]),
        ("targetLanguages", ["es", "es"]),
        ("targetLanguages", ["sv"]),
        ("targetLanguages", ["es"] * 50),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
    ],
)
def test_bad_input(api, field, value):
    answer = api.post(URL, NEWCOMER | {field: value})
    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not User.objects.exists()


def test_learning_ones_own_language(api):
    answer = api.post(URL, NEWCOMER | {"nativeLanguage": "es"})
    assert answer.status_code == 400
    assert "targetLanguages" in answer.json()["details"]


@pytest.mark.parametrize("body", ["[]", '"text"', "{", ""])
def test_body_that_is_no_object(api, body):
    answer = api.post(URL, body, content_type="application/json")
    assert answer.status_code == 400


def test_wrong_method(api):
    assert api.get(URL).status_code == 405


def test_nothing_is_left_when_a_part_fails(monkeypatch):
    def fail(**_more):
        raise RuntimeError

    monkeypatch.setattr("accounts.services.registration.record_audit", fail)
    with pytest.raises(RuntimeError):
        register_user(email="dora@example.org", password=PASSWORD, name="Dora")
    assert not User.objects.exists()
