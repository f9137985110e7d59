from datetime import timedelta

import pytest

from accounts.models import AuditEntry, LearnerLanguage
from accounts.services import override_level
from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.bank.files import read_bank
from assessments.models import Dispute, Item, WritingReview
from assessments.services import current_question
from assessments.services.bank import load_bank
from assessments.services.disputes import (
    accept_dispute,
    decline_dispute,
    dispute_grade,
    override_grade,
    regrade_item,
    regrade_recent,
)
from assessments.tests.factories import (
    NOW,
    make_answer,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)
from config.errors import Conflict, DomainError, Forbidden, NotFound
from learning.concepts.models import Concept
from learning.mastery.models import Evidence
from learning.mastery.selectors import counted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """Items that the queue would grade anew."""
    items = []
    monkeypatch.setattr("assessments.services.disputes.regrade_item_task.delay", items.append)
    return items


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def tessa(ana):
    tutor = TutorFactory()
    TutorAssignmentFactory(tutor=tutor, student=ana)
    return tutor


def finished(response, **fields):
    """The assessment of one answer, closed without a level on record."""
    assessment = response.assessment
    assessment.status, assessment.level, assessment.probability = "completed", "B1", 0.6
    assessment.level_low = assessment.level_high = "B1"
    assessment.completed_at, assessment.ability = NOW, 0.5
    for name, value in fields.items():
        setattr(assessment, name, value)
    assessment.save()
    return response


def wrong_answer(learner, text="voy", *, item=None, **fields):
    item = item or typed_item(key=["fui"], prompt="Ayer ___ (ir, yo) al mercado.")
    return finished(make_answer(item, text, learner=learner, correct=False, **fields))


def dispute(response, **fields):
    return dispute_grade(
        assessment=response.assessment,
        question_id=response.pk,
        by=response.assessment.learner,
        **fields,
    )


def placed(learner):
    """A whole placement with every wrong answer chosen, not left out."""
    make_bank(each=3)
    assessment = make_assessment(learner=learner, answers=40, knows="A2")
    assessment.responses.filter(dont_know=True).update(dont_know=False, answer="a", correct=False)
    return assessment


class TestDisputing:
    def test_keeps_the_learners_reason(self, ana):
        made = dispute(wrong_answer(ana), reason="  We say it like that.  ")

        assert (made.status, made.reason) == ("open", "We say it like that.")

    def test_once_an_answer(self, ana):
        response = wrong_answer(ana)
        dispute(response)
        with pytest.raises(Conflict) as refused:
            dispute(response)

        assert refused.value.code == "already_disputed"
        assert Dispute.objects.count() == 1

    def test_only_by_the_learner(self, ana):
        response = wrong_answer(ana)
        with pytest.raises(Forbidden):
            dispute_grade(
                assessment=response.assessment, question_id=response.pk, by=AdminFactory()
            )

    def test_only_of_this_assessment(self, ana):
        mine, other = wrong_answer(ana), wrong_answer(UserFactory())
        with pytest.raises(NotFound):
            dispute_grade(assessment=mine.assessment, question_id=other.pk, by=ana)

    @pytest.mark.parametrize(
        "fields", [{"correct": True}, {"dont_know": True, "answer": ""}, {"correct": None}]
    )
    def test_there_must_be_a_grade_to_dispute(self, ana, fields):
        response = wrong_answer(ana)
        for name, value in fields.items():
            setattr(response, name, value)
        response.save()
        with pytest.raises(DomainError) as refused:
            dispute(response)

        assert refused.value.code == "nothing_to_dispute"

    def test_a_placement_tells_only_at_its_end(self, ana):
        response = make_answer(typed_item(), "voy", learner=ana, correct=False)
        with pytest.raises(Conflict) as refused:
            dispute(response)

        assert refused.value.code == "not_told_yet"

    def test_a_grade_that_a_tutor_set_is_final(self, ana, tessa):
        response = wrong_answer(ana)
        override_grade(response=response, correct=False, by=tessa)
        with pytest.raises(Conflict) as refused:
            dispute(response)

        assert refused.value.code == "set_by_tutor"

    def test_a_text_whose_readers_disagreed_may_be_shown_to_a_tutor(self, ana, tessa):
        response = finished(make_answer(writing_item(), "Mi casa es azul.", learner=ana))
        with pytest.raises(DomainError):
            dispute(response)
        WritingReview.objects.create(response=response, outcome="abstained", scorer="two readings")
        made = dispute(response)
        accept_dispute(dispute=made, by=tessa)

        response.refresh_from_db()
        response.item.refresh_from_db()
        assert response.correct is True
        assert response.score >= 0.5
        assert "disputed" in response.item.flags


