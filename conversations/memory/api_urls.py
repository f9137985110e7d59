from django.urls import path

from conversations.memory import api

urlpatterns = [
    path("memory", api.MemoryListView.as_view(), name="memory"),
    path("memory/consent", api.MemoryConsentView.as_view(), name="memory-consent"),
    path("memory/<uuid:memory_id>", api.MemoryView.as_view(), name="memory-item"),
]
