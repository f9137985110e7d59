import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tests.factories import TutorAssignmentFactory, TutorFactory
from config.ids import new_id
from conversations.tests.transcripts import LESSON, uploaded
from conversations.transcripts import services
from conversations.transcripts.models import SessionConcept, TranscriptChunk, TutoringSession
from learning.models import Concept

pytestmark = pytest.mark.django_db
UPLOAD = "/api/transcripts/upload"
TEXT = "Tessa: ¿Qué hiciste ayer?\nAna: Fui al mercado.\nTessa: Bien.\nAna: Sí."


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """The ids of the sessions whose reading was asked for."""
    asked = []
    monkeypatch.setattr(services.process_session_task, "delay", asked.append)
    return asked


def body_for(student, **more):
    return {
        "studentId": str(student.pk),
        "sessionDate": "2025-11-15T10:00:00Z",
        "duration": 3600,
        "transcript": TEXT,
        "transcriptSource": "read_ai",
        "transcriptFormat": "plain_text",
        **more,
    }


def a_concept(kind, slug):
    return Concept.objects.create(kind=kind, language="es", slug=slug, name=slug)


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def send(user, **body):
    return client_of(user).post(UPLOAD, body, "json")


class TestUpload:
    def test_as_json(self, api, ana, queued, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response = api.post(UPLOAD, body_for(ana), "json")
        assert response.status_code == 202
        session = TutoringSession.objects.get()
        assert response.json() == {
            "sessionId": str(session.pk),
            "status": "processing",
            "message": "Transcript uploaded, analysis in progress",
        }
        assert queued == [str(session.pk)]
        assert (session.student, session.uploaded_by, session.tutor) == (ana, ana, None)
        assert (session.language, session.format, session.source) == ("es", "plain_text", "read_ai")
        assert (session.duration, session.size) == (3600, len(TEXT.encode()))
        assert session.file.read().decode() == TEXT

    def test_as_a_file(self, api, ana):
        file = SimpleUploadedFile("lesson.vtt", LESSON.encode())
        form = {"studentId": str(ana.pk), "file": file, "title": "Clase"}
        response = api.post(UPLOAD, form, "multipart")
        assert response.status_code == 202
        session = TutoringSession.objects.get()
        assert (session.format, session.title) == ("vtt", "Clase")
        assert session.file.name.endswith(".vtt")

    def test_the_same_file_again_is_the_same_session(self, api, ana):
        first = api.post(UPLOAD, body_for(ana), "json").json()
        again = api.post(UPLOAD, body_for(ana, sessionDate="2025-11-16T10:00:00Z"), "json")
        assert again.status_code == 202
        assert again.json()["sessionId"] == first["sessionId"]

    def test_again_after_it_failed_tries_it_again(self, api, ana):
        api.post(UPLOAD, body_for(ana), "json")
        TutoringSession.objects.update(status="failed", attempts=3, error_code="processing_failed")
        api.post(UPLOAD, body_for(ana), "json")
        session = TutoringSession.objects.get()
        assert (session.status, session.attempts, session.error_code) == ("processing", 0, "")

    def test_two_at_once_make_one_and_leave_one_file(self, ana, settings, monkeypatch, tmp_path):
        uploaded(ana)
        monkeypatch.setattr(services, "_known", lambda *_: None)
        uploaded(ana)
        assert TutoringSession.objects.count() == 1
        assert len(list((tmp_path / "transcripts").iterdir())) == 1

    def test_a_key_repeats_the_answer_for_the_same_file_only(self, api, ana):
        def post(text):
            form = {"studentId": str(ana.pk), "file": SimpleUploadedFile("a.txt", text.encode())}
            return api.post(UPLOAD, form, "multipart", headers={"Idempotency-Key": "one"})

        first, again, other = post(TEXT), post(TEXT), post(f"{TEXT}\nTessa: Adiós.")
        assert first.json() == again.json()
        assert other.status_code == 409
        assert other.json()["code"] == "idempotency_key_reused"

    def test_a_tutor_for_a_student_of_theirs(self, tessa, ana):
        assert send(tessa, **body_for(ana)).status_code == 202
        assert TutoringSession.objects.get().tutor == tessa

    def test_an_admin_names_the_tutor(self, cleo, tessa, ana):
        assert send(cleo, **body_for(ana, tutorId=str(tessa.pk))).status_code == 202
        assert TutoringSession.objects.get().tutor == tessa

    def test_for_somebody_who_is_not_yours(self, ana, ben, tessa):
        assert send(ana, **body_for(ben)).status_code == 404
        assert send(tessa, **body_for(ben)).status_code == 404
        assert send(ana, **body_for(ana, studentId=str(new_id()))).status_code == 404

    def test_a_tutor_who_does_not_teach_the_student(self, ana):
        stranger = TutorFactory()
        assert send(ana, **body_for(ana, tutorId=str(stranger.pk))).status_code == 404
        TutorAssignmentFactory(tutor=stranger, student=ana)
        assert send(ana, **body_for(ana, tutorId=str(stranger.pk))).status_code == 202

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"transcript": "  \n "}, 400, "empty_transcript"),
            ({"transcript": "%PDF-1.7 x"}, 415, "not_text"),
            ({"transcriptFormat": "json"}, 400, "wrong_format"),
            ({"transcriptFormat": "docx"}, 400, "invalid"),
            ({"sessionDate": "2999-01-01T00:00:00Z"}, 400, "future_meeting"),
            ({"duration": 0}, 400, "invalid"),
            ({"studentId": "x"}, 400, "invalid"),
            ({"language": "tlh"}, 400, "invalid"),
        ],
    )
    def test_bad_input(self, api, ana, change, status, code):
        response = api.post(UPLOAD, body_for(ana, **change), "json")
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert not TutoringSession.objects.exists()

    def test_neither_words_nor_a_file(self, api, ana):
        response = api.post(UPLOAD, {"studentId": str(ana.pk)}, "json")
        assert response.status_code == 400
        assert "transcript" in response.json()["details"]

    @pytest.mark.parametrize(
        ("data", "status", "code"),
        [
            (b"", 400, "empty_transcript"),
            (bytes(range(256)) * 99, 415, "not_text"),
            (b"\xff\xfeA\xd8A\xd8", 415, "unknown_encoding"),
        ],
    )
    def test_bad_files(self, api, ana, data, status, code):
        form = {"studentId": str(ana.pk), "file": SimpleUploadedFile("a.txt", data)}
        response = api.post(UPLOAD, form, "multipart")
        assert (response.status_code, response.json()["code"]) == (status, code)

    def test_too_large(self, api, ana, settings):
        settings.TRANSCRIPT_MAX_BYTES = 1024 * 1024
        over = "Ana: hola\n" * 110_000
        file = SimpleUploadedFile("a.txt", over.encode())
        form = api.post(UPLOAD, {"studentId": str(ana.pk), "file": file}, "multipart")
        assert (form.status_code, form.json()["code"]) == (413, "too_large")
        assert "1 MB" in form.json()["error"]
        text = api.post(UPLOAD, body_for(ana, transcript=over), "json")
        assert (text.status_code, text.json()["code"]) == (413, "too_large")
        # Told by its length before it is read.
        longest = api.post(UPLOAD, body_for(ana, transcript="x" * 7_000_000), "json")
        assert longest.status_code == 413

    def test_no_language_to_file_it_under(self, api, ana):
        ana.languages.all().delete()
        assert api.post(UPLOAD, body_for(ana), "json").json()["code"] == "no_language"
        assert api.post(UPLOAD, body_for(ana, language="fr"), "json").status_code == 202

    def test_strangers_and_other_methods(self, ana, api):
        assert APIClient().post(UPLOAD, body_for(ana), "json").status_code == 401
        assert api.get(UPLOAD).status_code == 405


