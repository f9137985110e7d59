from django.urls import include, path

from practice.decks.api import cards, decks, reviews
from practice.decks.exchange import api as exchange

# They are tried one after another: what is asked most comes first.
flashcards = [
    path("cards/<uuid:card_id>/review", reviews.ReviewView.as_view()),
    path("reviews", reviews.ReviewsView.as_view()),
    path("reviews/undo", reviews.UndoView.as_view()),
    path("cards", cards.CardsView.as_view()),
    path("cards/due", reviews.DueView.as_view()),
    path("cards/bulk", cards.BulkView.as_view()),
    path("cards/<uuid:card_id>", cards.CardView.as_view()),
    path("cards/<uuid:card_id>/suspend", cards.SuspendView.as_view()),
    path("cards/<uuid:card_id>/history", cards.HistoryView.as_view()),
    path(
        "cards/<uuid:card_id>/audio",
        cards.MediaView.as_view(what="audio"),
        name="flashcard-audio",
    ),
    path(
        "cards/<uuid:card_id>/image",
        cards.MediaView.as_view(what="image"),
        name="flashcard-image",
    ),
    path("decks", decks.DecksView.as_view()),
    path("decks/public", decks.PublicDecksView.as_view()),
    path("decks/<uuid:deck_id>", decks.DeckView.as_view()),
    path("decks/<uuid:deck_id>/study", decks.StudyView.as_view()),
    path("decks/<uuid:deck_id>/workload", decks.WorkloadView.as_view()),
    path("decks/<uuid:deck_id>/copy", decks.CopyView.as_view()),
    path("decks/<uuid:deck_id>/share", decks.ShareView.as_view()),
    path("decks/<uuid:deck_id>/members", decks.MembersView.as_view()),
    path("decks/<uuid:deck_id>/members/<uuid:user_id>", decks.MemberView.as_view()),
    path("decks/<uuid:deck_id>/cards", cards.DeckCardsView.as_view()),
    path("decks/<uuid:deck_id>/export", exchange.ExportView.as_view()),
    path("import", exchange.ImportView.as_view()),
    path("imports/<uuid:import_id>", exchange.DeckImportView.as_view()),
]

urlpatterns = [path("flashcards/", include(flashcards))]
