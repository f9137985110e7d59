from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import AdminFactory, TutorAssignmentFactory, UserFactory
from config.ids import new_id
from practice.decks.exchange import importing, limits
from practice.decks.exchange.tasks import import_deck_task, sweep_imports_task
from practice.decks.services import bring_notes
from practice.models import Card, CardSchedule, Deck, DeckImport, Note, ReviewLog
from practice.tests.factories import DeckFactory, make_card
from practice.tests.packages import Package
from practice.tests.test_deck_import_anki import reviewed

pytestmark = pytest.mark.django_db

ROOT = "/api/flashcards"
TABLE = b"front,back\nuno,one\ndos,two\n"


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{new_id()}:"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres")


def client_of(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


@pytest.fixture
def as_ana(ana):
    return client_of(ana)


@pytest.fixture
def as_ben():
    return client_of(UserFactory(name="Ben Okoro"))


@pytest.fixture
def queued(monkeypatch):
    sent = []
    monkeypatch.setattr("practice.decks.exchange.importing.import_deck_task.delay", sent.append)
    return sent


def send(client, data=TABLE, name="words.csv", **more):
    body = {"file": SimpleUploadedFile(name, data), **more}
    return client.post(f"{ROOT}/import", body, format="multipart")


def package_of(count, tmp_path):
    package = Package()
    for number in range(count):
        [card] = package.note(
            [f"word {number}", f"meaning {number}"], type=2, queue=2, due=9, ivl=3
        )
        package.log(card, timezone.now() - timedelta(days=3, seconds=number))
    return package.build(tmp_path / f"collection-{new_id()}")


def test_a_small_file_is_brought_in_at_once(as_ana, ana, queued):
    answer = send(as_ana, language="es")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["done"], body["total"]) == ("completed", 2, 2)
    assert body["result"]["notes"] == body["result"]["cards"] == 2
    deck = Deck.objects.get(pk=body["deckId"])
    assert (deck.owner, deck.name, deck.language) == (ana, "words", "es")
    assert as_ana.get(f"{ROOT}/imports/{body['id']}").json() == body
    assert queued == []


def test_a_larger_one_goes_on_in_the_background(
    as_ana, queued, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(limits, "AT_ONCE", 3)
    monkeypatch.setattr(limits, "BATCH", 2)
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(as_ana, package_of(5, tmp_path), "words.apkg")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["status"], body["total"], body["result"]) == ("waiting", 5, None)
    assert queued == [body["id"]]
    assert not Note.objects.exists()
    assert import_deck_task(*queued)
    body = as_ana.get(f"{ROOT}/imports/{body['id']}").json()
    assert (body["status"], body["done"]) == ("completed", 5)
    assert (body["result"]["notes"], body["result"]["reviews"]) == (5, 5)
    assert not default_storage.listdir("imports")[1]


def test_a_worker_that_was_killed_begins_again_and_doubles_nothing(
    as_ana, queued, tmp_path, monkeypatch
):
    monkeypatch.setattr(limits, "AT_ONCE", 0)
    monkeypatch.setattr(limits, "BATCH", 2)
    body = send(as_ana, package_of(5, tmp_path), "words.apkg").json()

    class Killed(BaseException):
        pass

    calls = []

    def half_way(**more):
        calls.append(more)
        if len(calls) == 2:
            raise Killed
        return bring_notes(**more)

    with monkeypatch.context() as patched:
        patched.setattr(importing, "bring_notes", half_way)
        with pytest.raises(Killed):
            import_deck_task(body["id"])
    row = DeckImport.objects.get()
    assert (row.status, row.done) == ("running", 2)
    assert Note.objects.count() == 2
    assert import_deck_task(body["id"])
    counts = [table.objects.count() for table in (Note, Card, CardSchedule, ReviewLog, Deck)]
    assert counts == [5, 5, 5, 5, 1]
    assert not import_deck_task(body["id"])
    assert Note.objects.count() == 5
    result = as_ana.get(f"{ROOT}/imports/{body['id']}").json()["result"]
    told = [result[name] for name in ("notes", "cards", "reviews", "kept", "updated")]
    assert told == [5, 5, 5, 0, 0]


def test_an_import_that_keeps_killing_its_worker_is_given_up(as_ana, queued, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 0)
    body = send(as_ana).json()
    row = DeckImport.objects.get()
    row.options["tries"] = importing.MOST_TRIES
    row.save()
    assert not import_deck_task(body["id"])
    assert as_ana.get(f"{ROOT}/imports/{body['id']}").json()["errorCode"] == "interrupted"


