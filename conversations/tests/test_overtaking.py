"""What a learner waits for on the page goes before transcripts, by a real worker of one process."""

import pytest

from config.celery import app
from conversations.memory.tasks import remember_conversation_task
from conversations.models import Message, TutoringSession
from conversations.services import TurnResult, begin_turn, finish_turn
from conversations.tasks import read_message_task
from conversations.tests.servers import process, wait_until
from conversations.tests.transcripts import uploaded
from conversations.transcripts.tasks import process_session_task

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

LATER = {"corrections": "later"}
OPTIONS = ("-m", "celery", "-A", "conversations.tests.celery_slices", "worker", "-Q", "analysis")
MORE = ("-c", "1", "-l", "error", "--without-gossip", "--without-mingle")


@pytest.fixture
def queue():
    """Empty at first: what other tests enqueued nobody has taken."""
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("analysis")
        yield connection.default_channel.client


def talk(name):
    """Four chunks."""
    said = " ".join(f"palabra{n}" for n in range(60))
    return "\n".join(f"{(name, 'Tessa')[n % 2]}: {said} {n}." for n in range(16))


def test_a_late_check_is_done_before_transcripts_that_came_first(
    queue, ana, ben, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    marks = tmp_path / "marks"
    sessions = [uploaded(one, text=talk(one.get_short_name())) for one in (ana, ben)]
    with process(*OPTIONS, *MORE, MARKS=str(marks), PARLANCE_VAR=str(tmp_path)) as worker:
        wait_until(marks.exists, worker)
        turn = begin_turn(learner=ana, text="Ayer compré un manzana en el mercado.")
        finish_turn(turn_id=turn.turn_id, result=TurnResult("complete", "Vale.", usage=LATER))
        assert not Message.objects.get(pk=turn.learner_message_id).checked
        marks.with_suffix(".go").touch()
        rows = TutoringSession.objects.filter(status="completed")
        wait_until(lambda: rows.count() == 2, worker)
    done = marks.read_text().split()
    assert done[:2] == ["Ana", "check"]
    chunks = [one.chunks.count() for one in sessions]
    assert [done.count("Ana"), done.count("Ben")] == chunks
    # Transcripts take turns too, whoever's came first.
    assert done[2:6] == ["Ben", "Ana", "Ben", "Ana"]
    message = Message.objects.get(pk=turn.learner_message_id)
    assert message.checked
    assert [one.corrected for one in message.corrections.all()] == ["una"]


def test_what_nobody_watches_is_given_out_last(queue):
    for task in (process_session_task, remember_conversation_task, read_message_task):
        task.delay("x")
    assert (queue.llen("analysis"), queue.llen("analysis\x06\x166")) == (1, 2)
