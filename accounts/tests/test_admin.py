import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import (
    AuditEntry,
    LearnerLanguage,
    RefreshFamily,
    TutorAssignment,
    TutorProfile,
    User,
)
from accounts.services import issue_tokens, record_audit
from accounts.tests.factories import (
    PASSWORD,
    LearnerLanguageFactory,
    PendingTutorFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


@pytest.fixture
def admin(cleo):
    client = Client()
    client.force_login(cleo)
    return client


@pytest.fixture
def tutor(tessa, ana):
    """Tessa's browser; Ana is her student."""
    TutorAssignmentFactory(tutor=tessa, student=ana)
    client = Client()
    client.force_login(tessa)
    return client


def run(client, model, action, *rows):
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(page(f"{model}_changelist"), form)


MODELS = ("user", "learnerlanguage", "tutorprofile", "tutorassignment", "refreshfamily")


class TestWhoGetsIn:
    @pytest.mark.parametrize("model", [*MODELS, "auditentry"])
    def test_learners_and_strangers_do_not(self, client, ana, model):
        for _ in range(2):
            assert client.get(page(f"{model}_changelist")).status_code == 302
            client.force_login(ana)

    def test_waiting_tutor_does_not(self, client):
        client.force_login(PendingTutorFactory())
        assert client.get(reverse("admin:index")).status_code == 302

    @pytest.mark.parametrize("model", ["tutorprofile", "refreshfamily", "auditentry"])
    def test_tutor_sees_no_admin_list(self, tutor, model):
        assert tutor.get(page(f"{model}_changelist")).status_code == 403


class TestTutorsSeeTheirStudents:
    def test_in_the_list(self, tutor, ana, ben):
        content = tutor.get(page("user_changelist")).content.decode()
        assert ana.email in content
        assert ben.email not in content

    def test_by_id(self, tutor, ana, ben):
        assert tutor.get(page("user_change", ana.pk)).status_code == 200
        answer = tutor.get(page("user_change", ben.pk))
        assert answer.status_code == 302
        assert ben.email not in tutor.get(answer.url).content.decode()

    def test_without_the_password(self, tutor, ana):
        content = tutor.get(page("user_change", ana.pk)).content.decode()
        assert "argon2" not in content
        assert "last_login" not in content

    def test_and_change_nothing(self, tutor, ana):
        form = {"email": ana.email, "name": "Changed", "role": "admin", "is_superuser": "on"}
        assert tutor.post(page("user_change", ana.pk), form).status_code == 403
        assert tutor.get(page("user_add")).status_code == 403
        password = reverse("admin:auth_user_password_change", args=[ana.pk])
        assert tutor.get(password).status_code == 403
        ana.refresh_from_db()
        assert (ana.name, ana.role) == ("Ana Torres", "student")

    def test_no_longer_once_the_assignment_ends(self, tutor, ana, admin):
        run(admin, "tutorassignment", "end", TutorAssignment.objects.get())
        assert ana.email not in tutor.get(page("user_changelist")).content.decode()

    def test_assignments(self, tutor, ben):
        TutorAssignmentFactory(tutor=TutorFactory(email="other@example.org"), student=ben)
        content = tutor.get(page("tutorassignment_changelist")).content.decode()
        assert "ana@example.org" in content
        assert "ben@example.org" not in content
        assert tutor.get(page("tutorassignment_add")).status_code == 403


class TestLevels:
    def change(self, client, row, level):
        return client.post(page("learnerlanguage_change", row.pk), {"level": level})

    def test_tutor_sets_a_students_level(self, tutor, tessa, ana):
        row = LearnerLanguageFactory(user=ana)
        assert self.change(tutor, row, "A2").status_code == 302
        row.refresh_from_db()
        assert (row.level, row.level_source) == ("A2", LearnerLanguage.Source.OVERRIDE)
        assert AuditEntry.objects.get(action="level.overridden").actor == tessa

    def test_nobody_elses(self, tutor, ben):
        row = LearnerLanguageFactory(user=ben)
        assert self.change(tutor, row, "A2").status_code == 302
        row.refresh_from_db()
        assert row.level == "B1"

    def test_not_their_own(self, tutor, tessa):
        row = LearnerLanguageFactory(user=tessa)
        assert self.change(tutor, row, "C2").status_code == 403

    @pytest.mark.parametrize("level", ["", "Z9"])
    def test_bad_input(self, tutor, ana, level):
        row = LearnerLanguageFactory(user=ana)
        assert self.change(tutor, row, level).status_code == 200
        row.refresh_from_db()
        assert row.level == "B1"


class TestUsers:
    def form(self, user, **changes):
        return {
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "plan": user.plan,
            "native_language": user.native_language,
            "timezone": user.timezone,
            "is_active": "on",
            "profile-TOTAL_FORMS": "0",
            "profile-INITIAL_FORMS": "0",
            "languages-TOTAL_FORMS": "0",
            "languages-INITIAL_FORMS": "0",
        } | changes

    def test_page(self, admin, ana):
        assert admin.get(page("user_change", ana.pk)).status_code == 200

    def test_change(self, admin, ana):
        answer = admin.post(page("user_change", ana.pk), self.form(ana, plan="pro"))
        assert answer.status_code == 302
        ana.refresh_from_db()
        assert ana.plan == "pro"
        assert ana.check_password(PASSWORD)

    def test_new_address_is_not_verified(self, admin, ana):
        admin.post(page("user_change", ana.pk), self.form(ana, email="New@example.org"))
        ana.refresh_from_db()
        assert ana.email == "new@example.org"
        assert ana.email_verified_at is None

    def test_role_goes_through_the_service(self, admin, cleo, ana):
        admin.post(page("user_change", ana.pk), self.form(ana, role="tutor"))
        ana.refresh_from_db()
        assert ana.is_tutor
        assert ana.tutor_profile.status == TutorProfile.Status.APPROVED
        assert AuditEntry.objects.get(action="role.changed").actor == cleo

    def test_own_role_stays(self, admin, cleo):
        admin.post(page("user_change", cleo.pk), self.form(cleo, role="student"))
        cleo.refresh_from_db()
        assert cleo.is_admin
        assert cleo.is_active

    @pytest.mark.parametrize("role", ["student", "tutor", "admin"])
    def test_add(self, admin, role):
        assert admin.get(page("user_add")).status_code == 200
        form = {"email": "Dora@example.org", "name": "Dora Lind", "role": role}
        passwords = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        assert admin.post(page("user_add"), form | passwords).status_code == 302
        dora = User.objects.get(email="dora@example.org")
        assert dora.role == role
        assert dora.is_staff is (role != "student")
        assert dora.check_password(PASSWORD)

    @pytest.mark.parametrize(
        "change",
        [{"email": "ANA@example.org"}, {"password1": "weak", "password2": "weak"}, {"role": "x"}],
    )
    def test_add_bad_input(self, admin, ana, change):
        form = {"email": "dora@example.org", "name": "Dora", "role": "student"}
        passwords = {"password1": PASSWORD, "password2": PASSWORD}
        assert admin.post(page("user_add"), form | passwords | change).status_code == 200
        assert User.objects.count() == 2

    def test_password_set_by_an_admin(self, admin, cleo, ana):
        pair = issue_tokens(user=ana)
        url = reverse("admin:auth_user_password_change", args=[ana.pk])
        form = {"password1": "Battery-staple-8", "password2": "Battery-staple-8"}
        assert admin.post(url, form).status_code == 302
        ana.refresh_from_db()
        assert ana.check_password("Battery-staple-8")
        assert RefreshFamily.objects.get().revoked_because == RefreshFamily.Reason.PASSWORD
        assert AuditEntry.objects.get(action="password.set_by_admin").actor == cleo
        answer = Client().post("/api/auth/refresh", {"refreshToken": pair.refresh_token})
        assert answer.status_code != 200

    def test_nobody_is_deleted_here(self, admin, ana):
        assert admin.get(page("user_delete", ana.pk)).status_code == 403
        run(admin, "user", "delete_selected", ana)
        assert User.objects.filter(pk=ana.pk).exists()

    def test_lock_out_ended(self, admin, ana):
        wrong = {"email": ana.email, "password": "Wrong-horse-7"}
        for _ in range(5):
            Client().post("/sign-in", wrong)
        run(admin, "user", "end_lockouts", ana)
        right = {"email": ana.email, "password": PASSWORD}
        assert Client().post("/sign-in", right).status_code == 302


class TestTutors:
    def test_approve_and_decline(self, admin, cleo):
        waiting = PendingTutorFactory()
        run(admin, "tutorprofile", "approve", waiting)
        waiting.refresh_from_db()
        assert waiting.is_staff
        run(admin, "tutorprofile", "decline", waiting)
        waiting.refresh_from_db()
        assert not waiting.is_staff
        assert set(AuditEntry.objects.values_list("action", "actor")) == {
            ("tutor.approved", cleo.pk),
            ("tutor.declined", cleo.pk),
        }

    def test_assign(self, admin, tessa, ana):
        assert admin.get(page("tutorassignment_add")).status_code == 200
        form = {"tutor": tessa.pk, "student": ana.pk}
        assert admin.post(page("tutorassignment_add"), form).status_code == 302
        assert set(User.objects.visible_to(tessa)) == {tessa, ana}
        assert AuditEntry.objects.filter(action="tutor.assigned").exists()

    def test_assign_bad_input(self, admin, tessa, ana):
        pending = PendingTutorFactory()
        for tutor, student in ((pending, ana), (ana, tessa), (tessa, tessa)):
            form = {"tutor": tutor.pk, "student": student.pk}
            assert admin.post(page("tutorassignment_add"), form).status_code == 200
        assert not TutorAssignment.objects.exists()

    def test_assigned_already(self, admin, tessa, ana):
        TutorAssignmentFactory(tutor=tessa, student=ana)
        form = {"tutor": tessa.pk, "student": ana.pk}
        assert admin.post(page("tutorassignment_add"), form).status_code == 302
        assert TutorAssignment.objects.count() == 1

    def test_people_are_found_by_typing(self, admin, ana):
        answer = admin.get(
            reverse("admin:autocomplete"),
            {
                "app_label": "accounts",
                "model_name": "tutorassignment",
                "field_name": "student",
                "term": "ana@",
            },
        )
        assert [row["id"] for row in answer.json()["results"]] == [str(ana.pk)]


class TestRecords:
    def test_audit_is_only_read(self, admin, ana):
        entry = record_audit(actor=ana, subject=ana, action="account.registered")
        assert admin.get(page("auditentry_changelist")).status_code == 200
        assert admin.get(page("auditentry_change", entry.pk)).status_code == 200
        assert admin.get(page("auditentry_add")).status_code == 403
        assert admin.post(page("auditentry_change", entry.pk), {"action": "x"}).status_code == 403
        assert admin.post(page("auditentry_delete", entry.pk)).status_code == 403

    def test_a_sign_in_is_revoked(self, admin, ana):
        issue_tokens(user=ana)
        family = RefreshFamily.objects.get()
        content = admin.get(page("refreshfamily_change", family.pk)).content.decode()
        assert family.current_jti not in content
        run(admin, "refreshfamily", "revoke", family)
        family.refresh_from_db()
        assert family.revoked_at is not None


def more_rows():
    learner, tutor = UserFactory(), PendingTutorFactory()
    LearnerLanguageFactory(user=learner)
    TutorAssignmentFactory(student=learner)
    issue_tokens(user=learner)
    record_audit(actor=tutor, subject=learner, action="test.made")


@pytest.mark.parametrize("model", [*MODELS, "auditentry"])
def test_queries_do_not_grow_with_the_rows(admin, model, django_assert_num_queries):
    more_rows()
    url = page(f"{model}_changelist")
    admin.get(url)
    with CaptureQueriesContext(connection) as few:
        assert admin.get(url).status_code == 200
    for _ in range(6):
        more_rows()
    with django_assert_num_queries(len(few)):
        admin.get(url)