def test_of_two_workers_the_second_leaves_it_to_the_first(as_ana, queued, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 0)
    body = send(as_ana).json()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            key = f"import {body['id']}"
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        for _ in range(importing.MOST_TRIES + 1):
            assert not import_deck_task(body["id"])
        assert as_ana.get(f"{ROOT}/imports/{body['id']}").json()["status"] == "waiting"
    finally:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        other.close()
    assert import_deck_task(body["id"])
    assert Note.objects.count() == 2


def test_what_nobody_foresaw_ends_the_import_and_is_raised(as_ana, queued, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 0)
    body = send(as_ana).json()
    monkeypatch.setattr(importing, "bring_notes", lambda **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_deck_task(body["id"])
    body = as_ana.get(f"{ROOT}/imports/{body['id']}").json()
    assert (body["status"], body["errorCode"]) == ("failed", "interrupted")
    assert not Note.objects.exists()


def test_lost_tasks_are_sent_again_and_abandoned_uploads_go(ana, queued, monkeypatch):
    def row(**more):
        upload = SimpleUploadedFile("words.csv", TABLE)
        made = importing.request_import(learner=ana, upload=upload)
        created = timezone.now() - more.pop("age")
        made.options |= more.pop("options", {})
        DeckImport.objects.filter(pk=made.pk).update(
            created_at=created, options=made.options, **more
        )
        return made

    begun, old = {"begun": True}, timedelta(hours=1)
    waiting, running = row(age=old, options=begun), row(age=old, options=begun, status="running")
    row(age=timedelta(minutes=1), options=begun)
    row(age=old)
    row(age=old, options=begun, status="completed")
    abandoned = row(age=timedelta(days=2))
    monkeypatch.setattr("practice.decks.exchange.tasks.import_deck_task.delay", queued.append)
    assert sweep_imports_task() == 2
    assert queued == [str(waiting.pk), str(running.pk)]
    assert not DeckImport.objects.filter(pk=abandoned.pk).exists()
    assert not default_storage.exists(abandoned.file.name)


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"no archive", "deck.apkg", 400, "not_an_archive"),
        (b"", "deck.csv", 400, "invalid"),
        (b"%PDF", "deck.pdf", 400, "unknown_format"),
        (b"front,back\n", "deck.csv", 400, "no_notes"),
    ],
)
def test_a_refusal_has_a_code_and_a_reason(as_ana, data, name, status, code):
    answer = send(as_ana, data, name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["error"]
    assert not Deck.objects.exists()


def test_a_file_that_is_too_large_is_413(as_ana, monkeypatch):
    monkeypatch.setitem(limits.LARGEST_FILE, "csv", 5)
    answer = send(as_ana)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "more",
    [
        {"columns": "front,front"},
        {"columns": "front,nonsense"},
        {"delimiter": "x"},
        {"encoding": "rot13"},
        {"language": "xx"},
        {"duplicates": "double"},
        {"deckId": "no id"},
    ],
)
def test_bad_input(as_ana, more):
    answer = send(as_ana, **more)
    assert answer.status_code == 400
    assert set(answer.json()["details"]) == set(more)
    assert as_ana.post(f"{ROOT}/import", {}, format="multipart").status_code == 400
    assert as_ana.post(f"{ROOT}/import", {"file": "x"}, format="json").status_code == 415
    assert not DeckImport.objects.exists()


def test_a_preview_of_a_table_writes_nothing(as_ana):
    answer = send(as_ana, b"one;uno\n;nada\n", preview="true", columns="back,front")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["delimiter"], body["encoding"], body["heading"]) == ("semicolon", "utf-8", False)
    assert (body["total"], body["good"]) == (2, 1)
    assert body["notes"] == [
        {"place": 1, "kind": "basic", "front": "uno", "back": "one", "tags": []}
    ]
    assert body["refused"][0]["title"] == "nada"
    assert not Deck.objects.exists()
    assert not DeckImport.objects.exists()


def test_only_tables_have_a_preview(as_ana, tmp_path):
    answer = send(as_ana, package_of(1, tmp_path), "words.apkg", preview="true")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_preview")
    assert not DeckImport.objects.exists()


