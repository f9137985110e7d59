from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.models import Assessment, Item
from assessments.services import current_question
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)

pytestmark = pytest.mark.django_db

CREATE = "/api/assessment/create"
SUBMIT = "/api/assessment/submit"
HISTORY = "/api/assessment/history"
PLACEMENT = {"language": "es", "assessmentType": "placement"}


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def ben():
    return UserFactory(name="Ben Okafor")


@pytest.fixture
def tessa(ana):
    return TutorAssignmentFactory(student=ana, tutor=TutorFactory()).tutor


@pytest.fixture
def api(ana):
    return client_of(ana)


@pytest.fixture
def bank():
    return make_bank()


def path(assessment, *more):
    return "/".join(["/api/assessment", str(assessment.pk), *more])


def refused(response, status, code=None):
    body = response.json()
    assert response.status_code == status, body
    assert body["success"] is False
    if code:
        assert body["code"] == code
    return body


class TestEveryEndpoint:
    @pytest.fixture
    def endpoints(self, ana, bank):
        assessment = make_assessment(learner=ana)
        return [
            ("post", CREATE),
            ("post", SUBMIT),
            ("get", HISTORY),
            ("get", path(assessment)),
            ("post", path(assessment, "answer")),
            ("get", path(assessment, "result")),
        ]

    def test_wants_to_know_who_asks(self, endpoints):
        for method, url in endpoints:
            refused(getattr(APIClient(), method)(url), 401)

    def test_has_one_method(self, endpoints, api):
        for method, url in endpoints:
            other = "get" if method == "post" else "post"
            refused(getattr(api, other)(url), 405)
            refused(api.delete(url), 405)

    def test_does_not_show_that_others_exist(self, endpoints, ben):
        other = client_of(ben)
        for method, url in endpoints[3:]:
            refused(getattr(other, method)(url), 404, "not_found")

    def test_unknown_ids_are_absent(self, api, bank):
        class Nothing:
            pk = uuid4()

        refused(api.get(path(Nothing)), 404)
        refused(api.post(path(Nothing, "answer")), 404)
        refused(api.get(path(Nothing, "result")), 404)

    @pytest.mark.parametrize("body", ["[]", "{", '"text"', "null", "3"])
    def test_survives_a_body_that_is_no_object(self, endpoints, api, body):
        for method, url in endpoints:
            if method == "post":
                refused(api.post(url, body, content_type="application/json"), 400)


class TestCreating:
    def test_gives_the_session_and_the_first_question(self, api, ana, bank):
        body = api.post(CREATE, {**PLACEMENT, "userId": str(ana.pk)}).json()
        assessment = Assessment.objects.get(learner=ana)

        question = body.pop("question")
        assert body == {
            "success": True,
            "sessionId": str(assessment.learning_session_id),
            "assessmentId": str(assessment.pk),
            "userHistory": 0,
            "recommendedContent": 60,
            "message": "Assessment session created successfully",
        }
        assert set(question) == {
            "id", "type", "skill", "prompt", "promptLanguage", "passage", "options", "aims",
            "words", "number", "maximum",
        }  # fmt: skip
        assert (question["number"], question["maximum"]) == (1, 25)

    def test_answers_201_and_again_with_the_same(self, api, bank):
        first, second = api.post(CREATE, PLACEMENT), api.post(CREATE, PLACEMENT)

        assert first.status_code == 201
        assert first.json() == second.json()

    def test_is_limited_to_ten_an_hour(self, api, bank, settings):
        settings.RATES = settings.RATES | {"assessment": "2/h"}
        first = api.post(CREATE, PLACEMENT)
        api.post(CREATE, PLACEMENT)

        assert first.headers["RateLimit-Remaining"] == "1"
        assert "Retry-After" in api.post(CREATE, PLACEMENT).headers
        refused(api.post(CREATE, PLACEMENT), 429, "rate_limited")

    @pytest.mark.parametrize("kind", ["placement", "progress", "final"])
    def test_takes_everything_the_contract_allows(self, api, bank, kind):
        body = {
            "language": "es",
            "assessmentType": kind,
            "topics": ["grammar-1"],
            "difficultyLevel": "intermediate",
        }
        assert api.post(CREATE, body).json()["recommendedContent"] == 5

    def test_counts_what_was_finished_before(self, api, ana, bank):
        make_assessment(learner=ana, answers=30)

        assert api.post(CREATE, PLACEMENT).json()["userHistory"] == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"language": "x"}, "language"),
            ({"language": None}, "language"),
            ({"assessmentType": "quiz"}, "assessmentType"),
            ({"topics": "food"}, "topics"),
            ({"topics": ["x" * 61]}, "topics"),
            ({"topics": ["food"] * 21}, "topics"),
            ({"difficultyLevel": "hard"}, "difficultyLevel"),
            ({"userId": "me"}, "userId"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, api, bank, change, field):
        assert field in refused(api.post(CREATE, PLACEMENT | change), 400)["details"]

    def test_refuses_unknown_languages_and_empty_banks_by_code(self, api, bank):
        refused(api.post(CREATE, PLACEMENT | {"language": "tlh"}), 400, "unknown_language")
        refused(api.post(CREATE, PLACEMENT | {"language": "fr"}), 400, "empty_bank")

    def test_others_are_absent_and_students_start_their_own(self, ana, ben, tessa, bank):
        body = PLACEMENT | {"userId": str(ana.pk)}

        refused(client_of(ben).post(CREATE, body), 404, "not_found")
        refused(client_of(tessa).post(CREATE, body), 403, "only_the_learner")
        assert not Assessment.objects.exists()