class TestAccepting:
    def test_the_answer_is_right_and_joins_the_key(self, ana, tessa):
        response = wrong_answer(ana)
        decided = accept_dispute(dispute=dispute(response), by=tessa, note="Of course.")

        response.refresh_from_db()
        response.item.refresh_from_db()
        assert (decided.status, decided.decided_by, decided.note) == (
            "accepted",
            tessa,
            "Of course.",
        )
        assert response.correct is True
        assert response.regraded_at
        assert response.graded_by == tessa
        assert response.item.key == ["fui", "voy"]

    def test_is_audited(self, ana, tessa):
        response = wrong_answer(ana)
        accept_dispute(dispute=dispute(response), by=tessa)
        entry = AuditEntry.objects.get(action="dispute.accepted")

        assert (entry.actor, entry.subject) == (tessa, ana)
        assert entry.detail["response"] == str(response.pk)

    def test_asks_for_the_others_after_the_transaction(
        self, ana, tessa, queued, django_capture_on_commit_callbacks
    ):
        response = wrong_answer(ana)
        with django_capture_on_commit_callbacks(execute=True):
            accept_dispute(dispute=dispute(response), by=tessa)
            assert not queued

        assert queued == [str(response.item_id)]

    def test_of_a_multiple_choice_the_one_answer_and_a_flag_for_the_author(
        self, ana, tessa, queued, django_capture_on_commit_callbacks
    ):
        bank = make_bank(each=1)
        response = wrong_answer(ana, "a", item=bank[0])
        other = wrong_answer(UserFactory(), "a", item=bank[0])
        with django_capture_on_commit_callbacks(execute=True):
            accept_dispute(dispute=dispute(response), by=tessa)

        for row in (response, other, bank[0]):
            row.refresh_from_db()
        assert (response.correct, other.correct) == (True, False)
        assert (bank[0].key, bank[0].flags) == (["b"], ["disputed"])
        assert not queued

    def test_counts_as_right_evidence_at_the_time_it_was_given(self, ana, tessa):
        make_bank(each=1)
        Concept.objects.get_or_create(
            language="es", kind="grammar", slug="grammar-0", defaults={"name": "A point"}
        )
        assessment = make_assessment(learner=ana, answers=40, knows="A2")
        response = assessment.responses.filter(item__skill="grammar", correct=False).first()
        response.dont_know, response.answer = False, "a"
        response.save()
        accept_dispute(dispute=dispute(response), by=tessa)

        (standing,) = counted(Evidence.objects.filter(source_id=response.pk))
        assert standing.correct is True
        assert Evidence.objects.filter(source_id=response.pk).count() == 2
        first = Evidence.objects.filter(source_id=response.pk).order_by("revision").first()
        assert standing.occurred_at == first.occurred_at

    def test_the_result_is_worked_out_anew_and_the_level_rises_with_it(self, ana, tessa):
        assessment = placed(ana)
        before, completed = assessment.ability, assessment.completed_at
        for response in assessment.responses.filter(correct=False):
            accept_dispute(dispute=dispute(response), by=tessa)
        assessment.refresh_from_db()
        row = LearnerLanguage.objects.get(user=ana, language="es")

        assert assessment.ability > before + 1
        assert assessment.completed_at == completed
        assert row.level == assessment.level > "A2"
        assert row.level_set_at == completed

    def test_no_level_falls_by_it(self, ana, tessa):
        assessment = placed(ana)
        response = assessment.responses.filter(correct=False).first()
        assessment.level = "C1"
        assessment.save()
        LearnerLanguage.objects.filter(user=ana).update(level="C1")
        accept_dispute(dispute=dispute(response), by=tessa)
        assessment.refresh_from_db()

        assert assessment.level == "C1"
        assert LearnerLanguage.objects.get(user=ana).level == "C1"

    def test_a_level_that_a_tutor_set_stands(self, ana, tessa):
        assessment = placed(ana)
        row = LearnerLanguage.objects.get(user=ana, language="es")
        override_level(row=row, level="A1", by=tessa, now=NOW)
        for response in assessment.responses.filter(correct=False):
            accept_dispute(dispute=dispute(response), by=tessa)
        row.refresh_from_db()

        assert (row.level, row.level_source) == ("A1", "override")

    def test_a_later_tests_level_stands(self, ana, tessa):
        assessment = placed(ana)
        later = assessment.completed_at + timedelta(days=1)
        LearnerLanguage.objects.filter(user=ana).update(level="A1", level_set_at=later)
        for response in assessment.responses.filter(correct=False):
            accept_dispute(dispute=dispute(response), by=tessa)

        assert LearnerLanguage.objects.get(user=ana).level == "A1"

    @pytest.mark.parametrize("who", ["learner", "stranger", "unassigned"])
    def test_only_a_tutor_of_the_learner_decides(self, ana, who):
        by = {"learner": ana, "stranger": UserFactory(), "unassigned": TutorFactory()}[who]
        made = dispute(wrong_answer(ana))
        with pytest.raises(Forbidden):
            accept_dispute(dispute=made, by=by)
        with pytest.raises(Forbidden):
            decline_dispute(dispute=made, by=by, note="No.")

        made.refresh_from_db()
        assert made.status == "open"

    def test_tutors_do_not_decide_their_own(self):
        tutor = TutorFactory()
        made = dispute(wrong_answer(tutor))
        with pytest.raises(Forbidden):
            accept_dispute(dispute=made, by=tutor)

    def test_is_decided_once(self, ana, tessa):
        made = dispute(wrong_answer(ana))
        decline_dispute(dispute=made, by=tessa, note="That is the present.")
        with pytest.raises(Conflict) as refused:
            accept_dispute(dispute=made, by=tessa)

        assert refused.value.code == "dispute_decided"

    def test_a_load_of_the_bank_keeps_the_answer(self, ana, tessa):
        source = next(item for item in read_bank("es") if item.type == "fill_blank")
        load_bank(language="es", items=[source])
        item = Item.objects.get(slug=source.slug)
        accept_dispute(dispute=dispute(wrong_answer(ana, "xyz", item=item)), by=tessa)
        load_bank(language="es", items=[source])

        item.refresh_from_db()
        assert "xyz" in item.key
        assert source.answer in item.key


