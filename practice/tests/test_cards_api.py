from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    UserFactory,
)
from config.ids import new_id
from practice.decks.services import add_note, share_deck
from practice.models import Card, CardSchedule, Deck, Note, ReviewLog
from practice.tests.factories import DeckFactory, make_card, schedule_of

pytestmark = pytest.mark.django_db

ROOT = "/api/flashcards"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def client_of(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{new_id()}:"
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres")


@pytest.fixture
def as_ana(ana):
    return client_of(ana)


@pytest.fixture
def as_ben():
    return client_of(UserFactory(name="Ben Okoro"))


@pytest.fixture
def deck(ana):
    return DeckFactory(owner=ana)


@pytest.fixture
def card(deck):
    return make_card(deck)


def put(client, card, **body):
    return client.put(f"{ROOT}/cards/{card.pk}/review", body)


def test_nobody_reaches_another_learners_cards(deck, card, as_ben):
    note = {"front": "a", "back": "b"}
    before = Note.objects.values().get()
    for method, path, body in [
        ("get", f"decks/{deck.pk}", None),
        ("patch", f"decks/{deck.pk}", {"name": "x"}),
        ("delete", f"decks/{deck.pk}", None),
        ("patch", f"decks/{deck.pk}/study", {"newPerDay": 1}),
        ("get", f"decks/{deck.pk}/workload", None),
        ("post", f"decks/{deck.pk}/copy", {}),
        ("post", f"decks/{deck.pk}/share", {"visibility": "public"}),
        ("post", f"decks/{deck.pk}/members", {}),
        ("delete", f"decks/{deck.pk}/members/{deck.owner_id}", None),
        ("get", f"decks/{deck.pk}/cards", None),
        ("post", f"decks/{deck.pk}/cards", note),
        ("get", f"cards/{card.pk}", None),
        ("patch", f"cards/{card.pk}", note),
        ("delete", f"cards/{card.pk}", None),
        ("put", f"cards/{card.pk}/review", {"rating": 3}),
        ("post", f"cards/{card.pk}/suspend", {}),
        ("get", f"cards/{card.pk}/history", None),
        ("get", f"cards/{card.pk}/audio", None),
        ("post", "cards/bulk", {"cardIds": [str(card.pk)], "action": "delete"}),
    ]:
        answer = getattr(as_ben, method)(f"{ROOT}/{path}", body)
        assert answer.status_code == 404, (method, path)
        assert answer.json()["code"] == "not_found"
    assert Note.objects.values().get() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("put", "decks"), ("delete", "reviews"), ("get", "reviews/undo"), ("post", "cards/due")],
)
def test_a_wrong_method_is_refused(as_ana, method, path):
    assert getattr(as_ana, method)(f"{ROOT}/{path}").status_code == 405


