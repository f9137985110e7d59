from django.urls import path

from conversations import pages

app_name = "conversations"
urlpatterns = [
    path("talk", pages.conversation_list_page, name="list"),
    path("talk/<uuid:conversation_id>", pages.conversation_page, name="detail"),
]
