from django.conf import settings

from config.celery import app
from config.queues import Queue


def our_tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_names_its_queue():
    tasks = our_tasks()
    assert tasks
    assert {name: task.queue for name, task in tasks.items() if task.queue not in set(Queue)} == {}


def test_schedules_name_tasks_there_are():
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(our_tasks())
