"""Study for any app's tests."""

from datetime import timedelta

import factory

from accounts.tests.factories import UserFactory
from learning.models import Companion, CompanionSession, LearningSession, StudyDay


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


class CompanionFactory(factory.django.DjangoModelFactory):
    """One of a learner's own; with `author=None` one that comes with Parlance."""

    class Meta:
        model = Companion

    author = factory.SubFactory(UserFactory)
    name = "Mi abuela"
    subject = "language"
    topic = "recetas de familia"
    language = "es"
    voice = "female"
    style = "warm"
    instructions = "She cooks for twelve every Sunday."


class CompanionSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CompanionSession

    user = factory.SubFactory(UserFactory)
    companion = factory.SubFactory(CompanionFactory, author=None)


def study_every_day(learner, *, until, days, language="es"):
    """A row for each of the `days` days that end with `until`."""
    return StudyDay.objects.bulk_create(
        StudyDay(learner=learner, language=language, day=until - timedelta(days=back), turns=1)
        for back in range(days)
    )
