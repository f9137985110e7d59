import re

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import TutorProfile, User
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    PendingTutorFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai.models import UsageRecord
from config.back_office import in_words, row_link

pytestmark = pytest.mark.django_db
USERS = "admin:accounts_user_changelist"


@pytest.fixture
def cleo(client):
    cleo = AdminFactory()
    client.force_login(cleo)
    return cleo


def text_of(answer):
    return answer.content.decode()


class TestLists:
    def test_every_list_of_ours_says_what_it_is(self):
        ours = (one for model, one in admin.site._registry.items() if not _borrowed(model))
        assert [type(one).__name__ for one in ours if not getattr(one, "about", "")] == []

    def test_an_empty_list_says_what_it_would_hold(self, client, cleo):
        page = text_of(client.get(reverse("admin:assessments_dispute_changelist")))
        assert "Nothing here yet" in page
        assert "Grades that a learner says are wrong" in page

    def test_a_search_without_a_hit_leads_back(self, client, cleo):
        page = text_of(client.get(reverse(USERS), {"q": "nobody-at-all"}))
        assert "Nothing matches" in page
        assert 'href="?"' in page

    def test_a_whole_list_does_not_offer_itself(self, client, cleo):
        LearnerLanguageFactory()
        address = reverse("admin:accounts_auditentry_changelist")
        assert "Show all" not in text_of(client.get(address))

    def test_a_short_name_heads_a_column_that_sorts(self, client, cleo):
        UserFactory()
        page = text_of(client.get(reverse(USERS)))
        assert "Last signed in" in page
        assert re.search(r"<th[^>]*sortable column-last_login", page)
        names = client.get(reverse(USERS), {"o": "1"}).context["cl"].result_list
        assert [user.email for user in names] == sorted(user.email for user in names)

    def test_a_filter_has_the_short_name_too(self, client, cleo):
        changelist = client.get(reverse("admin:learning_concept_changelist")).context["cl"]
        assert "language" in [str(spec.title) for spec in changelist.filter_specs]

    def test_the_heading_is_the_sidebar_s(self, client, cleo):
        page = text_of(client.get(reverse("admin:accounts_learnerlanguage_changelist")))
        assert re.search(r'class="step truncate">\s*Levels', page)


class TestPages:
    def test_names_a_person_and_no_id(self, client, cleo):
        row = TutorAssignmentFactory()
        page = text_of(client.get(reverse("admin:accounts_tutorassignment_change", args=[row.pk])))
        assert f"{row.tutor.name} teaches {row.student.name}" in page

    def test_an_address_keeps_its_small_letters(self, client, cleo):
        ana = UserFactory(email="ana@example.org")
        page = text_of(client.get(reverse("admin:accounts_user_change", args=[ana.pk])))
        assert re.search(r'class="step truncate">\s*ana@example.org', page)

    def test_a_field_has_a_short_name_and_the_long_one_as_a_hint(self, client, cleo):
        row = LearnerLanguageFactory()
        page = text_of(client.get(reverse("admin:accounts_learnerlanguage_change", args=[row.pk])))
        assert "Known from" in page
        assert "86% (A2 to B2)" in page

    def test_a_user_leads_to_the_work(self, client, cleo):
        ana = UserFactory()
        page = text_of(client.get(reverse("admin:accounts_user_change", args=[ana.pk])))
        conversations = reverse("admin:conversations_conversation_changelist")
        assert f"{conversations}?q={ana.email.replace('@', '%40')}" in page

    def test_a_tutor_is_not_led_to_what_admins_see(self, client):
        ana, tessa = UserFactory(), TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        client.force_login(tessa)
        page = text_of(client.get(reverse("admin:accounts_user_change", args=[ana.pk])))
        assert reverse("admin:learning_mastery_changelist") in page
        assert reverse("admin:ai_usagerecord_changelist") not in page


