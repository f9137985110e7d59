from django.urls import path

from practice.sets import api, quiz_api

urlpatterns = [
    path("practice/generate", api.GenerateView.as_view()),
    path("practice/student/<uuid:student_id>", api.StudentPracticeView.as_view()),
    path("practice/<uuid:practice_id>", api.PracticeView.as_view()),
    path("practice/<uuid:practice_id>/answer", api.AnswerSetView.as_view()),
    path("practice/<uuid:practice_id>/hint", api.HintSetView.as_view()),
    path("practice/<uuid:practice_id>/submit", api.SubmitSetView.as_view()),
    path("quizzes/generate", quiz_api.GenerateQuizView.as_view()),
    path("quizzes/<uuid:quiz_id>", quiz_api.QuizView.as_view()),
    path("quizzes/<uuid:quiz_id>/submit", quiz_api.SubmitQuizView.as_view()),
    path("qa/generate", quiz_api.GeneratePictureQuestionsView.as_view()),
    path("qa/<uuid:qa_id>", quiz_api.PictureQuestionsView.as_view()),
    path("qa/<uuid:qa_id>/answer", quiz_api.AnswerPictureView.as_view()),
    path("phrases/extract", quiz_api.ExtractPhrasesView.as_view()),
]
