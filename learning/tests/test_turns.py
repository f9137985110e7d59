"""Two transactions about one learner wait for one another, and never both at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config.ids import new_id
from learning.mastery.errors import SlipMade, record_slips, withdraw_slips
from learning.mastery.services import recompute_mastery, withdraw_sources
from learning.models import ErrorEvent
from learning.tests.waiting import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = "tests.chunk"


def make_slip(learner):
    slip = SlipMade("ser", "grammar", "soy", "estoy", "Estar.", SOURCE, new_id())
    record_slips(learner=learner, language="es", slips=[slip], now=timezone.now())
    return slip.source_id


def test_a_message_is_read_while_a_session_is_taken_back():
    """The one writes slips before evidence, the other takes evidence back before slips."""
    ana = UserFactory()
    sources = [make_slip(ana)]

    def read():
        try:
            with transaction.atomic():
                make_slip(ana)
                recompute_mastery(learner=ana)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            withdraw_sources(learner=ana, source_type=SOURCE, source_ids=sources)
            reading = pool.submit(read)
            until_somebody_waits()
            withdraw_slips(learner=ana, source_type=SOURCE, source_ids=sources)
        reading.result(20)
    assert ErrorEvent.objects.filter(type=ErrorEvent.Type.SLIP).count() == 1
