from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from learning.mastery.services import record_evidence
from learning.models import RecurringError
from learning.progress.charts import forecast_chart, level_chart
from learning.progress.selectors import DayLoad, LevelPoint, forecast, state_counts
from learning.tests.content import lesson, point
from learning.tests.learners import ConceptFactory, shown
from learning.tests.test_progress_api import practise, recurring_error

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    ana = UserFactory(name="Ana")
    LearnerLanguageFactory(user=ana, language="es", level="B1")
    return ana


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_page_says_what_will_come(as_ana):
    page = text_of(as_ana.get("/progress"))
    assert "Nothing here yet" in page
    assert "What will fade" not in page


def test_the_page_shows_skills_concepts_and_what_fades(as_ana, ana):
    for days_ago in (6, 3, 1):
        practise(ana, ConceptFactory(slug=f"p{days_ago}"), days_ago=days_ago, skill="grammar")
    page = text_of(as_ana.get("/progress"))
    assert "Grammar points" in page
    assert "What will fade" in page
    assert "?kind=grammar&amp;state=new" in page


def test_strangers_are_sent_to_sign_in(client):
    for path in ("/progress", "/concepts", "/errors"):
        assert client.get(path).headers["Location"].startswith("/sign-in")


def test_without_a_language_comes_the_welcome(client):
    client.force_login(UserFactory())
    for path in ("/progress", "/concepts", "/errors"):
        assert client.get(path).headers["Location"] == "/welcome"


def test_a_tutor_sees_their_students_page(client, ana):
    tessa = TutorFactory()
    client.force_login(tessa)
    assert client.get(f"/progress/student/{ana.pk}").status_code == 404
    TutorAssignmentFactory(tutor=tessa, student=ana)
    assert "Ana" in text_of(client.get(f"/progress/student/{ana.pk}"))


def test_concepts_by_state_and_kind(as_ana, ana):
    practise(ana, ConceptFactory(name="por and para"), correct=False)
    word = ConceptFactory(kind="lemma", slug="casa", name="casa")
    practise(ana, word)
    page = text_of(as_ana.get("/concepts?kind=lemma&state=new"))
    assert "casa" in page
    assert "por and para" not in page
    assert "Nothing of this kind" in text_of(as_ana.get("/concepts?state=known"))


def test_an_unknown_filter_shows_everything(as_ana, ana):
    practise(ana, ConceptFactory(name="por and para"))
    assert "por and para" in text_of(as_ana.get("/concepts?state=lost&kind=odd&page=9"))


def test_a_concept_in_the_learners_language(as_ana, ana):
    concept = ConceptFactory(explanation={"en": "Aim takes para.", "fr": "Le but : para."})
    practise(ana, concept)
    assert "Aim takes para." in text_of(as_ana.get(f"/concepts/{concept.pk}"))
    ana.native_language = "fr"
    ana.save()
    assert "Le but : para." in text_of(as_ana.get(f"/concepts/{concept.pk}"))


def test_a_concept_not_met_says_so(as_ana):
    assert "not met it yet" in text_of(as_ana.get(f"/concepts/{ConceptFactory().pk}"))


def test_open_errors_lead_to_practice(as_ana, ana):
    make = f'action="{reverse("practice:make_set")}"'
    error = recurring_error(ana, key="one", concept=ConceptFactory())
    assert make in text_of(as_ana.get("/errors"))
    page = text_of(as_ana.get(f"/errors/{error.pk}"))
    assert make in page
    assert f'name="concept" value="{error.concept_id}"' in page
    RecurringError.objects.update(status="closed", closed_at=timezone.now())
    assert make not in text_of(as_ana.get("/errors")) + text_of(as_ana.get(f"/errors/{error.pk}"))


def test_a_concept_with_content_leads_to_it(as_ana):
    about = lesson(point("ser-estar"))
    page = text_of(as_ana.get(f"/concepts/{about.concepts.get().pk}"))
    assert reverse("learning:content", args=[about.pk]) in page


def test_errors_open_and_overcome(as_ana, ana):
    recurring_error(ana, key="one")
    assert "0 of 3 days right" in text_of(as_ana.get("/errors"))
    RecurringError.objects.update(status="closed", closed_at=timezone.now())
    page = text_of(as_ana.get("/errors"))
    assert "No error is open" in page
    assert "overcome on" in page


def test_no_errors_says_what_will_come(as_ana):
    assert "No error has come back" in text_of(as_ana.get("/errors"))


def test_an_error_with_its_receipt(as_ana, ana):
    error = recurring_error(ana)
    assert "The second time: listed here from now" in text_of(as_ana.get(f"/errors/{error.pk}"))


def test_anothers_error_is_not_found(client, ana):
    error = recurring_error(ana)
    client.force_login(UserFactory(name="Ben"))
    assert client.get(f"/errors/{error.pk}").status_code == 404


@pytest.mark.parametrize("count", [2, 20])
@pytest.mark.parametrize("path", ["/progress", "/concepts", "/errors"])
def test_queries_do_not_grow(as_ana, ana, path, count, django_assert_max_num_queries):
    for number, concept in enumerate(ConceptFactory.create_batch(count)):
        practise(ana, concept, days_ago=number, skill="grammar")
        recurring_error(ana, key=str(number))
    with django_assert_max_num_queries(18):
        as_ana.get(path)


def test_the_forecast_counts_the_learners_own_days():
    kenji = UserFactory(timezone="Asia/Tokyo")
    now = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    record_evidence(learner=kenji, shown=[shown(ConceptFactory())], now=now)
    days = forecast(kenji, "es", now=now)
    assert days[0].date.isoformat() == "2026-03-03"
    assert sum(day.count for day in days) == 1
    assert len(days) == 30


def test_states_follow_the_evidence(ana):
    now = timezone.now()
    once, weak, known, faded = ConceptFactory.create_batch(4)
    practise(ana, once)
    for _ in range(3):
        practise(ana, weak, correct=False)
    for days_ago in (20, 15, 5):
        practise(ana, known, days_ago=days_ago)
    for days_ago in (300, 299):
        practise(ana, faded, days_ago=days_ago)
    assert state_counts(ana, "es", now=now)["grammar"] == {
        "new": 1,
        "weak": 1,
        "fading": 1,
        "known": 1,
    }


def test_charts_without_data_are_not_drawn():
    assert level_chart([]) is None
    assert forecast_chart([DayLoad(datetime(2026, 3, 2, tzinfo=UTC).date(), 0)]) is None


def test_higher_levels_are_drawn_higher_and_later_ones_to_the_right():
    start = datetime(2026, 3, 2, tzinfo=UTC)
    points = [
        LevelPoint(start, "A2", "A1", "A2", "placement"),
        LevelPoint(start + timedelta(days=90), "B1", "B1", "B2", "progress"),
    ]
    first, second = level_chart(points).marks
    assert second.y < first.y
    assert second.x > first.x
    assert first.top < first.y < first.bottom


def test_the_fullest_day_has_the_tallest_bar():
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    loads = [DayLoad(day + timedelta(days=ahead), ahead % 3) for ahead in range(30)]
    bars = forecast_chart(loads).bars
    assert max(bars, key=lambda bar: bar.height).count == 2
    assert sum(bar.labelled for bar in bars) == 4
