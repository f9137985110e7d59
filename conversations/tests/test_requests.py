from uuid import uuid4

from ai.redaction import Veil
from conversations.requests import answer_request
from conversations.retrieval.found import Found, Utterance
from conversations.services.turns import TurnContext


def test_who_speaks_in_a_passage_is_not_named_to_a_provider():
    text = "Tessa Brandt: El agua hierve."
    said = Utterance("Tessa Brandt", 0.0, 2.0, 14, len(text))
    passage = Found(
        "transcript", uuid4(), uuid4(), "Química", text, {}, 0.9, language="es", utterances=(said,)
    )
    turn = TurnContext(
        turn_id=str(uuid4()),
        learner_message_id=str(uuid4()),
        conversation_id=str(uuid4()),
        learner_id=uuid4(),
        learner_name="Ana Torres",
        language="es",
        level="B1",
        native_language="en",
        scenario="",
        text="¿Qué dijo Tessa Brandt?",
        history=(),
        number=1,
    )
    request = answer_request(turn, [passage])
    assert request.names == ("Ana Torres", "Tessa Brandt")
    assert "Brandt" not in Veil(request.names).hide_in(request).messages[0].content
