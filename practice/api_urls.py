from django.urls import include, path

urlpatterns = [
    path("", include("practice.vocabulary.api_urls")),
]
