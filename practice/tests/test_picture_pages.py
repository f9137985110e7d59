import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import TutorAssignmentFactory, UserFactory
from learning.models import Evidence
from practice.models import PracticeSet, Submission
from practice.sets.links import of_submissions
from practice.tests import sets
from practice.tests.test_quizzes import builtin

pytestmark = pytest.mark.django_db
__all__ = ["builtin"]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
TEXT = "La mesa es nueva. Una mujer come una manzana. La calle es larga."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    sets.starter()
    return client


def send(client, description=TEXT, content=PNG, name="holiday.png"):
    upload = SimpleUploadedFile(name, content)
    return client.post("/pictures", {"picture": upload, "description": description})


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_an_empty_page_says_what_it_does_without_a_model(as_ana):
    page = text_of(as_ana.get("/pictures"))
    assert "No AI model is set up here" in page
    assert "Make the questions" in page


def test_from_a_picture_to_the_result(as_ana):
    at = send(as_ana).headers["Location"]
    page = text_of(as_ana.get(at))
    assert TEXT in page
    assert f'src="{at}/image"' in page
    row = PracticeSet.objects.get()
    for place, question in enumerate(row.questions.all()):
        assert f"{place} of {row.questions.count()} answered" in text_of(as_ana.get(f"{at}?n=1"))
        answer = {"question": question.pk, "answer": question.key[0]}
        assert "Right" in text_of(as_ana.post(f"{at}/answer", answer))
    total = row.questions.count()
    result = text_of(as_ana.get(at))
    assert f"{total} of {total} right" in result
    assert "Another picture" in result
    assert Evidence.objects.exists()
    assert "100 %" in text_of(as_ana.get("/pictures"))


def test_a_wrong_answer_is_told_at_once_and_stands(as_ana):
    at = send(as_ana).headers["Location"]
    question = PracticeSet.objects.get().questions.exclude(type="true_false")[0]
    wrong = {"question": question.pk, "dont_know": "true"}
    assert question.key[0] in text_of(as_ana.post(f"{at}/answer", wrong))
    again = {"question": question.pk, "answer": "something else"}
    assert "answered already" in text_of(as_ana.post(f"{at}/answer", again))
    assert Submission.objects.get(question=question).correct is False


@pytest.mark.parametrize("sent", [{}, {"answer": ""}, {"answer": "x" * 1001}])
def test_what_is_no_answer_is_said_and_counts_nothing(as_ana, sent):
    at = send(as_ana).headers["Location"]
    question = PracticeSet.objects.get().questions.first()
    page = text_of(as_ana.post(f"{at}/answer", {"question": question.pk} | sent))
    assert "Give an answer" in page or "too long" in page
    assert not Submission.objects.exists()


def test_htmx_gets_the_part_that_changes(as_ana):
    at = send(as_ana).headers["Location"]
    page = text_of(as_ana.get(f"{at}?n=1", headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert 'id="practice"' in page


def test_the_picture_is_shown_to_its_learner_and_their_tutor_only(as_ana, client, ana):
    at = send(as_ana).headers["Location"]
    shown = as_ana.get(f"{at}/image")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert b"".join(shown.streaming_content) == PNG
    client.force_login(TutorAssignmentFactory(student=ana).tutor)
    assert client.get(f"{at}/image").status_code == 200
    client.force_login(sets.learner("Ben"))
    for path in (at, f"{at}/image"):
        assert client.get(path).status_code == 404
    for path in (f"{at}/answer", f"{at}/delete"):
        assert client.post(path).status_code == 404


def test_a_tutor_looks_on_and_neither_answers_nor_deletes(as_ana, client, ana):
    at = send(as_ana).headers["Location"]
    question = PracticeSet.objects.get().questions.first()
    client.force_login(TutorAssignmentFactory(student=ana).tutor)
    assert "answered so far" in text_of(client.get(at))
    answer = {"question": question.pk, "answer": question.key[0]}
    assert "Only the learner" in text_of(client.post(f"{at}/answer", answer))
    assert client.post(f"{at}/delete").status_code == 404


def test_a_picture_is_deleted_and_its_questions_stay(as_ana):
    at = send(as_ana).headers["Location"]
    name = PracticeSet.objects.get().context["image"]
    page = text_of(as_ana.post(f"{at}/delete", follow=True))
    assert "The picture is deleted" in page
    assert not default_storage.exists(name)
    assert as_ana.get(f"{at}/image").status_code == 404
    assert TEXT in page


@pytest.mark.parametrize(
    "content", [b"<svg onload='x()'>", b"", b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024)]
)
def test_what_is_no_picture_is_refused_with_the_words_kept(as_ana, content):
    page = text_of(send(as_ana, content=content), 400)
    assert TEXT in page
    assert not PracticeSet.objects.exists()


def test_a_description_of_nothing_we_know_says_what_to_do(as_ana):
    page = text_of(as_ana.get(send(as_ana, "Zzyzx qwrt.").headers["Location"]))
    assert "No question could be made" in page
    assert "Describe it again" in page


def test_a_description_is_needed(as_ana):
    assert send(as_ana, "").status_code == 400


def test_evidence_leads_to_the_pictures_page(as_ana):
    at = send(as_ana).headers["Location"]
    question = PracticeSet.objects.get().questions.first()
    as_ana.post(f"{at}/answer", {"question": question.pk, "answer": question.key[0]})
    assert of_submissions({question.pk})[question.pk].url == at


def test_who_learns_nothing_and_strangers(client):
    assert client.get("/pictures").headers["Location"].startswith("/sign-in")
    client.force_login(UserFactory())
    assert client.get("/pictures").headers["Location"] == "/welcome"


@pytest.mark.parametrize("count", [1, 10])
def test_queries_do_not_grow(as_ana, ana, count, django_assert_max_num_queries):
    for _ in range(count):
        sets.ready_set(ana, kind="picture", context={"description": TEXT})
    with django_assert_max_num_queries(6):
        as_ana.get("/pictures")
