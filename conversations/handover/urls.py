from django.urls import path

from conversations.handover import pages

urlpatterns = [
    path("tutor", pages.queue_page, name="tutor_queue"),
    path("tutor/students/<uuid:student_id>", pages.student_page, name="tutor_student"),
    path("tutor/requests/<uuid:request_id>", pages.request_page, name="tutor_request"),
    path("tutor/requests/<uuid:request_id>/take", pages.take_page, name="tutor_take"),
    path("tutor/requests/<uuid:request_id>/answer", pages.answer_page, name="tutor_answer"),
    path("tutor/requests/<uuid:request_id>/return", pages.return_page, name="tutor_return"),
    path("tutor/requests/<uuid:request_id>/withdraw", pages.withdraw_page, name="tutor_withdraw"),
    path("tutor/requests/<uuid:request_id>/verdict", pages.verdict_page, name="tutor_verdict"),
    path("tutor/link/<str:token>", pages.link_page, name="tutor_link"),
    path("talk/<uuid:conversation_id>/tutor", pages.ask_page, name="ask_tutor"),
]
