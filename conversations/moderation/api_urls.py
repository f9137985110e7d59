from django.urls import path

from conversations.moderation import api

urlpatterns = [
    path("moderation/flags", api.FlagListView.as_view(), name="moderation-flags"),
    path(
        "moderation/flags/<uuid:flag_id>/appeal", api.AppealView.as_view(), name="moderation-appeal"
    ),
]
