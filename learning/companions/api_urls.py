from django.urls import path

from learning.companions import api

urlpatterns = [
    path("companions", api.CompanionsView.as_view()),
    path("companions/bookmarked", api.BookmarkedView.as_view()),
    path("companions/permissions", api.PermissionsView.as_view()),
    path("companions/sessions/recent", api.RecentSessionsView.as_view()),
    path("companions/sessions/mine", api.MySessionsView.as_view()),
    path("companions/<uuid:companion_id>", api.CompanionView.as_view()),
    path("companions/<uuid:companion_id>/bookmark", api.BookmarkView.as_view()),
    path("companions/<uuid:companion_id>/sessions", api.SessionsView.as_view()),
]