class TestDeclining:
    def test_says_why_and_changes_nothing(self, ana, tessa):
        response = wrong_answer(ana)
        made = decline_dispute(dispute=dispute(response), by=tessa, note="That is the present.")

        response.refresh_from_db()
        response.item.refresh_from_db()
        assert (made.status, made.note) == ("declined", "That is the present.")
        assert response.correct is False
        assert response.item.key == ["fui"]
        assert AuditEntry.objects.filter(action="dispute.declined").exists()

    def test_needs_a_note(self, ana, tessa):
        made = dispute(wrong_answer(ana))
        with pytest.raises(DomainError) as refused:
            decline_dispute(dispute=made, by=tessa, note="  ")

        assert refused.value.code == "note_missing"


class TestRegrading:
    def test_everybody_who_gave_the_answer_is_graded_anew(self, ana, tessa):
        item = typed_item(key=["fui"])
        mine = wrong_answer(ana, "marché", item=item)
        same = wrong_answer(UserFactory(), "Marché.", item=item)
        bare = wrong_answer(UserFactory(), "marche", item=item)
        other = wrong_answer(UserFactory(), "iba", item=item)
        unknown = wrong_answer(UserFactory(), "", item=item, dont_know=True)
        accept_dispute(dispute=dispute(mine), by=tessa)

        assert regrade_item(item_id=item.pk) == 2
        for row in (same, bare, other, unknown):
            row.refresh_from_db()
        assert (same.correct, same.note, same.graded_by) == (True, "", None)
        assert (bare.correct, bare.note) == (True, "accent")
        assert (other.correct, unknown.correct) == (False, False)
        assert same.regraded_at
        assert same.assessment.ability != 0.5

    def test_running_again_changes_nothing(self, ana, tessa):
        item = typed_item(key=["fui", "marché"])
        wrong_answer(ana, "marché", item=item)

        assert regrade_item(item_id=item.pk) == 1
        assert regrade_item(item_id=item.pk) == 0

    def test_a_grade_that_a_person_set_stands(self, ana, tessa):
        item = typed_item(key=["fui", "marché"])
        response = wrong_answer(ana, "marché", item=item)
        override_grade(response=response, correct=False, by=tessa)

        assert regrade_item(item_id=item.pk) == 0
        response.refresh_from_db()
        assert response.correct is False

    def test_the_night_finds_what_the_queue_lost(self, ana, tessa):
        item = typed_item(key=["fui"])
        other = wrong_answer(UserFactory(), "marché", item=item)
        accept_dispute(dispute=dispute(wrong_answer(ana, "marché", item=item)), by=tessa, now=NOW)

        assert regrade_recent(language="fr", since=NOW - timedelta(days=1)) == 0
        assert regrade_recent(language="es", since=NOW + timedelta(days=1)) == 0
        assert regrade_recent(language="es", since=NOW - timedelta(days=1)) == 1
        other.refresh_from_db()
        assert other.correct is True


