from django.urls import path

from conversations.transcripts import pages

urlpatterns = [
    path("tutoring", pages.sessions_page, name="tutoring"),
    path("tutoring/<uuid:session_id>", pages.session_page, name="tutoring_session"),
    path("tutoring/<uuid:session_id>/change", pages.change_page, name="tutoring_change"),
    path("tutoring/<uuid:session_id>/retry", pages.retry_page, name="tutoring_retry"),
    path("tutoring/<uuid:session_id>/practise", pages.practise_page, name="tutoring_practise"),
    path("tutoring/<uuid:session_id>/delete", pages.delete_page, name="tutoring_delete"),
]
