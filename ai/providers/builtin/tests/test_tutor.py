from dataclasses import replace

import pytest

from ai.language import TAUGHT
from ai.providers.builtin import BuiltinTutor
from ai.providers.builtin.observe import Observation, observe
from ai.providers.builtin.phrases import INTENTS, phrases
from ai.providers.builtin.reply import compose, opening
from ai.providers.builtin.topics import topics
from ai.scenarios import LEVELS, catalogue, find
from ai.types import ChatMessage, ChatRequest, Finish, TextDelta


def request(texts, *, language="es", level="A1", native="en", scenario="en-el-mercado"):
    roles = ("user", "assistant")
    messages = tuple(ChatMessage(roles[n % 2], text) for n, text in enumerate(texts))
    return ChatRequest(
        "chat", "", messages, language, level, native_language=native, hints={"scenario": scenario}
    )


def played(texts, **options):
    asked = request(texts, scenario="", **options)
    told = {"name": "La {vendedora}", "topic": "las compras."}
    return replace(asked, hints={"companion": told, "turn": (len(texts) + 1) // 2})


def converse(learner, **options) -> list[str]:
    """The tutor's replies to the learner's messages, one after another."""
    said = []
    for text in learner:
        said.append(text)
        asked = request(said, **options)
        word = phrases(asked.language).asked_word(text)
        judged = (phrases(one).asks_whether_right(text) for one in (asked.language, "en"))
        seen = observe(
            text, language=asked.language, native_language=asked.native_language,
            level=asked.level, slips=None, word=word, sentence=next(filter(None, judged), ""),
        )  # fmt: skip
        said.append(compose(asked, seen))
    return said[1::2]


@pytest.mark.parametrize("language", TAUGHT)
@pytest.mark.parametrize("level", LEVELS)
def test_a_scenario_runs_to_its_end_without_repeating(language, level):
    for scenario in catalogue(language, level):
        answers = [step.model for step in scenario.steps]
        native = "en" if language != "en" else "es"
        replies = converse(
            answers, language=language, level=level, native=native, scenario=scenario.slug
        )
        for reply, step, upcoming in zip(replies, scenario.steps, scenario.steps[1:], strict=False):
            assert step.reply in reply, (step.model, reply)
            assert upcoming.ask in reply
        assert scenario.closing in replies[-1]
        assert len(set(replies)) == len(replies)


def test_free_talk_asks_a_new_question_each_time():
    learner = [f"Vivo en una casa con {n} perros y un gato." for n in range(30)]
    replies = converse(learner, scenario="")
    questions = [step.ask for step in phrases("es").free["A1"]]
    assert all(sum(question in reply for reply in replies) == 1 for question in questions)
    assert len(set(replies[:12])) == 12


def test_a_slip_is_recast_without_marks():
    reply = converse(["Quiero un manzana y una pera."])[0]
    assert "«Quiero una manzana y una pera»" in reply


def test_slips_in_the_hints_are_used():
    slip = {"start": 7, "end": 9, "original": "un", "corrected": "una"}
    seen = observe(
        "Quiero un manzana.", language="es", native_language="en", level="A1", slips=[slip], word=""
    )
    assert seen.recast == "Quiero una manzana."


def test_being_lost_gets_the_question_in_other_words():
    replies = converse(["no entiendo", "no entiendo", "no entiendo"])
    step, upcoming = find("es", "en-el-mercado").steps[:2]
    assert step.simpler in replies[0]
    assert step.model in replies[1]
    assert upcoming.ask in replies[2]


def test_another_language_gets_a_model_sentence():
    reply = converse(["I would like to buy some apples please"])[0]
    assert reply.startswith("I see what you mean")
    assert "Quiero manzanas, por favor." in reply


@pytest.mark.parametrize("text", ["¿Quién eres?", "Are you a robot?"])
def test_it_says_what_it_is(text):
    reply = converse([text])[0]
    assert "programa" in reply or "No soy una persona" in reply


def test_rudeness_is_met_calmly():
    reply = converse(["eres idiota"])[0]
    assert any(line in reply for line in phrases("es").said["calm"])


def test_a_word_is_explained_as_far_as_lists_go():
    reply = converse(["¿Qué significa manzanas?"])[0]
    assert "«manzana»" in reply
    assert "diccionario" in reply
    assert "no tengo la palabra" in converse(["¿Qué significa xqzwv?"])[0].lower()


def test_questions_short_and_empty_answers():
    replies = converse(["¿Vives en la luna?", "bueno", "🙂", "hola"])
    assert any(line in replies[0] for line in phrases("es").said["question"])
    assert find("es", "en-el-mercado").steps[1].ask in replies[1]
    assert any(line in replies[2] for line in phrases("es").said["nothing_said"])
    assert len(set(replies)) == 4


def test_a_scene_answers_what_learners_ask_of_it():
    [reply] = converse(["¿Cuánto cuesta?"])
    assert "Son dos euros el kilo." in reply


def has(reply, occasion, language="es"):
    return any(line in reply for line in phrases(language).said[occasion])


def test_one_word_is_asked_more_of_once():
    first, second, third = converse(["hola", "bien", "bueno"], scenario="")
    assert has(second, "short")
    assert second.count("?") <= 1
    assert not has(third, "short")


@pytest.mark.parametrize(
    ("language", "told", "asked"),
    [
        ("es", "Trabajo en un hospital muy grande.", "trabajo"),
        ("en", "Yesterday I watched a film with my brother.", "film"),
        ("fr", "Hier je suis allé au cinéma avec mon frère.", "film"),
        ("de", "Ich habe einen Hund und zwei Katzen.", "Tier"),
    ],
)
@pytest.mark.parametrize("level", ["A2", "B2"])
def test_what_is_told_is_asked_about(language, told, asked, level):
    native = "de" if language == "en" else "en"
    options = {"language": language, "level": level, "native": native, "scenario": ""}
    [reply] = converse([told], **options)
    band = level[0]
    follow = [one for topic in topics(language) for one in topic.asks[band]]
    assert any(step.ask == reply for step in follow), reply
    assert asked in reply or level == "B2"


def test_it_never_asks_two_things_at_once():
    learner = ["Hola", "Estoy bien.", "¿Y tú?", "sí", "Me gusta el cine.", "no sé", "gracias"]
    assert all(reply.count("?") <= 1 for reply in converse(learner, scenario=""))


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("Mi abuela murió ayer.", "sad"),
        ("No me escuchas.", "complaint"),
        ("Adiós, hasta mañana", "bye"),
        ("asdf qwrt zxcvb", "unreadable"),
        ("for (i = 0; i < 3; i++) { run(); }", "unreadable"),
        ("jajaja", "laugh"),
        ("eres tonto", "calm"),
        ("¿Y tú?", "back"),
        ("Quiero hablar de fútbol.", "topic"),
    ],
)
def test_what_is_no_answer_is_met_as_what_it_is(text, occasion):
    [reply] = converse([text], scenario="", level="B1")
    assert has(reply, occasion), reply


