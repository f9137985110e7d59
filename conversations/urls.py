from django.urls import include, path

from conversations import manage_pages, pages

app_name = "conversations"
urlpatterns = [
    path("", include("conversations.transcripts.urls")),
    path("", include("conversations.handover.urls")),
    path("", include("conversations.memory.urls")),
    path("", include("conversations.moderation.urls")),
    path("talk", pages.conversation_list_page, name="list"),
    path("talk/corrections", manage_pages.contract_page, name="contract"),
    path("talk/saved/<uuid:source_id>", manage_pages.saved_page, name="saved"),
    path("talk/<uuid:conversation_id>", pages.conversation_page, name="detail"),
    path("talk/<uuid:conversation_id>/rename", manage_pages.rename_page, name="rename"),
    path("talk/<uuid:conversation_id>/delete", manage_pages.delete_page, name="delete"),
    path("talk/<uuid:conversation_id>/restore", manage_pages.restore_page, name="restore"),
    path("talk/<uuid:conversation_id>/summary", manage_pages.summary_page, name="summary"),
]
