"""The pages of progress and final tests: each type of question, feedback, texts, history."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.models import Assessment, Response, WritingReview
from assessments.services import answer_question, current_question, start_assessment
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)
from assessments.writing.judgement import CRITERIA

pytestmark = pytest.mark.django_db

PROGRESS, FINAL = reverse("assessments:progress"), reverse("assessments:final")
HISTORY = reverse("assessments:history")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana(client):
    learner = UserFactory(native_language="fr")
    LearnerLanguageFactory(user=learner, level="B1", level_source="placement")
    client.force_login(learner)
    return learner


def url(name, assessment):
    return reverse(f"assessments:{name}", args=[assessment.pk])


def open_test(learner, assessment_type="progress"):
    assessment = start_assessment(learner=learner, language="es", assessment_type=assessment_type)
    return assessment, current_question(assessment)


def send(client, assessment, question, *, htmx=True, **fields):
    data = {"question": question.pk, **fields}
    return client.post(url("question", assessment), data, headers=HTMX if htmx else {})


class TestWhoMayEnter:
    @pytest.mark.parametrize("page", [PROGRESS, FINAL, HISTORY])
    def test_strangers_sign_in_first(self, client, page):
        assert reverse("accounts:login") in client.get(page).url

    def test_a_text_of_others_is_absent(self, client, ana):
        writing_item()
        other = make_assessment(assessment_type="progress")

        assert client.get(url("text", other)).status_code == 404
        assert client.post(url("text", other)).status_code == 405

    def test_a_tutor_reads_a_students_text(self, client):
        tutor = TutorFactory()
        student = TutorAssignmentFactory(tutor=tutor).student
        assessment = hand_in(student)
        client.force_login(tutor)

        assert client.get(url("text", assessment)).status_code == 200

    @pytest.mark.parametrize("page", [PROGRESS, FINAL])
    def test_one_without_a_language_is_welcomed_first(self, client, page):
        client.force_login(UserFactory())

        assert client.get(page).url == reverse("accounts:onboarding")


class TestStarting:
    @pytest.mark.parametrize(
        ("page", "assessment_type"), [(PROGRESS, "progress"), (FINAL, "final")]
    )
    def test_each_says_what_it_is_and_starts_on_request(self, client, ana, page, assessment_type):
        make_bank(each=1)
        introduction = client.get(page)
        assert not Assessment.objects.exists()
        assert introduction.context["type"] == assessment_type

        response = client.post(page, follow=True)
        assert response.redirect_chain == [(page, 302)]
        assert response.context["question"].number == 1
        assert Assessment.objects.get().assessment_type == assessment_type

    def test_who_has_no_level_is_sent_to_the_placement(self, client, ana):
        make_bank(each=1)
        ana.languages.update(level="", level_source="")
        page = client.get(PROGRESS).content.decode()

        assert reverse("assessments:placement") in page
        assert "Start the test" not in page

    def test_the_two_do_not_mix(self, client, ana):
        make_bank(each=2)
        open_test(ana, "final")

        assert client.get(PROGRESS).context["question"] is None
        assert client.get(FINAL).context["question"].number == 1


class TestQuestions:
    def page(self, client, ana):
        client.post(PROGRESS)
        return client.get(PROGRESS).content.decode()

    def test_a_gap_has_a_field_and_the_letters(self, client, ana):
        typed_item(prompt="Él ___ (estar) aquí.")
        page = self.page(client, ana)

        assert 'class="typed"' in page
        assert 'data-letter="ñ"' in page
        assert "Fill the gap" in page

    def test_a_translation_shows_the_learners_own_sentence(self, client, ana):
        typed_item(type="translation", prompt="He is here.", prompts={"fr": "Il est ici."})
        page = self.page(client, ana)

        assert 'lang="fr">Il est ici.' in page
        assert "He is here" not in page

    def test_what_is_to_be_heard_is_not_shown(self, client, ana):
        ItemFactory(skill="listening", passage="A: ¿Qué tal?\nB: Muy bien.")
        page = self.page(client, ana)

        assert "data-script hidden>A: ¿Qué tal?" in page
        assert "Show the text instead" in page
        assert 'name="read"' not in page

    def test_unless_the_learner_asks_and_the_answer_says_so(self, client, ana):
        ItemFactory(skill="listening", passage="A: ¿Qué tal?\nB: Muy bien.")
        client.post(PROGRESS)
        page = client.get(PROGRESS, {"text": "1"}).content.decode()
        assert "<p>A: ¿Qué tal?<br>B: Muy bien.</p>" in page
        assert '<input type="hidden" name="read" value="true">' in page

        assessment, question = open_test(ana)
        send(client, assessment, question, answer="b", read="true")
        assert Response.objects.get().read is True

    def test_a_text_has_its_aims_and_a_place_to_be_kept(self, client, ana):
        writing_item()
        page = self.page(client, ana)

        question = Response.objects.get()
        assert "says who lives there" in page
        assert "10 to 40 words" in page
        assert f'data-draft="parlance-text-{question.pk}"' in page

    def test_markup_of_a_script_is_not_markup(self, client, ana):
        ItemFactory(skill="listening", passage="A: </p><script>alert(1)</script>")

        assert "<script>alert(1)" not in self.page(client, ana)


class TestFeedback:
    @pytest.fixture(autouse=True)
    def _items(self):
        told = {"en": "Place.", "fr": "Le lieu se dit avec estar."}
        for number in range(3):
            typed_item(slug=f"own-{number}", explanations=told)

    def test_comes_at_once_and_in_the_learners_language(self, client, ana):
        page = send(client, *open_test(ana), answer="es").content.decode()

        assert "Not this time" in page
        assert "Le lieu se dit avec estar." in page
        assert "<strong>está</strong>" in page
        assert "<html" not in page
        assert "<form" not in page

    def test_a_missing_accent_is_right_and_named(self, client, ana):
        page = send(client, *open_test(ana), answer="esta").content.decode()

        assert "Right, but mind the accent" in page
        assert "<strong>está</strong>" in page

    def test_then_the_next_question(self, client, ana):
        send(client, *open_test(ana), answer="es")

        assert client.get(PROGRESS).context["question"].number == 2

    def test_works_without_scripts(self, client, ana):
        response = send(client, *open_test(ana), htmx=False, answer="es")
        assert response.url == f"{PROGRESS}?after=1"

        page = client.get(response.url)
        assert page.context["told"]["number"] == 1
        assert "Le lieu se dit" in page.content.decode()

    @pytest.mark.parametrize("after", ["7", "x", "0", "-1", "1e9"])
    def test_an_address_made_up_shows_the_open_question(self, client, ana, after):
        send(client, *open_test(ana), answer="es")
        page = client.get(PROGRESS, {"after": after})

        assert page.context["told"] is None
        assert page.context["question"].number == 2

    def test_a_final_tells_nothing_on_the_way(self, client, ana):
        page = send(client, *open_test(ana, "final"), answer="es").content.decode()

        assert "Le lieu" not in page
        assert "<form" in page

    def test_the_last_answer_leads_to_the_result(self, client, ana):
        assessment, question = open_test(ana)
        while question:
            page = send(client, assessment, question, answer="está").content.decode()
            question = current_question(Assessment.objects.get())

        assert "See the result" in page
        assert url("result", assessment) in page


def hand_in(learner, text="Vivo aquí con mi hermana."):
    writing_item()
    assessment, question = open_test(learner)
    answer_question(assessment=assessment, question_id=question.pk, answer=text)
    assessment.refresh_from_db()
    return assessment


def judged(assessment, outcome="rules", **fields):
    response = assessment.responses.get()
    WritingReview.objects.create(
        response=response,
        outcome=outcome,
        scorer="builtin.v1",
        criteria=[
            {"criterion": name, "score": 3.5, "quote": "Vivo aquí", "comment": f"About {name}."}
            for name in CRITERIA
        ],
        corrections=[
            {
                "start": 0, "end": 4, "original": "Vivo", "corrected": "Vives",
                "kind": "grammar", "reason": "Because.",
            }
        ],
        **fields,
    )  # fmt: skip
    Response.objects.filter(pk=response.pk).update(score=0.7, correct=True)


class TestTexts:
    def test_handing_in_leads_to_the_result(self, client, ana):
        writing_item()
        assessment, question = open_test(ana)
        response = send(client, assessment, question, answer="Vivo aquí.")

        assert response.headers["HX-Redirect"] == url("result", assessment)

    def test_the_result_asks_again_while_it_is_being_read(self, client, ana):
        assessment = hand_in(ana)
        page = client.get(url("result", assessment)).content.decode()

        assert "being read" in page
        assert 'hx-trigger="every 3s"' in page
        assert url("text", assessment) in page
        assert "Vivo aquí con mi hermana." in page

    def test_and_no_longer_once_it_was(self, client, ana):
        assessment = hand_in(ana)
        judged(assessment)
        for name in ("result", "text"):
            page = client.get(url(name, assessment)).content.decode()
            assert "every 3s" not in page
            assert "built-in scorer" in page
            assert "About coherence." in page
            assert '<mark class="slip">Vivo</mark>' in page
            assert "70 %" in page or name == "text"

    def test_says_when_it_was_not_scored(self, client, ana):
        assessment = hand_in(ana)
        response = assessment.responses.get()
        WritingReview.objects.create(response=response, outcome="abstained", scorer="x")
        page = client.get(url("result", assessment)).content.decode()

        assert "Not scored" in page
        assert "Without a score" in page

    def test_markup_of_a_text_is_not_markup(self, client, ana):
        assessment = hand_in(ana, "Hola <script>alert(1)</script> amiga.")
        judged(assessment)

        assert "<script>alert(1)" not in client.get(url("result", assessment)).content.decode()

    def test_a_second_tab_is_told_that_the_first_text_counts(self, client, ana):
        writing_item()
        assessment, question = open_test(ana)
        send(client, assessment, question, answer="Vivo aquí.")
        send(client, assessment, question, answer="Otra cosa.")
        page = client.get(url("result", assessment)).content.decode()

        assert "That first text counts" in page
        assert Response.objects.get().answer == "Vivo aquí."

    def test_a_text_that_is_too_long_is_not_taken(self, client, ana):
        writing_item()
        assessment, question = open_test(ana)
        page = send(client, assessment, question, answer="a" * 4001)

        assert page.context["question"].id == question.pk
        assert Response.objects.get().answered_at is None


class TestResults:
    def test_a_final_shows_its_decision_and_why(self, client, ana):
        make_bank(each=14)
        assessment = make_assessment(learner=ana, assessment_type="final", answers=40, knows="C1")
        page = client.get(url("result", assessment)).content.decode()

        assert "You have finished B1" in page
        assert "60 %" in page

    def test_a_progress_test_that_changes_nothing_says_so(self, client, ana):
        make_bank(each=8)
        make_assessment(learner=ana, answers=30, knows="A1")
        ana.languages.update(level="C1")
        assessment = make_assessment(
            learner=ana, assessment_type="progress", answers=20, knows="A1"
        )
        page = client.get(url("result", assessment)).content.decode()

        assert "Your level stays C1" in page
        assert "your last result" in page

    def test_an_unfinished_one_leads_back_to_its_page(self, client, ana):
        make_bank(each=1)
        assessment, _ = open_test(ana, "final")

        assert client.get(url("result", assessment)).url == FINAL
        assert client.get(url("text", assessment)).status_code == 404


class TestHistory:
    def test_lists_what_was_taken(self, client, ana):
        make_bank(each=2)
        done = make_assessment(learner=ana, answers=30)
        make_assessment(learner=ana, assessment_type="final", answers=1)
        other = make_assessment(answers=30)
        page = client.get(HISTORY).content.decode()

        assert url("result", done) in page
        assert url("result", other) not in page
        assert FINAL in page
        assert "Go on" in page

    def test_says_what_it_is_when_empty(self, client, ana):
        assert "None so far" in client.get(HISTORY).content.decode()

    def test_begins_with_the_level_and_never_calls_it_certain(self, client, ana):
        ana.languages.update(level_probability=0.9999, level_low="B1", level_high="B2")
        page = client.get(HISTORY).content.decode()
        assert "<strong>B1</strong>" in page
        assert "over 99 % sure" in page
        assert "between B1 and B2" in page
        assert page.count(f'href="{HISTORY}"') == 2, "the navigation leads here"

    def test_a_newcomer_is_led_to_the_placement(self, client, ana):
        ana.languages.update(level="", level_source="")
        page = client.get(HISTORY)
        assert "Not known yet." in page.content.decode()
        assert f'class="button primary" href="{reverse("assessments:placement")}"' in (
            page.content.decode()
        )

    def test_twenty_cost_the_queries_of_one_and_more_stand_on_the_next_page(self, client, ana):
        def cost(count):
            for _ in range(count):
                finished(ana)
            with CaptureQueriesContext(connection) as queries:
                page = client.get(HISTORY)
            return len(queries), page

        few, _ = cost(1)
        many, page = cost(24)
        assert few == many
        assert len(page.context["page"].object_list) == 20
        assert len(client.get(HISTORY, {"page": 2}).context["page"].object_list) == 5
        assert client.get(HISTORY, {"page": "x"}).status_code == 200


def finished(learner):
    make_bank(each=1) if not Assessment.objects.exists() else None
    assessment = make_assessment(learner=learner, topics=[uuid4().hex])
    Assessment.objects.filter(pk=assessment.pk).update(
        status="completed", level="B1", probability=0.9, completed_at=timezone.now()
    )
    return assessment


def test_a_result_costs_the_same_for_few_and_many_answers(client, ana):
    def cost(answers):
        Assessment.objects.all().delete()
        assessment = make_assessment(learner=ana, assessment_type="final", answers=answers)
        Assessment.objects.filter(pk=assessment.pk).update(
            status="completed", level="B1", level_low="B1", level_high="B1", probability=0.9,
            ability=0.0, standard_error=0.3, completed_at=timezone.now(),
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("result", assessment)).status_code == 200
        return len(queries)

    make_bank(each=8)
    cost(1)
    assert cost(2) == cost(25)
