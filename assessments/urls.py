from django.urls import path

from assessments import pages

app_name = "assessments"
urlpatterns = [
    path("placement", pages.placement_page, name="placement"),
    path("placement/<uuid:assessment_id>/answer", pages.answer_page, name="question"),
    path("placement/<uuid:assessment_id>/stop", pages.stop_page, name="stop"),
    path("placement/<uuid:assessment_id>/result", pages.result_page, name="result"),
]