class TestReading:
    def test_shows_the_open_question(self, api, ana, bank):
        assessment = make_assessment(learner=ana, answers=4)
        body = api.get(path(assessment)).json()

        assert body["question"]["number"] == 5
        assert body["result"] is None
        assert body["status"] == "active"
        assert 0 < body["certainty"] < 100

    def test_shows_the_result_when_it_is_over(self, api, ana, bank):
        body = api.get(path(make_assessment(learner=ana, answers=30))).json()

        assert body["question"] is None
        assert body["result"]["level"] == body["level"]

    def test_a_tutor_reads_without_asking(self, ana, tessa, bank):
        assessment = make_assessment(learner=ana, answers=2)
        body = client_of(tessa).get(path(assessment)).json()

        assert body["question"] is None
        assert assessment.responses.filter(answered_at__isnull=True).count() == 1

    def test_never_shows_a_key_before_the_end(self, api, ana, bank):
        Item.objects.update(explanation="SECRET")
        assessment = make_assessment(learner=ana, answers=3)
        question = current_question(assessment)
        seen = [
            api.get(path(assessment)),
            api.post(path(assessment, "answer"), {"questionId": str(question.pk), "answer": "b"}),
            api.get(HISTORY),
        ]

        for response in seen:
            text = response.content.decode()
            assert response.status_code == 200
            assert "SECRET" not in text
            assert '"key"' not in text
            assert "difficulty" not in text


