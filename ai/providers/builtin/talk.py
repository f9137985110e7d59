"""A conversation as far as its messages show it: what was asked, what was said, what is left."""

from collections.abc import Mapping
from typing import Final
from zlib import crc32

from ai.language.tokens import tokenise
from ai.providers.builtin.phrases import Phrases, phrases
from ai.providers.builtin.topics import spoken_of, topics
from ai.scenarios import Scenario, Step, find
from ai.types import ChatRequest

_LEVELS: Final = ("A1", "A2", "B1", "B2", "C1")


class Talk:
    def __init__(self, request: ChatRequest) -> None:
        self.language = request.language
        self.level = request.level if request.level in _LEVELS else "C1"
        self.native = request.native_language
        self.text = request.messages[-1].content.strip() if request.messages else ""
        self.phrases: Phrases = phrases(request.language)
        self.scenario = _scenario(request)
        self.companion = request.hints.get("companion")
        self.distress = bool(request.hints.get("distress"))
        self.first = request.hints.get("turn", 1) == 1
        replies = [message.content for message in request.messages if message.role == "assistant"]
        self.last = replies[-1] if replies else ""
        self._said = "\n".join([self.scenario.opening if self.scenario else "", *replies])
        self._seed = crc32((self.text + self._said).encode())
        self.words = [word.lower for word in tokenise(self.text)]
        self.steps = self._all_steps()
        self.place = self._find_place()
        self.asked = self._last_asked()

    @property
    def in_scene(self) -> bool:
        """Whether the scenario has questions left: nothing else is followed up meanwhile."""
        return self.scenario is not None and self.place < len(self.scenario.steps)

    def unsaid(self, line: str) -> bool:
        return bool(line) and line not in self._said

    def say(self, occasion: str, **slots: str) -> str:
        """A line for the occasion that was not said yet; nothing when all were."""
        lines = self.phrases.said[occasion]
        turn = self._seed % len(lines)
        filled = (line.format(**slots) for line in (*lines[turn:], *lines[:turn]))
        return next((line for line in filled if self.unsaid(line)), "")

    def was_said_last(self, *occasions: str) -> bool:
        lines = (line for name in occasions for line in self.phrases.said[name])
        return any(line in self.last for line in lines)

    def again(self) -> str:
        """The open question in other words, or the next one."""
        if self.asked is None:
            return self.advance()
        return next(filter(self.unsaid, (self.asked.ask, self.asked.simpler)), "") or self.advance()

    def helped(self) -> str:
        """As `again`, with a sentence to lean on before another question is asked."""
        step = self.asked
        if step is not None and not self.unsaid(step.ask) and not self.unsaid(step.simpler):
            return self.model() or self.advance()
        return self.again()

    def advance(self) -> str:
        """The next question that was not asked, after the scenario's closing where it ends."""
        last = len(self.scenario.steps) if self.scenario else 0
        closing = self.scenario.closing if self.scenario else ""
        if self.place < last <= self.place + 1 and self.unsaid(closing):
            return closing
        upcoming = (step.ask for step in self.steps[self.place + 1 :] if self.unsaid(step.ask))
        return next(upcoming, "") or self.say("finished")

    def follow_up(self) -> str:
        """A question about what the learner speaks of, which was not asked yet."""
        if self.in_scene:
            return ""
        found = spoken_of(self.language, self.words)
        asks = (step.ask for topic in found for step in topic.asks[self.level[0]])
        return next(filter(self.unsaid, asks), "")

    def introduction(self) -> str:
        """Whom the tutor plays, where the conversation has not been told."""
        if not self.companion or not self.first:
            return ""
        line = introduction(self.language, self.companion)
        return line if self.unsaid(line) else ""

    def model_sentence(self) -> str:
        """An answer to the open question that was not shown yet; nothing where there is none."""
        step = self.asked or (self.steps[0] if self.place < 0 else None)
        return step.model if step is not None and self.unsaid(f"«{step.model}»") else ""

    def model(self) -> str:
        sentence = self.model_sentence()
        return self.say("model", model=sentence) if sentence else ""

    def _all_steps(self) -> tuple[Step, ...]:
        free = self.phrases.free[self.level]
        scenario = self.scenario.steps if self.scenario else ()
        about = self.phrases.about if self.companion else ()
        return scenario + about + free

    def _find_place(self) -> int:
        """The last of the steps in their order that was put; -1 when none was."""
        put = [place for place, step in enumerate(self.steps) if self._put_at(step) >= 0]
        return put[-1] if put else -1

    def _last_asked(self) -> Step | None:
        """The question that is open; None where one that followed up came after it."""
        if self.in_scene:
            return self.steps[self.place] if self.place >= 0 else None
        step = max(self.steps, key=self._put_at)
        at = self._put_at(step)
        band = self.level[0]
        later = (one for topic in topics(self.language) for one in topic.asks[band])
        return None if at < 0 or any(self._put_at(one) > at for one in later) else step

    def _put_at(self, step: Step) -> int:
        return max(self._said.rfind(line) if line else -1 for line in (step.ask, step.simpler))


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