@pytest.mark.parametrize("language", TAUGHT)
def test_who_is_in_distress_is_asked_nothing(language):
    asked = request(["Quiero morir."], language=language, native=language, scenario="")
    asked = replace(asked, hints={"distress": True})
    reply = compose(asked, Observation(language=language))
    assert reply in phrases(language).said["distress"]
    assert "?" not in reply


@pytest.mark.parametrize(
    ("text", "occasion", "said"),
    [
        ("¿Es correcto «hoy soy cansada»?", "wrong", "estoy"),
        ("Is 'hoy estoy cansada' correct?", "right", "hoy estoy cansada"),
    ],
)
def test_a_sentence_is_judged_when_asked_to(text, occasion, said):
    [reply] = converse([text], scenario="", level="B1")
    assert said in reply
    assert any(line.split("«")[0] in reply for line in phrases("es").said[occasion])


@pytest.mark.parametrize("language", TAUGHT)
def test_topics_are_asked_at_each_level_and_only_once(language):
    asks = [step.ask for topic in topics(language) for band in "ABC" for step in topic.asks[band]]
    assert len(asks) == len(set(asks)) >= 75
    assert set(phrases(language).intents) == {*INTENTS, "meaning", "check", "back"}


def test_a_trimmed_history_goes_on_from_its_last_question():
    steps = find("es", "en-el-mercado").steps
    asked = request(["Sí.", f"Muy bien. {steps[4].ask}", "Me gusta el pescado."])
    assert steps[5].ask in compose(asked, Observation(language="es"))


def test_an_unknown_scenario_is_free_talk():
    assert compose(request(["Hola"], scenario="no-such"), Observation(language="es"))


async def test_streams_in_small_pieces_and_finishes():
    deltas = [delta async for delta in BuiltinTutor(pause=0).stream(request(["Quiero manzanas."]))]
    assert isinstance(deltas[-1], Finish)
    assert deltas[-1].usage.tokens_out > 0
    pieces = [delta.text for delta in deltas[:-1] if isinstance(delta, TextDelta)]
    assert len(pieces) > 5
    assert "".join(pieces) == "Muy bien, aquí tienes. ¿Cuántos kilos quieres?"


async def test_answers_without_the_language_tools(monkeypatch):
    from ai.language.pool import POOL, Unavailable

    async def fail(*args, **options):
        raise Unavailable("down")

    monkeypatch.setattr(POOL, "run", fail)
    deltas = [delta async for delta in BuiltinTutor(pause=0).stream(request(["Quiero manzanas."]))]
    assert isinstance(deltas[-1], Finish)


@pytest.mark.parametrize("language", TAUGHT)
def test_a_companion_says_who_it_is_and_asks_about_its_topic(language):
    seen, about = Observation(language=language), phrases(language).about

    first = compose(played(["..."], language=language), seen)
    assert "La {vendedora}" in first
    assert "las compras" in first
    assert first.endswith(about[0].ask)

    second = compose(played(["...", first, "..."], language=language), seen)
    assert "La {vendedora}" not in second


def test_a_companion_that_has_opened_does_not_say_again_who_it_is():
    told = {"name": "La {vendedora}", "topic": "las compras."}
    spoken = opening("es", told)
    assert spoken.endswith(phrases("es").about[0].ask)

    asked = played(["Me gusta la fruta."])
    asked = replace(asked, messages=(ChatMessage("assistant", spoken), *asked.messages))
    reply = compose(asked, Observation(language="es"))
    assert "La {vendedora}" not in reply
    assert phrases("es").about[1].ask in reply
