from django.urls import include, path

app_name = "practice"
urlpatterns = [
    path("", include("practice.vocabulary.urls")),
]
