from django.urls import path

from learning.sessions import api

urlpatterns = [
    path("sessions", api.SessionsView.as_view()),
    path("sessions/<uuid:session_id>", api.SessionView.as_view()),
    path("sessions/<uuid:session_id>/activity", api.ActivityView.as_view()),
]
