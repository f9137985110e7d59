from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ParlanceConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        # They register themselves; and tasks are sent by the queue's settings once it is there.
        from config import celery, checks, openapi  # noqa: F401


class DaphneConfig(AppConfig):
    """For its `runserver`. Its own configuration imports the whole server into every process."""

    name = "daphne"


class ParlanceAdminConfig(AdminConfig):
    default_site = "config.admin_site.ParlanceAdminSite"
