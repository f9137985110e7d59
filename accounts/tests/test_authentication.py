import jwt
import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.authentication import authenticate_request
from accounts.services import change_password, issue_tokens
from accounts.tests.factories import PASSWORD
from config.errors import Forbidden, NotAuthenticated

pytestmark = pytest.mark.django_db
ME = "/api/auth/me"


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def test_me(signed_in, ana):
    body = signed_in.get(ME).json()
    assert body["id"] == str(ana.pk)
    assert body["tutorStatus"] is None
    assert "password" not in body


def test_me_anonymous(api):
    assert api.get(ME).status_code == 401


def test_me_wrong_method(signed_in):
    assert signed_in.post(ME).status_code == 405


def test_me_by_session(ana):
    client = Client()
    client.force_login(ana)
    assert client.get(ME).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Bearer garbage", "Bearer " + "x" * 9000]
)
def test_broken_headers(api, header):
    answer = api.get(ME, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_invalid"


def test_refresh_token_is_no_access_token(api, ana):
    assert api.get(ME, **bearer(issue_tokens(user=ana).refresh_token)).status_code == 401


def test_expired_access_token(api, ana):
    token = issue_tokens(user=ana).token
    claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
    expired = jwt.encode(claims | {"exp": 1}, settings.SECRET_KEY, algorithm="HS256")
    assert api.get(ME, **bearer(expired)).status_code == 401


def test_access_tokens_die_with_the_password(api, ana):
    token = issue_tokens(user=ana).token
    change_password(user=ana, current=PASSWORD, new="Battery-staple-8")
    assert api.get(ME, **bearer(token)).status_code == 401


@pytest.mark.parametrize("named", ["\0", "nobody", "", 5, {"a": 1}, None])
def test_a_token_that_names_nobody(api, named):
    token = AccessToken()
    token["user_id"] = named
    assert api.get(ME, **bearer(token)).status_code == 401


def test_session_without_csrf_token_may_read_but_not_write(ana):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ana)
    assert client.get("/api/user/profile").status_code == 200
    refused = client.put("/api/user/profile", {"name": "Mallory"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    ana.refresh_from_db()
    assert ana.name == "Ana Torres"


def test_session_with_csrf_token_may_write(ana):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ana)
    client.get("/sign-up")
    client.get("/settings")
    token = client.cookies["csrftoken"].value
    answer = client.put("/api/user/profile", {"name": "Ana T"}, HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 200


class TestOutsideDrf:
    """`authenticate_request`, as the event-stream doors call it."""

    def request(self, method="get", session=None, **headers):
        request = getattr(RequestFactory(enforce_csrf_checks=True), method)("/api/chat", **headers)
        if session is not None:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = session
        return request

    def session_of(self, user):
        client = Client()
        client.force_login(user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    def test_bearer(self, ana):
        request = self.request("post", **bearer(issue_tokens(user=ana).token))
        assert authenticate_request(request) == ana

    def test_bad_bearer_does_not_fall_back_to_the_session(self, ana):
        request = self.request(session=self.session_of(ana), **bearer("garbage"))
        with pytest.raises(NotAuthenticated) as refusal:
            authenticate_request(request)
        assert refusal.value.code == "token_invalid"

    def test_session(self, ana):
        assert authenticate_request(self.request(session=self.session_of(ana))) == ana

    def test_session_needs_a_csrf_token_to_write(self, ana):
        with pytest.raises(Forbidden) as refusal:
            authenticate_request(self.request("post", session=self.session_of(ana)))
        assert refusal.value.code == "csrf_failed"

    def test_session_with_its_csrf_token(self, ana):
        request = self.request("post", self.session_of(ana), HTTP_X_CSRFTOKEN="c" * 32)
        request.COOKIES[settings.CSRF_COOKIE_NAME] = "c" * 32
        assert authenticate_request(request) == ana

    def test_nobody(self, ana):
        for request in (self.request(), self.request(session="unknown")):
            with pytest.raises(NotAuthenticated):
                authenticate_request(request)

    def test_session_of_an_account_switched_off(self, ana):
        session = self.session_of(ana)
        ana.is_active = False
        ana.save()
        with pytest.raises(NotAuthenticated):
            authenticate_request(self.request(session=session))