class TestDecks:
    def test_a_deck_is_made_changed_and_deleted(self, ana, as_ana):
        made = as_ana.post(f"{ROOT}/decks", {"name": "Market", "language": "es", "newPerDay": 5})
        assert made.status_code == 201
        body = made.json()
        assert (body["name"], body["isMine"], body["study"]["newPerDay"]) == ("Market", True, 5)
        assert body["counts"] == {"new": 0, "learning": 0, "review": 0, "cards": 0}
        one = f"{ROOT}/decks/{body['id']}"
        changed = as_ana.patch(one, {"description": "Fruit", "scheduler": "sm2"}).json()
        assert (changed["description"], changed["study"]["scheduler"]) == ("Fruit", "sm2")
        assert as_ana.delete(one).status_code == 204
        assert as_ana.get(one).status_code == 404
        assert Deck.objects.get().deleted_at

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": "x", "language": "tlh"}, "language"),
            ({"name": "x", "desiredRetention": 0.2}, "desiredRetention"),
            ({"name": "x", "learningSteps": [0]}, "learningSteps"),
            ({"name": "x", "newPerDay": -1}, "newPerDay"),
        ],
    )
    def test_a_bad_deck_is_refused_by_field(self, as_ana, body, field):
        answer = as_ana.post(f"{ROOT}/decks", body)
        assert answer.status_code == 400
        assert field in answer.json()["details"]

    def test_the_list_has_ones_own_and_those_shared_with_one(self, deck, card, as_ana, as_ben):
        listed = as_ana.get(f"{ROOT}/decks").json()
        assert [one["id"] for one in listed["decks"]] == [str(deck.pk)]
        assert listed["decks"][0]["counts"] == {"new": 1, "learning": 0, "review": 0, "cards": 1}
        assert as_ben.get(f"{ROOT}/decks").json()["decks"] == []
        ben = User.objects.get(name="Ben Okoro")
        shared = as_ana.post(
            f"{ROOT}/decks/{deck.pk}/share", {"visibility": "shared", "emails": [ben.email]}
        )
        assert shared.json()["members"] == [{"id": str(ben.pk), "name": "Ben Okoro"}]
        [row] = as_ben.get(f"{ROOT}/decks").json()["decks"]
        assert (row["id"], row["isMine"]) == (str(deck.pk), False)
        assert as_ben.patch(f"{ROOT}/decks/{deck.pk}", {"name": "x"}).status_code == 404
        study = as_ben.patch(f"{ROOT}/decks/{deck.pk}/study", {"newPerDay": 3})
        assert study.json()["newPerDay"] == 3
        assert as_ana.get(f"{ROOT}/decks/{deck.pk}").json()["study"]["newPerDay"] == 20
        left = as_ben.delete(f"{ROOT}/decks/{deck.pk}/members/{ben.pk}")
        assert left.status_code == 204
        assert as_ben.get(f"{ROOT}/decks").json()["decks"] == []

    def test_sharing_with_an_address_nobody_has_is_refused(self, deck, as_ana):
        body = {"visibility": "shared", "emails": ["nobody@example.org"]}
        answer = as_ana.post(f"{ROOT}/decks/{deck.pk}/share", body)
        assert answer.status_code == 400
        assert list(answer.json()["details"]) == ["emails"]
        deck.refresh_from_db()
        assert deck.visibility == "private"

    def test_a_public_deck_is_found_copied_and_studied(self, deck, as_ana, as_ben):
        source = {"source_type": "conversations.correction", "source_id": new_id()}
        note = add_note(deck=deck, front="la manzana", back="the apple", **source)
        as_ana.put(f"{ROOT}/cards/{note.cards.get().pk}/review", {"rating": 4})
        share_deck(deck=deck, visibility="public")
        [found] = as_ben.get(f"{ROOT}/decks/public?language=es&q=market").json()["decks"]
        assert found["counts"]["cards"] == 1
        assert as_ana.get(f"{ROOT}/decks/public").json()["decks"] == []
        copy = as_ben.post(f"{ROOT}/decks/{deck.pk}/copy", {})
        assert copy.status_code == 201
        assert copy.json()["counts"]["new"] == 1
        assert Note.objects.get(deck=copy.json()["id"]).source_id is None
        assert as_ben.post(f"{ROOT}/decks/{deck.pk}/members").status_code == 201
        assert len(as_ben.get(f"{ROOT}/decks").json()["decks"]) == 2

    def test_a_tutor_and_an_admin_may_look_but_a_tutor_may_not_touch(self, deck, card):
        tutor = TutorAssignmentFactory(student=deck.owner).tutor
        as_tutor = client_of(tutor)
        assert as_tutor.get(f"{ROOT}/decks/{deck.pk}/cards").json()["total"] == 1
        assert as_tutor.delete(f"{ROOT}/decks/{deck.pk}").status_code == 404
        assert put(as_tutor, card, rating=3).status_code == 404
        assert client_of(AdminFactory()).get(f"{ROOT}/decks/{deck.pk}").status_code == 200

    def test_the_workload_at_a_retention(self, deck, card, as_ana):
        ahead = as_ana.get(f"{ROOT}/decks/{deck.pk}/workload?retention=0.85").json()
        assert (ahead["retention"], len(ahead["reviews"])) == (0.85, 30)
        wrong = as_ana.get(f"{ROOT}/decks/{deck.pk}/workload?retention=2")
        assert wrong.status_code == 400


