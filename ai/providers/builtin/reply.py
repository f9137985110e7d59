"""What the built-in tutor says next: decided by the learner's words and what was said before."""

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from ai.language import TAUGHT
from ai.language.tokens import tokenise
from ai.providers.builtin.observe import Observation
from ai.providers.builtin.phrases import Phrases, phrases
from ai.scenarios import Scenario, Step, find, load_all
from ai.types import ChatRequest

_LONGEST_RECAST = 140
_SHORT_ANSWER = 1
_LEVELS = ("A1", "A2", "B1", "B2", "C1")


class Talk:
    """A conversation as far as its messages show it."""

    def __init__(self, request: ChatRequest) -> None:
        self.language = request.language
        self.level = request.level if request.level in _LEVELS else "C1"
        self.native = request.native_language
        self.text = request.messages[-1].content.strip() if request.messages else ""
        self.phrases: Phrases = phrases(request.language)
        self.scenario = _scenario(request)
        self.companion = request.hints.get("companion")
        self.first = request.hints.get("turn", 1) == 1
        replies = [message.content for message in request.messages if message.role == "assistant"]
        self.begun = bool(replies)
        self._said = "\n".join([self.scenario.opening if self.scenario else "", *replies])
        self._seed = crc32((self.text + self._said).encode())
        self.steps = self._all_steps()
        self.place = self._find_place()

    def unsaid(self, line: str) -> bool:
        return bool(line) and line not in self._said

    def say(self, occasion: str, **slots: str) -> str:
        """A line for the occasion that was not said yet; nothing when all were."""
        lines = self.phrases.said[occasion]
        turn = self._seed % len(lines)
        filled = (line.format(**slots) for line in (*lines[turn:], *lines[:turn]))
        return next((line for line in filled if self.unsaid(line)), "")

    def pending(self) -> str:
        """The open question, put another way; the next one when there is no other way left."""
        if self.place < 0:
            return self.advance()
        step = self.steps[self.place]
        if self.unsaid(step.ask):
            return step.ask
        if self.unsaid(step.simpler):
            return step.simpler
        if model := self._model(step):
            return model
        return self.advance()

    def advance(self) -> str:
        """The next question that was not asked, after the scenario's closing where it ends."""
        last = len(self.scenario.steps) if self.scenario else 0
        closing = self.scenario.closing if self.scenario else ""
        if self.place < last <= self.place + 1 and self.unsaid(closing):
            return closing
        upcoming = (step.ask for step in self.steps[self.place + 1 :] if self.unsaid(step.ask))
        return next(upcoming, "") or self.say("finished")

    def introduction(self) -> str:
        """Whom the tutor plays, where the conversation has not been told."""
        if not self.companion or not self.first:
            return ""
        line = introduction(self.language, self.companion)
        return line if self.unsaid(line) else ""

    def model_sentence(self) -> str:
        return self.steps[max(self.place, 0)].model

    def _model(self, step: Step) -> str:
        frames = self.phrases.said["model"]
        said = any(not self.unsaid(frame.format(model=step.model)) for frame in frames)
        return "" if said else self.say("model", model=step.model)

    def _all_steps(self) -> tuple[Step, ...]:
        free = self.phrases.free[self.level]
        scenario = self.scenario.steps if self.scenario else ()
        about = self.phrases.about if self.companion else ()
        return scenario + about + free

    def _find_place(self) -> int:
        """The last step that was put; -1 when none was, as at the start of free talk."""
        put = [
            place
            for place, step in enumerate(self.steps)
            if any(line and not self.unsaid(line) for line in (step.ask, step.simpler))
        ]
        return put[-1] if put else -1


def _scenario(request: ChatRequest) -> Scenario | None:
    slug = str(request.hints.get("scenario") or "")
    return find(request.language, slug) if slug else None


def introduction(language: str, companion: Mapping[str, str]) -> str:
    """`companion` has a `name` and a `topic`: somebody's words, which stand in quotes."""
    told = {name: companion[name].rstrip(" .") for name in ("name", "topic")}
    return phrases(language).introduction.format(**told)


def opening(language: str, companion: Mapping[str, str]) -> str:
    """What the tutor says first to who begins to talk with a companion."""
    return f"{introduction(language, companion)} {phrases(language).about[0].ask}"


def compose(request: ChatRequest, seen: Observation) -> str:
    """The reply, never a line that this conversation's messages already hold."""
    talk = Talk(request)
    *answer, question = _answer(talk, seen)
    parts = [*answer, talk.introduction(), question]
    said = " ".join(part for part in parts if part)
    return said or talk.phrases.said["nothing_left"][0]


def _answer(talk: Talk, seen: Observation) -> list[str]:
    intent = talk.phrases.intent(talk.text) or _native_intent(talk)
    if intent == "rude":
        return [talk.say("calm"), talk.pending()]
    if intent == "who":
        return [talk.say("identity"), talk.pending()]
    if seen.word is not None:
        return [*_explanation(talk, seen), talk.pending()]
    if intent == "lost":
        return [talk.say("lost"), talk.pending()]
    if seen.language != talk.language:
        return _encouragement(talk)
    return _conversation(talk, seen, intent)


def _native_intent(talk: Talk) -> str:
    """Beginners ask who this is, or say that they are lost, in their own language."""
    if talk.native not in TAUGHT:
        return ""
    return phrases(talk.native).intent(talk.text)


def _conversation(talk: Talk, seen: Observation, intent: str) -> list[str]:
    words = tokenise(talk.text)
    if intent == "greeting" and len(words) <= 4:
        return [talk.say("greeting"), talk.pending()]
    if not words:
        return [talk.say("nothing_said"), talk.pending()]
    recast = _recast(talk, seen)
    step = talk.steps[talk.place] if talk.place >= 0 else None
    if step is not None and _is_about(step, words):
        return [recast, step.reply if talk.unsaid(step.reply) else "", talk.advance()]
    if talk.text.endswith("?"):
        return [recast, talk.say("question"), talk.pending()]
    if len(words) <= _SHORT_ANSWER and step is not None and (more := talk.say("short")):
        return [recast, more, talk.pending()]
    return [recast, talk.say("heard"), talk.advance()]


def _is_about(step: Step, words: Sequence[object]) -> bool:
    spoken = [getattr(word, "lower", "") for word in words]
    heard = {part for word in spoken for part in re.split(r"[’']", word)}
    return any(word.startswith(start) for word in heard for start in step.about)


def _recast(talk: Talk, seen: Observation) -> str:
    if not seen.recast or len(seen.recast) > _LONGEST_RECAST:
        return ""
    return talk.say("recast", corrected=seen.recast.rstrip(" .…"))


def _encouragement(talk: Talk) -> list[str]:
    """In the learner's own language where we have it: a beginner would not read the other."""
    model = talk.model_sentence()
    if talk.native in TAUGHT and talk.native != talk.language:
        own = phrases(talk.native)
        line = own.try_it.format(language=own.languages[talk.language], model=model)
        if talk.unsaid(line):
            return [line]
    return [talk.say("other_language", model=model), talk.pending()]


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
