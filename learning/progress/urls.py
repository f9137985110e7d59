from django.urls import path

from learning.progress import pages

app_name = "progress"
urlpatterns = [
    path("progress", pages.progress_page, name="overview"),
    path("progress/student/<uuid:student_id>", pages.progress_page, name="student"),
    path("concepts", pages.concepts_page, name="concepts"),
    path("concepts/<uuid:concept_id>", pages.concept_page, name="concept"),
    path("errors", pages.errors_page, name="errors"),
    path("errors/<uuid:error_id>", pages.error_page, name="error"),
]