class TestOverriding:
    def test_wins_and_is_audited(self, ana, tessa):
        response = wrong_answer(ana)
        override_grade(response=response, correct=True, by=tessa, note="Said so in class.")
        response.refresh_from_db()
        entry = AuditEntry.objects.get(action="grade.overridden")

        assert (response.correct, response.graded_by) == (True, tessa)
        assert (entry.actor, entry.subject) == (tessa, ana)
        assert (entry.detail["from"], entry.detail["to"]) == (False, True)
        assert entry.detail["note"] == "Said so in class."
        assert response.item.key == ["fui"]

    def test_a_right_answer_found_wrong_lowers_the_result_not_the_level_on_record(self, ana, tessa):
        make_bank(each=3)
        assessment = make_assessment(learner=ana, answers=40, knows="B2")
        level = LearnerLanguage.objects.get(user=ana).level
        for response in assessment.responses.filter(correct=True):
            override_grade(response=response, correct=False, by=tessa)
        assessment.refresh_from_db()

        assert assessment.level < level
        assert LearnerLanguage.objects.get(user=ana).level == level

    def test_only_by_a_tutor_of_the_learner(self, ana):
        response = wrong_answer(ana)
        for by in (ana, UserFactory(), TutorFactory()):
            with pytest.raises(Forbidden):
                override_grade(response=response, correct=True, by=by)

    def test_there_must_be_an_answer(self, ana, tessa):
        make_bank(each=1)
        question = current_question(make_assessment(learner=ana))
        with pytest.raises(Conflict) as refused:
            override_grade(response=question, correct=True, by=tessa)

        assert refused.value.code == "not_answered"