def test_a_file_goes_into_a_deck_of_ones_own_only(as_ana, as_ben, ana):
    deck = DeckFactory(owner=ana)
    assert send(as_ben, deckId=str(deck.pk)).status_code == 404
    assert send(as_ana, deckId=str(deck.pk)).json()["deckId"] == str(deck.pk)
    assert deck.notes.count() == 2


def test_sent_twice_with_one_key_it_is_done_once(as_ana):
    bodies = []
    for _ in range(2):
        body = {"file": SimpleUploadedFile("words.csv", TABLE)}
        key = {"HTTP_IDEMPOTENCY_KEY": "once"}
        bodies.append(as_ana.post(f"{ROOT}/import", body, format="multipart", **key).json())
    assert bodies[0] == bodies[1]
    assert DeckImport.objects.count() == 1


def test_the_rate_is_limited(as_ana, settings):
    settings.RATES = {**settings.RATES, "practice": "2/m"}
    deck = send(as_ana).json()["deckId"]
    assert b"".join(as_ana.get(f"{ROOT}/decks/{deck}/export").streaming_content)
    answer = send(as_ana)
    assert answer.status_code in (201, 429)
    assert "RateLimit-Limit" in answer.headers


def test_an_import_is_its_learners_own(as_ana, as_ben, ana):
    body = send(as_ana).json()
    address = f"{ROOT}/imports/{body['id']}"
    assert as_ben.get(address).status_code == 404
    assert client_of(TutorAssignmentFactory(student=ana).tutor).get(address).status_code == 200
    assert client_of(AdminFactory()).get(address).status_code == 200
    assert APIClient().get(address).status_code == 401
    assert as_ana.post(address).status_code == 405
    assert as_ana.get(f"{ROOT}/import").status_code == 405
    assert as_ana.get(f"{ROOT}/imports/{new_id()}").status_code == 404


@pytest.mark.parametrize(
    ("format", "begins", "kind"),
    [
        ("apkg", b"PK\x03\x04", "application/octet-stream"),
        ("apkg-newest", b"PK\x03\x04", "application/octet-stream"),
        ("csv", b"\xef\xbb\xbffront,back", "text/csv; charset=utf-8"),
        ("json", b'{"format":"parlance-deck","version":1', "application/json"),
    ],
)
def test_a_deck_is_exported_in_a_stream(as_ana, ana, format, begins, kind):
    deck = DeckFactory(owner=ana, name="Market / words")
    make_card(deck)
    answer = as_ana.get(f"{ROOT}/decks/{deck.pk}/export", {"format": format})
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert f'filename="Market - words.{format.partition("-")[0]}"' in answer["Content-Disposition"]
    assert answer.streaming
    assert b"".join(answer.streaming_content).startswith(begins)


def test_the_format_is_anki_unless_another_is_asked(as_ana, ana):
    address = f"{ROOT}/decks/{DeckFactory(owner=ana).pk}/export"
    assert b"".join(as_ana.get(address).streaming_content).startswith(b"PK")
    assert as_ana.get(address, {"format": "pdf"}).status_code == 400
    assert as_ana.post(address).status_code == 405
    assert APIClient().get(address).status_code == 401


def test_who_may_see_a_deck_may_export_it(as_ben, ana):
    deck = DeckFactory(owner=ana)
    address = f"{ROOT}/decks/{deck.pk}/export"
    assert as_ben.get(address).status_code == 404
    deck.visibility = "public"
    deck.save()
    assert b"".join(as_ben.get(address).streaming_content)


def test_members_of_a_deck_get_what_is_imported_as_new(as_ana, ana, tmp_path):
    from practice.decks.services import share_deck

    ben, deck = UserFactory(email="ben@example.org"), DeckFactory(owner=ana)
    share_deck(deck=deck, visibility="shared", emails=["ben@example.org"])
    data = reviewed().build(tmp_path / "collection")
    assert send(as_ana, data, "deck.apkg", deckId=str(deck.pk)).status_code == 201
    states = {row.learner: row.state for row in CardSchedule.objects.all()}
    assert states == {ana: "review", ben: "new"}
    assert set(ReviewLog.objects.values_list("learner", flat=True)) == {ana.pk}


def test_queries_grow_with_batches_not_with_notes(as_ana, tmp_path, django_assert_max_num_queries):
    for count in (3, 60):
        data = package_of(count, tmp_path)
        with django_assert_max_num_queries(75):
            assert send(as_ana, data, f"words{count}.apkg").status_code == 201
        Deck.objects.all().delete()