@pytest.fixture
def session(ana, tessa):
    made = uploaded(ana, tutor=tessa)
    TutoringSession.objects.filter(pk=made.pk).update(
        status="completed",
        step="done",
        progress=100,
        speakers=["Tessa", "Ana"],
        student_speaker="Ana",
        title="La cocina",
        analysis={
            "topics": ["Food and drink"],
            "studentStrengths": ["Clear"],
            "areasForImprovement": ["ser and estar"],
            "actionItems": [],
            "proofs": {
                "studentStrengths": [
                    {"quote": "Fui", "speaker": "Ana", "start": 4.0, "position": 0}
                ],
                "areasForImprovement": [
                    {"quote": "soy", "speaker": "Ana", "start": 9.0, "position": 0}
                ],
                "actionItems": [],
            },
            "slips": [],
        },
    )
    TranscriptChunk.objects.create(
        session=made, student=ana, language="es", position=0, text="Tessa: Hola\nAna: Fui"
    )
    TranscriptChunk.objects.create(
        session=made, student=ana, language="es", position=1, text="Tessa: Adiós"
    )
    concept = a_concept("grammar", "ser-estar")
    SessionConcept.objects.create(session=made, concept=concept, name="ser and estar", difficulty=3)
    made.refresh_from_db()
    return made


