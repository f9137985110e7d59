from django.urls import path

from conversations.handover import api

urlpatterns = [
    path("tutor/routing/analyze", api.AnalyzeView.as_view()),
    path("tutor/context/<uuid:student_id>", api.ContextView.as_view()),
    path("tutor/students", api.StudentListView.as_view()),
    path("tutor/requests", api.RequestListView.as_view(), name="tutor-requests"),
    path("tutor/requests/<uuid:request_id>", api.RequestView.as_view()),
    path("tutor/requests/<uuid:request_id>/take", api.TakeView.as_view()),
    path("tutor/requests/<uuid:request_id>/answer", api.AnswerView.as_view()),
    path("tutor/requests/<uuid:request_id>/return", api.ReturnView.as_view()),
    path("tutor/requests/<uuid:request_id>/withdraw", api.WithdrawView.as_view()),
    path("tutor/requests/<uuid:request_id>/verdict", api.VerdictView.as_view()),
]
