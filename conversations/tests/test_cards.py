"""What was learned with cards and is used in a conversation."""

from datetime import UTC, datetime, timedelta

import pytest

from config.ids import new_id
from conversations.evidence import read_message
from conversations.models import Message
from conversations.tests.factories import ConversationFactory, MessageFactory
from learning.concepts.services import lemma_concepts
from practice.decks.services import review_card
from practice.models import ReviewLog
from practice.tests.factories import DeckFactory, make_card, schedule_of

pytestmark = pytest.mark.django_db

LEARNED = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def test_a_word_used_rightly_moves_its_card_once(ana):
    word = lemma_concepts(language="es", lemmas=["manzana"])["manzana"]
    card = make_card(DeckFactory(owner=ana), concept=word)
    review_card(learner=ana, card=card, rating=4, client_id=new_id(), now=LEARNED)
    due = schedule_of(card).due_at
    message = MessageFactory(
        conversation=ConversationFactory(learner=ana), content="Compro manzanas en el mercado."
    )
    Message.objects.filter(pk=message.pk).update(created_at=LEARNED + timedelta(days=3))
    for _ in range(2):
        read_message(message_id=message.pk)
    assert schedule_of(card).due_at > due
    use = ReviewLog.objects.get(weight__lt=1)
    assert (use.surface, use.source_type, use.source_id) == (
        "conversation",
        "conversations.message",
        message.pk,
    )
