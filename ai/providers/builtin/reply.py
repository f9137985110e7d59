"""What the built-in tutor says next: decided by the learner's words and what was said before.

It knows words, not meaning. So it asks about what it knows the words of, says plainly where it does
not follow, and puts one question at a time.
"""

import re
from typing import Final

from ai.language import TAUGHT
from ai.providers.builtin.observe import Observation
from ai.providers.builtin.phrases import phrases
from ai.providers.builtin.talk import Talk, introduction, opening
from ai.scenarios import Step, load_all
from ai.types import ChatRequest

__all__ = ["compose", "introduction", "opening"]

_LONGEST_RECAST: Final = 140
_SHORT_ANSWER: Final = 2
"""Words."""
_TOLD: Final = 5
"""Words from which on an answer may be asked more about."""
_IN_THEIR_OWN: Final = frozenset({"worry", "rude", "complaint", "who", "stuck", "lost", "correct"})
"""What learners also say in their own language."""


def compose(request: ChatRequest, seen: Observation) -> str:
    """The reply, never a line that this conversation's messages already hold."""
    talk = Talk(request)
    *answer, question = _answer(talk, seen)
    parts = [*answer, talk.introduction(), question]
    said = " ".join(part for part in parts if part)
    return said or talk.phrases.said["nothing_left"][0]


def _answer(talk: Talk, seen: Observation) -> list[str]:
    """Lines, of which the last may be a question."""
    if talk.distress:
        return [_in_their_own(talk, "distress")]
    if seen.checked:
        return [_judged(talk, seen), ""]
    intent = talk.phrases.intent(talk.text) or _native_intent(talk)
    if seen.word is not None and intent not in ("worry", "rude"):
        return [*_explanation(talk, seen), talk.again()]
    if intent in _SAID:
        lines = _SAID[intent](talk)
        if any(lines):
            return lines
    if not seen.readable:
        return [talk.say("unreadable"), talk.again()]
    if seen.language != talk.language:
        return _encouragement(talk)
    return _conversation(talk, seen, intent)


def _native_intent(talk: Talk) -> str:
    """Beginners ask who this is, or say that they are lost, in their own language."""
    if talk.native not in TAUGHT:
        return ""
    intent = phrases(talk.native).intent(talk.text)
    return intent if intent in _IN_THEIR_OWN else ""


def _in_their_own(talk: Talk, occasion: str) -> str:
    """A line that has to be understood, in the learner's own language where we have it."""
    spoken = talk.native if talk.native in TAUGHT else talk.language
    lines = phrases(spoken).said[occasion]
    return next(filter(talk.unsaid, lines), lines[-1])


def _lost(talk: Talk) -> list[str]:
    if talk.asked is None and talk.place >= 0:
        return [talk.say("another"), talk.advance()]
    return [talk.say("lost"), talk.helped()]


def _thanked(talk: Talk) -> list[str]:
    """In a scene thanks belong to it."""
    return ["", ""] if talk.in_scene else [talk.say("thanks"), talk.again()]


def _left(talk: Talk) -> list[str]:
    return [talk.say("bye"), ""]


def _sad(talk: Talk) -> list[str]:
    """No question is put on top: whoever tells such news chooses what comes next."""
    return [talk.say("sad"), ""]


def _wishes_topic(talk: Talk) -> list[str]:
    if talk.in_scene:
        return ["", ""]
    return [talk.say("topic"), talk.follow_up() or talk.say("topic_open") or talk.advance()]


def _ordered(talk: Talk) -> list[str]:
    """In a scene it is part of it: *Give me two kilos*."""
    return ["", ""] if talk.in_scene else [talk.say("question"), talk.again()]


def _greeted(talk: Talk) -> list[str]:
    return [talk.say("greeting"), talk.again()] if len(talk.words) <= _TOLD - 1 else ["", ""]


_SAID: Final = {
    "worry": lambda talk: [_in_their_own(talk, "worry"), ""],
    "rude": lambda talk: [talk.say("calm"), talk.again()],
    "complaint": lambda talk: [talk.say("complaint"), ""],
    "who": lambda talk: [talk.say("identity"), talk.again()],
    "stuck": lambda talk: [_in_their_own(talk, "stuck"), ""],
    "correct": lambda talk: [_in_their_own(talk, "correct"), ""],
    "laugh": lambda talk: [talk.say("laugh"), talk.again()],
    "lost": _lost,
    "sad": _sad,
    "bye": _left,
    "thanks": _thanked,
    "topic": _wishes_topic,
    "order": _ordered,
    "greeting": _greeted,
}


