import pytest
from django.core import mail

from accounts.errors import InvalidFields
from accounts.models import AuditEntry, TutorAssignment, TutorProfile, User
from accounts.services import (
    approve_tutor,
    assign_tutor,
    change_role,
    decline_tutor,
    end_assignment,
)
from accounts.tests.factories import PendingTutorFactory, TutorAssignmentFactory, TutorFactory
from config.errors import Forbidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(db):
    return PendingTutorFactory(email="newtutor@example.org")


def test_approval_lets_in(waiting, cleo):
    approve_tutor(tutor=waiting, admin=cleo, address="192.0.2.1")
    waiting = User.objects.get(pk=waiting.pk)
    assert waiting.is_staff
    assert not waiting.is_superuser
    assert waiting.tutor_profile.status == TutorProfile.Status.APPROVED
    assert waiting.tutor_profile.decided_by == cleo
    assert waiting.has_perm("accounts.view_user")
    assert waiting.has_perm("conversations.view_conversation")
    assert not waiting.has_perm("accounts.change_user")
    entry = AuditEntry.objects.get(action="tutor.approved")
    assert (entry.actor, entry.subject, entry.address) == (cleo, waiting, "192.0.2.1")


def test_declining_shuts_out(tessa, ana, cleo):
    TutorAssignmentFactory(tutor=tessa, student=ana)
    decline_tutor(tutor=tessa, admin=cleo)
    tessa = User.objects.get(pk=tessa.pk)
    assert not tessa.is_staff
    assert not tessa.has_perm("accounts.view_user")
    assert list(User.objects.visible_to(tessa)) == [tessa]
    assert AuditEntry.objects.filter(action="tutor.declined", subject=tessa).exists()


@pytest.mark.parametrize(
    ("decide", "subject"),
    [(approve_tutor, "You can teach now"), (decline_tutor, "Your request to teach was declined")],
)
def test_decision_is_mailed(waiting, cleo, decide, subject, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        decide(tutor=waiting, admin=cleo)
    (message,) = mail.outbox
    assert message.subject == subject
    assert message.to == [waiting.email]


def test_only_an_admin_decides(waiting, tessa, ana):
    for somebody in (waiting, tessa, ana):
        for decide in (approve_tutor, decline_tutor):
            with pytest.raises(Forbidden):
                decide(tutor=waiting, admin=somebody)
    waiting.refresh_from_db()
    assert not waiting.is_staff


def test_a_learner_cannot_be_approved(ana, cleo):
    with pytest.raises(InvalidFields):
        approve_tutor(tutor=ana, admin=cleo)


def test_waiting_tutor_sees_nobody(waiting, ana):
    TutorAssignmentFactory(tutor=waiting, student=ana)
    assert list(User.objects.visible_to(waiting)) == [waiting]


def test_approved_tutor_sees_their_students_only(tessa, ana, ben):
    TutorAssignmentFactory(tutor=tessa, student=ana)
    TutorAssignmentFactory(tutor=TutorFactory(), student=ben)
    assert set(User.objects.visible_to(tessa)) == {tessa, ana}


def test_assigning_twice_changes_nothing(tessa, ana, cleo):
    first = assign_tutor(tutor=tessa, student=ana, admin=cleo)
    assert assign_tutor(tutor=tessa, student=ana, admin=cleo) == first
    assert AuditEntry.objects.filter(action="tutor.assigned").count() == 1


def test_waiting_tutor_cannot_be_assigned(waiting, ana, cleo):
    with pytest.raises(InvalidFields):
        assign_tutor(tutor=waiting, student=ana, admin=cleo)


def test_own_student(tessa, cleo):
    with pytest.raises(InvalidFields):
        assign_tutor(tutor=tessa, student=tessa, admin=cleo)


def test_ended_assignment_hides_the_student_and_can_be_renewed(tessa, ana, cleo):
    assignment = assign_tutor(tutor=tessa, student=ana, admin=cleo)
    for _ in range(2):
        end_assignment(assignment=assignment, admin=cleo)
    assert ana not in User.objects.visible_to(tessa)
    assert AuditEntry.objects.filter(action="tutor.unassigned").count() == 1
    assert assign_tutor(tutor=tessa, student=ana, admin=cleo) != assignment
    assert TutorAssignment.objects.count() == 2


class TestRoles:
    def test_a_learner_becomes_an_admin(self, ana, cleo):
        change_role(user=ana, role="admin", admin=cleo)
        ana.refresh_from_db()
        assert ana.is_admin
        assert ana.is_staff
        assert ana.is_superuser
        assert AuditEntry.objects.get(action="role.changed").detail == {
            "from": "student",
            "to": "admin",
        }

    def test_a_learner_becomes_an_approved_tutor(self, ana, cleo):
        change_role(user=ana, role="tutor", admin=cleo)
        ana = User.objects.get(email="ana@example.org")
        assert ana.tutor_profile.status == TutorProfile.Status.APPROVED
        assert ana.is_staff
        assert not ana.is_superuser
        assert ana.has_perm("accounts.view_user")

    def test_an_admin_becomes_a_learner(self, ana, cleo):
        change_role(user=ana, role="admin", admin=cleo)
        change_role(user=ana, role="student", admin=cleo)
        ana.refresh_from_db()
        assert not ana.is_staff
        assert not ana.is_superuser

    def test_a_tutor_who_becomes_a_learner_sees_nobody(self, tessa, ana, cleo):
        TutorAssignmentFactory(tutor=tessa, student=ana)
        change_role(user=tessa, role="student", admin=cleo)
        tessa = User.objects.get(pk=tessa.pk)
        assert ana not in User.objects.visible_to(tessa)
        assert not tessa.has_perm("accounts.view_user")

    def test_nobody_changes_their_own(self, cleo):
        with pytest.raises(Forbidden) as refusal:
            change_role(user=cleo, role="student", admin=cleo)
        assert refusal.value.code == "own_role"

    def test_only_an_admin(self, ana, tessa):
        for somebody in (ana, tessa):
            with pytest.raises(Forbidden):
                change_role(user=ana, role="admin", admin=somebody)