class TestAnswering:
    def answer(self, api, assessment, **body):
        question = current_question(assessment)
        return api.post(path(assessment, "answer"), {"questionId": str(question.pk), **body})

    def test_a_placement_keeps_right_and_wrong_to_itself(self, api, ana, bank):
        assessment = make_assessment(learner=ana)
        question = current_question(assessment)
        body = self.answer(api, assessment, answer="b", timeSpent=3.5, confidence=0.5).json()

        assert body["answered"] == {
            "questionId": str(question.pk), "correct": None, "feedback": None,
            "correctAnswer": None, "note": "",
        }  # fmt: skip
        assert body["question"]["number"] == 2
        assert "result" not in body

    def test_a_progress_test_tells_at_once(self, api, ana, bank):
        assessment = make_assessment(learner=ana, assessment_type="progress")
        body = self.answer(api, assessment, answer="c").json()

        assert body["answered"]["correct"] is False
        assert body["answered"]["feedback"] == "Professions take ser."
        assert body["answered"]["correctAnswer"] == "es"

    def test_a_final_waits_for_its_end(self, api, ana, bank):
        assessment = make_assessment(learner=ana, assessment_type="final")
        body = self.answer(api, assessment, answer="c").json()

        assert body["answered"]["correct"] is body["answered"]["feedback"] is None

    def test_feedback_is_in_the_learners_language(self, api, ana):
        ana.native_language = "fr"
        ana.save()
        told = {"en": "Where things are.", "fr": "Où sont les choses."}
        typed_item(explanation="Where things are.", explanations=told)
        typed_item(slug="own-2")
        assessment = make_assessment(learner=ana, assessment_type="progress")
        body = self.answer(api, assessment, answer="esta").json()["answered"]

        assert body["correct"] is True
        assert body["note"] == "accent"
        assert "está" in body["feedback"]
        assert "Où sont" in body["feedback"] or "Professions" in body["feedback"]

    def test_a_sentence_to_translate_is_in_the_learners_language(self, api, ana):
        ana.native_language = "fr"
        ana.save()
        typed_item(type="translation", prompt="He is here.", prompts={"fr": "Il est ici."})
        question = api.post(CREATE, {**PLACEMENT, "assessmentType": "progress"}).json()["question"]

        assert (question["prompt"], question["promptLanguage"]) == ("Il est ici.", "fr")

    def test_a_free_text_is_stored_and_read_later(self, api, ana):
        writing_item()
        body = api.post(CREATE, {**PLACEMENT, "assessmentType": "progress"}).json()
        question = body["question"]
        assert (question["type"], question["words"]) == ("conversation", {"low": 10, "high": 40})
        assert question["aims"]
        assert question["options"] == []

        send = {"questionId": question["id"], "answer": " Vivo en una casa. "}
        url = f"/api/assessment/{body['assessmentId']}/answer"
        first, again = api.post(url, send).json(), api.post(url, send).json()
        assert first == again
        assert first["answered"]["correct"] is None
        [entry] = first["result"]["feedback"]
        assert entry["answer"] == "Vivo en una casa."
        assert entry["review"]["outcome"] == "reading"
        refused(api.post(url, send | {"answer": "Otra cosa."}), 409, "assessment_over")

    def test_a_script_that_was_read_says_nothing_of_listening(self, api, ana):
        ItemFactory(skill="listening", passage="A: Hola.")
        ItemFactory(skill="reading", slug="own-2")
        assessment = make_assessment(learner=ana)
        for _ in range(2):
            self.answer(api, assessment, answer="b", read=True)

        rows = {row.item.skill: row for row in assessment.responses.select_related("item")}
        assert (rows["listening"].read, rows["reading"].read) == (True, False)
        assessment.refresh_from_db()
        assert [row["skill"] for row in assessment.scores] == ["reading"]

    def test_the_last_answer_gives_the_result(self, api, ana, bank):
        assessment = make_assessment(learner=ana)
        body = {"question": True}
        while "question" in body:
            body = self.answer(api, assessment, dontKnow=True).json()

        assert body["answered"]["correct"] is False
        assert set(body["result"]) == {
            "assessmentType", "decision", "comparison", "level", "levelSet", "probability",
            "interval",
            "ability", "standardError", "itemsAsked",
            "stoppedBecause", "skills", "strengths", "weaknesses", "recommendations", "feedback",
        }  # fmt: skip
        assert body["result"]["level"] == "A1"
        assert body["result"] == api.get(path(assessment, "result")).json()

    def test_a_double_click_gets_the_same_answer(self, api, ana, bank):
        assessment = make_assessment(learner=ana)
        send = {"questionId": str(current_question(assessment).pk), "answer": "b"}
        first, second = (api.post(path(assessment, "answer"), send).json() for _ in range(2))

        assert first == second

    def test_conflicts_have_codes(self, api, ana, bank):
        assessment = make_assessment(learner=ana, answers=1)
        current_question(assessment)
        old = {"questionId": str(assessment.responses.first().pk), "answer": "d"}
        refused(api.post(path(assessment, "answer"), old), 409, "stale_question")

        over = make_assessment(learner=ana, assessment_type="final", answers=30)
        refused(
            api.post(path(over, "answer"), {"questionId": str(uuid4()), "answer": "b"}),
            409,
            "assessment_over",
        )

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "answer_missing"),
            ({"answer": "e"}, "unknown_option"),
            ({"answer": "b", "timeSpent": -1}, None),
            ({"answer": "b", "timeSpent": 1e9}, None),
            ({"answer": "b", "confidence": 1.2}, None),
            ({"answer": ["b"]}, None),
            ({"answer": "x" * 4001}, None),
            ({"answer": "b\x00"}, None),
            ({"dontKnow": "perhaps"}, None),
        ],
    )
    def test_refuses_bad_input_and_keeps_the_question(self, api, ana, bank, body, code):
        assessment = make_assessment(learner=ana)
        question = current_question(assessment)
        refused(self.answer(api, assessment, **body), 400, code)

        assert current_question(assessment) == question

    def test_nobody_answers_for_a_student(self, ana, tessa, bank):
        assessment = make_assessment(learner=ana)
        for other in (tessa, AdminFactory()):
            refused(self.answer(client_of(other), assessment, answer="b"), 403, "only_the_learner")

        assert not assessment.responses.filter(answered_at__isnull=False).exists()


