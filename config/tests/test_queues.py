from django.conf import settings

from config.celery import app
from config.queues import BEHIND, QUEUE_OF, UNWATCHED


def our_tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_has_its_queue():
    assert set(our_tasks()) == set(QUEUE_OF)


def test_a_task_is_sent_to_its_queue():
    for name, queue in QUEUE_OF.items():
        sent = app.amqp.router.route({}, name)
        assert sent["queue"].name == queue


def test_what_nobody_watches_goes_behind():
    assert set(QUEUE_OF) >= UNWATCHED
    for name in QUEUE_OF:
        sent = app.amqp.router.route({}, name)
        assert sent.get("priority", 0) == (BEHIND if name in UNWATCHED else 0)


def test_no_task_says_where_it_goes_itself():
    """Celery 6 no longer hears it."""
    assert [name for name, task in our_tasks().items() if "queue" in type(task).__dict__] == []


def test_schedules_name_tasks_there_are():
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(our_tasks())
