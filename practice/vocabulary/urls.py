from django.urls import path

from practice.vocabulary import look_up_pages, pages

urlpatterns = [
    path("vocabulary", pages.vocabulary_page, name="vocabulary"),
    path("vocabulary/look-up", look_up_pages.look_up_page, name="look_up"),
    path("vocabulary/look-up/keep", look_up_pages.keep_word_page, name="keep_word"),
    path("vocabulary/lists", pages.make_list_page, name="make_list"),
    path("vocabulary/lists/<uuid:list_id>", pages.list_page, name="vocabulary_list"),
    path("vocabulary/lists/<uuid:list_id>/copy", pages.copy_list_page, name="copy_list"),
    path("vocabulary/lists/<uuid:list_id>/delete", pages.delete_list_page, name="delete_list"),
    path("vocabulary/lists/<uuid:list_id>/cards", pages.list_cards_page, name="list_cards"),
    path("vocabulary/words/<uuid:item_id>/card", pages.word_card_page, name="word_card"),
    path("vocabulary/words/<uuid:item_id>/delete", pages.delete_word_page, name="delete_word"),
]
