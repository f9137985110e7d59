from django.urls import path

from conversations.transcripts import api

urlpatterns = [
    path("transcripts/upload", api.UploadView.as_view()),
    path("transcripts/<uuid:session_id>", api.SessionView.as_view()),
    path("transcripts/<uuid:session_id>/retry", api.RetryView.as_view()),
    path("transcripts/student/<uuid:student_id>", api.StudentSessionsView.as_view()),
]
