from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ParlanceConfig(AppConfig):
    name = "config"
    label = "config"


class ParlanceAdminConfig(AdminConfig):
    default_site = "config.admin_site.ParlanceAdminSite"