class TestResult:
    def test_a_tutor_reads_a_students(self, ana, tessa, bank):
        assessment = make_assessment(learner=ana, answers=30)

        body = client_of(tessa).get(path(assessment, "result")).json()
        assert body["level"] == assessment.level
        refused(client_of(TutorFactory()).get(path(assessment, "result")), 404)

    def test_is_not_there_before_the_end(self, api, ana, bank):
        refused(api.get(path(make_assessment(learner=ana), "result")), 409, "assessment_not_over")


class TestHistory:
    def test_lists_the_latest_first(self, api, ana, ben, bank):
        first = make_assessment(learner=ana, answers=30)
        second = make_assessment(learner=ana)
        make_assessment(learner=ben)
        body = api.get(HISTORY).json()

        assert [row["id"] for row in body["assessments"]] == [str(second.pk), str(first.pk)]
        assert (body["total"], body["limit"], body["hasMore"]) == (2, 20, False)
        assert body["assessments"][0]["interval"] is None
        assert body["assessments"][1]["level"] == first.level

    def test_pages_and_filters(self, api, ana, bank):
        make_assessment(learner=ana, answers=30)
        make_assessment(learner=ana)

        page = api.get(HISTORY, {"limit": 1, "offset": 1}).json()
        assert (len(page["assessments"]), page["total"]) == (1, 2)
        assert api.get(HISTORY, {"language": "fr"}).json()["total"] == 0

    def test_a_tutor_reads_a_students(self, ana, ben, tessa, bank):
        make_assessment(learner=ana, answers=30)
        query = {"studentId": str(ana.pk)}

        assert client_of(tessa).get(HISTORY, query).json()["total"] == 1
        assert client_of(tessa).get(HISTORY).json()["total"] == 0
        refused(client_of(ben).get(HISTORY, query), 404, "not_found")
        refused(client_of(tessa).get(HISTORY, {"studentId": "ana"}), 400)

    def test_ten_cost_the_queries_of_one(self, ana, ben, bank):
        def cost(learner, number):
            for _ in range(number):
                make_assessment(learner=learner, answers=30)
            with CaptureQueriesContext(connection) as queries:
                assert client_of(learner).get(HISTORY).json()["total"] == number
            return len(queries)

        assert cost(ana, 1) == cost(ben, 5)


