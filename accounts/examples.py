"""Requests and answers as the API's documentation shows them. Fictional people only."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ACCESS = "eyJhbGciOiJIUzI1NiJ9.access.signature"
_REFRESH = "eyJhbGciOiJIUzI1NiJ9.refresh.signature"
_ID = "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c3d"
_UID = "MDE5YTFmNWUtN2MxYS03ZDFlLTlmNmUtM2Q4YTZmMWIyYzNk"

_TOKENS = {"token": _ACCESS, "refreshToken": _REFRESH}
_USER = {
    "id": _ID,
    "email": "ana@example.org",
    "name": "Ana Torres",
    "role": "student",
    "plan": "free",
    "nativeLanguage": "en",
    "targetLanguages": ["es"],
    "timezone": "Europe/Madrid",
    "emailVerifiedAt": None,
    "tutorStatus": None,
    "createdAt": "2026-01-05T09:00:00Z",
}
_PROFILE = {
    "name": "Ana Torres",
    "nativeLanguage": "en",
    "timezone": "Europe/Madrid",
    "targetLanguages": ["es", "fr"],
    "proficiencyLevels": {"fr": "A1"},
    "learningPreferences": {"corrections": "all"},
    "grade": None,
    "learningStyle": "by talking",
    "motivation": "a year in Valencia",
    "interests": ["cooking", "football"],
    "strengths": ["listening"],
    "dailyMinutes": 20,
}
_SPANISH = {
    "language": "es",
    "level": "B1",
    "levelProbability": 0.86,
    "levelLow": "A2",
    "levelHigh": "B2",
    "levelSource": "placement",
    "levelSetAt": "2026-01-05T10:00:00Z",
}
_SETTINGS = {
    "version": 4,
    "theme": "dark",
    "interface": {"textSize": "large"},
    "learning": {"autoplay": True},
    "privacy": {},
    "notifications": {"daily": False},
}
_SAVED = {**_SETTINGS, "version": 5, "updatedAt": "2026-01-06T18:30:00Z"}


def _request(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value=value, request_only=True)


def _answer(value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample("Answer", value=value, response_only=True, status_codes=[status])


REGISTER = [
    _request(
        {
            "email": "ana@example.org",
            "password": "Correct-horse-7",
            "name": "Ana Torres",
            "nativeLanguage": "en",
            "targetLanguages": ["es"],
        }
    ),
    _answer({**_TOKENS, "user": _USER}, "201"),
]
LOGIN = [
    _request({"email": "ana@example.org", "password": "Correct-horse-7"}),
    _answer({**_TOKENS, "user": {"id": _ID, "email": "ana@example.org", "role": "student"}}),
]
REFRESH = [_request({"refreshToken": _REFRESH}), _answer(_TOKENS)]
LOGOUT = [_request({"refreshToken": _REFRESH})]
ME = [_answer(_USER)]
PASSWORD_CHANGE = [
    _request({"currentPassword": "Correct-horse-7", "newPassword": "Battery-staple-8"}),
    _answer(_TOKENS),
]
PASSWORD_RESET = [
    _request({"email": "ana@example.org"}),
    _answer({"message": "If an account has this address, a link is on its way."}, "202"),
]
PASSWORD_RESET_CONFIRM = [
    _request({"uid": _UID, "token": "d3kq1c-5b0e", "newPassword": "Battery-staple-8"}),
]
EMAIL_VERIFY = [
    _request({"uid": _UID, "token": "1f0c.1vXyZa.signature"}),
    _answer({"email": "ana@example.org", "emailVerifiedAt": "2026-01-05T09:04:00Z"}),
]
WS_TICKET = [_answer({"ticket": "pT3vXb0uQm5wZ1", "expiresIn": 30}, "201")]
PROFILE = [
    _answer(
        {
            **_PROFILE,
            "id": _ID,
            "email": "ana@example.org",
            "role": "student",
            "plan": "free",
            "proficiencyLevels": {"es": "B1", "fr": "A1"},
            "languages": [_SPANISH],
            "onboardedAt": "2026-01-05T09:05:00Z",
            "completeness": 88,
        }
    )
]
PROFILE_UPDATE = [_request(_PROFILE), *PROFILE]
SETTINGS_SAVE = [_request(_SETTINGS), _answer(_SAVED)]
SETTINGS_SYNC = [_answer({"version": 5, "changed": True, "settings": _SAVED})]
