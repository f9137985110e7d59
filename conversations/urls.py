from django.urls import include, path

from conversations import pages

app_name = "conversations"
urlpatterns = [
    path("", include("conversations.transcripts.urls")),
    path("", include("conversations.handover.urls")),
    path("", include("conversations.memory.urls")),
    path("", include("conversations.moderation.urls")),
    path("talk", pages.conversation_list_page, name="list"),
    path("talk/<uuid:conversation_id>", pages.conversation_page, name="detail"),
]