class TestCards:
    def test_one_card(self, deck, as_ana):
        made = as_ana.post(
            f"{ROOT}/decks/{deck.pk}/cards", {"front": "la manzana", "back": "apple"}
        )
        assert made.status_code == 201
        body = made.json()
        assert (body["question"], body["answer"], body["kind"]) == ("la manzana", "apple", "basic")
        assert body["schedule"]["state"] == "new"
        one = as_ana.get(f"{ROOT}/cards/{body['id']}").json()
        assert one == body

    def test_many_cards(self, deck, as_ana):
        cards = [{"front": "uno", "back": "one", "kind": "reversed"}, {"front": "d", "back": "2"}]
        made = as_ana.post(f"{ROOT}/decks/{deck.pk}/cards", {"cards": cards})
        assert made.status_code == 201
        assert [one["question"] for one in made.json()["cards"]] == ["uno", "one", "d"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"back": "x"}, "front"),
            ({"front": "x"}, "back"),
            ({"front": "no gap", "kind": "cloze"}, "front"),
            ({"front": "x", "back": "x", "kind": "odd"}, "kind"),
            ({"front": "x", "back": "x", "tags": "one"}, "tags"),
            ({"front": "x", "back": "x", "source": {"type": "A B", "id": "1"}}, "source"),
            ({"cards": []}, "cards"),
        ],
    )
    def test_a_bad_card_is_refused_by_field(self, deck, as_ana, body, field):
        answer = as_ana.post(f"{ROOT}/decks/{deck.pk}/cards", body)
        assert answer.status_code == 400
        assert list(answer.json()["details"]) == [field]

    def test_sent_twice_with_a_key_it_is_made_once(self, deck, as_ana):
        for _ in range(2):
            as_ana.post(
                f"{ROOT}/decks/{deck.pk}/cards",
                {"front": "uno", "back": "one"},
                headers={"Idempotency-Key": str(deck.pk)},
            )
        assert Card.objects.count() == 1

    def test_a_tap_on_a_correction_makes_one_card(self, ana, as_ana):
        LearnerLanguageFactory(user=ana)
        source = {"type": "conversations.correction", "id": str(new_id())}
        body = {"front": "Busco {{c1::una}} manzana.", "kind": "cloze", "source": source}
        first, second = (as_ana.post(f"{ROOT}/cards", body) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        assert first.json()["question"] == "Busco […] manzana."
        assert first.json()["answerParts"][1] == {"text": "una", "gap": True}
        assert Deck.objects.get().name == "My Spanish cards"

    def test_a_card_is_edited_and_deleted(self, deck, card, as_ana):
        changed = as_ana.patch(f"{ROOT}/cards/{card.pk}", {"back": "an apple", "tags": ["fruit"]})
        assert (changed.json()["answer"], changed.json()["tags"]) == ("an apple", ["fruit"])
        assert as_ana.patch(f"{ROOT}/cards/{card.pk}", {"back": ""}).status_code == 400
        assert as_ana.delete(f"{ROOT}/cards/{card.pk}").status_code == 204
        assert not Note.objects.exists()

    def test_they_are_listed_searched_and_paged(self, deck, as_ana, django_assert_max_num_queries):
        for front in ("el árbol", "la manzana", "el pan"):
            make_card(deck, front, "x")
        page = as_ana.get(f"{ROOT}/decks/{deck.pk}/cards?limit=2").json()
        assert (len(page["cards"]), page["total"], page["hasMore"]) == (2, 3, True)
        found = as_ana.get(f"{ROOT}/cards?q=arbol").json()
        assert [one["front"] for one in found["cards"]] == ["el árbol"]
        for count in (0, 40):
            for number in range(count):
                make_card(deck, f"f{number}", "x")
            with django_assert_max_num_queries(5):
                as_ana.get(f"{ROOT}/decks/{deck.pk}/cards?limit=100")
        assert as_ana.get(f"{ROOT}/cards?state=odd").status_code == 400

    def test_many_are_changed_at_once(self, ana, deck, as_ana):
        cards = [make_card(deck, front, "x") for front in ("a", "b")]
        other = DeckFactory(owner=ana, name="Other")
        ids = [str(card.pk) for card in cards]

        def change(**body):
            return as_ana.post(f"{ROOT}/cards/bulk", {"cardIds": ids} | body)

        assert change(action="tag", tags=["x"]).json() == {"changed": 2}
        assert change(action="untag", tags=["x"]).json() == {"changed": 2}
        assert change(action="suspend").json() == {"changed": 2}
        assert change(action="unsuspend").json() == {"changed": 2}
        assert change(action="bury").json() == {"changed": 2}
        assert change(action="unbury").json() == {"changed": 2}
        assert change(action="reset").json() == {"changed": 0}
        assert change(action="move", deckId=str(other.pk)).json() == {"changed": 2}
        assert Card.objects.filter(deck=other).count() == 2
        assert change(action="tag").status_code == 400
        assert change(action="move").status_code == 400
        assert change(action="burn").status_code == 400
        assert change(action="delete").json() == {"changed": 2}
        assert not Card.objects.exists()

    def test_a_card_is_suspended_and_let_back(self, card, as_ana):
        held = as_ana.post(f"{ROOT}/cards/{card.pk}/suspend", {})
        assert held.json()["schedule"]["suspended"] is True
        back = as_ana.post(f"{ROOT}/cards/{card.pk}/suspend", {"suspended": False})
        assert back.json()["schedule"]["suspended"] is False


class TestMedia:
    def send(self, client, card, what, data, name="x.bin"):
        upload = SimpleUploadedFile(name, data)
        return client.put(f"{ROOT}/cards/{card.pk}/{what}", {"file": upload}, format="multipart")

    def test_a_picture_is_put_on_a_card_and_taken_off(self, card, as_ana, as_ben):
        body = self.send(as_ana, card, "image", PNG, "evil.html").json()
        assert body["imageUrl"] == f"{ROOT}/cards/{card.pk}/image"
        answer = as_ana.get(body["imageUrl"])
        assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("image/png", PNG)
        assert as_ben.get(body["imageUrl"]).status_code == 404
        assert as_ana.delete(body["imageUrl"]).status_code == 204
        assert as_ana.get(body["imageUrl"]).status_code == 404

    @pytest.mark.parametrize(
        ("what", "data", "status"),
        [
            ("image", b"<svg onload=alert(1)>", 415),
            ("image", b"ID3" + b"0" * 20, 415),
            ("audio", PNG, 415),
            ("image", PNG + b"0" * (5 * 1024 * 1024), 413),
        ],
    )
    def test_what_is_no_such_file_is_refused(self, card, as_ana, what, data, status):
        assert self.send(as_ana, card, what, data).status_code == status

    def test_nothing_sent_is_refused(self, card, as_ana):
        answer = as_ana.put(f"{ROOT}/cards/{card.pk}/audio", {}, format="multipart")
        assert answer.status_code == 400


class TestReviews:
    def test_a_review(self, card, as_ana):
        body = put(as_ana, card, rating=3, durationMs=1200).json()
        assert set(body) == {"card", "schedule", "next", "repeated"}
        assert body["schedule"]["state"] == "learning"
        assert list(body["next"]) == ["again", "hard", "good", "easy"]
        assert body["next"]["easy"]["intervalDays"] > 1

    def test_an_sm2_review_has_five_ratings(self, deck, card, as_ana):
        as_ana.patch(f"{ROOT}/decks/{deck.pk}", {"scheduler": "sm2"})
        body = put(as_ana, card, rating=4).json()
        assert (body["schedule"]["intervalDays"], body["schedule"]["easeFactor"]) == (10, 2.5)
        assert body["next"]["easy"]["intervalDays"] == 25

    @pytest.mark.parametrize("rating", [0, 5, 6, -1, "good", None, 2.5, True])
    def test_a_rating_off_the_scale_is_refused(self, card, as_ana, rating):
        answer = put(as_ana, card, rating=rating)
        assert answer.status_code == 400

    def test_sent_twice_it_is_one(self, card, as_ana):
        key = str(new_id())
        answers = [put(as_ana, card, rating=3, clientId=key) for _ in range(2)]
        assert [one.json()["repeated"] for one in answers] == [False, True]
        assert answers[0].json()["schedule"] == answers[1].json()["schedule"]

    def test_a_clock_of_the_future_is_not_believed(self, card, as_ana):
        ahead = timezone.now() + timedelta(days=400)
        put(as_ana, card, rating=3, reviewedAt=ahead.isoformat())
        assert ReviewLog.objects.get().reviewed_at < timezone.now()

    def test_what_is_due_with_what_each_rating_would_do(self, deck, card, as_ana):
        body = as_ana.get(f"{ROOT}/cards/due?deck={deck.pk}&limit=5").json()
        assert body["counts"] == {"new": 1, "learning": 0, "review": 0}
        assert body["cards"][0]["id"] == str(card.pk)
        assert body["cards"][0]["next"]["good"]["intervalDays"] == 0
        for query in ("limit=0", "limit=1000", "deck=x"):
            assert as_ana.get(f"{ROOT}/cards/due?{query}").status_code == 400

    def test_a_batch_has_a_result_for_each(self, card, as_ana):
        key = str(new_id())
        reviews = [
            {"cardId": str(card.pk), "rating": 3, "clientId": key},
            {"cardId": str(card.pk), "rating": 9, "clientId": str(new_id())},
            {"cardId": str(new_id()), "rating": 3, "clientId": str(new_id())},
            {"cardId": str(card.pk), "rating": 3, "clientId": key},
        ]
        answer = as_ana.post(f"{ROOT}/reviews", {"reviews": reviews})
        assert answer.status_code == 200
        results = answer.json()["results"]
        assert [one["status"] for one in results] == ["done", "refused", "refused", "repeated"]
        assert [one.get("code") for one in results[1:3]] == ["invalid_rating", "not_found"]

    @pytest.mark.parametrize(
        "reviews",
        [
            None,
            [],
            [{"cardId": "x", "rating": 3, "clientId": "y"}],
            [{"cardId": "019bd4e0-0000-7000-8000-000000000000", "rating": 3}],
        ],
    )
    def test_a_batch_that_is_none_is_refused(self, as_ana, reviews):
        assert as_ana.post(f"{ROOT}/reviews", {"reviews": reviews}).status_code == 400

    def test_more_than_500_at_once_are_refused(self, card, as_ana):
        one = {"cardId": str(card.pk), "rating": 3}
        reviews = [one | {"clientId": str(new_id())} for _ in range(501)]
        assert as_ana.post(f"{ROOT}/reviews", {"reviews": reviews}).status_code == 400
        assert not ReviewLog.objects.exists()

    def test_the_last_review_is_taken_back(self, card, as_ana, as_ben):
        put(as_ana, card, rating=3)
        assert as_ben.post(f"{ROOT}/reviews/undo", {}).status_code == 409
        undone = as_ana.post(f"{ROOT}/reviews/undo", {})
        assert undone.json()["schedule"]["state"] == "new"
        nothing = as_ana.post(f"{ROOT}/reviews/undo", {})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")

    def test_the_history_of_a_card_is_ones_own(self, deck, card, as_ana, as_ben):
        put(as_ana, card, rating=3)
        [line] = as_ana.get(f"{ROOT}/cards/{card.pk}/history").json()["reviews"]
        assert (line["rating"], line["before"]["state"], line["after"]["state"]) == (
            3,
            "new",
            "learning",
        )
        share_deck(deck=deck, visibility="public")
        assert as_ben.get(f"{ROOT}/cards/{card.pk}/history").json()["reviews"] == []

    def test_a_review_costs_the_same_in_a_long_history(
        self, deck, card, as_ana, django_assert_max_num_queries
    ):
        put(as_ana, card, rating=3)
        for _ in range(2):
            with django_assert_max_num_queries(REVIEW_QUERIES):
                put(as_ana, card, rating=4)
            for number in range(20):
                put(as_ana, make_card(deck, f"f{number} {new_id()}", "x"), rating=3)

    def test_undoing_a_card_in_its_old_deck_after_a_move(self, ana, card, as_ana):
        put(as_ana, card, rating=3)
        other = DeckFactory(owner=ana, name="Other")
        body = {"cardIds": [str(card.pk)], "action": "move", "deckId": str(other.pk)}
        as_ana.post(f"{ROOT}/cards/bulk", body)
        assert as_ana.post(f"{ROOT}/reviews/undo", {}).status_code == 200
        assert schedule_of(card, ana).state == "new"


REVIEW_QUERIES = 12


def test_schedules_of_others_stay_out_of_a_list(deck, card, as_ana):
    ben = UserFactory()
    CardSchedule.objects.create(
        learner=ben, card=card, deck=deck, scheduler="fsrs", state="review", due_at=timezone.now()
    )
    [row] = as_ana.get(f"{ROOT}/decks/{deck.pk}/cards").json()["cards"]
    assert row["schedule"]["state"] == "new"
