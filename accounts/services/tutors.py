"""Who may act as a tutor or an admin, and whom a tutor teaches. Every change is audited."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import InvalidFields
from accounts.models import TutorAssignment, TutorProfile, User
from accounts.selectors import is_approved_tutor
from accounts.services.audit import record_audit
from accounts.services.mailing import mail_on_commit
from config.errors import Forbidden

TUTORS_GROUP = "Tutors"
# Names, not imports: the apps below this one own the models.
TUTOR_PERMISSIONS = (
    "accounts.view_user",
    "accounts.view_learnerprofile",
    "accounts.view_learnerlanguage",
    "accounts.change_learnerlanguage",
    "accounts.view_tutorassignment",
    "learning.view_learningsession",
    "learning.view_studyday",
    "learning.view_evidence",
    "learning.view_mastery",
    "learning.view_skillprogress",
    "learning.view_recurringerror",
    "learning.view_errorevent",
    "learning.view_exerciseanswer",
    "learning.view_companion",
    "assessments.view_assessment",
    "assessments.view_response",
    "assessments.change_response",
    "assessments.view_dispute",
    "assessments.change_dispute",
    "conversations.view_conversation",
    "conversations.view_message",
    "conversations.view_correction",
    "conversations.view_tutorrequest",
    "conversations.view_tutoringsession",
    "conversations.delete_tutoringsession",
    "conversations.view_sessionconcept",
    "conversations.change_tutorrequest",
    "conversations.view_routingdecision",
    "practice.view_cardschedule",
    "practice.view_deck",
    "practice.view_note",
    "practice.view_reviewlog",
    "practice.view_practiceset",
    "practice.view_question",
)


def ensure_tutor_group() -> Group:
    """The group that lets tutors look into the back office, and set their students' levels."""
    group, _ = Group.objects.get_or_create(name=TUTORS_GROUP)
    # Each time, since a newer version of Parlance may show tutors more.
    group.permissions.add(*_tutor_permissions())
    return group


def _tutor_permissions() -> list[Permission]:
    wanted = Q(pk__in=[])
    for name in TUTOR_PERMISSIONS:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))


@transaction.atomic
def approve_tutor(*, tutor: User, admin: User, address: str | None = None) -> TutorProfile:
    """Let a tutor in. Raises Forbidden unless `admin` is one, InvalidFields for a non-tutor."""
    profile = _decide(tutor=tutor, admin=admin, status=TutorProfile.Status.APPROVED)
    tutor.is_staff = True
    tutor.save(update_fields=["is_staff", "updated_at"])
    tutor.groups.add(ensure_tutor_group())
    record_audit(actor=admin, subject=tutor, action="tutor.approved", address=address)
    return profile


@transaction.atomic
def decline_tutor(*, tutor: User, admin: User, address: str | None = None) -> TutorProfile:
    """Turn a tutor down, or shut out one who was approved. Raises as `approve_tutor`."""
    profile = _decide(tutor=tutor, admin=admin, status=TutorProfile.Status.DECLINED)
    _withdraw_tutor_powers(tutor)
    record_audit(actor=admin, subject=tutor, action="tutor.declined", address=address)
    return profile


@transaction.atomic
def change_role(*, user: User, role: str, admin: User, address: str | None = None) -> User:
    """Give somebody another role. One made a tutor by an admin is approved by that.

    Raises Forbidden unless `admin` is one, or when admins would change their own role.
    """
    _require_admin(admin)
    if user.pk == admin.pk:
        raise Forbidden(_("You cannot change your own role."), code="own_role")
    before = User.objects.values_list("role", flat=True).get(pk=user.pk)
    user.role = User.Role(role)
    user.is_staff = user.is_superuser = user.is_admin
    user.save(update_fields=["role", "is_staff", "is_superuser", "updated_at"])
    if user.is_tutor:
        TutorProfile.objects.get_or_create(user=user)
        approve_tutor(tutor=user, admin=admin, address=address)
    else:
        user.groups.remove(ensure_tutor_group())
    detail = {"from": before, "to": user.role}
    record_audit(actor=admin, subject=user, action="role.changed", detail=detail, address=address)
    return user


@transaction.atomic
def assign_tutor(*, tutor: User, student: User, admin: User | None = None) -> TutorAssignment:
    """Let an approved tutor see a student. Assigning twice changes nothing.

    Raises InvalidFields.
    """
    if not is_approved_tutor(tutor):
        raise InvalidFields(tutor="This tutor has not been approved.")
    if tutor.pk == student.pk:
        raise InvalidFields(student="Nobody can be their own tutor.")
    assignment, created = TutorAssignment.objects.current().get_or_create(
        tutor=tutor, student=student
    )
    if created:
        detail = {"tutor": str(tutor.pk)}
        record_audit(actor=admin, subject=student, action="tutor.assigned", detail=detail)
    return assignment


@transaction.atomic
def end_assignment(*, assignment: TutorAssignment, admin: User | None = None) -> None:
    ended = TutorAssignment.objects.current().filter(pk=assignment.pk)
    if ended.update(ended_at=timezone.now()):
        detail = {"tutor": str(assignment.tutor_id)}
        record_audit(
            actor=admin, subject=assignment.student, action="tutor.unassigned", detail=detail
        )


def _decide(*, tutor: User, admin: User, status: TutorProfile.Status) -> TutorProfile:
    from accounts.tasks import send_tutor_decision_task  # it imports the services

    _require_admin(admin)
    profile = TutorProfile.objects.select_for_update().filter(user=tutor).first()
    if profile is None or not tutor.is_tutor:
        raise InvalidFields(tutor="This account is not a tutor's.")
    profile.status, profile.decided_by, profile.decided_at = status, admin, timezone.now()
    profile.save(update_fields=["status", "decided_by", "decided_at"])
    mail_on_commit(send_tutor_decision_task, tutor.pk)
    return profile


def _withdraw_tutor_powers(tutor: User) -> None:
    tutor.is_staff = False
    tutor.save(update_fields=["is_staff", "updated_at"])
    tutor.groups.remove(ensure_tutor_group())


def _require_admin(admin: User) -> None:
    if not (admin.is_admin and admin.is_active):
        raise Forbidden
