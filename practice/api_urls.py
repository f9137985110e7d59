from django.urls import include, path

urlpatterns = [
    path("", include("practice.decks.api_urls")),
    path("", include("practice.sets.api_urls")),
    path("", include("practice.vocabulary.api_urls")),
]
