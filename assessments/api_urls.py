from django.urls import path

from assessments import api, dispute_api

urlpatterns = [
    path("assessment/create", api.CreateAssessmentView.as_view(), name="assessment-create"),
    path("assessment/submit", api.SubmitView.as_view(), name="assessment-submit"),
    path("assessment/history", api.HistoryView.as_view(), name="assessment-history"),
    path("assessment/disputes", dispute_api.DisputesView.as_view(), name="assessment-disputes"),
    path("assessment/<uuid:assessment_id>", api.AssessmentView.as_view(), name="assessment-detail"),
    path(
        "assessment/<uuid:assessment_id>/answer", api.AnswerView.as_view(), name="assessment-answer"
    ),
    path(
        "assessment/<uuid:assessment_id>/result", api.ResultView.as_view(), name="assessment-result"
    ),
    path(
        "assessment/<uuid:assessment_id>/dispute",
        dispute_api.DisputeGradeView.as_view(),
        name="assessment-dispute",
    ),
]
