from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.pages import home_page
from config.policies import for_api_docs

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api_urls")),
    path("", include("learning.api_urls")),
    path("", include("assessments.api_urls")),
    path("", include("practice.api_urls")),
    path("", include("conversations.api_urls")),
    path("monitoring/", include("config.health.urls")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", for_api_docs(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
]

urlpatterns = [
    # First what has a beginning of its own: pages are tried one after another.
    path("api/", include(api)),
    path("", home_page, name="home"),
    path("", include("accounts.urls")),
    path("", include("learning.urls")),
    path("", include("learning.progress.urls")),
    path("", include("assessments.urls")),
    path("", include("practice.urls")),
    path("", include("conversations.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
