import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.selectors import user_settings
from accounts.services import update_settings
from accounts.tests.factories import UserFactory
from config.ids import new_id
from learning.mastery.services import (
    recompute_mastery,
    record_evidence,
    revise_evidence,
)
from learning.models import Evidence, Mastery, SkillProgress
from learning.tests.learners import START, ConceptFactory, show, shown

pytestmark = pytest.mark.django_db

DERIVED = ("concept_id", "stability", "difficulty", "right", "wrong", "evidence_count")
DATES = ("last_practiced", "forgets_at")


@pytest.fixture
def ana():
    ana = UserFactory(name="Ana")
    user_settings(ana)
    return ana


def derived(learner):
    rows = Mastery.objects.filter(learner=learner).order_by("concept_id")
    return list(rows.values_list(*DERIVED, *DATES))


def test_what_was_shown_becomes_mastery(ana):
    concept = ConceptFactory()
    show(ana, concept, skill="grammar")
    row = Mastery.objects.get(learner=ana, concept=concept)
    assert row.evidence_count == 1
    assert (row.kind, row.language) == ("grammar", "es")
    assert row.last_practiced == START
    assert row.forgets_at > START


def test_the_same_source_counts_once(ana):
    concept, source = ConceptFactory(), new_id()
    assert len(show(ana, concept, source=source, skill="grammar")) == 1
    before = derived(ana)
    assert show(ana, concept, source=source, skill="grammar", correct=False) == []
    assert derived(ana) == before
    assert SkillProgress.objects.get(learner=ana).answers == 1


def test_one_source_may_speak_of_several_concepts(ana):
    concepts, source = ConceptFactory.create_batch(3), new_id()
    signs = [shown(concept, source=source) for concept in concepts]
    assert len(record_evidence(learner=ana, shown=signs, now=START)) == 3
    assert Mastery.objects.filter(learner=ana).count() == 3


def test_replaying_the_log_gives_the_same_mastery(ana):
    chance = random.Random(4)
    concepts = ConceptFactory.create_batch(4)
    for step in range(60):
        signs = [
            shown(
                chance.choice(concepts),
                correct=chance.random() < 0.7,
                weight=chance.choice([0.3, 0.6, 1.0]),
                hint_used=chance.random() < 0.2,
                spontaneous=chance.random() < 0.3,
            )
            for _ in range(chance.randint(1, 5))
        ]
        # Some come late, as from a device that was offline; some at the same moment.
        hours = step * 7 - chance.choice([0, 0, 0, 7, 60])
        record_evidence(learner=ana, shown=signs, now=START + timedelta(hours=hours))
    incremental = derived(ana)
    Mastery.objects.all().delete()
    assert recompute_mastery(learner=ana) == 4
    assert derived(ana) == incremental


def test_the_order_of_arrival_does_not_matter(ana):
    ben, concept = UserFactory(name="Ben"), ConceptFactory()
    days = [(0, True), (2, False), (5, True), (9, True)]
    for learner, order in ((ana, days), (ben, [days[2], days[0], days[3], days[1]])):
        for day, correct in order:
            show(learner, concept, day=day, correct=correct)
    assert derived(ana) == derived(ben)


def test_a_grade_judged_anew_counts_as_if_it_had_been_so_all_along(ana):
    ben, concept, source = UserFactory(name="Ben"), ConceptFactory(), new_id()
    for learner, correct in ((ana, False), (ben, True)):
        show(learner, concept, day=0)
        show(learner, concept, day=3, correct=correct, source=source)
        show(learner, concept, day=9)
    revised = revise_evidence(
        learner=ana, source_type="assessments.response", source_id=source, correct=True
    )
    assert [row.revision for row in revised] == [1]
    assert derived(ana) == derived(ben)
    recompute_mastery(learner=ana)
    assert derived(ana) == derived(ben)


def test_judging_anew_to_the_same_changes_nothing(ana):
    concept, source = ConceptFactory(), new_id()
    show(ana, concept, source=source)
    again = {"source_type": "assessments.response", "source_id": source}
    assert revise_evidence(learner=ana, correct=True, **again) == []
    assert revise_evidence(learner=UserFactory(), correct=False, **again) == []


def test_evidence_cannot_be_rewritten(ana):
    show(ana, ConceptFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.update(correct=False)


def test_a_learner_can_be_erased(ana):
    show(ana, ConceptFactory(), skill="grammar")
    ana.delete()
    assert not Evidence.objects.exists()
    assert not Mastery.objects.exists()


def test_an_own_target_moves_the_day_of_fading(ana):
    concept = ConceptFactory()
    for day in (0, 3, 10):
        show(ana, concept, day=day)
    before = Mastery.objects.get().forgets_at
    update_settings(user=ana, changes={"learning": {"targetMastery": 85}}, version=1)
    assert Mastery.objects.get().forgets_at < before


def test_fading_finds_what_has_fallen_below_the_target(ana):
    weak, strong = ConceptFactory(), ConceptFactory()
    show(ana, weak)
    for day in (0, 3, 12, 40):
        show(ana, strong, day=day)
    later = START + timedelta(days=60)
    assert [row.concept for row in Mastery.objects.fading(later)] == [weak]


def test_nothing_shown_writes_nothing(ana, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_evidence(learner=ana, shown=[], now=START) == []


@pytest.mark.parametrize("history", [0, 40])
@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_history_or_with_what_is_shown(
    ana, history, count, django_assert_num_queries
):
    concepts = ConceptFactory.create_batch(count)
    for day in range(history):
        show(ana, concepts[0], day=day, skill="grammar")
    now = START + timedelta(days=history)
    signs = [shown(concept, skill="grammar") for concept in concepts]
    with django_assert_num_queries(11):
        record_evidence(learner=ana, shown=signs, now=now)


def test_skills_follow_the_share_of_right_answers(ana):
    concept = ConceptFactory()
    for day, correct in enumerate([True, True, False, True]):
        show(ana, concept, day=day, correct=correct, skill="reading")
    row = SkillProgress.objects.get(learner=ana, skill="reading")
    assert (row.answers, float(row.score)) == (4, 75.0)
    assert row.streak_days == 4
    assert row.last_practice_date == (START + timedelta(days=3)).date()


def test_a_missed_day_breaks_the_streak_of_a_skill(ana):
    concept = ConceptFactory()
    for day in (0, 1, 3):
        show(ana, concept, day=day, skill="reading")
    assert SkillProgress.objects.get().streak_days == 1


def test_milestones_are_reached_once(ana):
    concept = ConceptFactory()
    for day in range(12):
        show(ana, concept, day=day, skill="grammar")
    names = [milestone["name"] for milestone in SkillProgress.objects.get().milestones]
    assert names == ["7 days in a row", "10 answers"]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_lose_nothing():
    ana, concept = UserFactory(name="Ana"), ConceptFactory()

    def one_tab(number):
        try:
            for step in range(5):
                show(ana, concept, day=step + number / 10, skill="grammar")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        list(tabs.map(one_tab, range(2)))
    assert Mastery.objects.get().evidence_count == 10
    assert SkillProgress.objects.get().answers == 10
    together = derived(ana)
    recompute_mastery(learner=ana)
    assert derived(ana) == together
