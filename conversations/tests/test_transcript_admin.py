"""Tutoring sessions in the back office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import TutorAssignmentFactory, UserFactory
from conversations.tests.transcripts import LESSON, read_through, uploaded
from conversations.transcripts import services
from conversations.transcripts.models import TutoringSession

pytestmark = pytest.mark.django_db
LIST = reverse("admin:conversations_tutoringsession_changelist")
UPLOAD = reverse("admin:conversations_tutoringsession_upload")
TEXT = "Tessa: ¿Qué hiciste ayer?\nAna: Fui al mercado."


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    asked = []
    monkeypatch.setattr(services.process_session_task, "delay", asked.append)
    return asked


@pytest.fixture
def desk(client, tessa):
    client.force_login(tessa)
    return client


def change(session):
    return reverse("admin:conversations_tutoringsession_change", args=[session.pk])


def form_for(student, /, **more):
    return {"student": str(student.pk), "language": "es", "format": "", "text": ""} | more


def test_a_tutor_sees_their_students_only(desk, ana, ben):
    mine, other = read_through(ana), read_through(ben)
    assert list(desk.get(LIST).context["cl"].queryset) == [mine]
    assert desk.get(change(mine)).status_code == 200
    assert desk.get(change(other)).status_code == 302


def test_sending_a_file(desk, ana, tessa, queued, django_capture_on_commit_callbacks):
    assert desk.get(UPLOAD).status_code == 200
    file = SimpleUploadedFile("lesson.vtt", LESSON.encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(UPLOAD, form_for(ana, file=file, held_on="2026-03-02"))
    session = TutoringSession.objects.get()
    assert (answer.status_code, answer.url) == (302, LIST)
    assert (session.student, session.tutor, session.format) == (ana, tessa, "vtt")
    assert queued == [str(session.pk)]


def test_pasting(desk, ana):
    desk.post(UPLOAD, form_for(ana, text=TEXT, format="plain_text"))
    assert TutoringSession.objects.get().format == "plain_text"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "Choose a file, or paste the text."),
        ({"text": TEXT, "format": "json"}, "looks like"),
        ({"text": TEXT, "student": ""}, "required"),
    ],
)
def test_what_is_wrong_is_told(desk, ana, more, told):
    answer = desk.post(UPLOAD, form_for(ana, **more))
    assert told in answer.content.decode()
    assert not TutoringSession.objects.exists()


def test_not_for_somebody_elses_student(desk, ben):
    desk.post(UPLOAD, form_for(ben, text=TEXT))
    assert not TutoringSession.objects.exists()


def test_learners_have_no_desk(client, ana):
    client.force_login(ana)
    assert client.get(UPLOAD).status_code == 302
    client.post(UPLOAD, form_for(ana, text=TEXT))
    assert not TutoringSession.objects.exists()


def test_trying_again(desk, ana, queued, django_capture_on_commit_callbacks):
    failed, ready = uploaded(ana, text=TEXT), read_through(ana)
    TutoringSession.objects.filter(pk=failed.pk).update(status="failed")
    form = {"action": "retry", "_selected_action": [str(failed.pk), str(ready.pk)]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(LIST, form, follow=True)
    assert queued == [str(failed.pk)]
    assert len(list(answer.context["messages"])) == 1


def test_deleting_takes_the_file_along(desk, ana, tmp_path):
    session = read_through(ana)
    address = reverse("admin:conversations_tutoringsession_delete", args=[session.pk])
    desk.post(address, {"post": "yes"})
    assert not TutoringSession.objects.exists()
    assert list((tmp_path / "transcripts").iterdir()) == []


def test_it_leads_to_its_page(desk, ana):
    session = read_through(ana)
    address = reverse("admin:conversations_tutoringsession_read_it", args=[session.pk])
    assert desk.get(address).url == f"/tutoring/{session.pk}"


def test_queries_do_not_grow(desk, tessa):
    counts = []
    for number in (1, 8):
        for _ in range(number):
            uploaded(
                TutorAssignmentFactory(tutor=tessa, student=UserFactory()).student, language="es"
            )
        desk.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
