from django.urls import path

from learning.content import api

urlpatterns = [
    path("content", api.ContentListView.as_view()),
    path("content/recommended", api.RecommendedView.as_view()),
    path("content/<uuid:content_id>", api.ContentView.as_view()),
    path("content/<uuid:content_id>/begin", api.BeginView.as_view()),
    path("content/<uuid:content_id>/hint", api.HintView.as_view()),
    path("content/<uuid:content_id>/answer", api.AnswerView.as_view()),
]
