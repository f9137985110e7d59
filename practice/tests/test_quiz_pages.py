import pytest

from learning.models import Evidence
from practice.models import PracticeSet
from practice.tests import sets
from practice.tests.test_quizzes import builtin, lesson

pytestmark = pytest.mark.django_db
__all__ = ["builtin"]


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def begin(client, item):
    return client.post(f"/practice/lessons/{item.pk}/quiz")


def test_from_a_lesson_to_the_result_and_back(as_ana):
    item = lesson()
    assert f"/practice/lessons/{item.pk}/quiz" in text_of(as_ana.get(f"/learn/{item.pk}"))
    at = begin(as_ana, item).headers["Location"]
    page = text_of(as_ana.get(at))
    assert "Exercise 1 of" in page
    assert f'href="/learn/{item.pk}"' in page
    quiz = PracticeSet.objects.get()
    for question in quiz.questions.all():
        as_ana.post(f"{at}/answer", {"question": question.pk, "answer": question.key[0]})
    result = text_of(as_ana.post(f"{at}/submit", follow=True))
    total = quiz.questions.count()
    assert f"{total} of {total} right" in result
    assert "Back to the lesson" in result
    assert "Another quiz about it" in result
    assert Evidence.objects.exists()


def test_examples_of_the_lesson_become_short_answers(as_ana):
    item = lesson()
    item.concepts.clear()
    item.content |= {"examples": sets.EXAMPLES}
    item.save()
    page = text_of(as_ana.get(begin(as_ana, item).headers["Location"] + "?n=3"))
    asked = PracticeSet.objects.get().questions.filter(type="short_answer")
    assert asked.exists()
    assert all("___" in one.passage or not one.prompt for one in asked)
    assert "Exercise 3" in page


def test_pressed_again_it_is_the_same_until_it_is_handed_in(as_ana):
    item = lesson()
    first, second = begin(as_ana, item), begin(as_ana, item)
    assert first.headers["Location"] == second.headers["Location"]
    as_ana.post(f"{first.headers['Location']}/submit")
    assert begin(as_ana, item).headers["Location"] != first.headers["Location"]


def test_an_open_quiz_is_found_under_practice(as_ana):
    begin(as_ana, lesson())
    assert "Quiz" in text_of(as_ana.get("/practice"))


def test_a_lesson_with_nothing_to_ask_says_so(as_ana):
    item = lesson(content={"explanation": {"en": "Nothing."}})
    item.concepts.clear()
    page = text_of(as_ana.get(begin(as_ana, item).headers["Location"]))
    assert "too little to ask about" in page


@pytest.mark.parametrize("more", [{"content_type": "exercise"}, {"is_active": False}])
def test_what_is_no_lesson_to_be_seen_has_no_quiz(as_ana, more):
    assert begin(as_ana, lesson(**more)).status_code == 404


def test_another_learners_quiz_is_not_found(as_ana, client):
    item = lesson()
    at = begin(as_ana, item).headers["Location"]
    client.force_login(sets.learner("Ben"))
    assert client.get(at).status_code == 404


def test_only_posted_and_only_signed_in(client):
    item = lesson()
    assert begin(client, item).headers["Location"].startswith("/sign-in")
    client.force_login(sets.learner())
    assert client.get(f"/practice/lessons/{item.pk}/quiz").status_code == 405
