from typing import Any

from django.urls import URLPattern, path

from assessments import dispute_pages, pages
from assessments.models import Assessment

app_name = "assessments"


def entry(route: str, assessment_type: Assessment.Type) -> URLPattern:
    """The page of one type of test, under the type's name."""
    about: dict[str, Any] = {"assessment_type": assessment_type}
    return path(route, pages.assessment_page, about, name=assessment_type.value)


urlpatterns = [
    entry("placement", Assessment.Type.PLACEMENT),
    entry("assessments/progress", Assessment.Type.PROGRESS),
    entry("assessments/final", Assessment.Type.FINAL),
    path("assessments", pages.history_page, name="history"),
    path("assessments/<uuid:assessment_id>/answer", pages.answer_page, name="question"),
    path("assessments/<uuid:assessment_id>/stop", pages.stop_page, name="stop"),
    path("assessments/<uuid:assessment_id>/result", pages.result_page, name="result"),
    path("assessments/<uuid:assessment_id>/dispute", dispute_pages.dispute_page, name="dispute"),
    path("assessments/<uuid:assessment_id>/text", pages.text_page, name="text"),
]
