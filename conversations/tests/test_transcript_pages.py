"""Tutoring sessions as pages: sending one, the list, how its reading goes, and what was found."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import AdminFactory, TutorFactory, UserFactory
from config.ids import new_id
from conversations.tests.transcripts import LESSON, read_through, uploaded
from conversations.transcripts import services
from conversations.transcripts.models import SessionConcept, TutoringSession
from learning.models import Concept
from practice.models import PracticeSet
from practice.sets.services import requesting

pytestmark = pytest.mark.django_db
LIST = "/tutoring"
TEXT = "Tessa: ¿Qué hiciste ayer?\nAna: Fui al mercado.\nTessa: Bien.\nAna: Sí."


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """The ids of the sessions whose reading was asked for."""
    asked = []
    monkeypatch.setattr(services.process_session_task, "delay", asked.append)
    return asked


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def page(session, door=""):
    return f"{LIST}/{session.pk}{door}"


def body_of(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def concept_in(session, slug="ser-estar", **fields):
    concept = Concept.objects.create(kind="grammar", language="es", slug=slug, name=slug)
    return SessionConcept.objects.create(
        session=session, concept=concept, name=slug, difficulty=3, **fields
    )


class TestSending:
    def test_a_file(self, as_ana, ana, queued, django_capture_on_commit_callbacks):
        file = SimpleUploadedFile("lesson.vtt", LESSON.encode())
        with django_capture_on_commit_callbacks(execute=True):
            answer = as_ana.post(LIST, {"file": file, "language": "es", "held_on": "2026-03-02"})
        session = TutoringSession.objects.get()
        assert (answer.status_code, answer.url) == (302, page(session))
        assert (session.student, session.format, session.language) == (ana, "vtt", "es")
        assert session.held_at.date().isoformat() == "2026-03-02"
        assert queued == [str(session.pk)]

    def test_pasted_text(self, as_ana):
        as_ana.post(LIST, {"text": TEXT, "language": "fr"})
        session = TutoringSession.objects.get()
        assert (session.format, session.language) == ("plain_text", "fr")
        assert session.file.read().decode() == TEXT

    def test_a_tutor_says_whose_it_was(self, client, ana, ben, tessa):
        client.force_login(tessa)
        offered = client.get(LIST).context["form"].fields["student"].queryset
        assert list(offered) == [ana]
        client.post(LIST, {"text": TEXT, "language": "es", "student": str(ana.pk)})
        session = TutoringSession.objects.get()
        assert (session.student, session.tutor) == (ana, tessa)
        refused = client.post(LIST, {"text": TEXT, "language": "es", "student": str(ben.pk)})
        assert refused.status_code == 400
        assert TutoringSession.objects.count() == 1

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"language": "es"}, "Choose a file, or paste the text."),
            ({"text": "  \n", "language": "es"}, "Choose a file, or paste the text."),
            ({"text": TEXT, "language": "xx"}, "Select a valid choice"),
            ({"text": TEXT, "language": "es", "held_on": "2999-01-01"}, "lies in the future"),
        ],
    )
    def test_what_is_wrong_is_told_and_the_words_are_kept(self, as_ana, form, told):
        answer = body_of(as_ana.post(LIST, form), status=400)
        assert told in answer
        assert form.get("text", "").strip() in answer
        assert not TutoringSession.objects.exists()

    @pytest.mark.parametrize(
        ("data", "told"),
        [
            (b"", "no words"),
            (b"%PDF-1.7 \x00\x01", "not a text"),
            (b"\xff\xfeA\xd8A\xd8", "letters"),
        ],
    )
    def test_files_that_are_no_transcript(self, as_ana, data, told):
        form = {"file": SimpleUploadedFile("a.txt", data), "language": "es"}
        errors = as_ana.post(LIST, form).context["form"].errors["file"]
        assert told in str(errors).lower()

    def test_too_large_a_file(self, as_ana, settings):
        settings.TRANSCRIPT_MAX_BYTES = 1024
        form = {"file": SimpleUploadedFile("a.txt", b"Ana: hola\n" * 200), "language": "es"}
        assert "at most" in body_of(as_ana.post(LIST, form), status=400)

    def test_strangers_sign_in_first(self, client):
        assert client.get(LIST).url.startswith("/sign-in")
        assert client.post(LIST, {"text": TEXT}).url.startswith("/sign-in")
        assert not TutoringSession.objects.exists()

    def test_other_methods(self, as_ana):
        assert as_ana.put(LIST).status_code == 405

    def test_a_newcomer_says_first_what_to_learn(self, client):
        client.force_login(UserFactory())
        assert client.get(LIST).url == "/welcome"


class TestList:
    def test_empty(self, as_ana, client, tessa):
        assert "No session yet" in body_of(as_ana.get(LIST))
        client.force_login(tessa)
        assert "your learner gets" in body_of(client.get(LIST))

    def test_each_state(self, as_ana, ana, tessa):
        uploaded(ana, title="Waiting", text=f"{TEXT} 1")
        broken = uploaded(ana, title="Broken", text=f"{TEXT} 2")
        TutoringSession.objects.filter(pk=broken.pk).update(status="failed")
        read_through(ana, tutor=tessa)
        shown = body_of(as_ana.get(LIST))
        for words in ("Waiting", "0 %", "Broken", "Failed", "La cocina", "2 March 2026"):
            assert words in shown

    def test_a_tutor_sees_whose_each_is(self, client, ana, ben, tessa):
        read_through(ana)
        read_through(ben)
        client.force_login(tessa)
        answer = client.get(LIST)
        assert [row.student for row in answer.context["page"]] == [ana]
        assert "Ana Torres" in body_of(answer)

    def test_queries_do_not_grow(self, as_ana, ana):
        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert as_ana.get(LIST).status_code == 200
            return len(asked)

        read_through(ana)
        before = queries()
        for number in range(25):
            uploaded(ana, text=f"{TEXT} {number}")
        assert queries() == before


class TestReadingGoesOn:
    @pytest.mark.parametrize(
        ("step", "told"),
        [
            ("parse", "Reading the file"),
            ("embed", "Making it searchable"),
            ("analyse", "Finding topics and words"),
            ("credit", "Counting what was shown"),
            ("practise", "Making practice"),
        ],
    )
    def test_how_far_it_is(self, as_ana, ana, step, told):
        session = uploaded(ana)
        TutoringSession.objects.update(step=step, progress=60)
        shown = body_of(as_ana.get(page(session)))
        assert told in shown
        assert 'value="60"' in shown
        assert 'hx-trigger="every 2s"' in shown

    def test_a_part_is_fetched_until_it_is_ready(self, as_ana, ana):
        session = read_through(ana)
        TutoringSession.objects.update(status="processing")
        part = body_of(as_ana.get(page(session), headers={"HX-Request": "true"}))
        assert "<html" not in part
        assert "hx-trigger" in part
        TutoringSession.objects.update(status="completed")
        part = body_of(as_ana.get(page(session), headers={"HX-Request": "true"}))
        assert "hx-trigger" not in part
        assert "To work on" in part

    def test_failed_says_why_and_offers_to_go_on(
        self, as_ana, ana, queued, django_capture_on_commit_callbacks
    ):
        session = uploaded(ana)
        TutoringSession.objects.update(status="failed", error="Nobody speaks in it.")
        assert "Nobody speaks in it." in body_of(as_ana.get(page(session)))
        with django_capture_on_commit_callbacks(execute=True):
            assert as_ana.post(page(session, "/retry")).url == page(session)
        assert queued == [str(session.pk)]
        assert TutoringSession.objects.get().status == "processing"

    def test_trying_again_what_did_not_fail(self, as_ana, ana):
        answer = as_ana.post(page(read_through(ana), "/retry"), follow=True)
        assert [str(one) for one in answer.context["messages"]]


class TestFindings:
    def test_each_with_its_words_and_second(self, as_ana, ana):
        shown = body_of(as_ana.get(page(read_through(ana))))
        for words in ("Food and drink", "You told it clearly", "Escribe una receta."):
            assert words in shown
        assert 'href="?t=0#t=0"' in shown
        assert "Found by rules and word lists" in shown

    def test_a_transcript_without_times_is_reached_by_its_stretch(self, as_ana, ana):
        shown = body_of(as_ana.get(page(read_through(ana, timed=False))))
        assert 'href="?c=0#c=0"' in shown
        assert 'id="c=0"' in shown

    def test_concepts_with_what_is_known_by_now(self, as_ana, ana):
        session = read_through(ana)
        concept_in(session, wrong=2)
        shown = body_of(as_ana.get(page(session)))
        assert "ser-estar" in shown
        assert "2 slips" in shown

    def test_orders_and_markup_in_a_transcript_are_words(self, as_ana, ana):
        session = read_through(ana)
        session.chunks.update(text="Ana: <script>alert(1)</script>{{ x }}", utterances=[])
        found = session.analysis | {"topics": ["<b>Food</b>"]}
        TutoringSession.objects.update(analysis=found)
        shown = body_of(as_ana.get(page(session)))
        assert "<script>alert" not in shown
        assert "&lt;b&gt;Food" in shown

    def test_nobody_knows_who_the_student_is(self, as_ana, ana, queued):
        session = read_through(ana)
        TutoringSession.objects.update(student_speaker="")
        assert "Which of them are you?" in body_of(as_ana.get(page(session)))
        as_ana.post(page(session, "/change"), {"student_speaker": "Ana"})
        session.refresh_from_db()
        assert (session.student_speaker, session.status) == ("Ana", "processing")

    def test_queries_do_not_grow(self, as_ana, ana):
        def queries(session):
            with CaptureQueriesContext(connection) as asked:
                assert as_ana.get(page(session)).status_code == 200
            return len(asked)

        session = read_through(ana)
        concept_in(session)
        before = queries(session)
        long = read_through(ana, chunks=30, text=f"{TEXT} long")
        for number in range(20):
            concept_in(long, slug=f"point-{number}")
        assert queries(long) == before


class TestMoments:
    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ("", 1),
            ("?page=2", 2),
            ("?page=99", 3),
            ("?page=0", 1),
            ("?page=x", 1),
            ("?t=0", 1),
            ("?t=125", 2),
            ("?t=9999999", 3),
            ("?t=-5", 1),
            ("?c=13", 3),
            ("?t=" + "9" * 30, 1),
        ],
    )
    def test_the_page_a_second_stands_on(self, as_ana, ana, asked, number):
        session = read_through(ana, chunks=14)
        assert as_ana.get(page(session) + asked).context["number"] == number

    def test_a_second_has_one_place(self, as_ana, ana):
        shown = body_of(as_ana.get(page(read_through(ana))))
        for second in (0, 10, 20, 30):
            assert shown.count(f'id="t={second}"') == 1


class TestPractice:
    @pytest.fixture(autouse=True)
    def _not_made_yet(self, monkeypatch):
        monkeypatch.setattr(requesting.make_set_task, "delay", lambda *_: None)

    def test_a_set_about_what_went_wrong(self, as_ana, ana):
        session = read_through(ana)
        concept_in(session, wrong=1)
        answer = as_ana.post(page(session, "/practise"))
        made = PracticeSet.objects.get()
        assert answer.url == f"/practice/{made.pk}"
        assert (made.learner, made.source_id, made.title) == (ana, session.pk, "La cocina")
        assert "being made" in body_of(as_ana.get(page(session)))

    def test_nothing_to_ask_about(self, as_ana, ana):
        session = read_through(ana)
        answer = as_ana.post(page(session, "/practise"), follow=True)
        assert "Nothing was found" in body_of(answer)
        assert not PracticeSet.objects.exists()


class TestCare:
    def test_rename(self, as_ana, ana):
        session = read_through(ana)
        as_ana.post(page(session, "/change"), {"title": " El  pan "})
        session.refresh_from_db()
        assert (session.title, session.student_speaker) == ("El pan", "Ana")

    def test_nobody_by_that_name(self, as_ana, ana):
        session = read_through(ana)
        answer = as_ana.post(page(session, "/change"), {"student_speaker": "Zoe"}, follow=True)
        assert "Nobody in it has that name." in body_of(answer)

    def test_delete(self, as_ana, ana, tmp_path):
        session = read_through(ana)
        assert as_ana.post(page(session, "/delete")).url == LIST
        assert not TutoringSession.objects.exists()
        assert list((tmp_path / "transcripts").iterdir()) == []

    @pytest.mark.parametrize("door", ["", "/change", "/retry", "/practise", "/delete"])
    def test_whose_it_is(self, client, ana, ben, tessa, door):
        session = read_through(ana)
        method = client.post if door else client.get
        assert method(page(session, door)).url.startswith("/sign-in")
        for stranger in (ben, TutorFactory()):
            client.force_login(stranger)
            assert method(page(session, door)).status_code == 404
        assert TutoringSession.objects.filter(pk=session.pk, title="La cocina").exists()
        client.force_login(ana)
        assert method(f"{LIST}/{new_id()}{door}").status_code == 404

    def test_tutor_and_admin_may_look(self, client, ana, tessa):
        session = read_through(ana)
        for one in (tessa, AdminFactory()):
            client.force_login(one)
            assert "Ana Torres" in body_of(client.get(page(session)))

    @pytest.mark.parametrize("door", ["/change", "/retry", "/practise", "/delete"])
    def test_looking_changes_nothing(self, as_ana, ana, door):
        session = read_through(ana)
        assert as_ana.get(page(session, door)).status_code == 405
        assert TutoringSession.objects.get().created_at < timezone.now()
