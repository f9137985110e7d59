from django.urls import include, path

from learning import pages
from learning.content import pages as content

app_name = "learning"
urlpatterns = [
    path("", include("learning.companions.urls")),
    path("today", pages.today_page, name="today"),
    path("learn", content.shelf_page, name="shelf"),
    path("learn/<uuid:content_id>", content.content_page, name="content"),
    path("learn/<uuid:content_id>/begin", content.begin_page, name="begin"),
    path("learn/<uuid:content_id>/answer", content.answer_page, name="answer"),
]
