"""Study for any app's tests."""

from datetime import timedelta

import factory

from accounts.tests.factories import UserFactory
from learning.models import LearningSession, StudyDay


class LearningSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LearningSession

    learner = factory.SubFactory(UserFactory)
    session_type = LearningSession.Type.PRACTICE
    language = "es"


class StudyDayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StudyDay

    learner = factory.SubFactory(UserFactory)
    language = "es"
    turns = 3


def study_every_day(learner, *, until, days, language="es"):
    """A row for each of the `days` days that end with `until`."""
    return StudyDay.objects.bulk_create(
        StudyDay(learner=learner, language=language, day=until - timedelta(days=back), turns=1)
        for back in range(days)
    )
