from django.urls import include, path

app_name = "practice"
urlpatterns = [
    path("", include("practice.decks.urls")),
    path("", include("practice.sets.urls")),
    path("", include("practice.vocabulary.urls")),
]
