import pytest
from django.contrib.auth import get_user_model

from ai.errors import ContentBlocked
from ai.flags import REASONS, digest_of, judge_text, keep_flags, keep_late_flags, moderate_text
from ai.models import ModerationFlag
from ai.moderation import Action, Category, check
from config.ids import new_id

THREAT = "I will kill you."
INSULT = "You are a piece of shit. Write to me: ana@example.com."

pytestmark = pytest.mark.django_db


def user(name, role="student"):
    return get_user_model().objects.create(email=f"{name}@example.org", name=name, role=role)


@pytest.fixture
def ana():
    return user("ana")


def moderated(user, text):
    return moderate_text(user_id=user.pk, text=text, language="en", surface="deck")


def test_a_fit_text_leaves_no_trace(ana):
    assert moderated(ana, "I went to the market.").action is None
    assert not ModerationFlag.objects.exists()


def test_a_blocked_text_raises_with_its_reason_and_leaves_one_flag(ana):
    with pytest.raises(ContentBlocked) as caught:
        moderated(ana, THREAT)
    flag = ModerationFlag.objects.get()
    assert (flag.user, flag.surface, flag.category) == (ana, "deck", "violence")
    assert (flag.action, flag.severity, flag.status) == ("blocked", "high", "closed")
    assert str(REASONS[Category.VIOLENCE]) in caught.value.message
    assert caught.value.details == {
        "flagId": [str(flag.pk)],
        "category": ["violence"],
        "appeal": [f"/api/moderation/flags/{flag.pk}/appeal"],
    }


def test_the_same_text_again_is_the_same_flag(ana):
    for text in (THREAT, f"  {THREAT.upper()} "):
        with pytest.raises(ContentBlocked):
            moderated(ana, text)
    assert ModerationFlag.objects.count() == 1


def test_a_text_that_won_its_appeal_goes_through_for_its_writer_only(ana):
    with pytest.raises(ContentBlocked):
        moderated(ana, THREAT)
    ModerationFlag.objects.update(status=ModerationFlag.Status.OVERTURNED)
    assert moderated(ana, THREAT).action is None
    with pytest.raises(ContentBlocked):
        moderated(user("ben"), THREAT)


def test_each_category_that_was_found_has_one_flag(ana):
    row = new_id()
    verdict = judge_text(user_id=ana.pk, text=INSULT, language="en", surface="deck")
    assert not ModerationFlag.objects.exists()
    keep_flags(
        verdict,
        user_id=ana.pk,
        text=INSULT,
        surface="deck",
        source_type="practice.deck",
        source_id=row,
    )
    rows = ModerationFlag.objects.values_list("category", "action", "status", "source_id")
    assert set(rows) == {
        ("profanity", "queued", "queued", row),
        ("personal_information", "noted", "closed", row),
    }


def test_what_was_found_as_personal_is_not_stored_again(ana):
    moderated(ana, "Write to me: ana@example.com.")
    assert "ana@example.com" not in ModerationFlag.objects.get().excerpt


def test_a_text_that_stands_is_queued_and_never_blocked(ana):
    row = new_id()
    kept = [
        keep_late_flags(
            check(THREAT, language="en"),
            user_id=ana.pk,
            text=THREAT,
            surface="message",
            source_type="conversations.message",
            source_id=row,
        )
        for _ in range(2)
    ]
    assert [len(one) for one in kept] == [1, 0]
    flag = ModerationFlag.objects.get()
    assert (flag.severity, flag.action, flag.status) == ("high", Action.QUEUED, "queued")


def test_every_category_has_a_reason_that_fits_its_column():
    assert set(REASONS) == set(Category)
    assert all(len(str(reason)) <= 300 for reason in REASONS.values())


def test_a_digest_does_not_look_at_case_and_spaces():
    assert digest_of(" I  Will\nkill YOU. ") == digest_of("i will kill you.")
    assert digest_of("other") != digest_of(THREAT)


def test_one_sees_ones_own_flags_and_an_admin_all(ana):
    moderated(ana, "Shit, I forgot.")
    seen = ModerationFlag.objects.visible_to
    others = user("ben"), user("tessa", "tutor"), user("cleo", "admin")
    assert [seen(one).count() for one in (ana, *others)] == [1, 0, 0, 1]


def test_despair_beside_a_threat_is_answered_and_looked_at(ana):
    for _ in range(2):
        with pytest.raises(ContentBlocked) as caught:
            moderated(ana, "I will kill you. I want to kill myself.")
    assert caught.value.details["help"] == ["/moderation/help"]
    assert ContentBlocked.HELP in caught.value.message
    rows = ModerationFlag.objects.values_list("category", "action", "status")
    assert set(rows) == {("violence", "blocked", "closed"), ("self_harm", "queued", "queued")}
    assert len(rows) == 2
