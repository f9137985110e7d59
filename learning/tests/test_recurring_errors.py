from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import UserFactory
from config.ids import new_id
from learning.mastery.errors import RightUse, SlipMade, record_right_uses, record_slips
from learning.models import ErrorEvent, RecurringError
from learning.tests.learners import ConceptFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Status = RecurringError.Status


@pytest.fixture
def ana():
    return UserFactory(name="Ana")


def slip(learner, *, day=0, key="ser-estar", source=None, **more):
    made = SlipMade(
        key=key,
        kind="grammar",
        original="soy cansada",
        corrected="estoy cansada",
        reason="A passing state takes estar.",
        source_type="conversations.message",
        source_id=source or new_id(),
        **more,
    )
    now = NOON + timedelta(days=day)
    return record_slips(learner=learner, language="es", slips=[made], now=now)[0]


def use(learner, error, *, at, source=None):
    right = RightUse(
        error=error,
        quote="Hoy estoy cansada.",
        source_type="conversations.message",
        source_id=source or new_id(),
    )
    record_right_uses(learner=learner, uses=[right], now=at)
    error.refresh_from_db()
    return error


def history(error):
    return list(error.events.values_list("type", flat=True))


def test_one_slip_is_not_yet_an_error(ana):
    error = slip(ana)
    assert (error.status, error.times) == (Status.SEEN, 1)


def test_the_second_slip_opens_it(ana):
    slip(ana)
    error = slip(ana, day=2)
    assert (error.status, error.times) == (Status.OPEN, 2)
    assert error.opened_at == NOON + timedelta(days=2)
    assert history(error) == ["slip", "slip", "opened"]


def test_a_slip_counts_once_however_often_it_is_reported(ana):
    source = new_id()
    for _ in range(3):
        error = slip(ana, source=source)
    assert (error.status, error.times) == (Status.SEEN, 1)


def test_different_slips_are_different_errors(ana):
    slip(ana, key="ser-estar")
    assert slip(ana, key="por-para").status == Status.SEEN
    assert RecurringError.objects.count() == 2


def test_three_right_uses_on_three_days_close_it(ana):
    slip(ana)
    error = slip(ana)
    for day in (1, 4):
        assert use(ana, error, at=NOON + timedelta(days=day)).status == Status.OPEN
    assert use(ana, error, at=NOON + timedelta(days=9)).status == Status.CLOSED
    assert error.closed_at == NOON + timedelta(days=9)
    assert history(error)[-1] == "closed"


def test_three_right_uses_on_one_day_do_not(ana):
    slip(ana)
    error = slip(ana)
    for minute in range(3):
        use(ana, error, at=NOON + timedelta(days=1, minutes=minute))
    assert error.status == Status.OPEN
    assert len(error.right_days) == 1
    assert history(error).count("right_use") == 3


def test_the_days_are_the_learners_own():
    kenji = UserFactory(timezone="Asia/Tokyo")
    slip(kenji)
    error = slip(kenji)
    # 23:30 and 00:30 in Tokyo: one day in UTC, two for the learner.
    for hour in (14, 15):
        use(kenji, error, at=datetime(2026, 3, 5, hour, 30, tzinfo=UTC))
    assert [day.day for day in error.right_days] == [5, 6]


def test_a_slip_sets_the_days_back(ana):
    slip(ana)
    error = slip(ana)
    for day in (1, 2):
        use(ana, error, at=NOON + timedelta(days=day))
    error = slip(ana, day=3)
    assert error.right_days == []
    use(ana, error, at=NOON + timedelta(days=4))
    assert error.status == Status.OPEN


def test_a_slip_after_the_end_opens_it_again(ana):
    slip(ana)
    error = slip(ana)
    for day in (1, 2, 3):
        use(ana, error, at=NOON + timedelta(days=day))
    error = slip(ana, day=20)
    assert (error.status, error.closed_at) == (Status.OPEN, None)
    assert history(error)[-1] == "reopened"


def test_a_message_counts_as_one_right_use(ana):
    slip(ana)
    error, source = slip(ana), new_id()
    for day in (1, 2, 3):
        use(ana, error, at=NOON + timedelta(days=day), source=source)
    assert len(error.right_days) == 1


def test_what_is_closed_stays_closed_by_more_right_uses(ana):
    slip(ana)
    error = slip(ana)
    for day in (1, 2, 3, 4, 5):
        use(ana, error, at=NOON + timedelta(days=day))
    assert history(error).count("closed") == 1
    assert ErrorEvent.objects.filter(error=error, type="right_use").count() == 3


def test_the_latest_slip_is_the_one_shown_and_its_concept_stays(ana):
    concept = ConceptFactory()
    slip(ana, concept=concept, pattern="estar cansado")
    error = slip(ana, day=1)
    assert (error.concept, error.pattern) == (concept, "estar cansado")
    assert error.last_seen_at == NOON + timedelta(days=1)


def test_nobody_sees_anothers_errors(ana):
    slip(ana)
    assert RecurringError.objects.visible_to(ana).count() == 1
    assert not RecurringError.objects.visible_to(UserFactory(name="Ben")).exists()
