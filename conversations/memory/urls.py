from django.urls import path

from conversations.memory import pages

urlpatterns = [
    path("memory", pages.memory_page, name="memory"),
    path("memory/consent", pages.consent_page, name="memory_consent"),
    path("memory/<uuid:memory_id>", pages.change_page, name="memory_change"),
]
