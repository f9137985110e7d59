from django.urls import path

from practice.sets import pages

urlpatterns = [
    path("practice", pages.sets_page, name="sets"),
    path("practice/make", pages.make_page, name="make_set"),
    path("practice/<uuid:set_id>", pages.set_page, name="set"),
    path("practice/<uuid:set_id>/answer", pages.answer_page, name="set_answer"),
    path("practice/<uuid:set_id>/hint", pages.hint_page, name="set_hint"),
    path("practice/<uuid:set_id>/submit", pages.submit_page, name="set_submit"),
]
