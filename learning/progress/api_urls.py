from django.urls import path

from learning.progress import api

urlpatterns = [
    path("progress/student/<uuid:student_id>", api.StudentProgressView.as_view()),
    path("progress/track", api.TrackProgressView.as_view()),
    path("user/progress", api.UserProgressView.as_view()),
    path("mastery", api.MasteryListView.as_view()),
    path("mastery/<uuid:concept_id>", api.MasteryDetailView.as_view()),
    path("errors", api.ErrorListView.as_view()),
    path("errors/<uuid:error_id>", api.ErrorDetailView.as_view()),
]
