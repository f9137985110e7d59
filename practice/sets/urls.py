from django.urls import path

from practice.sets import pages, phrase_pages, picture_pages

urlpatterns = [
    path("pictures", picture_pages.pictures_page, name="pictures"),
    path("pictures/<uuid:set_id>", picture_pages.picture_page, name="picture"),
    path("pictures/<uuid:set_id>/answer", picture_pages.answer_page, name="picture_answer"),
    path("pictures/<uuid:set_id>/image", picture_pages.image_page, name="picture_image"),
    path("pictures/<uuid:set_id>/delete", picture_pages.delete_page, name="picture_delete"),
    path("phrases", phrase_pages.phrases_page, name="phrases"),
    path("practice", pages.sets_page, name="sets"),
    path("practice/lessons/<uuid:lesson_id>/quiz", pages.quiz_page, name="quiz"),
    path("practice/make", pages.make_page, name="make_set"),
    path("practice/<uuid:set_id>", pages.set_page, name="set"),
    path("practice/<uuid:set_id>/answer", pages.answer_page, name="set_answer"),
    path("practice/<uuid:set_id>/hint", pages.hint_page, name="set_hint"),
    path("practice/<uuid:set_id>/submit", pages.submit_page, name="set_submit"),
]
