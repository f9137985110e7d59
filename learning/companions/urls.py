from django.urls import path

from learning.companions import pages

urlpatterns = [
    path("companions", pages.companions_page, name="companions"),
    path("companions/new", pages.new_companion_page, name="new_companion"),
    path("companions/<uuid:companion_id>", pages.companion_page, name="companion"),
    path(
        "companions/<uuid:companion_id>/edit", pages.change_companion_page, name="change_companion"
    ),
    path(
        "companions/<uuid:companion_id>/delete",
        pages.delete_companion_page,
        name="delete_companion",
    ),
    path("companions/<uuid:companion_id>/bookmark", pages.bookmark_page, name="bookmark_companion"),
]
