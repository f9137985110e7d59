from django.urls import include, path

urlpatterns = [
    path("", include("learning.companions.api_urls")),
    path("", include("learning.content.api_urls")),
    path("", include("learning.progress.api_urls")),
    path("", include("learning.sessions.api_urls")),
]
