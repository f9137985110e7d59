"""The pages of practice, Today's step, and the back office."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from learning.progress.sources import sources_of
from learning.tests.learners import ConceptFactory, show
from practice.models import PracticeSet, Submission
from practice.sets.today import steps
from practice.tests import sets

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    sent = []
    monkeypatch.setattr("practice.sets.tasks.make_set_task.delay", sent.append)
    return sent


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def page_of(made, **query):
    return reverse("practice:set", args=[made.pk], query=query or None)


def question(made, number):
    return made.questions.get(position=number)


def answer(client, made, number, value="", *, headers=None, **more):
    body = {"question": question(made, number).pk, "answer": value, **more}
    return client.post(reverse("practice:set_answer", args=[made.pk]), body, headers=headers)


def test_an_empty_page_says_what_a_set_is(as_ana):
    page = text_of(as_ana.get("/practice"))
    assert "No set yet" in page
    assert "Make a set for me" in page


def test_what_was_met_once_is_not_called_below_the_target(as_ana, ana):
    PracticeSet.objects.create(learner=ana, language="es", level="B1", due_at=timezone.now())
    point = ConceptFactory()
    show(ana, point, correct=False)
    assert "below your target" not in text_of(as_ana.get("/practice"))
    show(ana, point, correct=False, day=1)
    assert "1 thing you practised is below your target." in text_of(as_ana.get("/practice"))


def test_one_button_makes_a_set(as_ana, ana):
    told = as_ana.post("/practice/make")
    made = PracticeSet.objects.get(learner=ana)
    assert told.headers["Location"] == page_of(made)
    assert "Your set is being made" in text_of(as_ana.get(page_of(made)))
    assert 'hx-trigger="every 3s"' in text_of(as_ana.get("/practice"))


def test_a_set_about_what_is_named(as_ana, ana):
    concept = ConceptFactory(kind="lemma", name="hospital")
    about = as_ana.get(reverse("progress:concept", args=[concept.pk]))
    assert f'name="concept" value="{concept.pk}"' in text_of(about)
    as_ana.post("/practice/make", {"concept": concept.pk})
    made = PracticeSet.objects.get(learner=ana)
    assert made.context["concepts"] == [str(concept.pk)]


@pytest.mark.parametrize("named", [uuid4(), "x"])
def test_no_set_about_what_is_not_there(as_ana, named):
    assert as_ana.post("/practice/make", {"concept": named}).status_code == 404
    assert not PracticeSet.objects.exists()


def test_a_newcomer_is_sent_to_choose_a_language(client):
    client.force_login(UserFactory())
    assert client.get("/practice").headers["Location"] == reverse("accounts:onboarding")
    assert client.post("/practice/make").headers["Location"] == reverse("accounts:onboarding")


def test_what_waits_what_is_begun_and_what_is_done(as_ana, ana):
    sets.ready_set(ana, title="Waits", assigned_by=TutorFactory(name="Tessa Brandt"))
    sets.ready_set(ana, title="Begun", status="in_progress")
    sets.ready_set(ana, title="Done", status="completed", score=80, completed_at=timezone.now())
    sets.ready_set(sets.learner("Ben"), title="Secret")
    page = text_of(as_ana.get("/practice"))
    for words in ("Waits", "from Tessa", "Begun", "Under way", "Done", "80 %"):
        assert words in page
    assert "Secret" not in page


@pytest.mark.parametrize("count", [1, 10])
def test_queries(as_ana, ana, django_assert_max_num_queries, count):
    for _ in range(count):
        sets.ready_set(ana)
    with django_assert_max_num_queries(10):
        as_ana.get("/practice")


@pytest.mark.parametrize("times", [1, 5])
def test_queries_of_one(as_ana, ana, django_assert_max_num_queries, times):
    made = sets.ready_set(ana, *sets.usual(sets.point()) * times)
    with django_assert_max_num_queries(9):
        as_ana.get(page_of(made))


def test_one_exercise_at_a_time_to_the_end(as_ana, ana):
    made = sets.ready_set(ana)
    assert "Exercise 1 of 3" in text_of(as_ana.get(page_of(made)))
    assert "Exercise 2 of 3" in text_of(answer(as_ana, made, 1, "estoy", headers=HTMX))
    page = text_of(answer(as_ana, made, 2, dont_know="true", headers=HTMX))
    assert "Exercise 3 of 3" in page
    assert "<html" not in page
    assert "All answered" in text_of(answer(as_ana, made, 3, "La casa es nueva", headers=HTMX))
    done = text_of(as_ana.post(reverse("practice:set_submit", args=[made.pk]), follow=True))
    assert "2 of 3 right" in done
    assert "está" in done


def test_without_scripts_it_goes_on_as_well(as_ana, ana):
    made = sets.ready_set(ana)
    told = answer(as_ana, made, 1, "estoy")
    assert told.headers["Location"] == page_of(made, n=2)
    assert "Exercise 2 of 3" in text_of(as_ana.get(told.headers["Location"]))


def test_an_empty_answer_is_asked_for_again(as_ana, ana):
    made = sets.ready_set(ana)
    assert "Give an answer" in text_of(answer(as_ana, made, 2, "", headers=HTMX))
    assert not Submission.objects.exists()


def test_no_key_on_the_page(as_ana, ana):
    made = sets.ready_set(ana)
    page = text_of(as_ana.get(page_of(made, n=2)))
    assert "está" not in page
    assert "This is about states." not in page


def test_help_comes_step_by_step_and_keeps_what_was_typed(as_ana, ana):
    made = sets.ready_set(ana)
    url = reverse("practice:set_hint", args=[made.pk])
    body = {"question": question(made, 2).pk, "answer": "es"}
    page = text_of(as_ana.post(url, body, headers=HTMX))
    assert "This is about states." in page
    assert "It has 5 letters." not in page
    assert 'value="es"' in page
    assert "That is right." in text_of(as_ana.post(url, body | {"answer": "está"}, headers=HTMX))


def test_pairs_are_chosen_and_kept(as_ana, ana):
    key = [["manzana", "apple", ""], ["pera", "pear", ""], ["mesa", "table", ""]]
    options = {"left": ["manzana", "pera", "mesa"], "right": ["pear", "table", "apple"]}
    made = sets.ready_set(ana, {"type": "matching", "options": options, "key": key})
    pairs = {"pair-1": "apple", "pair-2": "table", "pair-3": "pear"}
    answer(as_ana, made, 1, headers=HTMX, **pairs)
    page = text_of(as_ana.get(page_of(made, n=1)))
    assert page.count(" selected") == 3
    as_ana.post(reverse("practice:set_submit", args=[made.pk]))
    assert "These belong elsewhere: pera, mesa." in Submission.objects.get().feedback


def test_a_dictation_is_spoken_or_left_out(as_ana, ana):
    made = sets.ready_set(
        ana, {"type": "dictation", "passage": "Hola, Eva.", "key": ["Hola, Eva."]}
    )
    page = text_of(as_ana.get(page_of(made)))
    assert "data-script hidden" in page
    answer(as_ana, made, 1, unheard="true")
    done = text_of(as_ana.post(reverse("practice:set_submit", args=[made.pk]), follow=True))
    assert "Not heard" in done


@pytest.mark.parametrize("kind", ["true_false", "translation", "short_answer", "multiple_choice"])
def test_every_type_has_a_screen(as_ana, ana, kind):
    options = ["sí", "no"] if kind == "multiple_choice" else []
    made = sets.ready_set(
        ana,
        {
            "type": kind,
            "prompt": "¿Es de día?",
            "options": options,
            "key": ["true" if kind == "true_false" else "sí"],
            "languages": {"prompt": "es"},
        },
    )
    assert "¿Es de día?" in text_of(as_ana.get(page_of(made)))
    value = "false" if kind == "true_false" else "no"
    assert "All answered" in text_of(answer(as_ana, made, 1, value, headers=HTMX))
    done = as_ana.post(reverse("practice:set_submit", args=[made.pk]), follow=True)
    assert "0 of 1 right" in text_of(done)


def test_a_set_that_could_not_be_made(as_ana, ana):
    made = sets.ready_set(ana, status="failed")
    assert "No exercise could be made" in text_of(as_ana.get(page_of(made)))


@pytest.mark.parametrize("name", ["set", "set_answer", "set_hint", "set_submit"])
def test_somebody_elses_set(client, ana, name):
    made = sets.ready_set(ana)
    client.force_login(sets.learner("Ben"))
    url = reverse(f"practice:{name}", args=[made.pk])
    body = {"question": question(made, 1).pk, "answer": "estoy"}
    told = client.get(url) if name == "set" else client.post(url, body)
    assert told.status_code == 404


def test_a_tutor_looks_on(client, ana):
    tessa = TutorFactory()
    TutorAssignmentFactory(tutor=tessa, student=ana)
    made = sets.ready_set(ana)
    client.force_login(tessa)
    assert "has not handed this in" in text_of(client.get(page_of(made)))
    assert "Only the learner" in text_of(answer(client, made, 1, "estoy", headers=HTMX))


class TestToday:
    def asked(self, ana):
        return steps(ana, ana.languages.get(), timezone.now())

    def test_nothing_without_a_set_or_an_error(self, ana):
        show(ana, sets.point())
        sets.ready_set(ana, status="generating")
        sets.ready_set(ana, status="completed")
        assert self.asked(ana) == []

    def test_an_open_error(self, ana):
        sets.open_error(ana)
        [step] = self.asked(ana)
        assert step.url == "/practice"
        assert "Soy cansado" in step.reason

    def test_a_set_comes_before_errors_and_an_assigned_one_before_ones_own(self, ana):
        sets.open_error(ana)
        sets.ready_set(ana)
        assigned = sets.ready_set(ana, assigned_by=TutorFactory(name="Tessa Brandt"))
        sets.ready_set(ana)
        [step] = self.asked(ana)
        assert step.url == page_of(assigned)
        assert step.reason == "Tessa made this set for you."


def test_evidence_names_the_answer_it_rests_on(as_ana, ana):
    made = sets.ready_set(ana, *sets.usual(sets.point()))
    answer(as_ana, made, 2, "es")
    as_ana.post(reverse("practice:set_submit", args=[made.pk]))
    [source] = sources_of(list(ana.evidence.all())).values()
    assert source.text == "es (Ella ___ en casa.)"
    assert source.url == page_of(made)


class TestBackOffice:
    def test_a_tutor_sees_their_students_sets_with_key_and_answer(self, client, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        made = sets.ready_set(ana)
        other = sets.ready_set(sets.learner("Ben"))
        client.force_login(tessa)
        page = text_of(client.get(reverse("admin:practice_practiceset_change", args=[made.pk])))
        assert "está" in page
        gone = client.get(reverse("admin:practice_practiceset_change", args=[other.pk]))
        assert gone.status_code == 302
        assert ana.email in text_of(client.get(reverse("admin:practice_practiceset_changelist")))

    def test_assigning(self, client, ana, queued):
        tessa, concept = TutorFactory(), sets.point()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        client.force_login(tessa)
        url = reverse("admin:practice_practiceset_assign")
        assert "Ana" in text_of(client.get(url))
        body = {"student": ana.pk, "language": "es", "points": [concept.pk]}
        assert client.post(url, body).status_code == 302
        made = PracticeSet.objects.get()
        assert (made.learner, made.assigned_by) == (ana, tessa)

    def test_not_to_anybody_elses_student(self, client, ana):
        client.force_login(TutorFactory())
        url = reverse("admin:practice_practiceset_assign")
        assert client.post(url, {"student": ana.pk, "language": "es"}).status_code == 200
        assert not PracticeSet.objects.exists()

    @pytest.mark.parametrize("count", [1, 8])
    def test_queries(self, client, django_assert_max_num_queries, count):
        for _ in range(count):
            sets.ready_set(sets.learner())
        client.force_login(AdminFactory())
        url = reverse("admin:practice_practiceset_changelist")
        client.get(url)
        with django_assert_max_num_queries(15):
            assert client.get(url).status_code == 200
