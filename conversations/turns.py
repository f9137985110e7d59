"""A turn as an async generator of events. Knows no socket, no log and no database."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from conversations import corrections
from conversations.acting import act, says
from conversations.answering import answer
from conversations.card_answers import gives_meaning, leaves_the_question, taken_for_more
from conversations.contract import CORRECTIONS, within
from conversations.corrections import FoundCorrection, find_corrections
from conversations.events import CorrectionEvent, Route, TurnEvent
from conversations.handover.phrases import said
from conversations.looking import looked_again, looked_up
from conversations.moderation.watching import Unfit
from conversations.retrieval.found import Retrieved
from conversations.routes import Want, wanted
from conversations.routes.choose import MAKE_CARD, PLAIN
from conversations.services.context import TurnContext
from conversations.talking import talk
from conversations.writing import Reply, TurnNotes


async def generate(
    turn: TurnContext, notes: TurnNotes | None = None
) -> AsyncGenerator[TurnEvent, None]:
    """The reply to a turn, ending with `message.end`.

    Raises AllProvidersFailed before the first delta, ProviderError after it. Closing the generator,
    or cancelling its task, closes the call upstream.
    """
    writing = _Writing(turn, notes or TurnNotes())
    try:
        async with aclosing(writing.events()) as events:
            async for event in events:
                yield event
    finally:
        writing.checking.cancel()


class _Writing:
    """One reply being written, with its corrections found beside it."""

    def __init__(self, turn: TurnContext, notes: TurnNotes) -> None:
        self.turn = turn
        self.notes = notes
        self.reply = Reply(turn, notes)
        self.found_corrections = False
        self.told_corrections = False
        self.retrieved: Retrieved | None = None
        self.is_unfit = False
        # Until it is known, however the turn ends.
        self.notes.usage[CORRECTIONS] = turn.contract.late
        self.checking = asyncio.create_task(find_corrections(turn, by_model=self.reply.by_model))

    async def events(self) -> AsyncGenerator[TurnEvent, None]:
        yield self.reply.start()
        if self.turn.in_distress:
            yield self.reply.safety()
        want = await self._wanted()
        self.notes.route = want.route
        yield Route(turn_id=self.turn.turn_id, route=want.route)
        if not self.reply.by_model:
            # It answers out of the slips, so they come first.
            for correction in await self._corrections("now"):
                yield correction
        async with aclosing(self._fit(want)) as events:
            async for event in events:
                yield event
                if self.checking.done() and not self.found_corrections:
                    for correction in await self._corrections("now"):
                        yield correction
        # What is not fit is taken back at once, without waiting for corrections.
        if self.checking.done() or not self.is_unfit:
            for correction in await self._corrections("now", "after_turn"):
                yield correction
        self.reply.suggest_tutor |= bool(said(self.turn.text, "strong"))
        self.reply.moderate()
        yield self.reply.end()

    async def _wanted(self) -> Want:
        if self.turn.with_tutor:
            return Want("human")
        if self.turn.in_distress:
            # "I want to hurt myself" is worded as a wish for practice, and is none.
            return PLAIN
        want = await wanted(self.turn.text)
        if not self.reply.by_model and taken_for_more(self.turn, want):
            want = PLAIN
        if self.turn.asked and not leaves_the_question(self.turn, want):
            return Want("action", "answer")
        if await gives_meaning(self.turn, want):
            return MAKE_CARD
        want, self.retrieved = await looked_again(self.reply, want)
        return want

    async def _fit(self, want: Want) -> AsyncGenerator[TurnEvent, None]:
        """What is written, up to the sentence that is not fit to be shown. Whoever writes is
        stopped there, and the end takes back what was shown."""
        try:
            async with aclosing(self._written(want)) as events:
                async for event in events:
                    yield event
        except Unfit:
            self.is_unfit = True

    async def _written(self, want: Want) -> AsyncGenerator[TurnEvent, None]:
        """The reply by its route. What cannot be looked up, and was not said to be in their
        sessions, a model may know all the same: that is talk."""
        reply = self.reply
        if want.route == "human":
            events = _line(reply, says(self.turn.native_language, "with_tutor"))
        elif want.route == "action":
            events = act(reply, want.what)
        elif want.route == "memory" and not reply.by_model:
            events = _line(reply, self._remembered(want.what))
        elif want.route == "retrieval":
            retrieved = self.retrieved or await looked_up(reply, want.what)
            or_talk = reply.by_model and want.what != "sessions"
            events = answer(reply, retrieved, or_talk=or_talk)
        else:
            events = talk(reply, self._found())
        async with aclosing(events):
            async for event in events:
                yield event

    def _remembered(self, order: str) -> str:
        native = self.turn.native_language
        if order:
            return says(native, order)
        if not self.turn.memories:
            return says(native, "nothing_remembered")
        known = [f"- {memory.content}" for memory in self.turn.memories]
        return "\n".join([says(native, "remembered"), *known])

    async def _corrections(self, *timings: str) -> list[CorrectionEvent]:
        """Those to tell, once, if the learner wants to be told at one of these times. All that were
        found are noted, told or not."""
        if not self.found_corrections:
            await asyncio.wait({self.checking}, timeout=corrections.SECONDS)
            found = self._found()
            if found is None:
                return []
            self._note(found)
        if self.told_corrections or self.turn.contract.told not in timings:
            return []
        self.told_corrections = True
        return [one for one in self.notes.corrections if one.id not in self.notes.withheld]

    def _found(self) -> list[FoundCorrection] | None:
        """None while the text was not looked through."""
        done = self.checking.done() and not self.checking.cancelled()
        return self.checking.result() if done else None

    def _note(self, found: list[FoundCorrection]) -> None:
        self.found_corrections = True
        del self.notes.usage[CORRECTIONS]
        kept, over = within(self.turn.contract, found)
        self.notes.withheld = {one.id for one in over}
        self.notes.corrections = [self._correction(one) for one in (*kept, *over)]

    def _correction(self, found: FoundCorrection) -> CorrectionEvent:
        self.notes.rules[found.id] = found.rule
        return CorrectionEvent(
            turn_id=self.turn.turn_id,
            id=found.id,
            start=found.start,
            end=found.end,
            original=found.original,
            corrected=found.corrected,
            kind=found.kind,
            reason=found.reason,
            manner=self.turn.contract.manner,
        )


async def _line(reply: Reply, text: str) -> AsyncGenerator[TurnEvent, None]:
    for event in reply.line(text):
        yield event