class TestSubmitting:
    @pytest.fixture
    def assessment(self, ana, bank):
        return make_assessment(learner=ana)

    def batch(self, assessment, items, **changes):
        questions = [
            {
                "id": str(item.pk),
                "type": "multiple_choice",
                "question": item.prompt,
                "options": ["está", "es"],
                "correctAnswer": "está",
                "difficulty": "beginner",
            }
            for item in items
        ]
        responses = [
            {"questionId": str(item.pk), "userAnswer": "es", "timeSpent": 4, "confidence": 0.8}
            for item in items
        ]
        return {
            "sessionId": str(assessment.learning_session_id),
            "userId": str(assessment.learner_id),
            "language": "es",
            "assessmentType": "placement",
            "questions": questions,
            "responses": responses,
        } | changes

    def test_judges_by_the_servers_keys(self, api, ana, assessment, bank):
        body = api.post(SUBMIT, self.batch(assessment, bank[:30])).json()

        assert body["success"] is True
        assert body["result"]["stoppedBecause"] == "submitted"
        assert body["result"]["itemsAsked"] == 30
        assert all(row["correct"] for row in body["result"]["feedback"])
        assert ana.languages.get().level == body["result"]["level"]

    def test_takes_the_open_question_by_its_own_id(self, api, assessment):
        question = current_question(assessment)
        batch = self.batch(assessment, [question.item], questions=[])
        batch["responses"][0]["questionId"] = str(question.pk)
        body = api.post(SUBMIT, batch).json()

        assert body["result"]["itemsAsked"] == 1
        assert body["result"]["feedback"][0]["questionId"] == str(question.pk)

    def test_an_empty_answer_says_dont_know(self, api, assessment, bank):
        batch = self.batch(assessment, bank[:2])
        batch["responses"][0]["userAnswer"] = ""
        feedback = api.post(SUBMIT, batch).json()["result"]["feedback"]

        assert [row["dontKnow"] for row in feedback] == [True, False]

    def test_one_answer_says_little_and_sets_no_level(self, api, ana, assessment, bank):
        result = api.post(SUBMIT, self.batch(assessment, bank[:1])).json()["result"]

        assert result["probability"] < 0.6
        assert not ana.languages.exists()

    def test_cannot_be_handed_in_twice(self, api, assessment, bank):
        api.post(SUBMIT, self.batch(assessment, bank[:10]))

        refused(api.post(SUBMIT, self.batch(assessment, bank[:10])), 409, "assessment_over")

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"language": "fr"}, 409, "wrong_assessment"),
            ({"assessmentType": "final"}, 409, "wrong_assessment"),
            ({"sessionId": str(uuid4())}, 404, "not_found"),
            ({"userId": str(uuid4())}, 404, "not_found"),
            ({"sessionId": "one"}, 400, None),
            ({"responses": []}, 400, None),
            ({"responses": "none"}, 400, None),
            ({"questions": None}, 400, None),
        ],
    )
    def test_refuses_what_does_not_fit(self, api, assessment, bank, change, status, code):
        refused(api.post(SUBMIT, self.batch(assessment, bank[:3], **change)), status, code)

        assessment.refresh_from_db()
        assert assessment.status == "active"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"timeSpent": 0}, None),
            ({"timeSpent": -3}, None),
            ({"timeSpent": "long"}, None),
            ({"confidence": 1.01}, None),
            ({"confidence": -0.1}, None),
            ({"questionId": "q1"}, None),
            ({"questionId": str(uuid4())}, "unknown_question"),
            ({"userAnswer": "parece"}, "unknown_option"),
            ({"userAnswer": None}, None),
        ],
    )
    def test_refuses_a_bad_response_and_keeps_nothing(self, api, assessment, bank, change, code):
        batch = self.batch(assessment, bank[:3])
        batch["responses"][2] |= change
        refused(api.post(SUBMIT, batch), 400, code)

        assert not assessment.responses.exists()

    def test_refuses_a_question_answered_twice(self, api, assessment, bank):
        batch = self.batch(assessment, [bank[0], bank[0]])

        refused(api.post(SUBMIT, batch), 400, "repeated_question")

    def test_refuses_a_batch_too_large(self, api, assessment, bank):
        batch = self.batch(assessment, bank[:1])
        batch["responses"] *= 101

        refused(api.post(SUBMIT, batch), 400)

    def test_others_cannot_hand_in(self, ana, ben, tessa, assessment, bank):
        batch = self.batch(assessment, bank[:3])

        refused(client_of(ben).post(SUBMIT, batch), 404, "not_found")
        refused(client_of(tessa).post(SUBMIT, batch), 403, "only_the_learner")
        mine = batch | {"userId": str(ben.pk)}
        refused(client_of(ben).post(SUBMIT, mine), 404, "not_found")

    def test_a_larger_batch_costs_no_more_queries(self, ana, ben, bank):
        def cost(learner, items):
            batch = self.batch(make_assessment(learner=learner), items)
            with CaptureQueriesContext(connection) as queries:
                assert client_of(learner).post(SUBMIT, batch).status_code == 200
            return len(queries)

        assert cost(ana, bank[:10]) == cost(ben, bank[:50])