class TestReading:
    def test_the_shape_of_the_contract(self, api, session):
        found = api.get(f"/api/transcripts/{session.pk}").json()
        assert found["sessionId"] == str(session.pk)
        assert found["transcript"] == "Tessa: Hola\nAna: Fui\nTessa: Adiós"
        assert found["status"] == "completed"
        analysis = found["analysis"]
        assert set(analysis) == {
            "topics",
            "concepts",
            "studentStrengths",
            "areasForImprovement",
            "actionItems",
        }
        assert analysis["topics"] == ["Food and drink"]
        concept = analysis["concepts"][0]
        assert (concept["name"], concept["difficulty"], concept["masteryLevel"]) == (
            "ser and estar",
            3,
            0,
        )
        assert found["proofs"]["areasForImprovement"] == [
            {"quote": "soy", "speaker": "Ana", "start": 9.0}
        ]

    def test_before_anything_is_found(self, api, ana):
        found = api.get(f"/api/transcripts/{uploaded(ana).pk}").json()
        assert (found["status"], found["transcript"], found["progress"]) == ("processing", "", 0)
        assert found["analysis"]["topics"] == []

    def test_who_sees_it(self, session, ana, ben, tessa, cleo):
        address = f"/api/transcripts/{session.pk}"
        seen = [client_of(one).get(address).status_code for one in (ana, tessa, cleo, ben)]
        assert seen == [200, 200, 200, 404]
        assert client_of(TutorFactory()).get(address).status_code == 404
        assert APIClient().get(address).status_code == 401

    def test_the_list(self, api, session, ana, ben):
        found = api.get(f"/api/transcripts/student/{ana.pk}?limit=10&offset=0").json()
        assert found == {
            "sessions": [
                {
                    "sessionId": str(session.pk),
                    "date": "2026-03-02T10:00:00Z",
                    "subject": "Spanish",
                    "topics": ["Food and drink"],
                    "status": "completed",
                    "title": "La cocina",
                    "progress": 100,
                }
            ],
            "total": 1,
            "limit": 10,
            "offset": 0,
            "hasMore": False,
        }
        assert api.get(f"/api/transcripts/student/{ben.pk}").status_code == 404

    def test_queries_do_not_grow(self, api, session, ana):
        def queries(address):
            with CaptureQueriesContext(connection) as asked:
                assert api.get(address).status_code == 200
            return len(asked)

        listing, one = f"/api/transcripts/student/{ana.pk}", f"/api/transcripts/{session.pk}"
        before = queries(listing), queries(one)
        for number in range(25):
            uploaded(ana, text=f"{TEXT} {number}")
            TranscriptChunk.objects.create(
                session=session, student=ana, language="es", position=number + 2, text="Ana: Sí"
            )
            concept = a_concept("lemma", f"palabra{number}")
            SessionConcept.objects.create(
                session=session, concept=concept, name="palabra", difficulty=2
            )
        assert (queries(listing), queries(one)) == before


class TestChanging:
    def test_a_name(self, api, session):
        found = api.patch(f"/api/transcripts/{session.pk}", {"title": "  El   pan "}, "json").json()
        assert found["title"] == "El pan"

    def test_who_the_student_is(self, api, session, queued, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            found = api.patch(
                f"/api/transcripts/{session.pk}", {"studentSpeaker": "Tessa"}, "json"
            ).json()
        assert (found["studentSpeaker"], found["status"]) == ("Tessa", "processing")
        assert found["step"] == "analyse"
        assert queued == [str(session.pk)]

    def test_nobody_by_that_name(self, api, session):
        response = api.patch(f"/api/transcripts/{session.pk}", {"studentSpeaker": "Zoe"}, "json")
        assert (response.status_code, response.json()["code"]) == (400, "unknown_speaker")

    def test_while_it_is_read(self, api, session):
        TutoringSession.objects.update(status="processing")
        response = api.patch(f"/api/transcripts/{session.pk}", {"studentSpeaker": "Tessa"}, "json")
        assert (response.status_code, response.json()["code"]) == (409, "still_processing")

    def test_delete_takes_the_file_along(self, api, session, tmp_path):
        assert len(list((tmp_path / "transcripts").iterdir())) == 1
        assert api.delete(f"/api/transcripts/{session.pk}").status_code == 204
        assert not TutoringSession.objects.exists()
        assert not TranscriptChunk.objects.exists()
        assert list((tmp_path / "transcripts").iterdir()) == []

    def test_retry(self, api, session, queued, django_capture_on_commit_callbacks):
        address = f"/api/transcripts/{session.pk}/retry"
        assert api.post(address).json()["code"] == "not_failed"
        TutoringSession.objects.update(status="failed", step="embed", error="x", error_code="y")
        with django_capture_on_commit_callbacks(execute=True):
            response = api.post(address)
        assert (response.status_code, response.json()["status"]) == (202, "processing")
        session.refresh_from_db()
        assert (session.step, session.error, queued) == ("embed", "", [str(session.pk)])

    @pytest.mark.parametrize("method", ["patch", "delete", "retry"])
    def test_somebody_elses(self, session, ben, method):
        client, address = client_of(ben), f"/api/transcripts/{session.pk}"
        if method == "retry":
            response = client.post(f"{address}/retry")
        else:
            response = getattr(client, method)(address, {"title": "x"}, "json")
        assert response.status_code == 404
        assert TutoringSession.objects.filter(pk=session.pk, title="La cocina").exists()


def test_a_json_body_that_is_broken(api):
    response = api.generic("POST", UPLOAD, '{"studentId": ', "application/json")
    assert response.status_code == 400
    assert json.loads(response.content)["code"] == "malformed"
