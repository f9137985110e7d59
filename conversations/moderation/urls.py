from django.urls import path

from conversations.moderation import pages

urlpatterns = [
    path("moderation", pages.flags_page, name="moderation"),
    path("moderation/help", pages.help_page, name="safety"),
    path("moderation/<uuid:flag_id>/appeal", pages.appeal_page, name="moderation_appeal"),
]