class TestValuesInWords:
    def test_tells_keys_and_nested_values(self):
        told = in_words(
            {"focusAreas": ["ser", "estar"], "level_set": True, "prior": {"mean": 0.25}}
        )
        assert "<dt>focus areas</dt><dd>ser, estar</dd>" in told
        assert "<dt>level set</dt><dd>yes</dd>" in told
        assert "<dt>mean</dt><dd>0.25</dd>" in told

    def test_a_moment_and_a_list_of_sentences(self):
        assert "Nov. 10, 2026" in in_words("2026-11-10T00:14:27.793517+00:00")
        assert (
            in_words(["Think of the ending first.", "It is a verb that ends in -ar, in the past."])[
                :3
            ]
            == "<ul"
        )

    @pytest.mark.parametrize("nothing", [None, "", [], {}])
    def test_nothing_is_a_dash(self, nothing):
        assert in_words(nothing) == "–"

    def test_what_a_learner_wrote_stays_text(self):
        assert "<b>" not in in_words({"<b>": ["<b>bold</b>", {"x": "<b>"}]})

    def test_a_row_by_its_table(self):
        user = UserFactory()
        assert reverse("admin:accounts_user_change", args=[user.pk]) in row_link(
            "accounts.user", user.pk
        )

    @pytest.mark.parametrize("table", ["", "nonsense", "no.such"])
    def test_a_table_that_is_gone(self, table):
        assert "href" not in row_link(table, UserFactory().pk)


class TestWhatWaits:
    def test_stands_first_for_an_admin(self, client, cleo):
        PendingTutorFactory()
        page = client.get(reverse("admin:index"))
        assert [one["count"] for one in page.context["waits"]] == [1]
        assert "Tutors to let in, or not" in text_of(page)

    def test_says_when_nothing_does(self, client, cleo):
        page = client.get(reverse("admin:index"))
        assert page.context["waits"] == []
        assert "waits for a decision of yours" in text_of(page)

    def test_tutors_do_not_see_who_wants_to_teach(self, client):
        PendingTutorFactory()
        client.force_login(TutorFactory())
        page = client.get(reverse("admin:index"))
        assert page.context["waits"] == []
        assert "Operations" not in [room["title"] for room in page.context["rooms"]]


class TestLettingATutorIn:
    @pytest.mark.parametrize(("verdict", "staff"), [("approved", True), ("declined", False)])
    def test_on_their_page(self, client, cleo, verdict, staff):
        tessa = PendingTutorFactory()
        address = reverse("admin:accounts_tutorprofile_change", args=[tessa.pk])
        assert client.post(address, {"decision": verdict}).status_code == 302
        tessa = User.objects.get(pk=tessa.pk)
        assert (tessa.tutor_profile.status, tessa.is_staff) == (verdict, staff)
        assert tessa.tutor_profile.decided_by == cleo

    def test_saving_without_a_decision_decides_nothing(self, client, cleo):
        tessa = PendingTutorFactory()
        address = reverse("admin:accounts_tutorprofile_change", args=[tessa.pk])
        client.post(address, {"decision": ""})
        assert TutorProfile.objects.get(pk=tessa.pk).status == "pending"

    def test_not_for_tutors(self, client):
        client.force_login(TutorFactory())
        tessa = PendingTutorFactory()
        address = reverse("admin:accounts_tutorprofile_change", args=[tessa.pk])
        assert client.post(address, {"decision": "approved"}).status_code == 403
        assert TutorProfile.objects.get(pk=tessa.pk).status == "pending"


def test_usage_is_summed_by_day_and_provider(client, cleo):
    for _ in range(2):
        UsageRecord.objects.create(
            provider="openai", model="m", purpose="chat", outcome="ok", cost_micros=1_500
        )
    page = client.get(reverse("admin:ai_usagerecord_changelist"))
    (line,) = page.context["usage_days"]
    assert (line["provider"], line["calls"], line["dollars"]) == ("openai", 2, "0.0030")
    assert "By day and provider" in text_of(page)


def test_users_ask_as_much_of_a_small_school_as_of_a_large_one(
    client, cleo, django_assert_max_num_queries
):
    for number in range(12):
        if number in (2, 11):
            with django_assert_max_num_queries(13):
                client.get(reverse(USERS))
        LearnerLanguageFactory(user=UserFactory())


def _borrowed(model):
    """Models of libraries: the schedules' clocks are reached from the schedules."""
    return model._meta.app_label == "django_celery_beat" and model.__name__ != "PeriodicTask"
