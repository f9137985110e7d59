from django.urls import path

from config.health.views import HealthView, LiveView, ReadyView

urlpatterns = [
    path("live", LiveView.as_view(), name="live"),
    path("ready", ReadyView.as_view(), name="ready"),
    path("health", HealthView.as_view(), name="health"),
]
