from django.urls import path

from practice.decks import note_pages, pages, review_pages
from practice.decks.exchange import pages as exchange

urlpatterns = [
    path("review", review_pages.review_page, name="review"),
    path("decks", pages.decks_page, name="decks"),
    path("decks/public", pages.public_decks_page, name="public_decks"),
    path("decks/import", exchange.import_page, name="import_cards"),
    path("decks/imports/<uuid:import_id>", exchange.import_progress_page, name="import"),
    path("decks/<uuid:deck_id>", pages.deck_page, name="deck"),
    path("decks/<uuid:deck_id>/export", exchange.export_page, name="export_deck"),
    path("decks/<uuid:deck_id>/review", review_pages.review_page, name="review_deck"),
    path("decks/<uuid:deck_id>/cards", pages.bulk_page, name="change_cards"),
    path("decks/<uuid:deck_id>/settings", pages.deck_settings_page, name="deck_settings"),
    path("decks/<uuid:deck_id>/workload", pages.workload_page, name="deck_workload"),
    path("decks/<uuid:deck_id>/share", pages.share_page, name="share_deck"),
    path("decks/<uuid:deck_id>/copy", pages.copy_page, name="copy_deck"),
    path("decks/<uuid:deck_id>/join", pages.join_page, name="join_deck"),
    path("decks/<uuid:deck_id>/leave/<uuid:user_id>", pages.leave_page, name="leave_deck"),
    path("decks/<uuid:deck_id>/delete", pages.delete_deck_page, name="delete_deck"),
    path("decks/<uuid:deck_id>/notes/new", note_pages.new_note_page, name="new_note"),
    path("notes/<uuid:note_id>", note_pages.note_page, name="note"),
    path("notes/<uuid:note_id>/delete", note_pages.delete_note_page, name="delete_note"),
]