def _conversation(talk: Talk, seen: Observation, intent: str) -> list[str]:
    words = talk.words
    counted = any(map(str.isdigit, talk.text))
    if not words and not counted:
        return [talk.say("nothing_said"), talk.again()]
    recast = _recast(talk, seen)
    step = talk.asked
    asks = talk.text.endswith("?")
    if step is not None and not asks and (_is_about(step, words) or (counted and not words)):
        reply = step.reply if talk.unsaid(step.reply) else ""
        return [recast, reply, talk.follow_up() or talk.advance()]
    if asks:
        return [recast, *_asked(talk)]
    if followed := talk.follow_up():
        return [recast, followed]
    return [recast, *_went_on(talk)]


def _asked(talk: Talk) -> list[str]:
    """A question to a program: what it can say is that it is one. It asks in its turn."""
    answer = talk.scenario.answer(talk.words) if talk.scenario else ""
    if answer and talk.unsaid(answer):
        return [answer, talk.again()]
    back = talk.phrases.intents["back"].search(talk.text)
    line = talk.say("back") if back and not talk.in_scene else talk.say("question")
    return [line, talk.again() if talk.in_scene else talk.follow_up() or talk.again()]


def _went_on(talk: Talk) -> list[str]:
    """What was said is of nothing we know words of. One line asks for more, never two on end."""
    few = len(talk.words) <= _SHORT_ANSWER
    if talk.in_scene:
        return [talk.again()] if few else [talk.say("heard"), talk.advance()]
    if not talk.was_said_last("short", "more"):
        enough = len(talk.words) >= _TOLD
        more = talk.say("more") if enough else talk.say("short") if few and talk.place >= 0 else ""
        if more:
            return [more]
    return [talk.say("heard"), talk.advance()]


def _is_about(step: Step, words: list[str]) -> bool:
    heard = {part for word in words for part in re.split(r"[’']", word)}
    return any(word.startswith(start) for word in heard for start in step.about)


def _recast(talk: Talk, seen: Observation) -> str:
    if not seen.recast or len(seen.recast) > _LONGEST_RECAST:
        return ""
    return talk.say("recast", corrected=seen.recast.rstrip(" .…"))


def _judged(talk: Talk, seen: Observation) -> str:
    asked = talk.phrases.asks_whether_right(talk.text) or _native_check(talk)
    if seen.checked == asked:
        return talk.say("right", text=asked)
    return talk.say("wrong", corrected=seen.checked)


def _native_check(talk: Talk) -> str:
    return phrases(talk.native).asks_whether_right(talk.text) if talk.native in TAUGHT else ""


def _encouragement(talk: Talk) -> list[str]:
    """In the learner's own language where we have it: a beginner would not read the other. With an
    answer to lean on once a question; then the question is put again, or another."""
    model = talk.model_sentence()
    if talk.native in TAUGHT and talk.native != talk.language:
        own = phrases(talk.native)
        line = own.try_it if model else own.try_plain
        line = line.format(language=own.languages[talk.language], model=model)
        if talk.unsaid(line):
            return [line, "" if model and talk.place >= 0 else talk.again()]
    if model and (shown := talk.say("other_language", model=model)):
        return [shown, "" if talk.place >= 0 else talk.again()]
    return [talk.say("in_words"), talk.again()]


def _explanation(talk: Talk, seen: Observation) -> list[str]:
    facts = seen.word
    if facts is None:
        return []
    lines = [talk.say(f"word_{facts.frequency}", word=facts.word)]
    if facts.lemma != facts.word:
        lines.append(talk.say("word_lemma", word=facts.word, lemma=facts.lemma))
    if example := _example(talk, facts.word):
        lines.append(talk.say("word_example", example=example))
    return [*lines, talk.say("word_limits")]


def _example(talk: Talk, word: str) -> str:
    """A line of our own that has the word, of the lowest level there is."""
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    scenarios = sorted(load_all(talk.language), key=lambda scenario: scenario.level)
    lines = (step.model for scenario in scenarios for step in scenario.steps)
    return next((line for line in lines if pattern.search(line)), "")
