from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import UserFactory
from assessments.services import answer_question, current_question, start_assessment
from assessments.tests.factories import make_bank
from learning.models import LearningSession, SkillProgress

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


def test_answers_count_the_time_between_them():
    """20 s, 45 s, and a coffee: of that a minute."""
    make_bank()
    assessment = start_assessment(learner=UserFactory(), language="es", now=NOW)
    for seconds in (20, 65, 2000):
        now = NOW + timedelta(seconds=seconds)
        question = current_question(assessment, now=now)
        answer = question.item.options[0]["id"]
        answer_question(assessment=assessment, question_id=question.pk, answer=answer, now=now)

    assert LearningSession.objects.get().seconds == 20 + 45 + 60
    assert sum(SkillProgress.objects.values_list("seconds", flat=True)) == 125
