from django.urls import path

from practice.vocabulary import api

urlpatterns = [
    path("vocabulary", api.VocabularyView.as_view()),
    path("vocabulary/save", api.SaveView.as_view()),
    path("vocabulary/lookup", api.LookUpView.as_view()),
    path("vocabulary/items/<uuid:item_id>", api.ItemView.as_view()),
    path("vocabulary/lists", api.ListsView.as_view()),
    path("vocabulary/lists/<uuid:list_id>", api.ListView.as_view()),
    path("vocabulary/lists/<uuid:list_id>/copy", api.CopyListView.as_view()),
    path("vocabulary/lists/<uuid:list_id>/cards", api.ListCardsView.as_view()),
]
