from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ParlanceConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers them


class ParlanceAdminConfig(AdminConfig):
    default_site = "config.admin_site.ParlanceAdminSite"
