"""What a turn had no time for: looking for slips in what was said. For workers, since it loads the
language."""

from django.db import transaction

from ai.language.analysis import check
from conversations.contract import contract_in, within
from conversations.corrections import by_rule
from conversations.models import Message
from conversations.services.correcting import store_corrections, take_mark
from conversations.services.summaries import recount
from learning.sessions.services import record_study


def check_late(*, message: Message) -> None:
    """Look for slips in a message that nobody has looked through, and store them as its turn would
    have. Nothing changes when that was done meanwhile."""
    contract = contract_in(message)
    if contract is None:
        return
    talk = message.conversation
    slips = check(
        message.content,
        language=talk.language,
        native_language=talk.learner.native_language,
        level=talk.level,
    )
    kept, over = within(contract, by_rule(slips))
    with transaction.atomic():
        if not take_mark(message.pk):
            return
        new = store_corrections(
            [*kept, *over],
            said_id=message.pk,
            contract=contract,
            rules={one.id: one.rule for one in (*kept, *over)},
            withheld={one.id for one in over},
            beside=True,
        )
        record_study(
            learner=talk.learner, language=talk.language, now=message.created_at, corrections=new
        )
        recount(message=message)
