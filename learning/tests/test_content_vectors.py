from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.tests.factories import LearnerProfileFactory, UserFactory
from ai import embeddings
from ai.errors import ProviderError
from ai.models import EMBEDDING_DIMENSIONS, CachedEmbedding
from learning.content import embedding
from learning.content.embedding import embed_aims, embed_items, items_without
from learning.content.services import save_content
from learning.models import ContentEmbedding
from learning.tasks import embed_aims_task, embed_content_task
from learning.tests.content import exercise, lesson
from learning.tests.test_recommended import slip

pytestmark = pytest.mark.django_db


class StandIn:
    """Embeds by counting letters, and remembers what it was given."""

    def __init__(self):
        self.name = "one"
        self.seen = []
        self.fails_after = None

    async def embed(self, texts):
        if self.fails_after is not None and len(self.seen) >= self.fails_after:
            raise ProviderError("timeout", retryable=True)
        self.seen += texts
        made = [[float(len(text))] + [0.0] * (EMBEDDING_DIMENSIONS - 1) for text in texts]
        return embeddings.Vectors(self.name, list(made))


@pytest.fixture(autouse=True)
def embedder(monkeypatch):
    stand_in = StandIn()
    monkeypatch.setattr(embeddings, "embed", stand_in.embed)
    monkeypatch.setattr(embeddings, "status", lambda: {"name": stand_in.name, "degraded": False})
    return stand_in


class TestContent:
    def test_gets_a_vector_that_names_its_embedder(self, embedder):
        item = lesson(title="ser", content={"explanation": {"en": "How to be.", "fr": "Être."}})
        assert embed_content_task([str(item.pk)]) == 1

        held = ContentEmbedding.objects.get(item=item)
        assert held.embedder == "one"
        assert held.content_hash == embeddings.content_hash(embedder.seen[0])
        assert "How to be." in embedder.seen[0]

    def test_the_key_of_a_task_is_no_part_of_it(self, embedder):
        embed_items(ids=[exercise().pk])

        assert "estoy" not in embedder.seen[0]

    def test_changed_gets_another_in_place(self, embedder):
        item = lesson(title="ser")
        embed_items(ids=[item.pk])
        item.title = "ser and estar"
        save_content(item=item)
        assert items_without(embedder="one") == [item.pk]

        embed_items(ids=[item.pk])
        assert items_without(embedder="one") == []
        assert ContentEmbedding.objects.count() == 1

    def test_that_is_gone_is_passed_over(self):
        assert embed_content_task([str(UserFactory().pk)]) == 0


class TestReembed:
    def test_moves_everything_from_one_embedder_to_another(self, embedder, monkeypatch):
        monkeypatch.setattr("learning.management.commands.reembed.BATCH", 2)
        items = [lesson() for _ in range(5)]
        LearnerProfileFactory(interests=["food"])
        call_command("reembed", stdout=StringIO())
        embedder.name = "two"
        out = StringIO()
        call_command("reembed", stdout=out)

        assert set(ContentEmbedding.objects.values_list("embedder", flat=True)) == {"two"}
        assert ContentEmbedding.objects.count() == len(items)
        assert "two: 5 pieces of content, 1 texts of learners." in out.getvalue()
        assert embedder.seen.count("food") == 2

    def test_again_has_nothing_to_do(self, embedder):
        lesson()
        call_command("reembed", stdout=StringIO())
        before = len(embedder.seen)
        call_command("reembed", stdout=StringIO())

        assert len(embedder.seen) == before

    def test_says_how_far_it_came_when_the_embedder_fails(self, embedder, monkeypatch):
        monkeypatch.setattr("learning.management.commands.reembed.BATCH", 2)
        for _ in range(5):
            lesson()
        embedder.fails_after = 2
        with pytest.raises(CommandError, match="failed after 2 of 5"):
            call_command("reembed", stdout=StringIO())

        assert ContentEmbedding.objects.count() == 2

    def test_can_be_left_to_the_workers(self, embedder, monkeypatch):
        queued = []
        command = "learning.management.commands.reembed.embed_content_task.delay"
        monkeypatch.setattr(command, queued.append)
        item = lesson()
        call_command("reembed", background=True, stdout=StringIO())

        assert queued == [[str(item.pk)]]
        assert embedder.seen == []


class TestAims:
    def test_of_learners_are_put_on_record(self, embedder):
        ana = UserFactory(name="Ana Torres")
        LearnerProfileFactory(user=ana, interests=["food", " "], motivation="a year abroad")
        slip(ana, "una manzana", now=timezone.now())

        assert embed_aims_task() == 3
        assert sorted(embedder.seen) == ["a year abroad", "food", "una manzana"]

    def test_a_slip_made_once_is_no_error_yet(self, embedder):
        slip(UserFactory(), "una manzana", times=1, now=timezone.now())

        assert embed_aims() == 0

    @pytest.mark.parametrize(
        "text", ["write to ana@example.org", "call 612 345 678", "Ana Torres, my name"]
    )
    def test_that_name_somebody_stay_here(self, embedder, text):
        LearnerProfileFactory(user=UserFactory(name="Ana Torres"), motivation=text)

        assert embed_aims() == 0
        assert embedder.seen == []

    def test_are_looked_at_again_only_when_they_changed(self, embedder):
        LearnerProfileFactory(interests=["food"])

        assert embed_aims(since=timezone.now() + embedding.LATELY) == 0


@pytest.mark.django_db(transaction=True)
def test_the_built_in_embedder_finds_what_is_near(monkeypatch):
    """The whole way with nothing stood in for: texts, vectors, nearness."""
    monkeypatch.undo()
    from learning.content.selectors import recommended
    from learning.tests.content import starter

    ana = UserFactory()
    LearnerProfileFactory(user=ana, interests=["buying fruit"])
    for title, setting in (
        ("Market", "You are at a market and buy fruit."),
        ("Office", "You have a meeting with your boss."),
    ):
        starter(title=title, content={"setting": setting})
    call_command("reembed", stdout=StringIO())

    first = recommended(learner=ana, language="es", level="A2", now=timezone.now())[0]
    assert first.candidate.title == "Market"
    assert first.reason == "Close to what interests you: buying fruit."
    CachedEmbedding.objects.all().delete()
