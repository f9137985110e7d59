"""Who may reach each address at all. A new address belongs in this table, or the test fails.

Whose rows an address shows to those it lets in is tested beside each app.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.tests.factories import AdminFactory, TutorFactory, UserFactory

pytestmark = pytest.mark.django_db

SOME_ID = UUID("0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e")

ANYBODY = "anybody"
SIGNED_IN = "signed in"

PAGES = {
    "": ANYBODY,
    "sign-up": ANYBODY,
    "sign-in": ANYBODY,
    "sign-out": ANYBODY,
    "welcome": SIGNED_IN,
    "waiting": SIGNED_IN,
    "settings": SIGNED_IN,
    "settings/password": SIGNED_IN,
    "reset": ANYBODY,
    "reset/sent": ANYBODY,
    "reset/<str:uid>/<str:token>": ANYBODY,
    "verify": SIGNED_IN,
    "verify/<str:uid>/<str:token>": ANYBODY,
    "today": SIGNED_IN,
    "learn": SIGNED_IN,
    "learn/<uuid:content_id>": SIGNED_IN,
    "learn/<uuid:content_id>/begin": SIGNED_IN,
    "learn/<uuid:content_id>/answer": SIGNED_IN,
    "companions": SIGNED_IN,
    "companions/new": SIGNED_IN,
    "companions/<uuid:companion_id>": SIGNED_IN,
    "companions/<uuid:companion_id>/edit": SIGNED_IN,
    "companions/<uuid:companion_id>/delete": SIGNED_IN,
    "companions/<uuid:companion_id>/bookmark": SIGNED_IN,
    "placement": SIGNED_IN,
    "assessments": SIGNED_IN,
    "assessments/progress": SIGNED_IN,
    "assessments/final": SIGNED_IN,
    "assessments/<uuid:assessment_id>/answer": SIGNED_IN,
    "assessments/<uuid:assessment_id>/stop": SIGNED_IN,
    "assessments/<uuid:assessment_id>/result": SIGNED_IN,
    "assessments/<uuid:assessment_id>/text": SIGNED_IN,
    "assessments/<uuid:assessment_id>/dispute": SIGNED_IN,
    "tutoring": SIGNED_IN,
    "tutoring/<uuid:session_id>": SIGNED_IN,
    "tutoring/<uuid:session_id>/change": SIGNED_IN,
    "tutoring/<uuid:session_id>/retry": SIGNED_IN,
    "tutoring/<uuid:session_id>/practise": SIGNED_IN,
    "tutoring/<uuid:session_id>/delete": SIGNED_IN,
    "practice": SIGNED_IN,
    "practice/make": SIGNED_IN,
    "practice/lessons/<uuid:lesson_id>/quiz": SIGNED_IN,
    "practice/<uuid:set_id>": SIGNED_IN,
    "practice/<uuid:set_id>/answer": SIGNED_IN,
    "practice/<uuid:set_id>/hint": SIGNED_IN,
    "practice/<uuid:set_id>/submit": SIGNED_IN,
    "phrases": SIGNED_IN,
    "pictures": SIGNED_IN,
    "pictures/<uuid:set_id>": SIGNED_IN,
    "pictures/<uuid:set_id>/answer": SIGNED_IN,
    "pictures/<uuid:set_id>/image": SIGNED_IN,
    "pictures/<uuid:set_id>/delete": SIGNED_IN,
    "vocabulary": SIGNED_IN,
    "vocabulary/look-up": SIGNED_IN,
    "vocabulary/look-up/keep": SIGNED_IN,
    "vocabulary/lists": SIGNED_IN,
    "vocabulary/lists/<uuid:list_id>": SIGNED_IN,
    "vocabulary/lists/<uuid:list_id>/copy": SIGNED_IN,
    "vocabulary/lists/<uuid:list_id>/delete": SIGNED_IN,
    "vocabulary/lists/<uuid:list_id>/cards": SIGNED_IN,
    "vocabulary/words/<uuid:item_id>/card": SIGNED_IN,
    "vocabulary/words/<uuid:item_id>/delete": SIGNED_IN,
    "progress": SIGNED_IN,
    "progress/student/<uuid:student_id>": SIGNED_IN,
    "concepts": SIGNED_IN,
    "concepts/<uuid:concept_id>": SIGNED_IN,
    "errors": SIGNED_IN,
    "errors/<uuid:error_id>": SIGNED_IN,
    "review": SIGNED_IN,
    "decks": SIGNED_IN,
    "decks/public": SIGNED_IN,
    "decks/import": SIGNED_IN,
    "decks/imports/<uuid:import_id>": SIGNED_IN,
    "decks/<uuid:deck_id>": SIGNED_IN,
    "decks/<uuid:deck_id>/export": SIGNED_IN,
    "decks/<uuid:deck_id>/review": SIGNED_IN,
    "decks/<uuid:deck_id>/cards": SIGNED_IN,
    "decks/<uuid:deck_id>/settings": SIGNED_IN,
    "decks/<uuid:deck_id>/workload": SIGNED_IN,
    "decks/<uuid:deck_id>/share": SIGNED_IN,
    "decks/<uuid:deck_id>/copy": SIGNED_IN,
    "decks/<uuid:deck_id>/join": SIGNED_IN,
    "decks/<uuid:deck_id>/leave/<uuid:user_id>": SIGNED_IN,
    "decks/<uuid:deck_id>/delete": SIGNED_IN,
    "decks/<uuid:deck_id>/notes/new": SIGNED_IN,
    "notes/<uuid:note_id>": SIGNED_IN,
    "notes/<uuid:note_id>/delete": SIGNED_IN,
    "notifications": SIGNED_IN,
    "notifications/read-all": SIGNED_IN,
    "notifications/<uuid:notification_id>": SIGNED_IN,
    "tutor": SIGNED_IN,
    "tutor/students/<uuid:student_id>": SIGNED_IN,
    "tutor/requests/<uuid:request_id>": SIGNED_IN,
    "tutor/requests/<uuid:request_id>/take": SIGNED_IN,
    "tutor/requests/<uuid:request_id>/answer": SIGNED_IN,
    "tutor/requests/<uuid:request_id>/return": SIGNED_IN,
    "tutor/requests/<uuid:request_id>/withdraw": SIGNED_IN,
    "tutor/requests/<uuid:request_id>/verdict": SIGNED_IN,
    "tutor/link/<str:token>": SIGNED_IN,
    "talk/<uuid:conversation_id>/tutor": SIGNED_IN,
    "moderation": SIGNED_IN,
    "moderation/help": SIGNED_IN,
    "moderation/<uuid:flag_id>/appeal": SIGNED_IN,
    "memory": SIGNED_IN,
    "memory/consent": SIGNED_IN,
    "memory/<uuid:memory_id>": SIGNED_IN,
    "talk": SIGNED_IN,
    "talk/corrections": SIGNED_IN,
    "talk/saved/<uuid:source_id>": SIGNED_IN,
    "talk/<uuid:conversation_id>": SIGNED_IN,
    "talk/<uuid:conversation_id>/rename": SIGNED_IN,
    "talk/<uuid:conversation_id>/delete": SIGNED_IN,
    "talk/<uuid:conversation_id>/restore": SIGNED_IN,
    "talk/<uuid:conversation_id>/summary": SIGNED_IN,
}
API = {
    "api/auth/register": ANYBODY,
    "api/auth/login": ANYBODY,
    "api/auth/refresh": ANYBODY,
    "api/auth/logout": ANYBODY,
    "api/auth/me": SIGNED_IN,
    "api/auth/password/change": SIGNED_IN,
    "api/auth/password/reset": ANYBODY,
    "api/auth/password/reset/confirm": ANYBODY,
    "api/auth/email/verify": ANYBODY,
    "api/auth/ws-ticket": SIGNED_IN,
    "api/user/profile": SIGNED_IN,
    "api/user/settings": SIGNED_IN,
    "api/settings/save": SIGNED_IN,
    "api/settings/sync": SIGNED_IN,
    "api/content": SIGNED_IN,
    "api/content/recommended": SIGNED_IN,
    "api/content/<uuid:content_id>": SIGNED_IN,
    "api/content/<uuid:content_id>/begin": SIGNED_IN,
    "api/content/<uuid:content_id>/hint": SIGNED_IN,
    "api/content/<uuid:content_id>/answer": SIGNED_IN,
    "api/companions": SIGNED_IN,
    "api/companions/bookmarked": SIGNED_IN,
    "api/companions/permissions": SIGNED_IN,
    "api/companions/sessions/recent": SIGNED_IN,
    "api/companions/sessions/mine": SIGNED_IN,
    "api/companions/<uuid:companion_id>": SIGNED_IN,
    "api/companions/<uuid:companion_id>/bookmark": SIGNED_IN,
    "api/companions/<uuid:companion_id>/sessions": SIGNED_IN,
    "api/sessions": SIGNED_IN,
    "api/sessions/<uuid:session_id>": SIGNED_IN,
    "api/sessions/<uuid:session_id>/activity": SIGNED_IN,
    "api/progress/student/<uuid:student_id>": SIGNED_IN,
    "api/progress/track": SIGNED_IN,
    "api/user/progress": SIGNED_IN,
    "api/practice/generate": SIGNED_IN,
    "api/practice/student/<uuid:student_id>": SIGNED_IN,
    "api/practice/<uuid:practice_id>": SIGNED_IN,
    "api/practice/<uuid:practice_id>/answer": SIGNED_IN,
    "api/practice/<uuid:practice_id>/hint": SIGNED_IN,
    "api/practice/<uuid:practice_id>/submit": SIGNED_IN,
    "api/quizzes/generate": SIGNED_IN,
    "api/quizzes/<uuid:quiz_id>": SIGNED_IN,
    "api/quizzes/<uuid:quiz_id>/submit": SIGNED_IN,
    "api/qa/generate": SIGNED_IN,
    "api/qa/<uuid:qa_id>": SIGNED_IN,
    "api/qa/<uuid:qa_id>/answer": SIGNED_IN,
    "api/phrases/extract": SIGNED_IN,
    "api/vocabulary": SIGNED_IN,
    "api/vocabulary/save": SIGNED_IN,
    "api/vocabulary/lookup": SIGNED_IN,
    "api/vocabulary/items/<uuid:item_id>": SIGNED_IN,
    "api/vocabulary/lists": SIGNED_IN,
    "api/vocabulary/lists/<uuid:list_id>": SIGNED_IN,
    "api/vocabulary/lists/<uuid:list_id>/copy": SIGNED_IN,
    "api/vocabulary/lists/<uuid:list_id>/cards": SIGNED_IN,
    "api/mastery": SIGNED_IN,
    "api/mastery/<uuid:concept_id>": SIGNED_IN,
    "api/errors": SIGNED_IN,
    "api/errors/<uuid:error_id>": SIGNED_IN,
    "api/assessment/create": SIGNED_IN,
    "api/assessment/submit": SIGNED_IN,
    "api/assessment/history": SIGNED_IN,
    "api/assessment/<uuid:assessment_id>": SIGNED_IN,
    "api/assessment/<uuid:assessment_id>/answer": SIGNED_IN,
    "api/assessment/<uuid:assessment_id>/result": SIGNED_IN,
    "api/assessment/<uuid:assessment_id>/dispute": SIGNED_IN,
    "api/assessment/disputes": SIGNED_IN,
    "api/flashcards/decks": SIGNED_IN,
    "api/flashcards/decks/public": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/study": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/workload": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/copy": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/share": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/members": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/members/<uuid:user_id>": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/cards": SIGNED_IN,
    "api/flashcards/decks/<uuid:deck_id>/export": SIGNED_IN,
    "api/flashcards/import": SIGNED_IN,
    "api/flashcards/imports/<uuid:import_id>": SIGNED_IN,
    "api/flashcards/cards": SIGNED_IN,
    "api/flashcards/cards/due": SIGNED_IN,
    "api/flashcards/cards/bulk": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>/review": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>/suspend": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>/history": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>/audio": SIGNED_IN,
    "api/flashcards/cards/<uuid:card_id>/image": SIGNED_IN,
    "api/flashcards/reviews": SIGNED_IN,
    "api/flashcards/reviews/undo": SIGNED_IN,
    "api/transcripts/upload": SIGNED_IN,
    "api/transcripts/<uuid:session_id>": SIGNED_IN,
    "api/transcripts/<uuid:session_id>/retry": SIGNED_IN,
    "api/transcripts/student/<uuid:student_id>": SIGNED_IN,
    "api/chat/conversation": SIGNED_IN,
    "api/chat/conversation/<uuid:conversation_id>": SIGNED_IN,
    "api/chat/conversations": SIGNED_IN,
    "api/chat/conversations/<uuid:conversation_id>": SIGNED_IN,
    "api/chat/history": SIGNED_IN,
    "api/chat/scenarios": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/cancel": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/feedback": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/retry": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/regenerate": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/corrections": SIGNED_IN,
    "api/chat/messages/<uuid:message_id>/translate": SIGNED_IN,
    "api/chat/conversations/<uuid:conversation_id>/branch": SIGNED_IN,
    "api/chat/conversations/<uuid:conversation_id>/restore": SIGNED_IN,
    "api/chat/conversations/<uuid:conversation_id>/summary": SIGNED_IN,
    "api/chat/corrections/contract": SIGNED_IN,
    "api/chat": SIGNED_IN,
    "api/chat/message": SIGNED_IN,
    "api/chat/stream/<uuid:message_id>": SIGNED_IN,
    "api/notifications": SIGNED_IN,
    "api/notifications/read-all": SIGNED_IN,
    "api/notifications/<uuid:notification_id>/read": SIGNED_IN,
    "api/moderation/flags": SIGNED_IN,
    "api/moderation/flags/<uuid:flag_id>/appeal": SIGNED_IN,
    "api/memory": SIGNED_IN,
    "api/memory/consent": SIGNED_IN,
    "api/memory/<uuid:memory_id>": SIGNED_IN,
    "api/tutor/routing/analyze": SIGNED_IN,
    "api/tutor/context/<uuid:student_id>": SIGNED_IN,
    "api/tutor/students": SIGNED_IN,
    "api/tutor/requests": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>/take": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>/answer": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>/return": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>/withdraw": SIGNED_IN,
    "api/tutor/requests/<uuid:request_id>/verdict": SIGNED_IN,
    "api/monitoring/live": ANYBODY,
    "api/monitoring/ready": ANYBODY,
    "api/monitoring/health": ANYBODY,
    "api/schema": ANYBODY,
    "api/docs": ANYBODY,
}
SAMPLES = {"<str:uid>": "some-user", "<str:token>": "some-token"}


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        elif entry.app_name != "admin":
            yield from addresses(entry, here)


def path_of(route: str) -> str:
    for part in route.split("/"):
        if part.startswith("<uuid:"):
            route = route.replace(part, str(SOME_ID))
    for part, sample in SAMPLES.items():
        route = route.replace(part, sample)
    return f"/{route}"


def answers(client: Client, route: str) -> list[tuple[int, str]]:
    """Status and redirect of each method that writes nothing on an empty body."""
    sent = [client.get(path_of(route)), client.post(path_of(route), {}, "application/json")]
    return [(one.status_code, one.headers.get("Location", "")) for one in sent]


def test_every_address_stands_in_the_table():
    assert set(addresses(get_resolver())) == set(PAGES) | set(API)


@pytest.mark.parametrize("route", [route for route, who in API.items() if who == SIGNED_IN])
def test_the_api_knows_no_stranger(client, route):
    assert {status for status, _ in answers(client, route)} <= {401, 405}


@pytest.mark.parametrize("route", [route for route, who in API.items() if who == ANYBODY])
def test_what_the_api_says_to_anybody(client, route):
    assert not {status for status, _ in answers(client, route)} & {403, 404, 500}


@pytest.mark.parametrize("route", [route for route, who in PAGES.items() if who == SIGNED_IN])
def test_a_page_sends_a_stranger_to_sign_in(client, route):
    sign_in = str(settings.LOGIN_URL)
    for status, location in answers(client, route):
        assert status == 405 or (status == 302 and location.startswith(sign_in)), route


@pytest.mark.parametrize("route", [route for route, who in PAGES.items() if who == ANYBODY])
def test_a_page_for_anybody(client, route):
    statuses = {status for status, _ in answers(client, route)}
    assert statuses <= {200, 302, 400, 405}


@pytest.mark.parametrize("make", [UserFactory, TutorFactory])
def test_the_admin_opens_to_staff_only(client, make):
    user = make()
    client.force_login(user)
    expected = 200 if user.is_staff else 302
    assert client.get(reverse("admin:index")).status_code == expected


@pytest.mark.parametrize(
    ("name", "tutor"),
    [
        ("accounts_user", 200),
        ("accounts_learnerlanguage", 200),
        ("accounts_tutorprofile", 403),
        ("accounts_tutorassignment", 200),
        ("accounts_auditentry", 403),
        ("accounts_refreshfamily", 403),
        ("ai_usagerecord", 403),
        ("ai_moderationflag", 403),
        ("assessments_item", 403),
        ("assessments_assessment", 200),
        ("assessments_dispute", 200),
        ("assessments_response", 200),
        ("auth_group", 403),
        ("axes_accessattempt", 403),
        ("learning_companion", 200),
        ("learning_companionsession", 403),
        ("learning_concept", 403),
        ("learning_contentitem", 403),
        ("learning_exerciseanswer", 200),
        ("conversations_conversation", 200),
        ("conversations_message", 200),
        ("conversations_tutorrequest", 200),
        ("conversations_routingdecision", 200),
        ("conversations_tutoringsession", 200),
        ("practice_cardschedule", 200),
        ("practice_deck", 200),
        ("practice_deckimport", 403),
        ("practice_note", 200),
        ("practice_reviewlog", 200),
        ("practice_practiceset", 200),
        ("practice_question", 200),
        ("practice_vocabularyitem", 403),
        ("practice_vocabularylist", 403),
        ("django_celery_beat_periodictask", 403),
    ],
)
def test_what_staff_see_in_the_admin(client, name, tutor):
    address = reverse(f"admin:{name}_changelist")
    for user, expected in ((TutorFactory(), tutor), (AdminFactory(), 200)):
        client.force_login(user)
        assert client.get(address).status_code == expected
