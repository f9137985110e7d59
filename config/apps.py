from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ParlanceConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config import checks, openapi  # noqa: F401 - both register themselves


class ParlanceAdminConfig(AdminConfig):
    default_site = "config.admin_site.ParlanceAdminSite"
